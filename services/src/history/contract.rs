//! What every archive of orders must hold.

use std::{sync::Arc, time::Duration};

use uuid::Uuid;

use super::{
    model::{self, ArchiveKey, Copy},
    ports::OrderArchive,
};
use crate::kernel::{clock::Timestamp, ids::OrderId};

fn copy(owner: u128, order: u128, seconds: u64, body: &str) -> Copy {
    let created_at = Timestamp::from_seconds(1_790_000_000) + Duration::from_secs(seconds);
    let (owner, order) = (Uuid::from_u128(owner), OrderId(Uuid::from_u128(order)));
    Copy { key: ArchiveKey { owner, created_at, order, checksum: model::checksum(body) }, body: body.to_owned() }
}

/// What was put is read back, letter by letter; what was not is missing.
pub async fn what_was_put_is_read_back(archive: Arc<dyn OrderArchive>) {
    let (one, two) = (copy(1, 1, 0, r#"{"title":"चाय – 250 g"}"#), copy(1, 2, 1, "{}"));
    archive.put(one.clone()).await.expect("puts");
    let found = archive.copies(&[one.key.clone(), two.key]).await.expect("reads");
    assert_eq!((found.len(), found.get(&one.key.order)), (1, Some(&one)));
    assert!(archive.copies(&[]).await.expect("reads").is_empty());
}

/// The same again changes nothing, and makes a torn one whole.
pub async fn a_put_again_is_once(archive: Arc<dyn OrderArchive>) {
    let whole = copy(1, 1, 0, "whole");
    let torn = Copy { body: "who".into(), ..whole.clone() };
    for put in [&torn, &whole, &whole] {
        archive.put(put.clone()).await.expect("puts");
        assert_eq!(archive.of_owner(put.key.owner, None, 10).await.expect("reads"), vec![put.clone()]);
    }
}

/// A late write of the order as it was stands beside the document, and takes nothing from it.
pub async fn an_older_copy_replaces_nothing(archive: Arc<dyn OrderArchive>) {
    let (now, before) = (copy(1, 1, 0, "as it is"), copy(1, 1, 0, "as it was"));
    archive.put(now.clone()).await.expect("puts");
    archive.put(before.clone()).await.expect("puts");
    for kept in [&now, &before] {
        let found = archive.copies(std::slice::from_ref(&kept.key)).await.expect("reads");
        assert_eq!(found.get(&kept.key.order), Some(kept));
    }
}

/// Newest first, over months, by position; of one owner only.
pub async fn an_owners_are_newest_first(archive: Arc<dyn OrderArchive>) {
    const MONTH: u64 = 31 * 86_400;
    // Two of one instant: the id decides. Months without any lie between.
    let all = [copy(1, 5, 9 * MONTH, "e"), copy(1, 4, 2 * MONTH, "d"), copy(1, 3, MONTH, "c"), copy(1, 2, MONTH, "b")];
    for c in all.iter().rev().chain([&copy(2, 9, MONTH, "other")]) {
        archive.put(c.clone()).await.expect("puts");
    }
    let owner = Uuid::from_u128(1);
    let mut walked = Vec::new();
    while let Some(last) = {
        let page = archive.of_owner(owner, walked.last().map(Copy::position), 3).await.expect("reads");
        walked.extend(page.clone());
        page.last().cloned()
    } {
        assert_eq!(walked.last(), Some(&last));
    }
    assert_eq!(walked, all);
}

/// What was erased is gone, and nothing else.
pub async fn what_was_erased_is_gone(archive: Arc<dyn OrderArchive>) {
    let (one, two) = (copy(1, 1, 0, "one"), copy(1, 2, 1, "two"));
    archive.put(one.clone()).await.expect("puts");
    archive.put(two.clone()).await.expect("puts");
    archive.erase(std::slice::from_ref(&one.key)).await.expect("erases");
    archive.erase(std::slice::from_ref(&one.key)).await.expect("twice is once");
    assert_eq!(archive.of_owner(one.key.owner, None, 10).await.expect("reads"), vec![two]);
}
