//! Opening sea-orm's pools, with the settings that each engine needs.

use std::{path::PathBuf, time::Duration};

use sea_orm::{ConnectOptions, Database, DatabaseConnection};
use services::kernel::error::{EngineError, EngineResult};

/// Connections of a read pool on SQLite.
pub(crate) const SQLITE_READERS: u32 = 4;
/// Connections of a pool on MySQL.
pub(crate) const MYSQL_CONNECTIONS: u32 = 16;

/// The file of a `sqlite:` URL; `None` for another scheme.
pub(crate) fn sqlite_path(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    Some(PathBuf::from(rest.split('?').next().unwrap_or(rest)))
}

/// A pool that only reads a SQLite file.
pub(crate) async fn sqlite_readers(path: &std::path::Path) -> EngineResult<DatabaseConnection> {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", path.display()));
    options
        .max_connections(SQLITE_READERS)
        .min_connections(1)
        .sqlx_logging(false)
        .acquire_timeout(Duration::from_secs(5))
        .test_before_acquire(false)
        .map_sqlx_sqlite_opts(|o| {
            o.pragma("query_only", "ON")
                .pragma("cache_size", "-16384")
                .busy_timeout(Duration::from_secs(5))
                .statement_cache_capacity(256)
        });
    connect(options).await
}

/// A connection that migrates a SQLite file and is closed again.
pub(crate) async fn sqlite_migrator(path: &std::path::Path) -> EngineResult<DatabaseConnection> {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", path.display()));
    options.max_connections(1).sqlx_logging(false).map_sqlx_sqlite_opts(|o| {
        o.journal_mode(sqlx::sqlite::SqliteJournalMode::Wal).busy_timeout(Duration::from_secs(5))
    });
    connect(options).await
}

/// A pool on MySQL or MariaDB: READ COMMITTED, short lock waits, so that a conflict is seen and the program run again.
pub(crate) async fn mysql(url: &str) -> EngineResult<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(MYSQL_CONNECTIONS)
        .min_connections(1)
        .sqlx_logging(false)
        .acquire_timeout(Duration::from_secs(2))
        .connect_timeout(Duration::from_secs(5))
        .map_sqlx_mysql_pool_opts(|p| {
            p.after_connect(|c, _| {
                Box::pin(async move {
                    use sea_orm::sqlx::Executor;
                    c.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED").await?;
                    c.execute("SET SESSION innodb_lock_wait_timeout = 2").await?;
                    Ok(())
                })
            })
        });
    connect(options).await
}

async fn connect(options: ConnectOptions) -> EngineResult<DatabaseConnection> {
    Database::connect(options)
        .await
        .map_err(|e| EngineError::retryable("sql", format!("the database cannot be opened: {e}")))
}
