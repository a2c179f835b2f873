//! What activity needs from a store.

use std::collections::HashMap;

use async_trait::async_trait;
use uuid::Uuid;

use crate::kernel::error::EngineResult;

/// The store of pseudonyms: the only place that knows who is behind one.
#[async_trait]
pub trait PseudonymStore: Send + Sync + 'static {
    /// The pseudonyms of owners; those without one get the one proposed.
    async fn pseudonyms(&self, proposed: HashMap<Uuid, Uuid>) -> EngineResult<HashMap<Uuid, Uuid>>;
    /// Forgets an owner's: what was done under it belongs to nobody any more.
    async fn forget(&self, owner: Uuid) -> EngineResult<()>;
}
