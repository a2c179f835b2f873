//! Lists, filters, events, and what changes hands.

use std::time::Duration;

use super::world::{NOW, World, guest, shopper, stranger};
use crate::{
    kernel::{
        caller::Owner,
        clock::Timestamp,
        ids::{GuestId, ShopperId},
        pages::{Page, Window},
    },
    orders::{Order, OrderFilter, OrderState, ports::Placed},
};

async fn page(w: &World, filter: &OrderFilter, window: Window<(Timestamp, uuid::Uuid)>) -> Page<Order> {
    w.orders.orders_of(shopper(), filter.clone(), window).await.expect("a page")
}

fn numbers(page: &Page<Order>) -> Vec<String> {
    page.rows.iter().map(|o| o.number.clone()).collect()
}

fn place_of(order: &Order) -> (Timestamp, uuid::Uuid) {
    (order.created_at, order.id.0)
}

async fn placed_at(w: &World, v: u128, at: Timestamp) -> Order {
    let quote = w.quote(shopper(), &[(v, 1)]).await;
    let key = format!("key {}", w.id());
    match w.orders.place(w.placing(&quote, &key), at).await.expect("an answer") {
        Placed::Done { order, .. } => *order,
        other => panic!("not placed: {other:?}"),
    }
}

pub(super) async fn pages_go_both_ways(w: &World) {
    w.receive(1, "BLR1", 50).await;
    assert_eq!(page(w, &OrderFilter::default(), Window::Forwards { after: None, limit: 3 }).await, Page::empty());
    let mut all = Vec::new();
    for n in 0..7_u64 {
        // Two of one instant: the id decides.
        all.push(placed_at(w, 1, NOW + Duration::from_secs(n / 2)).await);
    }
    all.reverse();
    let newest: Vec<String> = all.iter().map(|o| o.number.clone()).collect();
    let any = OrderFilter::default();
    let mut walked = Vec::new();
    let mut after = None;
    loop {
        let p = page(w, &any, Window::Forwards { after, limit: 3 }).await;
        assert_eq!(p.has_previous, after.is_some());
        walked.extend(numbers(&p));
        after = p.rows.last().map(place_of);
        if !p.has_next {
            break;
        }
    }
    assert_eq!(walked, newest);
    let last = page(w, &any, Window::Backwards { before: None, limit: 3 }).await;
    assert_eq!((numbers(&last), last.has_previous, last.has_next), (newest[4..].to_vec(), true, false));
    let before = last.rows.first().map(place_of);
    let middle = page(w, &any, Window::Backwards { before, limit: 3 }).await;
    assert_eq!((numbers(&middle), middle.has_previous, middle.has_next), (newest[1..4].to_vec(), true, true));
    let theirs = w.orders.orders_of(stranger(), any, Window::Forwards { after: None, limit: 3 }).await.expect("a page");
    assert!(theirs.rows.is_empty());
}

pub(super) async fn filters_narrow(w: &World) {
    w.receive(1, "BLR1", 5).await;
    w.receive(2, "BLR1", 5).await;
    let first = placed_at(w, 1, NOW).await;
    let second = placed_at(w, 2, NOW + Duration::from_secs(10)).await;
    w.decline(&second).await;
    let found =
        async |filter: OrderFilter| numbers(&page(w, &filter, Window::Forwards { after: None, limit: 10 }).await);
    let by_state = |states: &[OrderState]| OrderFilter { states: states.to_vec(), ..OrderFilter::default() };
    assert_eq!(found(by_state(&[OrderState::Failed])).await, std::slice::from_ref(&second.number));
    assert_eq!(found(by_state(&[OrderState::Failed, OrderState::Created])).await.len(), 2);
    let time = |from: u64, until: u64| OrderFilter {
        from: Some(NOW + Duration::from_secs(from)),
        until: Some(NOW + Duration::from_secs(until)),
        ..OrderFilter::default()
    };
    assert_eq!(found(time(0, 10)).await, std::slice::from_ref(&first.number), "from is in, until is out");
    assert_eq!(found(time(1, 11)).await, std::slice::from_ref(&second.number));
    let text = |t: &str| OrderFilter { text: Some(t.into()), ..OrderFilter::default() };
    assert_eq!(found(text("thing 2")).await, [second.number]);
    assert_eq!(found(text("BLUE")).await.len(), 2);
    assert_eq!(found(text("50%")).await.len(), 2);
    for nothing in ["5_%", "th%g", "!", "red", "'; DROP TABLE orders; --"] {
        assert!(found(text(nothing)).await.is_empty(), "{nothing}");
    }
}

pub(super) async fn events_count_from_one_without_gaps(w: &World) {
    w.receive(1, "BLR1", 9).await;
    let (a, b) = (w.paid(&[(1, 1)]).await, w.order(&[(1, 1)]).await);
    w.decline(&b).await;
    w.cancel(&a, &[], "c").await;
    let of = async |order: &Order, after| w.orders.events(order.id, after, 100).await.expect("a read");
    assert_eq!(of(&a, 0).await.iter().map(|e| e.sequence).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(of(&a, 2).await.iter().map(|e| e.sequence).collect::<Vec<_>>(), [3]);
    assert!(of(&a, 3).await.is_empty());
    assert_eq!(w.orders.events(a.id, 0, 2).await.expect("a read").len(), 2);
    let mine = w.orders.owner_events(shopper(), 0, 100).await.expect("a read");
    assert_eq!(mine.iter().map(|e| e.owner_sequence).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert_eq!(w.orders.owner_events(shopper(), 4, 100).await.expect("a read"), mine[4..]);
    assert!(w.orders.owner_events(stranger(), 0, 100).await.expect("a read").is_empty());
    assert_eq!(w.read(&a).await.sequence, 3);
    // A clock that jumped back does not turn the history around.
    let back = w.order(&[(1, 1)]).await;
    w.settle(&back, crate::orders::ports::Verdict::Succeeded { reference: None }, NOW - Duration::from_secs(99)).await;
    let times: Vec<_> = of(&back, 0).await.iter().map(|e| e.at).collect();
    assert!(times.is_sorted(), "{times:?}");
}

pub(super) async fn what_was_a_guests_becomes_the_shoppers(w: &World) {
    w.receive(1, "BLR1", 9).await;
    let mine = w.order(&[(1, 1)]).await;
    let (quote, open) = (w.quote(guest(), &[(1, 1)]).await, w.quote(guest(), &[(1, 1)]).await);
    let theirs = w.place(w.placing(&quote, "k")).await;
    let (Owner::Guest(GuestId(g)), Owner::Shopper(ShopperId(s))) = (guest(), shopper()) else { panic!("owners") };
    let adopt = async || w.orders.adopt(GuestId(g), ShopperId(s), NOW).await.expect("an answer");
    assert_eq!(adopt().await, 1);
    assert_eq!(adopt().await, 0, "twice is once");
    assert_eq!(w.read(&theirs).await.owner, shopper());
    assert_eq!(w.orders.quote(open.id).await.expect("a read").map(|q| q.owner), Some(shopper()));
    assert_eq!(
        w.orders.answered(shopper(), "placeOrder", "k").await.expect("a read").map(|a| a.order),
        Some(theirs.id)
    );
    assert_eq!(w.orders.answered(guest(), "placeOrder", "k").await.expect("a read"), None);
    let events = w.orders.owner_events(shopper(), 0, 9).await.expect("a read");
    let expected = [(mine.id, 1), (theirs.id, 2)];
    assert_eq!(events.iter().map(|e| (e.order, e.owner_sequence)).collect::<Vec<_>>(), expected);
    w.succeed(&theirs).await;
    assert_eq!(w.orders.owner_events(shopper(), 2, 9).await.expect("a read").len(), 1);
}

pub(super) async fn old_quotes_and_keys_are_forgotten(w: &World) {
    w.receive(1, "BLR1", 9).await;
    let quote = w.quote(shopper(), &[(1, 1)]).await;
    let order = w.place(w.placing(&quote, "k")).await;
    assert_eq!(w.orders.forget(NOW, 10).await.expect("an answer"), 0);
    let later = quote.expires_at + Duration::from_secs(1);
    assert_eq!(w.orders.forget(later, 10).await.expect("an answer"), 2, "the quote and the key");
    assert_eq!(w.orders.quote(quote.id).await.expect("a read"), None);
    assert_eq!(w.orders.answered(shopper(), "placeOrder", "k").await.expect("a read"), None);
    assert_eq!(w.read(&order).await, order, "the order stays");
}
