//! What every store of messages must hold, for engines to run on a fresh, empty store each.

use std::{sync::Arc, time::Duration};

use uuid::Uuid;

use super::{model::Notification, ports::NotificationStore};
use crate::kernel::{
    clock::Timestamp,
    ids::{NotificationId, OrderId},
    pages::Window,
};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
const ALICE: Uuid = Uuid::from_u128(0xA);
const BOB: Uuid = Uuid::from_u128(0xB);

fn message(n: u64, owner: Uuid) -> Notification {
    Notification {
        id: NotificationId(Uuid::from_u128(u128::from(n))),
        owner,
        title: format!("Nr {n}"),
        body: "₹100 🛵".into(),
        order: n.is_multiple_of(2).then(|| OrderId(Uuid::from_u128(7))),
        at: NOW + Duration::from_secs(n / 2),
        read: false,
    }
}

/// Runs everything; `fresh` makes an empty store each time.
pub async fn suite<F: Future<Output = Arc<dyn NotificationStore>>>(fresh: impl Fn() -> F) {
    a_cause_is_told_once(fresh().await).await;
    lists_go_both_ways(&*fresh().await).await;
    reading_and_adopting(&*fresh().await).await;
}

async fn a_cause_is_told_once(store: Arc<dyn NotificationStore>) {
    let tries = (0..10).map(|n| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.add(message(n, ALICE), "order 1 placed").await.expect("an answer") })
    });
    let told = futures::future::try_join_all(tries).await.expect("none panics");
    assert_eq!(told.iter().filter(|t| **t).count(), 1);
    assert!(store.add(message(20, BOB), "order 1 placed").await.expect("an answer"), "another owner");
    assert!(store.add(message(21, ALICE), "order 1 shipped").await.expect("an answer"), "another cause");
}

async fn lists_go_both_ways(store: &dyn NotificationStore) {
    for n in 0..5 {
        store.add(message(n, ALICE), &format!("{n}")).await.expect("added");
    }
    let titles = async |window| {
        let page = store.list(ALICE, window).await.expect("a page");
        (page.rows.iter().map(|m| m.title.clone()).collect::<Vec<_>>(), page.has_previous, page.has_next)
    };
    let (rows, before, more) = titles(Window::Forwards { after: None, limit: 2 }).await;
    assert_eq!((rows.join(","), before, more), ("Nr 4,Nr 3".into(), false, true));
    let third = message(3, ALICE);
    let (rows, before, more) = titles(Window::Forwards { after: Some((third.at, third.id.0)), limit: 5 }).await;
    assert_eq!((rows.join(","), before, more), ("Nr 2,Nr 1,Nr 0".into(), true, false));
    let (rows, before, more) = titles(Window::Backwards { before: None, limit: 2 }).await;
    assert_eq!((rows.join(","), before, more), ("Nr 1,Nr 0".into(), true, false));
    assert!(store.list(BOB, Window::Forwards { after: None, limit: 2 }).await.expect("a page").rows.is_empty());
    assert_eq!(store.by_ids(ALICE, &[third.id]).await.expect("a read"), std::slice::from_ref(&third));
    assert!(store.by_ids(BOB, &[third.id]).await.expect("a read").is_empty());
}

async fn reading_and_adopting(store: &dyn NotificationStore) {
    for n in 0..3 {
        store.add(message(n, ALICE), &format!("{n}")).await.expect("added");
    }
    store.add(message(9, BOB), "2").await.expect("added");
    let unread = async |owner| store.unread(owner).await.expect("a count");
    let first = NotificationId(Uuid::from_u128(0));
    assert_eq!(store.mark_read(BOB, &[first]).await.expect("an answer"), 0, "not Bob's");
    assert_eq!(store.mark_read(ALICE, &[first]).await.expect("an answer"), 1);
    assert_eq!(store.mark_read(ALICE, &[first]).await.expect("an answer"), 0);
    assert_eq!(unread(ALICE).await, 2);
    assert_eq!(store.adopt(ALICE, BOB).await.expect("an answer"), 2, "one cause was told to both: Bob's stays");
    assert_eq!(store.adopt(ALICE, BOB).await.expect("an answer"), 0);
    assert_eq!((unread(ALICE).await, unread(BOB).await), (0, 2));
    assert_eq!(store.mark_read(BOB, &[]).await.expect("an answer"), 2);
    assert_eq!(unread(BOB).await, 0);
}
