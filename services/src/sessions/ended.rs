//! Sessions that were ended while access tokens of them may still be out. A token is checked without a database; so that it
//! dies with its session all the same, each process reads every few seconds which sessions ended lately. The reading is
//! done by whoever calls next, not by a timer.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use parking_lot::{Mutex, RwLock};

use super::{ports::SessionStore, tokens::ACCESS_TTL};
use crate::kernel::{clock::Timestamp, ids::SessionId};

/// How old the knowledge of ended sessions may be.
pub const READ_EVERY: Duration = Duration::from_secs(2);
/// Read again with each reading: other machines' clocks differ, and their transactions take a while.
const OVERLAP: Duration = Duration::from_secs(30);
/// Rows of one reading; the next goes on from there.
const ROWS_MAX: usize = 10_000;

/// What is known. The lock of the map is held for a look-up or an insertion, that of the turn for one reading.
#[derive(Default)]
pub struct Ended {
    known: RwLock<HashMap<SessionId, Timestamp>>,
    /// How often something ended in this process.
    here: AtomicU64,
    /// The last reading: after how many ends, and when; `None` before the first.
    last: Mutex<Option<(u64, Timestamp)>>,
    turn: tokio::sync::Mutex<()>,
}

impl Ended {
    /// Something ended in this process: the next call reads.
    pub fn read_soon(&self) {
        self.here.fetch_add(1, Ordering::AcqRel);
    }

    /// Whether a session was ended.
    pub async fn holds(&self, session: SessionId, store: &dyn SessionStore, now: Timestamp) -> bool {
        if self.must_read() {
            let _turn = self.turn.lock().await;
            // Who waited for the turn may have been waiting for this very reading.
            if self.must_read() {
                self.read(store, now).await;
            }
        } else if self.is_old(now)
            && let Ok(_turn) = self.turn.try_lock()
        {
            self.read(store, now).await;
        }
        self.known.read().contains_key(&session)
    }

    /// Something ended here since the last reading, so that nobody goes on without another.
    fn must_read(&self) -> bool {
        let here = self.here.load(Ordering::Acquire);
        self.last.lock().is_none_or(|(ends, _)| ends != here)
    }

    fn is_old(&self, now: Timestamp) -> bool {
        self.last.lock().is_none_or(|(_, at)| now.since(at) >= READ_EVERY)
    }

    async fn read(&self, store: &dyn SessionStore, now: Timestamp) {
        let here = self.here.load(Ordering::Acquire);
        let oldest = Timestamp::from_micros(now.micros() - micros(ACCESS_TTL + OVERLAP));
        let newest = self.known.read().values().max().copied();
        let since = newest.map_or(oldest, |at| Timestamp::from_micros(at.micros() - micros(OVERLAP)).max(oldest));
        match store.ended_since(since, ROWS_MAX).await {
            Ok(rows) => {
                let mut known = self.known.write();
                known.retain(|_, at| *at >= oldest);
                known.extend(rows);
            }
            Err(error) => tracing::warn!(%error, "which sessions ended is not known anew"),
        }
        *self.last.lock() = Some((here, now));
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
