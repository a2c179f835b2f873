//! Held states of the index. A list that a shopper leafs through is answered from one point in time, whatever is indexed
//! meanwhile. Each state is written down on the server, so that every process of the shop can turn the page. A state is
//! held for five minutes after its last use; of those that a process opened at most eight are, the longest unused goes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use reqwest::Method;
use serde_json::{Value, json};
use services::{
    kernel::{
        clock::Timestamp,
        error::{EngineError, EngineResult},
    },
    search::ports::IndexError,
};
use tokio::time::Instant;

use crate::{
    client::{Answer, Body, Client, ENGINE, Kind},
    indexes::{CHECKPOINT, Indexes, read_time},
    snapshot::{self, Snapshot},
};

/// How long an unused state is held.
const HELD_FOR: Duration = Duration::from_secs(300);
/// How many states are held.
const HELD_MAX: usize = 8;
/// How long the newest state is used before somebody looks whether there is a newer one.
const FRESH_FOR: Duration = Duration::from_millis(200);
/// How exactly the last use of a state is written down.
const USED_WITHIN: Duration = Duration::from_secs(10);
/// Numbers that are tried for a new state before giving up: each was taken by another process within a microsecond.
const NUMBERS_MAX: u64 = 20;

/// A state of the index.
#[derive(Debug)]
pub(crate) struct Generation {
    /// Its number; grows within a process, and no two states of a shop share one.
    pub(crate) id: u64,
    /// What it finds.
    pub(crate) snapshot: Snapshot,
    /// When it was made.
    pub(crate) as_of: Timestamp,
    /// Whether the server is told when this process is done with it. Otherwise it forgets by itself, because another
    /// process may still leaf through it.
    closes: AtomicBool,
}

impl Drop for Generation {
    fn drop(&mut self) {
        if self.closes.load(Ordering::Relaxed)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(self.snapshot.clone().close());
        }
    }
}

/// A held state.
struct Held {
    generation: Arc<Generation>,
    used: Timestamp,
    /// The last use that the server knows of.
    written: Timestamp,
}

/// The newest state, and of which state of the index it is.
struct Newest {
    generation: Arc<Generation>,
    /// The index and the number of its last checkpoint.
    of: (String, Option<i64>),
    looked: Instant,
    opened: Timestamp,
}

/// The newest state and the held ones.
pub(crate) struct Generations {
    client: Client,
    indexes: Indexes,
    /// Name of the index or alias that is read.
    reads: String,
    /// Held while somebody looks for a newer state, so that one looks for all.
    newest: tokio::sync::Mutex<Option<Newest>>,
    /// Set when this process changed the index.
    changed: AtomicBool,
    /// Held for no call.
    held: Mutex<Vec<Held>>,
}

impl Generations {
    /// Of an index or an alias.
    pub(crate) fn new(client: Client, indexes: Indexes, reads: String) -> Self {
        let (newest, changed, held) = (tokio::sync::Mutex::default(), AtomicBool::default(), Mutex::default());
        Self { client, indexes, reads, newest, changed, held }
    }

    /// The next search looks for a newer state first.
    pub(crate) fn changed(&self) {
        self.changed.store(true, Ordering::Release);
    }

    /// The newest state.
    pub(crate) async fn newest(&self, now: Timestamp) -> EngineResult<Arc<Generation>> {
        let mut newest = self.newest.lock().await;
        let changed = self.changed.swap(false, Ordering::AcqRel);
        if let Some(known) = newest.as_ref().filter(|n| !changed && n.looked.elapsed() < FRESH_FOR) {
            return Ok(known.generation.clone());
        }
        let looked = Instant::now();
        let opened = self.look(newest.as_mut(), now).await;
        match opened {
            Ok(None) => {}
            Ok(Some((of, generation))) => *newest = Some(Newest { generation, of, looked, opened: now }),
            Err(e) => {
                self.changed.fetch_or(changed, Ordering::AcqRel);
                return Err(e);
            }
        }
        let known = newest.as_ref().ok_or_else(|| EngineError::permanent(ENGINE, "there is no state of the index"))?;
        Ok(known.generation.clone())
    }

    /// Opens a newer state than the one known; none when that is the newest.
    async fn look(
        &self,
        known: Option<&mut Newest>,
        now: Timestamp,
    ) -> EngineResult<Option<((String, Option<i64>), Arc<Generation>)>> {
        let path = format!("{}/_doc/{CHECKPOINT}?_source=at", self.reads);
        let seen = match self.client.call(Kind::Read, Method::GET, &path, Body::Empty).await? {
            Answer::Otherwise(_, value) if value["found"] == false => value,
            answer => answer.done()?,
        };
        let of = (seen["_index"].as_str().unwrap_or_default().to_owned(), seen["_seq_no"].as_i64());
        let mut before = 0;
        if let Some(known) = known {
            if known.of == of {
                known.looked = Instant::now();
                return Ok(None);
            }
            before = known.generation.id;
        }
        let snapshot = snapshot::open(&self.client, &self.reads).await?;
        let as_of = read_time(&seen["_source"]["at"]).unwrap_or(now);
        let first = now.micros().max(1).unsigned_abs().max(before + 1);
        for id in first..first + NUMBERS_MAX {
            if self.write_down(id, &snapshot, as_of, now).await? {
                let closes = AtomicBool::new(true);
                return Ok(Some((of, Arc::new(Generation { id, snapshot, as_of, closes }))));
            }
        }
        Err(EngineError::retryable(ENGINE, "other processes took every number for a list"))
    }

    /// Writes a state down for the other processes; not when its number is taken.
    async fn write_down(&self, id: u64, snapshot: &Snapshot, as_of: Timestamp, now: Timestamp) -> EngineResult<bool> {
        let path = format!("{}/_create/{id}", self.indexes.lists());
        let body = written(snapshot, as_of, now);
        match self.client.call(Kind::Read, Method::PUT, &path, Body::Json(body)).await? {
            // A call that was made twice meets itself; its number is as good as lost.
            Answer::Otherwise(status, _) if status.as_u16() == 409 => Ok(false),
            answer => answer.done().map(|_| true),
        }
    }

    /// The newest state or a held one, of this or another process, which is thereby used.
    pub(crate) async fn find(&self, id: u64, now: Timestamp) -> Result<Arc<Generation>, IndexError> {
        let newest = {
            let newest = self.newest.lock().await;
            let known = newest.as_ref().filter(|n| n.generation.id == id);
            let is_newest = |n: &&Newest| !self.changed.load(Ordering::Acquire) && n.looked.elapsed() < FRESH_FOR;
            match known.filter(is_newest) {
                Some(newest) => return Ok(newest.generation.clone()),
                None => known.filter(|n| now.since(n.opened) < HELD_FOR).map(|n| n.generation.clone()),
            }
        };
        match self.use_held(id, now).or(newest) {
            Some(found) => Ok(found),
            None => self.read(id, now).await,
        }
    }

    fn use_held(&self, id: u64, now: Timestamp) -> Option<Arc<Generation>> {
        let mut held = self.held.lock();
        drop_unused(&mut held, now);
        let found = held.iter_mut().find(|h| h.generation.id == id)?;
        found.used = found.used.max(now);
        Some(found.generation.clone())
    }

    /// A state that another process opened, or that this one let go.
    async fn read(&self, id: u64, now: Timestamp) -> Result<Arc<Generation>, IndexError> {
        let path = format!("{}/_doc/{id}", self.indexes.lists());
        let value = match self.client.call(Kind::Read, Method::GET, &path, Body::Empty).await? {
            Answer::Otherwise(_, value) if value["found"] == false => return Err(IndexError::GenerationGone),
            answer => answer.done()?,
        };
        let doc = &value["_source"];
        let (Some(pit), Some(as_of), Some(used)) =
            (doc["pit"].as_str(), read_time(&doc["made"]), read_time(&doc["used"]))
        else {
            return Err(IndexError::GenerationGone);
        };
        if now.since(used) >= HELD_FOR {
            return Err(IndexError::GenerationGone);
        }
        let snapshot = Snapshot::new(self.client.clone(), pit.to_owned());
        Ok(Arc::new(Generation { id, snapshot, as_of, closes: AtomicBool::new(false) }))
    }

    /// Holds a state, because somebody may go on in it.
    pub(crate) async fn hold(&self, generation: &Arc<Generation>, now: Timestamp) {
        if self.note_use(generation, now) {
            let path = format!("{}/_doc/{}", self.indexes.lists(), generation.id);
            let body = written(&generation.snapshot, generation.as_of, now);
            if let Err(e) = self.client.call(Kind::Read, Method::PUT, &path, Body::Json(body)).await {
                tracing::debug!(error = %e, "another process may let go of a list too soon");
            }
        }
    }

    /// Whether the use has to be written down.
    fn note_use(&self, generation: &Arc<Generation>, now: Timestamp) -> bool {
        let mut held = self.held.lock();
        drop_unused(&mut held, now);
        if let Some(held) = held.iter_mut().find(|h| h.generation.id == generation.id) {
            held.used = held.used.max(now);
            let is_due = now.since(held.written) >= USED_WITHIN;
            if is_due {
                held.written = now;
            }
            return is_due;
        }
        if held.len() >= HELD_MAX
            && let Some(oldest) = (0..held.len()).min_by_key(|&at| held[at].used)
        {
            held.swap_remove(oldest);
        }
        held.push(Held { generation: generation.clone(), used: now, written: now });
        // It was written down when it was opened, by whoever did.
        !generation.closes.load(Ordering::Relaxed)
    }

    /// Lets go of a state that the server forgot.
    pub(crate) async fn forget(&self, id: u64) {
        self.held.lock().retain(|h| h.generation.id != id);
        let mut newest = self.newest.lock().await;
        if newest.as_ref().is_some_and(|n| n.generation.id == id) {
            *newest = None;
        }
    }
}

fn drop_unused(held: &mut Vec<Held>, now: Timestamp) {
    held.retain(|h| {
        let used = now.since(h.used) < HELD_FOR;
        if !used {
            h.generation.closes.store(false, Ordering::Relaxed);
        }
        used
    });
}

fn written(snapshot: &Snapshot, as_of: Timestamp, now: Timestamp) -> Value {
    json!({ "pit": snapshot.pit(), "made": as_of.micros(), "used": now.micros() })
}
