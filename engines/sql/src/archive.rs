//! The archive of orders as a table of documents; its database may be another than that of the orders.

use std::collections::HashMap;

use async_trait::async_trait;
use futures::FutureExt;
use services::{
    history::{ArchiveKey, Copy, OrderArchive},
    kernel::{error::EngineResult, ids::OrderId},
    orders::OrderPosition,
};
use uuid::Uuid;

use crate::{Db, Row, Value, args, sql_in};

const ENGINE: &str = "archive";
/// Keys of one `IN (…)`.
const CHUNK: usize = 500;
/// Most rows of one answer, whatever is asked for.
const ROWS_MAX: usize = 1_000;
const COPY: &str = "SELECT order_id, owner_id, created_at, checksum, body FROM archived_orders";
const DELETE: &str = "DELETE FROM archived_orders WHERE order_id = ? AND checksum = ?";

/// The archive in a relational database.
#[derive(Clone, Debug)]
pub struct SqlOrderArchive {
    db: Db,
}

impl SqlOrderArchive {
    /// In a database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

fn copy(r: &Row) -> EngineResult<Copy> {
    let key = ArchiveKey { order: r.id(0)?, owner: r.uuid(1)?, created_at: r.time(2)?, checksum: r.text(3)? };
    Ok(Copy { key, body: r.text(4)? })
}

#[async_trait]
impl OrderArchive for SqlOrderArchive {
    async fn put(&self, copy: Copy) -> EngineResult<()> {
        self.db
            .write(ENGINE, move |tx| {
                let copy = copy.clone();
                async move {
                    tx.execute(DELETE, args![copy.key.order, &copy.key.checksum]).await?;
                    tx.execute(
                        "INSERT INTO archived_orders (order_id, owner_id, created_at, checksum, body) VALUES (?, ?, ?, ?, ?)",
                        args![copy.key.order, copy.key.owner, copy.key.created_at, copy.key.checksum, copy.body],
                    )
                    .await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    async fn copies(&self, keys: &[ArchiveKey]) -> EngineResult<HashMap<OrderId, Copy>> {
        let mut found = HashMap::with_capacity(keys.len());
        for chunk in keys.chunks(CHUNK) {
            let sql = format!("{COPY} WHERE order_id IN ({})", sql_in(chunk.len()));
            let rows = self.db.read(ENGINE, &sql, chunk.iter().map(|k| Value::from(&k.order)).collect()).await?;
            for copy in rows.iter().map(copy) {
                let copy = copy?;
                // Copies of moves that were broken off lie beside.
                if chunk.contains(&copy.key) {
                    found.insert(copy.key.order, copy);
                }
            }
        }
        Ok(found)
    }

    async fn of_owner(&self, owner: Uuid, before: Option<OrderPosition>, limit: usize) -> EngineResult<Vec<Copy>> {
        let mut sql = format!("{COPY} WHERE owner_id = ?");
        let mut values = args![owner];
        if let Some((at, id)) = before {
            sql.push_str(" AND (created_at < ? OR (created_at = ? AND order_id < ?))");
            values.extend(args![at, at, id]);
        }
        sql.push_str(" ORDER BY created_at DESC, order_id DESC LIMIT ?");
        values.extend(args![limit.min(ROWS_MAX)]);
        self.db.read(ENGINE, &sql, values).await?.iter().map(copy).collect()
    }

    async fn erase(&self, keys: &[ArchiveKey]) -> EngineResult<()> {
        let keys = keys.to_vec();
        self.db
            .write(ENGINE, move |tx| {
                let keys = keys.clone();
                async move {
                    for key in keys {
                        tx.execute(DELETE, args![key.order, key.checksum]).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
    }
}
