//! Turns: how many do something at the same time, and how many may wait for it. Each engine has turns of its own: one that
//! is slow fills its own queue; the next caller is refused at once, and whoever needs another engine is served.

use std::{sync::Arc, time::Duration};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::{EngineError, EngineResult};

/// Until a turn must have come up; after it the call is refused.
const TURN_WAIT: Duration = Duration::from_secs(4);
/// Calls that wait: more than the operations that the edge lets in ask for at once.
const WAITING: usize = 4_096;

/// The turns of one engine, or of one kind of operation. Clones share them.
#[derive(Clone, Debug)]
pub struct Turns {
    running: Arc<Semaphore>,
    places: Arc<Semaphore>,
    patience: Duration,
}

/// A turn; dropping it lets the next one in.
#[derive(Debug)]
pub struct Turn {
    _running: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
}

/// Why there is no turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTurn {
    /// At once.
    #[error("too many wait for a turn")]
    Full,
    /// After the wait.
    #[error("no turn came up in time")]
    Late,
}

impl Turns {
    /// So many calls at the same time, and 4,096 that wait.
    pub fn new(running: usize) -> Self {
        Self::bounded(running, WAITING, TURN_WAIT)
    }

    /// So many at the same time, so many that wait, and for how long.
    pub fn bounded(running: usize, waiting: usize, patience: Duration) -> Self {
        let semaphore = |places: usize| Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS)));
        Self { running: semaphore(running), places: semaphore(running.saturating_add(waiting)), patience }
    }

    /// Waits for a turn at an engine. `engine` names the port in errors.
    ///
    /// # Errors
    /// A retryable one: at once when too many wait already, or when the turn did not come up in time.
    pub async fn enter(&self, engine: &'static str) -> EngineResult<Turn> {
        self.take().await.map_err(|none| EngineError::retryable(engine, none.to_string()))
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// At once when too many wait already, or when the turn did not come up in time.
    pub async fn take(&self) -> Result<Turn, NoTurn> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| NoTurn::Full)?;
        let turn = tokio::time::timeout(self.patience, Arc::clone(&self.running).acquire_owned()).await;
        let running = turn.map_err(|_| NoTurn::Late)?.map_err(|_| NoTurn::Late)?;
        Ok(Turn { _running: running, _place: place })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn so_many_run_so_many_wait_and_the_next_is_refused_at_once() {
        let turns = Turns::bounded(1, 1, TURN_WAIT);
        let held = turns.enter("search").await.expect("free");
        let waiting = tokio::spawn({
            let turns = turns.clone();
            async move { turns.enter("search").await.is_ok() }
        });
        tokio::task::yield_now().await;
        let begun = tokio::time::Instant::now();
        let refused = turns.enter("search").await.expect_err("full");
        assert!(refused.retryable && refused.engine == "search" && begun.elapsed() < TURN_WAIT / 2, "{refused}");
        drop(held);
        assert!(waiting.await.expect("runs"), "who waited gets the turn");
    }

    #[tokio::test]
    async fn a_turn_that_does_not_come_up_is_given_up_with_its_place() {
        let turns = Turns::bounded(1, 1, Duration::from_millis(5));
        let held = turns.enter("items").await.expect("free");
        for _ in 0..3 {
            assert!(turns.enter("items").await.expect_err("taken").message.contains("in time"));
        }
        drop(held);
        assert!(turns.enter("items").await.is_ok());
    }
}
