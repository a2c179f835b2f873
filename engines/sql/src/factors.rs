//! Second factors: the sealed secret, the last step whose code was used, and hashes of recovery codes.

use async_trait::async_trait;
use futures::FutureExt;
use services::{
    kernel::{clock::Timestamp, error::EngineResult, ids::ShopperId},
    sessions::{Factor, ports::FactorStore},
};

use crate::{Db, Tx, args};

/// The store of second factors.
#[derive(Clone, Debug)]
pub struct SqlFactorStore {
    db: Db,
}

impl SqlFactorStore {
    /// In a database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// Runs one statement; whether a row matched.
    async fn change(&self, sql: &'static str, args: Vec<crate::Value>) -> EngineResult<bool> {
        self.db
            .write("sessions", move |tx| {
                let args = args.clone();
                async move { Ok(tx.execute(sql, args).await? > 0) }.boxed()
            })
            .await
    }
}

async fn forget_codes(tx: &mut dyn Tx, shopper: ShopperId) -> EngineResult<()> {
    tx.execute("DELETE FROM recovery_codes WHERE shopper = ?", args![shopper]).await?;
    Ok(())
}

#[async_trait]
impl FactorStore for SqlFactorStore {
    async fn begin(&self, shopper: ShopperId, sealed: String, now: Timestamp) -> EngineResult<bool> {
        self.db
            .write("sessions", move |tx| {
                let sealed = sealed.clone();
                async move {
                    tx.execute("DELETE FROM second_factors WHERE shopper = ? AND confirmed = 0", args![shopper]).await?;
                    if tx.first("SELECT 1 FROM second_factors WHERE shopper = ?", args![shopper]).await?.is_some() {
                        return Ok(false);
                    }
                    tx.execute(
                        "INSERT INTO second_factors (shopper, sealed, confirmed, last_step, begun_at) VALUES (?, ?, 0, 0, ?)",
                        args![shopper, sealed, now],
                    )
                    .await?;
                    Ok(true)
                }
                .boxed()
            })
            .await
    }

    async fn factor(&self, shopper: ShopperId) -> EngineResult<Option<Factor>> {
        let sql = "SELECT sealed, confirmed, last_step FROM second_factors WHERE shopper = ?";
        let rows = self.db.read("sessions", sql, args![shopper]).await?;
        let read = |row: &crate::value::Row| {
            Ok(Factor { sealed: row.text(0)?, confirmed: row.bool(1)?, last_step: row.int(2)? })
        };
        rows.first().map(read).transpose()
    }

    async fn confirm(
        &self,
        shopper: ShopperId,
        sealed: String,
        step: i64,
        recovery_hashes: Vec<String>,
    ) -> EngineResult<bool> {
        self.db
            .write("sessions", move |tx| {
                let (sealed, hashes) = (sealed.clone(), recovery_hashes.clone());
                async move {
                    let confirm = "UPDATE second_factors SET confirmed = 1, last_step = ?
                                   WHERE shopper = ? AND sealed = ? AND confirmed = 0";
                    if tx.execute(confirm, args![step, shopper, sealed]).await? == 0 {
                        return Ok(false);
                    }
                    forget_codes(tx, shopper).await?;
                    for hash in &hashes {
                        let keep = "INSERT INTO recovery_codes (shopper, code_hash) VALUES (?, ?)";
                        tx.execute(keep, args![shopper, hash]).await?;
                    }
                    Ok(true)
                }
                .boxed()
            })
            .await
    }

    async fn use_step(&self, shopper: ShopperId, step: i64) -> EngineResult<bool> {
        let sql = "UPDATE second_factors SET last_step = ? WHERE shopper = ? AND confirmed = 1 AND last_step < ?";
        self.change(sql, args![step, shopper, step]).await
    }

    async fn use_recovery(&self, shopper: ShopperId, code_hash: String) -> EngineResult<bool> {
        let sql = "DELETE FROM recovery_codes WHERE shopper = ? AND code_hash = ?";
        self.change(sql, args![shopper, code_hash]).await
    }

    async fn remove(&self, shopper: ShopperId) -> EngineResult<bool> {
        self.db
            .write("sessions", move |tx| {
                async move {
                    forget_codes(tx, shopper).await?;
                    Ok(tx.execute("DELETE FROM second_factors WHERE shopper = ?", args![shopper]).await? > 0)
                }
                .boxed()
            })
            .await
    }
}
