//! Charge jobs: what the provider must be asked, leased to one worker at a time. That it is asked is recorded before the
//! call, so that after a crash the worker asks what became of it.

use std::time::Duration;

use services::{
    kernel::{clock::Timestamp, error::EngineResult, ids::OrderId},
    orders::ports::{ChargeJob, ChargeNote, ChargeWork},
};

use super::{ENGINE, common::money};
use crate::{Db, Tx, args};

pub(super) async fn any_due(db: &Db, now: Timestamp) -> EngineResult<bool> {
    Ok(!db.read(ENGINE, "SELECT order_id FROM charge_jobs WHERE due_at <= ? LIMIT 1", args![now]).await?.is_empty())
}

pub(super) async fn claim(
    tx: &mut dyn Tx,
    limit: usize,
    lease: Duration,
    now: Timestamp,
) -> EngineResult<Vec<ChargeJob>> {
    let rows = tx
        .query(
            "SELECT order_id, payment_id, charge_key, token, amount, currency, call_off, asked, tries FROM charge_jobs \
             WHERE due_at <= ? ORDER BY due_at, order_id LIMIT ?",
            args![now, limit],
        )
        .await?;
    let mut jobs = Vec::with_capacity(rows.len());
    for r in rows {
        let (order, tries): (OrderId, i64) = (r.id(0)?, r.int(8)?);
        let taken = tx
            .execute(
                "UPDATE charge_jobs SET due_at = ?, asked = 1, tries = ? WHERE order_id = ? AND tries = ? AND due_at <= ?",
                args![now + lease, tries + 1, order, tries, now],
            )
            .await?;
        if taken == 0 {
            continue;
        }
        let work = match (r.bool(6)?, r.bool(7)?) {
            (true, _) => ChargeWork::CallOff,
            (false, true) => ChargeWork::Find,
            (false, false) => ChargeWork::Charge,
        };
        jobs.push(ChargeJob {
            order,
            payment: r.id(1)?,
            key: r.text(2)?,
            token: r.text(3)?,
            amount: money(&r, 4, 5)?,
            work,
            tries: u32::try_from(tries + 1).unwrap_or(u32::MAX),
        });
    }
    Ok(jobs)
}

pub(super) async fn note(tx: &mut dyn Tx, order: OrderId, note: &ChargeNote) -> EngineResult<()> {
    match note {
        ChargeNote::CalledOff => {
            tx.execute("DELETE FROM charge_jobs WHERE order_id = ? AND call_off = 1", args![order]).await?;
        }
        ChargeNote::Later { at, reference, redirect_url } => {
            tx.execute("UPDATE charge_jobs SET due_at = ? WHERE order_id = ?", args![*at, order]).await?;
            if reference.is_some() || redirect_url.is_some() {
                tx.execute(
                    "UPDATE payments SET provider_reference = COALESCE(?, provider_reference), \
                     redirect_url = COALESCE(?, redirect_url) WHERE order_id = ? AND state = 'PENDING'",
                    args![reference.clone(), redirect_url.clone(), order],
                )
                .await?;
            }
        }
    }
    Ok(())
}
