//! What logistics needs from a store and from courier partners.
//!
//! Promises: every change of the network raises its version by one and writes a `NetworkChanged` event in the same
//! transaction, so a reader that saw version n and asks for changes after n misses none.

use async_trait::async_trait;

use super::model::{Courier, Lane, Network, Reach};
use crate::kernel::{
    clock::Timestamp,
    error::EngineResult,
    pages::{Page, Window},
};

/// The store of the delivery network.
#[async_trait]
pub trait NetworkStore: Send + Sync + 'static {
    /// The whole network, read at one instant.
    async fn network(&self) -> EngineResult<Network>;
    /// Its version now.
    async fn version(&self) -> EngineResult<u64>;
    /// Replaces everything (demo seed, import). Raises the version.
    async fn replace(&self, network: Network, now: Timestamp) -> EngineResult<u64>;
    /// Inserts or replaces one lane by its code; answers the network's version after it.
    async fn save_lane(&self, lane: Lane, now: Timestamp) -> EngineResult<u64>;
    /// Inserts or replaces what a courier reaches from a station.
    async fn save_reach(&self, reach: Reach, now: Timestamp) -> EngineResult<u64>;
    /// A lane by its code.
    async fn lane(&self, code: &str) -> EngineResult<Option<Lane>>;
    /// Lanes by code.
    async fn lanes(&self, window: Window<String>) -> EngineResult<Page<Lane>>;
    /// Lanes changed after a version of the network, with the version now: what a running table must recompute. `None`:
    /// too much changed, read the whole network again.
    async fn changes_after(&self, version: u64) -> EngineResult<Option<NetworkChanges>>;
    /// All partners.
    async fn couriers(&self) -> EngineResult<Vec<Courier>>;
}

/// What changed since a version.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NetworkChanges {
    /// The version now.
    pub version: u64,
    /// Lanes as they are now.
    pub lanes: Vec<Lane>,
    /// Reaches as they are now.
    pub reaches: Vec<Reach>,
}
