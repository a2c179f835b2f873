//! The serviceability service: answers from a table in memory and one call to inventory, and follows the network's
//! changes. It never routes per request and never waits for the network's store while it answers.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use arc_swap::ArcSwap;
use tokio::sync::Mutex;

use super::{
    compiler::Compiler,
    lookup::{Lookup, When},
    model::{Delivery, DeliveryPlace, Goods, Promise, Recomputed, ServingPair},
    table::Table,
};
use crate::{
    inventory::{Inventory, StockLevel},
    kernel::{
        clock::{Clock, Timestamp},
        error::{EngineError, EngineResult},
        ids::VariantId,
        pincodes::{self, Pincode},
    },
    logistics::ports::NetworkStore,
};

const ENGINE: &str = "serviceability";
/// Before the network was read.
const NEVER: i64 = i64::MIN;

/// Serviceability: a handle that is cheap to clone.
#[derive(Clone)]
pub struct Serviceability {
    inner: Arc<Inner>,
}

struct Inner {
    store: Arc<dyn NetworkStore>,
    inventory: Inventory,
    clock: Arc<dyn Clock>,
    /// What requests read.
    table: ArcSwap<Table>,
    /// When the table was last known to be the network's, in microseconds.
    current_at: AtomicI64,
    /// Who follows the network holds it; empty before the first reading and after one that broke off.
    compiler: Mutex<Option<Compiler>>,
}

impl fmt::Debug for Serviceability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serviceability").field("version", &self.version()).finish_non_exhaustive()
    }
}

impl Serviceability {
    /// Without a network yet: call [`Self::load`].
    pub fn new(store: Arc<dyn NetworkStore>, inventory: Inventory, clock: Arc<dyn Clock>) -> Self {
        let table = ArcSwap::from_pointee(Table::empty());
        let (current_at, compiler) = (AtomicI64::new(NEVER), Mutex::new(None));
        Self { inner: Arc::new(Inner { store, inventory, clock, table, current_at, compiler }) }
    }

    /// Reads the whole network and computes everything; promises stay as they were until it is done.
    ///
    /// # Errors
    /// When the network's store fails.
    pub async fn load(&self) -> EngineResult<()> {
        let mut compiler = self.inner.compiler.lock().await;
        self.read_all(&mut compiler).await.map(|_| ())
    }

    /// Follows the network's changes; whether there were any. Reads the whole network when it never was, or when too
    /// much changed.
    ///
    /// # Errors
    /// When the network's store fails; promises stay as they were and say how old they are.
    pub async fn refresh(&self) -> EngineResult<bool> {
        self.follow().await.map(|done| done.is_some())
    }

    /// The same, telling what it took; `None` when nothing changed.
    ///
    /// # Errors
    /// As [`Self::refresh`].
    pub async fn follow(&self) -> EngineResult<Option<Recomputed>> {
        let mut compiler = self.inner.compiler.lock().await;
        let Some(seen) = compiler.as_ref().map(Compiler::version) else {
            return self.read_all(&mut compiler).await.map(Some);
        };
        let asked_at = self.inner.clock.now();
        let now = self.inner.store.version().await?;
        if now == seen {
            self.inner.current_at.store(asked_at.micros(), Ordering::Release);
            return Ok(None);
        }
        // A version that fell back is another network: a restored backup.
        let changes = if now > seen { self.inner.store.changes_after(seen).await? } else { None };
        match (changes, compiler.take_if(|_| now > seen)) {
            (Some(changes), Some(mut known)) if known.knows(&changes) => {
                let (known, count) = off_thread(move || {
                    let count = known.apply(changes);
                    (known, count)
                })
                .await?;
                self.publish(&mut compiler, known, asked_at);
                tracing::info!(
                    network.version = count.version,
                    rows = count.rows,
                    last_miles = count.last_miles,
                    "promises follow a change of the network"
                );
                Ok(Some(count))
            }
            _ => self.read_all(&mut compiler).await.map(Some),
        }
    }

    /// The version of the network that promises follow; zero before the first reading.
    pub fn version(&self) -> u64 {
        self.inner.table.load().version
    }

    /// When the promises were last known to follow the network, for readiness; `None` before the first reading.
    pub fn current_at(&self) -> Option<Timestamp> {
        let micros = self.inner.current_at.load(Ordering::Acquire);
        (micros != NEVER).then_some(Timestamp::from_micros(micros))
    }

    /// Bytes that the table takes.
    pub fn table_bytes(&self) -> usize {
        self.inner.table.load().bytes()
    }

    /// Where a pincode is; `None` when there is no such pincode.
    pub fn check_pincode(&self, pincode: Pincode) -> Option<DeliveryPlace> {
        let district = pincodes::table::table().district(pincode)?;
        Some(DeliveryPlace { pincode, district: district.name.clone(), state: district.state.clone() })
    }

    /// Whether and when goods reach a pincode when ordered and paid now. In the order given; one call to inventory.
    ///
    /// # Errors
    /// When inventory fails, or the network has not been read yet.
    pub async fn deliveries(&self, goods: &[Goods], to: Pincode) -> EngineResult<Vec<Delivery>> {
        self.deliveries_at(goods, to, self.inner.clock.now()).await
    }

    /// The same for an order that is paid at an instant, as a quote promises.
    ///
    /// # Errors
    /// As [`Self::deliveries`].
    pub async fn deliveries_at(
        &self,
        goods: &[Goods],
        to: Pincode,
        ready_from: Timestamp,
    ) -> EngineResult<Vec<Delivery>> {
        let (levels, asked_at) = self.levels(goods).await?;
        Ok(self.promise_with(&levels, goods, to, ready_from, asked_at))
    }

    /// For each of the goods the promises of all warehouses that have enough and reach the pincode, the best first: what
    /// an order is allocated from.
    ///
    /// # Errors
    /// As [`Self::deliveries`].
    pub async fn from_warehouses(
        &self,
        goods: &[Goods],
        to: Pincode,
        ready_from: Timestamp,
    ) -> EngineResult<Vec<Vec<Promise>>> {
        let (levels, asked_at) = self.levels(goods).await?;
        let table = self.inner.table.load();
        let mut lookup = Lookup::new(&table, to, self.when(ready_from, asked_at));
        Ok(goods.iter().map(|g| lookup.promises(g, &levels)).collect())
    }

    /// Warehouses and handling classes that reach a pincode within so many hours when ordered now, the soonest first;
    /// none when the pincode is unknown or no courier goes there.
    pub fn serving_pairs(&self, to: Pincode, max_tat_hours: Option<u32>) -> Vec<ServingPair> {
        let (table, now) = (self.inner.table.load(), self.inner.clock.now());
        Lookup::new(&table, to, self.when(now, now)).pairs(max_tat_hours)
    }

    /// Promises for levels that the caller has read, at `asked_at`. Before the first reading no courier goes anywhere:
    /// callers that must tell the two apart ask [`Self::current_at`].
    pub fn promise_with(
        &self,
        levels: &HashMap<VariantId, Vec<StockLevel>>,
        goods: &[Goods],
        to: Pincode,
        ready_from: Timestamp,
        asked_at: Timestamp,
    ) -> Vec<Delivery> {
        let table = self.inner.table.load();
        let mut lookup = Lookup::new(&table, to, self.when(ready_from, asked_at));
        goods.iter().map(|g| lookup.delivery(g, levels)).collect()
    }

    /// An answer is as old as the older of what it was made from.
    fn when(&self, ready_from: Timestamp, asked_at: Timestamp) -> When {
        When { ready_from, asked_at, as_of: self.current_at().map_or(asked_at, |c| c.min(asked_at)) }
    }

    /// Stock of the goods, and when it was asked for.
    async fn levels(&self, goods: &[Goods]) -> EngineResult<(HashMap<VariantId, Vec<StockLevel>>, Timestamp)> {
        if self.current_at().is_none() {
            return Err(EngineError::retryable(ENGINE, "the delivery network has not been read yet"));
        }
        let asked_at = self.inner.clock.now();
        let mut seen = HashSet::with_capacity(goods.len());
        let variants: Vec<VariantId> = goods.iter().map(|g| g.variant).filter(|v| seen.insert(*v)).collect();
        if variants.is_empty() {
            return Ok((HashMap::new(), asked_at));
        }
        Ok((self.inner.inventory.levels(&variants).await?, asked_at))
    }

    async fn read_all(&self, compiler: &mut Option<Compiler>) -> EngineResult<Recomputed> {
        let asked_at = self.inner.clock.now();
        let network = self.inner.store.network().await?;
        let count = Recomputed { version: network.version, everything: true, ..Recomputed::default() };
        let known = off_thread(move || Compiler::new(network)).await?;
        self.publish(compiler, known, asked_at);
        tracing::info!(
            network.version = count.version,
            bytes = self.table_bytes(),
            "promises follow the whole network"
        );
        Ok(count)
    }

    fn publish(&self, compiler: &mut Option<Compiler>, known: Compiler, asked_at: Timestamp) {
        self.inner.table.store(Arc::new(known.table()));
        self.inner.current_at.store(asked_at.micros(), Ordering::Release);
        *compiler = Some(known);
    }
}

/// Computes off the threads that answer requests.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> EngineResult<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|broken| EngineError::retryable(ENGINE, format!("the table was not computed: {broken}")))
}
