//! An order and its parts as GraphQL shows them. The order is read whole, so its parts are handles into it.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use services::{
    orders::{self, returns, states},
    payments,
};

use super::{events::OrderEvent, returns::Return};
use crate::{
    checkout::types::{Charge, OrderAddress, PaymentMethod},
    context::Asking,
    error::Telling,
    ids,
    items::variant::Variant,
    money::Money,
    scalars::{DateTime, int},
};

/// Where an order stands: its least advanced live line.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "orders::OrderState")]
pub enum OrderState {
    /// Stock is held, payment is awaited until `payBy`.
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

/// An order, live or archived.
#[derive(Clone, Debug)]
pub struct Order(pub Arc<orders::Order>);

impl From<orders::Order> for Order {
    fn from(order: orders::Order) -> Self {
        Self(Arc::new(order))
    }
}

impl Order {
    /// Handles to its lines.
    pub fn all_lines(&self) -> impl Iterator<Item = OrderLine> {
        let order = Arc::clone(&self.0);
        (0..self.0.lines.len()).map(move |index| OrderLine { order: Arc::clone(&order), index })
    }
    /// Handles to its parcels.
    pub fn all_shipments(&self) -> impl Iterator<Item = Shipment> {
        let order = Arc::clone(&self.0);
        (0..self.0.shipments.len()).map(move |index| Shipment { order: Arc::clone(&order), index })
    }
    /// Handles to its refunds.
    pub fn all_refunds(&self) -> impl Iterator<Item = Refund> {
        let order = Arc::clone(&self.0);
        (0..self.0.refunds.len()).map(move |index| Refund { order: Arc::clone(&order), index })
    }
}

/// An order, live or archived.
#[Object]
impl Order {
    /// See `Node.id`.
    pub async fn id(&self) -> ID {
        ids::of(self.0.id)
    }
    /// For people and parcels.
    fn number(&self) -> &str {
        &self.0.number
    }
    /// Where it stands.
    fn state(&self) -> OrderState {
        self.0.state.into()
    }
    /// When it was made.
    fn placed_at(&self) -> DateTime {
        self.0.created_at.into()
    }
    /// Payment must be there by then; null once it is settled.
    fn pay_by(&self) -> Option<DateTime> {
        self.0.pay_by.map(DateTime)
    }
    /// What was bought, at the price of then.
    fn lines(&self) -> Vec<OrderLine> {
        self.all_lines().collect()
    }
    /// Parcels.
    fn shipments(&self) -> Vec<Shipment> {
        self.all_shipments().collect()
    }
    /// Where to, as it was then; null on old guest orders.
    fn address(&self) -> Option<OrderAddress> {
        Some(OrderAddress::from(&self.0.address))
    }
    /// Delivery and other charges.
    fn charges(&self) -> Vec<Charge> {
        self.0.charges.iter().map(Charge::from).collect()
    }
    /// What was to be paid.
    fn total(&self) -> Money {
        self.0.total.into()
    }
    /// The payment; null when it cannot be told now.
    fn payment(&self) -> Option<Payment> {
        Some(Payment(Arc::clone(&self.0)))
    }
    /// Money on its way back or returned.
    fn refunds(&self) -> Vec<Refund> {
        self.all_refunds().collect()
    }
    /// All that happened, oldest first. Null only when it cannot be told now.
    async fn events(&self, ctx: &Context<'_>) -> Option<Result<Vec<OrderEvent>>> {
        let scope = ctx.scope();
        let events = scope.loaders.events(self.0.id).await;
        ctx.tell(events.map(|events| OrderEvent::all(&events, &self.0)).map_err(Into::into))
    }
    /// The order that this one tries again; null when it is the first, or it cannot be told now.
    async fn retry_of(&self, ctx: &Context<'_>) -> Option<Result<Order>> {
        let id = self.0.retry_of?;
        let before = ctx.scope().loaders.order(id).await;
        ctx.tell_maybe(before.map(|order| order.map(Order)).map_err(Into::into))
    }
    /// Whether `cancelOrder` would be accepted now.
    fn cancellable(&self) -> bool {
        self.0.lines.iter().any(|l| states::is_cancellable(l.state))
    }
    /// Whether the shop would take lines back now.
    fn returnable(&self, ctx: &Context<'_>) -> bool {
        ctx.shop().orders.returnable(&self.0)
    }
    /// What was sent back, or is to be, oldest first.
    fn returns(&self) -> Vec<Return> {
        Return::all(&self.0)
    }
    /// Moved to the archive.
    fn archived(&self) -> bool {
        self.0.archived
    }
}

/// A line of an order.
#[derive(Clone, Debug)]
pub struct OrderLine {
    order: Arc<orders::Order>,
    index: usize,
}

impl OrderLine {
    /// What it holds.
    pub fn row(&self) -> &orders::OrderLine {
        self.order.lines.get(self.index).expect("handles are made only of places that their order has")
    }
}

/// A line of an order.
#[Object]
impl OrderLine {
    /// See `Node.id`.
    pub async fn id(&self) -> ID {
        ids::part(self.order.id, self.row().id)
    }
    /// The title of then.
    fn title(&self) -> &str {
        &self.row().title
    }
    /// What it is today; null when it is gone, or cannot be told now.
    async fn variant(&self, ctx: &Context<'_>) -> Option<Result<Variant>> {
        let scope = ctx.scope();
        ctx.tell_maybe(Variant::find(&scope, self.row().variant).await)
    }
    /// How many.
    fn quantity(&self) -> i32 {
        int(self.row().quantity)
    }
    /// Price of one.
    fn unit_price(&self) -> Money {
        self.row().unit_price.into()
    }
    /// Price times quantity.
    fn total(&self) -> Money {
        self.row().total.into()
    }
    /// Where this line stands.
    fn state(&self) -> OrderState {
        self.row().state.into()
    }
    /// The promise given with the order.
    fn promised_by(&self) -> DateTime {
        self.row().promised_by.into()
    }
    /// Units that were called off.
    fn cancelled(&self) -> i32 {
        let row = self.row();
        int(if row.state == orders::OrderState::Cancelled { row.quantity } else { row.cancelled })
    }
    /// Units that were taken back.
    fn returned(&self) -> i32 {
        int(self.row().returned)
    }
    /// Whether units of it could be sent back now by `requestReturn`.
    fn returnable(&self, ctx: &Context<'_>) -> bool {
        ctx.shop().orders.line_returnable(&self.order, self.row())
    }
    /// Units that could be sent back, if it is `returnable`.
    fn returnable_quantity(&self) -> i32 {
        int(returns::left(self.row()))
    }
}

/// A parcel.
#[derive(Clone, Debug)]
pub struct Shipment {
    order: Arc<orders::Order>,
    index: usize,
}

impl Shipment {
    /// What it holds.
    pub fn row(&self) -> &orders::Shipment {
        self.order.shipments.get(self.index).expect("handles are made only of places that their order has")
    }
}

/// A parcel.
#[Object]
impl Shipment {
    /// See `Node.id`.
    pub async fn id(&self) -> ID {
        ids::part(self.order.id, self.row().id)
    }
    /// Who carries it.
    fn courier(&self) -> &str {
        &self.row().courier
    }
    /// The courier's number; null until booked.
    fn tracking_number(&self) -> Option<&str> {
        self.row().tracking_number.as_deref()
    }
    /// Where it stands.
    fn state(&self) -> OrderState {
        self.row().state.into()
    }
    /// What is in it.
    fn lines(&self) -> Vec<OrderLine> {
        let here = Some(self.row().id);
        let order = Order(Arc::clone(&self.order));
        order.all_lines().filter(|l| l.row().shipment == here).collect()
    }
    /// Expected now; it may differ from the promise.
    fn expected_by(&self) -> Option<DateTime> {
        self.row().expected_by.map(DateTime)
    }
    /// Arrived.
    fn delivered_at(&self) -> Option<DateTime> {
        self.row().delivered_at.map(DateTime)
    }
}

/// A payment.
#[derive(Clone, Debug)]
pub struct Payment(pub Arc<orders::Order>);

/// A payment.
#[Object]
impl Payment {
    /// See `Node.id`.
    pub async fn id(&self) -> ID {
        ids::part(self.0.id, self.0.payment.id)
    }
    /// How.
    fn method(&self) -> PaymentMethod {
        self.0.payment.method.into()
    }
    /// Where it stands.
    fn state(&self) -> PaymentState {
        self.0.payment.state.into()
    }
    /// What the shopper must do next, such as opening a page; null when nothing.
    fn next_action(&self) -> Option<PaymentAction> {
        let pending = self.0.payment.state == payments::PaymentState::Pending;
        let url = self.0.payment.redirect_url.clone().filter(|_| pending)?;
        Some(PaymentAction { redirect_url: url })
    }
}

/// Where a payment stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "payments::PaymentState")]
pub enum PaymentState {
    /// No answer yet.
    Pending,
    /// The money is there, or comes in cash.
    Succeeded,
    /// Refused.
    Declined,
    /// Called off when the time was over.
    Cancelled,
}

/// Something the shopper must do to pay.
#[derive(Clone, Debug, SimpleObject)]
pub struct PaymentAction {
    /// The page to open.
    pub redirect_url: String,
}

/// Money going back.
#[derive(Clone, Debug)]
pub struct Refund {
    order: Arc<orders::Order>,
    index: usize,
}

impl Refund {
    /// What it holds.
    pub fn row(&self) -> &payments::Refund {
        self.order.refunds.get(self.index).expect("handles are made only of places that their order has")
    }
}

/// Money going back.
#[Object]
impl Refund {
    /// See `Node.id`.
    pub async fn id(&self) -> ID {
        ids::part(self.order.id, self.row().id)
    }
    /// How much.
    fn amount(&self) -> Money {
        self.row().amount.into()
    }
    /// Where it stands.
    fn state(&self) -> RefundState {
        self.row().state.into()
    }
    /// Why, for people.
    fn reason(&self) -> &str {
        &self.row().reason
    }
}

/// Where a refund stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "payments::RefundState")]
pub enum RefundState {
    /// On its way.
    Pending,
    /// Done.
    Succeeded,
    /// The provider could not; people look after it.
    Failed,
}
