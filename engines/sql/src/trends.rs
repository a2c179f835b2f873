//! Trends on SQL: a row per window, replaced by newer versions only, and a row for the counting.

use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt;
use services::{
    kernel::error::EngineResult,
    trends::{Snapshot, Span, counting::Counting, ports::TrendStore},
};

use crate::{Db, Json, Tx, args};

const ENGINE: &str = "trends";
/// The counting of this shop's own worker.
const COUNTING: &str = "in process";

/// Trends in a relational database.
#[derive(Clone, Debug)]
pub struct SqlTrendStore {
    db: Db,
}

impl SqlTrendStore {
    /// On a database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

async fn publish(tx: &mut dyn Tx, windows: &[Snapshot]) -> EngineResult<usize> {
    let mut written = 0;
    for window in windows {
        let span = window.span.name();
        let there = tx.first("SELECT version FROM trend_windows WHERE span = ?", args![span]).await?;
        let changed = if there.is_some() {
            let newer = "UPDATE trend_windows SET version = ?, body = ? WHERE span = ? AND version < ?";
            tx.execute(newer, args![window.version, Json(window), span, window.version]).await?
        } else {
            let first = "INSERT INTO trend_windows (span, version, body) VALUES (?, ?, ?)";
            tx.execute(first, args![span, window.version, Json(window)]).await?
        };
        written += usize::try_from(changed).unwrap_or(0);
    }
    Ok(written)
}

#[async_trait]
impl TrendStore for SqlTrendStore {
    async fn publish(&self, windows: Vec<Snapshot>) -> EngineResult<usize> {
        let windows = Arc::new(windows);
        self.db
            .write(ENGINE, move |tx| {
                let windows = Arc::clone(&windows);
                async move { publish(tx, &windows).await }.boxed()
            })
            .await
    }
    async fn window(&self, span: Span) -> EngineResult<Option<Snapshot>> {
        let rows = self.db.read(ENGINE, "SELECT body FROM trend_windows WHERE span = ?", args![span.name()]).await?;
        rows.first().map(|row| row.json(0)).transpose()
    }
    async fn keep(&self, counting: Counting, windows: Vec<Snapshot>) -> EngineResult<()> {
        let both = Arc::new((counting, windows));
        self.db
            .write(ENGINE, move |tx| {
                let both = Arc::clone(&both);
                async move {
                    let (counting, windows) = both.as_ref();
                    publish(tx, windows).await?;
                    tx.execute("DELETE FROM trend_countings WHERE name = ?", args![COUNTING]).await?;
                    let keep = "INSERT INTO trend_countings (name, body) VALUES (?, ?)";
                    tx.execute(keep, args![COUNTING, Json(counting)]).await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }
    async fn kept(&self) -> EngineResult<Option<Counting>> {
        let rows = self.db.read(ENGINE, "SELECT body FROM trend_countings WHERE name = ?", args![COUNTING]).await?;
        rows.first().map(|row| row.json(0)).transpose()
    }
}
