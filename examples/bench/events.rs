//! From an event's commit to its worker, on the embedded log, in this process: the same consumer and the same loop that
//! the shop runs, with a handler that only looks at the clock.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use async_trait::async_trait;
use engine_sql::{Db, event_log::SqlEventLog};
use services::kernel::{
    clock::{Clock, SystemClock},
    error::EngineResult,
    events::{Act, ActivityEvent, Delivered, EventLog, NewEvent, Topic},
    ids::{IdSource, SystemIds},
};
use tokio::sync::{mpsc, watch};
use workers::{
    consumer::{Consumer, Handler},
    worker,
};

use crate::load::percentile;

/// Events measured, one at a time.
const EVENTS: usize = 500;
/// Until an event must have reached its worker.
const EVENT_WAIT: Duration = Duration::from_secs(10);

/// Microseconds from an event's commit to its worker.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Delay {
    /// Half of them are quicker, counted from the call that appends, the write to the disk included.
    pub appended_p50_us: u64,
    /// 99 of 100 are quicker, counted in the same way.
    pub appended_p99_us: u64,
    /// Half of them are quicker, counted from the commit's answer; 0 when the worker knew before the caller.
    pub committed_p50_us: u64,
    /// 99 of 100 are quicker, counted in the same way.
    pub committed_p99_us: u64,
}

struct Watcher(mpsc::UnboundedSender<Instant>);

#[async_trait]
impl Handler for Watcher {
    fn group(&self) -> &'static str {
        "bench"
    }
    fn topics(&self) -> &'static [Topic] {
        &[Topic::Activity]
    }
    async fn handle(&self, _delivered: &Delivered) -> EngineResult<()> {
        let seen = Instant::now();
        // Nobody listens once the measurement is over.
        let _ = self.0.send(seen);
        Ok(())
    }
}

/// Measures on a new database.
pub async fn measure() -> anyhow::Result<Delay> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("bench.db").display());
    let (clock, ids): (Arc<dyn Clock>, Arc<dyn IdSource>) = (Arc::new(SystemClock), Arc::new(SystemIds));
    let db = Db::open(&url, Arc::clone(&clock), Arc::clone(&ids)).await?;
    let log: Arc<dyn EventLog> = Arc::new(SqlEventLog::new(db, Vec::new()));
    let (tell, mut told) = mpsc::unbounded_channel();
    let consumer = Arc::new(Consumer::new(Arc::new(Watcher(tell)), Arc::clone(&log), Arc::clone(&clock)));
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(worker::run(consumer, Arc::clone(&log), stopped));
    let (mut appended, mut committed) = (Vec::with_capacity(EVENTS), Vec::with_capacity(EVENTS));
    for _ in 0..EVENTS {
        let now = clock.now();
        let event = NewEvent::of(&ActivityEvent::ActivityRecorded {
            pseudonym: ids.next(now),
            act: Act::Viewed,
            item: None,
            category: None,
            pincode: None,
            text: None,
            count: 1,
        });
        let begun = Instant::now();
        log.append(vec![event], now).await?;
        let done = Instant::now();
        let seen = tokio::time::timeout(EVENT_WAIT, told.recv()).await.context("an event did not reach its worker")?;
        let seen = seen.context("the worker ended")?;
        appended.push(micros(seen.saturating_duration_since(begun)));
        committed.push(micros(seen.saturating_duration_since(done)));
    }
    stop.send_replace(true);
    running.await?;
    appended.sort_unstable();
    committed.sort_unstable();
    let at = |sorted: &[u64], percent| percentile(sorted, percent).unwrap_or_default();
    Ok(Delay {
        appended_p50_us: at(&appended, 50),
        appended_p99_us: at(&appended, 99),
        committed_p50_us: at(&committed, 50),
        committed_p99_us: at(&committed, 99),
    })
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
