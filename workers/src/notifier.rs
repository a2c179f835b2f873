//! Tells shoppers what happened to their orders: placed, shipped, arriving, delivered, refused, ended, called off, money
//! returned. Once each, by the cause of each message.

use async_trait::async_trait;
use services::{
    history::History,
    kernel::{
        error::{EngineError, EngineResult},
        events::{Delivered, OrdersEvent, PaymentsEvent, Topic, UsersEvent},
        ids::{GuestId, OrderId},
        money::Money,
    },
    notifications::{
        Notice, NoticeKind, Notifications, Outgoing,
        templates::{FactLine, Facts},
    },
    orders::{Order, OrderLine, OrderState, Orders},
};

use crate::consumer::{Handler, payload};

/// See the module.
pub struct Notifier {
    /// What lies in the shop.
    pub notifications: Notifications,
    /// What they are about: money may go back after an order was archived.
    pub history: History,
    /// Where notices go.
    pub outgoing: Outgoing,
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
        let Some(kind) = NoticeKind::of_step(step) else { return Ok(()) };
        let order = self.order(id).await?;
        self.outgoing.announce(notice(kind, format!("order:{id}:{sequence}"), &order, None)).await
    }

    async fn paid(&self, event: PaymentsEvent) -> EngineResult<()> {
        let PaymentsEvent::RefundSettled { order: id, refund, succeeded: true } = event else { return Ok(()) };
        let order = self.order(id).await?;
        let Some(refunded) = order.refunds.iter().find(|r| r.id == refund) else { return Ok(()) };
        let told = notice(NoticeKind::Refunded, format!("refund:{refund}"), &order, Some(refunded.amount));
        self.outgoing.announce(told).await
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

/// A notice about an order as it is now.
pub fn notice(kind: NoticeKind, cause: String, order: &Order, amount: Option<Money>) -> Notice {
    let line = |l: &OrderLine| FactLine { title: l.title.clone(), quantity: l.quantity };
    Notice {
        kind,
        cause,
        owner: order.owner,
        email: order.email.clone(),
        order: order.id,
        facts: Facts {
            number: order.number.clone(),
            name: order.address.recipient.clone(),
            lines: order.lines.iter().map(line).collect(),
            total: order.total.formatted(),
            amount: amount.map(|a| a.formatted()).unwrap_or_default(),
            arrived_all: order.state == OrderState::Delivered,
        },
    }
}
