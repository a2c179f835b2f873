//! A small shop in memory around a real index: working stores and a log, so that the search service and its consumer can
//! be tested and measured without another engine. Shared by the tests and by the quality measure.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use async_trait::async_trait;
use engine_tantivy::TantivyIndex;
use parking_lot::Mutex;
use services::{
    inventory::{Inventory, LedgerRow, Moved, StockLevel, StockMove, ports::InventoryStore},
    items::{
        Category, Item, Items,
        ports::{ItemStore, Saved},
    },
    kernel::{
        clock::{ManualClock, Timestamp},
        error::{EngineError, EngineResult},
        events::{DeadLetter, Delivered, Event, EventLog, ItemsEvent, NewEvent, StockEvent, Topic},
        ids::{CategoryId, EventId, ItemId, LedgerId, SeededIds, VariantId},
        pages::{Page, Window},
    },
    logistics::{
        Courier, Lane, Network, Reach,
        ports::{NetworkChanges, NetworkStore},
    },
    search::{Search, Synonyms, ports::SearchIndex},
    serviceability::Serviceability,
};
use uuid::Uuid;

/// When the tests play.
pub const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

/// The services around the index, and what is under them.
pub struct Shop {
    /// Topics in memory.
    pub log: Arc<MemoryLog>,
    /// The item service.
    pub items: Items,
    /// Its store, to count its calls.
    pub item_store: Arc<MemoryItems>,
    /// The inventory service.
    pub inventory: Inventory,
    /// Its store, to make it fail.
    pub stock: Arc<MemoryInventory>,
    /// Lanes and promises.
    pub serviceability: Serviceability,
    /// The index itself.
    pub index: Arc<TantivyIndex>,
    /// What is tested.
    pub search: Search,
    /// Moves only when told.
    pub clock: Arc<ManualClock>,
}

impl Shop {
    /// An empty shop with a delivery network.
    pub async fn open(network: Network) -> Self {
        let clock = Arc::new(ManualClock::new(NOW));
        let log = Arc::new(MemoryLog::default());
        let item_store = Arc::new(MemoryItems { log: log.clone(), ..MemoryItems::default() });
        let items = Items::new(item_store.clone(), clock.clone(), Arc::new(SeededIds::new(1)));
        let stock = Arc::new(MemoryInventory { log: log.clone(), ..MemoryInventory::default() });
        let inventory = Inventory::new(stock.clone(), clock.clone());
        let network = Arc::new(MemoryNetwork(Mutex::new(network)));
        let serviceability = Serviceability::new(network, inventory.clone(), clock.clone());
        serviceability.load().await.expect("the network is small");
        let index = Arc::new(TantivyIndex::in_memory(clock.clone()).expect("an index in memory is made"));
        let search = Search::new(
            index.clone() as Arc<dyn SearchIndex>,
            items.clone(),
            inventory.clone(),
            serviceability.clone(),
            b"cursor key".to_vec(),
            clock.clone(),
            Synonyms::shipped(),
        );
        Self { log, items, item_store, inventory, stock, serviceability, index, search, clock }
    }

    /// Runs the consumer until it has caught up; how many steps it took.
    pub async fn catch_up(&self, limit: usize) -> usize {
        for steps in 0..10_000 {
            if self.search.index_step(&*self.log, limit).await.expect("the consumer goes on") == 0 {
                return steps;
            }
        }
        panic!("the consumer never catches up");
    }
}

/// Items and categories.
#[derive(Default)]
pub struct MemoryItems {
    /// How often a part of all items was read in order.
    pub scans: Mutex<u32>,
    items: Mutex<BTreeMap<ItemId, Item>>,
    categories: Mutex<BTreeMap<CategoryId, Category>>,
    log: Arc<MemoryLog>,
}

#[async_trait]
impl ItemStore for MemoryItems {
    async fn items_by_ids(&self, ids: &[ItemId]) -> EngineResult<HashMap<ItemId, Item>> {
        let items = self.items.lock();
        Ok(ids.iter().filter_map(|id| Some((*id, items.get(id)?.clone()))).collect())
    }
    async fn items_of_variants(&self, ids: &[VariantId]) -> EngineResult<HashMap<VariantId, ItemId>> {
        let items = self.items.lock();
        let variants = items.values().flat_map(|i| i.variants.iter().map(|v| (v.id, i.id)));
        Ok(variants.filter(|(v, _)| ids.contains(v)).collect())
    }
    async fn items_by_slugs(&self, slugs: &[String]) -> EngineResult<HashMap<String, ItemId>> {
        let items = self.items.lock();
        Ok(items.values().filter(|i| slugs.contains(&i.slug)).map(|i| (i.slug.clone(), i.id)).collect())
    }
    async fn save(&self, items: Vec<Item>, now: Timestamp) -> EngineResult<Vec<Saved>> {
        let mut there = self.items.lock();
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            let present = there.get(&item.id).map(|i| i.version);
            out.push(match present {
                Some(present) if present >= item.version => Saved::Stale { present },
                _ => {
                    let (id, item_version, withdrawn) = (item.id, item.version, item.withdrawn);
                    self.log
                        .tell(&ItemsEvent::ItemChanged { item: id, item_version, withdrawn, categories: false }, now);
                    there.insert(item.id, item);
                    if present.is_some() { Saved::Updated } else { Saved::Created }
                }
            });
        }
        Ok(out)
    }
    async fn scan(&self, after: Option<ItemId>, limit: usize) -> EngineResult<Vec<Item>> {
        *self.scans.lock() += 1;
        let items = self.items.lock();
        Ok(items.values().filter(|i| after.is_none_or(|a| i.id > a)).take(limit).cloned().collect())
    }
    async fn count(&self) -> EngineResult<u64> {
        Ok(self.items.lock().len() as u64)
    }
    async fn categories(&self) -> EngineResult<Vec<Category>> {
        Ok(self.categories.lock().values().cloned().collect())
    }
    async fn save_categories(&self, categories: Vec<Category>, now: Timestamp) -> EngineResult<()> {
        self.categories.lock().extend(categories.into_iter().map(|c| (c.id, c)));
        let item = ItemId(Uuid::nil());
        self.log.tell(&ItemsEvent::ItemChanged { item, item_version: 0, withdrawn: false, categories: true }, now);
        Ok(())
    }
    async fn remove_category(&self, id: CategoryId, _: Timestamp) -> EngineResult<bool> {
        let used = self.items.lock().values().any(|i| i.category == id);
        Ok(!used && self.categories.lock().remove(&id).is_some())
    }
}

/// Stock.
#[derive(Default)]
pub struct MemoryInventory {
    levels: Mutex<BTreeMap<(VariantId, String), StockLevel>>,
    /// Every read fails.
    pub broken: Mutex<bool>,
    /// Moves are not told on the log: the index learns nothing of them.
    pub silent: Mutex<bool>,
    log: Arc<MemoryLog>,
}

#[async_trait]
impl InventoryStore for MemoryInventory {
    async fn levels(&self, variants: &[VariantId]) -> EngineResult<HashMap<VariantId, Vec<StockLevel>>> {
        if *self.broken.lock() {
            return Err(EngineError::retryable("inventory", "it is broken"));
        }
        let mut out: HashMap<VariantId, Vec<StockLevel>> = HashMap::new();
        for level in self.levels.lock().values().filter(|l| variants.contains(&l.variant)) {
            out.entry(level.variant).or_default().push(level.clone());
        }
        Ok(out)
    }
    async fn apply(&self, moves: Vec<StockMove>, now: Timestamp) -> EngineResult<Vec<Moved>> {
        let mut levels = self.levels.lock();
        let mut out = Vec::with_capacity(moves.len());
        for moved in moves {
            let (variant, item, warehouse) = (moved.variant, moved.item, moved.warehouse);
            let level = levels.entry((variant, warehouse.clone())).or_insert_with(|| StockLevel {
                variant,
                warehouse: warehouse.clone(),
                available: 0,
                reserved: 0,
                sold: 0,
            });
            let before = level.available;
            let Ok(after) = u32::try_from(i64::from(before) + moved.movement.effect(moved.quantity).0) else {
                out.push(Moved::WouldBeNegative { available: before });
                continue;
            };
            level.available = after;
            if (before == 0) != (after == 0) && !*self.silent.lock() {
                self.log.tell(&StockEvent::AvailabilityFlipped { variant, item, warehouse, available: after > 0 }, now);
            }
            out.push(Moved::Done);
        }
        Ok(out)
    }
    async fn ledger(&self, _: Option<LedgerId>, _: usize) -> EngineResult<Vec<LedgerRow>> {
        Ok(Vec::new())
    }
    async fn scan_levels(&self, after: Option<(VariantId, String)>, limit: usize) -> EngineResult<Vec<StockLevel>> {
        let levels = self.levels.lock();
        let rest = levels.iter().filter(|(key, _)| after.as_ref().is_none_or(|a| *key > a));
        Ok(rest.take(limit).map(|(_, level)| level.clone()).collect())
    }
}

/// A network that only changes as a whole.
struct MemoryNetwork(Mutex<Network>);

impl MemoryNetwork {
    fn change(&self, change: impl FnOnce(&mut Network)) -> u64 {
        let mut network = self.0.lock();
        change(&mut network);
        network.version += 1;
        network.version
    }
}

#[async_trait]
impl NetworkStore for MemoryNetwork {
    async fn network(&self) -> EngineResult<Network> {
        Ok(self.0.lock().clone())
    }
    async fn version(&self) -> EngineResult<u64> {
        Ok(self.0.lock().version)
    }
    async fn replace(&self, network: Network, _: Timestamp) -> EngineResult<u64> {
        Ok(self.change(|n| *n = Network { version: n.version, ..network }))
    }
    async fn save_lane(&self, lane: Lane, _: Timestamp) -> EngineResult<u64> {
        Ok(self.change(|n| {
            n.lanes.retain(|l| l.code != lane.code);
            n.lanes.push(lane);
        }))
    }
    async fn save_reach(&self, reach: Reach, _: Timestamp) -> EngineResult<u64> {
        Ok(self.change(|n| {
            n.reaches.retain(|r| (&r.courier, &r.station) != (&reach.courier, &reach.station));
            n.reaches.push(reach);
        }))
    }
    async fn lane(&self, code: &str) -> EngineResult<Option<Lane>> {
        Ok(self.0.lock().lanes.iter().find(|l| l.code == code).cloned())
    }
    async fn lanes(&self, window: Window<String>) -> EngineResult<Page<Lane>> {
        let lanes = self.0.lock().lanes.clone();
        Ok(Page::from_surplus(lanes, &window))
    }
    async fn changes_after(&self, _: u64) -> EngineResult<Option<NetworkChanges>> {
        Ok(None)
    }
    async fn couriers(&self) -> EngineResult<Vec<Courier>> {
        Ok(self.0.lock().couriers.clone())
    }
}

/// A log of all topics; an offset is an event's place, from 1.
#[derive(Default)]
pub struct MemoryLog {
    events: Mutex<Vec<(Topic, Event)>>,
    committed: Mutex<HashMap<(String, Topic), i64>>,
    parked: Mutex<Vec<DeadLetter>>,
}

impl MemoryLog {
    /// Writes an event.
    pub fn tell<P: services::kernel::events::Payload>(&self, payload: &P, now: Timestamp) {
        self.write(NewEvent::of(payload), now);
    }
    /// Writes an event of any shape.
    pub fn write(&self, event: NewEvent, at: Timestamp) {
        let NewEvent { topic, kind, version, key, data } = event;
        let mut events = self.events.lock();
        let id = EventId(Uuid::from_u128(events.len() as u128));
        events.push((topic, Event { id, kind: kind.into(), version, key, at, traceparent: None, data }));
    }
}

#[async_trait]
impl EventLog for MemoryLog {
    async fn poll(&self, group: &str, topic: Topic, limit: usize) -> EngineResult<Vec<Delivered>> {
        let after = self.committed.lock().get(&(group.to_owned(), topic)).copied().unwrap_or(0);
        self.read_after(topic, after, limit).await
    }
    async fn commit(&self, group: &str, topic: Topic, offset: i64) -> EngineResult<()> {
        let mut committed = self.committed.lock();
        let at = committed.entry((group.to_owned(), topic)).or_default();
        *at = offset.max(*at);
        Ok(())
    }
    async fn read_after(&self, topic: Topic, offset: i64, limit: usize) -> EngineResult<Vec<Delivered>> {
        let events = self.events.lock();
        let numbered = (1..).zip(events.iter());
        let later = numbered.filter(|(at, (t, _))| *t == topic && *at > offset).take(limit);
        Ok(later.map(|(offset, (topic, event))| Delivered { offset, topic: *topic, event: event.clone() }).collect())
    }
    async fn newest(&self, topic: Topic) -> EngineResult<i64> {
        let events = self.events.lock();
        Ok((1..).zip(events.iter()).filter(|(_, (t, _))| *t == topic).map(|(at, _)| at).last().unwrap_or(0))
    }
    async fn lag(&self, group: &str, topic: Topic) -> EngineResult<u64> {
        Ok(self.poll(group, topic, usize::MAX).await?.len() as u64)
    }
    async fn wakened(&self) {}
    async fn park(&self, group: &str, delivered: &Delivered, reason: &str, now: Timestamp) -> EngineResult<()> {
        let mut parked = self.parked.lock();
        let (id, event) = (parked.len() as i64 + 1, delivered.event.clone());
        let (offset, topic) = (delivered.offset, delivered.topic);
        parked.push(DeadLetter { id, group: group.into(), offset, topic, reason: reason.into(), at: now, event });
        Ok(())
    }
    async fn dead_letters(&self, limit: usize) -> EngineResult<Vec<DeadLetter>> {
        Ok(self.parked.lock().iter().take(limit).cloned().collect())
    }
    async fn settle_dead_letter(&self, id: i64) -> EngineResult<()> {
        self.parked.lock().retain(|d| d.id != id);
        Ok(())
    }
    async fn append(&self, events: Vec<NewEvent>, now: Timestamp) -> EngineResult<()> {
        events.into_iter().for_each(|e| self.write(e, now));
        Ok(())
    }
}
