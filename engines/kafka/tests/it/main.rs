//! The contract of the event log on a Kafka named by `CHOWK_TEST_KAFKA_URL` (`make test-engines` brings one up); members
//! that come and go, events that nobody can handle, and a broker that is killed or falls silent.

mod away;
mod groups;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use engine_kafka::{Kafka, KafkaEventLog};
use engine_sql::{Db, event_log::SqlEventLog};
use services::kernel::{
    clock::{Clock, SystemClock, Timestamp},
    error::EngineResult,
    events::{
        DeadLetter, Delivered, EventLog, NewEvent, Topic,
        contract::{delivery, keys_keep_their_order_whoever_writes},
        relay::KeptEvents,
    },
    ids::SystemIds,
};
use tempfile::TempDir;
use uuid::Uuid;
use workers::{relay::Relay, worker::drain};

/// How long something that should come within moments is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

/// The broker's URL with topics that nothing else uses.
fn fresh_url(partitions: u32) -> Option<String> {
    let Ok(url) = std::env::var("CHOWK_TEST_KAFKA_URL") else {
        println!("skipped: CHOWK_TEST_KAFKA_URL is not set");
        return None;
    };
    Some(format!("{url}?prefix=test-{}&partitions={partitions}", Uuid::now_v7().simple()))
}

/// One process of a shop: its outbox, the relay, the log.
struct Shop {
    log: Arc<KafkaEventLog>,
    outbox: SqlEventLog,
    relays: Vec<Relay>,
    _folder: Option<TempDir>,
}

impl Shop {
    async fn open(url: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let file = format!("sqlite:{}", folder.path().join("chowk.db").display());
        let db = Db::open(&file, clock, Arc::new(SystemIds)).await.expect("opens");
        Self { _folder: Some(folder), ..Self::over(url, SqlEventLog::new(db, vec![])) }
    }
    /// Another process over the same outbox.
    fn over(url: &str, outbox: SqlEventLog) -> Self {
        let kafka = Kafka::open(url, Duration::from_secs(86_400)).expect("the URL is good");
        let relay = |from| {
            let from: Arc<dyn KeptEvents> = Arc::new(from);
            Relay::new(from, Arc::new(kafka.intake()), Arc::new(SystemClock), &SystemIds)
        };
        let relays = outbox.outboxes(&kafka.relay_group()).into_iter().map(relay).collect();
        Self { log: Arc::new(kafka.log(Arc::new(outbox.clone()))), outbox, relays, _folder: None }
    }
    async fn ship(&self) -> EngineResult<usize> {
        let mut shipped = 0;
        for relay in &self.relays {
            shipped += drain(relay).await?;
        }
        Ok(shipped)
    }
}

/// The log as the contract wants it: what is written is there with the next poll. The relay and the broker need a moment,
/// so a poll ships first and waits until it has what the lag promises.
struct Prompt(Shop);

#[async_trait]
impl EventLog for Prompt {
    async fn poll(&self, group: &str, topic: Topic, limit: usize) -> EngineResult<Vec<Delivered>> {
        self.0.ship().await?;
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                let got = self.0.log.poll(group, topic, limit).await?;
                if got.len() == limit || got.len() as u64 >= self.0.log.lag(group, topic).await? {
                    return Ok(got);
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        waited.await.expect("what waits on the broker comes")
    }
    async fn commit(&self, group: &str, topic: Topic, offset: i64) -> EngineResult<()> {
        self.0.log.commit(group, topic, offset).await
    }
    async fn read_after(&self, topic: Topic, offset: i64, limit: usize) -> EngineResult<Vec<Delivered>> {
        self.0.log.read_after(topic, offset, limit).await
    }
    async fn newest(&self, topic: Topic) -> EngineResult<i64> {
        self.0.log.newest(topic).await
    }
    async fn lag(&self, group: &str, topic: Topic) -> EngineResult<u64> {
        self.0.log.lag(group, topic).await
    }
    fn wakened<'a, 'b>(&'a self) -> futures::future::BoxFuture<'b, ()>
    where
        'a: 'b,
        Self: 'b,
    {
        self.0.log.wakened()
    }
    async fn park(&self, group: &str, delivered: &Delivered, reason: &str, now: Timestamp) -> EngineResult<()> {
        self.0.log.park(group, delivered, reason, now).await
    }
    async fn dead_letters(&self, limit: usize) -> EngineResult<Vec<DeadLetter>> {
        self.0.log.dead_letters(limit).await
    }
    async fn settle_dead_letter(&self, id: i64) -> EngineResult<()> {
        self.0.log.settle_dead_letter(id).await
    }
    async fn append(&self, events: Vec<NewEvent>, now: Timestamp) -> EngineResult<()> {
        self.0.log.append(events, now).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_contract_holds() {
    if fresh_url(1).is_some() {
        // One partition, because the contract looks at the order of keys among each other too.
        let fresh =
            || async { Arc::new(Prompt(Shop::open(&fresh_url(1).expect("is set")).await)) as Arc<dyn EventLog> };
        delivery(fresh).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_keep_their_order_over_several_partitions() {
    let Some(url) = fresh_url(4) else { return };
    keys_keep_their_order_whoever_writes(Arc::new(Prompt(Shop::open(&url).await))).await;
}
