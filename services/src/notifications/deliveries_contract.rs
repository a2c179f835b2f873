//! What every store of deliveries must hold, for engines to run on a fresh, empty store each.

use std::{sync::Arc, time::Duration};

use uuid::Uuid;

use super::{
    delivery::{After, Content, NewDelivery},
    kinds::{NoticeChannel, NoticeKind, Preference},
    model::Notification,
    ports::{Announced, DeliveryStore, ENDPOINTS_MAX, Endpoint},
};
use crate::kernel::{
    clock::Timestamp,
    ids::{NotificationId, OrderId},
};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
const LEASE: Duration = Duration::from_secs(60);
const ALICE: Uuid = Uuid::from_u128(0xA);

fn announced(n: u128, cause: &str) -> Announced {
    let order = OrderId(Uuid::from_u128(7));
    let delivery = |id, content| NewDelivery { id: Uuid::from_u128(id), kind: NoticeKind::Placed, order, content };
    let letter =
        Content::Mail { to: "asha@example.org".into(), subject: "₹".into(), text: "t".into(), html: "h".into() };
    let call = |name: &str| Content::Webhook { endpoint: name.into(), body: "{}".into() };
    let message = Notification {
        id: NotificationId(Uuid::from_u128(n)),
        owner: ALICE,
        title: "Placed".into(),
        body: String::new(),
        order: Some(order),
        at: NOW,
        read: false,
    };
    let deliveries = vec![delivery(n + 1, letter), delivery(n + 2, call("erp")), delivery(n + 3, call("crm"))];
    Announced { cause: cause.into(), message: Some(message), deliveries, at: NOW }
}

/// Runs everything; `fresh` makes an empty store each time.
pub async fn suite<F: Future<Output = Arc<dyn DeliveryStore>>>(fresh: impl Fn() -> F) {
    each_channel_and_recipient_has_a_cause_once(fresh().await).await;
    a_job_is_one_workers_and_a_lost_one_is_counted(&*fresh().await).await;
    what_is_given_up_is_told_with_its_reason(&*fresh().await).await;
    choices_and_endpoints_are_kept(&*fresh().await).await;
}

async fn each_channel_and_recipient_has_a_cause_once(store: Arc<dyn DeliveryStore>) {
    let tries = (0..20).map(|n| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.announce(announced(n * 10, "order 1 placed")).await.expect("an answer") })
    });
    let new = futures::future::try_join_all(tries).await.expect("none panics");
    assert_eq!(new.iter().sum::<usize>(), 4, "one message, one letter, a call of each endpoint");
    assert_eq!(store.announce(announced(500, "order 1 shipped")).await.expect("an answer"), 4);
    assert_eq!(store.claim(100, LEASE, NOW).await.expect("jobs").len(), 6);
}

async fn a_job_is_one_workers_and_a_lost_one_is_counted(store: &dyn DeliveryStore) {
    store.announce(announced(0, "placed")).await.expect("kept");
    let claim = async |at| store.claim(1, LEASE, at).await.expect("jobs").pop();
    let first = claim(NOW).await.expect("a job");
    assert_eq!((first.tries, first.unknowns), (1, 0));
    let others = store.claim(9, LEASE, NOW).await.expect("jobs");
    assert_eq!(others.len(), 2, "the first is leased");
    for other in &others {
        store.note(other, After::Sent, NOW).await.expect("noted");
    }
    assert!(claim(NOW + LEASE / 2).await.is_none());
    // Nobody noted what became of the first: its outcome is not known.
    let again = claim(NOW + LEASE).await.expect("the lease is over");
    assert_eq!((again.id, again.tries, again.unknowns, &again.content), (first.id, 2, 1, &first.content));
    store.note(&first, After::Dead("late".into()), NOW).await.expect("passed over");
    assert!(store.failed(9).await.expect("a list").is_empty(), "who lost the lease has no say");
    let rest = Duration::from_secs(5);
    store.note(&again, After::Again { rest, unknowns: 1, reason: "busy".into() }, NOW + LEASE).await.expect("noted");
    assert!(claim(NOW + LEASE).await.is_none());
    let third = claim(NOW + LEASE + rest).await.expect("a job");
    assert_eq!((third.tries, third.unknowns), (3, 1), "a noted try is no unknown one");
    store.note(&third, After::Sent, NOW).await.expect("noted");
    assert!(claim(NOW + LEASE * 9).await.is_none());
    assert_eq!(store.announce(announced(50, "placed")).await.expect("an answer"), 0, "sent is remembered");
}

async fn what_is_given_up_is_told_with_its_reason(store: &dyn DeliveryStore) {
    store.announce(announced(0, "placed")).await.expect("kept");
    for job in store.claim(9, LEASE, NOW).await.expect("jobs") {
        let letter = job.content.channel() == NoticeChannel::Mail;
        let after = if letter { After::Dead("no such mailbox".into()) } else { After::Sent };
        store.note(&job, after, NOW).await.expect("noted");
    }
    let failed = store.failed(9).await.expect("a list");
    let [one] = &failed[..] else { panic!("one failed: {failed:?}") };
    assert_eq!(
        (one.reason.as_str(), one.channel, one.kind),
        ("no such mailbox", NoticeChannel::Mail, NoticeKind::Placed)
    );
    assert_eq!((one.tries, one.made_at, one.order), (1, NOW, OrderId(Uuid::from_u128(7))));
    assert!(store.claim(9, LEASE, NOW + LEASE * 9).await.expect("jobs").is_empty());
    assert!(store.failed(0).await.expect("a list").is_empty());
}

async fn choices_and_endpoints_are_kept(store: &dyn DeliveryStore) {
    let choice = |kind, wanted| Preference { kind, channel: NoticeChannel::Mail, wanted };
    let (a, b) = (choice(NoticeKind::Placed, false), choice(NoticeKind::Shipped, false));
    store.save_preferences(ALICE, &[a, b]).await.expect("kept");
    store.save_preferences(ALICE, &[choice(NoticeKind::Shipped, true)]).await.expect("kept");
    let mut kept = store.preferences(ALICE).await.expect("a list");
    kept.sort_by_key(|p| p.kind);
    assert_eq!(kept, [a, choice(NoticeKind::Shipped, true)]);
    assert!(store.preferences(Uuid::from_u128(0xB)).await.expect("a list").is_empty());
    let endpoint = |n: usize, active| Endpoint { name: format!("e{n:02}"), url: format!("https://h/{n}"), active };
    for n in 0..ENDPOINTS_MAX {
        assert!(store.save_endpoint(endpoint(n, true)).await.expect("an answer"));
    }
    assert!(!store.save_endpoint(endpoint(99, true)).await.expect("an answer"), "bounded");
    assert!(store.save_endpoint(endpoint(3, false)).await.expect("an answer"), "changed");
    let all = store.endpoints().await.expect("a list");
    assert_eq!((all.len(), &all[3]), (ENDPOINTS_MAX, &endpoint(3, false)));
    assert!(store.late_orders(9, NOW).await.expect("a list").is_empty());
}
