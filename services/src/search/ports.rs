//! What search needs from an index.
//!
//! Promises: changes of one call become findable together, with the offset that they came from; an older version of an
//! item never overwrites a newer; a generation that answered a query is held for five minutes, at most eight of them, so
//! that paging is stable. A removal is remembered with its version, so that a late older change does not bring the item back.

use async_trait::async_trait;

use super::model::{IndexAnswer, IndexChange, IndexQuery, Suggestions};
use crate::kernel::{
    clock::Timestamp,
    error::{EngineError, EngineResult},
};

/// Why an index did not answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum IndexError {
    /// The generation of the cursor is gone: start again from the beginning.
    #[error("the list moved on; start again from its beginning")]
    GenerationGone,
    /// The index failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// A named place on the log up to which an index is complete.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Checkpoint {
    /// Offset on topic `items`.
    pub items: i64,
    /// Offset on topic `stock`.
    pub stock: i64,
    /// Fingerprint of the category tree behind the documents.
    #[serde(default)]
    pub tree: u64,
}

/// A search index.
#[async_trait]
pub trait SearchIndex: Send + Sync + 'static {
    /// Applies changes and makes them findable; the checkpoint is stored with them.
    async fn apply(&self, changes: Vec<IndexChange>, checkpoint: Checkpoint, now: Timestamp) -> EngineResult<()>;
    /// The checkpoint stored with the last changes; zero for a new index.
    async fn checkpoint(&self) -> EngineResult<Checkpoint>;
    /// Searches.
    async fn search(&self, query: IndexQuery, now: Timestamp) -> Result<IndexAnswer, IndexError>;
    /// Completions of a prefix.
    async fn suggest(&self, prefix: &str, limit: usize) -> EngineResult<Suggestions>;
    /// A likelier spelling of the words, by what the index holds.
    async fn did_you_mean(&self, text: &str) -> EngineResult<Option<String>>;
    /// How many items it holds.
    async fn count(&self) -> EngineResult<u64>;
    /// Starts an empty index beside the serving one; what is applied to it shows only after `switch`.
    async fn begin_rebuild(&self) -> EngineResult<std::sync::Arc<dyn SearchIndex>>;
    /// Makes the rebuilt index the serving one, at once.
    async fn switch(&self, rebuilt: std::sync::Arc<dyn SearchIndex>) -> EngineResult<()>;
}
