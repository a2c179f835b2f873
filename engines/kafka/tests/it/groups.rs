//! Members that come and go, and events that nobody can handle.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use services::kernel::{
    clock::SystemClock,
    error::{EngineError, EngineResult},
    events::{CartsEvent, Delivered, EventLog, NewEvent, Topic},
};
use uuid::Uuid;
use workers::{
    Worker,
    consumer::{Consumer, Handler},
};

use crate::{NOW, PATIENCE, Shop, fresh_url};

/// Handles events as the shop's consumers do: an effect happens once per event, however often it comes. Refuses one key.
#[derive(Default)]
struct Once {
    effects: Mutex<BTreeMap<String, u32>>,
    refused: Option<Uuid>,
}

impl Once {
    fn count(&self) -> usize {
        self.effects.lock().expect("no test panicked").len()
    }
    fn worker(self: &Arc<Self>, shop: &Shop) -> Consumer {
        let handler: Arc<Self> = Arc::clone(self);
        let log: Arc<dyn EventLog> = Arc::<engine_kafka::KafkaEventLog>::clone(&shop.log);
        Consumer::new(handler, log, Arc::new(SystemClock))
    }
}

#[async_trait]
impl Handler for Once {
    fn group(&self) -> &'static str {
        "once"
    }
    fn topics(&self) -> &'static [Topic] {
        &[Topic::Carts]
    }
    async fn handle(&self, delivered: &Delivered) -> EngineResult<()> {
        if self.refused.is_some_and(|r| delivered.event.key == r.to_string()) {
            return Err(EngineError::permanent("carts", "cannot be read"));
        }
        let mut effects = self.effects.lock().expect("no test panicked");
        *effects.entry(delivered.event.id.to_string()).or_default() += 1;
        Ok(())
    }
}

fn carts(owners: impl IntoIterator<Item = u128>) -> Vec<NewEvent> {
    let event = |n| NewEvent::of(&CartsEvent::CartChanged { owner: Uuid::from_u128(n), added: vec![] });
    owners.into_iter().map(event).collect()
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_share_a_topic_and_lose_nothing_when_one_comes_or_goes() {
    let Some(url) = fresh_url(6) else { return };
    let first = Shop::open(&url).await;
    let handler = Arc::new(Once::default());
    let one = handler.worker(&first);
    first.log.append(carts(0..300), NOW).await.expect("written");
    first.ship().await.expect("shipped");
    until("the first member handles some", async || {
        // A commit may meet a change of the members; the events then come again.
        let _stepped = one.step().await;
        handler.count() > 0
    })
    .await;

    let second = Shop::over(&url, first.outbox.clone());
    let two = handler.worker(&second);
    let by_two = Mutex::new(0);
    let mut n = 300;
    until("the second member has its share", async || {
        first.log.append(carts(n..n + 20), NOW).await.expect("written");
        n += 20;
        // Either of them ships; the lease says who.
        first.ship().await.expect("shipped");
        second.ship().await.expect("shipped");
        // A commit may meet a change of the members; the events then come again.
        let _stepped = one.step().await;
        let more = two.step().await.unwrap_or_default();
        let mut by_two = by_two.lock().expect("no test panicked");
        *by_two += more;
        *by_two > 20
    })
    .await;

    // It goes without a word, with events in its hands that it has not committed.
    first.log.append(carts(n..n + 100), NOW).await.expect("written");
    n += 100;
    first.ship().await.expect("shipped");
    let _held = second.log.poll("once", Topic::Carts, 10).await.expect("a poll");
    drop((two, second));
    let all = usize::try_from(n).expect("few");
    until("nothing is lost", async || {
        // Its lease may last a moment longer than it did.
        first.ship().await.expect("shipped");
        // A commit may meet a change of the members; the events then come again.
        let _stepped = one.step().await;
        handler.count() == all && first.log.lag("once", Topic::Carts).await.expect("a lag") == 0
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_handled_goes_to_the_dead_and_the_rest_goes_on() {
    let Some(url) = fresh_url(1) else { return };
    let shop = Shop::open(&url).await;
    let handler = Arc::new(Once { refused: Some(Uuid::from_u128(5)), ..Once::default() });
    let worker = handler.worker(&shop);
    shop.log.append(carts(0..10), NOW).await.expect("written");
    shop.ship().await.expect("shipped");
    until("the rest is handled", async || {
        // A step fails as long as the event is tried again.
        let _tried = worker.step().await;
        handler.count() == 9
    })
    .await;
    until("all of it is committed", async || {
        worker.step().await.expect("a step");
        shop.log.lag("once", Topic::Carts).await.expect("a lag") == 0
    })
    .await;
    let letters = shop.log.dead_letters(10).await.expect("a list");
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].group.as_str(), letters[0].event.key.clone()), ("once", Uuid::from_u128(5).to_string()));
    let copies = shop.log.copies_of_dead(Topic::Carts).await.expect("the topic can be read");
    assert_eq!(copies, 1, "a copy stands on the topic for the dead");
    shop.log.settle_dead_letter(letters[0].id).await.expect("settled");
    assert!(shop.log.dead_letters(10).await.expect("a list").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_outbox_waits_for_the_relay_and_not_for_groups_on_the_broker() {
    let Some(url) = fresh_url(1) else { return };
    let shop = Shop::open(&url).await;
    // The group has read the outbox so far, but not to its end.
    shop.outbox.poll("once", Topic::Carts, 10).await.expect("a poll");
    shop.log.append(carts(0..4), NOW).await.expect("written");
    shop.log.poll("once", Topic::Carts, 10).await.expect("a poll");
    let later = NOW + Duration::from_secs(1);
    assert_eq!(shop.log.prune(later, 100).await.expect("pruned"), 0, "the broker does not have them");
    shop.ship().await.expect("shipped");
    assert_eq!(shop.log.prune(later, 100).await.expect("pruned"), 4);
    until("the group reads them from the broker", async || {
        shop.log.poll("once", Topic::Carts, 10).await.expect("a poll").len() == 4
    })
    .await;
}
