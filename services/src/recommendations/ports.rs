//! What recommendations need from a store.

use async_trait::async_trait;

use super::model::{Model, Part};
use crate::kernel::{clock::Timestamp, error::EngineResult};

/// The store of models. Another learner (a job of a cluster) may write versions here by the same four steps.
///
/// Promises:
/// - versions are given out once and grow, also when two learn at once;
/// - a version is current only when all its parts are there and it was finished: one that was cut short never is;
/// - the current one is the newest that was finished and not taken back.
#[async_trait]
pub trait ModelStore: Send + Sync + 'static {
    /// Begins a version.
    async fn begin(&self, now: Timestamp) -> EngineResult<u64>;
    /// Writes a part, counted from 0.
    async fn put(&self, version: u64, number: usize, part: Part) -> EngineResult<()>;
    /// Makes a version whole and so current, unless a newer one is; lets go of versions of long ago. Answers whether all
    /// `parts` were there.
    async fn finish(&self, version: u64, parts: usize) -> EngineResult<bool>;
    /// The version to serve.
    async fn current(&self) -> EngineResult<Option<u64>>;
    /// A finished model.
    async fn model(&self, version: u64) -> EngineResult<Option<Model>>;
    /// Takes the current version back, so that the one before is served. Answers whether it was current and there was one
    /// before; the last one stays.
    async fn take_back(&self, version: u64) -> EngineResult<bool>;
}
