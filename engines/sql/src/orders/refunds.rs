//! Refunds that are due, leased to one worker at a time; the refund's id is the provider's idempotency key.

use std::time::Duration;

use services::{
    kernel::{
        clock::Timestamp,
        error::EngineResult,
        events::{NewEvent, PaymentsEvent},
        ids::{OrderId, RefundId},
    },
    orders::ports::{RefundJob, RefundNote},
};

use super::{ENGINE, common::money};
use crate::{Db, Tx, args};

pub(super) async fn any_due(db: &Db, now: Timestamp) -> EngineResult<bool> {
    let sql = "SELECT id FROM refunds WHERE state = 'PENDING' AND due_at <= ? LIMIT 1";
    Ok(!db.read(ENGINE, sql, args![now]).await?.is_empty())
}

pub(super) async fn claim(
    tx: &mut dyn Tx,
    limit: usize,
    lease: Duration,
    now: Timestamp,
) -> EngineResult<Vec<RefundJob>> {
    let rows = tx
        .query(
            "SELECT r.id, r.order_id, p.charge_key, r.amount, r.currency, r.tries FROM refunds r \
             JOIN payments p ON p.id = r.payment_id \
             WHERE r.state = 'PENDING' AND r.due_at <= ? ORDER BY r.due_at, r.id LIMIT ?",
            args![now, limit],
        )
        .await?;
    let mut jobs = Vec::with_capacity(rows.len());
    for r in rows {
        let (refund, tries): (RefundId, i64) = (r.id(0)?, r.int(5)?);
        let taken = tx
            .execute(
                "UPDATE refunds SET due_at = ?, tries = ? WHERE id = ? AND tries = ? AND state = 'PENDING'",
                args![now + lease, tries + 1, refund, tries],
            )
            .await?;
        if taken == 1 {
            let tries = u32::try_from(tries + 1).unwrap_or(u32::MAX);
            let (order, charge_key) = (r.id(1)?, r.text(2)?);
            jobs.push(RefundJob { refund, order, charge_key, amount: money(&r, 3, 4)?, tries });
        }
    }
    Ok(jobs)
}

pub(super) async fn note(tx: &mut dyn Tx, refund: RefundId, note: RefundNote, now: Timestamp) -> EngineResult<()> {
    let succeeded = match note {
        RefundNote::Later(at) => {
            tx.execute("UPDATE refunds SET due_at = ? WHERE id = ? AND state = 'PENDING'", args![at, refund]).await?;
            return Ok(());
        }
        RefundNote::Succeeded => true,
        RefundNote::Failed => false,
    };
    let state = if succeeded { "SUCCEEDED" } else { "FAILED" };
    let sql = "UPDATE refunds SET state = ? WHERE id = ? AND state = 'PENDING'";
    if tx.execute(sql, args![state, refund]).await? == 0 {
        return Ok(());
    }
    let row = tx.first("SELECT order_id FROM refunds WHERE id = ?", args![refund]).await?;
    let Some(order) = row.map(|r| r.id::<OrderId>(0)).transpose()? else { return Ok(()) };
    tx.emit(now, NewEvent::of(&PaymentsEvent::RefundSettled { order, refund, succeeded })).await
}
