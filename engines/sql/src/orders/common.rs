//! What all acts share: names in columns, locking an order, its lines, a step with its events, stock of a line.

use std::sync::Arc;

use futures::{FutureExt, future::BoxFuture};
use parking_lot::Mutex;
use serde::{Serialize, de::DeserializeOwned};
use services::{
    inventory::{LedgerRow, Moved, Movement},
    kernel::{
        caller::Owner,
        clock::Timestamp,
        error::{EngineError, EngineResult},
        events::{NewEvent, OrderStep, OrderedLine, OrdersEvent},
        ids::{GuestId, ItemId, LedgerId, OrderId, OrderLineId, ShipmentId, ShopperId, VariantId},
        money::Money,
        pincodes::Pincode,
    },
    orders::{OrderState, returns, states},
};
use uuid::Uuid;

use super::ENGINE;
use crate::{Db, Row, TimeOf, Tx, args, inventory::move_stock};

/// Runs a program that may refuse. A refusal rolls everything back, so it leaves the program as an error; what it says
/// waits beside it.
pub(super) async fn unless_refused<T, R, F>(db: &Db, program: F) -> EngineResult<Result<T, R>>
where
    F: for<'t> Fn(&'t mut dyn Tx) -> BoxFuture<'t, EngineResult<Result<T, R>>> + Send + Sync + 'static,
    T: Send + 'static,
    R: Send + 'static,
{
    let refusal: Arc<Mutex<Option<R>>> = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&refusal);
    let result = db
        .write(ENGINE, move |tx| {
            let (slot, running) = (Arc::clone(&slot), program(tx));
            async move {
                slot.lock().take();
                running.await?.map_err(|refused| {
                    *slot.lock() = Some(refused);
                    EngineError::permanent(ENGINE, "refused")
                })
            }
            .boxed()
        })
        .await;
    let refused = refusal.lock().take();
    refused.map_or_else(|| result.map(Ok), |refused| Ok(Err(refused)))
}

/// A stored value that cannot be what it says.
pub(super) fn corrupt(what: impl std::fmt::Display) -> EngineError {
    EngineError::permanent(ENGINE, format!("a stored value is wrong: {what}"))
}

pub(super) fn state(text: &str) -> EngineResult<OrderState> {
    states::named(text).ok_or_else(|| corrupt(format_args!("state {text}")))
}

/// The name of a plain enum, as serde spells it.
pub(super) fn spell<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(s)) => s,
        _ => String::new(),
    }
}

/// A plain enum from its name.
pub(super) fn unspell<T: DeserializeOwned>(text: String) -> EngineResult<T> {
    serde_json::from_value(serde_json::Value::String(text)).map_err(corrupt)
}

pub(super) fn money(row: &Row, amount: usize, currency: usize) -> EngineResult<Money> {
    Ok(Money::new(row.int(amount)?, row.text(currency)?.parse().map_err(corrupt)?))
}

pub(super) fn owner(row: &Row, id: usize, guest: usize) -> EngineResult<Owner> {
    let uuid = row.uuid(id)?;
    Ok(if row.bool(guest)? { Owner::Guest(GuestId(uuid)) } else { Owner::Shopper(ShopperId(uuid)) })
}

pub(super) fn is_guest(owner: Owner) -> bool {
    matches!(owner, Owner::Guest(_))
}

/// The instant by MySQL's clock, in microseconds.
pub(super) const SERVER_NOW: &str = "SELECT CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)";

/// The instant by the clock that decides about deadlines.
pub(super) async fn store_now(tx: &mut dyn Tx, time: TimeOf, now: Timestamp) -> EngineResult<Timestamp> {
    if time == TimeOf::Caller {
        return Ok(now);
    }
    let row = tx.first(SERVER_NOW, args![]).await?;
    row.map_or(Ok(now), |r| r.time(0))
}

/// The head of a locked order.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub id: OrderId,
    pub owner: Owner,
    pub state: OrderState,
    pub sequence: u64,
    pub pay_by: Option<Timestamp>,
    pub total: Money,
    pub from_cart: bool,
    pub pincode: Pincode,
    /// Now, but never before the order's last step.
    pub at: Timestamp,
}

/// Touches an order's row, which locks it, and reads its head.
pub(super) async fn lock(tx: &mut dyn Tx, id: OrderId, now: Timestamp) -> EngineResult<Option<Head>> {
    let sql = "UPDATE orders SET touched = CASE WHEN touched < ? THEN ? ELSE touched END WHERE id = ?";
    if tx.execute(sql, args![now, now, id]).await? == 0 {
        return Ok(None);
    }
    let row = tx
        .first(
            "SELECT owner_id, guest, state, sequence, pay_by, total, currency, from_cart, pincode, touched \
             FROM orders WHERE id = ?",
            args![id],
        )
        .await?
        .ok_or_else(|| corrupt("an order that was just locked"))?;
    Ok(Some(Head {
        id,
        owner: owner(&row, 0, 1)?,
        state: state(&row.text(2)?)?,
        sequence: row.u64(3)?,
        pay_by: row.opt_time(4)?,
        total: money(&row, 5, 6)?,
        from_cart: row.bool(7)?,
        pincode: Pincode::new(row.u32(8)?).ok_or_else(|| corrupt("pincode"))?,
        at: row.time(9)?,
    }))
}

/// A line, as far as acts need it.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub id: OrderLineId,
    pub variant: VariantId,
    pub item: ItemId,
    pub quantity: u32,
    pub unit_price: Money,
    pub total: Money,
    pub state: OrderState,
    pub warehouse: String,
    pub shipment: Option<ShipmentId>,
    pub cancelled: u32,
    pub coming_back: u32,
    pub returned: u32,
}

impl Line {
    /// Units that are still bought.
    pub(super) fn live(&self) -> u32 {
        returns::live_units(self.state, self.quantity, self.cancelled, self.returned)
    }

    /// The line with the units that are still bought; with all when none is any more.
    pub(super) fn told(&self) -> OrderedLine {
        self.told_units(if self.live() == 0 { self.quantity } else { self.live() })
    }

    pub(super) fn told_units(&self, quantity: u32) -> OrderedLine {
        OrderedLine { line: self.id, variant: self.variant, item: self.item, quantity, unit_price: self.unit_price }
    }
}

/// Where an order with these lines stands.
pub(super) fn state_of(lines: &[Line]) -> OrderState {
    states::of_lines(lines.iter().map(|l| l.state))
}

/// The lines of an order, in the order in which stock is locked.
pub(super) async fn lines(tx: &mut dyn Tx, order: OrderId) -> EngineResult<Vec<Line>> {
    let rows = tx
        .query(
            "SELECT id, variant, item, quantity, unit_price, total, currency, state, warehouse, shipment_id, cancelled, \
             coming_back, returned FROM order_lines WHERE order_id = ? ORDER BY variant, warehouse",
            args![order],
        )
        .await?;
    rows.iter()
        .map(|r| {
            Ok(Line {
                id: r.id(0)?,
                variant: r.id(1)?,
                item: r.id(2)?,
                quantity: r.u32(3)?,
                unit_price: money(r, 4, 6)?,
                total: money(r, 5, 6)?,
                state: state(&r.text(7)?)?,
                warehouse: r.text(8)?,
                shipment: r.opt_id(9)?,
                cancelled: r.u32(10)?,
                coming_back: r.u32(11)?,
                returned: r.u32(12)?,
            })
        })
        .collect()
}

/// Takes a line's step; an error when it stood elsewhere, which the order's lock excludes.
pub(super) async fn step_line(tx: &mut dyn Tx, line: &mut Line, step: OrderStep) -> EngineResult<()> {
    let to = states::after(line.state, step)
        .ok_or_else(|| corrupt(format_args!("line {} in {:?} asked for {step:?}", line.id, line.state)))?;
    let sql = "UPDATE order_lines SET state = ? WHERE id = ? AND state = ?";
    let moved = tx.execute(sql, args![states::name(to), line.id, states::name(line.state)]).await?;
    if moved != 1 {
        return Err(EngineError::retryable(ENGINE, "a line changed under its order's lock"));
    }
    line.state = to;
    Ok(())
}

/// Moves the stock of a whole line. Each movement happens at most once per line, by the ledger's unique cause.
pub(super) async fn move_line(tx: &mut dyn Tx, line: &Line, movement: Movement, at: Timestamp) -> EngineResult<()> {
    move_units(tx, line, movement, line.quantity, "", at).await
}

/// Moves units of a line. Each movement happens at most once per line and `part`; without a part it is of the whole line.
pub(super) async fn move_units(
    tx: &mut dyn Tx,
    line: &Line,
    movement: Movement,
    units: u32,
    part: &str,
    at: Timestamp,
) -> EngineResult<()> {
    if units == 0 {
        return Ok(());
    }
    let mut ledger = ledger_row(tx, line.id, line.variant, &line.warehouse, movement, units, at);
    if !part.is_empty() {
        ledger.cause = format!("{}:{part}", ledger.cause);
    }
    match move_stock(tx, &ledger, line.item, at).await? {
        Moved::Done | Moved::Already => Ok(()),
        Moved::WouldBeNegative { .. } => {
            Err(corrupt(format_args!("{} of line {} would make a level negative", movement.name(), line.id)))
        }
    }
}

pub(super) fn ledger_row(
    tx: &mut dyn Tx,
    line: OrderLineId,
    variant: VariantId,
    warehouse: &str,
    movement: Movement,
    quantity: u32,
    at: Timestamp,
) -> LedgerRow {
    LedgerRow {
        id: LedgerId(tx.next_id(at)),
        variant,
        warehouse: warehouse.to_owned(),
        movement,
        quantity: i64::from(quantity),
        cause: format!("line:{line}"),
        at,
    }
}

/// What an order did.
pub(super) struct Step<'a> {
    pub step: OrderStep,
    /// The order's state after it.
    pub to: OrderState,
    /// The parcel it is about.
    pub shipment: Option<ShipmentId>,
    /// For people, after the step's own words.
    pub detail: Option<&'a str>,
    /// It is about the whole order.
    pub whole: bool,
    /// The lines concerned.
    pub lines: Vec<OrderedLine>,
}

/// Takes an order's step: state, deadline, its own event, the event on the log.
pub(super) async fn step(tx: &mut dyn Tx, head: &mut Head, step: Step<'_>) -> EngineResult<()> {
    let sequence = head.sequence + 1;
    let pay_by = if step.to == OrderState::Created { head.pay_by } else { None };
    let moved = tx
        .execute(
            "UPDATE orders SET state = ?, sequence = ?, pay_by = ? WHERE id = ? AND state = ? AND sequence = ?",
            args![states::name(step.to), sequence, pay_by, head.id, states::name(head.state), head.sequence],
        )
        .await?;
    if moved != 1 {
        return Err(EngineError::retryable(ENGINE, "an order changed under its lock"));
    }
    (head.state, head.sequence, head.pay_by) = (step.to, sequence, pay_by);
    tell(tx, head, step).await
}

/// Writes the order's own event (with the owner's sequence) and the event on the log.
pub(super) async fn tell(tx: &mut dyn Tx, head: &Head, step: Step<'_>) -> EngineResult<()> {
    let owner_sequence = next_of_owner(tx, head.owner.uuid()).await?;
    tx.execute(
        "INSERT INTO order_events (order_id, sequence, owner_id, owner_sequence, step, state, message, shipment_id, at) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        args![
            head.id,
            head.sequence,
            head.owner.uuid(),
            owner_sequence,
            states::step_name(step.step),
            states::name(step.to),
            states::message(step.step, step.whole, step.detail),
            step.shipment,
            head.at
        ],
    )
    .await?;
    let event = OrdersEvent::OrderStepped {
        order: head.id,
        owner: head.owner.uuid(),
        sequence: head.sequence,
        step: step.step,
        shipment: step.shipment,
        from_cart: head.from_cart,
        lines: step.lines,
        pincode: head.pincode,
    };
    tx.emit(head.at, NewEvent::of(&event)).await
}

/// The next number of an owner's events.
pub(super) async fn next_of_owner(tx: &mut dyn Tx, owner: Uuid) -> EngineResult<u64> {
    if tx.execute("UPDATE order_owners SET sequence = sequence + 1 WHERE owner_id = ?", args![owner]).await? == 0 {
        tx.execute("INSERT INTO order_owners (owner_id, sequence) VALUES (?, 1)", args![owner]).await?;
        return Ok(1);
    }
    let row = tx.first("SELECT sequence FROM order_owners WHERE owner_id = ?", args![owner]).await?;
    row.ok_or_else(|| corrupt("an owner's sequence")).and_then(|r| r.u64(0))
}

/// What was answered under a key.
pub(super) async fn answered(
    tx: &mut dyn Tx,
    owner: Owner,
    once: &services::orders::ports::Once,
) -> EngineResult<Option<services::orders::ports::Answered>> {
    let row = tx.first(ANSWERED, args![owner.uuid(), once.operation, &once.key]).await?;
    row.as_ref().map(answer).transpose()
}

/// Reads an answered key: see [`answer`].
pub(super) const ANSWERED: &str =
    "SELECT input_hash, order_id, warnings FROM order_keys WHERE owner_id = ? AND operation = ? AND once_key = ?";

pub(super) fn answer(row: &Row) -> EngineResult<services::orders::ports::Answered> {
    Ok(services::orders::ports::Answered { input_hash: row.text(0)?, order: row.id(1)?, warnings: row.json(2)? })
}

/// Remembers a success under its key.
pub(super) async fn remember(
    tx: &mut dyn Tx,
    owner: Owner,
    once: &services::orders::ports::Once,
    order: OrderId,
    warnings: &[services::orders::PlacementWarning],
    at: Timestamp,
) -> EngineResult<()> {
    tx.execute(
        "INSERT INTO order_keys (owner_id, operation, once_key, input_hash, order_id, warnings, used_at) \
         VALUES (?, ?, ?, ?, ?, ?, ?)",
        args![owner.uuid(), once.operation, &once.key, &once.input_hash, order, crate::Json(&warnings), at],
    )
    .await?;
    Ok(())
}
