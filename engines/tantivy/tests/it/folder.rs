//! What lies on disk: it survives a restart, one process writes it, and broken or old folders are made anew.

use std::{collections::BTreeSet, fs, path::Path};

use engine_tantivy::TantivyIndex;
use services::search::{
    IndexChange, IndexQuery,
    contract::document,
    ports::{Checkpoint, IndexError, SearchIndex},
};

use crate::{NOW, clock};

fn open(root: &Path) -> TantivyIndex {
    TantivyIndex::open(root, clock()).expect("the index opens")
}

async fn put(index: &dyn SearchIndex, n: u128, title: &str) {
    let checkpoint = Checkpoint { items: i64::try_from(n).expect("small"), ..Checkpoint::default() };
    let change = IndexChange::Put(Box::new(document(n, title)));
    index.apply(vec![change], checkpoint, NOW).await.expect("the change is taken");
}

async fn titles(index: &TantivyIndex, text: &str) -> BTreeSet<u128> {
    let answer = index.search(IndexQuery::of(text, 50), NOW).await.expect("the index answers");
    answer.hits.iter().map(|h| h.item.0.as_u128()).collect()
}

fn folders(root: &Path) -> usize {
    fs::read_dir(root).expect("the root is there").flatten().filter(|e| e.path().is_dir()).count()
}

#[tokio::test]
async fn it_comes_back_after_a_restart_with_its_checkpoint() {
    let root = tempfile::tempdir().expect("a folder is made");
    let index = open(root.path());
    put(&index, 1, "lamp").await;
    let first = index.search(IndexQuery { limit: 0, ..IndexQuery::of("", 0) }, NOW).await.expect("the index answers");
    drop(index);
    let index = open(root.path());
    assert_eq!(titles(&index, "lamp").await, BTreeSet::from([1]));
    assert_eq!(index.checkpoint().await.expect("it has one").items, 1);
    let later = IndexQuery { generation: Some(first.generation), ..IndexQuery::of("", 5) };
    assert!(
        matches!(index.search(later, NOW).await, Err(IndexError::GenerationGone)),
        "held lists end with the process"
    );
}

#[tokio::test]
async fn a_second_process_is_told_to_stay_out() {
    let root = tempfile::tempdir().expect("a folder is made");
    let _index = open(root.path());
    let refused = TantivyIndex::open(root.path(), clock()).expect_err("the folder is locked");
    assert!(!refused.retryable);
    assert!(refused.message.contains("another process"), "{refused}");
}

#[tokio::test]
async fn a_rebuild_replaces_the_folder_and_survives_a_restart() {
    let root = tempfile::tempdir().expect("a folder is made");
    let index = open(root.path());
    put(&index, 1, "old lamp").await;
    let rebuilt = index.begin_rebuild().await.expect("it begins");
    put(&*rebuilt, 2, "new lamp").await;
    assert_eq!(folders(root.path()), 2);
    index.switch(rebuilt).await.expect("it switches");
    assert_eq!(folders(root.path()), 1, "the old one is cleared away");
    drop(index);
    assert_eq!(titles(&open(root.path()), "lamp").await, BTreeSet::from([2]));
}

#[tokio::test]
async fn a_rebuild_that_did_not_end_leaves_nothing() {
    let root = tempfile::tempdir().expect("a folder is made");
    let index = open(root.path());
    put(&index, 1, "lamp").await;
    let rebuilt = index.begin_rebuild().await.expect("it begins");
    put(&*rebuilt, 2, "lamp").await;
    drop((rebuilt, index));
    let index = open(root.path());
    assert_eq!(folders(root.path()), 1);
    assert_eq!(titles(&index, "lamp").await, BTreeSet::from([1]));
}

#[tokio::test]
async fn a_list_is_leafed_through_across_a_switch() {
    let root = tempfile::tempdir().expect("a folder is made");
    let index = open(root.path());
    for n in 1..=4 {
        put(&index, n, "lamp").await;
    }
    let first = index.search(IndexQuery::of("lamp", 2), NOW).await.expect("the index answers");
    let rebuilt = index.begin_rebuild().await.expect("it begins");
    index.switch(rebuilt).await.expect("it switches");
    let go_on = IndexQuery { offset: 2, generation: Some(first.generation), ..IndexQuery::of("lamp", 2) };
    let second = index.search(go_on, NOW).await.expect("the list is held");
    assert_eq!((second.total, second.hits.len()), (4, 2));
    assert!(titles(&index, "lamp").await.is_empty());
}

#[tokio::test]
async fn a_broken_folder_is_made_anew() {
    let root = tempfile::tempdir().expect("a folder is made");
    let index = open(root.path());
    put(&index, 1, "lamp").await;
    drop(index);
    let folder = fs::read_to_string(root.path().join("current")).expect("it is named");
    fs::write(root.path().join(folder).join("meta.json"), "{").expect("it is broken");
    let index = open(root.path());
    assert!(titles(&index, "lamp").await.is_empty());
    assert_eq!(index.checkpoint().await.expect("it has one"), Checkpoint::default());
    drop(index);
    fs::write(root.path().join("current"), "../elsewhere").expect("it is broken");
    assert_eq!(open(root.path()).count().await.expect("it counts"), 0);
}
