//! The broker: clients with bounds on every wait, topics that are there before the first use, and errors that say whether
//! a retry helps.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use rdkafka::{
    ClientConfig,
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
    error::{KafkaError, RDKafkaErrorCode as Code},
    message::OwnedHeaders,
    producer::{FutureProducer, FutureRecord, Producer},
};
use services::kernel::{
    error::{EngineError, EngineResult},
    events::Topic,
};
use tokio::{sync::OnceCell, task::spawn_blocking};

use crate::Address;

/// The name of the engine in errors.
pub(crate) const ENGINE: &str = "events";
/// How long an answer about the cluster is waited for.
pub(crate) const ANSWER_MAX: Duration = Duration::from_secs(4);
/// How long the making of topics is waited for.
const MAKING_MAX: Duration = Duration::from_secs(15);
/// How long an event may be on its way: shorter than a relay's lease, so that nobody sends beyond it.
const DELIVERY_MAX: Duration = Duration::from_secs(10);
/// For so long a failed look at the topics answers for those who ask next.
const NEWS_MAX: Duration = Duration::from_secs(1);

/// A broker and what the shop has there.
pub(crate) struct Broker {
    pub address: Address,
    producer: FutureProducer,
    retention: Duration,
    prepared: OnceCell<()>,
    /// When and how the last look at the topics failed.
    failed: Mutex<Option<(Instant, EngineError)>>,
}

impl Broker {
    pub fn open(address: Address, retention: Duration) -> EngineResult<Self> {
        let mut config = base(&address);
        // Only one message of a key is on its way at a time (see `intake`); idempotence keeps a repeated send of the
        // client itself from standing twice.
        config
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("partitioner", "murmur2_random")
            .set("compression.type", "lz4")
            .set("linger.ms", "2")
            .set("message.timeout.ms", DELIVERY_MAX.as_millis().to_string());
        let producer = config.create().map_err(|e| error(&e))?;
        Ok(Self { address, producer, retention, prepared: OnceCell::new(), failed: Mutex::default() })
    }

    /// The name of a topic on the broker.
    pub fn topic(&self, topic: Topic) -> String {
        format!("{}.{}", self.address.prefix, topic.name())
    }
    /// The topic with copies of what its consumers could not handle.
    pub fn dead(&self, topic: Topic) -> String {
        format!("{}.{}.dead", self.address.prefix, topic.name())
    }

    /// Asks for the cluster's topics.
    pub async fn topics(&self) -> EngineResult<HashSet<String>> {
        let producer = self.producer.clone();
        let asked = spawn_blocking(move || {
            let metadata = producer.client().fetch_metadata(None, ANSWER_MAX)?;
            Ok(metadata.topics().iter().map(|t| t.name().to_owned()).collect())
        });
        asked.await.map_err(|e| EngineError::permanent(ENGINE, e.to_string()))?.map_err(|e: KafkaError| error(&e))
    }

    /// How many messages a topic of one partition holds.
    pub async fn messages(&self, topic: String) -> EngineResult<u64> {
        let producer = self.producer.clone();
        let asked = spawn_blocking(move || producer.client().fetch_watermarks(&topic, 0, ANSWER_MAX));
        let (low, high) =
            asked.await.map_err(|e| EngineError::permanent(ENGINE, e.to_string()))?.map_err(|e| error(&e))?;
        Ok(u64::try_from(high - low).unwrap_or(0))
    }

    /// Looks whether the topics are there and makes those that are not, once.
    ///
    /// # Errors
    /// Retryable when the broker cannot be reached; else it refuses, and the sentence says what to do.
    pub async fn prepare(&self) -> EngineResult<()> {
        self.prepared.get_or_try_init(|| self.look()).await?;
        Ok(())
    }

    /// Only one looks at a time. Who waited for a look that failed hears of it at once: else all that a shop asks of a
    /// broker that is away would queue, each for as long again, and so would the end of the process.
    async fn look(&self) -> EngineResult<()> {
        let news = self.failed.lock().clone().filter(|(at, _)| at.elapsed() < NEWS_MAX);
        if let Some((_, failed)) = news {
            return Err(failed);
        }
        let ready = self.make_ready().await;
        *self.failed.lock() = ready.as_ref().err().map(|e| (Instant::now(), e.clone()));
        ready
    }

    async fn make_ready(&self) -> EngineResult<()> {
        let there = self.topics().await?;
        let mut wanted: Vec<String> = Topic::ALL.into_iter().map(|t| self.topic(t)).collect();
        if !self.address.create {
            wanted.extend(Topic::ALL.into_iter().map(|t| self.dead(t)));
        }
        wanted.retain(|t| !there.contains(t));
        if wanted.is_empty() {
            return Ok(());
        }
        if !self.address.create {
            let told =
                format!("the broker lacks the topics {}: make them, or leave `create=false` out", wanted.join(", "));
            return Err(EngineError::permanent(ENGINE, told));
        }
        self.make(&wanted, self.address.partitions).await
    }

    async fn make(&self, names: &[String], partitions: i32) -> EngineResult<()> {
        let retention = self.retention.as_millis().to_string();
        // -1 is the broker's own default.
        let replication = self.address.replication.unwrap_or(-1);
        let topics: Vec<NewTopic<'_>> = names
            .iter()
            .map(|name| {
                NewTopic::new(name, partitions, TopicReplication::Fixed(replication)).set("retention.ms", &retention)
            })
            .collect();
        let admin: AdminClient<DefaultClientContext> = base(&self.address).create().map_err(|e| error(&e))?;
        let options = AdminOptions::new().operation_timeout(Some(MAKING_MAX)).request_timeout(Some(MAKING_MAX));
        for made in admin.create_topics(&topics, &options).await.map_err(|e| error(&e))? {
            match made {
                Ok(_) | Err((_, Code::TopicAlreadyExists)) => {}
                Err((name, code)) => {
                    let told = format!("the topic {name} cannot be made: {code}");
                    return Err(EngineError { engine: ENGINE, message: told.into(), retryable: !refused(code) });
                }
            }
        }
        // The news takes a moment to reach every broker.
        let made = Instant::now();
        while made.elapsed() < MAKING_MAX {
            let there = self.topics().await?;
            if names.iter().all(|n| there.contains(n)) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err(EngineError::retryable(ENGINE, "topics that were made are not seen yet"))
    }

    /// Sends one message and waits until the broker has it.
    pub async fn send(&self, topic: &str, key: &[u8], payload: &[u8], headers: OwnedHeaders) -> EngineResult<()> {
        let record = FutureRecord::to(topic).key(key).payload(payload).headers(headers);
        let sent = self.producer.send(record, DELIVERY_MAX).await;
        sent.map(|_| ()).map_err(|(e, _)| error(&e))
    }

    /// Copies what could not be handled to the topic for such, which is made when it is first needed.
    pub async fn bury(&self, topic: Topic, key: &[u8], payload: &[u8], headers: OwnedHeaders) -> EngineResult<()> {
        let name = self.dead(topic);
        if !self.topics().await?.contains(&name) {
            self.make(std::slice::from_ref(&name), 1).await?;
        }
        self.send(&name, key, payload, headers).await
    }
}

/// What all clients of a broker have in common.
pub(crate) fn base(address: &Address) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", &address.brokers)
        .set("client.id", "chowk")
        .set("socket.timeout.ms", "10000")
        .set("socket.connection.setup.timeout.ms", "3000")
        // The default waits up to 10 s after an outage.
        .set("reconnect.backoff.max.ms", "1000");
    config
}

/// Whether a code will stay until somebody acts.
fn refused(code: Code) -> bool {
    matches!(
        code,
        Code::UnsupportedVersion
            | Code::UnsupportedFeature
            | Code::UnsupportedForMessageFormat
            | Code::ClusterAuthorizationFailed
            | Code::TopicAuthorizationFailed
            | Code::GroupAuthorizationFailed
            | Code::PolicyViolation
            | Code::InvalidReplicationFactor
            | Code::InvalidPartitions
            | Code::InvalidTopic
            | Code::InvalidConfig
            | Code::MessageSizeTooLarge
    )
}

/// Trouble on the way may pass; what the broker refuses stays refused until somebody acts.
pub(crate) fn error(e: &KafkaError) -> EngineError {
    let code = e.rdkafka_error_code();
    let message = match code {
        Some(Code::UnsupportedVersion | Code::UnsupportedFeature | Code::UnsupportedForMessageFormat) => {
            format!("the broker is too old: Kafka 2.4 or newer is needed: {e}")
        }
        _ => e.to_string(),
    };
    let malformed = matches!(e, KafkaError::ClientConfig(..) | KafkaError::ClientCreation(_));
    EngineError { engine: ENGINE, message: message.into(), retryable: !malformed && !code.is_some_and(refused) }
}
