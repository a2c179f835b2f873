//! The outcome of a payment: success, refusal, deadline. All three race on one conditional change of the order's state;
//! a success that lost is refunded exactly once.

use services::{
    inventory::Movement,
    kernel::{
        clock::Timestamp,
        error::EngineResult,
        events::{NewEvent, OrderStep, PaymentsEvent},
        ids::{OrderId, PaymentId, RefundId},
        money::Money,
    },
    orders::{
        OrderState,
        ports::{Settled, Settling, Verdict},
        states,
    },
    payments::{PaymentMethod, PaymentState},
};

use super::common::{self, Head, Step, corrupt, money, spell, unspell};
use crate::{TimeOf, Tx, args};

/// A payment, as far as outcomes need it.
pub(super) struct Paid {
    pub id: PaymentId,
    pub method: PaymentMethod,
    pub amount: Money,
    pub captured: i64,
}

/// The payment of a locked order.
pub(super) async fn payment_of(tx: &mut dyn Tx, order: OrderId) -> EngineResult<Paid> {
    let row = tx
        .first("SELECT id, method, amount, currency, captured FROM payments WHERE order_id = ?", args![order])
        .await?
        .ok_or_else(|| corrupt(format_args!("order {order} has no payment")))?;
    Ok(Paid { id: row.id(0)?, method: unspell(row.text(1)?)?, amount: money(&row, 2, 3)?, captured: row.int(4)? })
}

pub(super) async fn settle(tx: &mut dyn Tx, settling: &Settling, now: Timestamp) -> EngineResult<Settled> {
    let row = tx.first("SELECT order_id FROM payments WHERE id = ?", args![settling.payment]).await?;
    let Some(row) = row else { return Ok(Settled::NoSuchPayment) };
    let order: OrderId = row.id(0)?;
    let mut head = common::lock(tx, order, now).await?.ok_or_else(|| corrupt("a payment without an order"))?;
    let paid = payment_of(tx, order).await?;
    if paid.method == PaymentMethod::CashOnDelivery {
        return Ok(Settled::NoSuchPayment);
    }
    if settling.amount.is_some_and(|a| a != paid.amount) {
        return Ok(Settled::WrongAmount(order));
    }
    if let Some(message) = &settling.message
        && !note_message(tx, message, order, now).await?
    {
        return Ok(Settled::Already(order));
    }
    match &settling.verdict {
        Verdict::Succeeded { reference } => succeed(tx, &mut head, &paid, reference.as_deref(), settling.refund).await,
        Verdict::Declined { reference, reason } => decline(tx, &mut head, &paid, reference.as_deref(), reason).await,
    }
}

/// Remembers a provider's message; false when it was there.
async fn note_message(tx: &mut dyn Tx, message: &str, order: OrderId, now: Timestamp) -> EngineResult<bool> {
    if tx.first("SELECT at FROM payment_messages WHERE message_id = ?", args![message]).await?.is_some() {
        return Ok(false);
    }
    tx.execute("INSERT INTO payment_messages (message_id, order_id, at) VALUES (?, ?, ?)", args![message, order, now])
        .await?;
    Ok(true)
}

async fn succeed(
    tx: &mut dyn Tx,
    head: &mut Head,
    paid: &Paid,
    reference: Option<&str>,
    refund: RefundId,
) -> EngineResult<Settled> {
    let in_time = head.state == OrderState::Created;
    let state = if in_time { Some(PaymentState::Succeeded) } else { None };
    if !capture(tx, paid, state, reference).await? {
        return Ok(Settled::Already(head.id));
    }
    end_job(tx, head.id).await?;
    tell_settled(tx, head, paid, true).await?;
    if !in_time {
        let reason = "the payment arrived after the order had ended";
        due(tx, head, paid, NewRefund { id: refund, amount: paid.amount, cause: "late".into(), reason }).await?;
        return Ok(Settled::Late(head.id));
    }
    end_lines(tx, head, OrderStep::Placed, Movement::Sold, None).await?;
    Ok(Settled::Done(head.id, head.state))
}

/// Notes that the money is there; false when it was noted before.
async fn capture(
    tx: &mut dyn Tx,
    paid: &Paid,
    state: Option<PaymentState>,
    reference: Option<&str>,
) -> EngineResult<bool> {
    let noted = tx
        .execute(
            "UPDATE payments SET captured = amount, state = COALESCE(?, state), \
             provider_reference = COALESCE(?, provider_reference), redirect_url = NULL WHERE id = ? AND captured = 0",
            args![state.map(|s| spell(&s)), reference.map(str::to_owned), paid.id],
        )
        .await?;
    Ok(noted == 1)
}

async fn decline(
    tx: &mut dyn Tx,
    head: &mut Head,
    paid: &Paid,
    reference: Option<&str>,
    reason: &str,
) -> EngineResult<Settled> {
    if head.state != OrderState::Created {
        // The order has its fate; a refusal changes nothing, but nothing is left to call off either.
        end_job(tx, head.id).await?;
        return Ok(Settled::Already(head.id));
    }
    tx.execute(
        "UPDATE payments SET state = ?, provider_reference = COALESCE(?, provider_reference), redirect_url = NULL WHERE id = ?",
        args![spell(&PaymentState::Declined), reference.map(str::to_owned), paid.id],
    )
    .await?;
    end_job(tx, head.id).await?;
    tell_settled(tx, head, paid, false).await?;
    end_lines(tx, head, OrderStep::Failed, Movement::Released, Some(reason)).await?;
    Ok(Settled::Done(head.id, head.state))
}

/// Ends an unpaid order whose deadline is over, by the store's clock.
pub(super) async fn expire(tx: &mut dyn Tx, time: TimeOf, order: OrderId, now: Timestamp) -> EngineResult<bool> {
    let now = common::store_now(tx, time, now).await?;
    let Some(mut head) = common::lock(tx, order, now).await? else { return Ok(false) };
    if head.state != OrderState::Created || head.pay_by.is_none_or(|by| by > now) {
        return Ok(false);
    }
    call_off(tx, order).await?;
    end_lines(tx, &mut head, OrderStep::Expired, Movement::Released, None).await?;
    Ok(true)
}

/// The payment is not wanted any more: a charge that the provider was asked for is to be called off.
pub(super) async fn call_off(tx: &mut dyn Tx, order: OrderId) -> EngineResult<()> {
    tx.execute(
        "UPDATE payments SET state = ?, redirect_url = NULL WHERE order_id = ?",
        args![spell(&PaymentState::Cancelled), order],
    )
    .await?;
    // Tries are counted anew: those so far were of the charge.
    tx.execute("UPDATE charge_jobs SET call_off = 1, tries = 0 WHERE order_id = ?", args![order]).await?;
    tx.execute("DELETE FROM charge_jobs WHERE order_id = ? AND asked = 0", args![order]).await?;
    Ok(())
}

/// Takes all lines of an unpaid order into the step's state, moves their stock, and takes the order's step.
pub(super) async fn end_lines(
    tx: &mut dyn Tx,
    head: &mut Head,
    step: OrderStep,
    movement: Movement,
    detail: Option<&str>,
) -> EngineResult<()> {
    let mut lines = common::lines(tx, head.id).await?;
    for line in &mut lines {
        common::step_line(tx, line, step).await?;
        common::move_line(tx, line, movement, head.at).await?;
    }
    let to = states::of_lines(lines.iter().map(|l| l.state));
    let told = lines.iter().map(common::Line::told).collect();
    common::step(tx, head, Step { step, to, shipment: None, detail, whole: true, lines: told }).await
}

async fn end_job(tx: &mut dyn Tx, order: OrderId) -> EngineResult<()> {
    tx.execute("DELETE FROM charge_jobs WHERE order_id = ?", args![order]).await?;
    Ok(())
}

async fn tell_settled(tx: &mut dyn Tx, head: &Head, paid: &Paid, succeeded: bool) -> EngineResult<()> {
    let settled = PaymentsEvent::PaymentSettled { order: head.id, payment: paid.id, succeeded, amount: paid.amount };
    tx.emit(head.at, NewEvent::of(&settled)).await
}

/// A refund to be made due.
pub(super) struct NewRefund<'a> {
    pub id: RefundId,
    pub amount: Money,
    /// Unique per order.
    pub cause: String,
    pub reason: &'a str,
}

/// Makes a refund due, once per cause.
pub(super) async fn due(tx: &mut dyn Tx, head: &Head, paid: &Paid, refund: NewRefund<'_>) -> EngineResult<()> {
    tx.execute(
        "INSERT INTO refunds (id, order_id, payment_id, amount, currency, state, reason, cause, due_at, tries, created_at) \
         VALUES (?, ?, ?, ?, ?, 'PENDING', ?, ?, ?, 0, ?)",
        args![
            refund.id,
            head.id,
            paid.id,
            refund.amount.minor,
            refund.amount.currency.code(),
            refund.reason,
            refund.cause,
            head.at,
            head.at
        ],
    )
    .await?;
    let due = PaymentsEvent::RefundDue { order: head.id, refund: refund.id, amount: refund.amount };
    tx.emit(head.at, NewEvent::of(&due)).await
}
