//! Small reads: quotes, keys, what is due, parcels, events.

use std::collections::HashMap;

use services::{
    kernel::{
        caller::Owner,
        clock::Timestamp,
        error::EngineResult,
        ids::{OrderId, QuoteId, ShipmentId},
    },
    orders::{
        OrderEvent, OrderState, Quote, Shipment,
        ports::{Answered, TravellingParcel},
        states,
    },
};

use super::{ENGINE, ROWS_MAX, common};
use crate::{Db, Row, TimeOf, args, sql_in};

pub(super) async fn quote(db: &Db, id: QuoteId) -> EngineResult<Option<Quote>> {
    let rows = db.read(ENGINE, "SELECT body, owner_id, guest FROM quotes WHERE id = ?", args![id]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut quote: Quote = row.json(0)?;
    // The column is newer than the text: quotes change hands on sign-in.
    quote.owner = common::owner(row, 1, 2)?;
    Ok(Some(quote))
}

pub(super) async fn answered(db: &Db, owner: Owner, operation: &str, key: &str) -> EngineResult<Option<Answered>> {
    let rows = db.read(ENGINE, common::ANSWERED, args![owner.uuid(), operation, key]).await?;
    rows.first().map(common::answer).transpose()
}

fn ids<T: From<uuid::Uuid>>(rows: &[Row]) -> EngineResult<Vec<T>> {
    rows.iter().map(|r| r.id(0)).collect()
}

pub(super) async fn due(db: &Db, limit: usize, now: Timestamp) -> EngineResult<Vec<OrderId>> {
    // By the clock that set the deadline: a worker whose own runs behind would find orders late.
    let now = match db.time_of() {
        TimeOf::Caller => now,
        TimeOf::Server => match db.read(ENGINE, common::SERVER_NOW, args![]).await?.first() {
            Some(row) => row.time(0)?,
            None => now,
        },
    };
    let rows = db
        .read(
            ENGINE,
            "SELECT id FROM orders WHERE state = 'CREATED' AND pay_by <= ? ORDER BY pay_by LIMIT ?",
            args![now, limit.min(ROWS_MAX)],
        )
        .await?;
    ids(&rows)
}

pub(super) async fn to_pack(db: &Db, limit: usize) -> EngineResult<Vec<OrderId>> {
    let rows = db
        .read(
            ENGINE,
            "SELECT id FROM orders WHERE state = 'PLACED' ORDER BY created_at LIMIT ?",
            args![limit.min(ROWS_MAX)],
        )
        .await?;
    ids(&rows)
}

/// The columns that [`shipment`] reads.
pub(super) const SHIPMENT: &str =
    "SELECT id, order_id, warehouse, courier, tracking_number, state, expected_by, delivered_at, since FROM shipments";

pub(super) fn shipment(row: &Row) -> EngineResult<Shipment> {
    Ok(Shipment {
        id: row.id(0)?,
        order: row.id(1)?,
        warehouse: row.text(2)?,
        courier: row.text(3)?,
        tracking_number: row.opt_text(4)?,
        state: common::state(&row.text(5)?)?,
        expected_by: row.opt_time(6)?,
        delivered_at: row.opt_time(7)?,
    })
}

pub(super) async fn to_book(db: &Db, limit: usize) -> EngineResult<Vec<Shipment>> {
    let sql = format!("{SHIPMENT} WHERE state = 'PACKED' AND tracking_number IS NULL ORDER BY since LIMIT ?");
    db.read(ENGINE, &sql, args![limit.min(ROWS_MAX)]).await?.iter().map(shipment).collect()
}

pub(super) async fn parcels(
    db: &Db,
    state: OrderState,
    since_before: Timestamp,
    limit: usize,
) -> EngineResult<Vec<TravellingParcel>> {
    let sql =
        format!("{SHIPMENT} WHERE state = ? AND since < ? AND tracking_number IS NOT NULL ORDER BY since LIMIT ?");
    let rows = db.read(ENGINE, &sql, args![states::name(state), since_before, limit.min(ROWS_MAX)]).await?;
    rows.iter().map(|r| Ok(TravellingParcel { shipment: shipment(r)?, since: r.time(8)? })).collect()
}

pub(super) async fn orders_of_shipments(db: &Db, wanted: &[ShipmentId]) -> EngineResult<HashMap<ShipmentId, OrderId>> {
    let mut found = HashMap::with_capacity(wanted.len());
    for chunk in wanted.chunks(500) {
        let sql = format!("SELECT id, order_id FROM shipments WHERE id IN ({})", sql_in(chunk.len()));
        for row in db.read(ENGINE, &sql, chunk.iter().map(crate::Value::from).collect()).await? {
            found.insert(row.id(0)?, row.id(1)?);
        }
    }
    Ok(found)
}

const EVENT: &str =
    "SELECT order_id, sequence, owner_sequence, step, state, message, shipment_id, at FROM order_events";

fn event(row: &Row) -> EngineResult<OrderEvent> {
    let step = row.text(3)?;
    Ok(OrderEvent {
        order: row.id(0)?,
        sequence: row.u64(1)?,
        owner_sequence: row.u64(2)?,
        step: states::step_named(&step).ok_or_else(|| common::corrupt(format_args!("step {step}")))?,
        state: common::state(&row.text(4)?)?,
        message: row.text(5)?,
        shipment: row.opt_id(6)?,
        at: row.time(7)?,
    })
}

pub(super) async fn events(db: &Db, order: OrderId, after: u64, limit: usize) -> EngineResult<Vec<OrderEvent>> {
    let sql = format!("{EVENT} WHERE order_id = ? AND sequence > ? ORDER BY sequence LIMIT ?");
    db.read(ENGINE, &sql, args![order, after, limit.min(ROWS_MAX)]).await?.iter().map(event).collect()
}

pub(super) async fn owner_events(db: &Db, owner: Owner, after: u64, limit: usize) -> EngineResult<Vec<OrderEvent>> {
    let sql = format!("{EVENT} WHERE owner_id = ? AND owner_sequence > ? ORDER BY owner_sequence LIMIT ?");
    db.read(ENGINE, &sql, args![owner.uuid(), after, limit.min(ROWS_MAX)]).await?.iter().map(event).collect()
}

pub(super) async fn events_of(
    db: &Db,
    orders: &[OrderId],
    up_to: u64,
) -> EngineResult<HashMap<OrderId, Vec<OrderEvent>>> {
    let mut found: HashMap<OrderId, Vec<OrderEvent>> = HashMap::new();
    for chunk in orders.chunks(500) {
        let list = sql_in(chunk.len());
        let sql = format!("{EVENT} WHERE order_id IN ({list}) AND sequence <= ? ORDER BY order_id, sequence");
        let mut values: Vec<crate::Value> = chunk.iter().map(crate::Value::from).collect();
        values.extend(args![up_to]);
        for row in &db.read(ENGINE, &sql, values).await? {
            let event = event(row)?;
            found.entry(event.order).or_default().push(event);
        }
    }
    Ok(found)
}

pub(super) async fn newest_owner_sequence(db: &Db, owner: Owner) -> EngineResult<u64> {
    let sql = format!("{EVENT} WHERE owner_id = ? ORDER BY owner_sequence DESC LIMIT 1");
    let newest = db.read(ENGINE, &sql, args![owner.uuid()]).await?;
    newest.first().map_or(Ok(0), |row| Ok(event(row)?.owner_sequence))
}

pub(super) async fn anything_old(db: &Db, before: Timestamp) -> EngineResult<bool> {
    let sql = "SELECT 1 FROM quotes WHERE expires_at < ? UNION ALL SELECT 1 FROM order_keys WHERE used_at < ? \
               UNION ALL SELECT 1 FROM payment_messages WHERE at < ? LIMIT 1";
    Ok(!db.read(ENGINE, sql, args![before, before, before]).await?.is_empty())
}
