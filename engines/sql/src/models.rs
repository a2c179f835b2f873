//! Models of recommendations on SQL: parts under a version that is served once it is finished.

use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt;
use services::{
    kernel::{clock::Timestamp, error::EngineResult},
    recommendations::{Model, model::Part, ports::ModelStore},
};

use crate::{Db, Json, Row, args};

const ENGINE: &str = "recommendations";
/// Versions kept, so that one can be taken back.
const KEPT: u64 = 5;
const CURRENT: &str = "SELECT MAX(version) FROM model_versions WHERE finished = 1 AND taken_back = 0";

/// Models in a relational database.
#[derive(Clone, Debug)]
pub struct SqlModelStore {
    db: Db,
}

impl SqlModelStore {
    /// On a database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

fn version(row: Option<&Row>) -> EngineResult<Option<u64>> {
    let found = row.map(|r| r.opt_int(0)).transpose()?.flatten();
    Ok(found.and_then(|v| u64::try_from(v).ok()))
}

#[async_trait]
impl ModelStore for SqlModelStore {
    async fn begin(&self, now: Timestamp) -> EngineResult<u64> {
        self.db
            .write(ENGINE, move |tx| {
                async move {
                    let newest = tx.first("SELECT MAX(version) FROM model_versions", args![]).await?;
                    let next = version(newest.as_ref())?.unwrap_or(0) + 1;
                    // Two that begin at once on MySQL meet in the key, and one begins again.
                    let begin =
                        "INSERT INTO model_versions (version, begun_at, finished, taken_back) VALUES (?, ?, 0, 0)";
                    tx.execute(begin, args![next, now]).await?;
                    Ok(next)
                }
                .boxed()
            })
            .await
    }
    async fn put(&self, version: u64, number: usize, part: Part) -> EngineResult<()> {
        let part = Arc::new(part);
        self.db
            .write(ENGINE, move |tx| {
                let part = Arc::clone(&part);
                async move {
                    tx.execute("DELETE FROM model_parts WHERE version = ? AND part = ?", args![version, number])
                        .await?;
                    let put = "INSERT INTO model_parts (version, part, body) VALUES (?, ?, ?)";
                    tx.execute(put, args![version, number, Json(part.as_ref())]).await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }
    async fn finish(&self, version: u64, parts: usize) -> EngineResult<bool> {
        let parts = i64::try_from(parts).unwrap_or(i64::MAX);
        self.db
            .write(ENGINE, move |tx| {
                async move {
                    let there = tx.first("SELECT COUNT(*) FROM model_parts WHERE version = ?", args![version]).await?;
                    if there.map(|r| r.int(0)).transpose()? != Some(parts) {
                        return Ok(false);
                    }
                    let finish = "UPDATE model_versions SET finished = 1 WHERE version = ?";
                    let done = tx.execute(finish, args![version]).await? > 0;
                    let old = version.saturating_sub(KEPT);
                    tx.execute("DELETE FROM model_parts WHERE version <= ?", args![old]).await?;
                    tx.execute("DELETE FROM model_versions WHERE version <= ?", args![old]).await?;
                    Ok(done)
                }
                .boxed()
            })
            .await
    }
    async fn current(&self) -> EngineResult<Option<u64>> {
        version(self.db.read(ENGINE, CURRENT, args![]).await?.first())
    }
    async fn model(&self, version: u64) -> EngineResult<Option<Model>> {
        let sql = "SELECT begun_at FROM model_versions WHERE version = ? AND finished = 1";
        let begun = self.db.read(ENGINE, sql, args![version]).await?;
        let Some(made_at) = begun.first().map(|r| r.time(0)).transpose()? else { return Ok(None) };
        let sql = "SELECT body FROM model_parts WHERE version = ? ORDER BY part";
        let parts = self.db.read(ENGINE, sql, args![version]).await?;
        let parts = parts.iter().map(|r| r.json::<Part>(0)).collect::<Result<Vec<_>, _>>()?;
        Ok(Some(Model::joined(version, made_at, parts)))
    }
    async fn take_back(&self, version: u64) -> EngineResult<bool> {
        self.db
            .write(ENGINE, move |tx| {
                async move {
                    let current = tx.first(CURRENT, args![]).await?;
                    let before = format!("{CURRENT} AND version < ?");
                    let before = tx.first(&before, args![version]).await?;
                    if self::version(current.as_ref())? != Some(version) || self::version(before.as_ref())?.is_none() {
                        return Ok(false);
                    }
                    tx.execute("UPDATE model_versions SET taken_back = 1 WHERE version = ?", args![version]).await?;
                    Ok(true)
                }
                .boxed()
            })
            .await
    }
}
