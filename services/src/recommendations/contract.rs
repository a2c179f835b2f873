//! What every store of models must hold.

use std::sync::Arc;

use uuid::Uuid;

use super::{
    learning::Learnt,
    model::{Model, Thing},
    ports::ModelStore,
};
use crate::kernel::{clock::Timestamp, ids::ItemId};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

/// A model of so many things, more than a part holds.
fn model(version: u64, things: u32) -> Model {
    let thing = |n: u32| {
        if n.is_multiple_of(2) {
            Thing::Item(ItemId(Uuid::from_u128(n.into())))
        } else {
            Thing::Words(format!("दीया {n}"))
        }
    };
    let many = things as usize;
    let learnt = || Learnt { beside: vec![vec![(0, 0.5), (7, 0.125)]; many], popular: vec![0.25; many] };
    Model { version, made_at: NOW, things: (0..things).map(thing).collect(), bought: learnt(), seen: learnt() }
}

async fn write(store: &Arc<dyn ModelStore>, things: u32) -> u64 {
    let version = store.begin(NOW).await.expect("begun");
    let parts = model(version, things).parts();
    let many = parts.len();
    for (number, part) in parts.into_iter().enumerate() {
        store.put(version, number, part).await.expect("written");
    }
    assert!(store.finish(version, many).await.expect("finished"));
    version
}

/// A finished model is read as it was written.
pub async fn a_model_is_read_as_written(store: Arc<dyn ModelStore>) {
    assert_eq!(store.current().await.expect("a read"), None);
    let version = write(&store, 1_203).await;
    assert_eq!(store.current().await.expect("a read"), Some(version));
    assert_eq!(store.model(version).await.expect("a read"), Some(model(version, 1_203)));
}

/// What was cut short is never served.
pub async fn a_half_written_model_is_never_served(store: Arc<dyn ModelStore>) {
    let whole = write(&store, 3).await;
    let half = store.begin(NOW).await.expect("begun");
    let parts = model(half, 1_203).parts();
    store.put(half, 0, parts[0].clone()).await.expect("written");
    assert_eq!(store.current().await.expect("a read"), Some(whole), "not while it is written");
    assert!(!store.finish(half, parts.len()).await.expect("refused"), "parts are missing");
    assert_eq!(store.current().await.expect("a read"), Some(whole));
    assert_eq!(store.model(half).await.expect("a read"), None);
}

/// Two that learn at once get versions of their own; the newer one is served whichever ends first.
pub async fn two_may_learn_at_once(store: Arc<dyn ModelStore>) {
    let (one, other) = tokio::join!(store.begin(NOW), store.begin(NOW));
    let (one, other) = (one.expect("begun"), other.expect("begun"));
    assert_ne!(one, other);
    let (old, new) = (one.min(other), one.max(other));
    for version in [new, old] {
        store.put(version, 0, model(version, 3).parts().remove(0)).await.expect("written");
        assert!(store.finish(version, 1).await.expect("finished"));
        assert_eq!(store.current().await.expect("a read"), Some(new));
    }
}

/// A version can be taken back, once, and never the last one.
pub async fn a_model_can_be_taken_back(store: Arc<dyn ModelStore>) {
    let (first, second) = (write(&store, 3).await, write(&store, 4).await);
    assert!(!store.take_back(first).await.expect("an answer"), "it is not the one that is served");
    assert!(store.take_back(second).await.expect("an answer"));
    assert_eq!(store.current().await.expect("a read"), Some(first));
    assert!(!store.take_back(second).await.expect("an answer"));
    assert!(!store.take_back(first).await.expect("an answer"), "there is none before it");
    let third = write(&store, 5).await;
    assert_eq!(store.current().await.expect("a read"), Some(third));
}
