//! Takes events to the broker. Of each key one is on its way at a time, the next when the broker has it: a failed send
//! stops its key and not the others, and no event of a key overtakes one before it.

use std::{collections::HashSet, sync::Arc};

use async_trait::async_trait;
use futures::future::join_all;
use parking_lot::Mutex;
use rdkafka::message::{Header, OwnedHeaders};
use services::kernel::{
    error::{EngineError, EngineResult},
    events::{
        Event, Topic,
        relay::{EventIntake, Kept},
    },
    ids::EventId,
};

use crate::broker::{Broker, ENGINE};

/// See the module.
pub struct KafkaIntake {
    broker: Arc<Broker>,
    /// What went through in rounds that failed, so that their repetition spares it.
    taken: Mutex<HashSet<EventId>>,
}

impl std::fmt::Debug for KafkaIntake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KafkaIntake").field("brokers", &self.broker.address.brokers).finish_non_exhaustive()
    }
}

impl KafkaIntake {
    pub(crate) fn new(broker: Arc<Broker>) -> Self {
        Self { broker, taken: Mutex::default() }
    }

    async fn chain(&self, topic: Topic, events: Vec<&Event>) -> EngineResult<()> {
        let name = self.broker.topic(topic);
        for event in events {
            if self.taken.lock().contains(&event.id) {
                continue;
            }
            self.broker.send(&name, event.key.as_bytes(), &written(event)?, headers(event)).await?;
            self.taken.lock().insert(event.id);
        }
        Ok(())
    }
}

/// An event as it stands on the broker.
pub(crate) fn written(event: &Event) -> EngineResult<Vec<u8>> {
    serde_json::to_vec(event)
        .map_err(|e| EngineError::permanent(ENGINE, format!("the event cannot be written as JSON: {e}")))
}

/// What others may look at without reading the event.
pub(crate) fn headers(event: &Event) -> OwnedHeaders {
    let id = event.id.0.to_string();
    let headers = OwnedHeaders::new()
        .insert(Header { key: "id", value: Some(&id) })
        .insert(Header { key: "type", value: Some(&event.kind) });
    match &event.traceparent {
        Some(trace) => headers.insert(Header { key: "traceparent", value: Some(trace) }),
        None => headers,
    }
}

#[async_trait]
impl EventIntake for KafkaIntake {
    async fn take_in(&self, kept: &[Kept]) -> EngineResult<()> {
        self.broker.prepare().await?;
        let mut chains: Vec<((Topic, &str), Vec<&Event>)> = Vec::new();
        for Kept { topic, event } in kept {
            let key = (*topic, event.key.as_str());
            match chains.iter_mut().find(|(k, _)| *k == key) {
                Some((_, chain)) => chain.push(event),
                None => chains.push((key, vec![event])),
            }
        }
        let sent = join_all(chains.into_iter().map(|((topic, _), chain)| self.chain(topic, chain))).await;
        sent.into_iter().collect::<EngineResult<()>>()?;
        self.taken.lock().clear();
        Ok(())
    }
}
