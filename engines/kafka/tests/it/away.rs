//! A broker that is away, silent, killed, or lacks what the shop needs: honest errors in bounded time, and nothing lost.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use engine_kafka::Kafka;
use futures::future::join_all;
use services::kernel::events::{CartsEvent, EventLog, NewEvent, Topic};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::{NOW, PATIENCE, Shop, fresh_url};

/// A bound, not a measure.
const SOON: Duration = Duration::from_secs(20);

fn kafka(url: &str) -> Kafka {
    Kafka::open(url, Duration::from_secs(86_400)).expect("the URL is good")
}

#[tokio::test]
async fn a_broker_that_is_away_or_never_answers_is_told_soon() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let away = TcpListener::bind("127.0.0.1:0").await.expect("binds").local_addr().expect("an address").port();
    for port in [away, silent.local_addr().expect("an address").port()] {
        let begun = Instant::now();
        let kafka = kafka(&format!("kafka://127.0.0.1:{port}"));
        // All who ask are answered together, not each after the one before.
        for asked in join_all((0..10).map(|_| kafka.prepare())).await {
            let refused = asked.expect_err("nobody answers");
            assert!(refused.retryable && refused.engine == "events", "{refused}");
        }
        assert!(begun.elapsed() < SOON);
    }
}

#[tokio::test]
async fn missing_topics_that_must_not_be_made_are_named() {
    let Some(url) = fresh_url(1) else { return };
    let refused = kafka(&format!("{url}&create=false")).prepare().await.expect_err("there are no topics");
    assert!(!refused.retryable && refused.message.contains(".orders.dead") && refused.message.contains("make them"));
    let refused = kafka(&format!("{url}&replication=3")).prepare().await.expect_err("there is one broker");
    assert!(!refused.retryable && refused.message.contains("cannot be made"), "{refused}");
    kafka(&url).prepare().await.expect("topics are made");
    kafka(&url).prepare().await.expect("topics are there");
}

/// A broker of this test's own beside the shared one, whose jars it uses.
struct Own {
    root: PathBuf,
    folder: PathBuf,
}

impl Own {
    fn up(&self) -> String {
        let up = self.root.join("tests/engines/kafka/up");
        let jars = self.root.join("target/engines/kafka/lib");
        let out = Command::new(up).arg(&self.folder).arg("19192").env("LIB", jars).output().expect("runs");
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8_lossy(&out.stdout).trim().to_owned()
    }
    fn signal(&self, signal: &str) {
        let pid = std::fs::read_to_string(self.folder.join("pid")).expect("it runs");
        assert!(Command::new("kill").args([signal, pid.trim()]).status().expect("runs").success());
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let _ = Command::new(self.root.join("tests/engines/kafka/down")).arg(&self.folder).status();
    }
}

fn carts(owners: impl IntoIterator<Item = u128>) -> Vec<NewEvent> {
    let event = |n| NewEvent::of(&CartsEvent::CartChanged { owner: Uuid::from_u128(n), added: vec![] });
    owners.into_iter().map(event).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_is_killed_or_stopped_loses_nothing_and_is_used_again() {
    if fresh_url(1).is_none() {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the workspace").to_owned();
    let own = Own { folder: root.join("target/engines/kafka-outage"), root };
    let url = format!("{}?prefix=test-{}&partitions=2", own.up(), Uuid::now_v7().simple());
    let shop = Arc::new(Shop::open(&url).await);
    let mut n = 0;
    let mut handled = std::collections::BTreeMap::<u128, u32>::new();
    for trouble in ["-KILL", "-STOP"] {
        shop.log.append(carts(n..n + 50), NOW).await.expect("written");
        shop.ship().await.expect("shipped");
        own.signal(trouble);
        // The shop goes on: writing needs no broker, the outbox grows, and who asks hears the truth.
        shop.log.append(carts(n + 50..n + 100), NOW).await.expect("written while the broker is away");
        let begun = Instant::now();
        assert!(shop.log.answers().await.expect_err("is away").retryable, "{trouble}");
        assert!(shop.ship().await.expect_err("is away").retryable, "{trouble}");
        assert!(begun.elapsed() < SOON * 2, "{trouble}");
        if trouble == "-STOP" {
            own.signal("-CONT");
        } else {
            own.up();
        }
        n += 100;
        let begun = Instant::now();
        let mut told = String::new();
        while handled.len() < usize::try_from(n).expect("few") {
            assert!(begun.elapsed() < PATIENCE * 2, "{trouble}: {} of {n}; {told}", handled.len());
            // Fails until the broker is back.
            let shipped = shop.ship().await;
            told = format!("{:?}; shipped {shipped:?}; broker {:?}", begun.elapsed(), shop.log.answers().await);
            for delivered in shop.log.poll("a", Topic::Carts, 100).await.unwrap_or_default() {
                let owner: Uuid = delivered.event.key.parse().expect("an owner");
                *handled.entry(owner.as_u128()).or_default() += 1;
                let _committed = shop.log.commit("a", Topic::Carts, delivered.offset).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    assert_eq!(handled.into_keys().collect::<Vec<_>>(), (0..n).collect::<Vec<_>>());
}
