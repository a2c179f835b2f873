//! Adds, lists and marks messages.

use std::{fmt, sync::Arc};

use uuid::Uuid;

use super::{
    model::{Notification, NotificationPosition, Text},
    ports::NotificationStore,
};
use crate::kernel::{
    caller::Owner,
    clock::Clock,
    error::EngineResult,
    ids::{GuestId, IdSource, NotificationId, OrderId, ShopperId},
    pages::{Page, Window},
};

/// Messages. Cheap to clone.
#[derive(Clone)]
pub struct Notifications {
    store: Arc<dyn NotificationStore>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
}

impl fmt::Debug for Notifications {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notifications").finish_non_exhaustive()
    }
}

impl Notifications {
    /// On a store.
    pub fn new(store: Arc<dyn NotificationStore>, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        Self { store, clock, ids }
    }

    /// Tells an owner something, once per cause; the message when it was new.
    pub async fn tell(
        &self,
        owner: Uuid,
        cause: &str,
        text: Text,
        order: Option<OrderId>,
    ) -> EngineResult<Option<Notification>> {
        let at = self.clock.now();
        let id = NotificationId(self.ids.next(at));
        let notification = Notification { id, owner, title: text.title, body: text.body, order, at, read: false };
        Ok(self.store.add(notification.clone(), cause).await?.then_some(notification))
    }

    /// Messages of an owner, newest first.
    pub async fn list(&self, owner: Owner, window: Window<NotificationPosition>) -> EngineResult<Page<Notification>> {
        self.store.list(owner.uuid(), window).await
    }

    /// The owner's messages among these.
    pub async fn by_ids(&self, owner: Owner, ids: &[NotificationId]) -> EngineResult<Vec<Notification>> {
        if ids.is_empty() { Ok(Vec::new()) } else { self.store.by_ids(owner.uuid(), ids).await }
    }

    /// How many are not seen.
    pub async fn unread(&self, owner: Owner) -> EngineResult<u64> {
        self.store.unread(owner.uuid()).await
    }

    /// Marks messages as seen (none given: all); answers how many were not.
    pub async fn mark_read(&self, owner: Owner, ids: &[NotificationId]) -> EngineResult<u64> {
        self.store.mark_read(owner.uuid(), ids).await
    }

    /// Gives what was a guest's to the shopper who signed in.
    pub async fn adopt(&self, guest: GuestId, shopper: ShopperId) -> EngineResult<u64> {
        self.store.adopt(guest.0, shopper.0).await
    }
}
