//! A member of a consumer group on one topic: a client that joins, a task that fetches into the buffer, commits.

use std::{collections::HashMap, sync::Arc};

use rdkafka::{
    ClientContext, Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext, Rebalance, StreamConsumer},
    error::KafkaError,
    message::{BorrowedMessage, Header, OwnedHeaders},
};
use services::kernel::{
    error::{EngineError, EngineResult},
    events::{Delivered, Event, Topic},
};
use tokio::{
    sync::{Notify, watch},
    task::{JoinHandle, spawn_blocking},
};

use crate::{
    broker::{ANSWER_MAX, Broker, ENGINE, base, error},
    buffer::{Buffer, place},
};

/// Events that are held before fetching pauses.
const HELD_MAX: usize = 1_000;

/// Tells the buffer what other members have now.
pub(crate) struct Rebalanced(Arc<Buffer>);

impl ClientContext for Rebalanced {}
impl ConsumerContext for Rebalanced {
    fn pre_rebalance(&self, _consumer: &BaseConsumer<Self>, change: &Rebalance<'_>) {
        if let Rebalance::Revoke(partitions) = change {
            let gone: Vec<i32> = partitions.elements().iter().map(|p| p.partition()).collect();
            self.0.revoke(&gone);
        }
    }
}

type Client = StreamConsumer<Rebalanced>;

/// See the module.
pub(crate) struct Member {
    client: Arc<Client>,
    topic: String,
    pub buffer: Arc<Buffer>,
    room: Arc<Notify>,
    fetching: Option<JoinHandle<()>>,
}

impl Drop for Member {
    fn drop(&mut self) {
        if let Some(task) = &self.fetching {
            task.abort();
        }
    }
}

impl Member {
    /// Joins the group; `arrived` is told of each event that was fetched. Without it the group is only looked at.
    pub fn join(
        broker: &Arc<Broker>,
        group: &str,
        topic: Topic,
        arrived: Option<watch::Sender<u64>>,
    ) -> EngineResult<Self> {
        let buffer = Arc::new(Buffer::default());
        let name = broker.topic(topic);
        let client: Client = base(&broker.address)
            .set("group.id", format!("{}.{group}.{}", broker.address.prefix, topic.name()))
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "earliest")
            .set("isolation.level", "read_committed")
            .set("partition.assignment.strategy", "cooperative-sticky")
            .set("session.timeout.ms", "10000")
            .set("heartbeat.interval.ms", "1000")
            .create_with_context(Rebalanced(Arc::clone(&buffer)))
            .map_err(|e| error(&e))?;
        let (client, room) = (Arc::new(client), Arc::new(Notify::new()));
        let mut fetching = None;
        if let Some(arrived) = arrived {
            client.subscribe(&[&name]).map_err(|e| error(&e))?;
            let fetch = Fetch {
                client: Arc::clone(&client),
                broker: Arc::clone(broker),
                topic,
                buffer: Arc::clone(&buffer),
                room: Arc::clone(&room),
                arrived,
            };
            fetching = Some(tokio::spawn(fetch.run()));
        }
        Ok(Self { client, topic: name, buffer, room, fetching })
    }

    /// Commits what was handed out up to here.
    pub async fn commit(&self, upto: i64) -> EngineResult<()> {
        let ends = self.buffer.ends(upto);
        if ends.is_empty() {
            return Ok(());
        }
        let mut list = TopicPartitionList::new();
        for (partition, end) in &ends {
            list.add_partition_offset(&self.topic, *partition, Offset::Offset(*end)).map_err(|e| error(&e))?;
        }
        let client = Arc::clone(&self.client);
        blocking(move || client.commit(&list, CommitMode::Sync)).await?;
        self.buffer.committed(&ends);
        self.room.notify_one();
        Ok(())
    }

    /// How many events of the topic the group has not committed.
    pub async fn lag(&self) -> EngineResult<u64> {
        let (client, topic) = (Arc::clone(&self.client), self.topic.clone());
        blocking(move || {
            let metadata = client.client().fetch_metadata(Some(&topic), ANSWER_MAX)?;
            let mut list = TopicPartitionList::new();
            for partition in metadata.topics().iter().flat_map(|t| t.partitions()) {
                list.add_partition(&topic, partition.id());
            }
            let mut lag = 0;
            for at in client.committed_offsets(list, ANSWER_MAX)?.elements() {
                let (low, high) = client.client().fetch_watermarks(&topic, at.partition(), ANSWER_MAX)?;
                let from = if let Offset::Offset(offset) = at.offset() { offset.max(low) } else { low };
                lag += u64::try_from(high - from).unwrap_or(0);
            }
            Ok(lag)
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(call: impl FnOnce() -> Result<T, KafkaError> + Send + 'static) -> EngineResult<T> {
    let called = tokio::time::timeout(ANSWER_MAX * 4, spawn_blocking(call)).await;
    let called = called.map_err(|_| EngineError::retryable(ENGINE, "the broker did not answer in time"))?;
    called.map_err(|e| EngineError::permanent(ENGINE, e.to_string()))?.map_err(|e| error(&e))
}

struct Fetch {
    client: Arc<Client>,
    broker: Arc<Broker>,
    topic: Topic,
    buffer: Arc<Buffer>,
    room: Arc<Notify>,
    arrived: watch::Sender<u64>,
}

impl Fetch {
    /// Fetches for ever. It also is what lets the client take part in rebalances, so it never rests: a full buffer
    /// pauses the partitions instead.
    async fn run(self) {
        let mut paused = false;
        loop {
            tokio::select! {
                got = self.client.recv() => match got {
                    Ok(message) => {
                        let unreadable = self.take(&message);
                        if let Some((key, payload, why)) = unreadable {
                            self.bury(&key, &payload, &why).await;
                        }
                        self.arrived.send_modify(|n| *n += 1);
                    }
                    // A report, not an end: the client goes on by itself when the broker is back.
                    Err(e) => tracing::debug!(topic = self.topic.name(), error = %e, "fetching is troubled"),
                },
                () = self.room.notified(), if paused => {}
            }
            let held = self.buffer.len();
            let switched = match self.client.assignment() {
                Ok(all) if held >= HELD_MAX => self.client.pause(&all).map(|()| paused = true),
                Ok(all) if paused && held <= HELD_MAX / 2 => self.client.resume(&all).map(|()| paused = false),
                _ => Ok(()),
            };
            if let Err(e) = switched {
                tracing::debug!(topic = self.topic.name(), error = %e, "partitions cannot be paused");
            }
        }
    }

    /// Puts an event into the buffer; what is none comes back.
    fn take(&self, message: &BorrowedMessage<'_>) -> Option<(Vec<u8>, Vec<u8>, String)> {
        let offset = place(message.offset(), message.partition());
        let payload = message.payload().unwrap_or_default();
        match serde_json::from_slice::<Event>(payload) {
            Ok(event) => {
                self.buffer.put(offset, Some(Delivered { offset, topic: self.topic, event }));
                None
            }
            Err(e) => {
                self.buffer.put(offset, None);
                Some((message.key().unwrap_or_default().to_vec(), payload.to_vec(), e.to_string()))
            }
        }
    }

    async fn bury(&self, key: &[u8], payload: &[u8], why: &str) {
        tracing::error!(topic = self.topic.name(), why, "a message is no event of the shop's; it is passed over");
        metrics::counter!("chowk_foreign_messages_total", "topic" => self.topic.name()).increment(1);
        let headers = OwnedHeaders::new().insert(Header { key: "reason", value: Some(why) });
        if let Err(e) = self.broker.bury(self.topic, key, payload, headers).await {
            tracing::error!(topic = self.topic.name(), error = %e, "and it could not be copied");
        }
    }
}

/// The number of events that a group has not handled, without joining it.
pub(crate) async fn lag_of(
    members: Option<Arc<Member>>,
    broker: &Arc<Broker>,
    group: &str,
    topic: Topic,
) -> EngineResult<u64> {
    match members {
        Some(member) => member.lag().await,
        None => Member::join(broker, group, topic, None)?.lag().await,
    }
}

/// The members of this process.
pub(crate) type Members = HashMap<(String, Topic), Arc<Member>>;
