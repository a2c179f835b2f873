//! Something that happened to an order, as GraphQL shows it, with the cursor that continues after it.

use std::sync::Arc;

use async_graphql::{Object, SimpleObject};
use services::orders;

use super::types::{Order, OrderState, Shipment};
use crate::{
    pages::{MyOrderEventCursor, OrderEventCursor, cursor},
    scalars::DateTime,
};

/// Something that happened to an order.
#[derive(Clone, Debug)]
pub struct OrderEvent {
    event: orders::OrderEvent,
    order: Arc<orders::Order>,
    cursor: String,
}

impl OrderEvent {
    /// In the list of its order.
    pub fn of_order(event: orders::OrderEvent, order: Arc<orders::Order>) -> Self {
        let cursor = cursor(&OrderEventCursor::new(event.sequence));
        Self { event, order, cursor }
    }
    /// In the list of all orders of a shopper.
    pub fn of_owner(event: orders::OrderEvent, order: Arc<orders::Order>) -> Self {
        let cursor = cursor(&MyOrderEventCursor::new(event.owner_sequence));
        Self { event, order, cursor }
    }
    /// All events of an order, as they are.
    pub fn all(events: &[orders::OrderEvent], order: &Arc<orders::Order>) -> Vec<Self> {
        events.iter().map(|e| Self::of_order(e.clone(), Arc::clone(order))).collect()
    }
}

/// Something that happened to an order.
#[Object]
impl OrderEvent {
    /// To continue a subscription after it.
    fn cursor(&self) -> &str {
        &self.cursor
    }
    /// The order as it is now: after the event, and what may have followed it.
    fn order(&self) -> Order {
        Order(Arc::clone(&self.order))
    }
    /// The order's state after the event.
    fn state(&self) -> OrderState {
        self.event.state.into()
    }
    /// What happened, for people.
    fn message(&self) -> &str {
        &self.event.message
    }
    /// The parcel it is about; null when it is about the whole.
    fn shipment(&self) -> Option<Shipment> {
        let id = self.event.shipment?;
        Order(Arc::clone(&self.order)).all_shipments().find(|s| s.row().id == id)
    }
    /// When it happened.
    fn at(&self) -> DateTime {
        self.event.at.into()
    }
}

/// An order in a list.
#[derive(Clone, Debug, SimpleObject)]
pub struct OrderEdge {
    /// Its place.
    pub cursor: String,
    /// The order.
    pub node: Order,
}
