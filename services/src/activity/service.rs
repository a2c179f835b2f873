//! Notes deeds in a bounded buffer and flushes them to the log.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use moka::sync::Cache;
use parking_lot::Mutex;
use uuid::Uuid;

use super::{
    model::{Deed, Record},
    ports::{PseudonymStore, RecordStore},
};
use crate::kernel::{
    clock::Clock,
    error::EngineResult,
    events::{ActivityEvent, EventLog, NewEvent, Topic},
    ids::{IdSource, ItemId},
    limits::QUERY_MAX,
};

/// Deeds that wait to be flushed, at most.
const BUFFER: usize = 10_000;
/// Pseudonyms that are remembered.
const PSEUDONYMS: u64 = 100_000;
/// The consumer group that keeps records.
pub const ARCHIVE: &str = "archive";

/// Activity. Cheap to clone; all clones share one buffer.
#[derive(Clone)]
pub struct Activity(Arc<Inner>);

struct Inner {
    store: Arc<dyn PseudonymStore>,
    records: Arc<dyn RecordStore>,
    log: Arc<dyn EventLog>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    /// Taken for moments only, never across a wait.
    waiting: Mutex<VecDeque<Deed>>,
    dropped: AtomicU64,
    known: Cache<Uuid, Uuid>,
}

impl fmt::Debug for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Activity").field("waiting", &self.0.waiting.lock().len()).finish_non_exhaustive()
    }
}

impl Activity {
    /// Onto a log, under the pseudonyms of a store.
    pub fn new(
        store: Arc<dyn PseudonymStore>,
        records: Arc<dyn RecordStore>,
        log: Arc<dyn EventLog>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Self {
        Self(Arc::new(Inner {
            store,
            records,
            log,
            clock,
            ids,
            waiting: Mutex::default(),
            dropped: AtomicU64::new(0),
            known: Cache::new(PSEUDONYMS),
        }))
    }

    /// Notes a deed; it costs no call. When the buffer is full the oldest is dropped.
    pub fn note(&self, mut deed: Deed) {
        if let Some(text) = &mut deed.text {
            let end = text.floor_char_boundary(QUERY_MAX);
            text.truncate(end);
        }
        let mut waiting = self.0.waiting.lock();
        if waiting.len() >= BUFFER {
            waiting.pop_front();
            self.0.dropped.fetch_add(1, Ordering::Relaxed);
        }
        waiting.push_back(deed);
    }

    /// How many deeds were dropped since the start because the buffer was full.
    pub fn dropped(&self) -> u64 {
        self.0.dropped.load(Ordering::Relaxed)
    }

    /// Writes up to `limit` noted deeds to the log; answers how many. When the log fails they wait on.
    pub async fn flush(&self, limit: usize) -> EngineResult<usize> {
        let deeds: Vec<Deed> = {
            let mut waiting = self.0.waiting.lock();
            let n = waiting.len().min(limit);
            waiting.drain(..n).collect()
        };
        if deeds.is_empty() {
            return Ok(0);
        }
        let written = self.write(&deeds).await;
        if let Err(e) = written {
            let mut waiting = self.0.waiting.lock();
            for deed in deeds.into_iter().rev() {
                if waiting.len() < BUFFER {
                    waiting.push_front(deed);
                } else {
                    self.0.dropped.fetch_add(1, Ordering::Relaxed);
                }
            }
            return Err(e);
        }
        Ok(deeds.len())
    }

    /// Writes deeds at once, but those of owners who chose not to be recorded: for deeds that are read from the log themselves.
    pub async fn write(&self, deeds: &[Deed]) -> EngineResult<()> {
        let owners: HashSet<Uuid> = deeds.iter().map(|d| d.owner).collect();
        let silent = self.0.store.silent(owners.into_iter().collect()).await?;
        let deeds: Vec<&Deed> = deeds.iter().filter(|d| !silent.contains(&d.owner)).collect();
        if deeds.is_empty() {
            return Ok(());
        }
        let pseudonyms = self.pseudonyms(&deeds).await?;
        let events = deeds.iter().filter_map(|d| Some(told(d, *pseudonyms.get(&d.owner)?))).collect();
        self.0.log.append(events, self.0.clock.now()).await
    }

    /// Erases an owner's records and who was behind their pseudonym: for an account that is deleted, and for whoever asks.
    /// What the log still keeps names nobody, and is not kept again. What the owner does later is under a new pseudonym.
    pub async fn forget(&self, owner: Uuid) -> EngineResult<()> {
        self.0.waiting.lock().retain(|d| d.owner != owner);
        self.0.store.forget(owner).await?;
        self.0.known.invalidate(&owner);
        Ok(())
    }

    /// Whether an owner's deeds are recorded from now on.
    pub async fn choose(&self, owner: Uuid, recorded: bool) -> EngineResult<()> {
        self.0.store.choose(owner, recorded).await
    }

    /// Keeps what the log tells, up to `limit` events; answers how many were read. What cannot be read is passed over.
    pub async fn archive_step(&self, limit: usize) -> EngineResult<usize> {
        let events = self.0.log.poll(ARCHIVE, Topic::Activity, limit).await?;
        let Some(last) = events.last() else { return Ok(0) };
        self.0.records.keep(events.iter().filter_map(|e| Record::of(&e.event)).collect()).await?;
        self.0.log.commit(ARCHIVE, Topic::Activity, last.offset).await?;
        Ok(events.len())
    }

    /// An owner's records, newest first.
    pub async fn of_owner(&self, owner: Uuid, limit: usize) -> EngineResult<Vec<Record>> {
        match self.0.store.find(owner).await? {
            Some(pseudonym) => self.0.records.of(pseudonym, limit).await,
            None => Ok(Vec::new()),
        }
    }

    /// Records about an item, newest first.
    pub async fn of_item(&self, item: ItemId, limit: usize) -> EngineResult<Vec<Record>> {
        self.0.records.of_item(item, limit).await
    }

    /// All records, for those who learn from them.
    pub fn records(&self) -> &dyn RecordStore {
        self.0.records.as_ref()
    }

    async fn pseudonyms(&self, deeds: &[&Deed]) -> EngineResult<HashMap<Uuid, Uuid>> {
        let owners: HashSet<Uuid> = deeds.iter().map(|d| d.owner).collect();
        let mut all: HashMap<Uuid, Uuid> = owners.iter().filter_map(|o| Some((*o, self.0.known.get(o)?))).collect();
        let unknown = owners.into_iter().filter(|o| !all.contains_key(o));
        let proposed: HashMap<Uuid, Uuid> = unknown
            .map(|o| (o, uuid::Builder::from_random_bytes(self.0.ids.random().to_be_bytes()).into_uuid()))
            .collect();
        if !proposed.is_empty() {
            for (owner, pseudonym) in self.0.store.pseudonyms(proposed).await? {
                self.0.known.insert(owner, pseudonym);
                all.insert(owner, pseudonym);
            }
        }
        Ok(all)
    }
}

fn told(deed: &Deed, pseudonym: Uuid) -> NewEvent {
    NewEvent::of(&ActivityEvent::ActivityRecorded {
        pseudonym,
        act: deed.act,
        item: deed.item,
        category: deed.category,
        pincode: deed.pincode,
        text: deed.text.clone(),
        count: deed.count,
    })
}
