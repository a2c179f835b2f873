//! The port: groups on the broker, everything else on the outbox that is shipped there.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures::{
    FutureExt,
    future::{BoxFuture, select},
};
use parking_lot::Mutex;
use rdkafka::message::Header;
use services::kernel::{
    clock::Timestamp,
    error::EngineResult,
    events::{DeadLetter, Delivered, EventLog, NewEvent, Topic},
};
use tokio::sync::watch;

use crate::{
    Address, KafkaIntake,
    broker::Broker,
    intake::{headers, written},
    member::{Member, Members, lag_of},
};

/// A broker. Cheap to clone.
#[derive(Clone)]
pub struct Kafka(Arc<Broker>);

impl std::fmt::Debug for Kafka {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kafka").field("address", &self.0.address).finish()
    }
}

impl Kafka {
    /// Reads the URL; connects by itself from then on. `retention`: how long topics that are made keep their events.
    ///
    /// # Errors
    /// When the URL is malformed.
    pub fn open(url: &str, retention: Duration) -> EngineResult<Self> {
        Ok(Self(Arc::new(Broker::open(Address::parse(url)?, retention)?)))
    }
    /// Makes the topics, or looks whether they are there; once, and before the first use.
    ///
    /// # Errors
    /// Retryable when the broker cannot be reached; else it refuses, and the sentence says what to do.
    pub async fn prepare(&self) -> EngineResult<()> {
        self.0.prepare().await
    }
    /// The group by which the relay reads outboxes that are shipped here.
    pub fn relay_group(&self) -> String {
        format!("kafka:{}", self.0.address.prefix)
    }
    /// Where the relay ships to.
    pub fn intake(&self) -> KafkaIntake {
        KafkaIntake::new(Arc::clone(&self.0))
    }
    /// The log, over the outbox that is shipped.
    pub fn log(&self, outbox: Arc<dyn EventLog>) -> KafkaEventLog {
        let (arrived, _) = watch::channel(0);
        KafkaEventLog { kafka: self.clone(), outbox, arrived, members: Mutex::default() }
    }
}

/// See the crate.
pub struct KafkaEventLog {
    kafka: Kafka,
    outbox: Arc<dyn EventLog>,
    arrived: watch::Sender<u64>,
    /// One per group and topic of this process, from its first poll on.
    members: Mutex<Members>,
}

impl std::fmt::Debug for KafkaEventLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KafkaEventLog").field("kafka", &self.kafka).finish_non_exhaustive()
    }
}

impl KafkaEventLog {
    /// How many copies of events that could not be handled stand on the broker.
    ///
    /// # Errors
    /// When the broker does not answer.
    pub async fn copies_of_dead(&self, topic: Topic) -> EngineResult<u64> {
        self.broker().messages(self.broker().dead(topic)).await
    }
    fn broker(&self) -> &Arc<Broker> {
        &self.kafka.0
    }
    fn known(&self, group: &str, topic: Topic) -> Option<Arc<Member>> {
        self.members.lock().get(&(group.to_owned(), topic)).cloned()
    }
    async fn member(&self, group: &str, topic: Topic) -> EngineResult<Arc<Member>> {
        if let Some(member) = self.known(group, topic) {
            return Ok(member);
        }
        self.broker().prepare().await?;
        // From here on the outbox waits for the relay instead of the group; for the relay first.
        self.outbox.poll(&self.kafka.relay_group(), topic, 1).await?;
        self.outbox.leave(group, topic).await?;
        let mut members = self.members.lock();
        let key = (group.to_owned(), topic);
        if let Some(member) = members.get(&key) {
            return Ok(Arc::clone(member));
        }
        let member = Arc::new(Member::join(self.broker(), group, topic, Some(self.arrived.clone()))?);
        members.insert(key, Arc::clone(&member));
        Ok(member)
    }
}

#[async_trait]
impl EventLog for KafkaEventLog {
    async fn poll(&self, group: &str, topic: Topic, limit: usize) -> EngineResult<Vec<Delivered>> {
        Ok(self.member(group, topic).await?.buffer.give(limit))
    }

    async fn commit(&self, group: &str, topic: Topic, offset: i64) -> EngineResult<()> {
        match self.known(group, topic) {
            Some(member) => member.commit(offset).await,
            // It follows the outbox and only tells how far, so that the outbox keeps the rest.
            None => self.outbox.commit(group, topic, offset).await,
        }
    }

    async fn read_after(&self, topic: Topic, offset: i64, limit: usize) -> EngineResult<Vec<Delivered>> {
        self.outbox.read_after(topic, offset, limit).await
    }

    async fn newest(&self, topic: Topic) -> EngineResult<i64> {
        self.outbox.newest(topic).await
    }

    /// What waits on the broker and what has not come there yet.
    async fn lag(&self, group: &str, topic: Topic) -> EngineResult<u64> {
        let waiting = self.outbox.lag(&self.kafka.relay_group(), topic).await?;
        self.broker().prepare().await?;
        Ok(waiting + lag_of(self.known(group, topic), self.broker(), group, topic).await?)
    }

    // Written out so that it listens from the call on.
    fn wakened<'a, 'b>(&'a self) -> BoxFuture<'b, ()>
    where
        'a: 'b,
        Self: 'b,
    {
        let (written, mut arrived) = (self.outbox.wakened(), self.arrived.subscribe());
        async move {
            let changed = async move {
                // It is closed only with the log itself; the next poll tells.
                let _ = arrived.changed().await;
            };
            select(written, changed.boxed()).await;
        }
        .boxed()
    }

    async fn park(&self, group: &str, delivered: &Delivered, reason: &str, now: Timestamp) -> EngineResult<()> {
        self.outbox.park(group, delivered, reason, now).await?;
        let event = &delivered.event;
        let headers = headers(event)
            .insert(Header { key: "group", value: Some(group) })
            .insert(Header { key: "reason", value: Some(reason) });
        self.broker().bury(delivered.topic, event.key.as_bytes(), &written(event)?, headers).await
    }

    async fn dead_letters(&self, limit: usize) -> EngineResult<Vec<DeadLetter>> {
        self.outbox.dead_letters(limit).await
    }

    async fn settle_dead_letter(&self, id: i64) -> EngineResult<()> {
        self.outbox.settle_dead_letter(id).await
    }

    /// Of the outbox, what is on the broker; the broker has its own retention.
    async fn prune(&self, before: Timestamp, limit: usize) -> EngineResult<u64> {
        self.outbox.prune(before, limit).await
    }

    async fn answers(&self) -> EngineResult<()> {
        self.broker().prepare().await?;
        self.broker().topics().await.map(|_| ())
    }

    async fn append(&self, events: Vec<NewEvent>, now: Timestamp) -> EngineResult<()> {
        self.outbox.append(events, now).await
    }
}
