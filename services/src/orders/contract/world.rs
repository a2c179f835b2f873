//! A small world to play checkout in: stock, quotes, orders, all with ids that repeat.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use uuid::Uuid;

use crate::{
    inventory::{Movement, StockMove, ports::InventoryStore},
    kernel::{
        caller::Owner,
        clock::Timestamp,
        handling::HandlingClass,
        ids::{GuestId, ItemId, OrderId, OrderLineId, PaymentId, QuoteId, RefundId, ShipmentId, ShopperId, VariantId},
        money::Money,
        pincodes::Pincode,
    },
    orders::{
        LineUnits, NamedCharge, OnUnavailable, Order, OrderState, PaymentChoice, Quote, QuoteLine,
        charges::ChargeTable,
        plan::Plan,
        ports::{
            Cancelled, Cancelling, Candidate, NewShipment, Once, OrderStore, Placed, Placing, Settled, Settling,
            Verdict,
        },
        tokens,
    },
    users::PostalAddress,
};

/// When everything begins.
pub const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
/// How long a payment may take.
pub const RESERVATION: Duration = Duration::from_secs(900);

/// The stores under test.
pub struct World {
    /// Orders.
    pub orders: Arc<dyn OrderStore>,
    /// The stock that they hold.
    pub stock: Arc<dyn InventoryStore>,
    count: AtomicU64,
}

/// The owner of most orders.
pub fn shopper() -> Owner {
    Owner::Shopper(ShopperId(Uuid::from_u128(0x5_0000)))
}

/// Another owner.
pub fn stranger() -> Owner {
    Owner::Shopper(ShopperId(Uuid::from_u128(0x5_0001)))
}

/// Somebody without an account.
pub fn guest() -> Owner {
    Owner::Guest(GuestId(Uuid::from_u128(0x6_0000)))
}

/// A variant by a small number.
pub fn variant(n: u128) -> VariantId {
    VariantId(Uuid::from_u128(n))
}

/// A warehouse with a promise of `hours`.
pub fn candidate(warehouse: &str, hours: u64) -> Candidate {
    Candidate {
        warehouse: warehouse.into(),
        courier: "UDAAN".into(),
        promised_by: NOW + Duration::from_secs(hours * 3_600),
        delivery: Money::inr(4_000),
    }
}

impl World {
    /// Over fresh stores.
    pub fn new(orders: Arc<dyn OrderStore>, stock: Arc<dyn InventoryStore>) -> Self {
        Self { orders, stock, count: AtomicU64::new(1) }
    }

    /// An id that was not used before.
    pub fn id(&self) -> Uuid {
        Uuid::from_u128(0xA_0000_0000 + u128::from(self.count.fetch_add(1, Ordering::Relaxed)))
    }

    /// Puts units of a variant into a warehouse.
    pub async fn receive(&self, v: u128, warehouse: &str, quantity: i64) {
        let item = ItemId(Uuid::from_u128(1_000_000 + v));
        let cause = format!("receipt {}", self.id());
        let movement = Movement::Received;
        let received = StockMove { variant: variant(v), item, warehouse: warehouse.into(), movement, quantity, cause };
        self.stock.apply(vec![received], NOW).await.expect("stock is received");
    }

    /// What a variant has in a warehouse: available, reserved, sold.
    pub async fn level(&self, v: u128, warehouse: &str) -> (u32, u32, u32) {
        let levels = self.stock.levels(&[variant(v)]).await.expect("levels are read");
        let found = levels.get(&variant(v)).and_then(|l| l.iter().find(|l| l.warehouse == warehouse));
        found.map_or((0, 0, 0), |l| (l.available, l.reserved, l.sold))
    }

    /// A saved quote of lines (variant, quantity) from `BLR1`, each unit at ₹100, delivery ₹40.
    pub async fn quote(&self, owner: Owner, lines: &[(u128, u32)]) -> Quote {
        let quote = self.draw_up(owner, lines);
        self.orders.save_quote(quote.clone(), NOW).await.expect("the quote is saved");
        quote
    }

    /// The same without saving it.
    pub fn draw_up(&self, owner: Owner, lines: &[(u128, u32)]) -> Quote {
        let price = Money::inr(10_000);
        let from = candidate("BLR1", 48);
        let line = |(v, quantity): &(u128, u32)| QuoteLine {
            variant: variant(*v),
            item: ItemId(Uuid::from_u128(1_000_000 + v)),
            title: format!("Thing {v} 'blue' 50%"),
            handling: HandlingClass::Standard,
            quantity: *quantity,
            unit_price: price,
            total: Money::inr(price.minor * i64::from(*quantity)),
            promised_by: from.promised_by,
            warehouse: from.warehouse.clone(),
            courier: from.courier.clone(),
            delivery: from.delivery,
        };
        let lines: Vec<QuoteLine> = lines.iter().map(line).collect();
        let subtotal: i64 = lines.iter().map(|l| l.total.minor).sum();
        let delivery = Money::inr(if subtotal >= 49_900 { 0 } else { 4_000 });
        let address = PostalAddress {
            recipient: "Asha राव 🛵".into(),
            phone: "+91 98450 00000".into(),
            lines: vec!["12 MG Road".into()],
            city: "Bengaluru".into(),
            state: "Karnataka".into(),
            pincode: Pincode::new(560_001).expect("a pincode"),
        };
        Quote {
            id: QuoteId(self.id()),
            owner,
            expires_at: NOW + Duration::from_secs(600),
            address,
            email: Some("asha@example.org".into()),
            lines,
            charges: vec![NamedCharge { key: "delivery".into(), label: "Delivery".into(), amount: delivery }],
            total: Money::inr(subtotal + delivery.minor),
            from_cart: true,
            retry_of: None,
        }
    }

    /// What is asked to place a quote from `BLR1` by card, under a key.
    pub fn placing(&self, quote: &Quote, key: &str) -> Placing {
        self.placing_from(quote, key, &[candidate("BLR1", 48)])
    }

    /// The same from these warehouses.
    pub fn placing_from(&self, quote: &Quote, key: &str, from: &[Candidate]) -> Placing {
        let order = OrderId(self.id());
        let plan = Plan {
            order,
            number: tokens::order_number(order.0.as_u128() * 0x9E37_79B9),
            payment: PaymentId(self.id()),
            quote: quote.clone(),
            line_ids: quote.lines.iter().map(|_| OrderLineId(self.id())).collect(),
            choice: PaymentChoice::Card("tok_succeeds".into()),
            table: ChargeTable::default(),
        };
        let once = Once { operation: "placeOrder", key: key.into(), input_hash: format!("hash of {}", quote.id) };
        Placing {
            candidates: quote.lines.iter().map(|_| from.to_vec()).collect(),
            plan,
            on_unavailable: OnUnavailable::Reject,
            once,
            reservation: RESERVATION,
        }
    }

    /// Places, and expects that it works.
    pub async fn place(&self, placing: Placing) -> Order {
        match self.orders.place(placing, NOW).await.expect("the store answers") {
            Placed::Done { order, .. } => *order,
            other => panic!("not placed: {other:?}"),
        }
    }

    /// A new order of lines by card; stock must be there.
    pub async fn order(&self, lines: &[(u128, u32)]) -> Order {
        let quote = self.quote(shopper(), lines).await;
        let key = format!("key {}", self.id());
        self.place(self.placing(&quote, &key)).await
    }

    /// A new order that is paid.
    pub async fn paid(&self, lines: &[(u128, u32)]) -> Order {
        let order = self.order(lines).await;
        assert_eq!(self.succeed(&order).await, Settled::Done(order.id, OrderState::Placed));
        self.read(&order).await
    }

    /// The order as it is now.
    pub async fn read(&self, order: &Order) -> Order {
        let mut found = self.orders.orders_by_ids(&[order.id]).await.expect("orders are read");
        found.remove(&order.id).expect("the order is there")
    }

    /// The provider says that the money is there.
    pub async fn succeed(&self, order: &Order) -> Settled {
        self.settle(order, Verdict::Succeeded { reference: Some("ref".into()) }, NOW).await
    }

    /// The provider refuses.
    pub async fn decline(&self, order: &Order) -> Settled {
        self.settle(order, Verdict::Declined { reference: None, reason: "no funds".into() }, NOW).await
    }

    /// The provider decides at an instant.
    pub async fn settle(&self, order: &Order, verdict: Verdict, at: Timestamp) -> Settled {
        let settling =
            Settling { payment: order.payment.id, verdict, amount: None, message: None, refund: RefundId(self.id()) };
        self.orders.settle(settling, at).await.expect("the store answers")
    }

    /// Calls off lines (none: all) under a key.
    pub async fn cancel(&self, order: &Order, lines: &[OrderLineId], key: &str) -> Cancelled {
        let once =
            Once { operation: "cancelOrder", key: key.into(), input_hash: tokens::input_hash(&format!("{lines:?}")) };
        let cancelling = Cancelling {
            owner: order.owner,
            order: order.id,
            lines: lines.iter().map(|line| LineUnits { line: *line, quantity: None }).collect(),
            reason: Some("changed my mind".into()),
            once,
            refund: RefundId(self.id()),
        };
        self.orders.cancel(cancelling, NOW).await.expect("the store answers")
    }

    /// Packs the lines at these positions into one parcel and books it; answers the parcel and its number.
    pub async fn send(&self, order: &Order, positions: &[usize]) -> (ShipmentId, String) {
        let id = ShipmentId(self.id());
        let parcel = NewShipment {
            id,
            warehouse: "BLR1".into(),
            courier: "UDAAN".into(),
            lines: positions.iter().map(|i| order.lines[*i].id).collect(),
            expected_by: NOW + Duration::from_secs(48 * 3_600),
        };
        assert!(self.orders.pack(order.id, vec![parcel], NOW).await.expect("the store answers"), "nothing to pack");
        let number = format!("UDAAN-{id}");
        assert!(self.orders.book(id, number.clone(), NOW).await.expect("the store answers"), "not booked");
        (id, number)
    }
}
