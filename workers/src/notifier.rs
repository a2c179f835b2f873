//! Tells shoppers what happened to their orders: placed, shipped, arriving, delivered, refused, ended, called off, money
//! returned. Once each, by the cause of each message.

use async_trait::async_trait;
use services::{
    history::History,
    kernel::{
        error::{EngineError, EngineResult},
        events::{Delivered, OrderStep, OrdersEvent, PaymentsEvent, Topic, UsersEvent},
        ids::{GuestId, OrderId},
    },
    notifications::{Notifications, templates},
    orders::{Order, OrderState, Orders},
};

use crate::consumer::{Handler, payload};

/// See the module.
pub struct Notifier {
    /// Where messages go.
    pub notifications: Notifications,
    /// What they are about: money may go back after an order was archived.
    pub history: History,
    /// Whose they become.
    pub orders: Orders,
}

#[async_trait]
impl Handler for Notifier {
    fn group(&self) -> &'static str {
        "notifier"
    }
    fn topics(&self) -> &'static [Topic] {
        &[Topic::Orders, Topic::Payments, Topic::Users]
    }
    async fn handle(&self, delivered: &Delivered) -> EngineResult<()> {
        match delivered.topic {
            Topic::Orders => self.stepped(payload(delivered)?).await,
            Topic::Payments => self.paid(payload(delivered)?).await,
            _ => self.merged(payload(delivered)?).await,
        }
    }
}

impl Notifier {
    async fn order(&self, id: OrderId) -> EngineResult<Order> {
        self.history.any(id).await?.ok_or_else(|| EngineError::permanent("orders", format!("there is no order {id}")))
    }

    async fn stepped(&self, event: OrdersEvent) -> EngineResult<()> {
        let OrdersEvent::OrderStepped { order: id, sequence, step, .. } = event;
        if matches!(step, OrderStep::Created | OrderStep::Packed) {
            return Ok(());
        }
        let order = self.order(id).await?;
        let arrived_all = order.state == OrderState::Delivered;
        let Some(text) = templates::order(step, &order.number, arrived_all) else { return Ok(()) };
        self.notifications.tell(order.owner.uuid(), &format!("order:{id}:{sequence}"), text, Some(id)).await?;
        Ok(())
    }

    async fn paid(&self, event: PaymentsEvent) -> EngineResult<()> {
        let PaymentsEvent::RefundSettled { order: id, refund, succeeded: true } = event else { return Ok(()) };
        let order = self.order(id).await?;
        let Some(refunded) = order.refunds.iter().find(|r| r.id == refund) else { return Ok(()) };
        let text = templates::refunded(&order.number, refunded.amount);
        self.notifications.tell(order.owner.uuid(), &format!("refund:{refund}"), text, Some(id)).await?;
        Ok(())
    }

    async fn merged(&self, event: UsersEvent) -> EngineResult<()> {
        if let UsersEvent::GuestMerged { shopper, guest } = event {
            // Whoever comes first: messages that are told from here on name the shopper, as the orders then do.
            self.orders.adopt(GuestId(guest), shopper).await?;
            self.notifications.adopt(GuestId(guest), shopper).await?;
        }
        Ok(())
    }
}
