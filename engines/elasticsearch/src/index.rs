//! The port: `SearchIndex` on the indexes of a shop. Writes go first, then they are made findable, then the checkpoint is
//! written: a crash in between repeats changes and never loses one. A version on the server is twice the item's version, and
//! one more for the memory of its removal, so the server itself refuses what is older.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use parking_lot::Mutex;
use reqwest::Method;
use serde_json::{Value, json};
use services::{
    kernel::{
        clock::{Clock, Timestamp},
        error::{EngineError, EngineResult},
    },
    search::{
        IndexAnswer, IndexChange, IndexQuery, Suggestions,
        ports::{Checkpoint, IndexError, SearchIndex},
    },
};

use crate::{
    client::{Answer, Body, Client, ENGINE, Kind, refused},
    complete,
    documents::{document, tombstone},
    filters,
    generations::{Generation, Generations},
    indexes::{CHECKPOINT, Indexes, write_alias},
    search,
    snapshot::Snapshot,
    spelling,
};

/// How long a search may take, all its calls together.
const SEARCH_MAX: Duration = Duration::from_secs(4);
/// Bytes of one call with changes; one document may go beyond.
const BULK_BYTES: usize = 4_000_000;
/// Places in lists that are remembered, so that the next page begins there.
const PLACES_MAX: u64 = 4_096;
/// How long they are remembered: as long as a list is held.
const PLACES_KEPT: Duration = Duration::from_secs(300);

/// A search index on Elasticsearch. Cheap to clone: clones are one index.
#[derive(Clone)]
pub struct ElasticsearchIndex(Arc<Inner>);

struct Inner {
    client: Client,
    indexes: Indexes,
    clock: Arc<dyn Clock>,
    /// A rebuild's own index; `None`: whatever serves.
    own: Option<String>,
    /// The index that the last checkpoint was read from. It is written to until it refuses.
    writes: Mutex<Option<String>>,
    generations: Generations,
    places: moka::sync::Cache<(u64, u64, usize), Value>,
    /// The rebuild that `switch` may take.
    rebuild: Mutex<Option<Arc<ElasticsearchIndex>>>,
}

impl std::fmt::Debug for ElasticsearchIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ElasticsearchIndex").field("client", &self.0.client).finish_non_exhaustive()
    }
}

impl ElasticsearchIndex {
    /// Reads the URL, `elasticsearch://user:password@host:port/prefix`; connects with the first call.
    ///
    /// # Errors
    /// When the URL is malformed.
    pub fn open(url: &str, clock: Arc<dyn Clock>) -> EngineResult<Self> {
        let (client, prefix) = Client::open(url)?;
        let indexes = Indexes::new(client.clone(), prefix);
        Ok(Self::over(client, indexes, clock, None))
    }

    fn over(client: Client, indexes: Indexes, clock: Arc<dyn Clock>, own: Option<String>) -> Self {
        let reads = own.clone().unwrap_or_else(|| indexes.serving().to_owned());
        let generations = Generations::new(client.clone(), indexes.clone(), reads);
        let places = moka::sync::Cache::builder().max_capacity(PLACES_MAX).time_to_live(PLACES_KEPT).build();
        let (writes, rebuild) = (Mutex::new(own.clone()), Mutex::default());
        Self(Arc::new(Inner { client, indexes, clock, own, writes, generations, places, rebuild }))
    }

    /// Looks at the server and makes what is missing. Every call does so until one succeeded.
    ///
    /// # Errors
    /// Retryable when the server cannot be reached; else it refuses, and the sentence says what to do.
    pub async fn prepare(&self) -> EngineResult<()> {
        self.0.indexes.prepare().await
    }
}

impl Inner {
    fn reads(&self) -> &str {
        self.own.as_deref().unwrap_or_else(|| self.indexes.serving())
    }

    /// The checkpoint, and the index that it was read from.
    async fn read_checkpoint(&self) -> EngineResult<(Checkpoint, String)> {
        self.indexes.prepare().await?;
        let path = format!("{}/_doc/{CHECKPOINT}", self.reads());
        let value = match self.client.call(Kind::Read, Method::GET, &path, Body::Empty).await? {
            Answer::Otherwise(_, value) if value["found"] == false => value,
            answer => self.noticed(answer.done())?,
        };
        let index = value["_index"].as_str().unwrap_or_default().to_owned();
        let checkpoint = match &value["_source"]["checkpoint"] {
            Value::Null => Checkpoint::default(),
            written => serde_json::from_value(written.clone()).map_err(|e| {
                EngineError::permanent(ENGINE, format!("the checkpoint of {index} cannot be read: {e}"))
            })?,
        };
        Ok((checkpoint, index))
    }

    /// Remembers when an index is gone that should be there.
    fn noticed<T>(&self, answer: EngineResult<T>) -> EngineResult<T> {
        if answer.as_ref().is_err_and(|e| e.message.contains("index_not_found_exception")) {
            *self.writes.lock() = self.own.clone();
            self.indexes.look_again();
        }
        answer
    }

    async fn write(&self, changes: &[IndexChange], checkpoint: &Checkpoint, now: Timestamp) -> EngineResult<()> {
        let known = self.writes.lock().clone();
        let index = match known {
            Some(index) => index,
            None => {
                let (_, index) = self.read_checkpoint().await?;
                *self.writes.lock() = Some(index.clone());
                index
            }
        };
        let alias = write_alias(&index);
        let call = async |path: String, body| self.client.call(Kind::Write, Method::POST, &path, body).await?.done();
        let mut lines = String::new();
        for (at, change) in changes.iter().enumerate() {
            add(&mut lines, change);
            if lines.len() >= BULK_BYTES || at + 1 == changes.len() {
                let body = Body::Lines(std::mem::take(&mut lines));
                taken(&call(format!("{alias}/_bulk?require_alias=true"), body).await?)?;
            }
        }
        if !changes.is_empty() {
            call(format!("{alias}/_refresh"), Body::Empty).await?;
        }
        let body = Body::Json(json!({ "checkpoint": checkpoint, "at": now.micros() }));
        call(format!("{alias}/_doc/{CHECKPOINT}?require_alias=true"), body).await?;
        Ok(())
    }

    /// Asks the newest state; once more if the server forgot it meanwhile.
    async fn newest<T, F: Future<Output = Result<T, IndexError>>>(
        &self,
        ask: impl Fn(Snapshot) -> F,
    ) -> EngineResult<T> {
        let asked = async {
            self.indexes.prepare().await?;
            for _ in 0..2 {
                let generation = self.generations.newest(self.clock.now()).await?;
                match ask(generation.snapshot.clone()).await {
                    Err(IndexError::GenerationGone) => self.generations.forget(generation.id).await,
                    answer => return answer,
                }
            }
            Err(IndexError::GenerationGone)
        };
        self.noticed(bounded(asked).await.map_err(|e| match e {
            IndexError::Engine(e) => e,
            IndexError::GenerationGone => EngineError::retryable(ENGINE, "the server forgets what it is asked about"),
        }))
    }

    async fn search_in(
        &self,
        generation: &Arc<Generation>,
        query: &IndexQuery,
        now: Timestamp,
    ) -> Result<IndexAnswer, IndexError> {
        let list = fingerprint(query);
        let after = self.places.get(&(generation.id, list, query.offset)).filter(|_| query.offset > 0);
        let found = search::run(&generation.snapshot, query, after).await?;
        let seen = query.offset + found.hits.len();
        if let Some(place) = found.last {
            self.places.insert((generation.id, list, seen), place);
        }
        if query.generation.is_some() || u64::try_from(seen).unwrap_or(u64::MAX) < found.total {
            self.generations.hold(generation, now).await;
        }
        Ok(IndexAnswer {
            hits: found.hits,
            total: found.total,
            hidden: found.hidden,
            facets: found.facets,
            generation: generation.id,
            as_of: generation.as_of,
        })
    }
}

#[async_trait]
impl SearchIndex for ElasticsearchIndex {
    async fn apply(&self, changes: Vec<IndexChange>, checkpoint: Checkpoint, now: Timestamp) -> EngineResult<()> {
        self.0.indexes.prepare().await?;
        let written = self.0.noticed(self.0.write(&changes, &checkpoint, now).await);
        // Even what failed may have changed something.
        self.0.generations.changed();
        written?;
        if let Err(e) = self.0.indexes.tidy(now).await {
            tracing::warn!(error = %e, "left-overs of the search index stay a while longer");
        }
        Ok(())
    }

    async fn checkpoint(&self) -> EngineResult<Checkpoint> {
        let (checkpoint, index) = self.0.read_checkpoint().await?;
        *self.0.writes.lock() = Some(index);
        Ok(checkpoint)
    }

    async fn search(&self, query: IndexQuery, now: Timestamp) -> Result<IndexAnswer, IndexError> {
        let Some(id) = query.generation else {
            let query = &query;
            return bounded(async {
                self.0.noticed(self.0.indexes.prepare().await)?;
                let mut tries = 0;
                loop {
                    let generation = self.0.noticed(self.0.generations.newest(now).await)?;
                    tries += 1;
                    match self.0.search_in(&generation, query, now).await {
                        Err(IndexError::GenerationGone) if tries < 2 => self.0.generations.forget(generation.id).await,
                        answer => return answer,
                    }
                }
            })
            .await;
        };
        bounded(async {
            self.0.indexes.prepare().await?;
            let generation = self.0.generations.find(id, now).await?;
            let answer = self.0.search_in(&generation, &query, now).await;
            if matches!(answer, Err(IndexError::GenerationGone)) {
                self.0.generations.forget(id).await;
            }
            answer
        })
        .await
    }

    async fn suggest(&self, prefix: &str, limit: usize) -> EngineResult<Suggestions> {
        self.0.newest(|snapshot| async move { complete::suggest(&snapshot, prefix, limit).await }).await
    }

    async fn did_you_mean(&self, text: &str) -> EngineResult<Option<String>> {
        self.0.newest(|snapshot| async move { spelling::did_you_mean(&snapshot, text).await }).await
    }

    async fn count(&self) -> EngineResult<u64> {
        self.0.indexes.prepare().await?;
        let path = format!("{}/_count", self.0.reads());
        let body = Body::Json(json!({ "query": filters::live() }));
        let answer = self.0.client.call(Kind::Read, Method::POST, &path, body).await?.done();
        let answer = self.0.noticed(answer)?;
        answer["count"].as_u64().ok_or_else(|| EngineError::permanent(ENGINE, "the server answered no count"))
    }

    async fn begin_rebuild(&self) -> EngineResult<Arc<dyn SearchIndex>> {
        self.0.indexes.prepare().await?;
        self.0.indexes.clear_beside().await?;
        let own = self.0.indexes.create_beside().await?;
        let (client, indexes) = (self.0.client.clone(), self.0.indexes.clone());
        let rebuilt = Arc::new(Self::over(client, indexes, self.0.clock.clone(), Some(own)));
        *self.0.rebuild.lock() = Some(rebuilt.clone());
        Ok(rebuilt)
    }

    async fn switch(&self, rebuilt: Arc<dyn SearchIndex>) -> EngineResult<()> {
        let mine = {
            let offered = Arc::as_ptr(&rebuilt).cast::<()>();
            self.0.rebuild.lock().take_if(|r| std::ptr::eq(Arc::as_ptr(r).cast::<()>(), offered))
        };
        let Some(own) = mine.and_then(|mine| mine.0.own.clone()) else {
            return Err(EngineError::permanent(ENGINE, "what is to be switched to is no rebuild of this index"));
        };
        self.0.indexes.switch(&own).await?;
        *self.0.writes.lock() = None;
        self.0.generations.changed();
        Ok(())
    }
}

/// A bound on a search as a whole.
async fn bounded<T>(search: impl Future<Output = Result<T, IndexError>>) -> Result<T, IndexError> {
    match tokio::time::timeout(SEARCH_MAX, search).await {
        Ok(answer) => answer,
        Err(_) => Err(EngineError::retryable(ENGINE, "the search did not end in time").into()),
    }
}

/// A change as two lines of a call.
fn add(lines: &mut String, change: &IndexChange) {
    let (item, version, doc) = match change {
        IndexChange::Put(doc) => (doc.item, doc.version.saturating_mul(2), document(doc)),
        IndexChange::Remove { item, version } => (*item, version.saturating_mul(2).saturating_add(1), tombstone()),
    };
    // The same version again is welcome, its stock may differ.
    let how = json!({ "index": { "_id": item.to_string(), "version": version, "version_type": "external_gte" } });
    for line in [how, doc] {
        lines.push_str(&line.to_string());
        lines.push('\n');
    }
}

/// Whether the server took all changes; one that is older than what it has is done.
fn taken(answer: &Value) -> EngineResult<()> {
    let items = answer["items"].as_array().into_iter().flatten();
    let refusal = items.map(|i| &i["index"]).find(|i| !matches!(i["status"].as_u64(), Some(200..=299 | 409)));
    match refusal {
        None => Ok(()),
        Some(item) => {
            let status = item["status"].as_u64().and_then(|s| u16::try_from(s).ok()).unwrap_or(500);
            let status = reqwest::StatusCode::from_u16(status).unwrap_or(reqwest::StatusCode::INTERNAL_SERVER_ERROR);
            Err(refused(status, item))
        }
    }
}

/// Which list a query asks for, whatever page and counts of it.
fn fingerprint(query: &IndexQuery) -> u64 {
    let mut hasher = DefaultHasher::new();
    let serving = query
        .serving
        .as_ref()
        .map(|pairs| pairs.iter().map(|p| (p.warehouse.as_str(), p.handling, p.rank)).collect::<Vec<_>>());
    (&query.text, query.sort, query.keep_unserved, serving, json!(query.filters).to_string()).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_older_counts_as_done_and_what_is_refused_does_not() {
        let answer =
            |status: u16| json!({ "items": [{ "index": { "status": 201 } }, { "index": { "status": status } }] });
        assert!(taken(&answer(409)).is_ok());
        assert!(taken(&answer(429)).expect_err("it is full").retryable);
        assert!(!taken(&answer(400)).expect_err("it is refused").retryable);
    }

    #[test]
    fn pages_of_one_list_share_a_fingerprint() {
        let query = IndexQuery::of("tv", 10);
        let next = IndexQuery { offset: 10, generation: Some(1), ..query.clone() };
        assert_eq!(fingerprint(&query), fingerprint(&next));
        assert_ne!(fingerprint(&query), fingerprint(&IndexQuery::of("radio", 10)));
    }
}
