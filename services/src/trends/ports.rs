//! What trends need from a store.

use async_trait::async_trait;

use super::{
    counting::Counting,
    model::{Snapshot, Span},
};
use crate::kernel::error::EngineResult;

/// The store of windows, and of the counting behind them.
///
/// Promises:
/// - a window is read whole, as one writer wrote it, never a mixture;
/// - an older or equal version never replaces a newer one, so that writers may run twice;
/// - windows and counting of one `keep` are written together or not at all.
///
/// A counter outside this process (a job of a cluster) only calls `publish`, and the worker here is left out of the roles.
#[async_trait]
pub trait TrendStore: Send + Sync + 'static {
    /// Writes whole windows; answers how many were newer than what was there.
    async fn publish(&self, windows: Vec<Snapshot>) -> EngineResult<usize>;
    /// A window; `None` before the first was written.
    async fn window(&self, span: Span) -> EngineResult<Option<Snapshot>>;
    /// Writes windows together with the counting that they come from.
    async fn keep(&self, counting: Counting, windows: Vec<Snapshot>) -> EngineResult<()>;
    /// The counting that was written last; `None` before the first.
    async fn kept(&self) -> EngineResult<Option<Counting>>;
}
