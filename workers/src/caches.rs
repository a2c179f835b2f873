//! Follows the log in each process that answers requests, and forgets what changed: items, accounts, the network. Without
//! a consumer group: each process has caches of its own, and starts with empty ones.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use parking_lot::Mutex;
use services::{
    items::Items,
    kernel::{
        error::EngineResult,
        events::{Delivered, EventLog, ItemsEvent, Topic, UsersEvent},
    },
    serviceability::Serviceability,
    users::Users,
};

use crate::{consumer::payload, worker::Worker};

/// Events of one topic and step.
const BATCH: usize = 500;
const TOPICS: [Topic; 4] = [Topic::Items, Topic::Users, Topic::Lanes, Topic::Stock];

/// See the module.
pub struct Caches {
    items: Items,
    users: Users,
    serviceability: Serviceability,
    log: Arc<dyn EventLog>,
    /// Grows with every change that public answers may show.
    version: Arc<AtomicU64>,
    read: Mutex<Option<[i64; TOPICS.len()]>>,
}

impl Caches {
    /// Over these services; `version` is raised after what changed was forgotten.
    pub fn new(
        items: Items,
        users: Users,
        serviceability: Serviceability,
        log: Arc<dyn EventLog>,
        version: Arc<AtomicU64>,
    ) -> Self {
        Self { items, users, serviceability, log, version, read: Mutex::new(None) }
    }

    async fn begin(&self) -> EngineResult<[i64; TOPICS.len()]> {
        let mut newest = [0; TOPICS.len()];
        for (at, topic) in newest.iter_mut().zip(TOPICS) {
            *at = self.log.newest(topic).await?;
        }
        Ok(newest)
    }

    async fn follow(&self, topic: Topic, events: &[Delivered]) -> EngineResult<()> {
        match topic {
            Topic::Items => {
                for event in events {
                    // A payload that cannot be read may stand for any item: forget the tree at least.
                    match payload(event) {
                        Ok(ItemsEvent::ItemChanged { item, categories: false, .. }) => self.items.forget(&[item]),
                        _ => self.items.forget_categories(),
                    }
                }
            }
            Topic::Users => {
                for event in events {
                    if let Ok(UsersEvent::ShopperChanged { shopper } | UsersEvent::GuestMerged { shopper, .. }) =
                        payload(event)
                    {
                        self.users.forget(shopper);
                    }
                }
            }
            Topic::Lanes => {
                self.serviceability.refresh().await?;
            }
            _ => {}
        }
        if topic != Topic::Users {
            self.version.fetch_add(1, Ordering::Release);
        }
        Ok(())
    }
}

#[async_trait]
impl Worker for Caches {
    fn name(&self) -> &'static str {
        "caches"
    }
    async fn step(&self) -> EngineResult<usize> {
        let begun = *self.read.lock();
        let mut read = match begun {
            Some(read) => read,
            None => self.begin().await?,
        };
        let mut handled = 0;
        for (at, topic) in read.iter_mut().zip(TOPICS) {
            let events = self.log.read_after(topic, *at, BATCH).await?;
            if let Some(last) = events.last() {
                self.follow(topic, &events).await?;
                *at = last.offset;
                handled += events.len();
            }
        }
        *self.read.lock() = Some(read);
        Ok(handled)
    }
}
