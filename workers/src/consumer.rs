//! A worker over a topic: takes events in order, hands each to its handler, commits after the effect. What fails for now
//! is tried again and holds its topic; what can never succeed is parked after a few tries, so that the topic goes on.
//!
//! Handlers may see an event twice (after a crash between effect and commit), so their effects are idempotent.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use parking_lot::Mutex;
use services::kernel::{
    clock::Clock,
    error::{EngineError, EngineResult},
    events::{Delivered, EventLog, Topic},
    text::beginning,
};

use crate::worker::Worker;

/// Events of one step.
const BATCH: usize = 100;
/// Tries of an event that fails for good before it is parked.
const TRIES: u32 = 3;
/// Characters of a reason that are kept with a parked event: it repeats words of the payload, which may be of any length.
const REASON_MAX: usize = 500;

/// What a consumer does with an event.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// The consumer group and the worker's name.
    fn group(&self) -> &'static str;
    /// The topics that it reads.
    fn topics(&self) -> &'static [Topic];
    /// Handles an event; may be called again with the same one. A retryable error holds the topic, another one parks the
    /// event after a few tries.
    async fn handle(&self, delivered: &Delivered) -> EngineResult<()>;
}

/// Runs a handler over its topics.
pub struct Consumer {
    handler: Arc<dyn Handler>,
    log: Arc<dyn EventLog>,
    clock: Arc<dyn Clock>,
    failed: Mutex<HashMap<(Topic, i64), u32>>,
}

impl Consumer {
    /// Over a log.
    pub fn new(handler: Arc<dyn Handler>, log: Arc<dyn EventLog>, clock: Arc<dyn Clock>) -> Self {
        Self { handler, log, clock, failed: Mutex::default() }
    }

    async fn one_topic(&self, topic: Topic) -> EngineResult<usize> {
        let group = self.handler.group();
        let batch = self.log.poll(group, topic, BATCH).await?;
        let mut handled = None;
        for delivered in &batch {
            match self.one(delivered).await {
                Ok(()) => handled = Some(delivered.offset),
                Err(e) => {
                    if let Some(offset) = handled {
                        self.log.commit(group, topic, offset).await?;
                    }
                    return Err(e);
                }
            }
        }
        if let Some(offset) = handled {
            self.log.commit(group, topic, offset).await?;
        }
        Ok(batch.len())
    }

    async fn one(&self, delivered: &Delivered) -> EngineResult<()> {
        let at = (delivered.topic, delivered.offset);
        let error = match self.handler.handle(delivered).await {
            Ok(()) => {
                self.failed.lock().remove(&at);
                return Ok(());
            }
            Err(e) => e,
        };
        let tries = {
            let mut failed = self.failed.lock();
            let tries = failed.entry(at).or_default();
            *tries += 1;
            *tries
        };
        if error.retryable || tries < TRIES {
            return Err(error);
        }
        self.failed.lock().remove(&at);
        tracing::error!(group = self.handler.group(), topic = delivered.topic.name(), offset = delivered.offset, %error, "an event is parked");
        metrics::counter!("chowk_dead_letters_total", "group" => self.handler.group()).increment(1);
        self.log.park(self.handler.group(), delivered, &error.message, self.clock.now()).await
    }
}

#[async_trait]
impl Worker for Consumer {
    fn name(&self) -> &'static str {
        self.handler.group()
    }
    async fn step(&self) -> EngineResult<usize> {
        let (mut handled, mut failed) = (0, None);
        for topic in self.handler.topics() {
            match self.one_topic(*topic).await {
                Ok(n) => handled += n,
                Err(e) => {
                    failed.get_or_insert(e);
                }
            }
        }
        // A held topic does not hold the others, but is told: the worker waits before it looks again.
        failed.map_or(Ok(handled), Err)
    }
}

/// The payload of an event; one that cannot be read fails for good.
///
/// # Errors
/// When the payload has another shape.
pub fn payload<T: serde::de::DeserializeOwned>(delivered: &Delivered) -> EngineResult<T> {
    serde_json::from_value(delivered.event.data.clone()).map_err(|e| {
        let why = format!("the payload of {} cannot be read: {e}", delivered.event.kind);
        EngineError::permanent("events", beginning(&why, REASON_MAX).to_owned())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use services::kernel::{
        clock::Timestamp,
        events::{Event, ItemsEvent},
        ids::EventId,
    };

    use super::*;

    #[test]
    fn what_cannot_be_read_is_told_in_a_short_text() {
        let event = Event {
            id: EventId(uuid::Uuid::nil()),
            kind: "Exploded".to_owned(),
            version: 1,
            key: String::new(),
            at: Timestamp::default(),
            traceparent: None,
            data: json!({ "type": "x".repeat(9_000) }),
        };
        let refused = payload::<ItemsEvent>(&Delivered { offset: 1, topic: Topic::Items, event }).expect_err("unknown");
        assert!(!refused.retryable && refused.message.starts_with("the payload of Exploded cannot be read"));
        assert_eq!(refused.message.len(), REASON_MAX);
    }
}
