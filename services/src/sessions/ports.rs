//! What sessions need from a store and a limiter.
//!
//! Promises: rotating is atomic, so a refresh token is good once, whatever races; a guest is merged into one account at
//! most once, and the `GuestMerged` event is written with it; a new password ends the sessions of its account in the same
//! transaction, with a `ShopperChanged` event.

use async_trait::async_trait;

use super::model::{Factor, Guest, Rotated, Session};
use crate::kernel::{
    clock::Timestamp,
    error::EngineResult,
    ids::{GuestId, SessionId, ShopperId},
};

/// The store of sessions and guests.
#[async_trait]
pub trait SessionStore: Send + Sync + 'static {
    /// Stores a new session.
    async fn open(&self, session: Session, now: Timestamp) -> EngineResult<()>;
    /// Trades a refresh token (by hash) for a new one (by hash and expiry).
    async fn rotate(
        &self,
        old_hash: String,
        new_hash: String,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> EngineResult<Rotated>;
    /// Ends the session that the refresh token (by hash) belongs to; false when there is none.
    async fn revoke_by_token(&self, hash: String, now: Timestamp) -> EngineResult<bool>;
    /// Ends all sessions of an account.
    async fn revoke_all(&self, shopper: ShopperId, now: Timestamp) -> EngineResult<()>;
    /// Sets a password in place of the one whose hash was read, ends every session of `next`'s account, forgets its reset
    /// token and opens `next`; false, and nothing done, when the stored hash is another by now.
    async fn change_password(
        &self,
        old_hash: String,
        new_hash: String,
        next: Session,
        now: Timestamp,
    ) -> EngineResult<bool>;
    /// Keeps a reset token (by hash) in place of the account's earlier one.
    async fn open_reset(&self, shopper: ShopperId, token_hash: String, expires_at: Timestamp) -> EngineResult<()>;
    /// Uses a reset token (by hash) up: sets the password and ends every session of the account; `None`, and nothing done,
    /// when there is no such token or its time is over.
    async fn use_reset(&self, token_hash: String, new_hash: String, now: Timestamp) -> EngineResult<Option<ShopperId>>;
    /// Sessions that were ended at `since` or later, with when, the earliest first, at most `limit`.
    async fn ended_since(&self, since: Timestamp, limit: usize) -> EngineResult<Vec<(SessionId, Timestamp)>>;
    /// Whether the session is still good.
    async fn is_live(&self, session: SessionId, now: Timestamp) -> EngineResult<bool>;
    /// Makes a guest, its secret token stored by hash.
    async fn open_guest(&self, id: GuestId, token_hash: String, now: Timestamp) -> EngineResult<()>;
    /// The guest of a token (by hash).
    async fn guest_by_token(&self, token_hash: String) -> EngineResult<Option<Guest>>;
    /// Marks the guest as merged, with the event; false when it was merged before.
    async fn mark_merged(&self, guest: GuestId, shopper: ShopperId, now: Timestamp) -> EngineResult<bool>;
}

/// The store of second factors.
///
/// Promises: an account has one at most, which counts from its confirmation on; a step and a recovery code are good once,
/// whatever races.
#[async_trait]
pub trait FactorStore: Send + Sync + 'static {
    /// Keeps a factor that waits for its confirmation, in place of an earlier one that does; false when one counts already.
    async fn begin(&self, shopper: ShopperId, sealed: String, now: Timestamp) -> EngineResult<bool>;
    /// The factor of an account.
    async fn factor(&self, shopper: ShopperId) -> EngineResult<Option<Factor>>;
    /// Lets the waiting factor with this secret count, its first step used, with recovery codes (by hash) in place of
    /// earlier ones; false when it does not wait.
    async fn confirm(
        &self,
        shopper: ShopperId,
        sealed: String,
        step: i64,
        recovery_hashes: Vec<String>,
    ) -> EngineResult<bool>;
    /// Uses a step up; false when it, or a later one, was used, or no factor counts.
    async fn use_step(&self, shopper: ShopperId, step: i64) -> EngineResult<bool>;
    /// Uses a recovery code (by hash) up; false when there is none.
    async fn use_recovery(&self, shopper: ShopperId, code_hash: String) -> EngineResult<bool>;
    /// Removes the factor and its recovery codes; false when there is none.
    async fn remove(&self, shopper: ShopperId) -> EngineResult<bool>;
}

/// Answers whether one more try is allowed.
#[async_trait]
pub trait RateLimiter: Send + Sync + 'static {
    /// Takes one try out of the bucket `key` of `burst` tries that refills at `per_minute`; the instant of the next
    /// allowed try when there is none left.
    async fn take(&self, key: &str, burst: u32, per_minute: u32, now: Timestamp)
    -> EngineResult<Result<(), Timestamp>>;
}
