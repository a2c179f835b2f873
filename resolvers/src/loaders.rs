//! The loaders: the reads of one answer, batched per kind and remembered for the rest of the answer (see
//! [`crate::batching`]). They hold no rule and check no owner beyond what the services check.
//!
//! To add one: a struct with the handle it asks, an impl of `Load` with one call, a field and a method on [`Loaders`], and
//! a test that counts its calls.

use std::{collections::HashMap, fmt::Debug, hash::Hash, sync::Arc};

use services::{
    inventory::{Availability, StockLevel},
    items::Item,
    kernel::{
        caller::Owner,
        clock::Timestamp,
        error::EngineResult,
        ids::{ItemId, OrderId, VariantId},
        pincodes::Pincode,
    },
    logistics::Courier,
    orders::{Order, OrderEvent},
    serviceability::{Delivery, Goods},
    users::DeliveryLocation,
};

use crate::{
    batching::{Batched, Load, Loaded},
    shop::Shop,
};

/// All loaders of an answer.
pub struct Loaders {
    items: Batched<ItemsById>,
    of_variants: Batched<ItemsOfVariants>,
    slugs: Batched<ItemsBySlug>,
    availability: Batched<AvailabilityOf>,
    levels: Batched<LevelsOf>,
    deliveries: Batched<DeliveriesOf>,
    orders: Batched<OrdersById>,
    events: Batched<EventsOf>,
    locations: Batched<LocationOf>,
    couriers: Batched<CouriersByCode>,
    reached: Batched<PincodesReached>,
}

impl Loaders {
    /// Empty ones.
    pub fn new(shop: &Arc<Shop>, owner: Option<Owner>, now: Timestamp) -> Self {
        let shop = || Arc::clone(shop);
        Self {
            items: Batched::new(ItemsById(shop())),
            of_variants: Batched::new(ItemsOfVariants(shop())),
            slugs: Batched::new(ItemsBySlug(shop())),
            availability: Batched::new(AvailabilityOf(shop())),
            levels: Batched::new(LevelsOf(shop())),
            deliveries: Batched::new(DeliveriesOf(shop(), now)),
            orders: Batched::new(OrdersById(shop(), owner)),
            events: Batched::new(EventsOf(shop())),
            locations: Batched::new(LocationOf(shop())),
            couriers: Batched::new(CouriersByCode(shop())),
            reached: Batched::new(PincodesReached(shop())),
        }
    }
    /// An item.
    pub async fn item(&self, id: ItemId) -> Loaded<Arc<Item>> {
        self.items.one(id).await
    }
    /// Items, in the order asked, those that are not there left out.
    pub async fn items(&self, ids: &[ItemId]) -> EngineResult<Vec<Arc<Item>>> {
        let found = self.items.many(ids).await?;
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
    }
    /// The item of a variant.
    pub async fn item_of(&self, id: VariantId) -> Loaded<Arc<Item>> {
        self.of_variants.one(id).await
    }
    /// The items of variants, by variant.
    pub async fn items_of(&self, ids: &[VariantId]) -> EngineResult<HashMap<VariantId, Arc<Item>>> {
        self.of_variants.many(ids).await
    }
    /// The item of a slug.
    pub async fn item_by_slug(&self, slug: String) -> Loaded<Arc<Item>> {
        self.slugs.one(slug).await
    }
    /// Roughly how many there are.
    pub async fn availability(&self, id: VariantId) -> Loaded<Availability> {
        self.availability.one(id).await
    }
    /// Stock per warehouse.
    pub async fn levels(&self, id: VariantId) -> EngineResult<Arc<Vec<StockLevel>>> {
        Ok(self.levels.one(id).await?.unwrap_or_default())
    }
    /// Whether and when goods reach a pincode.
    pub async fn delivery(&self, goods: Goods, to: Pincode) -> Loaded<Arc<Delivery>> {
        self.deliveries.one((goods, to)).await
    }
    /// The same for several goods, in the order asked.
    pub async fn deliveries(&self, goods: &[Goods], to: Pincode) -> EngineResult<Vec<Arc<Delivery>>> {
        let keys: Vec<_> = goods.iter().map(|g| (*g, to)).collect();
        let found = self.deliveries.many(&keys).await?;
        Ok(keys.iter().filter_map(|key| found.get(key).cloned()).collect())
    }
    /// An order of the caller.
    pub async fn order(&self, id: OrderId) -> Loaded<Arc<Order>> {
        self.orders.one(id).await?.transpose()
    }
    /// What happened to an order that the caller may see, oldest first.
    pub async fn events(&self, id: OrderId) -> EngineResult<Arc<Vec<OrderEvent>>> {
        Ok(self.events.one(id).await?.unwrap_or_default())
    }
}

impl Loaders {
    /// Where an owner's things go unless said otherwise.
    pub async fn location(&self, owner: Owner) -> Loaded<DeliveryLocation> {
        self.locations.one(owner).await
    }
    /// A courier partner.
    pub async fn courier(&self, code: &str) -> Loaded<Arc<Courier>> {
        self.couriers.one(code.to_owned()).await
    }
    /// How many pincodes a courier reaches.
    pub async fn pincodes_reached(&self, courier: &str) -> EngineResult<usize> {
        Ok(self.reached.one(courier.to_owned()).await?.unwrap_or_default())
    }
}

impl Debug for Loaders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loaders").finish_non_exhaustive()
    }
}

/// The same values, cheap to hand to every field that asks.
fn shared<K: Eq + Hash, V>(found: HashMap<K, V>) -> HashMap<K, Arc<V>> {
    found.into_iter().map(|(key, value)| (key, Arc::new(value))).collect()
}

struct ItemsById(Arc<Shop>);
impl Load for ItemsById {
    type Key = ItemId;
    type Value = Arc<Item>;
    async fn load(&self, keys: &[ItemId]) -> EngineResult<HashMap<ItemId, Arc<Item>>> {
        self.0.items.items(keys).await
    }
}

struct ItemsOfVariants(Arc<Shop>);
impl Load for ItemsOfVariants {
    type Key = VariantId;
    type Value = Arc<Item>;
    async fn load(&self, keys: &[VariantId]) -> EngineResult<HashMap<VariantId, Arc<Item>>> {
        self.0.items.items_of_variants(keys).await
    }
}

struct ItemsBySlug(Arc<Shop>);
impl Load for ItemsBySlug {
    type Key = String;
    type Value = Arc<Item>;
    async fn load(&self, keys: &[String]) -> EngineResult<HashMap<String, Arc<Item>>> {
        self.0.items.by_slugs(keys).await
    }
}

struct AvailabilityOf(Arc<Shop>);
impl Load for AvailabilityOf {
    type Key = VariantId;
    type Value = Availability;
    async fn load(&self, keys: &[VariantId]) -> EngineResult<HashMap<VariantId, Availability>> {
        self.0.inventory.availability(keys).await
    }
}

struct LevelsOf(Arc<Shop>);
impl Load for LevelsOf {
    type Key = VariantId;
    type Value = Arc<Vec<StockLevel>>;
    async fn load(&self, keys: &[VariantId]) -> EngineResult<HashMap<VariantId, Arc<Vec<StockLevel>>>> {
        Ok(shared(self.0.inventory.levels(keys).await?))
    }
}

/// One inventory call for all goods of the batch, whatever pincodes they go to; the promises are looked up in memory.
struct DeliveriesOf(Arc<Shop>, Timestamp);
impl Load for DeliveriesOf {
    type Key = (Goods, Pincode);
    type Value = Arc<Delivery>;
    async fn load(&self, keys: &[(Goods, Pincode)]) -> EngineResult<HashMap<(Goods, Pincode), Arc<Delivery>>> {
        let mut variants: Vec<VariantId> = keys.iter().map(|(goods, _)| goods.variant).collect();
        variants.sort_unstable();
        variants.dedup();
        let levels = self.0.inventory.levels(&variants).await?;
        let mut by_pincode: HashMap<Pincode, Vec<Goods>> = HashMap::new();
        for (goods, to) in keys {
            by_pincode.entry(*to).or_default().push(*goods);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for (to, goods) in by_pincode {
            let answers = self.0.serviceability.promise_with(&levels, &goods, to, self.1, self.1);
            found.extend(goods.into_iter().zip(answers).map(|(g, d)| ((g, to), Arc::new(d))));
        }
        Ok(found)
    }
}

struct OrdersById(Arc<Shop>, Option<Owner>);
impl Load for OrdersById {
    type Key = OrderId;
    /// One order that the archive cannot tell fails alone.
    type Value = EngineResult<Arc<Order>>;
    async fn load(&self, keys: &[OrderId]) -> EngineResult<HashMap<OrderId, Self::Value>> {
        let Some(owner) = self.1 else { return Ok(HashMap::new()) };
        let found = self.0.history.by_ids(owner, keys).await?;
        Ok(found.into_iter().map(|(id, told)| (id, told.map(Arc::new))).collect())
    }
}

struct EventsOf(Arc<Shop>);
impl Load for EventsOf {
    type Key = OrderId;
    type Value = Arc<Vec<OrderEvent>>;
    async fn load(&self, keys: &[OrderId]) -> EngineResult<HashMap<OrderId, Arc<Vec<OrderEvent>>>> {
        Ok(shared(self.0.orders.events_of(keys).await?))
    }
}

/// There is one owner in an answer; the point is that every field of a page asks once.
struct LocationOf(Arc<Shop>);
impl Load for LocationOf {
    type Key = Owner;
    type Value = DeliveryLocation;
    async fn load(&self, keys: &[Owner]) -> EngineResult<HashMap<Owner, DeliveryLocation>> {
        let mut found = HashMap::new();
        for owner in keys {
            if let Some(location) = self.0.users.delivery_location(*owner).await? {
                found.insert(*owner, location);
            }
        }
        Ok(found)
    }
}

/// Partners are few: one call reads them all.
struct CouriersByCode(Arc<Shop>);
impl Load for CouriersByCode {
    type Key = String;
    type Value = Arc<Courier>;
    async fn load(&self, _: &[String]) -> EngineResult<HashMap<String, Arc<Courier>>> {
        let couriers = self.0.network.couriers().await?;
        Ok(couriers.into_iter().map(|c| (c.code.clone(), Arc::new(c))).collect())
    }
}

struct PincodesReached(Arc<Shop>);
impl Load for PincodesReached {
    type Key = String;
    type Value = usize;
    async fn load(&self, _: &[String]) -> EngineResult<HashMap<String, usize>> {
        let mut reached: HashMap<String, usize> = HashMap::new();
        // A pincode has at most one station per courier, so the sums count each once.
        for reach in self.0.network.network().await?.reaches {
            *reached.entry(reach.courier).or_default() += reach.pincodes.len();
        }
        Ok(reached)
    }
}
