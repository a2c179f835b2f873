//! A database: programs write, statements read, consumers are woken after commits that wrote events.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction, Statement, TransactionTrait};
use services::kernel::{
    clock::{Clock, Timestamp},
    error::{EngineError, EngineResult},
    ids::IdSource,
    turns::Turns,
};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    connect,
    rows::{from_sea, sea_error, to_sea},
    sqlite::{Pending, Writer},
    tx::{SqlError, SqlErrorKind, Tx},
    value::{Row, Value},
};

/// How often a program is run again on MySQL after a deadlock, a lock time-out or a lost race for a key.
const TRIES: u32 = 6;

/// Which engine is behind a [`Db`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// SQLite, in this process.
    Sqlite,
    /// MySQL or MariaDB.
    MySql,
}

/// Whose clock decides about deadlines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeOf {
    /// The caller's: there is one process, or the time is told by a test.
    Caller,
    /// The server's, because the clocks of the processes that share it may differ.
    Server,
}

/// A database. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    pool: DatabaseConnection,
    writing: Writing,
    /// As many as the pool has connections, so that callers wait here and not for a connection.
    turns: Turns,
    ids: Arc<dyn IdSource>,
    clock: Arc<dyn Clock>,
    url: String,
}

enum Writing {
    Lite(Arc<Writer>),
    Pool(watch::Sender<u64>),
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").field("backend", &self.backend()).finish_non_exhaustive()
    }
}

impl Db {
    /// Opens `sqlite:PATH` (made when missing) or `mysql://…` and brings its tables up to date.
    ///
    /// # Errors
    /// When the URL has another scheme, the file cannot be opened, or the server cannot be reached.
    pub async fn open(url: &str, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> EngineResult<Self> {
        let (pool, writing, connections) = if let Some(path) = connect::sqlite_path(url) {
            let migrator = connect::sqlite_migrator(&path).await?;
            migrate(&migrator).await?;
            migrator.close().await.map_err(|e| EngineError::from(sea_error(&e)))?;
            let writer = Writer::of(&path, Arc::clone(&ids))?;
            (connect::sqlite_readers(&path).await?, Writing::Lite(writer), connect::SQLITE_READERS)
        } else if url.starts_with("mysql:") {
            let pool = connect::mysql(url).await?;
            migrate(&pool).await?;
            (pool, Writing::Pool(watch::channel(0).0), connect::MYSQL_CONNECTIONS)
        } else {
            return Err(EngineError::permanent("sql", "a database URL begins with sqlite: or mysql:"));
        };
        let turns = Turns::new(connections as usize);
        Ok(Self(Arc::new(Inner { pool, writing, turns, ids, clock, url: url.to_owned() })))
    }

    /// Which engine it is.
    pub fn backend(&self) -> Backend {
        match self.0.writing {
            Writing::Lite(_) => Backend::Sqlite,
            Writing::Pool(_) => Backend::MySql,
        }
    }
    /// Whether both are the same database.
    pub fn same(&self, other: &Self) -> bool {
        self.0.url == other.0.url
    }
    /// The source of ids.
    pub fn ids(&self) -> &Arc<dyn IdSource> {
        &self.0.ids
    }
    /// The clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }
    /// Whose clock decides about deadlines here.
    pub fn time_of(&self) -> TimeOf {
        match self.backend() {
            Backend::MySql if !self.0.clock.is_told() => TimeOf::Server,
            _ => TimeOf::Caller,
        }
    }
    /// sea-orm's pool, for reads by entity.
    pub fn pool(&self) -> &DatabaseConnection {
        &self.0.pool
    }
    /// Changes after each commit of this process that wrote events.
    pub fn written(&self) -> watch::Receiver<u64> {
        match &self.0.writing {
            Writing::Lite(w) => w.written.subscribe(),
            Writing::Pool(w) => w.subscribe(),
        }
    }

    /// Runs a query on the read pool. `engine` names the port in errors.
    pub async fn read(&self, engine: &'static str, sql: &str, args: Vec<Value>) -> EngineResult<Vec<Row>> {
        let statement = Statement::from_sql_and_values(self.sea_backend(), sql, to_sea(args));
        let _turn = self.0.turns.enter(engine).await?;
        let rows = self.0.pool.query_all_raw(statement).await.map_err(|e| named(engine, sea_error(&e).into()))?;
        rows.iter().map(|r| from_sea(r).map_err(|e| named(engine, e.into()))).collect()
    }

    /// Runs a program in one transaction. On SQLite alone on the writer; on MySQL again after a conflict. An error of the
    /// program rolls everything back. `engine` names the port in errors.
    pub async fn write<F, T>(&self, engine: &'static str, program: F) -> EngineResult<T>
    where
        F: for<'t> Fn(&'t mut dyn Tx) -> BoxFuture<'t, EngineResult<T>> + Send + Sync + 'static,
        T: Send + 'static,
    {
        let result = match &self.0.writing {
            Writing::Lite(writer) => {
                let (job, answer) = Pending::new(program);
                writer.submit(job).map_err(|e| named(engine, e))?;
                answer
                    .await
                    .unwrap_or_else(|_| Err(EngineError::retryable("sql", "the writer stopped before it answered")))
            }
            Writing::Pool(written) => {
                let _turn = self.0.turns.enter(engine).await?;
                self.write_pooled(&program, written).await
            }
        };
        result.map_err(|e| named(engine, e))
    }

    async fn write_pooled<F, T>(&self, program: &F, written: &watch::Sender<u64>) -> EngineResult<T>
    where
        F: for<'t> Fn(&'t mut dyn Tx) -> BoxFuture<'t, EngineResult<T>> + Send + Sync,
        T: Send,
    {
        let mut tried = 0;
        loop {
            tried += 1;
            let transaction = self.0.pool.begin().await.map_err(|e| EngineError::from(sea_error(&e)))?;
            let mut tx = SeaTx { transaction, ids: Arc::clone(&self.0.ids), emitted: false };
            // A panic is this program's failure only, as on the writer of SQLite.
            let ran = AssertUnwindSafe(async { program(&mut tx).await }).catch_unwind().await;
            match ran.unwrap_or_else(|_| Err(EngineError::permanent("sql", "the program panicked"))) {
                Ok(value) => {
                    tx.transaction.commit().await.map_err(|e| EngineError::from(sea_error(&e)))?;
                    if tx.emitted {
                        written.send_modify(|n| *n += 1);
                    }
                    return Ok(value);
                }
                Err(e) => {
                    // A lost connection has rolled back by itself.
                    let _ = tx.transaction.rollback().await;
                    if !e.retryable || tried >= TRIES {
                        return Err(e);
                    }
                    let jitter = u64::try_from(self.0.ids.random() % 16).unwrap_or(0);
                    tokio::time::sleep(Duration::from_millis(u64::from(tried) * 8 + jitter)).await;
                }
            }
        }
    }

    fn sea_backend(&self) -> DatabaseBackend {
        match self.backend() {
            Backend::Sqlite => DatabaseBackend::Sqlite,
            Backend::MySql => DatabaseBackend::MySql,
        }
    }
}

async fn migrate(connection: &DatabaseConnection) -> EngineResult<()> {
    Migrator::up(connection, None)
        .await
        .map_err(|e| EngineError::permanent("sql", format!("the tables cannot be brought up to date: {e}")))
}

fn named(engine: &'static str, error: EngineError) -> EngineError {
    EngineError { engine: if error.engine == "sql" { engine } else { error.engine }, ..error }
}

struct SeaTx {
    transaction: DatabaseTransaction,
    ids: Arc<dyn IdSource>,
    emitted: bool,
}

impl Tx for SeaTx {
    fn execute<'a>(&'a mut self, sql: &'a str, args: Vec<Value>) -> BoxFuture<'a, Result<u64, SqlError>> {
        Box::pin(async move {
            let statement = Statement::from_sql_and_values(DatabaseBackend::MySql, sql, to_sea(args));
            self.transaction.execute_raw(statement).await.map(|r| r.rows_affected()).map_err(|e| sea_error(&e))
        })
    }
    fn query<'a>(&'a mut self, sql: &'a str, args: Vec<Value>) -> BoxFuture<'a, Result<Vec<Row>, SqlError>> {
        Box::pin(async move {
            let statement = Statement::from_sql_and_values(DatabaseBackend::MySql, sql, to_sea(args));
            let rows = self.transaction.query_all_raw(statement).await.map_err(|e| sea_error(&e))?;
            rows.iter().map(from_sea).collect()
        })
    }
    fn next_id(&self, now: Timestamp) -> Uuid {
        self.ids.next(now)
    }
    fn wake(&mut self) {
        self.emitted = true;
    }
}

impl SqlError {
    /// Whether a unique key was taken.
    pub fn is_unique(&self) -> bool {
        self.kind == SqlErrorKind::Unique
    }
}
