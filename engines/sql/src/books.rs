//! The books of reconciliation on SQL: stock, ledger, lines, orders and payments side by side. Reads only.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use services::{
    history::{OrderArchive, OrderIndex, Wrong, restore},
    inventory::{LedgerRow, Movement},
    kernel::{
        error::{EngineError, EngineResult},
        ids::{LedgerId, OrderId, OrderLineId, VariantId},
    },
    orders::{Order, OrderState, ports::OrderStore, states},
    reconciliation::{BooksStore, OrderBook, StockBook},
};

use crate::{Db, Row, Value, archive::SqlOrderArchive, args, orders::SqlOrderStore, sql_in};

const ENGINE: &str = "reconciliation";
/// Keys of one `IN (…)`.
const CHUNK: usize = 500;
/// Causes of one statement of ranges.
const CAUSES: usize = 100;
/// Events of an order that are read.
const EVENTS_MAX: u64 = 10_000;
/// How the ledger names a line as its cause.
const CAUSE: &str = "line:";

/// The books.
#[derive(Clone)]
pub struct SqlBooksStore {
    db: Db,
    orders: SqlOrderStore,
    archive: Arc<dyn OrderArchive>,
}

impl std::fmt::Debug for SqlBooksStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqlBooksStore").field("db", &self.db).finish_non_exhaustive()
    }
}

impl SqlBooksStore {
    /// On the database that holds orders and stock, with its own archive.
    pub fn new(db: Db) -> Self {
        let archive = Arc::new(SqlOrderArchive::new(db.clone()));
        Self::with_archive(db, archive)
    }
    /// With an archive elsewhere.
    pub fn with_archive(db: Db, archive: Arc<dyn OrderArchive>) -> Self {
        Self { orders: SqlOrderStore::new(db.clone()), db, archive }
    }

    /// Orders that moved, each as the archive tells it or what is wrong with its document.
    async fn archived(&self, wanted: &[OrderId]) -> EngineResult<Vec<(OrderId, Result<Order, Wrong>)>> {
        let slims: Vec<_> = self.orders.entries(wanted).await?.into_values().filter_map(|e| e.archived).collect();
        let keys: Vec<_> = slims.iter().map(|s| s.key.clone()).collect();
        let copies = if keys.is_empty() { HashMap::new() } else { self.archive.copies(&keys).await? };
        Ok(slims.iter().map(|s| (s.key.order, restore(s, copies.get(&s.key.order)))).collect())
    }
}

/// The sum of a ledger column's effect, in the words of SQL: the rules' own table spelt out.
fn effect_sum(part: fn((i64, i64, i64)) -> i64) -> String {
    let cases: Vec<String> = Movement::ALL
        .into_iter()
        .map(|m| format!("WHEN '{}' THEN {} * quantity", m.name(), part(m.effect(1))))
        .collect();
    format!("SUM(CASE movement {} ELSE 0 END)", cases.join(" "))
}

fn list(of: impl Fn(OrderState) -> bool) -> String {
    let names: Vec<String> =
        states::ALL.into_iter().filter(|s| of(*s)).map(|s| format!("'{}'", states::name(s))).collect();
    names.join(", ")
}

/// Level, ledger and lines of the keys that `from` names as `k`, in one statement.
fn stock_statement(from: &str) -> String {
    let ledger = |sum: String| {
        format!(
            "(SELECT CAST(COALESCE({sum}, 0) AS SIGNED) FROM stock_ledger l WHERE l.variant = k.variant AND l.warehouse = k.warehouse)"
        )
    };
    let lines = |states: String| {
        let of = |table: &str, units: &str| {
            format!(
                "(SELECT CAST(COALESCE(SUM({units}), 0) AS SIGNED) FROM {table} o \
                 WHERE o.variant = k.variant AND o.warehouse = k.warehouse AND o.state IN ({states}))"
            )
        };
        format!("({} + {})", of("order_lines", "quantity - cancelled - returned"), of("archived_lines", "quantity"))
    };
    format!(
        "SELECT k.variant, k.warehouse, k.available, k.reserved, k.sold, {}, {}, {}, {}, {} FROM {from}",
        ledger(effect_sum(|e| e.0)),
        ledger(effect_sum(|e| e.1)),
        ledger(effect_sum(|e| e.2)),
        lines(list(|s| s == OrderState::Created)),
        lines(list(states::is_sold)),
    )
}

fn stock_book(row: &Row) -> EngineResult<StockBook> {
    let level =
        row.opt_int(2)?.map(|available| Ok::<_, EngineError>((available, row.int(3)?, row.int(4)?))).transpose()?;
    Ok(StockBook {
        variant: row.id(0)?,
        warehouse: row.text(1)?,
        level,
        ledger: (row.int(5)?, row.int(6)?, row.int(7)?),
        held: row.int(8)?,
        sold: row.int(9)?,
    })
}

fn ids<T: From<uuid::Uuid>>(rows: &[Row]) -> EngineResult<Vec<T>> {
    rows.iter().map(|r| r.id(0)).collect()
}

#[async_trait]
impl BooksStore for SqlBooksStore {
    async fn stock(&self, after: Option<(VariantId, String)>, limit: usize) -> EngineResult<Vec<StockBook>> {
        let mut sql = stock_statement("stock_levels k");
        let mut values = args![];
        if let Some((variant, warehouse)) = after {
            sql.push_str(" WHERE k.variant > ? OR (k.variant = ? AND k.warehouse > ?)");
            values = args![variant, variant, warehouse];
        }
        sql.push_str(" ORDER BY k.variant, k.warehouse LIMIT ?");
        values.push(limit.into());
        self.db.read(ENGINE, &sql, values).await?.iter().map(stock_book).collect()
    }

    async fn stock_of(&self, variant: VariantId, warehouse: &str) -> EngineResult<StockBook> {
        // One row whether there is a level or not.
        let key = "(SELECT q.variant, q.warehouse, s.available, s.reserved, s.sold FROM (SELECT ? AS variant, ? AS warehouse) q \
                   LEFT JOIN stock_levels s ON s.variant = q.variant AND s.warehouse = q.warehouse) k";
        let rows = self.db.read(ENGINE, &stock_statement(key), args![variant, warehouse]).await?;
        rows.first().map_or_else(|| Err(EngineError::permanent(ENGINE, "a key without a row")), stock_book)
    }

    async fn without_level(&self, limit: usize) -> EngineResult<Vec<(VariantId, String)>> {
        let missing =
            "NOT EXISTS (SELECT 1 FROM stock_levels s WHERE s.variant = k.variant AND s.warehouse = k.warehouse)";
        let sql = format!(
            "SELECT DISTINCT k.variant, k.warehouse FROM stock_ledger k WHERE {missing} \
             UNION SELECT DISTINCT k.variant, k.warehouse FROM order_lines k WHERE {missing} \
             UNION SELECT DISTINCT k.variant, k.warehouse FROM archived_lines k WHERE {missing} LIMIT ?"
        );
        self.db.read(ENGINE, &sql, args![limit]).await?.iter().map(|r| Ok((r.id(0)?, r.text(1)?))).collect()
    }

    async fn orders(&self, after: Option<OrderId>, limit: usize) -> EngineResult<Vec<OrderId>> {
        let rows = match after {
            None => self.db.read(ENGINE, "SELECT id FROM orders ORDER BY id LIMIT ?", args![limit]).await?,
            Some(id) => {
                self.db.read(ENGINE, "SELECT id FROM orders WHERE id > ? ORDER BY id LIMIT ?", args![id, limit]).await?
            }
        };
        ids(&rows)
    }

    async fn orders_by_ids(&self, wanted: &[OrderId]) -> EngineResult<Vec<OrderBook>> {
        let mut orders = self.orders.orders_by_ids(wanted).await?;
        orders.extend(self.archived(wanted).await?.into_iter().filter_map(|(id, order)| Some((id, order.ok()?))));
        let mut events = self.orders.events_of(wanted, EVENTS_MAX).await?;
        let captured = self.captured(wanted).await?;
        let mut ledger = self.ledger_of(orders.values()).await?;
        let book = |order: Order| OrderBook {
            captured: captured.get(&order.id).copied().unwrap_or(0),
            events: events.remove(&order.id).unwrap_or_default(),
            ledger: order.lines.iter().flat_map(|l| ledger.remove(&l.id).unwrap_or_default()).collect(),
            order,
        };
        Ok(orders.into_values().map(book).collect())
    }

    async fn wrong_documents(&self, wanted: &[OrderId]) -> EngineResult<Vec<(OrderId, String)>> {
        let archived = self.archived(wanted).await?;
        Ok(archived.into_iter().filter_map(|(id, order)| Some((id, order.err()?.to_string()))).collect())
    }

    async fn holds(&self, after: Option<LedgerId>, limit: usize) -> EngineResult<Vec<(LedgerId, OrderLineId)>> {
        let from = after.map_or(uuid::Uuid::nil(), |id| id.0);
        let rows = self
            .db
            .read(
                ENGINE,
                "SELECT id, cause FROM stock_ledger WHERE movement = 'RESERVED' AND id > ? ORDER BY id LIMIT ?",
                args![from, limit],
            )
            .await?;
        rows.iter().map(|r| Ok((r.id(0)?, line_of(&r.text(1)?)?))).collect()
    }

    async fn lines(&self, wanted: &[OrderLineId]) -> EngineResult<Vec<OrderLineId>> {
        let mut there = Vec::with_capacity(wanted.len());
        for chunk in wanted.chunks(CHUNK) {
            for table in ["order_lines", "archived_lines"] {
                let sql = format!("SELECT id FROM {table} WHERE id IN ({})", sql_in(chunk.len()));
                let rows = self.db.read(ENGINE, &sql, chunk.iter().map(Value::from).collect()).await?;
                there.extend(ids::<OrderLineId>(&rows)?);
            }
        }
        Ok(there)
    }
}

/// The line that caused a ledger row.
fn line_of(cause: &str) -> EngineResult<OrderLineId> {
    let id = cause.strip_prefix(CAUSE).and_then(|rest| rest.split(':').next()).and_then(|id| id.parse().ok());
    id.ok_or_else(|| EngineError::permanent(ENGINE, format!("a hold was caused by `{cause}`, which is no line")))
}

impl SqlBooksStore {
    async fn captured(&self, orders: &[OrderId]) -> EngineResult<HashMap<OrderId, i64>> {
        let mut all = HashMap::with_capacity(orders.len());
        for chunk in orders.chunks(CHUNK) {
            let sql = format!("SELECT order_id, captured FROM payments WHERE order_id IN ({})", sql_in(chunk.len()));
            for row in self.db.read(ENGINE, &sql, chunk.iter().map(Value::from).collect()).await? {
                all.insert(row.id(0)?, row.int(1)?);
            }
        }
        Ok(all)
    }

    /// The ledger rows that lines caused.
    async fn ledger_of(
        &self,
        orders: impl Iterator<Item = &Order>,
    ) -> EngineResult<HashMap<OrderLineId, Vec<LedgerRow>>> {
        // A part of a line has the line's cause and a colon, and `;` follows on the colon.
        let causes: Vec<String> = orders.flat_map(|o| &o.lines).map(|l| format!("{CAUSE}{}", l.id)).collect();
        let mut all: HashMap<OrderLineId, Vec<LedgerRow>> = HashMap::with_capacity(causes.len());
        for chunk in causes.chunks(CAUSES) {
            let ranges = vec!["(cause >= ? AND cause < ?)"; chunk.len()].join(" OR ");
            let sql = format!(
                "SELECT id, variant, warehouse, movement, quantity, cause, moved_at FROM stock_ledger WHERE {ranges}"
            );
            let keys = chunk.iter().flat_map(|c| [Value::from(c.clone()), Value::from(format!("{c};"))]).collect();
            for r in self.db.read(ENGINE, &sql, keys).await? {
                let (name, cause) = (r.text(3)?, r.text(5)?);
                let movement = Movement::named(&name).ok_or_else(|| {
                    EngineError::permanent(ENGINE, format!("the ledger holds the unknown movement {name}"))
                })?;
                let line = line_of(&cause)?;
                let row = LedgerRow {
                    id: r.id(0)?,
                    variant: r.id(1)?,
                    warehouse: r.text(2)?,
                    movement,
                    quantity: r.int(4)?,
                    cause,
                    at: r.time(6)?,
                };
                all.entry(line).or_default().push(row);
            }
        }
        Ok(all)
    }
}
