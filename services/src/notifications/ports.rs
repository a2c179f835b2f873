//! What notifications need from a store and from channels.
//!
//! Promises of the store: a message is added once per owner and cause, with its event in the same transaction.

use async_trait::async_trait;
use uuid::Uuid;

use super::model::{Notification, NotificationPosition};
use crate::kernel::{
    error::EngineResult,
    ids::NotificationId,
    pages::{Page, Window},
};

/// The store of messages.
#[async_trait]
pub trait NotificationStore: Send + Sync + 'static {
    /// Adds a message; false when the owner has one of this cause.
    async fn add(&self, notification: Notification, cause: &str) -> EngineResult<bool>;
    /// Messages of an owner, newest first.
    async fn list(&self, owner: Uuid, window: Window<NotificationPosition>) -> EngineResult<Page<Notification>>;
    /// The owner's messages among these.
    async fn by_ids(&self, owner: Uuid, ids: &[NotificationId]) -> EngineResult<Vec<Notification>>;
    /// How many are not seen.
    async fn unread(&self, owner: Uuid) -> EngineResult<u64>;
    /// Marks messages of the owner as seen (none given: all); answers how many were not.
    async fn mark_read(&self, owner: Uuid, ids: &[NotificationId]) -> EngineResult<u64>;
    /// Gives what was a guest's to a shopper; answers how many.
    async fn adopt(&self, guest: Uuid, shopper: Uuid) -> EngineResult<u64>;
}

/// Another way to reach a shopper, besides the app.
#[async_trait]
pub trait Channel: Send + Sync + 'static {
    /// Sends a message. It may be called again with the same one after a crash; `notification.id` tells.
    async fn send(&self, notification: &Notification, email: Option<&str>) -> EngineResult<()>;
}
