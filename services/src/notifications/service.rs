//! Lists and marks the messages that lie in the shop.

use std::{fmt, sync::Arc};

use super::{
    model::{Notification, NotificationPosition},
    ports::NotificationStore,
};
use crate::kernel::{
    caller::Owner,
    error::EngineResult,
    ids::{GuestId, NotificationId, ShopperId},
    pages::{Page, Window},
};

/// Messages. Cheap to clone.
#[derive(Clone)]
pub struct Notifications {
    store: Arc<dyn NotificationStore>,
}

impl fmt::Debug for Notifications {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notifications").finish_non_exhaustive()
    }
}

impl Notifications {
    /// On a store.
    pub fn new(store: Arc<dyn NotificationStore>) -> Self {
        Self { store }
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
