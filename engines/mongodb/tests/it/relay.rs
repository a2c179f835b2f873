//! Events kept in documents come to the log once, whatever stops between two steps.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use engine_mongodb::MongoItemStore;
use services::{
    items::{contract::item, ports::ItemStore},
    kernel::{
        clock::Timestamp,
        error::{EngineError, EngineResult},
        events::relay::{EventIntake, Kept, KeptEvents, LEASE, relay},
        ids::EventId,
    },
};
use uuid::Uuid;

use crate::{NOW, fresh};

/// A log in memory that takes each id once and may be told to fail; it counts what was brought in vain.
#[derive(Default)]
struct Log {
    taken: Mutex<Vec<Kept>>,
    repeated: Mutex<usize>,
    down: AtomicBool,
}

impl Log {
    /// What it holds: which version of which item.
    fn versions(&self) -> Vec<(String, u64)> {
        let taken = self.taken.lock().expect("no test panicked");
        taken.iter().map(|k| (k.event.key.clone(), k.event.data["item_version"].as_u64().unwrap_or(0))).collect()
    }
}

#[async_trait]
impl EventIntake for Log {
    async fn take_in(&self, kept: &[Kept]) -> EngineResult<()> {
        if self.down.load(Ordering::SeqCst) {
            return Err(EngineError::retryable("events", "is down"));
        }
        let mut taken = self.taken.lock().expect("no test panicked");
        for k in kept {
            let ids: Vec<EventId> = taken.iter().map(|t| t.event.id).collect();
            if ids.contains(&k.event.id) {
                *self.repeated.lock().expect("no test panicked") += 1;
            } else {
                taken.push(k.clone());
            }
        }
        Ok(())
    }
}

/// The store as a relay sees it that is killed before it can forget.
struct Killed(MongoItemStore);

#[async_trait]
impl KeptEvents for Killed {
    async fn lease(&self, holder: Uuid, now: Timestamp, until: Timestamp) -> EngineResult<bool> {
        self.0.lease(holder, now, until).await
    }
    async fn kept(&self, limit: usize) -> EngineResult<Vec<Kept>> {
        self.0.kept(limit).await
    }
    async fn forget(&self, _kept: &[Kept]) -> EngineResult<()> {
        Err(EngineError::retryable("items", "the process is gone"))
    }
}

fn worker(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

#[tokio::test]
async fn every_change_comes_to_the_log_once_and_in_order() {
    let Some(store) = fresh().await else { return };
    store.save(vec![item(1, 1), item(2, 1), item(1, 2), item(1, 2)], NOW).await.expect("a save");
    store.save(vec![item(1, 3)], NOW + Duration::from_secs(1)).await.expect("a save");
    let log = Log::default();
    assert_eq!(relay(&store, &log, worker(1), 100, NOW).await.expect("a round"), 4);
    let of = |n| {
        let key = item(n, 1).id.to_string();
        log.versions().into_iter().filter(|(k, _)| *k == key).map(|(_, version)| version).collect::<Vec<_>>()
    };
    assert_eq!((of(1), of(2)), (vec![1, 2, 3], vec![1]));
    assert_eq!(relay(&store, &log, worker(1), 100, NOW).await.expect("a round"), 0);
    assert_eq!(*log.repeated.lock().expect("no test panicked"), 0);
}

#[tokio::test]
async fn a_change_of_categories_is_told_too() {
    let Some(store) = fresh().await else { return };
    let category = services::items::Category {
        id: services::kernel::ids::CategoryId(Uuid::from_u128(1)),
        parent: None,
        slug: "c".to_owned(),
        name: "C".to_owned(),
        position: 1,
        attributes: vec![],
    };
    store.save_categories(vec![category.clone()], NOW).await.expect("a save");
    assert!(store.remove_category(category.id, NOW).await.expect("an answer"));
    let log = Log::default();
    assert_eq!(relay(&store, &log, worker(1), 100, NOW).await.expect("a round"), 2);
    assert!(log.taken.lock().expect("no test panicked").iter().all(|k| k.event.data["categories"] == true));
}

#[tokio::test]
async fn a_relay_killed_between_two_steps_repeats_and_neither_loses_nor_doubles() {
    let Some(store) = fresh().await else { return };
    store.save(vec![item(1, 1), item(2, 1)], NOW).await.expect("a save");
    let log = Log::default();
    log.down.store(true, Ordering::SeqCst);
    relay(&store, &log, worker(1), 100, NOW).await.expect_err("killed before the log had it");
    assert!(log.versions().is_empty());
    log.down.store(false, Ordering::SeqCst);
    relay(&Killed(store.clone()), &log, worker(1), 100, NOW).await.expect_err("killed before it forgot");
    store.save(vec![item(1, 2)], NOW).await.expect("a save");
    // Another takes over when the lease has run out.
    assert_eq!(relay(&store, &log, worker(2), 100, NOW).await.expect("a round"), 0);
    assert_eq!(relay(&store, &log, worker(2), 100, NOW + LEASE).await.expect("a round"), 3);
    assert_eq!(*log.repeated.lock().expect("no test panicked"), 2);
    assert_eq!(log.versions().len(), 3);
    assert!(store.kept(100).await.expect("a read").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_relays_of_which_one_has_the_lease_double_nothing() {
    let Some(store) = fresh().await else { return };
    store.save((0..60).map(|n| item(n, 1)).collect(), NOW).await.expect("a save");
    let log = Arc::new(Log::default());
    let relays = [1, 2].map(|n| {
        let (store, log) = (store.clone(), Arc::clone(&log));
        tokio::spawn(async move {
            let mut done = 0;
            // Enough rounds for one that works alone, which it then does.
            for _ in 0..10 {
                done += relay(&store, &*log, worker(n), 7, NOW).await.expect("a round");
            }
            done
        })
    });
    let mut done = Vec::new();
    for relay in relays {
        done.push(relay.await.expect("no relay panics"));
    }
    done.sort_unstable();
    assert_eq!(done, [0, 60]);
    assert_eq!((log.versions().len(), *log.repeated.lock().expect("no test panicked")), (60, 0));
}

#[tokio::test]
async fn a_document_keeps_the_youngest_events_while_no_relay_comes() {
    let Some(store) = fresh().await else { return };
    for version in 1..=110 {
        store.save(vec![item(1, version)], NOW).await.expect("a save");
    }
    let log = Log::default();
    assert_eq!(relay(&store, &log, worker(1), 1_000, NOW).await.expect("a round"), 100);
    assert_eq!(log.versions().last().map(|(_, version)| *version), Some(110));
}
