//! Delivers what leaves the shop for mailboxes and webhooks, and tells of orders that are late.

use std::time::Duration;

use async_trait::async_trait;
use services::{
    kernel::error::EngineResult,
    notifications::{NoticeKind, Outgoing},
    orders::Orders,
};

use crate::{
    notifier::notice,
    worker::{Rhythm, Worker},
};

/// Deliveries of one step; they are sent at the same time.
const JOBS: usize = 16;
/// Late orders of one step.
const LATE: usize = 50;

/// Delivers what is due.
pub struct Deliveries(pub Outgoing);

#[async_trait]
impl Worker for Deliveries {
    fn name(&self) -> &'static str {
        "deliveries"
    }
    fn rhythm(&self) -> Rhythm {
        Rhythm::Woken(Duration::from_millis(500))
    }
    async fn step(&self) -> EngineResult<usize> {
        self.0.deliver_step(JOBS).await
    }
}

/// Tells of orders whose promise has passed and that have not arrived, once each.
pub struct Lateness {
    /// Where notices go.
    pub outgoing: Outgoing,
    /// What they are about.
    pub orders: Orders,
}

#[async_trait]
impl Worker for Lateness {
    fn name(&self) -> &'static str {
        "lateness"
    }
    fn rhythm(&self) -> Rhythm {
        Rhythm::Timed(Duration::from_secs(10))
    }
    async fn step(&self) -> EngineResult<usize> {
        let late = self.outgoing.late_orders(LATE).await?;
        let found = self.orders.any_by_ids(&late).await?;
        for id in &late {
            if let Some(order) = found.get(id) {
                self.outgoing.announce(notice(NoticeKind::Delayed, format!("late:{id}"), order, None)).await?;
            }
            // After it was told: a crash between tells again, and the cause takes it once.
            self.outgoing.mark_late(*id).await?;
        }
        Ok(late.len())
    }
}
