//! A small shop on a database in a temporary folder: one warehouse, one courier, three pincodes, and as many items as a
//! test wants.

use std::{sync::Arc, time::Duration};

use async_graphql::{Request, Response, Variables};
use engine_embedded::{MemoryDeadlines, MemoryRateLimiter, SandboxProvider};
use engine_sql::{
    Db,
    activity::{SqlPseudonymStore, SqlRecordStore},
    archive::SqlOrderArchive,
    books::SqlBooksStore,
    carts::SqlCartStore,
    deliveries::SqlDeliveryStore,
    event_log::SqlEventLog,
    factors::SqlFactorStore,
    inventory::SqlInventoryStore,
    items::SqlItemStore,
    models::SqlModelStore,
    network::SqlNetworkStore,
    notifications::SqlNotificationStore,
    orders::SqlOrderStore,
    payments::SqlSandboxLedger,
    sessions::SqlSessionStore,
    trends::SqlTrendStore,
    users::SqlUserStore,
    wishlists::SqlWishlistStore,
};
use engine_tantivy::TantivyIndex;
use resolvers::{RequestData, Served, Shop, degraded};
use serde_json::{Value, json};
use services::{
    activity::Activity,
    carts::{Carts, ports::CartStore},
    history::{History, OrderIndex},
    inventory::{Inventory, Movement, StockMove, ports::InventoryStore},
    items::{
        Attribute, AttributeDefinition, AttributeKind, AttributeValue, Category, Image, Item, ItemDraft, Items,
        SelectedOption, VariantDraft, ports::ItemStore,
    },
    kernel::{
        caller::{Caller, Owner, Role, Roles},
        clock::{Clock, ManualClock, Timestamp},
        events::EventLog,
        handling::HandlingClass,
        ids::{CategoryId, GuestId, IdSource, ItemId, SeededIds, ShopperId, SupplierId},
        money::Money,
        pincodes::Pincode,
    },
    logistics::{Courier, Lane, LaneEnd, Network, Node, NodeKind, Rate, Reach, ports::NetworkStore},
    notifications::{Notifications, Outgoing, OutgoingParts, guard},
    orders::{OrderParts, OrderSettings, Orders, ports::OrderStore},
    recommendations::Recommendations,
    search::{Search, Synonyms, ports::SearchIndex},
    serviceability::Serviceability,
    sessions::{Moves, SealingKeys, SessionParts, Sessions, TokenKeys},
    trends::Trends,
    users::{Shopper, Users, ports::UserStore},
    wishlists::{Wishlists, ports::WishlistStore},
};
use tempfile::TempDir;
use uuid::Uuid;

use super::counting::{Calls, Counted};

/// Where everything can be brought.
pub const PINCODE: &str = "560001";
const START: Timestamp = Timestamp::from_seconds(1_790_000_000);
const LEAVES: usize = 5;

/// The stores, and the services on top of them.
pub struct Small {
    db: Db,
    index: Arc<dyn SearchIndex>,
    /// What was called.
    pub calls: Arc<Calls>,
    /// The time, which moves only when told.
    pub clock: Arc<ManualClock>,
    ids: Arc<dyn IdSource>,
    /// The services.
    pub shop: Arc<Shop>,
    /// With everything in it, `_entities` too.
    schema: Served,
    /// The items, in the order they were made.
    pub items: Vec<Arc<Item>>,
    _folder: TempDir,
}

/// A shopper with every role, so that one caller can ask everything.
pub fn staff() -> Caller {
    let roles = Role::ALL.into_iter().fold(Roles::default(), Roles::with);
    Caller { owner: Some(Owner::Shopper(shopper_id())), roles, session: None, expires_at: None }
}
/// A shopper without roles of staff.
pub fn shopper() -> Caller {
    Caller { roles: Roles::default().with(Role::Shopper), ..staff() }
}
/// A guest.
pub fn guest() -> Caller {
    let owner = Some(Owner::Guest(GuestId(Uuid::from_u128(0x6e57))));
    Caller { owner, roles: Roles::default(), session: None, expires_at: None }
}
fn shopper_id() -> ShopperId {
    ShopperId(Uuid::from_u128(0x5409))
}
fn pincode(text: &str) -> Pincode {
    text.parse().expect("a pincode")
}

impl Small {
    /// A shop with so many items of three variants each.
    pub async fn with_items(count: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(ManualClock::new(START));
        let ids: Arc<dyn IdSource> = Arc::new(SeededIds::new(7));
        let url = format!("sqlite:{}", folder.path().join("shop.db").display());
        let db = Db::open(&url, clock.clone(), Arc::clone(&ids)).await.expect("a database");
        let index: Arc<dyn SearchIndex> = Arc::new(TantivyIndex::in_memory(clock.clone()).expect("an index"));
        let calls = Arc::new(Calls::default());
        let shop = Arc::new(services(&db, &index, &calls, &clock, &ids));
        let schema = Served::new(&shop, true, true);
        let mut small = Self { db, index, calls, clock, ids, shop, schema, items: Vec::new(), _folder: folder };
        small.fill(count).await;
        small
    }

    async fn fill(&mut self, count: usize) {
        let now = self.clock.now();
        self.shop.network.replace(network(), now).await.expect("a network");
        let users = SqlUserStore::new(self.db.clone());
        users.create(account(now), "no password".into(), now).await.expect("an account");
        self.shop.items.save_categories(categories()).await.expect("categories");
        let saved = self.shop.items.save((0..count).map(draft).collect()).await.expect("the store answers");
        let made: Vec<ItemId> = saved.into_iter().map(|s| s.expect("the item is good").0).collect();
        let found = self.shop.items.items(&made).await.expect("the items");
        self.items = made.iter().map(|id| Arc::clone(&found[id])).collect();
        self.shop.inventory.apply(self.items.iter().flat_map(|i| stock(i)).collect()).await.expect("stock");
        self.shop.search.rebuild().await.expect("an index");
        self.cool().await;
    }

    /// Services without anything in their caches, on the same stores, and no calls counted.
    pub async fn cool(&mut self) {
        self.shop = Arc::new(services(&self.db, &self.index, &self.calls, &self.clock, &self.ids));
        self.schema = Served::new(&self.shop, true, true);
        self.shop.serviceability.load().await.expect("promises");
        self.calls.take();
    }

    /// The answer to a document.
    pub async fn ask(&self, caller: Caller, query: &str, variables: Value) -> Answer {
        let data = Arc::new(RequestData::new(Arc::clone(&self.shop), caller, "127.0.0.1".into(), "test".into()));
        let request = Request::new(query).variables(Variables::from_json(variables)).data(Arc::clone(&data));
        let response = self.schema.execute(request).await;
        Answer { degraded: degraded(&data), response }
    }

    /// The data of an answer without errors.
    pub async fn data(&self, caller: Caller, query: &str, variables: Value) -> Value {
        let answer = self.ask(caller, query, variables).await;
        assert!(answer.response.errors.is_empty(), "{query}\n{:#?}", answer.response.errors);
        answer.data()
    }

    /// The answers of a subscription.
    pub fn follow(
        &self,
        caller: Caller,
        query: &str,
        variables: Value,
    ) -> futures::stream::BoxStream<'static, Response> {
        let data = Arc::new(RequestData::new(Arc::clone(&self.shop), caller, "127.0.0.1".into(), "test".into()));
        let request = Request::new(query).variables(Variables::from_json(variables)).data(data);
        self.schema.execute_stream(request)
    }

    /// Puts the first variant of so many items into the cart.
    pub async fn fill_cart(&self, caller: Caller, count: usize) {
        for (n, chunk) in self.items[..count].chunks(50).enumerate() {
            let lines = chunk.iter().map(|i| (i.variants[0].id, 1)).collect();
            let owner = caller.owner.expect("an owner");
            let answer =
                self.shop.carts.add(owner, lines, format!("fill-{count}-{n}")).await.expect("the cart takes them");
            assert_eq!(answer.problems, []);
        }
    }

    /// Places so many orders of one line, paid by card, and gives their global ids, oldest first.
    pub async fn place_orders(&self, caller: Caller, count: usize) -> Vec<String> {
        let mut orders = Vec::with_capacity(count);
        for n in 0..count {
            let placed = self.place_order(caller, n, json!({ "cardToken": "tok_succeeds" })).await;
            orders.push(placed["id"].as_str().expect("an id").to_owned());
            self.clock.advance(Duration::from_millis(1));
        }
        orders
    }

    /// Quotes one unit of an item's first variant and places it.
    pub async fn place_order(&self, caller: Caller, item: usize, payment: Value) -> Value {
        let variant = resolvers::ids::of(self.items[item].variants[0].id).0;
        let quoted = self
            .data(
                caller,
                "mutation($i: CheckoutQuoteInput!) { checkoutQuote(input: $i) { quote { id total { amount currencyCode } } errors { code message path } } }",
                json!({ "i": { "lines": [{ "variantId": variant }], "address": address() } }),
            )
            .await;
        let quote = &quoted["checkoutQuote"]["quote"];
        assert!(quote.is_object(), "{quoted:#}");
        let input = json!({ "quoteId": quote["id"], "expectedTotal": quote["total"], "payment": payment,
            "idempotencyKey": format!("order-{item}-{}", self.clock.now().micros()) });
        let placed = self
            .data(
                caller,
                "mutation($i: PlaceOrderInput!) { placeOrder(input: $i) { order { id number state total { amount currencyCode } } guestToken errors { __typename code message path ... on TotalMismatch { total { amount } } } warnings { code } } }",
                json!({ "i": input }),
            )
            .await;
        assert_eq!(placed["placeOrder"]["errors"], json!([]), "{placed:#}");
        placed["placeOrder"]["order"].clone()
    }
}

/// An answer with the engines that failed.
pub struct Answer {
    /// The engines.
    pub degraded: Vec<&'static str>,
    /// What GraphQL says.
    pub response: Response,
}

impl Answer {
    /// Its data as JSON.
    pub fn data(&self) -> Value {
        serde_json::to_value(&self.response.data).expect("JSON")
    }
    /// The codes of its errors.
    pub fn codes(&self) -> Vec<String> {
        let code = |e: &async_graphql::ServerError| {
            let code = e.extensions.as_ref()?.get("code")?.clone().into_json().ok()?;
            Some(code.as_str()?.to_owned())
        };
        self.response.errors.iter().map(|e| code(e).unwrap_or_else(|| e.message.clone())).collect()
    }
}

/// An address that everything reaches.
pub fn address() -> Value {
    json!({ "recipient": "Asha Rao", "phone": "+91 98450 12345", "lines": ["12 Residency Road"], "city": "Bengaluru",
        "state": "Karnataka", "pincode": PINCODE, "email": "asha@example.org" })
}

fn services(
    db: &Db,
    index: &Arc<dyn SearchIndex>,
    calls: &Arc<Calls>,
    clock: &Arc<ManualClock>,
    ids: &Arc<dyn IdSource>,
) -> Shop {
    let time: Arc<dyn Clock> = clock.clone();
    let db = || db.clone();
    let item_store: Arc<dyn ItemStore> = Arc::new(SqlItemStore::new(db()));
    let stock: Arc<dyn InventoryStore> = Arc::new(SqlInventoryStore::new(db()));
    let user_store: Arc<dyn UserStore> = Arc::new(SqlUserStore::new(db()));
    let cart_store: Arc<dyn CartStore> = Arc::new(SqlCartStore::new(db()));
    let wishes: Arc<dyn WishlistStore> = Arc::new(SqlWishlistStore::new(db()));
    let networks: Arc<dyn NetworkStore> = Arc::new(SqlNetworkStore::new(db()));
    let order_store: Arc<dyn OrderStore> = Arc::new(SqlOrderStore::new(db()));
    let users_counted: Arc<dyn UserStore> = Counted::new(user_store, calls);
    let network: Arc<dyn NetworkStore> = Counted::new(networks, calls);
    let log: Arc<dyn EventLog> = Arc::new(SqlEventLog::new(db(), Vec::new()));

    let items = Items::new(Counted::new(item_store, calls), Arc::clone(&time), Arc::clone(ids));
    let inventory = Inventory::new(Counted::new(stock, calls), Arc::clone(&time));
    let serviceability = Serviceability::new(Arc::clone(&network), inventory.clone(), Arc::clone(&time));
    let users = Users::new(Arc::clone(&users_counted), Arc::clone(&time), Arc::clone(ids));
    let carts = Carts::new(Counted::new(cart_store, calls), items.clone(), Arc::clone(&time));
    let wishlists = Wishlists::new(Counted::new(wishes, calls), items.clone(), Arc::clone(&time));
    let moves = Moves::new(carts.clone(), wishlists.clone());
    let search = Search::new(
        Counted::new(Arc::clone(index), calls),
        items.clone(),
        inventory.clone(),
        serviceability.clone(),
        b"cursor key".to_vec(),
        Arc::clone(&time),
        Synonyms::shipped(),
    );
    let parts = OrderParts {
        store: Counted::new(order_store, calls),
        provider: Arc::new(SandboxProvider::new(Arc::new(SqlSandboxLedger::new(db())), vec![b"secret".to_vec()])),
        deadlines: Arc::new(MemoryDeadlines::new()),
        items: items.clone(),
        inventory: inventory.clone(),
        serviceability: serviceability.clone(),
        users: users.clone(),
        clock: Arc::clone(&time),
        ids: Arc::clone(ids),
    };
    let sessions = Sessions::new(SessionParts {
        users: users_counted,
        store: Arc::new(SqlSessionStore::new(db())),
        factors: Arc::new(SqlFactorStore::new(db())),
        limiter: Arc::new(MemoryRateLimiter::new()),
        mailer: None,
        moves: moves.clone(),
        keys: TokenKeys::parse("k1:0123456789abcdef0123456789abcdef").expect("a key"),
        sealing: SealingKeys::parse("k1:fedcba9876543210fedcba9876543210").expect("a key"),
        clock: Arc::clone(&time),
        ids: Arc::clone(ids),
    });
    let activity = Activity::new(
        Arc::new(SqlPseudonymStore::new(db())),
        Arc::new(SqlRecordStore::new(db())),
        Arc::clone(&log),
        Arc::clone(&time),
        Arc::clone(ids),
    );
    let orders = Orders::new(parts, OrderSettings::default());
    let one_list: Arc<dyn OrderIndex> = Arc::new(SqlOrderStore::new(db()));
    let history = History::new(
        orders.clone(),
        Counted::new(one_list, calls),
        Arc::new(SqlOrderArchive::new(db())),
        Arc::clone(&time),
        Duration::from_secs(90 * 86_400),
    );
    Shop {
        recommendations: Recommendations::new(Arc::new(SqlModelStore::new(db())), activity.clone(), Arc::clone(&time)),
        trends: Trends::new(Arc::new(SqlTrendStore::new(db())), items.clone(), Arc::clone(&time)),
        activity,
        items,
        inventory,
        serviceability,
        users,
        sessions,
        carts,
        wishlists,
        moves,
        search,
        orders,
        history,
        notifications: Notifications::new(Arc::new(SqlNotificationStore::new(db()))),
        outgoing: Outgoing::new(OutgoingParts {
            store: Arc::new(SqlDeliveryStore::new(db())),
            mailer: None,
            hooks: None,
            reach: guard::Reach::Public,
            secrets: Vec::new(),
            clock: Arc::clone(&time),
            ids: Arc::clone(ids),
        }),
        log,
        network,
        books: Arc::new(SqlBooksStore::new(db())),
        clock: time,
        ids: Arc::clone(ids),
    }
}

fn account(now: Timestamp) -> Shopper {
    Shopper {
        id: shopper_id(),
        email: "asha@example.org".into(),
        name: "Asha".into(),
        roles: Roles::default().with(Role::Shopper),
        supplier: None,
        courier: None,
        delivery_pincode: Some(pincode(PINCODE)),
        created_at: now,
    }
}

fn category_id(n: usize) -> CategoryId {
    CategoryId(Uuid::from_u128(0xca7 + n as u128))
}

fn categories() -> Vec<Category> {
    let top = Category {
        id: category_id(LEAVES),
        parent: None,
        slug: "electronics".into(),
        name: "Electronics".into(),
        position: 0,
        attributes: vec![AttributeDefinition {
            key: "screen_size".into(),
            label: "Screen size".into(),
            kind: AttributeKind::Number,
            unit: Some("cm".into()),
            facetable: true,
        }],
    };
    let leaf = |n: usize| Category {
        id: category_id(n),
        parent: Some(category_id(LEAVES)),
        slug: format!("televisions-{n}"),
        name: format!("Televisions {n}"),
        position: n as u32,
        attributes: Vec::new(),
    };
    std::iter::once(top).chain((0..LEAVES).map(leaf)).collect()
}

fn draft(n: usize) -> ItemDraft {
    let variant = |size: &str, more: i64| VariantDraft {
        sku: format!("TV-{n}-{size}"),
        options: vec![SelectedOption { name: "Size".into(), value: size.into() }],
        price: Money::inr(10_000 + more),
        list_price: None,
    };
    ItemDraft {
        supplier: SupplierId(Uuid::from_u128(0x50)),
        external_id: format!("tv-{n}"),
        version: None,
        category: category_id(n % LEAVES),
        title: format!("Television number {n}"),
        brand: Some("Chitra".into()),
        description: Some("A television.".into()),
        images: vec![Image {
            url: format!("/images/tv-{n}.svg"),
            alt: "A television".into(),
            width: None,
            height: None,
        }],
        rating: None,
        attributes: vec![Attribute { key: "screen_size".into(), value: AttributeValue::Number(100.0 + n as f64) }],
        handling: HandlingClass::Standard,
        variants: vec![variant("S", 0), variant("M", 500), variant("L", 1_000)],
    }
}

fn stock(item: &Item) -> Vec<StockMove> {
    let received = |v: &services::items::Variant| StockMove {
        variant: v.id,
        item: item.id,
        warehouse: "BLR1".into(),
        movement: Movement::Received,
        quantity: 200,
        cause: format!("first-{}", v.id),
    };
    item.variants.iter().map(received).collect()
}

fn network() -> Network {
    let node = |code: &str, kind| Node {
        code: code.into(),
        name: code.into(),
        kind,
        latitude: 12.97,
        longitude: 77.59,
        pincode: pincode(PINCODE),
        handling_minutes: 60,
    };
    let lane = |code: &str, courier: &str, from: &str, to| Lane {
        code: code.into(),
        courier: courier.into(),
        from: from.into(),
        to,
        transit_minutes: 120,
        departures: vec![360, 1_080],
        weekdays: 0b111_1111,
        carries: HandlingClass::ALL.to_vec(),
        capacity_per_day: None,
        active: true,
    };
    let courier = |code: &str| Courier {
        code: code.into(),
        name: format!("{code} Express"),
        rates: vec![Rate { up_to_km: 5_000, charge: Money::inr(4_900) }],
        special_handling_charge: Money::inr(0),
    };
    let couriers = ["UDAAN", "VAYU"];
    let mut lanes = Vec::new();
    for name in couriers {
        lanes.push(lane(&format!("{name}-1"), name, "BLR1", LaneEnd::Node("S-560".into())));
        lanes.push(lane(&format!("{name}-2"), name, "S-560", LaneEnd::Doors));
        // More lanes, so that a page of them is a page.
        lanes.extend((3..60).map(|n| lane(&format!("{name}-{n:02}"), name, "BLR1", LaneEnd::Node("S-560".into()))));
    }
    let reach = |name: &str| Reach {
        courier: name.into(),
        station: "S-560".into(),
        pincodes: vec![pincode("560001"), pincode("560002"), pincode("560003")],
    };
    Network {
        version: 0,
        nodes: vec![node("BLR1", NodeKind::Warehouse), node("S-560", NodeKind::Station)],
        couriers: couriers.iter().map(|c| courier(c)).collect(),
        lanes,
        reaches: couriers.iter().map(|c| reach(c)).collect(),
    }
}
