//! The one list of live and archived orders: rows of `orders`, of which those that moved are slim.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use futures::FutureExt;
use services::{
    history::{ArchiveKey, Entry, OrderIndex, Slim},
    kernel::{
        caller::Owner,
        clock::Timestamp,
        error::EngineResult,
        ids::OrderId,
        pages::{Page, Window},
    },
    orders::{Order, OrderFilter, OrderPosition, OrderState, states},
};

use super::{
    ENGINE, ROWS_MAX, SqlOrderStore,
    common::{corrupt, owner, state},
    read,
};
use crate::{Db, Tx, args, sql_in};

/// Ids of one `IN (…)`.
const CHUNK: usize = 500;

/// No money of an order is on its way in either direction, and no goods on their way back.
const SETTLED: &str = "NOT EXISTS (SELECT 1 FROM refunds r WHERE r.order_id = orders.id AND r.state = 'PENDING') \
                       AND NOT EXISTS (SELECT 1 FROM charge_jobs j WHERE j.order_id = orders.id) \
                       AND NOT EXISTS (SELECT 1 FROM returns b WHERE b.order_id = orders.id AND b.state IN ('REQUESTED', 'PICKED_UP', 'RECEIVED'))";

#[async_trait]
impl OrderIndex for SqlOrderStore {
    async fn page(
        &self,
        owner: Owner,
        filter: OrderFilter,
        window: Window<OrderPosition>,
    ) -> EngineResult<Page<Entry>> {
        let page = read::page(&self.db, owner, &filter, window, "").await?;
        let mut entries = entries(&self.db, &page.rows).await?;
        let rows = page.rows.iter().filter_map(|id| entries.remove(id)).collect();
        Ok(Page { rows, has_next: page.has_next, has_previous: page.has_previous })
    }

    async fn entries(&self, ids: &[OrderId]) -> EngineResult<HashMap<OrderId, Entry>> {
        entries(&self.db, ids).await
    }

    async fn numbered(&self, number: &str) -> EngineResult<Option<OrderId>> {
        let rows = self.db.read(ENGINE, "SELECT id FROM orders WHERE number = ?", args![number]).await?;
        rows.first().map(|r| r.id(0)).transpose()
    }

    async fn due(&self, before: Timestamp, limit: usize) -> EngineResult<Vec<OrderId>> {
        let ended: Vec<String> = states::ALL
            .into_iter()
            .filter(|s| states::is_final(*s))
            .map(|s| format!("'{}'", states::name(s)))
            .collect();
        let sql = format!(
            "SELECT id FROM orders WHERE archived = 0 AND created_at < ? AND touched < ? AND state IN ({}) AND {SETTLED} \
             ORDER BY created_at LIMIT ?",
            ended.join(", ")
        );
        let rows = self.db.read(ENGINE, &sql, args![before, before, limit.min(ROWS_MAX)]).await?;
        rows.iter().map(|r| r.id(0)).collect()
    }

    async fn let_go(&self, order: &Order, checksum: &str) -> EngineResult<bool> {
        let (order, checksum) = (Arc::new(order.clone()), checksum.to_owned());
        self.db
            .write(ENGINE, move |tx| {
                let (order, checksum) = (Arc::clone(&order), checksum.clone());
                async move { let_go(tx, &order, &checksum).await }.boxed()
            })
            .await
    }
}

/// What the document holds instead.
const GONE: [&str; 4] = [
    "DELETE FROM order_lines WHERE order_id = ?",
    "DELETE FROM shipments WHERE order_id = ?",
    "DELETE FROM return_lines WHERE return_id IN (SELECT id FROM returns WHERE order_id = ?)",
    "DELETE FROM returns WHERE order_id = ?",
];

/// The conditional change comes first: it takes the row's lock, and what it refuses leaves no trace.
async fn let_go(tx: &mut dyn Tx, order: &Order, checksum: &str) -> EngineResult<bool> {
    let sql = format!(
        "UPDATE orders SET archived = 1, archive_owner = owner_id, archive_checksum = ?, email = NULL, address = '', \
         charges = '' WHERE id = ? AND archived = 0 AND state = ? AND sequence = ? AND owner_id = ? AND {SETTLED}"
    );
    let values = args![checksum, order.id, states::name(order.state), order.sequence, order.owner.uuid()];
    if tx.execute(&sql, values).await? == 0 {
        return Ok(false);
    }
    tx.execute(
        "INSERT INTO archived_lines (id, order_id, variant, warehouse, quantity, state) \
         SELECT id, order_id, variant, warehouse, quantity - cancelled - returned, state FROM order_lines WHERE order_id = ?",
        args![order.id],
    )
    .await?;
    for gone in GONE {
        tx.execute(gone, args![order.id]).await?;
    }
    Ok(true)
}

pub(super) async fn archived_state(db: &Db, of: Owner, order: OrderId) -> EngineResult<Option<OrderState>> {
    let sql = "SELECT state, owner_id, guest FROM orders WHERE id = ? AND archived = 1";
    let rows = db.read(ENGINE, sql, args![order]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(if owner(row, 1, 2)? == of { Some(state(&row.text(0)?)?) } else { None })
}

pub(super) async fn entries(db: &Db, ids: &[OrderId]) -> EngineResult<HashMap<OrderId, Entry>> {
    let mut found = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let sql = format!(
            "SELECT id, created_at, archived, owner_id, guest, state, sequence, archive_owner, archive_checksum \
             FROM orders WHERE id IN ({})",
            sql_in(chunk.len())
        );
        let rows = db.read(ENGINE, &sql, read::keys(chunk)).await?;
        let gone: Vec<OrderId> = rows
            .iter()
            .filter_map(|r| r.bool(2).and_then(|archived| Ok(archived.then_some(r.id(0)?))).transpose())
            .collect::<EngineResult<_>>()?;
        let (mut paid, mut refunds) = read::money_of(db, &gone).await?;
        for row in &rows {
            let id: OrderId = row.id(0)?;
            let archived = if row.bool(2)? {
                let payment = paid.remove(&id).ok_or_else(|| corrupt(format_args!("order {id} has no payment")))?;
                Some(Slim {
                    key: ArchiveKey {
                        owner: row.uuid(7)?,
                        created_at: row.time(1)?,
                        order: id,
                        checksum: row.text(8)?,
                    },
                    owner: owner(row, 3, 4)?,
                    state: state(&row.text(5)?)?,
                    sequence: row.u64(6)?,
                    payment,
                    refunds: refunds.remove(&id).unwrap_or_default(),
                })
            } else {
                None
            };
            found.insert(id, Entry { id, created_at: row.time(1)?, archived });
        }
    }
    Ok(found)
}
