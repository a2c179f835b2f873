//! Ports that count their calls and can be switched off: each stands before a working store and forwards to it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use parking_lot::Mutex;
use services::{
    carts::{
        Cart, CartChange,
        ports::{Applied, CartStore, KeyReused, MoveId},
    },
    history::{Entry, OrderIndex},
    inventory::{LedgerRow, Moved, StockLevel, StockMove, ports::InventoryStore},
    items::{
        Category, Item,
        ports::{ItemStore, Saved},
    },
    kernel::{
        caller::Owner,
        clock::Timestamp,
        error::{EngineError, EngineResult},
        ids::{
            AddressId, CategoryId, GuestId, ItemId, LedgerId, OrderId, QuoteId, RefundId, ReturnId, ShipmentId,
            ShopperId, VariantId, WishlistId, WishlistLineId,
        },
        pages::{Page, Window},
        pincodes::Pincode,
    },
    logistics::{
        Courier, Lane, Network, Reach,
        ports::{NetworkChanges, NetworkStore},
    },
    orders::{
        CourierUpdate, Order, OrderEvent, OrderFilter, OrderPosition, OrderState, Quote, Shipment,
        ports::{
            Answered, AskingReturn, Cancelled, Cancelling, ChargeJob, ChargeNote, Followed, HandlingReturn,
            NewShipment, OrderStore, Placed, Placing, RefundJob, RefundNote, ReturnAsked, ReturnHandled, Settled,
            Settling, TravellingParcel,
        },
    },
    search::{
        IndexAnswer, IndexChange, IndexQuery, Suggestions,
        ports::{Checkpoint, IndexError, SearchIndex},
    },
    users::{Address, Shopper, ports::UserStore},
    wishlists::{
        NewWish, WishlistLine,
        ports::{Wished, WishlistStore},
    },
};

/// What was called, and which engines are down.
#[derive(Default)]
pub struct Calls {
    counts: Mutex<BTreeMap<(&'static str, &'static str), usize>>,
    down: Mutex<BTreeSet<&'static str>>,
}

impl Calls {
    fn note(&self, engine: &'static str, method: &'static str) -> EngineResult<()> {
        *self.counts.lock().entry((engine, method)).or_default() += 1;
        if self.down.lock().contains(engine) {
            return Err(EngineError::retryable(engine, "switched off"));
        }
        Ok(())
    }
    /// The calls since the last time this was asked.
    pub fn take(&self) -> BTreeMap<(&'static str, &'static str), usize> {
        std::mem::take(&mut *self.counts.lock())
    }
    /// Every call of an engine fails from now on.
    pub fn switch_off(&self, engine: &'static str) {
        self.down.lock().insert(engine);
    }
    /// Every engine answers again.
    pub fn switch_on(&self) {
        self.down.lock().clear();
    }
}

/// A port that counts.
pub struct Counted<P: ?Sized> {
    inner: Arc<P>,
    calls: Arc<Calls>,
}

impl<P: ?Sized> Counted<P> {
    /// Before a working store.
    pub fn new(inner: Arc<P>, calls: &Arc<Calls>) -> Arc<Self> {
        Arc::new(Self { inner, calls: Arc::clone(calls) })
    }
}

macro_rules! counted {
    ($port:ident, $engine:literal, { $(async fn $name:ident(&self $(, $arg:ident: $ty:ty)*) -> $ret:ty;)+ }) => {
        #[async_trait]
        impl $port for Counted<dyn $port> {
            $(async fn $name(&self $(, $arg: $ty)*) -> $ret {
                self.calls.note($engine, stringify!($name))?;
                self.inner.$name($($arg),*).await
            })+
        }
    };
}

counted! { ItemStore, "items", {
    async fn items_by_ids(&self, ids: &[ItemId]) -> EngineResult<HashMap<ItemId, Item>>;
    async fn items_of_variants(&self, ids: &[VariantId]) -> EngineResult<HashMap<VariantId, ItemId>>;
    async fn items_by_slugs(&self, slugs: &[String]) -> EngineResult<HashMap<String, ItemId>>;
    async fn save(&self, items: Vec<Item>, now: Timestamp) -> EngineResult<Vec<Saved>>;
    async fn scan(&self, after: Option<ItemId>, limit: usize) -> EngineResult<Vec<Item>>;
    async fn count(&self) -> EngineResult<u64>;
    async fn categories(&self) -> EngineResult<Vec<Category>>;
    async fn save_categories(&self, categories: Vec<Category>, now: Timestamp) -> EngineResult<()>;
    async fn remove_category(&self, id: CategoryId, now: Timestamp) -> EngineResult<bool>;
} }
counted! { InventoryStore, "inventory", {
    async fn levels(&self, variants: &[VariantId]) -> EngineResult<HashMap<VariantId, Vec<StockLevel>>>;
    async fn apply(&self, moves: Vec<StockMove>, now: Timestamp) -> EngineResult<Vec<Moved>>;
    async fn ledger(&self, after: Option<LedgerId>, limit: usize) -> EngineResult<Vec<LedgerRow>>;
    async fn scan_levels(&self, after: Option<(VariantId, String)>, limit: usize) -> EngineResult<Vec<StockLevel>>;
} }
counted! { UserStore, "users", {
    async fn shoppers_by_ids(&self, ids: &[ShopperId]) -> EngineResult<HashMap<ShopperId, Shopper>>;
    async fn shopper_by_email(&self, email: &str) -> EngineResult<Option<(Shopper, String)>>;
    async fn create(&self, shopper: Shopper, password_hash: String, now: Timestamp) -> EngineResult<bool>;
    async fn rehash(&self, shopper: ShopperId, old_hash: String, new_hash: String) -> EngineResult<bool>;
    async fn set_delivery_pincode(&self, shopper: ShopperId, pincode: Option<Pincode>, now: Timestamp) -> EngineResult<()>;
    async fn addresses_of(&self, shoppers: &[ShopperId]) -> EngineResult<HashMap<ShopperId, Vec<Address>>>;
    async fn addresses_by_ids(&self, ids: &[AddressId]) -> EngineResult<HashMap<AddressId, Address>>;
    async fn save_address(&self, address: Address, now: Timestamp) -> EngineResult<bool>;
    async fn remove_address(&self, shopper: ShopperId, id: AddressId, now: Timestamp) -> EngineResult<bool>;
    async fn guest_pincode(&self, guest: GuestId) -> EngineResult<Option<Pincode>>;
    async fn set_guest_pincode(&self, guest: GuestId, pincode: Option<Pincode>, now: Timestamp) -> EngineResult<()>;
} }
counted! { CartStore, "carts", {
    async fn cart(&self, owner: Owner) -> EngineResult<Option<Cart>>;
    async fn apply(&self, owner: Owner, changes: Vec<CartChange>, once: Option<MoveId>, now: Timestamp) -> EngineResult<Result<Applied, KeyReused>>;
    async fn merge(&self, guest: GuestId, shopper: ShopperId, now: Timestamp) -> EngineResult<()>;
} }
counted! { WishlistStore, "wishlists", {
    async fn id_of(&self, owner: Owner) -> EngineResult<WishlistId>;
    async fn lines(&self, owner: Owner, window: Window<(Timestamp, WishlistLineId)>) -> EngineResult<Page<WishlistLine>>;
    async fn count(&self, owner: Owner) -> EngineResult<u64>;
    async fn lines_by_ids(&self, owner: Owner, ids: &[WishlistLineId]) -> EngineResult<HashMap<WishlistLineId, WishlistLine>>;
    async fn add(&self, owner: Owner, wishes: Vec<NewWish>, now: Timestamp) -> EngineResult<Vec<Wished>>;
    async fn remove(&self, owner: Owner, ids: Vec<WishlistLineId>, now: Timestamp) -> EngineResult<Vec<WishlistLineId>>;
    async fn merge(&self, guest: GuestId, shopper: ShopperId, now: Timestamp) -> EngineResult<()>;
} }
counted! { NetworkStore, "network", {
    async fn network(&self) -> EngineResult<Network>;
    async fn version(&self) -> EngineResult<u64>;
    async fn replace(&self, network: Network, now: Timestamp) -> EngineResult<u64>;
    async fn save_lane(&self, lane: Lane, now: Timestamp) -> EngineResult<u64>;
    async fn save_reach(&self, reach: Reach, now: Timestamp) -> EngineResult<u64>;
    async fn lane(&self, code: &str) -> EngineResult<Option<Lane>>;
    async fn lanes(&self, window: Window<String>) -> EngineResult<Page<Lane>>;
    async fn changes_after(&self, version: u64) -> EngineResult<Option<NetworkChanges>>;
    async fn couriers(&self) -> EngineResult<Vec<Courier>>;
} }
counted! { SearchIndex, "search", {
    async fn apply(&self, changes: Vec<IndexChange>, checkpoint: Checkpoint, now: Timestamp) -> EngineResult<()>;
    async fn checkpoint(&self) -> EngineResult<Checkpoint>;
    async fn search(&self, query: IndexQuery, now: Timestamp) -> Result<IndexAnswer, IndexError>;
    async fn suggest(&self, prefix: &str, limit: usize) -> EngineResult<Suggestions>;
    async fn did_you_mean(&self, text: &str) -> EngineResult<Option<String>>;
    async fn count(&self) -> EngineResult<u64>;
    async fn begin_rebuild(&self) -> EngineResult<Arc<dyn SearchIndex>>;
    async fn switch(&self, rebuilt: Arc<dyn SearchIndex>) -> EngineResult<()>;
} }
counted! { OrderIndex, "orders", {
    async fn page(&self, owner: Owner, filter: OrderFilter, window: Window<OrderPosition>) -> EngineResult<Page<Entry>>;
    async fn entries(&self, ids: &[OrderId]) -> EngineResult<HashMap<OrderId, Entry>>;
    async fn numbered(&self, number: &str) -> EngineResult<Option<OrderId>>;
    async fn due(&self, before: Timestamp, limit: usize) -> EngineResult<Vec<OrderId>>;
    async fn let_go(&self, order: &Order, checksum: &str) -> EngineResult<bool>;
} }
counted! { OrderStore, "orders", {
    async fn save_quote(&self, quote: Quote, now: Timestamp) -> EngineResult<()>;
    async fn quote(&self, id: QuoteId) -> EngineResult<Option<Quote>>;
    async fn answered(&self, owner: Owner, operation: &'static str, key: &str) -> EngineResult<Option<Answered>>;
    async fn place(&self, placing: Placing, now: Timestamp) -> EngineResult<Placed>;
    async fn settle(&self, settling: Settling, now: Timestamp) -> EngineResult<Settled>;
    async fn due(&self, limit: usize, now: Timestamp) -> EngineResult<Vec<OrderId>>;
    async fn expire(&self, order: OrderId, now: Timestamp) -> EngineResult<bool>;
    async fn cancel(&self, cancelling: Cancelling, now: Timestamp) -> EngineResult<Cancelled>;
    async fn ask_return(&self, asking: AskingReturn, now: Timestamp) -> EngineResult<ReturnAsked>;
    async fn handle_return(&self, handling: HandlingReturn, now: Timestamp) -> EngineResult<ReturnHandled>;
    async fn open_returns(&self, limit: usize) -> EngineResult<Vec<(ReturnId, OrderId)>>;
    async fn claim_charges(&self, limit: usize, lease: Duration, now: Timestamp) -> EngineResult<Vec<ChargeJob>>;
    async fn note_charge(&self, order: OrderId, note: ChargeNote, now: Timestamp) -> EngineResult<()>;
    async fn claim_refunds(&self, limit: usize, lease: Duration, now: Timestamp) -> EngineResult<Vec<RefundJob>>;
    async fn note_refund(&self, refund: RefundId, note: RefundNote, now: Timestamp) -> EngineResult<()>;
    async fn to_pack(&self, limit: usize) -> EngineResult<Vec<OrderId>>;
    async fn pack(&self, order: OrderId, parcels: Vec<NewShipment>, now: Timestamp) -> EngineResult<bool>;
    async fn to_book(&self, limit: usize) -> EngineResult<Vec<Shipment>>;
    async fn book(&self, shipment: ShipmentId, tracking_number: String, now: Timestamp) -> EngineResult<bool>;
    async fn follow(&self, update: CourierUpdate, now: Timestamp) -> EngineResult<Followed>;
    async fn parcels(&self, state: OrderState, since_before: Timestamp, limit: usize) -> EngineResult<Vec<TravellingParcel>>;
    async fn orders_by_ids(&self, ids: &[OrderId]) -> EngineResult<HashMap<OrderId, Order>>;
    async fn archived_state(&self, owner: Owner, order: OrderId) -> EngineResult<Option<OrderState>>;
    async fn order_by_number(&self, number: &str) -> EngineResult<Option<Order>>;
    async fn orders_of(&self, owner: Owner, filter: OrderFilter, window: Window<OrderPosition>) -> EngineResult<Page<Order>>;
    async fn orders_of_shipments(&self, ids: &[ShipmentId]) -> EngineResult<HashMap<ShipmentId, OrderId>>;
    async fn events(&self, order: OrderId, after: u64, limit: usize) -> EngineResult<Vec<OrderEvent>>;
    async fn owner_events(&self, owner: Owner, after: u64, limit: usize) -> EngineResult<Vec<OrderEvent>>;
    async fn events_of(&self, orders: &[OrderId], up_to: u64) -> EngineResult<HashMap<OrderId, Vec<OrderEvent>>>;
    async fn newest_owner_sequence(&self, owner: Owner) -> EngineResult<u64>;
    async fn adopt(&self, guest: GuestId, shopper: ShopperId, now: Timestamp) -> EngineResult<u64>;
    async fn forget(&self, before: Timestamp, limit: usize) -> EngineResult<u64>;
} }
