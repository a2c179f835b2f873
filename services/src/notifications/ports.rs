//! What notifications need from stores and from what calls webhooks; mail goes by the kernel's port.
//!
//! Promises of the store: a message is added once per owner and cause, with its event in the same transaction.

use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

use super::{
    delivery::{After, DeliveryJob, FailedDelivery, NewDelivery, Outcome},
    kinds::Preference,
    model::{Notification, NotificationPosition},
};
use crate::kernel::{
    clock::Timestamp,
    error::EngineResult,
    ids::{NotificationId, OrderId},
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

/// Where webhooks go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its name, unique.
    pub name: String,
    /// Its address.
    pub url: String,
    /// It is called.
    pub active: bool,
}

/// A notice with all that it sets off, kept in one step.
#[derive(Clone, Debug, PartialEq)]
pub struct Announced {
    /// What it is due to; each channel and recipient has it once.
    pub cause: String,
    /// The message in the shop, when it is wanted there.
    pub message: Option<Notification>,
    /// What leaves the shop.
    pub deliveries: Vec<NewDelivery>,
    /// When.
    pub at: Timestamp,
}

/// Keeps what is to be delivered, to whom what may be sent, and who was told of a late order.
///
/// Promises: an announcement is kept whole or not at all, and of each cause, channel and recipient once, however often it
/// is announced; a due delivery is leased to one worker at a time, and that it was taken is recorded before it is handed
/// out; what was sent holds no address and no text any more.
#[async_trait]
pub trait DeliveryStore: Send + Sync + 'static {
    /// Keeps an announcement; answers how many parts were new.
    async fn announce(&self, announced: Announced) -> EngineResult<usize>;
    /// Takes due deliveries for `lease`, the oldest first. One that was taken before and of which nothing was noted counts
    /// one more unknown outcome.
    async fn claim(&self, limit: usize, lease: Duration, now: Timestamp) -> EngineResult<Vec<DeliveryJob>>;
    /// Records what became of a job; one whose lease was lost to another worker changes nothing.
    async fn note(&self, job: &DeliveryJob, after: After, now: Timestamp) -> EngineResult<()>;
    /// Deliveries that were given up, newest first.
    async fn failed(&self, limit: usize) -> EngineResult<Vec<FailedDelivery>>;
    /// What an owner chose.
    async fn preferences(&self, owner: Uuid) -> EngineResult<Vec<Preference>>;
    /// Keeps choices of an owner; others stay.
    async fn save_preferences(&self, owner: Uuid, chosen: &[Preference]) -> EngineResult<()>;
    /// All endpoints, by name; at most [`ENDPOINTS_MAX`].
    async fn endpoints(&self) -> EngineResult<Vec<Endpoint>>;
    /// Keeps an endpoint under its name; false when there are too many others.
    async fn save_endpoint(&self, endpoint: Endpoint) -> EngineResult<bool>;
    /// Orders with a line whose promise has passed and that has not arrived, but for those that are marked.
    async fn late_orders(&self, limit: usize, now: Timestamp) -> EngineResult<Vec<OrderId>>;
    /// Marks an order: its lateness was told.
    async fn mark_late(&self, order: OrderId, now: Timestamp) -> EngineResult<()>;
}

/// Endpoints of a shop.
pub const ENDPOINTS_MAX: usize = 20;

/// Calls endpoints.
///
/// Promises: only addresses that [`super::guard`] allows are connected to, looked up anew for each call and connected to as
/// looked up; no redirect is followed; a call ends in bounded time.
#[async_trait]
pub trait HookCaller: Send + Sync + 'static {
    /// Posts a signed JSON body. `id` is the same for every try.
    async fn call(&self, url: &str, id: Uuid, signature: &str, body: &str) -> Outcome;
}
