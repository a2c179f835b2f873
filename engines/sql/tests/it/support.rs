//! A fresh database per test: a SQLite file in a folder that goes away with it, or, when `CHOWK_TEST_MYSQL_URL` names a
//! throw-away server (such as `mysql://user:password@127.0.0.1:3306`), a database of its own there.

use std::sync::Arc;

use engine_sql::Db;
use sea_orm::ConnectionTrait;
use services::kernel::{
    clock::{ManualClock, Timestamp},
    ids::SystemIds,
};

/// A database and the folder that it lives in.
pub struct TestDb {
    /// The database.
    pub db: Db,
    /// Moves only when told; starts at 2026-11-20T06:00:00Z, a Friday.
    pub clock: Arc<ManualClock>,
    /// For raw SQL beside the stores.
    pub path: std::path::PathBuf,
    _folder: tempfile::TempDir,
}

/// A fresh, migrated database.
pub async fn db() -> TestDb {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("chowk.db");
    let clock = Arc::new(ManualClock::new(Timestamp::parse_rfc3339("2026-11-20T06:00:00Z").expect("an instant")));
    let url = match std::env::var("CHOWK_TEST_MYSQL_URL") {
        Ok(server) => mysql_database(&server).await,
        Err(_) => format!("sqlite:{}", path.display()),
    };
    let db = Db::open(&url, clock.clone(), Arc::new(SystemIds)).await.expect("opens");
    TestDb { db, clock, path, _folder: folder }
}

async fn mysql_database(server: &str) -> String {
    let name = format!("chowk_test_{}", uuid::Uuid::now_v7().simple());
    let connection = sea_orm::Database::connect(server).await.expect("the server answers");
    let create = format!("CREATE DATABASE {name} CHARACTER SET utf8mb4");
    connection.execute_unprepared(&create).await.expect("makes a database");
    connection.close().await.expect("closes");
    format!("{}/{name}", server.trim_end_matches('/'))
}

/// One test per function of an area's contract suite, each on a fresh database.
macro_rules! contract_tests {
    ($area:ident on $store:path: $($name:ident),+ $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let t = $crate::support::db().await;
            services::$area::contract::$name(std::sync::Arc::new($store(t.db.clone()))).await;
        }
    )+};
}
pub(crate) use contract_tests;

impl TestDb {
    /// The payloads of all events of a kind, oldest first.
    pub async fn events(&self, kind: &str) -> Vec<serde_json::Value> {
        let rows = self
            .db
            .read("sql", "SELECT data FROM events WHERE kind = ? ORDER BY seq", engine_sql::args![kind])
            .await
            .expect("reads");
        rows.iter().map(|r| r.json(0).expect("is JSON")).collect()
    }
}
