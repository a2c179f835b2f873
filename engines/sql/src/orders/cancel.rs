//! Calling off an order or lines of it before they are shipped: stock and money go back exactly once.

use std::{collections::BTreeSet, sync::Arc};

use futures::FutureExt;
use services::{
    inventory::Movement,
    kernel::{
        clock::Timestamp,
        error::{EngineError, EngineResult},
        events::{NewEvent, OrderStep, ShipmentsEvent},
        ids::{OrderId, ShipmentId},
        money::Money,
    },
    orders::{
        OrderState,
        ports::{Cancelled, Cancelling},
        returns::{self, Share},
        states,
    },
    payments::PaymentMethod,
};

use super::{
    ENGINE,
    common::{self, Head, Line, Step, corrupt},
    read,
    settle::{self, NewRefund, Paid},
};
use crate::{Db, Tx, args};

pub(super) async fn cancel(db: &Db, cancelling: Cancelling, now: Timestamp) -> EngineResult<Cancelled> {
    let cancelling = Arc::new(cancelling);
    let done = common::unless_refused(db, move |tx| {
        let cancelling = Arc::clone(&cancelling);
        async move { program(tx, &cancelling, now).await }.boxed()
    });
    match done.await? {
        Ok(order) => Ok(Cancelled::Done(Box::new(read::changed(db, order).await?))),
        Err(refused) => Ok(refused),
    }
}

async fn program(tx: &mut dyn Tx, c: &Cancelling, now: Timestamp) -> EngineResult<Result<OrderId, Cancelled>> {
    let head = common::lock(tx, c.order, now).await?;
    if let Some(answered) = common::answered(tx, c.owner, &c.once).await? {
        return Ok(Err(Cancelled::Answered(answered)));
    }
    let Some(mut head) = head.filter(|h| h.owner == c.owner) else {
        return Ok(Err(Cancelled::NoSuchOrder));
    };
    let mut lines = common::lines(tx, c.order).await?;
    // The lines of an archived order are elsewhere; it has ended.
    if lines.is_empty() {
        return Ok(Err(Cancelled::TooLate(head.state)));
    }
    if c.lines.iter().any(|u| !lines.iter().any(|l| l.id == u.line)) {
        return Ok(Err(Cancelled::NoSuchLine));
    }
    let chosen = |l: &Line| {
        if c.lines.is_empty() { l.state != OrderState::Cancelled } else { c.lines.iter().any(|u| u.line == l.id) }
    };
    if let Some(stuck) = lines.iter().find(|l| chosen(l) && !states::is_cancellable(l.state)) {
        return Ok(Err(Cancelled::TooLate(stuck.state)));
    }
    if !lines.iter().any(chosen) {
        return Ok(Err(Cancelled::TooLate(head.state)));
    }
    let wanted = |l: &Line| c.lines.iter().find(|u| u.line == l.id).and_then(|u| u.quantity).unwrap_or(l.live());
    if let Some(line) = lines.iter().find(|l| chosen(l) && wanted(l) > l.live()) {
        return Ok(Err(Cancelled::TooMany { line: line.id, left: line.live() }));
    }
    let unpaid = head.state == OrderState::Created;
    if unpaid && !lines.iter().all(|l| chosen(l) && wanted(l) == l.live()) {
        return Ok(Err(Cancelled::Unpaid));
    }
    let movement = if unpaid { Movement::Released } else { Movement::Restocked };
    let (mut gone, mut told) = (Vec::new(), Vec::new());
    for line in lines.iter_mut().filter(|l| chosen(l)) {
        let units = wanted(line);
        take_out(tx, line, units, movement, head.at).await?;
        gone.push(line.clone());
        told.push(line.told_units(units));
    }
    call_off_parcels(tx, &head, &lines, &gone).await?;
    if unpaid {
        settle::call_off(tx, head.id).await?;
    } else {
        give_back(tx, &head, &lines, c).await?;
    }
    let to = common::state_of(&lines);
    let whole = lines.iter().all(|l| l.state == OrderState::Cancelled);
    let detail = c.reason.as_deref();
    common::remember(tx, c.owner, &c.once, head.id, &[], head.at).await?;
    common::step(tx, &mut head, Step { step: OrderStep::Cancelled, to, shipment: None, detail, whole, lines: told })
        .await?;
    Ok(Ok(head.id))
}

/// Takes units out of a line, with their stock; the line ends with its last unit.
async fn take_out(tx: &mut dyn Tx, line: &mut Line, units: u32, movement: Movement, at: Timestamp) -> EngineResult<()> {
    let sql = "UPDATE order_lines SET cancelled = cancelled + ? WHERE id = ? AND cancelled = ? AND state = ? \
               AND quantity - cancelled - coming_back - returned >= ?";
    let taken = tx.execute(sql, args![units, line.id, line.cancelled, states::name(line.state), units]).await?;
    if taken != 1 {
        return Err(EngineError::retryable(ENGINE, "a line changed under its order's lock"));
    }
    // The units that went before make the cause unique, and a whole line's cause what it always was.
    let part = if line.cancelled == 0 { String::new() } else { format!("c{}", line.cancelled) };
    common::move_units(tx, line, movement, units, &part, at).await?;
    line.cancelled += units;
    if line.cancelled == line.quantity {
        common::step_line(tx, line, OrderStep::Cancelled).await?;
    }
    Ok(())
}

/// Calls off parcels of which nothing is left.
async fn call_off_parcels(tx: &mut dyn Tx, head: &Head, lines: &[Line], gone: &[Line]) -> EngineResult<()> {
    let touched: BTreeSet<ShipmentId> = gone.iter().filter_map(|l| l.shipment).collect();
    for shipment in touched {
        if lines.iter().any(|l| l.shipment == Some(shipment) && l.state != OrderState::Cancelled) {
            continue;
        }
        let called_off = tx
            .execute(
                "UPDATE shipments SET state = 'CANCELLED', since = ? WHERE id = ? AND state = 'PACKED'",
                args![head.at, shipment],
            )
            .await?;
        if called_off != 1 {
            return Err(corrupt(format_args!("parcel {shipment} left with packed lines")));
        }
        let row = tx.first("SELECT courier FROM shipments WHERE id = ?", args![shipment]).await?;
        let courier = row.ok_or_else(|| corrupt("a parcel that was just called off"))?.text(0)?;
        let moved = ShipmentsEvent::ShipmentMoved {
            order: head.id,
            shipment,
            courier,
            state: "CANCELLED".into(),
            happened_at: head.at,
        };
        tx.emit(head.at, NewEvent::of(&moved)).await?;
    }
    Ok(())
}

/// Makes the refund due, when there is one.
async fn give_back(tx: &mut dyn Tx, head: &Head, lines: &[Line], c: &Cancelling) -> EngineResult<()> {
    let Some((paid, amount)) = dues(tx, head, lines).await? else { return Ok(()) };
    let last = lines.iter().all(|l| l.state == OrderState::Cancelled);
    let refund = NewRefund {
        id: c.refund,
        amount,
        // Each calling-off takes a step of its own.
        cause: format!("cancel:{}", head.sequence + 1),
        reason: if last { "the order was cancelled" } else { "a part of the order was cancelled" },
    };
    settle::due(tx, head, &paid, refund).await
}

/// The payment, and what of it is to go back now: what was paid and not given back, less what the live units and their
/// share of the charges come to. `None` when that is nothing, or the courier takes the money.
pub(super) async fn dues(tx: &mut dyn Tx, head: &Head, lines: &[Line]) -> EngineResult<Option<(Paid, Money)>> {
    let paid = settle::payment_of(tx, head.id).await?;
    if paid.method == PaymentMethod::CashOnDelivery {
        return Ok(None);
    }
    let row = tx.first("SELECT COALESCE(SUM(amount), 0) FROM refunds WHERE order_id = ?", args![head.id]).await?;
    let before = row.map_or(Ok(0), |r| whole_number(&r))?;
    let left = paid.captured.checked_sub(before).ok_or_else(|| corrupt("refunds above what was paid"))?;
    let goods: i64 = lines.iter().map(|l| l.total.minor).sum();
    let share = |l: &Line| Share { unit_price: l.unit_price.minor, quantity: l.quantity, live: l.live() };
    let kept = returns::kept(lines.iter().map(share), head.total.minor - goods).ok_or_else(|| corrupt("the sums"))?;
    let amount = left - kept;
    if amount < 0 || kept < 0 {
        return Err(corrupt(format_args!("order {} would keep {kept} of {left}", head.id)));
    }
    Ok((amount > 0).then(|| (paid, Money::new(amount, head.total.currency))))
}

/// A sum: MySQL answers it as a decimal, that is, as text.
pub(super) fn whole_number(row: &crate::Row) -> EngineResult<i64> {
    row.int(0).or_else(|_| row.text(0)?.parse().map_err(corrupt))
}
