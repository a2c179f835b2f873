//! The indexes of a shop on the server: `PREFIX` is an alias of the one that serves, `PREFIX.items-ID` are indexes of items,
//! each with an alias `….write` for as long as it may be written to, and `PREFIX.lists` holds which lists are leafed through.
//!
//! An index that was replaced loses both aliases at once: a writer that does not know yet fails, reads the checkpoint of the
//! new index and goes on from there, so no change is lost. The index itself goes a while later, when no list needs it.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use reqwest::Method;
use serde_json::{Value, json};
use services::kernel::{
    clock::Timestamp,
    error::{EngineError, EngineResult},
};
use tokio::time::Instant;

use crate::client::{Answer, Body, Client, ENGINE, Kind, error_type};

/// Settings and fields of an index of items. Its layout grows when the fields or the word rules change.
const MAPPING: &str = include_str!("mapping.json");
/// Settings and fields of the index of lists.
const LISTS: &str = include_str!("lists.json");
/// The document with the checkpoint.
pub(crate) const CHECKPOINT: &str = "checkpoint";
/// The oldest version that is supported.
const MAJOR_MIN: u32 = 8;
/// How often what is left over is looked for, and how long an index without aliases stays.
const TIDY_EVERY: Duration = Duration::from_secs(600);
/// How long lists are written down.
const LISTS_KEPT: Duration = Duration::from_secs(3_600);

/// The indexes of a shop. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Indexes(Arc<Inner>);

struct Inner {
    client: Client,
    prefix: String,
    prepared: AtomicBool,
    /// Held while somebody prepares, so that one does for all.
    preparing: tokio::sync::Mutex<()>,
    /// When left-overs were last looked for, and which were seen then. Held for no call.
    seen: Mutex<(Instant, HashSet<String>)>,
}

impl Indexes {
    /// Those that begin with a prefix.
    pub(crate) fn new(client: Client, prefix: String) -> Self {
        let (prepared, preparing) = (AtomicBool::default(), tokio::sync::Mutex::default());
        let seen = Mutex::new((Instant::now(), HashSet::new()));
        Self(Arc::new(Inner { client, prefix, prepared, preparing, seen }))
    }

    /// The alias of the index that serves.
    pub(crate) fn serving(&self) -> &str {
        &self.0.prefix
    }

    /// The index of lists.
    pub(crate) fn lists(&self) -> String {
        format!("{}.lists", self.0.prefix)
    }

    fn items(&self, id: &str) -> String {
        format!("{}.items-{id}", self.0.prefix)
    }

    /// Makes what is missing, once; every call does it first.
    ///
    /// # Errors
    /// Retryable when the server cannot be reached; else it refuses, and the sentence says what to do.
    pub(crate) async fn prepare(&self) -> EngineResult<()> {
        if self.0.prepared.load(Ordering::Acquire) {
            return Ok(());
        }
        let _one = self.0.preparing.lock().await;
        if self.0.prepared.load(Ordering::Acquire) {
            return Ok(());
        }
        self.check_version().await?;
        let first = self.items("first");
        if self.serving_index().await?.is_none() {
            self.create(&first, true).await?;
        }
        if self.serving_index().await?.is_none() {
            return Err(EngineError::permanent(
                ENGINE,
                format!(
                    "the alias {} is missing beside the index {first}: delete that index or use another prefix",
                    self.0.prefix
                ),
            ));
        }
        self.check_layout().await?;
        self.make(&self.lists(), body(LISTS)).await?;
        self.0.prepared.store(true, Ordering::Release);
        Ok(())
    }

    /// What was prepared may be gone: the next call looks.
    pub(crate) fn look_again(&self) {
        self.0.prepared.store(false, Ordering::Release);
    }

    async fn check_version(&self) -> EngineResult<()> {
        let path = "_nodes/_local?filter_path=nodes.*.version";
        let answer = self.0.client.call(Kind::Read, Method::GET, path, Body::Empty).await?.done()?;
        let version = answer["nodes"].as_object().and_then(|nodes| nodes.values().next()?["version"].as_str());
        let Some(version) = version else {
            return Err(EngineError::permanent(ENGINE, "the server at the URL is no Elasticsearch"));
        };
        let major = version.split('.').next().and_then(|n| n.parse::<u32>().ok()).unwrap_or(0);
        if major < MAJOR_MIN {
            let told = format!("Elasticsearch {version} is too old: version {MAJOR_MIN}.0 or newer is needed");
            return Err(EngineError::permanent(ENGINE, told));
        }
        Ok(())
    }

    async fn check_layout(&self) -> EngineResult<()> {
        let path = format!("{}/_mapping", self.0.prefix);
        let answer = self.0.client.call(Kind::Read, Method::GET, &path, Body::Empty).await?.done()?;
        let wanted = &body(MAPPING)["mappings"]["_meta"]["layout"];
        for (index, described) in answer.as_object().into_iter().flatten() {
            let layout = &described["mappings"]["_meta"]["layout"];
            if layout != wanted {
                return Err(EngineError::permanent(
                    ENGINE,
                    format!(
                        "the index {index} has another mapping (layout {layout}, this build needs {wanted}): end the URL with another prefix, and its index fills itself"
                    ),
                ));
            }
        }
        Ok(())
    }

    /// The index behind the serving alias.
    async fn serving_index(&self) -> EngineResult<Option<String>> {
        let path = format!("_alias/{}", self.0.prefix);
        match self.0.client.call(Kind::Read, Method::GET, &path, Body::Empty).await? {
            Answer::Otherwise(status, _) if status.as_u16() == 404 => Ok(None),
            answer => Ok(answer.done()?.as_object().and_then(|indexes| indexes.keys().next().cloned())),
        }
    }

    /// Makes an empty index of items beside the serving one.
    pub(crate) async fn create_beside(&self) -> EngineResult<String> {
        let index = self.items(&uuid::Uuid::now_v7().simple().to_string());
        self.create(&index, false).await?;
        Ok(index)
    }

    async fn create(&self, index: &str, serves: bool) -> EngineResult<()> {
        let mut described = body(MAPPING);
        described["aliases"] = json!({ (write_alias(index)): {} });
        if serves {
            described["aliases"][self.serving()] = json!({});
        }
        self.make(index, described).await
    }

    /// Makes an index that may be there already.
    async fn make(&self, index: &str, described: Value) -> EngineResult<()> {
        match self.0.client.call(Kind::Write, Method::PUT, index, Body::Json(described)).await? {
            Answer::Otherwise(_, value) if error_type(&value) == "resource_already_exists_exception" => Ok(()),
            answer => answer.done().map(|_| ()),
        }
    }

    /// Makes another index the serving one, at once.
    pub(crate) async fn switch(&self, to: &str) -> EngineResult<()> {
        let before = self.serving_index().await?;
        if before.as_deref() == Some(to) {
            return Ok(());
        }
        let mut actions = vec![json!({ "add": { "index": to, "alias": self.serving() } })];
        if let Some(index) = &before {
            actions.push(json!({ "remove": { "index": index, "alias": self.serving() } }));
            actions.push(json!({ "remove": { "index": index, "alias": write_alias(index) } }));
        }
        let body = Body::Json(json!({ "actions": actions }));
        match self.0.client.call(Kind::Write, Method::POST, "_aliases", body).await? {
            // A call that was made twice finds its work done.
            Answer::Otherwise(..) if self.serving_index().await?.as_deref() == Some(to) => Ok(()),
            answer => answer.done().map(|_| ()),
        }
    }

    /// Deletes the indexes of items that do not serve: of rebuilds that were given up or replaced.
    pub(crate) async fn clear_beside(&self) -> EngineResult<()> {
        let serving = self.serving_index().await?;
        let all = self.all().await?;
        self.delete(all.into_iter().map(|(name, _)| name).filter(|n| serving.as_ref() != Some(n)).collect()).await
    }

    /// Once in a while: deletes replaced indexes that no list needs any more, and lists that nobody goes on with.
    pub(crate) async fn tidy(&self, now: Timestamp) -> EngineResult<()> {
        {
            let mut seen = self.0.seen.lock();
            if seen.0.elapsed() < TIDY_EVERY {
                return Ok(());
            }
            seen.0 = Instant::now();
        }
        let replaced: HashSet<String> =
            self.all().await?.into_iter().filter(|(_, aliases)| *aliases == 0).map(|(name, _)| name).collect();
        let before = std::mem::replace(&mut self.0.seen.lock().1, replaced.clone());
        self.delete(replaced.intersection(&before).cloned().collect()).await?;
        self.clear_lists(now).await
    }

    /// All indexes of items, and how many aliases each has.
    async fn all(&self) -> EngineResult<Vec<(String, usize)>> {
        let path = format!("{}/_alias", self.items("*"));
        let answer = self.0.client.call(Kind::Write, Method::GET, &path, Body::Empty).await?.done()?;
        let indexes = answer.as_object().into_iter().flatten();
        Ok(indexes.map(|(name, i)| (name.clone(), i["aliases"].as_object().map_or(0, |a| a.len()))).collect())
    }

    async fn delete(&self, indexes: Vec<String>) -> EngineResult<()> {
        for index in indexes {
            match self.0.client.call(Kind::Write, Method::DELETE, &index, Body::Empty).await? {
                Answer::Otherwise(status, _) if status.as_u16() == 404 => {}
                answer => drop(answer.done()?),
            }
        }
        Ok(())
    }

    async fn clear_lists(&self, now: Timestamp) -> EngineResult<()> {
        let old = json!({ "range": { "used": { "lt": (now - LISTS_KEPT).micros() } } });
        let question = Body::Json(json!({ "size": 5_000, "query": old, "_source": false }));
        let path = format!("{}/_search", self.lists());
        let answer = self.0.client.call(Kind::Write, Method::POST, &path, question).await?.done()?;
        let ids = answer["hits"]["hits"].as_array().into_iter().flatten().filter_map(|h| h["_id"].as_str());
        let lines: String = ids.map(|id| format!("{}\n", json!({ "delete": { "_id": id } }))).collect();
        if !lines.is_empty() {
            let path = format!("{}/_bulk", self.lists());
            self.0.client.call(Kind::Write, Method::POST, &path, Body::Lines(lines)).await?.done()?;
        }
        Ok(())
    }
}

/// The alias through which an index is written to.
pub(crate) fn write_alias(index: &str) -> String {
    format!("{index}.write")
}

/// An instant as it is written down.
pub(crate) fn read_time(value: &Value) -> Option<Timestamp> {
    value.as_i64().map(Timestamp::from_micros)
}

fn body(text: &str) -> Value {
    serde_json::from_str(text).expect("a test reads the shipped mappings")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_mappings_are_read() {
        assert!(body(MAPPING)["mappings"]["_meta"]["layout"].is_u64());
        assert!(body(LISTS)["mappings"]["properties"]["pit"].is_object());
    }
}
