//! The sandbox provider's books on SQL. They are apart from the shop's own payments on purpose: reconciliation compares
//! the two.

use async_trait::async_trait;
use futures::FutureExt;
use services::{
    kernel::{
        clock::Timestamp,
        error::{EngineError, EngineResult},
        ids::RefundId,
        money::Money,
    },
    payments::sandbox::{SandboxCharge, SandboxLedger, SandboxState},
};

use crate::{Db, Row, Tx, args};

const ENGINE: &str = "payments";

/// The books.
#[derive(Clone, Debug)]
pub struct SqlSandboxLedger {
    db: Db,
}

impl SqlSandboxLedger {
    /// On a database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

const CHARGE: &str = "SELECT charge_key, payment_id, amount, currency, token, state, decides_at, refunded, made_at \
                      FROM sandbox_charges";

fn wrong(what: impl std::fmt::Display) -> EngineError {
    EngineError::permanent(ENGINE, format!("the sandbox's books hold something wrong: {what}"))
}

fn charge(row: &Row) -> EngineResult<SandboxCharge> {
    let state = row.text(5)?;
    Ok(SandboxCharge {
        key: row.text(0)?,
        payment: row.id(1)?,
        amount: Money::new(row.int(2)?, row.text(3)?.parse().map_err(wrong)?),
        token: row.text(4)?,
        state: SandboxState::named(&state).ok_or_else(|| wrong(state))?,
        decides_at: row.opt_time(6)?,
        refunded: row.int(7)?,
        made_at: row.time(8)?,
    })
}

async fn by_key(tx: &mut dyn Tx, key: &str) -> EngineResult<Option<SandboxCharge>> {
    let row = tx.first(&format!("{CHARGE} WHERE charge_key = ?"), args![key]).await?;
    row.as_ref().map(charge).transpose()
}

async fn open(tx: &mut dyn Tx, new: &SandboxCharge) -> EngineResult<SandboxCharge> {
    if let Some(there) = by_key(tx, &new.key).await? {
        return Ok(there);
    }
    tx.execute(
        "INSERT INTO sandbox_charges (charge_key, payment_id, amount, currency, token, state, decides_at, refunded, made_at) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        args![
            &new.key,
            new.payment,
            new.amount.minor,
            new.amount.currency.code(),
            &new.token,
            new.state.name(),
            new.decides_at,
            new.refunded,
            new.made_at
        ],
    )
    .await?;
    Ok(new.clone())
}

async fn due(tx: &mut dyn Tx, limit: usize, now: Timestamp) -> EngineResult<Vec<SandboxCharge>> {
    let sql = format!("{CHARGE} WHERE decides_at <= ? ORDER BY decides_at LIMIT ?");
    let mut come = Vec::new();
    for row in tx.query(&sql, args![now, limit]).await? {
        let there = charge(&row)?;
        let taken = tx
            .execute(
                "UPDATE sandbox_charges SET decides_at = NULL, state = CASE WHEN state = 'PENDING' THEN 'SUCCEEDED' ELSE state END \
                 WHERE charge_key = ? AND decides_at <= ?",
                args![&there.key, now],
            )
            .await?;
        if taken == 1 {
            come.extend(by_key(tx, &there.key).await?);
        }
    }
    Ok(come)
}

async fn refund(tx: &mut dyn Tx, key: &str, id: RefundId, amount: Money) -> EngineResult<bool> {
    if let Some(row) = tx.first("SELECT done FROM sandbox_refunds WHERE id = ?", args![id]).await? {
        return row.bool(0);
    }
    let there = by_key(tx, key).await?;
    let done = match &there {
        Some(c) => {
            let sql = "UPDATE sandbox_charges SET refunded = refunded + ? WHERE charge_key = ? AND refunded + ? <= amount \
                       AND currency = ?";
            tx.execute(sql, args![amount.minor, &c.key, amount.minor, amount.currency.code()]).await? == 1
        }
        // A signed webhook may speak of a charge that the shop never came to make.
        None => true,
    };
    let sql = "INSERT INTO sandbox_refunds (id, charge_key, amount, done) VALUES (?, ?, ?, ?)";
    tx.execute(sql, args![id, key, amount.minor, done]).await?;
    Ok(done)
}

#[async_trait]
impl SandboxLedger for SqlSandboxLedger {
    async fn open(&self, charge: SandboxCharge) -> EngineResult<SandboxCharge> {
        self.db
            .write(ENGINE, move |tx| {
                let charge = charge.clone();
                async move { open(tx, &charge).await }.boxed()
            })
            .await
    }
    async fn find(&self, key: &str) -> EngineResult<Option<SandboxCharge>> {
        let rows = self.db.read(ENGINE, &format!("{CHARGE} WHERE charge_key = ?"), args![key]).await?;
        rows.first().map(charge).transpose()
    }
    async fn decide(&self, key: &str, to: SandboxState) -> EngineResult<Option<SandboxCharge>> {
        let key = key.to_owned();
        self.db
            .write(ENGINE, move |tx| {
                let key = key.clone();
                async move {
                    let sql = "UPDATE sandbox_charges SET state = ?, decides_at = NULL WHERE charge_key = ? AND state = 'PENDING'";
                    tx.execute(sql, args![to.name(), &key]).await?;
                    by_key(tx, &key).await
                }
                .boxed()
            })
            .await
    }
    async fn due(&self, limit: usize, now: Timestamp) -> EngineResult<Vec<SandboxCharge>> {
        let sql = "SELECT charge_key FROM sandbox_charges WHERE decides_at <= ? LIMIT 1";
        if self.db.read(ENGINE, sql, args![now]).await?.is_empty() {
            return Ok(Vec::new());
        }
        self.db.write(ENGINE, move |tx| async move { due(tx, limit, now).await }.boxed()).await
    }
    async fn refund(&self, key: &str, id: RefundId, amount: Money) -> EngineResult<bool> {
        let key = key.to_owned();
        self.db
            .write(ENGINE, move |tx| {
                let key = key.clone();
                async move { refund(tx, &key, id, amount).await }.boxed()
            })
            .await
    }
}
