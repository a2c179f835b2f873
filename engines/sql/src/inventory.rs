//! Stock on SQL: levels, the ledger, and [`move_stock`], the one place where a level changes. Placing an order calls
//! [`move_stock`] inside its own transaction. It does not decide what moves; it only refuses to go below zero.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use futures::FutureExt;
use services::{
    inventory::{LedgerRow, Moved, Movement, StockLevel, StockMove, ports::InventoryStore},
    kernel::{
        clock::Timestamp,
        error::{EngineError, EngineResult},
        events::{NewEvent, StockEvent},
        ids::{ItemId, LedgerId, VariantId},
    },
};

use crate::{Db, Row, Tx, args, sql_in};

const ENGINE: &str = "inventory";
/// Keys of one `IN (…)`.
const KEYS_PER_QUERY: usize = 500;

/// Moves one ledger row's units inside the caller's transaction: level, ledger row and, when the available units go to or
/// from zero, the event. The same (cause, movement, variant, warehouse) again does nothing; a level never goes below
/// zero. `item` is what the variant belongs to, for the event.
pub(crate) async fn move_stock(tx: &mut dyn Tx, row: &LedgerRow, item: ItemId, now: Timestamp) -> EngineResult<Moved> {
    if already_moved(tx, row).await? {
        return Ok(Moved::Already);
    }
    let (available, reserved, sold) = row.movement.effect(row.quantity);
    let changed = tx
        .execute(
            "UPDATE stock_levels SET available = available + ?, reserved = reserved + ?, sold = sold + ? \
             WHERE variant = ? AND warehouse = ? AND available >= ? AND reserved >= ? AND sold >= ?",
            args![
                available,
                reserved,
                sold,
                row.variant,
                &row.warehouse,
                needed(available),
                needed(reserved),
                needed(sold)
            ],
        )
        .await?;
    let left = available_of(tx, row).await?;
    if changed == 0 {
        if left.is_some() && needed(available) == 0 && needed(reserved) == 0 && needed(sold) == 0 {
            // Nothing could have refused it: the level was made by another between the two statements (MySQL).
            return Err(EngineError::retryable(ENGINE, "the level was made by another meanwhile"));
        }
        if left.is_some() || available < 0 || reserved < 0 || sold < 0 {
            return Ok(Moved::WouldBeNegative { available: units(left.unwrap_or(0)) });
        }
        tx.execute(
            "INSERT INTO stock_levels (variant, warehouse, available, reserved, sold) VALUES (?, ?, ?, ?, ?)",
            args![row.variant, &row.warehouse, available, reserved, sold],
        )
        .await?;
    }
    record(tx, row).await?;
    let after = if changed == 0 { available } else { left.unwrap_or(0) };
    if (after == 0) != (after - available == 0) {
        let flipped = StockEvent::AvailabilityFlipped {
            variant: row.variant,
            item,
            warehouse: row.warehouse.clone(),
            available: after > 0,
        };
        tx.emit(now, NewEvent::of(&flipped)).await?;
    }
    Ok(Moved::Done)
}

/// What a level must hold at least so that `delta` leaves it at zero or more.
fn needed(delta: i64) -> i64 {
    delta.checked_neg().unwrap_or(i64::MAX).max(0)
}

fn units(n: i64) -> u32 {
    u32::try_from(n.max(0)).unwrap_or(u32::MAX)
}

async fn already_moved(tx: &mut dyn Tx, row: &LedgerRow) -> EngineResult<bool> {
    let found = tx
        .query(
            "SELECT id FROM stock_ledger WHERE cause = ? AND movement = ? AND variant = ? AND warehouse = ?",
            args![&row.cause, row.movement.name(), row.variant, &row.warehouse],
        )
        .await?;
    Ok(!found.is_empty())
}

async fn available_of(tx: &mut dyn Tx, row: &LedgerRow) -> EngineResult<Option<i64>> {
    let found = tx
        .query(
            "SELECT available FROM stock_levels WHERE variant = ? AND warehouse = ?",
            args![row.variant, &row.warehouse],
        )
        .await?;
    found.first().map(|r| r.int(0)).transpose()
}

async fn record(tx: &mut dyn Tx, row: &LedgerRow) -> EngineResult<()> {
    tx.execute(
        "INSERT INTO stock_ledger (id, variant, warehouse, movement, quantity, cause, moved_at) \
         VALUES (?, ?, ?, ?, ?, ?, ?)",
        args![row.id, row.variant, &row.warehouse, row.movement.name(), row.quantity, &row.cause, row.at],
    )
    .await?;
    Ok(())
}

/// Stock in a relational database.
#[derive(Clone)]
pub struct SqlInventoryStore {
    db: Db,
}

impl SqlInventoryStore {
    /// On a database whose migrations have run.
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

#[async_trait]
impl InventoryStore for SqlInventoryStore {
    async fn levels(&self, variants: &[VariantId]) -> EngineResult<HashMap<VariantId, Vec<StockLevel>>> {
        let mut out: HashMap<VariantId, Vec<StockLevel>> = HashMap::with_capacity(variants.len());
        for chunk in variants.chunks(KEYS_PER_QUERY) {
            let sql = format!(
                "SELECT variant, warehouse, available, reserved, sold FROM stock_levels \
                 WHERE variant IN ({}) ORDER BY variant, warehouse",
                sql_in(chunk.len())
            );
            let keys = chunk.iter().map(|v| (*v).into()).collect::<Vec<_>>();
            for row in self.db.read(ENGINE, &sql, keys).await? {
                let level = level(&row)?;
                let of_variant = out.entry(level.variant).or_default();
                // A variant asked for twice across two chunks is read twice and told once.
                if !of_variant.iter().any(|l| l.warehouse == level.warehouse) {
                    of_variant.push(level);
                }
            }
        }
        Ok(out)
    }

    async fn apply(&self, moves: Vec<StockMove>, now: Timestamp) -> EngineResult<Vec<Moved>> {
        let ids = Arc::clone(self.db.ids());
        self.db
            .write(ENGINE, move |tx: &mut dyn Tx| {
                let moves = moves.clone();
                let ids = Arc::clone(&ids);
                async move {
                    let mut out = Vec::with_capacity(moves.len());
                    for m in moves {
                        let row = LedgerRow {
                            id: LedgerId(ids.next(now)),
                            variant: m.variant,
                            warehouse: m.warehouse,
                            movement: m.movement,
                            quantity: m.quantity,
                            cause: m.cause,
                            at: now,
                        };
                        out.push(move_stock(tx, &row, m.item, now).await?);
                    }
                    Ok(out)
                }
                .boxed()
            })
            .await
    }

    async fn ledger(&self, after: Option<LedgerId>, limit: usize) -> EngineResult<Vec<LedgerRow>> {
        let after = after.unwrap_or(LedgerId(uuid::Uuid::nil()));
        let rows = self
            .db
            .read(
                ENGINE,
                "SELECT id, variant, warehouse, movement, quantity, cause, moved_at FROM stock_ledger \
                 WHERE id > ? ORDER BY id LIMIT ?",
                args![after, limit as u64],
            )
            .await?;
        rows.iter().map(ledger_row).collect()
    }

    async fn scan_levels(&self, after: Option<(VariantId, String)>, limit: usize) -> EngineResult<Vec<StockLevel>> {
        let (variant, warehouse) = after.unwrap_or((VariantId(uuid::Uuid::nil()), String::new()));
        let rows = self
            .db
            .read(
                ENGINE,
                "SELECT variant, warehouse, available, reserved, sold FROM stock_levels \
                 WHERE variant > ? OR (variant = ? AND warehouse > ?) ORDER BY variant, warehouse LIMIT ?",
                args![variant, variant, warehouse, limit as u64],
            )
            .await?;
        rows.iter().map(level).collect()
    }
}

fn level(row: &Row) -> EngineResult<StockLevel> {
    Ok(StockLevel {
        variant: VariantId(row.uuid(0)?),
        warehouse: row.text(1)?,
        available: units(row.int(2)?),
        reserved: units(row.int(3)?),
        sold: units(row.int(4)?),
    })
}

fn ledger_row(row: &Row) -> EngineResult<LedgerRow> {
    let movement = row.text(3)?;
    Ok(LedgerRow {
        id: LedgerId(row.uuid(0)?),
        variant: VariantId(row.uuid(1)?),
        warehouse: row.text(2)?,
        movement: Movement::named(&movement)
            .ok_or_else(|| EngineError::permanent(ENGINE, format!("unknown movement {movement} in the ledger")))?,
        quantity: row.int(4)?,
        cause: row.text(5)?,
        at: Timestamp(row.int(6)?),
    })
}
