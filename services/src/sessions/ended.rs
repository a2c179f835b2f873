//! Sessions that were ended while access tokens of them may still be out. A token is checked without a database; so that it
//! dies with its session all the same, each process reads every few seconds which sessions ended lately. The reading is
//! done by whoever calls next, not by a timer.

use std::{collections::HashMap, time::Duration};

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
    /// When it was read last; `None`: read with the next call.
    read_at: Mutex<Option<Timestamp>>,
    turn: tokio::sync::Mutex<()>,
}

impl Ended {
    /// Something ended in this process: the next call reads.
    pub fn read_soon(&self) {
        *self.read_at.lock() = None;
    }

    /// Whether a session was ended.
    pub async fn holds(&self, session: SessionId, store: &dyn SessionStore, now: Timestamp) -> bool {
        self.refresh(store, now).await;
        self.known.read().contains_key(&session)
    }

    /// Reads what is new when the last reading is too old. Those who come meanwhile wait for it only when something ended
    /// here; else they go on with what is known.
    async fn refresh(&self, store: &dyn SessionStore, now: Timestamp) {
        let due = |last: Option<Timestamp>| last.is_none_or(|at| now.since(at) >= READ_EVERY);
        let last = *self.read_at.lock();
        if !due(last) {
            return;
        }
        let _turn = match last {
            None => self.turn.lock().await,
            Some(_) => match self.turn.try_lock() {
                Ok(turn) => turn,
                Err(_) => return,
            },
        };
        if !due(std::mem::replace(&mut *self.read_at.lock(), Some(now))) {
            return;
        }
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
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
