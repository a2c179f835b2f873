//! What payments need from a provider.
//!
//! Promises: `charge` and `refund` are idempotent by their key: the same key never takes or gives money twice. An error
//! means *unknown*: the caller asks by `find`, it never charges under another key.

use async_trait::async_trait;

use super::model::{Charge, ChargeStatus, ProviderEvent};
use crate::kernel::{clock::Timestamp, error::EngineResult, ids::RefundId, money::Money};

/// Why a webhook was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookRefusal {
    /// The signature is missing, wrong, or outside its time window.
    #[error("the signature is not valid")]
    Signature,
    /// The body is not one of the provider's messages.
    #[error("the body is not understood: {0}")]
    Body(String),
}

/// A payment provider.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// Its name, as in the webhook's path.
    fn name(&self) -> &'static str;
    /// Takes the money.
    async fn charge(&self, charge: Charge, now: Timestamp) -> EngineResult<ChargeStatus>;
    /// What became of a charge, by its idempotency key.
    async fn find(&self, idempotency_key: &str, now: Timestamp) -> EngineResult<ChargeStatus>;
    /// Calls a charge off. Answers what it is afterwards: it may have succeeded before.
    async fn cancel(&self, idempotency_key: &str, now: Timestamp) -> EngineResult<ChargeStatus>;
    /// Gives money of a charge back; idempotent by the refund's id.
    async fn refund(
        &self,
        idempotency_key: &str,
        refund: RefundId,
        amount: Money,
        now: Timestamp,
    ) -> EngineResult<bool>;
    /// What the provider has to say besides answers and webhooks, for a provider that is asked instead of telling. Each
    /// is told at least once.
    async fn news(&self, _limit: usize, _now: Timestamp) -> EngineResult<Vec<ProviderEvent>> {
        Ok(Vec::new())
    }
    /// Checks and decodes a webhook. `headers` answers a header by its lower-case name.
    fn webhook(
        &self,
        headers: &(dyn Fn(&str) -> Option<String> + Sync),
        body: &[u8],
        now: Timestamp,
    ) -> Result<ProviderEvent, WebhookRefusal>;
    /// What the provider itself holds of a charge: captured and refunded, minor units. For reconciliation.
    async fn balance(&self, idempotency_key: &str) -> EngineResult<Option<(i64, i64)>>;
}
