//! What activity needs from a store.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use uuid::Uuid;

use super::model::Record;
use crate::kernel::{clock::Timestamp, error::EngineResult, ids::ItemId};

/// The store of pseudonyms: the only place that knows who is behind one.
#[async_trait]
pub trait PseudonymStore: Send + Sync + 'static {
    /// The pseudonyms of owners; those without one get the one proposed.
    async fn pseudonyms(&self, proposed: HashMap<Uuid, Uuid>) -> EngineResult<HashMap<Uuid, Uuid>>;
    /// An owner's pseudonym; `None` before the first deed and after it was forgotten.
    async fn find(&self, owner: Uuid) -> EngineResult<Option<Uuid>>;
    /// Forgets an owner's, together with every record under it: what the log still keeps belongs to nobody any more.
    async fn forget(&self, owner: Uuid) -> EngineResult<()>;
    /// Whether an owner's deeds are recorded from now on.
    async fn choose(&self, owner: Uuid, recorded: bool) -> EngineResult<()>;
    /// Those of the owners whose deeds are not recorded.
    async fn silent(&self, owners: Vec<Uuid>) -> EngineResult<HashSet<Uuid>>;
}

/// Where a reader of all records stands.
pub type Place = (Timestamp, Uuid);

/// The store of records.
///
/// Promises: a record is kept once by its id; a record whose pseudonym belongs to nobody is not kept, so that what was
/// erased does not come back with a late event.
#[async_trait]
pub trait RecordStore: Send + Sync + 'static {
    /// Keeps records; answers how many were new.
    async fn keep(&self, records: Vec<Record>) -> EngineResult<usize>;
    /// Records under a pseudonym, newest first.
    async fn of(&self, pseudonym: Uuid, limit: usize) -> EngineResult<Vec<Record>>;
    /// Records about an item, newest first.
    async fn of_item(&self, item: ItemId, limit: usize) -> EngineResult<Vec<Record>>;
    /// Records after a place, oldest first.
    async fn after(&self, place: Place, limit: usize) -> EngineResult<Vec<Record>>;
    /// The newest record's place; `None` when there is none.
    async fn newest(&self) -> EngineResult<Option<Place>>;
}
