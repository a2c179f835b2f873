//! Held states of the index. A list that a shopper leafs through is answered from one state, whatever is committed
//! meanwhile. A state is held for five minutes after its last use, and at most eight are: the longest unused goes first.

use std::{sync::Arc, time::Duration};

use services::kernel::clock::Timestamp;
use tantivy::Searcher;

/// How long an unused state is held.
pub const HELD_FOR: Duration = Duration::from_secs(300);
/// How many states are held.
pub const HELD_MAX: usize = 8;

/// A state of the index.
pub struct Generation {
    /// Its number; grows, also over restarts.
    pub id: u64,
    /// What it finds.
    pub searcher: Searcher,
    /// When it was made.
    pub as_of: Timestamp,
}

/// The newest state and the held ones. The owner guards it with a lock that is never held over a search.
pub struct Generations {
    newest: Arc<Generation>,
    held: Vec<(Arc<Generation>, Timestamp)>,
}

impl Generations {
    /// Starts with a first state.
    pub fn new(searcher: Searcher, as_of: Timestamp, now: Timestamp) -> Self {
        let id = now.micros().max(1).unsigned_abs();
        Self { newest: Arc::new(Generation { id, searcher, as_of }), held: Vec::new() }
    }

    /// A newer state; the one before stays only if it is held.
    pub fn publish(&mut self, searcher: Searcher, now: Timestamp) {
        let id = now.micros().max(1).unsigned_abs().max(self.newest.id + 1);
        self.newest = Arc::new(Generation { id, searcher, as_of: now });
    }

    /// The newest state.
    pub fn newest(&self) -> Arc<Generation> {
        self.newest.clone()
    }

    /// The newest state or a held one, which is thereby used; `None` when it is gone.
    pub fn find(&mut self, id: u64, now: Timestamp) -> Option<Arc<Generation>> {
        if self.newest.id == id {
            return Some(self.newest.clone());
        }
        self.drop_unused(now);
        let found = self.held.iter_mut().find(|(g, _)| g.id == id)?;
        found.1 = found.1.max(now);
        Some(found.0.clone())
    }

    /// Holds a state, because somebody may go on in it.
    pub fn hold(&mut self, generation: &Arc<Generation>, now: Timestamp) {
        self.drop_unused(now);
        if let Some(held) = self.held.iter_mut().find(|(g, _)| g.id == generation.id) {
            held.1 = held.1.max(now);
            return;
        }
        if self.held.len() >= HELD_MAX
            && let Some(oldest) = (0..self.held.len()).min_by_key(|&at| self.held[at].1)
        {
            self.held.swap_remove(oldest);
        }
        self.held.push((generation.clone(), now));
    }

    fn drop_unused(&mut self, now: Timestamp) {
        self.held.retain(|(_, used)| now.since(*used) < HELD_FOR);
    }
}
