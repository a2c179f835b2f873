//! The order service on SQL, from the quote to the doorstep: what stands in the way is typed, other warehouses step in
//! only when they keep the promise, and whatever the payment provider does, money moves once.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use engine_sql::{
    books::SqlBooksStore, inventory::SqlInventoryStore, items::SqlItemStore, network::SqlNetworkStore,
    orders::SqlOrderStore, users::SqlUserStore,
};
use services::{
    inventory::{Inventory, Movement, StockMove},
    items::{Items, contract::item, ports::ItemStore},
    kernel::{
        caller::Owner,
        clock::{Clock, Timestamp},
        error::{EngineError, EngineResult},
        handling::HandlingClass,
        ids::{GuestId, ItemId, OrderId, RefundId, SystemIds, VariantId},
        money::Money,
        pincodes::Pincode,
    },
    logistics::{Courier, Lane, LaneEnd, Network, Node, NodeKind, Rate, Reach, ports::NetworkStore},
    orders::{
        Error, Obstacle, OnUnavailable, Order, OrderParts, OrderSettings, OrderState, Orders, PaymentChoice,
        PlaceOrder, Quote, WantedLine, ports::Deadlines,
    },
    payments::{
        Charge, ChargeStatus, ProviderEvent, RefundState,
        ports::{Provider, WebhookRefusal},
    },
    reconciliation::verify,
    serviceability::{NotDeliverableReason, Serviceability},
    users::{PostalAddress, Users},
};
use uuid::Uuid;

use crate::support::{self, TestDb};

/// A provider that takes the money but loses its first answer for `tok_lost`, and counts what it took.
#[derive(Default)]
struct Bank {
    /// Charged and given back, by key.
    books: Mutex<HashMap<String, (i64, i64)>>,
    refunds: Mutex<HashSet<RefundId>>,
    calls: Mutex<Vec<&'static str>>,
}

impl Bank {
    fn call(&self, name: &'static str) {
        self.calls.lock().expect("no test panicked").push(name);
    }
    fn took(&self) -> (i64, i64) {
        let books = self.books.lock().expect("no test panicked");
        books.values().fold((0, 0), |(a, b), (c, d)| (a + c, b + d))
    }
}

#[async_trait]
impl Provider for Bank {
    fn name(&self) -> &'static str {
        "bank"
    }
    async fn charge(&self, charge: Charge, _: Timestamp) -> EngineResult<ChargeStatus> {
        self.call("charge");
        if charge.token == "tok_silent" {
            return Ok(ChargeStatus::Pending { reference: None, redirect_url: None });
        }
        if charge.token == "tok_declined" {
            return Ok(ChargeStatus::Declined { reference: "r".into(), reason: "no funds".into() });
        }
        let new = self.books.lock().expect("no test panicked").insert(charge.idempotency_key, (charge.amount.minor, 0));
        assert_eq!(new, None, "charged twice under one key");
        if charge.token == "tok_lost" {
            return Err(EngineError::retryable("payments", "the answer was lost"));
        }
        Ok(ChargeStatus::Succeeded { reference: "r".into() })
    }
    async fn find(&self, key: &str, _: Timestamp) -> EngineResult<ChargeStatus> {
        self.call("find");
        let known = self.books.lock().expect("no test panicked").contains_key(key);
        Ok(if known {
            ChargeStatus::Succeeded { reference: "r".into() }
        } else {
            ChargeStatus::Pending { reference: None, redirect_url: None }
        })
    }
    async fn cancel(&self, key: &str, now: Timestamp) -> EngineResult<ChargeStatus> {
        self.call("cancel");
        match self.find(key, now).await? {
            ChargeStatus::Succeeded { reference } => Ok(ChargeStatus::Succeeded { reference }),
            _ => Ok(ChargeStatus::Cancelled),
        }
    }
    async fn refund(&self, key: &str, refund: RefundId, amount: Money, _: Timestamp) -> EngineResult<bool> {
        self.call("refund");
        if self.refunds.lock().expect("no test panicked").insert(refund) {
            self.books.lock().expect("no test panicked").get_mut(key).expect("was charged").1 += amount.minor;
        }
        Ok(true)
    }
    fn webhook(
        &self,
        _: &(dyn Fn(&str) -> Option<String> + Sync),
        _: &[u8],
        _: Timestamp,
    ) -> Result<ProviderEvent, WebhookRefusal> {
        Err(WebhookRefusal::Signature)
    }
    async fn balance(&self, key: &str) -> EngineResult<Option<(i64, i64)>> {
        Ok(self.books.lock().expect("no test panicked").get(key).copied())
    }
}

/// A watch that forgets everything: the store's own truth has to do.
struct Forgetful;

#[async_trait]
impl Deadlines for Forgetful {
    async fn set(&self, _: OrderId, _: Timestamp) -> EngineResult<()> {
        Err(EngineError::retryable("deadlines", "away"))
    }
    async fn clear(&self, _: OrderId) -> EngineResult<()> {
        Err(EngineError::retryable("deadlines", "away"))
    }
    async fn due(&self, _: usize, _: Timestamp) -> EngineResult<Vec<OrderId>> {
        Err(EngineError::retryable("deadlines", "away"))
    }
    async fn next(&self) -> EngineResult<Option<Timestamp>> {
        Ok(None)
    }
}

struct Shop {
    t: TestDb,
    orders: Orders,
    inventory: Inventory,
    store: SqlItemStore,
    bank: Arc<Bank>,
}

fn node(code: &str, kind: NodeKind, pincode: u32) -> Node {
    let pincode = Pincode::new(pincode).expect("a pincode");
    Node {
        code: code.into(),
        name: code.into(),
        kind,
        latitude: 12.97,
        longitude: 77.59,
        pincode,
        handling_minutes: 60,
    }
}

fn lane(code: &str, from: &str, to: LaneEnd, transit_minutes: u32) -> Lane {
    Lane {
        code: code.into(),
        courier: "UDAAN".into(),
        from: from.into(),
        to,
        transit_minutes,
        departures: vec![540],
        weekdays: 0b111_1111,
        carries: vec![HandlingClass::Standard],
        capacity_per_day: None,
        active: true,
    }
}

/// Two warehouses of equal promise and a slow one, one station, one pincode.
fn network() -> Network {
    let station = || LaneEnd::Node("S-560".into());
    Network {
        version: 1,
        nodes: vec![
            node("BLR1", NodeKind::Warehouse, 560_001),
            node("BLR2", NodeKind::Warehouse, 560_001),
            node("DEL1", NodeKind::Warehouse, 110_001),
            node("S-560", NodeKind::Station, 560_001),
        ],
        couriers: vec![Courier {
            code: "UDAAN".into(),
            name: "Udaan".into(),
            rates: vec![Rate { up_to_km: 5_000, charge: Money::inr(4_000) }],
            special_handling_charge: Money::inr(0),
        }],
        lanes: vec![
            lane("L1", "BLR1", station(), 120),
            lane("L2", "BLR2", station(), 120),
            lane("L3", "DEL1", station(), 5_000),
            lane("D", "S-560", LaneEnd::Doors, 300),
        ],
        reaches: vec![Reach {
            courier: "UDAAN".into(),
            station: "S-560".into(),
            pincodes: vec![Pincode::new(560_001).expect("a pincode")],
        }],
    }
}

const GUEST: Owner = Owner::Guest(GuestId(Uuid::from_u128(0x6)));

impl Shop {
    async fn open() -> Self {
        let t = support::db().await;
        let (clock, ids): (Arc<dyn Clock>, _) = (t.clock.clone(), Arc::new(SystemIds));
        let store = SqlItemStore::new(t.db.clone());
        store.save((0..4).map(|n| item(n, 1)).collect(), clock.now()).await.expect("items are saved");
        let net = Arc::new(SqlNetworkStore::new(t.db.clone()));
        net.replace(network(), clock.now()).await.expect("the network is saved");
        let inventory = Inventory::new(Arc::new(SqlInventoryStore::new(t.db.clone())), clock.clone());
        let serviceability = Serviceability::new(net, inventory.clone(), clock.clone());
        serviceability.load().await.expect("the network is read");
        let bank = Arc::new(Bank::default());
        let parts = OrderParts {
            store: Arc::new(SqlOrderStore::new(t.db.clone())),
            provider: bank.clone(),
            deadlines: Arc::new(Forgetful),
            items: Items::new(Arc::new(store.clone()), clock.clone(), ids.clone()),
            inventory: inventory.clone(),
            serviceability,
            users: Users::new(Arc::new(SqlUserStore::new(t.db.clone())), clock.clone(), ids.clone()),
            clock,
            ids,
        };
        Self { orders: Orders::new(parts, OrderSettings::default()), inventory, store, bank, t }
    }

    async fn receive(&self, n: u32, warehouse: &str, quantity: i64) {
        let cause = Uuid::new_v4().to_string();
        let moved = StockMove {
            variant: variant(n),
            item: ItemId(Uuid::nil()),
            warehouse: warehouse.into(),
            movement: Movement::Received,
            quantity,
            cause,
        };
        self.inventory.apply(vec![moved]).await.expect("stock is received");
    }

    async fn quote(&self, lines: &[(u32, u32)]) -> Result<Quote, Error> {
        self.quote_to(lines, 560_001).await
    }

    async fn quote_to(&self, lines: &[(u32, u32)], pincode: u32) -> Result<Quote, Error> {
        let lines =
            lines.iter().map(|(n, quantity)| WantedLine { variant: variant(*n), quantity: *quantity }).collect();
        self.orders.quote(GUEST, lines, true, address(pincode), Some("Asha@Example.org".into())).await
    }

    async fn place(&self, quote: &Quote, token: &str, mode: OnUnavailable) -> Result<Order, Error> {
        let request = PlaceOrder {
            quote: quote.id,
            expected_total: quote.total,
            payment: PaymentChoice::Card(token.into()),
            on_unavailable: mode,
            idempotency_key: Uuid::new_v4().to_string(),
        };
        self.orders.place(GUEST, request).await.map(|p| p.order)
    }

    async fn order(&self, token: &str) -> Order {
        let quote = self.quote(&[(1, 1)]).await.expect("is quoted");
        self.place(&quote, token, OnUnavailable::Reject).await.expect("is placed")
    }

    async fn read(&self, order: &Order) -> Order {
        let mut found = self.orders.by_ids(GUEST, &[order.id]).await.expect("a read");
        found.remove(&order.id).expect("the order is there")
    }

    async fn agree(&self) {
        let findings =
            verify(&SqlBooksStore::new(self.t.db.clone()), self.t.clock.now()).await.expect("the books are read");
        assert_eq!(findings, []);
    }
}

fn variant(n: u32) -> VariantId {
    item(n, 1).variants[0].id
}

fn address(pincode: u32) -> PostalAddress {
    PostalAddress {
        recipient: "Asha".into(),
        phone: "+91 98450 00000".into(),
        lines: vec!["12 MG Road".into()],
        city: "Bengaluru".into(),
        state: "Karnataka".into(),
        pincode: Pincode::new(pincode).expect("six digits"),
    }
}

fn obstacles<T: std::fmt::Debug>(result: Result<T, Error>) -> Vec<Obstacle> {
    match result {
        Err(Error::Obstacles(obstacles)) => obstacles,
        other => panic!("no obstacles: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quote_lists_everything_that_stands_in_the_way() {
    let shop = Shop::open().await;
    shop.receive(1, "BLR1", 2).await;
    let found = obstacles(shop.quote(&[(1, 3), (2, 1), (3, 0), (9, 1), (1, 1)]).await);
    let gone = item(9, 1).variants[0].id;
    let expected = [
        Obstacle::Quantity { line: 2, quantity: 0 },
        Obstacle::Gone { line: 3, variant: gone },
        Obstacle::InsufficientStock { line: 0, variant: variant(1), available: 2 },
        Obstacle::InsufficientStock { line: 1, variant: variant(2), available: 0 },
    ];
    assert_eq!(found, expected);
    assert_eq!(obstacles(shop.quote(&[]).await), [Obstacle::Empty]);
    let far = obstacles(shop.quote_to(&[(1, 1)], 744_101).await);
    assert_eq!(
        far,
        [Obstacle::NotDeliverable { line: 0, variant: variant(1), reason: NotDeliverableReason::NoCourier }]
    );
    let lines = vec![WantedLine { variant: variant(1), quantity: 1 }];
    let nameless = obstacles(
        shop.orders.quote(GUEST, lines, false, PostalAddress { recipient: " ".into(), ..address(560_001) }, None).await,
    );
    let fields: Vec<_> =
        nameless.iter().map(|o| if let Obstacle::Address { field, .. } = o { *field } else { "?" }).collect();
    assert_eq!(fields, ["email", "recipient"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quote_is_frozen_whatever_the_price_does() {
    let shop = Shop::open().await;
    shop.receive(1, "BLR1", 5).await;
    let quote = shop.quote(&[(1, 2)]).await.expect("is quoted");
    assert_eq!((quote.lines[0].unit_price, quote.total), (Money::inr(101), Money::inr(202 + 4_000)));
    assert_eq!(quote.email.as_deref(), Some("asha@example.org"));
    let mut dearer = item(1, 2);
    dearer.variants[0].price = Money::inr(999);
    shop.store.save(vec![dearer], shop.t.clock.now()).await.expect("saved");
    let order = shop.place(&quote, "tok_succeeds", OnUnavailable::Reject).await.expect("is placed");
    assert_eq!(order.total, quote.total);
    let found = shop.orders.find_quote(GUEST, quote.id).await.expect("a read");
    assert_eq!(found, Some(quote.clone()));
    assert_eq!(
        obstacles(shop.place(&quote, "tok_succeeds", OnUnavailable::Reject).await),
        [Obstacle::QuoteUsed { order: order.id }]
    );
    let stranger = Owner::Guest(GuestId(Uuid::from_u128(7)));
    assert_eq!(shop.orders.find_quote(stranger, quote.id).await.expect("a read"), None);
    let token = shop.orders.guest_token(&order).expect("a guest's");
    assert_eq!(shop.orders.guest_order(&order.number, &token).await.expect("a read").map(|o| o.id), Some(order.id));
    assert_eq!(shop.orders.guest_order(&order.number, "x").await.expect("a read"), None);
    let mut low = quote;
    low.total = Money::inr(1);
    assert!(matches!(
        obstacles(shop.place(&low, "tok_succeeds", OnUnavailable::Reject).await)[..],
        [Obstacle::TotalMismatch { .. }]
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_warehouse_steps_in_only_when_it_keeps_the_promise() {
    let shop = Shop::open().await;
    shop.receive(1, "BLR1", 1).await;
    shop.receive(1, "DEL1", 9).await;
    let (first, second) =
        (shop.quote(&[(1, 1)]).await.expect("is quoted"), shop.quote(&[(1, 1)]).await.expect("is quoted"));
    assert_eq!(first.lines[0].warehouse, "BLR1");
    shop.place(&first, "tok_succeeds", OnUnavailable::Reject).await.expect("is placed");
    let found = obstacles(shop.place(&second, "tok_succeeds", OnUnavailable::Reject).await);
    let was = second.lines[0].promised_by;
    assert!(
        matches!(found[..], [Obstacle::PromiseChanged { line: 0, was: w, now: Some(n), .. }] if w == was && n > was),
        "{found:?}"
    );
    shop.receive(1, "BLR2", 1).await;
    let order = shop.place(&second, "tok_succeeds", OnUnavailable::Reject).await.expect("is placed");
    assert_eq!((order.lines[0].warehouse.as_str(), order.lines[0].promised_by), ("BLR2", was));
    assert_eq!(order.total, second.total);
    shop.agree().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_is_asked_about_and_never_charged_again() {
    let shop = Shop::open().await;
    shop.receive(1, "BLR1", 5).await;
    let order = shop.order("tok_lost").await;
    assert_eq!(shop.orders.charge_step(9).await.expect("a step"), 1);
    assert_eq!(shop.read(&order).await.state, OrderState::Created, "unknown is neither yes nor no");
    assert_eq!(shop.orders.charge_step(9).await.expect("a step"), 0, "it rests first");
    shop.t.clock.advance(Duration::from_secs(1));
    assert_eq!(shop.orders.charge_step(9).await.expect("a step"), 1);
    assert_eq!(shop.read(&order).await.state, OrderState::Placed);
    assert_eq!(*shop.bank.calls.lock().expect("no test panicked"), ["charge", "find"]);
    assert_eq!(shop.bank.took(), (order.total.minor, 0));
    shop.agree().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_success_that_lost_against_the_deadline_is_given_back_once() {
    let shop = Shop::open().await;
    shop.receive(1, "BLR1", 5).await;
    let (lost, silent) = (shop.order("tok_lost").await, shop.order("tok_silent").await);
    shop.orders.charge_step(9).await.expect("a step");
    shop.t.clock.advance(Duration::from_secs(901));
    assert_eq!(shop.orders.expire_step(9).await.expect("a step"), 2, "without any watch");
    assert_eq!(shop.orders.expire_step(9).await.expect("a step"), 0);
    for _ in 0..3 {
        shop.orders.charge_step(9).await.expect("a step");
        shop.orders.refund_step(9).await.expect("a step");
        shop.t.clock.advance(Duration::from_secs(60));
    }
    let (lost, silent) = (shop.read(&lost).await, shop.read(&silent).await);
    assert_eq!((lost.state, silent.state), (OrderState::Expired, OrderState::Expired));
    assert_eq!(
        lost.refunds.iter().map(|r| (r.amount, r.state)).collect::<Vec<_>>(),
        [(lost.total, RefundState::Succeeded)]
    );
    assert!(silent.refunds.is_empty());
    assert_eq!(shop.bank.took(), (lost.total.minor, lost.total.minor));
    assert_eq!(shop.orders.charge_step(9).await.expect("a step"), 0, "nothing is left to do");
    shop.agree().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_order_is_tried_again_as_a_new_one() {
    let shop = Shop::open().await;
    shop.receive(1, "BLR1", 1).await;
    let order = shop.order("tok_declined").await;
    let card = || PaymentChoice::Card("tok_succeeds".into());
    let retry = async |key: &str| shop.orders.retry(GUEST, order.id, order.total, card(), key.into()).await;
    assert!(matches!(retry("early").await, Err(Error::WrongState { state: OrderState::Created, .. })));
    shop.orders.charge_step(9).await.expect("a step");
    assert_eq!(shop.read(&order).await.state, OrderState::Failed);
    let again = retry("k").await.expect("is placed").order;
    assert_eq!((again.retry_of, again.from_cart, again.lines[0].quantity), (Some(order.id), true, 1));
    assert_eq!(retry("k").await.expect("is answered again").order.id, again.id);
    let found = obstacles(retry("other").await);
    assert_eq!(found, [Obstacle::InsufficientStock { line: 0, variant: variant(1), available: 0 }]);
    let key = async |total| shop.orders.retry(GUEST, order.id, total, card(), "k".into()).await;
    assert!(matches!(key(Money::inr(1)).await, Err(Error::KeyReused)));
    shop.orders.charge_step(9).await.expect("a step");
    assert_eq!(shop.read(&again).await.state, OrderState::Placed);
    assert_eq!(shop.read(&order).await.state, OrderState::Failed);
    shop.agree().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processing_packs_one_parcel_per_warehouse_and_books_it() {
    let shop = Shop::open().await;
    for (n, warehouse) in [(1, "BLR1"), (2, "BLR2"), (3, "BLR1")] {
        shop.receive(n, warehouse, 5).await;
    }
    let quote = shop.quote(&[(1, 1), (2, 1), (3, 1)]).await.expect("is quoted");
    let order = shop.place(&quote, "tok_succeeds", OnUnavailable::Reject).await.expect("is placed");
    assert_eq!(shop.orders.process_step(9).await.expect("a step"), 0, "not before it is paid");
    shop.orders.charge_step(9).await.expect("a step");
    assert_eq!(shop.orders.process_step(9).await.expect("a step"), 3, "one order packed, two parcels booked");
    assert_eq!(shop.orders.process_step(9).await.expect("a step"), 0);
    let order = shop.read(&order).await;
    assert_eq!(order.state, OrderState::Packed);
    let parcels: Vec<_> = order.shipments.iter().map(|s| (s.warehouse.as_str(), s.tracking_number.is_some())).collect();
    assert_eq!(parcels, [("BLR1", true), ("BLR2", true)]);
    let cancelled = shop.orders.cancel(GUEST, order.id, vec![], None, "c".into()).await.expect("is called off");
    assert_eq!(cancelled.state, OrderState::Cancelled);
    shop.orders.refund_step(9).await.expect("a step");
    assert_eq!(shop.bank.took(), (order.total.minor, order.total.minor));
    shop.agree().await;
}
