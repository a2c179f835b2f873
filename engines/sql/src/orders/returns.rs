//! Sending back: asked for, picked up, received, decided. Units count as coming back from the moment that they are asked
//! for, by a conditional update under the order's lock; a decision moves stock and makes the refund due, once.

use std::{collections::HashMap, sync::Arc};

use futures::FutureExt;
use services::{
    inventory::Movement,
    kernel::{
        clock::Timestamp,
        error::{EngineError, EngineResult},
        events::OrderStep,
        ids::{OrderId, OrderLineId, ReturnId},
    },
    orders::{
        Decision, OrderState, Return, ReturnAct, ReturnLine, ReturnState,
        ports::{AskingReturn, HandlingReturn, ReturnAsked, ReturnHandled},
        returns,
    },
};

use super::{
    ENGINE,
    cancel::dues,
    common::{self, Head, Line, Step, corrupt, spell, unspell},
    read,
    settle::{self, NewRefund},
};
use crate::{Db, Tx, Value, args, sql_in};

/// A program's answer: the order that changed, or a refusal, of which nothing stays.
type Outcome<R> = Result<OrderId, R>;

pub(super) async fn ask(db: &Db, asking: AskingReturn, now: Timestamp) -> EngineResult<ReturnAsked> {
    let asking = Arc::new(asking);
    let done = common::unless_refused(db, move |tx| {
        let asking = Arc::clone(&asking);
        async move { ask_program(tx, &asking, now).await }.boxed()
    });
    match done.await? {
        Ok(order) => Ok(ReturnAsked::Done(Box::new(read::changed(db, order).await?))),
        Err(refused) => Ok(refused),
    }
}

pub(super) async fn handle(db: &Db, handling: HandlingReturn, now: Timestamp) -> EngineResult<ReturnHandled> {
    let handling = Arc::new(handling);
    let done = common::unless_refused(db, move |tx| {
        let handling = Arc::clone(&handling);
        async move { handle_program(tx, &handling, now).await }.boxed()
    });
    match done.await? {
        Ok(order) => Ok(ReturnHandled::Done(Box::new(read::changed(db, order).await?))),
        Err(refused) => Ok(refused),
    }
}

async fn ask_program(tx: &mut dyn Tx, a: &AskingReturn, now: Timestamp) -> EngineResult<Outcome<ReturnAsked>> {
    let head = common::lock(tx, a.order, now).await?;
    if let Some(answered) = common::answered(tx, a.owner, &a.once).await? {
        return Ok(Err(ReturnAsked::Answered(answered)));
    }
    let Some(mut head) = head.filter(|h| h.owner == a.owner) else { return Ok(Err(ReturnAsked::NoSuchOrder)) };
    let lines = common::lines(tx, a.order).await?;
    let mut told = Vec::with_capacity(a.lines.len());
    for wish in &a.lines {
        let Some(line) = lines.iter().find(|l| l.id == wish.line) else { return Ok(Err(ReturnAsked::NoSuchLine)) };
        if line.state != OrderState::Delivered {
            return Ok(Err(ReturnAsked::NotDelivered(line.state)));
        }
        let left = line.live().saturating_sub(line.coming_back);
        if wish.quantity > left {
            return Ok(Err(ReturnAsked::TooMany { line: line.id, left }));
        }
        expect_one(
            tx.execute(
                "UPDATE order_lines SET coming_back = coming_back + ? WHERE id = ? AND state = 'DELIVERED' \
                 AND quantity - cancelled - coming_back - returned >= ?",
                args![wish.quantity, line.id, wish.quantity],
            )
            .await?,
        )?;
        told.push(line.told_units(wish.quantity));
    }
    write(tx, a, head.at).await?;
    common::remember(tx, a.owner, &a.once, head.id, &[], head.at).await?;
    let to = head.state;
    let step = Step { step: OrderStep::ReturnRequested, to, shipment: None, detail: None, whole: false, lines: told };
    common::step(tx, &mut head, step).await?;
    Ok(Ok(head.id))
}

async fn write(tx: &mut dyn Tx, a: &AskingReturn, at: Timestamp) -> EngineResult<()> {
    tx.execute(
        "INSERT INTO returns (id, order_id, state, requested_at, once_key, refund_id) VALUES (?, ?, ?, ?, ?, NULL)",
        args![a.id, a.order, spell(&ReturnState::Requested), at, &a.once.key],
    )
    .await?;
    for (position, wish) in a.lines.iter().enumerate() {
        tx.execute(
            "INSERT INTO return_lines (return_id, position, line_id, quantity, reason, restocked, written_off, refused) \
             VALUES (?, ?, ?, ?, ?, 0, 0, 0)",
            args![a.id, position, wish.line, wish.quantity, &wish.reason],
        )
        .await?;
    }
    Ok(())
}

async fn handle_program(tx: &mut dyn Tx, h: &HandlingReturn, now: Timestamp) -> EngineResult<Outcome<ReturnHandled>> {
    let row = tx.first("SELECT order_id FROM returns WHERE id = ?", args![h.id]).await?;
    let Some(order) = row.map(|r| r.id::<OrderId>(0)).transpose()? else {
        return Ok(Err(ReturnHandled::NoSuchReturn));
    };
    let mut head = common::lock(tx, order, now).await?.ok_or_else(|| corrupt("a return without an order"))?;
    if let Some(answered) = common::answered(tx, h.by, &h.once).await? {
        return Ok(Err(ReturnHandled::Answered(answered)));
    }
    let row = tx.first("SELECT state FROM returns WHERE id = ?", args![h.id]).await?;
    let from: ReturnState = unspell(row.ok_or_else(|| corrupt("a return that was there"))?.text(0)?)?;
    let asked = lines_of(tx, h.id).await?;
    if let ReturnAct::Decide(decisions) = &h.act
        && !counts(&asked, decisions)
    {
        return Ok(Err(ReturnHandled::Miscounted));
    }
    let Some(to) = returns::after(from, &h.act) else { return Ok(Err(ReturnHandled::WrongState(from))) };
    let sql = "UPDATE returns SET state = ? WHERE id = ? AND state = ?";
    expect_one(tx.execute(sql, args![spell(&to), h.id, spell(&from)]).await?)?;
    common::remember(tx, h.by, &h.once, head.id, &[], head.at).await?;
    let mut lines = common::lines(tx, order).await?;
    match &h.act {
        ReturnAct::PickUp => tell(tx, &mut head, OrderStep::ReturnPickedUp, &lines, &asked).await?,
        ReturnAct::Receive => tell(tx, &mut head, OrderStep::ReturnReceived, &lines, &asked).await?,
        ReturnAct::Decide(decisions) => decide(tx, &mut head, &mut lines, h, decisions).await?,
    }
    Ok(Ok(head.id))
}

async fn tell(
    tx: &mut dyn Tx,
    head: &mut Head,
    step: OrderStep,
    lines: &[Line],
    asked: &[(OrderLineId, u32)],
) -> EngineResult<()> {
    let units = |l: &Line| asked.iter().find(|(id, _)| *id == l.id).map(|(_, n)| l.told_units(*n));
    let told = lines.iter().filter_map(units).collect();
    let to = head.state;
    common::step(tx, head, Step { step, to, shipment: None, detail: None, whole: false, lines: told }).await
}

/// The lines of a return with their units.
async fn lines_of(tx: &mut dyn Tx, id: ReturnId) -> EngineResult<Vec<(OrderLineId, u32)>> {
    let sql = "SELECT line_id, quantity FROM return_lines WHERE return_id = ? ORDER BY position";
    tx.query(sql, args![id]).await?.iter().map(|r| Ok((r.id(0)?, r.u32(1)?))).collect()
}

/// Whether decisions name each line once, with all of its units.
fn counts(asked: &[(OrderLineId, u32)], decisions: &[Decision]) -> bool {
    let of = |id: OrderLineId| decisions.iter().filter(move |d| d.line == id);
    decisions.len() == asked.len()
        && asked.iter().all(|(id, units)| of(*id).count() == 1 && of(*id).all(|d| d.units() == Some(*units)))
}

async fn decide(
    tx: &mut dyn Tx,
    head: &mut Head,
    lines: &mut [Line],
    h: &HandlingReturn,
    decisions: &[Decision],
) -> EngineResult<()> {
    let mut told = Vec::new();
    for line in lines.iter_mut() {
        let Some(decision) = decisions.iter().find(|d| d.line == line.id) else { continue };
        take_back(tx, line, h.id, decision, head.at).await?;
        if decision.accepted() > 0 {
            told.push(line.told_units(decision.accepted()));
        }
    }
    if told.is_empty() {
        let asked: Vec<_> = decisions.iter().map(|d| (d.line, d.refused)).collect();
        return tell(tx, head, OrderStep::ReturnRefused, lines, &asked).await;
    }
    give_back(tx, head, lines, h).await?;
    let to = common::state_of(lines);
    let whole = to == OrderState::Returned;
    common::step(tx, head, Step { step: OrderStep::Returned, to, shipment: None, detail: None, whole, lines: told })
        .await
}

/// Records a decision about a line, moves its stock, and ends the line when nothing of it is bought any more.
async fn take_back(
    tx: &mut dyn Tx,
    line: &mut Line,
    id: ReturnId,
    decision: &Decision,
    at: Timestamp,
) -> EngineResult<()> {
    let (units, accepted) = (decision.units().unwrap_or(0), decision.accepted());
    tx.execute(
        "UPDATE return_lines SET restocked = ?, written_off = ?, refused = ? WHERE return_id = ? AND line_id = ?",
        args![decision.restocked, decision.written_off, decision.refused, id, line.id],
    )
    .await?;
    let sql = "UPDATE order_lines SET coming_back = coming_back - ?, returned = returned + ? \
               WHERE id = ? AND coming_back >= ? AND state = 'DELIVERED'";
    expect_one(tx.execute(sql, args![units, accepted, line.id, units]).await?)?;
    (line.coming_back, line.returned) = (line.coming_back.saturating_sub(units), line.returned + accepted);
    let part = format!("r{id}");
    common::move_units(tx, line, Movement::Returned, decision.restocked, &part, at).await?;
    common::move_units(tx, line, Movement::ReturnedBroken, decision.written_off, &part, at).await?;
    if line.live() == 0 {
        common::step_line(tx, line, OrderStep::Returned).await?;
    }
    Ok(())
}

async fn give_back(tx: &mut dyn Tx, head: &Head, lines: &[Line], h: &HandlingReturn) -> EngineResult<()> {
    let Some((paid, amount)) = dues(tx, head, lines).await? else { return Ok(()) };
    tx.execute("UPDATE returns SET refund_id = ? WHERE id = ?", args![h.refund, h.id]).await?;
    let refund =
        NewRefund { id: h.refund, amount, cause: format!("return:{}", h.id), reason: "what was sent back was taken" };
    settle::due(tx, head, &paid, refund).await
}

fn expect_one(changed: u64) -> EngineResult<()> {
    match changed {
        1 => Ok(()),
        _ => Err(EngineError::retryable(ENGINE, "a return changed under its order's lock")),
    }
}

pub(super) async fn open(db: &Db, limit: usize) -> EngineResult<Vec<(ReturnId, OrderId)>> {
    let sql = "SELECT id, order_id FROM returns WHERE state IN ('REQUESTED', 'PICKED_UP', 'RECEIVED') \
               ORDER BY requested_at, id LIMIT ?";
    db.read(ENGINE, sql, args![limit]).await?.iter().map(|r| Ok((r.id(0)?, r.id(1)?))).collect()
}

/// The returns of orders, oldest first. That money went back is told by the refund itself, not here.
pub(super) async fn of_orders(db: &Db, orders: &[OrderId]) -> EngineResult<Vec<Return>> {
    let keys = || orders.iter().map(Value::from).collect::<Vec<_>>();
    let list = sql_in(orders.len());
    let sql = format!(
        "SELECT id, order_id, state, requested_at, once_key, refund_id FROM returns WHERE order_id IN ({list}) \
         ORDER BY requested_at, id"
    );
    let heads = db.read(ENGINE, &sql, keys()).await?;
    if heads.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT l.return_id, l.line_id, l.quantity, l.reason, l.restocked, l.written_off, l.refused FROM return_lines l \
         JOIN returns r ON r.id = l.return_id WHERE r.order_id IN ({list}) ORDER BY l.return_id, l.position"
    );
    let mut lines: HashMap<ReturnId, Vec<ReturnLine>> = HashMap::new();
    for r in db.read(ENGINE, &sql, keys()).await? {
        lines.entry(r.id(0)?).or_default().push(ReturnLine {
            line: r.id(1)?,
            quantity: r.u32(2)?,
            reason: r.text(3)?,
            restocked: r.u32(4)?,
            written_off: r.u32(5)?,
            refused: r.u32(6)?,
        });
    }
    heads
        .iter()
        .map(|r| {
            let id = r.id(0)?;
            Ok(Return {
                id,
                order: r.id(1)?,
                state: unspell(r.text(2)?)?,
                lines: lines.remove(&id).unwrap_or_default(),
                requested_at: r.time(3)?,
                once_key: r.text(4)?,
                refund: r.opt_id(5)?,
            })
        })
        .collect()
}
