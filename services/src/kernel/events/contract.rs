//! What every event log must hold, for engines to run on a fresh, empty log each.

use std::{collections::HashMap, sync::Arc, time::Duration};

use uuid::Uuid;

use super::{CartsEvent, Delivered, EventLog, NewEvent, StockEvent, Topic};
use crate::kernel::{
    clock::Timestamp,
    ids::{ItemId, VariantId},
};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

/// Runs everything; `fresh` makes an empty log each time.
pub async fn suite<F: Future<Output = Arc<dyn EventLog>>>(fresh: impl Fn() -> F) {
    delivery(&fresh).await;
    old_events_go_only_when_all_have_read_them(&*fresh().await).await;
}

/// The same without retention, for a log whose server keeps its own.
pub async fn delivery<F: Future<Output = Arc<dyn EventLog>>>(fresh: impl Fn() -> F) {
    groups_read_on_their_own(&*fresh().await).await;
    topics_are_apart(&*fresh().await).await;
    what_is_not_committed_comes_again(&*fresh().await).await;
    tails_need_no_group(&*fresh().await).await;
    keys_keep_their_order_whoever_writes(fresh().await).await;
    what_is_written_wakes(fresh().await).await;
    dead_letters_are_parked_once_and_settled(&*fresh().await).await;
}

fn cart(owner: u128) -> NewEvent {
    NewEvent::of(&CartsEvent::CartChanged { owner: Uuid::from_u128(owner), added: vec![] })
}

fn stock(variant: u128, text: &str) -> NewEvent {
    NewEvent::of(&StockEvent::AvailabilityFlipped {
        variant: VariantId(Uuid::from_u128(variant)),
        item: ItemId(Uuid::from_u128(1)),
        warehouse: text.into(),
        available: true,
    })
}

async fn write(log: &dyn EventLog, events: Vec<NewEvent>) {
    log.append(events, NOW).await.expect("events are written");
}

async fn poll(log: &dyn EventLog, group: &str, limit: usize) -> Vec<Delivered> {
    log.poll(group, Topic::Carts, limit).await.expect("a poll")
}

fn keys(events: &[Delivered]) -> Vec<String> {
    events.iter().map(|d| d.event.key.clone()).collect()
}

fn owners(numbers: impl IntoIterator<Item = u128>) -> Vec<String> {
    numbers.into_iter().map(|n| Uuid::from_u128(n).to_string()).collect()
}

async fn groups_read_on_their_own(log: &dyn EventLog) {
    assert!(poll(log, "a", 10).await.is_empty());
    write(log, (1..=5).map(cart).collect()).await;
    let first = poll(log, "a", 3).await;
    assert_eq!(keys(&first), owners(1..=3));
    assert!(first.is_sorted_by_key(|d| d.offset));
    assert_eq!(log.lag("a", Topic::Carts).await.expect("a lag"), 5);
    log.commit("a", Topic::Carts, first[1].offset).await.expect("committed");
    assert_eq!(keys(&poll(log, "a", 10).await), owners(3..=5));
    assert_eq!(log.lag("a", Topic::Carts).await.expect("a lag"), 3);
    log.commit("a", Topic::Carts, first[0].offset).await.expect("committed");
    assert_eq!(keys(&poll(log, "a", 10).await), owners(3..=5), "a commit never moves backwards");
    assert_eq!(keys(&poll(log, "b", 10).await), owners(1..=5), "a new group starts at the oldest event");
    assert_eq!(log.lag("new", Topic::Carts).await.expect("a lag"), 5);
}

async fn topics_are_apart(log: &dyn EventLog) {
    write(log, vec![cart(1), stock(2, "नमस्ते 🛒 'x' \"y\" \\ \n"), cart(3)]).await;
    assert_eq!(keys(&poll(log, "a", 10).await), owners([1, 3]));
    let other = log.poll("a", Topic::Stock, 10).await.expect("a poll");
    assert_eq!(other.len(), 1);
    let event = &other[0].event;
    assert_eq!((event.kind.as_str(), event.version, event.at), ("AvailabilityFlipped", 1, NOW));
    assert_eq!(event.data, stock(2, "नमस्ते 🛒 'x' \"y\" \\ \n").data);
    assert!(log.poll("a", Topic::Orders, 10).await.expect("a poll").is_empty());
}

async fn what_is_not_committed_comes_again(log: &dyn EventLog) {
    write(log, vec![cart(1)]).await;
    let (once, twice) = (poll(log, "a", 10).await, poll(log, "a", 10).await);
    assert_eq!(once, twice, "the same event, with the same id");
    log.commit("a", Topic::Carts, once[0].offset).await.expect("committed");
    assert!(poll(log, "a", 10).await.is_empty());
}

async fn tails_need_no_group(log: &dyn EventLog) {
    assert_eq!(log.newest(Topic::Carts).await.expect("an offset"), 0);
    write(log, vec![cart(1), cart(2)]).await;
    let newest = log.newest(Topic::Carts).await.expect("an offset");
    assert!(log.read_after(Topic::Carts, newest, 10).await.expect("a read").is_empty());
    write(log, vec![cart(3), cart(4)]).await;
    let tail = log.read_after(Topic::Carts, newest, 10).await.expect("a read");
    assert_eq!(keys(&tail), owners([3, 4]));
    assert_eq!(keys(&log.read_after(Topic::Carts, 0, 1).await.expect("a read")), owners([1]));
}

/// Each key keeps its order, while many write and one reads; holds on a log of several partitions too.
pub async fn keys_keep_their_order_whoever_writes(log: Arc<dyn EventLog>) {
    let writers = (0..8_u128).map(|w| {
        let log = Arc::clone(&log);
        tokio::spawn(async move {
            for n in 0..20 {
                write(&*log, vec![stock(w, &format!("{n}"))]).await;
            }
        })
    });
    let reader = {
        let log = Arc::clone(&log);
        tokio::spawn(async move {
            let mut seen: HashMap<String, Vec<String>> = HashMap::new();
            let mut count = 0;
            // Reads while others write: nothing may be skipped by a commit of what came later.
            for _ in 0..100_000 {
                let batch = log.poll("reader", Topic::Stock, 7).await.expect("a poll");
                let Some(last) = batch.last() else {
                    tokio::task::yield_now().await;
                    continue;
                };
                log.commit("reader", Topic::Stock, last.offset).await.expect("committed");
                for d in &batch {
                    let n = d.event.data["warehouse"].as_str().unwrap_or_default().to_owned();
                    seen.entry(d.event.key.clone()).or_default().push(n);
                }
                count += batch.len();
                if count == 160 {
                    return seen;
                }
            }
            panic!("only {count} of 160 events were seen");
        })
    };
    futures::future::try_join_all(writers).await.expect("no writer panics");
    let seen = reader.await.expect("the reader ends");
    assert_eq!(seen.len(), 8);
    for numbers in seen.values() {
        assert_eq!(*numbers, (0..20).map(|n| n.to_string()).collect::<Vec<_>>());
    }
}

async fn what_is_written_wakes(log: Arc<dyn EventLog>) {
    let wakened = log.wakened();
    write(&*log, vec![cart(1)]).await;
    let woken = tokio::time::timeout(Duration::from_secs(5), wakened).await;
    assert!(woken.is_ok(), "written after the call, so it wakes");
}

async fn dead_letters_are_parked_once_and_settled(log: &dyn EventLog) {
    write(log, vec![cart(1), cart(2)]).await;
    let events = poll(log, "a", 10).await;
    for _ in 0..2 {
        log.park("a", &events[0], "it cannot be read", NOW).await.expect("parked");
    }
    log.park("b", &events[0], "not here either", NOW).await.expect("parked");
    let letters = log.dead_letters(10).await.expect("a list");
    let told: Vec<_> = letters.iter().map(|l| (l.group.as_str(), l.reason.as_str())).collect();
    assert_eq!(told, [("a", "it cannot be read"), ("b", "not here either")]);
    assert_eq!((letters[0].event.clone(), letters[0].offset), (events[0].event.clone(), events[0].offset));
    log.settle_dead_letter(letters[0].id).await.expect("settled");
    assert_eq!(log.dead_letters(10).await.expect("a list").len(), 1);
}

async fn old_events_go_only_when_all_have_read_them(log: &dyn EventLog) {
    write(log, (1..=4).map(cart).collect()).await;
    let events = poll(log, "a", 10).await;
    let slow = poll(log, "slow", 10).await;
    log.commit("a", Topic::Carts, events[3].offset).await.expect("committed");
    log.commit("slow", Topic::Carts, slow[1].offset).await.expect("committed");
    let newest = log.newest(Topic::Carts).await.expect("an offset");
    log.prune(NOW, 100).await.expect("pruned");
    assert_eq!(keys(&log.read_after(Topic::Carts, 0, 10).await.expect("a read")), owners(1..=4), "not old enough");
    let later = NOW + Duration::from_secs(1);
    log.prune(later, 100).await.expect("pruned");
    assert_eq!(keys(&log.read_after(Topic::Carts, 0, 10).await.expect("a read")), owners(3..=4), "one group is slow");
    log.commit("slow", Topic::Carts, slow[3].offset).await.expect("committed");
    log.prune(later, 1).await.expect("pruned");
    assert_eq!(log.read_after(Topic::Carts, 0, 10).await.expect("a read").len(), 1, "a step is bounded");
    log.prune(later, 100).await.expect("pruned");
    assert!(log.read_after(Topic::Carts, 0, 10).await.expect("a read").is_empty());
    assert_eq!(log.newest(Topic::Carts).await.expect("an offset"), newest, "offsets do not start again");
    write(log, vec![cart(5)]).await;
    assert_eq!(keys(&poll(log, "a", 10).await), owners([5]));
}
