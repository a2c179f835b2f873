//! Quotes, orders, lines, parcels and their states.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use crate::kernel::events::OrderStep;
use crate::{
    kernel::{
        caller::Owner,
        clock::Timestamp,
        handling::HandlingClass,
        ids::{ItemId, OrderId, OrderLineId, QuoteId, ShipmentId, VariantId},
        money::Money,
    },
    payments::{Payment, PaymentMethod, Refund},
    users::PostalAddress,
};

/// Where an order, a line or a parcel stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderState {
    /// Stock is held, payment is awaited.
    Created,
    /// Paid, or to be paid in cash.
    Placed,
    /// Packed.
    Packed,
    /// With the courier.
    Shipped,
    /// On its last way.
    OutForDelivery,
    /// Arrived.
    Delivered,
    /// The payment was refused; stock went back.
    Failed,
    /// No payment in time; stock went back.
    Expired,
    /// Called off; stock and money went back.
    Cancelled,
    /// Sent back; money went back.
    Returned,
}

/// Lines, prices, charges and promises, frozen until it expires. It holds no stock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    /// Its id.
    pub id: QuoteId,
    /// Whose.
    pub owner: Owner,
    /// Good until then.
    pub expires_at: Timestamp,
    /// Where to.
    pub address: PostalAddress,
    /// Where mail goes; the account's for shoppers, given by guests.
    pub email: Option<String>,
    /// What, at which price, from where, promised for when. One line per variant.
    pub lines: Vec<QuoteLine>,
    /// Delivery and other charges.
    pub charges: Vec<NamedCharge>,
    /// What will be paid.
    pub total: Money,
    /// Made from the cart: its lines leave the cart once the order is placed.
    pub from_cart: bool,
    /// The order that this quote tries again.
    pub retry_of: Option<OrderId>,
}

/// A line of a quote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuoteLine {
    /// What.
    pub variant: VariantId,
    /// The item it belongs to.
    pub item: ItemId,
    /// Its title, with options.
    pub title: String,
    /// How it must be handled.
    pub handling: HandlingClass,
    /// How many.
    pub quantity: u32,
    /// Price of one.
    pub unit_price: Money,
    /// Price times quantity.
    pub total: Money,
    /// It arrives by then, if paid before the quote expires.
    pub promised_by: Timestamp,
    /// The warehouse that will serve it.
    pub warehouse: String,
    /// The courier that will carry it.
    pub courier: String,
    /// What a parcel with it costs to deliver; charged once per parcel, unless the order is delivered free.
    pub delivery: Money,
}

/// Something to pay besides the lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedCharge {
    /// Machine name: `delivery`, `cash_on_delivery`.
    pub key: String,
    /// As shown.
    pub label: String,
    /// How much.
    pub amount: Money,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// For people and parcels: `CH` and ten characters; unique.
    pub number: String,
    /// Whose.
    pub owner: Owner,
    /// Where mail goes.
    pub email: Option<String>,
    /// Where it stands: its least advanced live line.
    pub state: OrderState,
    /// When it was made.
    pub created_at: Timestamp,
    /// Payment must be there by then; `None` once it is settled.
    pub pay_by: Option<Timestamp>,
    /// What was bought, at the price of then.
    pub lines: Vec<OrderLine>,
    /// Parcels.
    pub shipments: Vec<Shipment>,
    /// Where to, as it was then.
    pub address: PostalAddress,
    /// Delivery and other charges.
    pub charges: Vec<NamedCharge>,
    /// What was to be paid.
    pub total: Money,
    /// The payment.
    pub payment: Payment,
    /// Money on its way back or returned.
    pub refunds: Vec<Refund>,
    /// What was sent back, or is to be.
    pub returns: Vec<super::returns::Return>,
    /// The order that this one tries again.
    pub retry_of: Option<OrderId>,
    /// The sequence of its newest event; counts from 1.
    pub sequence: u64,
    /// Made from the cart.
    pub from_cart: bool,
    /// Told by the archive.
    #[serde(default)]
    pub archived: bool,
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderLine {
    /// Its id.
    pub id: OrderLineId,
    /// What.
    pub variant: VariantId,
    /// The item it belongs to.
    pub item: ItemId,
    /// The title of then.
    pub title: String,
    /// How it must be handled.
    pub handling: HandlingClass,
    /// How many.
    pub quantity: u32,
    /// Price of one.
    pub unit_price: Money,
    /// Price times quantity.
    pub total: Money,
    /// Where this line stands.
    pub state: OrderState,
    /// The promise given with the order.
    pub promised_by: Timestamp,
    /// The warehouse that serves it.
    pub warehouse: String,
    /// The courier that carries it.
    pub courier: String,
    /// Its parcel, once packed.
    pub shipment: Option<ShipmentId>,
    /// Units that were called off one by one; a line that was called off whole may have none here.
    pub cancelled: u32,
    /// Units of open returns.
    pub coming_back: u32,
    /// Units that were taken back.
    pub returned: u32,
}

impl OrderLine {
    /// Units that are still bought.
    pub const fn live(&self) -> u32 {
        super::returns::live_units(self.state, self.quantity, self.cancelled, self.returned)
    }
}

/// A parcel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shipment {
    /// Its id.
    pub id: ShipmentId,
    /// The order.
    pub order: OrderId,
    /// Where it starts.
    pub warehouse: String,
    /// Who carries it, by code.
    pub courier: String,
    /// The courier's number; `None` until booked.
    pub tracking_number: Option<String>,
    /// `PACKED`, `SHIPPED`, `OUT_FOR_DELIVERY`, `DELIVERED` or `CANCELLED`.
    pub state: OrderState,
    /// Expected now; it may differ from the promise.
    pub expected_by: Option<Timestamp>,
    /// Arrived.
    pub delivered_at: Option<Timestamp>,
}

/// Something that happened to an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderEvent {
    /// The order.
    pub order: OrderId,
    /// Counts the order's events from 1, without gaps.
    pub sequence: u64,
    /// Counts the owner's order events from 1, without gaps.
    pub owner_sequence: u64,
    /// What happened.
    pub step: OrderStep,
    /// The order's state after it.
    pub state: OrderState,
    /// What happened, for people.
    pub message: String,
    /// The parcel it is about.
    pub shipment: Option<ShipmentId>,
    /// When.
    pub at: Timestamp,
}

/// What to do when something ran out between quote and order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OnUnavailable {
    /// Order nothing.
    #[default]
    Reject,
    /// Leave such lines out.
    DropLines,
    /// Take as many as there are.
    TakeAvailable,
}

/// How to pay.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentChoice {
    /// A card, by the provider's token.
    Card(String),
    /// UPI, by the payer's address.
    Upi(String),
    /// Cash when it arrives.
    CashOnDelivery,
}

impl PaymentChoice {
    /// The way it is.
    pub fn method(&self) -> PaymentMethod {
        match self {
            Self::Card(_) => PaymentMethod::Card,
            Self::Upi(_) => PaymentMethod::Upi,
            Self::CashOnDelivery => PaymentMethod::CashOnDelivery,
        }
    }
}

/// What the shopper asks when placing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceOrder {
    /// The quote.
    pub quote: QuoteId,
    /// The total that the shopper saw.
    pub expected_total: Money,
    /// How to pay.
    pub payment: PaymentChoice,
    /// What to do when something ran out.
    pub on_unavailable: OnUnavailable,
    /// Made by the caller.
    pub idempotency_key: String,
}

/// A line asked for in a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WantedLine {
    /// What.
    pub variant: VariantId,
    /// How many; duplicate variants count together.
    pub quantity: u32,
}

/// What stands in the way of a quote or an order; `line` is the position in the input (or in the quote).
#[derive(Clone, Debug, PartialEq)]
pub enum Obstacle {
    /// Nothing to quote.
    Empty,
    /// The item or variant is gone.
    Gone {
        /// Position.
        line: usize,
        /// What.
        variant: VariantId,
    },
    /// The quantity is not 1 to 99.
    Quantity {
        /// Position.
        line: usize,
        /// What was asked.
        quantity: i64,
    },
    /// Fewer units are there than asked for.
    InsufficientStock {
        /// Position.
        line: usize,
        /// What.
        variant: VariantId,
        /// Units that could be had now.
        available: u32,
    },
    /// It cannot be brought to the address.
    NotDeliverable {
        /// Position.
        line: usize,
        /// What.
        variant: VariantId,
        /// Why not.
        reason: crate::serviceability::NotDeliverableReason,
    },
    /// No warehouse that still has it can keep the promise of the quote.
    PromiseChanged {
        /// Position.
        line: usize,
        /// What.
        variant: VariantId,
        /// The promise before.
        was: Timestamp,
        /// The best that can be promised now.
        now: Option<Timestamp>,
    },
    /// The quote's time is over.
    QuoteExpired,
    /// The quote is not there, or not the caller's.
    NoSuchQuote,
    /// The quote has a live order already.
    QuoteUsed {
        /// That order.
        order: OrderId,
    },
    /// The total that the shopper saw is not the quote's.
    TotalMismatch {
        /// The quote's total.
        total: Money,
    },
    /// The way to pay is not offered for this order.
    PaymentNotOffered {
        /// What to do.
        message: String,
    },
    /// The address breaks a rule.
    Address {
        /// Which part.
        field: &'static str,
        /// What is wrong and what to do.
        message: String,
    },
}

/// What was left out or lowered when placing with [`OnUnavailable::DropLines`] or [`OnUnavailable::TakeAvailable`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacementWarning {
    /// What.
    pub variant: VariantId,
    /// Its title.
    pub title: String,
    /// How many were asked for.
    pub wanted: u32,
    /// How many were taken; 0: the line was dropped.
    pub taken: u32,
}

/// A placed order, or one that was placed before under the same key.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    /// The order as it is now.
    pub order: Order,
    /// What was left out.
    pub warnings: Vec<PlacementWarning>,
    /// For a guest: opens the order again.
    pub guest_token: Option<String>,
}

/// Narrowing of a list of orders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderFilter {
    /// In one of these states; empty: in any.
    pub states: Vec<OrderState>,
    /// Made at or after.
    pub from: Option<Timestamp>,
    /// Made before.
    pub until: Option<Timestamp>,
    /// Words in the titles.
    pub text: Option<String>,
}

/// What a courier says about a parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourierUpdate {
    /// The courier, by code.
    pub courier: String,
    /// The courier's number.
    pub tracking_number: String,
    /// `SHIPPED`, `OUT_FOR_DELIVERY` or `DELIVERED`.
    pub state: OrderState,
    /// When it happened.
    pub at: Timestamp,
}

/// The key of a list of orders: newest first by (made at, id).
pub type OrderPosition = (Timestamp, Uuid);
