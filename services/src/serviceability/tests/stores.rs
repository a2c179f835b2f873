//! Small working stores: a network that remembers what changed, and levels that count their calls.

use std::collections::HashMap;

use async_trait::async_trait;
use parking_lot::Mutex;

use super::fixture::{levels, put_lane, put_reach};
use crate::{
    inventory::{LedgerRow, Moved, StockLevel, StockMove, ports::InventoryStore},
    kernel::{
        clock::Timestamp,
        error::{EngineError, EngineResult},
        ids::{LedgerId, VariantId},
        pages::{Page, Window},
    },
    logistics::{
        Courier, Lane, Network, Reach,
        ports::{NetworkChanges, NetworkStore},
    },
};

/// A network in memory that keeps which version changed what, and how often it was read whole.
#[derive(Default)]
pub(super) struct SmallNetworkStore {
    state: Mutex<(Network, Vec<(u64, Change)>)>,
    pub(super) whole_reads: Mutex<u32>,
    pub(super) down: Mutex<bool>,
}

#[derive(Clone)]
enum Change {
    Lane(String),
    Reach(String, String),
}

impl SmallNetworkStore {
    pub(super) fn new(network: Network) -> Self {
        Self { state: Mutex::new((network, Vec::new())), ..Self::default() }
    }
    /// As if a backup had been restored.
    pub(super) fn set(&self, network: Network) {
        *self.state.lock() = (network, Vec::new());
    }
    fn up(&self) -> EngineResult<()> {
        if *self.down.lock() { Err(EngineError::retryable("network", "switched off by the test")) } else { Ok(()) }
    }
}

#[async_trait]
impl NetworkStore for SmallNetworkStore {
    async fn network(&self) -> EngineResult<Network> {
        self.up()?;
        *self.whole_reads.lock() += 1;
        Ok(self.state.lock().0.clone())
    }
    async fn version(&self) -> EngineResult<u64> {
        self.up()?;
        Ok(self.state.lock().0.version)
    }
    async fn replace(&self, network: Network, _now: Timestamp) -> EngineResult<u64> {
        let mut state = self.state.lock();
        let version = state.0.version + 1;
        *state = (Network { version, ..network }, Vec::new());
        Ok(version)
    }
    async fn save_lane(&self, lane: Lane, _now: Timestamp) -> EngineResult<u64> {
        let (network, changes) = &mut *self.state.lock();
        network.version += 1;
        changes.push((network.version, Change::Lane(lane.code.clone())));
        put_lane(network, lane);
        Ok(network.version)
    }
    async fn save_reach(&self, reach: Reach, _now: Timestamp) -> EngineResult<u64> {
        let (network, changes) = &mut *self.state.lock();
        network.version += 1;
        changes.push((network.version, Change::Reach(reach.courier.clone(), reach.station.clone())));
        put_reach(network, reach);
        Ok(network.version)
    }
    async fn lane(&self, code: &str) -> EngineResult<Option<Lane>> {
        Ok(self.state.lock().0.lanes.iter().find(|l| l.code == code).cloned())
    }
    async fn lanes(&self, window: Window<String>) -> EngineResult<Page<Lane>> {
        let mut rows = self.state.lock().0.lanes.clone();
        rows.sort_by(|a, b| a.code.cmp(&b.code));
        match &window {
            Window::Forwards { after, .. } => rows.retain(|l| after.as_ref().is_none_or(|a| l.code > *a)),
            Window::Backwards { before, .. } => {
                rows.retain(|l| before.as_ref().is_none_or(|b| l.code < *b));
                rows.reverse();
            }
        }
        Ok(Page::from_surplus(rows, &window))
    }
    async fn changes_after(&self, version: u64) -> EngineResult<Option<NetworkChanges>> {
        self.up()?;
        let (network, changes) = &*self.state.lock();
        if changes.first().is_none_or(|(first, _)| *first > version + 1) {
            return Ok(None);
        }
        let mut found = NetworkChanges { version: network.version, ..NetworkChanges::default() };
        for (_, change) in changes.iter().filter(|(v, _)| *v > version) {
            match change {
                Change::Lane(code) => found.lanes.extend(network.lanes.iter().find(|l| l.code == *code).cloned()),
                Change::Reach(c, s) => {
                    found.reaches.extend(network.reaches.iter().find(|r| r.courier == *c && r.station == *s).cloned());
                }
            }
        }
        Ok(Some(found))
    }
    async fn couriers(&self) -> EngineResult<Vec<Courier>> {
        Ok(self.state.lock().0.couriers.clone())
    }
}

/// Levels in memory; counts how often it is asked.
#[derive(Default)]
pub(super) struct SmallInventoryStore {
    pub(super) levels: Mutex<Vec<StockLevel>>,
    pub(super) calls: Mutex<u32>,
}

#[async_trait]
impl InventoryStore for SmallInventoryStore {
    async fn levels(&self, variants: &[VariantId]) -> EngineResult<HashMap<VariantId, Vec<StockLevel>>> {
        *self.calls.lock() += 1;
        Ok(levels(self.levels.lock().iter().filter(|l| variants.contains(&l.variant)).cloned().collect()))
    }
    async fn apply(&self, moves: Vec<StockMove>, _now: Timestamp) -> EngineResult<Vec<Moved>> {
        let mut levels = self.levels.lock();
        levels.extend(moves.iter().map(|m| StockLevel {
            variant: m.variant,
            warehouse: m.warehouse.clone(),
            available: u32::try_from(m.quantity).unwrap_or(0),
            reserved: 0,
            sold: 0,
        }));
        Ok(vec![Moved::Done; moves.len()])
    }
    async fn ledger(&self, _after: Option<LedgerId>, _limit: usize) -> EngineResult<Vec<LedgerRow>> {
        Ok(Vec::new())
    }
    async fn scan_levels(&self, _after: Option<(VariantId, String)>, limit: usize) -> EngineResult<Vec<StockLevel>> {
        Ok(self.levels.lock().iter().take(limit).cloned().collect())
    }
}
