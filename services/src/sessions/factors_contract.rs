//! What every store of second factors must hold, for engines to run. Each function takes accounts of its own.

use std::sync::Arc;

use super::{model::Factor, ports::FactorStore};
use crate::kernel::{
    clock::Timestamp,
    ids::{IdSource, ShopperId, SystemIds},
};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

fn shopper() -> ShopperId {
    ShopperId(SystemIds.next(NOW))
}

fn hash() -> String {
    format!("{:032x}{:032x}", SystemIds.random(), SystemIds.random())
}

async fn begin(store: &Arc<dyn FactorStore>, who: ShopperId, sealed: &str) -> bool {
    store.begin(who, sealed.to_owned(), NOW).await.expect("answers")
}

async fn confirm(store: &Arc<dyn FactorStore>, who: ShopperId, sealed: &str, codes: &[String]) -> bool {
    store.confirm(who, sealed.to_owned(), 10, codes.to_vec()).await.expect("answers")
}

async fn use_recovery(store: &Arc<dyn FactorStore>, who: ShopperId, code: &str) -> bool {
    store.use_recovery(who, code.to_owned()).await.expect("answers")
}

/// A factor counts when it was confirmed, with the secret that waits; one that waits is replaced, one that counts is not.
pub async fn a_factor_waits_until_it_is_confirmed(store: Arc<dyn FactorStore>) {
    let (me, other) = (shopper(), shopper());
    assert_eq!(store.factor(me).await.expect("reads"), None);
    assert!(!confirm(&store, me, "first", &[]).await, "nothing waits");
    assert!(begin(&store, me, "first").await && begin(&store, me, "second").await);
    let waits = Factor { sealed: "second".to_owned(), confirmed: false, last_step: 0 };
    assert_eq!(store.factor(me).await.expect("reads"), Some(waits));
    assert!(!store.use_step(me, 11).await.expect("answers"), "it does not count yet");
    assert!(!confirm(&store, me, "first", &[]).await, "another waits by now");
    assert!(confirm(&store, me, "second", &[]).await && !confirm(&store, me, "second", &[]).await);
    assert!(!begin(&store, me, "third").await);
    let counts = Factor { sealed: "second".to_owned(), confirmed: true, last_step: 10 };
    assert_eq!(store.factor(me).await.expect("reads"), Some(counts));
    assert_eq!(store.factor(other).await.expect("reads"), None);
}

/// Each step is used once and none before it after it, whatever races.
pub async fn a_step_is_used_once(store: Arc<dyn FactorStore>) {
    let me = shopper();
    assert!(begin(&store, me, "sealed").await && confirm(&store, me, "sealed", &[]).await);
    for (step, good) in [(10, false), (11, true), (11, false), (9, false), (13, true), (12, false)] {
        assert_eq!(store.use_step(me, step).await.expect("answers"), good, "{step}");
    }
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.use_step(me, 14).await.expect("answers") })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        won += usize::from(task.await.expect("joins"));
    }
    assert_eq!(won, 1);
}

/// A recovery code is good once, for its account, until the factor is taken off.
pub async fn a_recovery_code_is_used_once(store: Arc<dyn FactorStore>) {
    let (me, other) = (shopper(), shopper());
    let codes = [hash(), hash(), hash()];
    for who in [me, other] {
        assert!(begin(&store, who, "sealed").await);
    }
    assert!(confirm(&store, me, "sealed", &codes).await && confirm(&store, other, "sealed", &[hash()]).await);
    assert!(!use_recovery(&store, other, &codes[0]).await && !use_recovery(&store, me, &hash()).await);
    assert!(use_recovery(&store, me, &codes[0]).await && !use_recovery(&store, me, &codes[0]).await);
    assert!(use_recovery(&store, me, &codes[1]).await, "the others are still good");
    assert!(store.remove(me).await.expect("removes") && !store.remove(me).await.expect("answers"));
    assert!(!use_recovery(&store, me, &codes[2]).await);
    assert_eq!(store.factor(me).await.expect("reads"), None);
    assert!(store.factor(other).await.expect("reads").is_some_and(|f| f.confirmed), "another account's stays");
    assert!(begin(&store, me, "anew").await && confirm(&store, me, "anew", &codes).await);
    assert!(use_recovery(&store, me, &codes[0]).await, "those of the new factor are new");
}
