//! What a worker is, and the loop that runs it: step while there is work, then wait for the log or the clock; after a
//! failure wait longer and longer, up to a bound; stop between two steps when told.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures::FutureExt;
use services::kernel::{
    error::{EngineError, EngineResult},
    events::EventLog,
};
use tokio::sync::watch;

/// The first wait after a failed step.
const BACK_OFF_MIN: Duration = Duration::from_millis(100);
/// The longest wait after failed steps.
const BACK_OFF_MAX: Duration = Duration::from_secs(10);

/// When an idle worker looks again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm {
    /// After this time, or at once when something was written to the log.
    Woken(Duration),
    /// After this time.
    Timed(Duration),
}

/// Something that works in the background.
#[async_trait]
pub trait Worker: Send + Sync + 'static {
    /// Its name, as in `--roles`, logs and metrics.
    fn name(&self) -> &'static str;
    /// When it looks again after a step that found nothing.
    fn rhythm(&self) -> Rhythm {
        Rhythm::Woken(Duration::from_secs(1))
    }
    /// Does a bounded amount of work; answers how much. 0 means that there is nothing to do now.
    async fn step(&self) -> EngineResult<usize>;
}

/// Steps until nothing is left, for tests. Bounded: a worker that never runs dry is an error in itself.
///
/// # Errors
/// The first failed step.
pub async fn drain(worker: &dyn Worker) -> EngineResult<usize> {
    let mut done = 0;
    for _ in 0..10_000 {
        match worker.step().await? {
            0 => return Ok(done),
            n => done += n,
        }
    }
    Err(EngineError::permanent("workers", format!("{} never runs dry", worker.name())))
}

/// Runs a worker until told to stop. A step that runs is let to its end.
pub async fn run(worker: Arc<dyn Worker>, log: Arc<dyn EventLog>, mut stop: watch::Receiver<bool>) {
    let mut failures = 0_u32;
    while !*stop.borrow() {
        // Listens before it looks, so that what is written in between wakes it.
        let wakened = log.wakened();
        let stepped = AssertUnwindSafe(worker.step()).catch_unwind().await;
        let stepped = stepped.unwrap_or_else(|_| Err(EngineError::permanent("workers", "a step panicked")));
        let wait = match stepped {
            Ok(0) => {
                failures = 0;
                None
            }
            Ok(n) => {
                failures = 0;
                metrics::counter!("chowk_worker_handled_total", "worker" => worker.name()).increment(n as u64);
                tokio::task::yield_now().await;
                continue;
            }
            Err(e) => {
                failures += 1;
                metrics::counter!("chowk_worker_failures_total", "worker" => worker.name()).increment(1);
                tracing::warn!(worker = worker.name(), failures, error = %e, "a step failed; it is tried again");
                Some(back_off(failures))
            }
        };
        tokio::select! {
            _ = stop.wait_for(|s| *s) => {}
            () = rest(worker.rhythm(), wait, wakened) => {}
        }
    }
}

async fn rest(rhythm: Rhythm, back_off: Option<Duration>, wakened: impl Future<Output = ()>) {
    match (back_off, rhythm) {
        (Some(time), _) | (None, Rhythm::Timed(time)) => tokio::time::sleep(time).await,
        (None, Rhythm::Woken(time)) => {
            // Either is fine: a lost wake-up only delays until the poll.
            let _ = tokio::time::timeout(time, wakened).await;
        }
    }
}

fn back_off(failures: u32) -> Duration {
    BACK_OFF_MIN.saturating_mul(1 << failures.saturating_sub(1).min(10)).min(BACK_OFF_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_a_bound() {
        assert_eq!(back_off(1), BACK_OFF_MIN);
        assert_eq!(back_off(3), BACK_OFF_MIN * 4);
        assert_eq!(back_off(60), BACK_OFF_MAX);
    }
}
