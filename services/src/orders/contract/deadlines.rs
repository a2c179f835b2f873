//! What every watch over deadlines must hold, for engines to run on a fresh, empty watch each.

use uuid::Uuid;

use crate::{
    kernel::{clock::Timestamp, ids::OrderId},
    orders::ports::Deadlines,
};

fn order(n: u128) -> OrderId {
    OrderId(Uuid::from_u128(n))
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_790_000_000 + seconds)
}

/// Runs everything; `fresh` makes an empty watch each time.
pub async fn suite<D: Deadlines>(fresh: impl Fn() -> D) {
    what_is_over_is_told_once_in_order(&fresh()).await;
    a_deadline_moves_and_is_cleared(&fresh()).await;
    a_thousand_orders_are_told_once_by_two_who_ask(&fresh()).await;
}

/// Orders whose time is over come in the order of their time, at most as many as asked for, and once.
pub async fn what_is_over_is_told_once_in_order(watch: &dyn Deadlines) {
    assert_eq!(watch.next().await.expect("an answer"), None);
    assert_eq!(watch.due(9, at(99)).await.expect("an answer"), []);
    for (o, s) in [(1, 30), (2, 10), (3, 20), (4, 40)] {
        watch.set(order(o), at(s)).await.expect("set");
    }
    assert_eq!(watch.next().await.expect("an answer"), Some(at(10)));
    assert_eq!(watch.due(9, at(9)).await.expect("an answer"), []);
    assert_eq!(watch.due(0, at(99)).await.expect("an answer"), []);
    assert_eq!(watch.due(1, at(30)).await.expect("an answer"), [order(2)]);
    assert_eq!(watch.due(9, at(30)).await.expect("an answer"), [order(3), order(1)]);
    assert_eq!(watch.due(9, at(30)).await.expect("an answer"), []);
    assert_eq!(watch.next().await.expect("an answer"), Some(at(40)));
}

/// Set again, a deadline moves, either way and to the microsecond; cleared, it is not told; clearing nothing is fine.
pub async fn a_deadline_moves_and_is_cleared(watch: &dyn Deadlines) {
    watch.clear(order(9)).await.expect("nothing to clear");
    watch.set(order(1), at(10)).await.expect("set");
    watch.set(order(2), at(10)).await.expect("set");
    watch.set(order(1), at(20)).await.expect("moved");
    watch.clear(order(2)).await.expect("cleared");
    assert_eq!(watch.due(9, at(19)).await.expect("an answer"), []);
    let exact = Timestamp::from_micros(at(15).micros() + 123_457);
    watch.set(order(1), exact).await.expect("moved back");
    assert_eq!(watch.next().await.expect("an answer"), Some(exact));
    assert_eq!(watch.due(9, Timestamp::from_micros(exact.micros() - 1)).await.expect("an answer"), []);
    assert_eq!(watch.due(9, exact).await.expect("an answer"), [order(1)]);
}

/// Two who ask at the same time share the orders: each is told to one of them, none is left out.
pub async fn a_thousand_orders_are_told_once_by_two_who_ask(watch: &dyn Deadlines) {
    for n in 0..1_000 {
        watch.set(order(n), at(i64::try_from(n % 7).expect("is small"))).await.expect("set");
    }
    let ask = async || {
        let mut told = Vec::new();
        for _ in 0..1_000 {
            let some = watch.due(17, at(7)).await.expect("an answer");
            if some.is_empty() {
                break;
            }
            told.extend(some);
        }
        told
    };
    let (mut told, more) = futures::join!(ask(), ask());
    told.extend(more);
    assert_eq!(told.len(), 1_000);
    told.sort();
    told.dedup();
    assert_eq!(told.len(), 1_000);
}
