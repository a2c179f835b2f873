//! Messages, pseudonyms and the sandbox's books on SQL.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use engine_sql::{
    activity::{SqlPseudonymStore, SqlRecordStore},
    deliveries::SqlDeliveryStore,
    event_log::SqlEventLog,
    notifications::SqlNotificationStore,
    payments::SqlSandboxLedger,
};
use services::{
    activity::{Activity, Deed, ports::PseudonymStore},
    kernel::{
        clock::Timestamp,
        events::{Act, EventLog, Topic},
        ids::{PaymentId, RefundId, SystemIds},
        money::Money,
    },
    notifications::{
        contract::suite,
        deliveries_contract,
        ports::{DeliveryStore, NotificationStore},
    },
    payments::sandbox::{SandboxCharge, SandboxLedger, SandboxState},
};
use uuid::Uuid;

use crate::support;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_contract_of_messages_holds() {
    let folders = Mutex::new(Vec::new());
    suite(|| async {
        let fresh = support::db().await;
        let store: Arc<dyn NotificationStore> = Arc::new(SqlNotificationStore::new(fresh.db.clone()));
        folders.lock().expect("no test panicked").push(fresh);
        store
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_contract_of_deliveries_holds() {
    let folders = Mutex::new(Vec::new());
    deliveries_contract::suite(|| async {
        let fresh = support::db().await;
        let store: Arc<dyn DeliveryStore> = Arc::new(SqlDeliveryStore::new(fresh.db.clone()));
        folders.lock().expect("no test panicked").push(fresh);
        store
    })
    .await;
}

fn deed(owner: u128, text: Option<&str>) -> Deed {
    Deed {
        owner: Uuid::from_u128(owner),
        act: Act::Searched,
        item: None,
        category: None,
        pincode: None,
        text: text.map(str::to_owned),
        count: 3,
    }
}

#[tokio::test]
async fn deeds_reach_the_log_under_a_pseudonym() {
    let t = support::db().await;
    let log: Arc<dyn EventLog> = Arc::new(SqlEventLog::new(t.db.clone(), vec![]));
    let store = Arc::new(SqlPseudonymStore::new(t.db.clone()));
    let records = Arc::new(SqlRecordStore::new(t.db.clone()));
    let activity = || Activity::new(store.clone(), records.clone(), log.clone(), t.clock.clone(), Arc::new(SystemIds));
    let first = activity();
    first.note(deed(1, Some(&"च".repeat(200))));
    first.note(deed(1, None));
    first.note(deed(2, None));
    assert_eq!(first.flush(2).await.expect("flushed"), 2);
    assert_eq!(first.flush(9).await.expect("flushed"), 1);
    assert_eq!(first.flush(9).await.expect("flushed"), 0);
    // Another process: the same owner keeps the pseudonym.
    activity().write(&[deed(1, None)]).await.expect("written");
    let told = log.read_after(Topic::Activity, 0, 10).await.expect("a read");
    let keys: Vec<&str> = told.iter().map(|d| d.event.key.as_str()).collect();
    assert!(keys[0] == keys[1] && keys[0] == keys[3] && keys[0] != keys[2], "{keys:?}");
    assert!(keys.iter().all(|k| *k != Uuid::from_u128(1).to_string() && *k != Uuid::from_u128(2).to_string()));
    assert!(told[0].event.data["text"].as_str().is_some_and(|t| t.len() <= 256));
    first.forget(Uuid::from_u128(1)).await.expect("forgotten");
    let proposed = HashMap::from([(Uuid::from_u128(1), Uuid::from_u128(99))]);
    let fresh = store.pseudonyms(proposed).await.expect("an answer");
    assert_eq!(fresh[&Uuid::from_u128(1)], Uuid::from_u128(99), "who was behind the old one is not known any more");
}

#[tokio::test]
async fn the_sandbox_keeps_its_books() {
    let t = support::db().await;
    let books = SqlSandboxLedger::new(t.db.clone());
    let now = Timestamp::from_seconds(1_790_000_000);
    let later = now + Duration::from_secs(5);
    let charge = |key: &str, state, decides_at| SandboxCharge {
        key: key.into(),
        payment: PaymentId(Uuid::from_u128(7)),
        amount: Money::inr(100),
        token: "tok_late_5000".into(),
        state,
        decides_at,
        refunded: 0,
        made_at: now,
    };
    let pending = charge("a", SandboxState::Pending, Some(later));
    assert_eq!(books.open(pending.clone()).await.expect("kept"), pending);
    let other = charge("a", SandboxState::Declined, None);
    assert_eq!(books.open(other).await.expect("kept"), pending, "the first of a key stays");
    assert_eq!(books.find("b").await.expect("a read"), None);
    assert!(books.due(9, now).await.expect("an answer").is_empty());
    let due = books.due(9, later).await.expect("an answer");
    assert_eq!((due.len(), due[0].state), (1, SandboxState::Succeeded));
    assert!(books.due(9, later).await.expect("an answer").is_empty());
    let after = books.decide("a", SandboxState::Cancelled).await.expect("an answer");
    assert_eq!(after.map(|c| c.state), Some(SandboxState::Succeeded), "what is decided stays");
    let refund = async |n: u128, paise| {
        books.refund("a", RefundId(Uuid::from_u128(n)), Money::inr(paise)).await.expect("an answer")
    };
    assert!(refund(1, 60).await && refund(1, 60).await);
    assert!(!refund(2, 41).await && !refund(2, 41).await && refund(3, 40).await);
    assert_eq!(books.find("a").await.expect("a read").map(|c| c.refunded), Some(100));
}
