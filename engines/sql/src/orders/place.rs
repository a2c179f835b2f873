//! Placing: one transaction that claims the quote and the key, holds the stock and writes the order, or leaves no trace.

use std::sync::Arc;

use futures::FutureExt;
use services::{
    inventory::{Moved, Movement},
    kernel::{
        clock::Timestamp,
        error::{EngineError, EngineResult},
        events::{NewEvent, OrderStep, PaymentsEvent},
        ids::OrderId,
    },
    orders::{
        OnUnavailable, Order, OrderLine, OrderState, PaymentChoice, Quote,
        plan::{Taken, Written},
        ports::{Placed, Placing, Shortage},
        states,
    },
};

use super::{
    ENGINE,
    common::{self, Head, Line, Step, corrupt, is_guest, ledger_row, spell},
};
use crate::{Db, Json, TimeOf, Tx, Value, args, inventory::move_stock};

/// How often a lowered quantity is tried at one warehouse while others take from it too.
const TAKE_TRIES: usize = 4;

pub(super) async fn save_quote(tx: &mut dyn Tx, quote: &Quote) -> EngineResult<()> {
    tx.execute(
        "INSERT INTO quotes (id, owner_id, guest, expires_at, order_id, body) VALUES (?, ?, ?, ?, NULL, ?)",
        args![quote.id, quote.owner.uuid(), is_guest(quote.owner), quote.expires_at, Json(quote)],
    )
    .await?;
    Ok(())
}

pub(super) async fn place(db: &Db, placing: Placing, now: Timestamp) -> EngineResult<Placed> {
    let (placing, time) = (Arc::new(placing), db.time_of());
    let placed = common::unless_refused(db, move |tx| {
        let placing = Arc::clone(&placing);
        async move {
            Ok(match program(tx, time, &placing, now).await? {
                done @ Placed::Done { .. } => Ok(done),
                refused => Err(refused),
            })
        }
        .boxed()
    });
    let (Ok(placed) | Err(placed)) = placed.await?;
    Ok(placed)
}

async fn program(tx: &mut dyn Tx, time: TimeOf, placing: &Placing, now: Timestamp) -> EngineResult<Placed> {
    let now = common::store_now(tx, time, now).await?;
    if let Some(refused) = claim(tx, placing, now).await? {
        return Ok(refused);
    }
    let (taken, short) = hold(tx, placing, now).await?;
    let nothing = taken.iter().all(Option::is_none);
    if !short.is_empty() && (nothing || placing.on_unavailable == OnUnavailable::Reject) {
        return Ok(Placed::Short(short));
    }
    let written = placing.plan.write(&taken, now, now + placing.reservation).map_err(corrupt)?;
    let Some(written) = written else { return Ok(Placed::Short(short)) };
    write(tx, placing, &written, now).await?;
    Ok(Placed::Done { order: Box::new(written.order), warnings: written.warnings })
}

/// Claims the quote (or the order that is tried again) for this order, unless the key or the quote was used before.
async fn claim(tx: &mut dyn Tx, placing: &Placing, now: Timestamp) -> EngineResult<Option<Placed>> {
    let (quote, order) = (&placing.plan.quote, placing.plan.order);
    let owner = quote.owner;
    let claimed = tx
        .execute(
            "UPDATE quotes SET order_id = ? WHERE id = ? AND owner_id = ? AND order_id IS NULL AND expires_at > ?",
            args![order, quote.id, owner.uuid(), now],
        )
        .await?;
    if let Some(answered) = common::answered(tx, owner, &placing.once).await? {
        return Ok(Some(Placed::Answered(answered)));
    }
    if claimed == 0
        && let Some(refused) = reclaim(tx, placing, now).await?
    {
        return Ok(Some(refused));
    }
    let Some(tried) = quote.retry_of else { return Ok(None) };
    Ok(live_kin(tx, tried, now).await?.map(Placed::QuoteUsed))
}

/// The live order, if there is one, among all that came of one checkout besides the given: of the same quote, or tried
/// again one after another. All that are walked over are locked, so that of two who ask only one goes on.
async fn live_kin(tx: &mut dyn Tx, order: OrderId, now: Timestamp) -> EngineResult<Option<OrderId>> {
    const KIN: &str = "SELECT k.id FROM orders o JOIN orders k ON k.owner_id = o.owner_id AND k.id <> o.id \
         AND (k.retry_of = o.id OR k.id = o.retry_of OR k.quote_id = o.quote_id) WHERE o.id = ? ORDER BY k.id";
    let mut kin = vec![order];
    let mut walked = 0;
    common::lock(tx, order, now).await?;
    while let Some(next) = kin.get(walked).copied() {
        walked += 1;
        for row in tx.query(KIN, args![next]).await? {
            let id: OrderId = row.id(0)?;
            if kin.contains(&id) {
                continue;
            }
            if common::lock(tx, id, now).await?.is_some_and(|h| !states::is_dead(h.state)) {
                return Ok(Some(id));
            }
            kin.push(id);
        }
    }
    Ok(None)
}

/// The quote could not be claimed at once: it is over, gone, or used. One whose order is dead is claimed again.
async fn reclaim(tx: &mut dyn Tx, placing: &Placing, now: Timestamp) -> EngineResult<Option<Placed>> {
    let quote = &placing.plan.quote;
    let row = tx
        .first(
            "SELECT order_id, expires_at FROM quotes WHERE id = ? AND owner_id = ?",
            args![quote.id, quote.owner.uuid()],
        )
        .await?;
    let Some(row) = row else { return Ok(Some(Placed::NoSuchQuote)) };
    if let Some(used) = row.opt_id(0)? {
        let head = common::lock(tx, used, now).await?;
        if head.is_some_and(|h| !states::is_dead(h.state)) {
            return Ok(Some(Placed::QuoteUsed(used)));
        }
        if let Some(live) = live_kin(tx, used, now).await? {
            return Ok(Some(Placed::QuoteUsed(live)));
        }
        if row.time(1)? > now {
            let sql = "UPDATE quotes SET order_id = ? WHERE id = ? AND order_id = ?";
            let claimed = tx.execute(sql, args![placing.plan.order, quote.id, used]).await?;
            return match claimed {
                1 => Ok(None),
                _ => Err(EngineError::retryable(ENGINE, "the quote was claimed by another")),
            };
        }
    }
    Ok(Some(Placed::QuoteExpired))
}

/// Holds stock for each line, in the order of (variant, warehouse); tells what was taken and where it was not enough.
async fn hold(tx: &mut dyn Tx, placing: &Placing, now: Timestamp) -> EngineResult<(Vec<Option<Taken>>, Vec<Shortage>)> {
    let lines = &placing.plan.quote.lines;
    let mut taken: Vec<Option<Taken>> = vec![None; lines.len()];
    let mut short = Vec::new();
    let mut sorted: Vec<usize> = (0..lines.len()).collect();
    sorted.sort_by_key(|i| (lines[*i].variant, *i));
    for i in sorted {
        match hold_line(tx, placing, i, now).await? {
            Ok(got) => {
                if got.quantity < lines[i].quantity {
                    short.push(Shortage { line: i, available: got.quantity });
                }
                taken[i] = Some(got);
            }
            Err(available) => short.push(Shortage { line: i, available }),
        }
    }
    short.sort_by_key(|s| s.line);
    Ok((taken, short))
}

/// Holds one line at the first candidate that has all of it; else, when the shopper takes what there is, as many as the
/// best one has. `Err` tells the most that one candidate had.
async fn hold_line(tx: &mut dyn Tx, placing: &Placing, i: usize, now: Timestamp) -> EngineResult<Result<Taken, u32>> {
    let wanted = placing.plan.quote.lines[i].quantity;
    let mut best: Option<(u32, usize)> = None;
    for (n, candidate) in placing.candidates[i].iter().enumerate() {
        match reserve(tx, placing, i, &candidate.warehouse, wanted, now).await? {
            Ok(()) => return Ok(Ok(Taken { from: candidate.clone(), quantity: wanted })),
            Err(available) if best.is_none_or(|(most, _)| available > most) => best = Some((available, n)),
            Err(_) => {}
        }
    }
    let Some((most, n)) = best else { return Ok(Err(0)) };
    if placing.on_unavailable != OnUnavailable::TakeAvailable {
        return Ok(Err(most));
    }
    let candidate = &placing.candidates[i][n];
    let mut quantity = most.min(wanted);
    for _ in 0..TAKE_TRIES {
        if quantity == 0 {
            break;
        }
        match reserve(tx, placing, i, &candidate.warehouse, quantity, now).await? {
            Ok(()) => return Ok(Ok(Taken { from: candidate.clone(), quantity })),
            Err(left) => quantity = left.min(quantity.saturating_sub(1)),
        }
    }
    Ok(Err(0))
}

/// Blocks units of a line in a warehouse; `Err` tells how many there are.
async fn reserve(
    tx: &mut dyn Tx,
    placing: &Placing,
    i: usize,
    warehouse: &str,
    quantity: u32,
    now: Timestamp,
) -> EngineResult<Result<(), u32>> {
    let (line, id) = (&placing.plan.quote.lines[i], placing.plan.line_ids[i]);
    let row = ledger_row(tx, id, line.variant, warehouse, Movement::Reserved, quantity, now);
    match move_stock(tx, &row, line.item, now).await? {
        Moved::Done => Ok(Ok(())),
        Moved::WouldBeNegative { available } => Ok(Err(available)),
        Moved::Already => Err(corrupt(format_args!("line {id} holds stock before it is placed"))),
    }
}

async fn write(tx: &mut dyn Tx, placing: &Placing, written: &Written, now: Timestamp) -> EngineResult<()> {
    let order = &written.order;
    write_order(tx, placing, order, now).await?;
    write_lines(tx, order).await?;
    write_payment(tx, placing, order, now).await?;
    common::remember(tx, order.owner, &placing.once, order.id, &written.warnings, now).await?;
    let mut told = Vec::with_capacity(order.lines.len());
    let mut sold: Vec<Line> = order.lines.iter().map(line_of).collect();
    sold.sort_by(|a, b| (a.variant, &a.warehouse).cmp(&(b.variant, &b.warehouse)));
    for line in &sold {
        if order.state == OrderState::Placed {
            common::move_line(tx, line, Movement::Sold, now).await?;
        }
        told.push(line.told());
    }
    let head = Head {
        id: order.id,
        owner: order.owner,
        state: order.state,
        sequence: order.sequence,
        pay_by: order.pay_by,
        total: order.total,
        from_cart: placing.plan.quote.from_cart,
        pincode: order.address.pincode,
        at: now,
    };
    let step = states::step_into(order.state);
    let paid_in_cash = (step == OrderStep::Placed).then_some("to be paid in cash");
    common::tell(
        tx,
        &head,
        Step { step, to: order.state, shipment: None, detail: paid_in_cash, whole: true, lines: told },
    )
    .await
}

async fn write_order(tx: &mut dyn Tx, placing: &Placing, order: &Order, now: Timestamp) -> EngineResult<()> {
    let titles: Vec<String> = order.lines.iter().map(|l| l.title.to_lowercase()).collect();
    tx.execute(
        "INSERT INTO orders (id, number, owner_id, guest, email, state, created_at, pay_by, address, charges, total, currency, \
         retry_of, quote_id, sequence, titles, touched, from_cart, pincode) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        args![
            order.id,
            &order.number,
            order.owner.uuid(),
            is_guest(order.owner),
            order.email.clone(),
            states::name(order.state),
            order.created_at,
            order.pay_by,
            Json(&order.address),
            Json(&order.charges),
            order.total.minor,
            order.total.currency.code(),
            order.retry_of,
            placing.plan.quote.id,
            order.sequence,
            titles.join("\n"),
            now,
            placing.plan.quote.from_cart,
            order.address.pincode.number()
        ],
    )
    .await?;
    Ok(())
}

async fn write_lines(tx: &mut dyn Tx, order: &Order) -> EngineResult<()> {
    const ROW: &str = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let mut values: Vec<Value> = Vec::with_capacity(order.lines.len() * 15);
    for (position, l) in order.lines.iter().enumerate() {
        values.extend(args![
            l.id,
            order.id,
            position,
            l.variant,
            l.item,
            &l.title,
            l.handling.name(),
            l.quantity,
            l.unit_price.minor,
            l.total.minor,
            l.total.currency.code(),
            states::name(l.state),
            l.promised_by,
            &l.warehouse,
            &l.courier
        ]);
    }
    let sql = format!(
        "INSERT INTO order_lines (id, order_id, position, variant, item, title, handling, quantity, unit_price, total, \
         currency, state, promised_by, warehouse, courier) VALUES {}",
        vec![ROW; order.lines.len()].join(", ")
    );
    tx.execute(&sql, values).await?;
    Ok(())
}

async fn write_payment(tx: &mut dyn Tx, placing: &Placing, order: &Order, now: Timestamp) -> EngineResult<()> {
    let payment = &order.payment;
    let charge_key = format!("{}-1", order.id);
    tx.execute(
        "INSERT INTO payments (id, order_id, method, amount, currency, state, charge_key, captured) \
         VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
        args![
            payment.id,
            order.id,
            spell(&payment.method),
            payment.amount.minor,
            payment.amount.currency.code(),
            spell(&payment.state),
            &charge_key
        ],
    )
    .await?;
    let token = match &placing.plan.choice {
        PaymentChoice::Card(token) | PaymentChoice::Upi(token) => token,
        PaymentChoice::CashOnDelivery => {
            let settled = PaymentsEvent::PaymentSettled {
                order: order.id,
                payment: payment.id,
                succeeded: true,
                amount: payment.amount,
            };
            return tx.emit(now, NewEvent::of(&settled)).await;
        }
    };
    tx.execute(
        "INSERT INTO charge_jobs (order_id, payment_id, charge_key, token, amount, currency, call_off, asked, due_at, tries) \
         VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?, 0)",
        args![
            order.id,
            payment.id,
            charge_key,
            token,
            payment.amount.minor,
            payment.amount.currency.code(),
            now
        ],
    )
    .await?;
    Ok(())
}

fn line_of(line: &OrderLine) -> Line {
    Line {
        id: line.id,
        variant: line.variant,
        item: line.item,
        quantity: line.quantity,
        unit_price: line.unit_price,
        total: line.total,
        state: line.state,
        warehouse: line.warehouse.clone(),
        shipment: None,
        cancelled: line.cancelled,
        coming_back: line.coming_back,
        returned: line.returned,
    }
}
