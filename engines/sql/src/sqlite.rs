//! The one writer of a SQLite file: a thread that runs programs one after the other and commits them in groups.
//!
//! One writer per file in the whole process, whatever URLs point at it (two would wait for each other and fail with
//! `database is locked`). Each program runs inside a SAVEPOINT of the group's transaction, so a failed one takes nothing
//! else with it; answers go out only after the group's COMMIT, with `synchronous=FULL`.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, Weak},
};

use futures::{
    FutureExt,
    future::{BoxFuture, ready},
};
use parking_lot::Mutex;
use rusqlite::{
    Connection,
    types::{ToSqlOutput, ValueRef},
};
use services::kernel::{
    clock::Timestamp,
    error::{EngineError, EngineResult},
    ids::IdSource,
};
use tokio::sync::{
    mpsc::{self, error::TrySendError},
    oneshot, watch,
};
use uuid::Uuid;

use crate::{
    tx::{SqlError, SqlErrorKind, Tx},
    value::{Row, Value},
};

/// Programs that wait for the writer; those beyond them are refused.
const QUEUE: usize = 4_096;
/// Programs of one commit, at most.
const GROUP: usize = 64;
/// Prepared statements that the writer keeps.
const STATEMENTS: usize = 256;

/// A program with its waiting caller.
pub(crate) trait Job: Send {
    /// Runs the program; true when its effects are to be kept.
    fn run(&mut self, tx: &mut LiteTx) -> bool;
    /// Answers the caller, after the commit or its failure.
    fn answer(self: Box<Self>, committed: Result<(), EngineError>);
}

/// A program as a closure, its result until the commit, and who waits for it.
pub(crate) struct Pending<F, T> {
    program: F,
    result: Option<EngineResult<T>>,
    waiting: oneshot::Sender<EngineResult<T>>,
}

impl<F, T> Pending<F, T>
where
    F: for<'t> Fn(&'t mut dyn Tx) -> BoxFuture<'t, EngineResult<T>> + Send,
    T: Send,
{
    /// A program and where its answer will be.
    pub(crate) fn new(program: F) -> (Box<Self>, oneshot::Receiver<EngineResult<T>>) {
        let (waiting, answer) = oneshot::channel();
        (Box::new(Self { program, result: None, waiting }), answer)
    }
}

impl<F, T> Job for Pending<F, T>
where
    F: for<'t> Fn(&'t mut dyn Tx) -> BoxFuture<'t, EngineResult<T>> + Send,
    T: Send,
{
    fn run(&mut self, tx: &mut LiteTx) -> bool {
        let ran = catch_unwind(AssertUnwindSafe(|| (self.program)(tx).now_or_never()));
        let result = match ran {
            Ok(Some(result)) => result,
            Ok(None) => Err(EngineError::permanent("sql", "a transaction program waited for something outside")),
            Err(_) => Err(EngineError::permanent("sql", "a transaction program panicked")),
        };
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }
    fn answer(self: Box<Self>, committed: Result<(), EngineError>) {
        let result = match (self.result, committed) {
            (Some(Ok(_)), Err(e)) => Err(e),
            (Some(result), _) => result,
            (None, Err(e)) => Err(e),
            (None, Ok(())) => Err(EngineError::retryable("sql", "the program did not run")),
        };
        // The caller may have gone away; its work is committed all the same.
        let _ = self.waiting.send(result);
    }
}

/// The writer of one file.
pub(crate) struct Writer {
    queue: mpsc::Sender<Box<dyn Job>>,
    /// Counts commits that wrote events.
    pub(crate) written: watch::Sender<u64>,
}

static WRITERS: LazyLock<Mutex<HashMap<PathBuf, Weak<Writer>>>> = LazyLock::new(Mutex::default);

impl Writer {
    /// The writer of a file: the running one, or a new thread.
    pub(crate) fn of(path: &Path, ids: Arc<dyn IdSource>) -> EngineResult<Arc<Self>> {
        let path = std::path::absolute(path).map_err(|e| broken(format!("{}: {e}", path.display())))?;
        let mut writers = WRITERS.lock();
        if let Some(writer) = writers.get(&path).and_then(Weak::upgrade) {
            return Ok(writer);
        }
        let connection = open(&path)?;
        let (queue, jobs) = mpsc::channel(QUEUE);
        let writer = Arc::new(Self { queue, written: watch::channel(0).0 });
        let written = writer.written.clone();
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || work(connection, jobs, &written, ids))
            .map_err(|e| broken(format!("the writer thread cannot start: {e}")))?;
        writers.retain(|_, w| w.strong_count() > 0);
        writers.insert(path, Arc::downgrade(&writer));
        Ok(writer)
    }

    /// Hands a program to the writer; refused at once when too many wait.
    pub(crate) fn submit(&self, job: Box<dyn Job>) -> EngineResult<()> {
        self.queue.try_send(job).map_err(|e| match e {
            TrySendError::Full(_) => EngineError::retryable("sql", "too many programs wait for the writer"),
            TrySendError::Closed(_) => EngineError::retryable("sql", "the writer has stopped"),
        })
    }
}

fn open(path: &Path) -> EngineResult<Connection> {
    let connection = Connection::open(path).map_err(|e| broken(format!("{}: {e}", path.display())))?;
    connection
        .execute_batch(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=5000;
             PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY;",
        )
        .map_err(|e| broken(format!("{}: {e}", path.display())))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

fn broken(message: String) -> EngineError {
    EngineError::permanent("sql", message)
}

fn work(
    connection: Connection,
    mut jobs: mpsc::Receiver<Box<dyn Job>>,
    written: &watch::Sender<u64>,
    ids: Arc<dyn IdSource>,
) {
    let mut tx = LiteTx { connection, ids, emitted: false };
    let mut group: Vec<Box<dyn Job>> = Vec::with_capacity(GROUP);
    while jobs.blocking_recv_many(&mut group, GROUP) > 0 {
        tx.emitted = false;
        let committed = commit_group(&mut tx, &mut group);
        if committed.is_ok() && tx.emitted {
            written.send_modify(|n| *n += 1);
        }
        for job in group.drain(..) {
            job.answer(committed.clone());
        }
    }
}

fn commit_group(tx: &mut LiteTx, group: &mut [Box<dyn Job>]) -> Result<(), EngineError> {
    let result = (|| {
        tx.connection.execute_batch("BEGIN IMMEDIATE")?;
        for job in group.iter_mut() {
            tx.connection.execute_batch("SAVEPOINT program")?;
            let emitted = tx.emitted;
            let end = if job.run(tx) {
                "RELEASE program"
            } else {
                tx.emitted = emitted;
                "ROLLBACK TO program; RELEASE program"
            };
            tx.connection.execute_batch(end)?;
        }
        tx.connection.execute_batch("COMMIT")
    })();
    result.map_err(|e: rusqlite::Error| {
        if !tx.connection.is_autocommit() {
            // A failed rollback leaves nothing to undo: the next BEGIN would report it.
            let _ = tx.connection.execute_batch("ROLLBACK");
        }
        EngineError::retryable("sql", format!("the transaction was not committed: {e}"))
    })
}

/// A transaction on the writer's connection.
pub(crate) struct LiteTx {
    connection: Connection,
    ids: Arc<dyn IdSource>,
    emitted: bool,
}

impl LiteTx {
    fn run(&self, sql: &str, args: &[Value]) -> rusqlite::Result<u64> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let n = statement.execute(rusqlite::params_from_iter(args.iter().map(to_lite)))?;
        Ok(n as u64)
    }
    fn rows(&self, sql: &str, args: &[Value]) -> rusqlite::Result<Vec<Row>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query(rusqlite::params_from_iter(args.iter().map(to_lite)))?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            out.push(Row((0..columns).map(|i| row.get_ref(i).map(from_lite)).collect::<rusqlite::Result<_>>()?));
        }
        Ok(out)
    }
}

impl Tx for LiteTx {
    fn execute<'a>(&'a mut self, sql: &'a str, args: Vec<Value>) -> BoxFuture<'a, Result<u64, SqlError>> {
        ready(self.run(sql, &args).map_err(|e| lite_error(&e))).boxed()
    }
    fn query<'a>(&'a mut self, sql: &'a str, args: Vec<Value>) -> BoxFuture<'a, Result<Vec<Row>, SqlError>> {
        ready(self.rows(sql, &args).map_err(|e| lite_error(&e))).boxed()
    }
    fn next_id(&self, now: Timestamp) -> Uuid {
        self.ids.next(now)
    }
    fn wake(&mut self) {
        self.emitted = true;
    }
}

fn lite_error(e: &rusqlite::Error) -> SqlError {
    use rusqlite::ErrorCode::{ConstraintViolation, DatabaseBusy, DatabaseLocked, DiskFull, SystemIoFailure};
    let kind = match e {
        rusqlite::Error::SqliteFailure(f, _) => match f.code {
            // 2067: a unique index, 1555: a primary key.
            ConstraintViolation if matches!(f.extended_code, 2067 | 1555) => SqlErrorKind::Unique,
            DatabaseBusy | DatabaseLocked | DiskFull | SystemIoFailure => SqlErrorKind::Retry,
            _ => SqlErrorKind::Other,
        },
        _ => SqlErrorKind::Other,
    };
    SqlError { kind, message: e.to_string() }
}

fn to_lite(value: &Value) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(match value {
        Value::Null => ValueRef::Null,
        Value::Int(v) => ValueRef::Integer(*v),
        Value::Real(v) => ValueRef::Real(*v),
        Value::Text(v) => ValueRef::Text(v.as_bytes()),
        Value::Bytes(v) => ValueRef::Blob(v),
    })
}

fn from_lite(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(v) => Value::Int(v),
        ValueRef::Real(v) => Value::Real(v),
        ValueRef::Text(v) => Value::Text(String::from_utf8_lossy(v).into_owned()),
        ValueRef::Blob(v) => Value::Bytes(v.to_vec()),
    }
}
