//! What every store of trends must hold.

use std::{collections::BTreeMap, sync::Arc};

use uuid::Uuid;

use super::{
    counting::{Counting, Tally},
    model::{Entry, Kind, Snapshot, Span, Subject},
    ports::TrendStore,
};
use crate::kernel::{
    clock::Timestamp,
    ids::{EventId, ItemId},
};

fn window(span: Span, version: u64, count: u64) -> Snapshot {
    let entry = Entry { subject: Subject::Item(ItemId(Uuid::from_u128(7))), count };
    Snapshot {
        span,
        version,
        as_of: Timestamp::from_seconds(1_790_000_000),
        lateness_seconds: 600,
        late: 2,
        reports: BTreeMap::from([(Kind::Bought, vec![entry]), (Kind::Searched, Vec::new())]),
    }
}

/// A window is read as it was written, and an older one never replaces it.
pub async fn the_newest_window_stays(store: Arc<dyn TrendStore>) {
    assert_eq!(store.window(Span::Hour).await.expect("a read"), None);
    let new = window(Span::Hour, 5, 50);
    assert_eq!(store.publish(vec![new.clone(), window(Span::Day, 1, 1)]).await.expect("written"), 2);
    assert_eq!(
        store.publish(vec![window(Span::Hour, 4, 40), window(Span::Hour, 5, 99)]).await.expect("passed over"),
        0
    );
    assert_eq!(store.window(Span::Hour).await.expect("a read"), Some(new));
    assert_eq!(store.window(Span::HalfHour).await.expect("a read"), None);
}

/// Counting is read as it was kept, with its windows.
pub async fn counting_survives(store: Arc<dyn TrendStore>) {
    assert_eq!(store.kept().await.expect("a read"), None);
    let mut counting = Counting::default();
    let now = Timestamp::from_seconds(1_790_000_000);
    let words =
        Tally { kind: Kind::Searched, subject: Subject::Words("दीया".into()), count: 1, who: Some(u64::MAX) };
    counting.take(EventId(Uuid::from_u128(1)), now, now, &[words]);
    counting.offsets.insert("orders".into(), 12);
    let windows = counting.snapshots(now);
    store.keep(counting.clone(), windows.clone()).await.expect("kept");
    store.keep(counting.clone(), windows.clone()).await.expect("kept twice");
    assert_eq!(store.kept().await.expect("a read"), Some(counting));
    assert_eq!(store.window(Span::Day).await.expect("a read"), windows.into_iter().find(|w| w.span == Span::Day));
}
