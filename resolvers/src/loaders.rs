//! Batching loaders: the reads of one answer, collected and asked in one call per kind. They batch by yielding once, never
//! by a timer, and remember what they read for the rest of the answer. They hold no rule and check no owner beyond what
//! the services check.
//!
//! A value is `Err` when the engine failed, `Ok(None)` when there is no such thing. To add one: a struct with the handle
//! it asks, an impl of `BatchFn` with one call, a field and a method on [`Loaders`], and a test that counts its calls.

use std::{collections::HashMap, fmt::Debug, hash::Hash, sync::Arc};

use dataloader::{BatchFn, cached::Loader};
use services::{
    inventory::{Availability, StockLevel},
    items::Item,
    kernel::{
        caller::Owner,
        clock::Timestamp,
        error::{EngineError, EngineResult},
        ids::{ItemId, OrderId, VariantId},
        pincodes::Pincode,
    },
    orders::{Order, OrderEvent},
    serviceability::{Delivery, Goods},
};

use crate::shop::Shop;

/// What a loader gives for a key.
pub type Loaded<V> = EngineResult<Option<V>>;

/// Keys of one batch. Pages are bounded far below it, so that a page is one call.
const BATCH_MAX: usize = 20_000;

type Cached<K, V, B> = Loader<K, Loaded<V>, B>;

/// All loaders of an answer.
pub struct Loaders {
    items: Cached<ItemId, Arc<Item>, ItemsById>,
    of_variants: Cached<VariantId, Arc<Item>, ItemsOfVariants>,
    slugs: Cached<String, Arc<Item>, ItemsBySlug>,
    availability: Cached<VariantId, Availability, AvailabilityOf>,
    levels: Cached<VariantId, Arc<Vec<StockLevel>>, LevelsOf>,
    deliveries: Cached<(Goods, Pincode), Arc<Delivery>, DeliveriesOf>,
    orders: Cached<OrderId, Arc<Order>, OrdersById>,
    events: Cached<OrderId, Arc<Vec<OrderEvent>>, EventsOf>,
}

impl Loaders {
    /// Empty ones.
    pub fn new(shop: &Arc<Shop>, owner: Option<Owner>, now: Timestamp) -> Self {
        let shop = || Arc::clone(shop);
        Self {
            items: loader(ItemsById(shop())),
            of_variants: loader(ItemsOfVariants(shop())),
            slugs: loader(ItemsBySlug(shop())),
            availability: loader(AvailabilityOf(shop())),
            levels: loader(LevelsOf(shop())),
            deliveries: loader(DeliveriesOf(shop(), now)),
            orders: loader(OrdersById(shop(), owner)),
            events: loader(EventsOf(shop())),
        }
    }
    /// An item.
    pub async fn item(&self, id: ItemId) -> Loaded<Arc<Item>> {
        one(&self.items, id).await
    }
    /// Items, in the order asked, those that are not there left out.
    pub async fn items(&self, ids: &[ItemId]) -> EngineResult<Vec<Arc<Item>>> {
        let found = many(&self.items, ids.to_vec()).await?;
        Ok(ids.iter().filter_map(|id| found.get(id).cloned().flatten()).collect())
    }
    /// The item of a variant.
    pub async fn item_of(&self, id: VariantId) -> Loaded<Arc<Item>> {
        one(&self.of_variants, id).await
    }
    /// The items of variants, by variant.
    pub async fn items_of(&self, ids: &[VariantId]) -> EngineResult<HashMap<VariantId, Arc<Item>>> {
        let found = many(&self.of_variants, ids.to_vec()).await?;
        Ok(found.into_iter().filter_map(|(id, item)| Some((id, item?))).collect())
    }
    /// The item of a slug.
    pub async fn item_by_slug(&self, slug: String) -> Loaded<Arc<Item>> {
        one(&self.slugs, slug).await
    }
    /// Roughly how many there are.
    pub async fn availability(&self, id: VariantId) -> Loaded<Availability> {
        one(&self.availability, id).await
    }
    /// Stock per warehouse.
    pub async fn levels(&self, id: VariantId) -> EngineResult<Arc<Vec<StockLevel>>> {
        Ok(one(&self.levels, id).await?.unwrap_or_default())
    }
    /// Whether and when goods reach a pincode.
    pub async fn delivery(&self, goods: Goods, to: Pincode) -> Loaded<Arc<Delivery>> {
        one(&self.deliveries, (goods, to)).await
    }
    /// The same for several goods, in the order asked.
    pub async fn deliveries(&self, goods: &[Goods], to: Pincode) -> EngineResult<Vec<Arc<Delivery>>> {
        let found = many(&self.deliveries, goods.iter().map(|g| (*g, to)).collect()).await?;
        Ok(goods.iter().filter_map(|g| found.get(&(*g, to)).cloned().flatten()).collect())
    }
    /// An order of the caller.
    pub async fn order(&self, id: OrderId) -> Loaded<Arc<Order>> {
        one(&self.orders, id).await
    }
    /// What happened to an order that the caller may see, oldest first.
    pub async fn events(&self, id: OrderId) -> EngineResult<Arc<Vec<OrderEvent>>> {
        Ok(one(&self.events, id).await?.unwrap_or_default())
    }
}

impl Debug for Loaders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loaders").finish_non_exhaustive()
    }
}

fn loader<K, V, B>(batch: B) -> Cached<K, V, B>
where
    K: Eq + Hash + Clone + Debug,
    V: Clone,
    B: BatchFn<K, Loaded<V>>,
{
    Loader::new(batch).with_yield_count(1).with_max_batch_size(BATCH_MAX)
}

async fn one<K, V, B>(loader: &Cached<K, V, B>, key: K) -> Loaded<V>
where
    K: Eq + Hash + Clone + Debug,
    V: Clone,
    B: BatchFn<K, Loaded<V>>,
{
    loader.try_load(key).await.unwrap_or_else(|_| Err(unanswered()))
}

async fn many<K, V, B>(loader: &Cached<K, V, B>, keys: Vec<K>) -> EngineResult<HashMap<K, Option<V>>>
where
    K: Eq + Hash + Clone + Debug,
    V: Clone,
    B: BatchFn<K, Loaded<V>>,
{
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let found = loader.try_load_many(keys).await.map_err(|_| unanswered())?;
    found.into_iter().map(|(key, loaded)| Ok((key, loaded?))).collect()
}

/// Every batch answers every key; this is what is told should one ever not.
fn unanswered() -> EngineError {
    EngineError::permanent("loaders", "a batch left a key without an answer")
}

/// Spreads the answer of one call over the keys of its batch.
fn spread<K: Eq + Hash + Clone, V>(keys: &[K], answer: EngineResult<HashMap<K, V>>) -> HashMap<K, Loaded<V>> {
    match answer {
        Ok(mut found) => keys.iter().map(|k| (k.clone(), Ok(found.remove(k)))).collect(),
        Err(error) => keys.iter().map(|k| (k.clone(), Err(error.clone()))).collect(),
    }
}

struct ItemsById(Arc<Shop>);
impl BatchFn<ItemId, Loaded<Arc<Item>>> for ItemsById {
    async fn load(&mut self, keys: &[ItemId]) -> HashMap<ItemId, Loaded<Arc<Item>>> {
        spread(keys, self.0.items.items(keys).await)
    }
}

struct ItemsOfVariants(Arc<Shop>);
impl BatchFn<VariantId, Loaded<Arc<Item>>> for ItemsOfVariants {
    async fn load(&mut self, keys: &[VariantId]) -> HashMap<VariantId, Loaded<Arc<Item>>> {
        spread(keys, self.0.items.items_of_variants(keys).await)
    }
}

struct ItemsBySlug(Arc<Shop>);
impl BatchFn<String, Loaded<Arc<Item>>> for ItemsBySlug {
    async fn load(&mut self, keys: &[String]) -> HashMap<String, Loaded<Arc<Item>>> {
        spread(keys, self.0.items.by_slugs(keys).await)
    }
}

struct AvailabilityOf(Arc<Shop>);
impl BatchFn<VariantId, Loaded<Availability>> for AvailabilityOf {
    async fn load(&mut self, keys: &[VariantId]) -> HashMap<VariantId, Loaded<Availability>> {
        spread(keys, self.0.inventory.availability(keys).await)
    }
}

struct LevelsOf(Arc<Shop>);
impl BatchFn<VariantId, Loaded<Arc<Vec<StockLevel>>>> for LevelsOf {
    async fn load(&mut self, keys: &[VariantId]) -> HashMap<VariantId, Loaded<Arc<Vec<StockLevel>>>> {
        let levels = self.0.inventory.levels(keys).await;
        spread(keys, levels.map(|found| found.into_iter().map(|(id, levels)| (id, Arc::new(levels))).collect()))
    }
}

/// One inventory call for all goods of the batch, whatever pincodes they go to; the promises are looked up in memory.
struct DeliveriesOf(Arc<Shop>, Timestamp);
impl BatchFn<(Goods, Pincode), Loaded<Arc<Delivery>>> for DeliveriesOf {
    async fn load(&mut self, keys: &[(Goods, Pincode)]) -> HashMap<(Goods, Pincode), Loaded<Arc<Delivery>>> {
        let mut variants: Vec<VariantId> = keys.iter().map(|(goods, _)| goods.variant).collect();
        variants.sort_unstable();
        variants.dedup();
        let levels = match self.0.inventory.levels(&variants).await {
            Ok(levels) => levels,
            Err(error) => return spread(keys, Err(error)),
        };
        let mut by_pincode: HashMap<Pincode, Vec<Goods>> = HashMap::new();
        for (goods, to) in keys {
            by_pincode.entry(*to).or_default().push(*goods);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for (to, goods) in by_pincode {
            let answers = self.0.serviceability.promise_with(&levels, &goods, to, self.1, self.1);
            found.extend(goods.into_iter().zip(answers).map(|(g, d)| ((g, to), Arc::new(d))));
        }
        spread(keys, Ok(found))
    }
}

struct OrdersById(Arc<Shop>, Option<Owner>);
impl BatchFn<OrderId, Loaded<Arc<Order>>> for OrdersById {
    async fn load(&mut self, keys: &[OrderId]) -> HashMap<OrderId, Loaded<Arc<Order>>> {
        let answer = match self.1 {
            Some(owner) => self.0.orders.by_ids(owner, keys).await,
            None => Ok(HashMap::new()),
        };
        spread(keys, answer.map(|found| found.into_iter().map(|(id, order)| (id, Arc::new(order))).collect()))
    }
}

struct EventsOf(Arc<Shop>);
impl BatchFn<OrderId, Loaded<Arc<Vec<OrderEvent>>>> for EventsOf {
    async fn load(&mut self, keys: &[OrderId]) -> HashMap<OrderId, Loaded<Arc<Vec<OrderEvent>>>> {
        let events = self.0.orders.events_of(keys).await;
        spread(keys, events.map(|found| found.into_iter().map(|(id, events)| (id, Arc::new(events))).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_a_batch_gets_an_answer() {
        let found = spread(&[1, 2, 3], Ok(HashMap::from([(1, "one"), (3, "three")])));
        assert!(matches!(found[&1], Ok(Some("one"))) && matches!(found[&2], Ok(None)));
        let failed = spread::<i32, ()>(&[1, 2], Err(EngineError::retryable("items", "down")));
        assert_eq!(failed.len(), 2);
        assert!(failed.values().all(|v| v.as_ref().is_err_and(|e| e.engine == "items")));
    }
}
