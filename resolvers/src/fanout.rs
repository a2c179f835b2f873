//! Wakes subscriptions: one task per process tails the log without a consumer group and broadcasts whose orders, carts
//! and messages changed. It carries no state of theirs: subscribers read their own rows by sequence, so a signal that is
//! lost, repeated or early does no harm, and one who lags only reads again.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
    time::Duration,
};

use parking_lot::Mutex;
use services::kernel::{
    error::EngineResult,
    events::{Delivered, EventLog, Topic},
};
use tokio::sync::broadcast::{self, Receiver, Sender, error::RecvError};
use uuid::Uuid;

/// What changed. Ids only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Something may have changed for anybody: look once.
    Look,
    /// An order took a step.
    Order {
        /// Whose.
        owner: Uuid,
        /// Which.
        order: Uuid,
    },
    /// A cart changed.
    Cart {
        /// Whose.
        owner: Uuid,
    },
    /// A message was put before somebody.
    Notification {
        /// Whose.
        owner: Uuid,
    },
}

/// Signals that a slow subscriber may leave unread before it has to read everything of its own again.
const SIGNALS_MAX: usize = 1_024;
/// Events of a topic per read.
const EVENTS_MAX: usize = 500;
/// Reads of a topic per round, so that one busy topic does not starve the others.
const READS_MAX: usize = 20;
/// How long a lost wake-up may delay.
const POLL: Duration = Duration::from_secs(1);
/// Between rounds when wake-ups come without end.
const BREATH: Duration = Duration::from_millis(5);
const TOPICS: [Topic; 3] = [Topic::Orders, Topic::Carts, Topic::Notifications];

/// The tail of this process; starts with the first subscriber and ends with the last handle.
#[derive(Clone)]
pub struct Fanout {
    inner: Arc<Inner>,
}

struct Inner {
    log: Arc<dyn EventLog>,
    signals: Sender<Signal>,
    started: Mutex<bool>,
}

impl std::fmt::Debug for Fanout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fanout").field("subscribers", &self.inner.signals.receiver_count()).finish_non_exhaustive()
    }
}

impl Fanout {
    /// Over a log; reads nothing before somebody subscribes.
    pub fn new(log: Arc<dyn EventLog>) -> Self {
        let (signals, _) = broadcast::channel(SIGNALS_MAX);
        Self { inner: Arc::new(Inner { log, signals, started: Mutex::new(false) }) }
    }
    /// Signals from now on. Subscribe first, then read the own rows: so nothing falls between.
    pub fn subscribe(&self) -> Receiver<Signal> {
        let receiver = self.inner.signals.subscribe();
        let mut started = self.inner.started.lock();
        if !*started {
            *started = true;
            tokio::spawn(tail(Arc::downgrade(&self.inner)));
        }
        receiver
    }
}

/// Waits for a signal that is meant; who lags looks again. `None` when the tail is gone.
pub async fn next_signal(signals: &mut Receiver<Signal>, meant: impl Fn(&Signal) -> bool + Send) -> Option<()> {
    loop {
        match signals.recv().await {
            Ok(signal) if signal == Signal::Look || meant(&signal) => return Some(()),
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return Some(()),
            Err(RecvError::Closed) => return None,
        }
    }
}

/// Follows the log until nobody holds the fan-out any more.
async fn tail(inner: Weak<Inner>) {
    let mut offsets: HashMap<Topic, i64> = HashMap::new();
    while let Some(here) = inner.upgrade() {
        let log = Arc::clone(&here.log);
        let woken = log.wakened();
        tokio::pin!(woken);
        // Registers for the wake-up before reading, so that what is written meanwhile is not slept through.
        let early = futures::poll!(&mut woken).is_ready();
        for topic in TOPICS {
            if let Err(error) = round(&here, topic, &mut offsets).await {
                tracing::warn!(topic = topic.name(), engine = error.engine, "the tail waits: {}", error.message);
            }
        }
        drop(here);
        if early {
            tokio::time::sleep(BREATH).await;
        } else {
            let _woken_or_late = tokio::time::timeout(POLL, woken).await;
        }
    }
}

/// Broadcasts what is new on a topic. The first round only notes where the topic stands: what is older is read by
/// subscribers themselves.
async fn round(inner: &Inner, topic: Topic, offsets: &mut HashMap<Topic, i64>) -> EngineResult<()> {
    let Some(offset) = offsets.get_mut(&topic) else {
        let newest = inner.log.newest(topic).await?;
        offsets.insert(topic, newest);
        // Somebody subscribed before the tail stood anywhere and may have read before it did: let everybody look once.
        let _heard = inner.signals.send(Signal::Look);
        return Ok(());
    };
    for _ in 0..READS_MAX {
        let events = inner.log.read_after(topic, *offset, EVENTS_MAX).await?;
        let Some(last) = events.last() else { break };
        *offset = last.offset;
        for signal in events.iter().filter_map(signal) {
            // Fails only when nobody listens, which is no loss.
            let _heard = inner.signals.send(signal);
        }
        if events.len() < EVENTS_MAX {
            break;
        }
    }
    Ok(())
}

/// What an event says to subscribers. Only ids are read, so that newer versions of an event are understood.
fn signal(delivered: &Delivered) -> Option<Signal> {
    let id = |name: &str| delivered.event.data.get(name)?.as_str()?.parse::<Uuid>().ok();
    let owner = id("owner")?;
    match delivered.topic {
        Topic::Orders => Some(Signal::Order { owner, order: id("order")? }),
        Topic::Carts => Some(Signal::Cart { owner }),
        Topic::Notifications => Some(Signal::Notification { owner }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use services::kernel::{
        clock::Timestamp,
        events::{CartsEvent, Event, NewEvent},
        ids::EventId,
    };

    use super::*;

    fn delivered(new: NewEvent) -> Delivered {
        let event = Event {
            id: EventId(Uuid::from_u128(1)),
            kind: new.kind.to_owned(),
            version: new.version,
            key: new.key,
            at: Timestamp::from_seconds(1),
            traceparent: None,
            data: new.data,
        };
        Delivered { offset: 1, topic: new.topic, event }
    }

    #[test]
    fn an_event_becomes_a_signal_of_its_owner() {
        let owner = Uuid::from_u128(9);
        let event = delivered(NewEvent::of(&CartsEvent::CartChanged { owner, added: Vec::new() }));
        assert_eq!(signal(&event), Some(Signal::Cart { owner }));
    }

    #[test]
    fn an_event_without_an_owner_says_nothing() {
        let mut event =
            delivered(NewEvent::of(&CartsEvent::CartChanged { owner: Uuid::from_u128(9), added: Vec::new() }));
        event.event.data = serde_json::json!({ "owner": "nobody" });
        assert_eq!(signal(&event), None);
    }
}
