//! The demonstration's couriers: they move booked parcels along, each step after a few seconds, so that a person sees an
//! order arrive within a minute. Real couriers say so themselves, by signed webhook.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use services::{
    kernel::{clock::Clock, error::EngineResult},
    orders::{CourierUpdate, Error, OrderState, Orders},
};

use crate::worker::{Rhythm, Worker};

/// Parcels of one state and step.
const PARCELS: usize = 100;
/// From which state to which, after how long.
const WAY: [(OrderState, OrderState, Duration); 3] = [
    (OrderState::OutForDelivery, OrderState::Delivered, Duration::from_secs(8)),
    (OrderState::Shipped, OrderState::OutForDelivery, Duration::from_secs(6)),
    (OrderState::Packed, OrderState::Shipped, Duration::from_secs(4)),
];

/// See the module.
pub struct Couriers {
    orders: Orders,
    clock: Arc<dyn Clock>,
}

impl Couriers {
    /// Moves parcels of these orders.
    pub fn new(orders: Orders, clock: Arc<dyn Clock>) -> Self {
        Self { orders, clock }
    }
}

#[async_trait]
impl Worker for Couriers {
    fn name(&self) -> &'static str {
        "couriers"
    }
    fn rhythm(&self) -> Rhythm {
        Rhythm::Timed(Duration::from_millis(500))
    }
    async fn step(&self) -> EngineResult<usize> {
        let now = self.clock.now();
        let (mut moved, mut failed) = (0, None);
        for (from, to, after) in WAY {
            let parcels = self.orders.parcels(from, now - after, PARCELS).await.unwrap_or_else(|e| {
                tracing::warn!(error = %e, "parcels are not listed");
                failed.get_or_insert(e);
                Vec::new()
            });
            for parcel in parcels {
                let shipment = parcel.shipment;
                let Some(tracking_number) = shipment.tracking_number else { continue };
                let update = CourierUpdate { courier: shipment.courier, tracking_number, state: to, at: now };
                match self.orders.courier_update(update).await {
                    Ok(_) => moved += 1,
                    Err(e) => {
                        tracing::warn!(shipment.id = %shipment.id, error = %e, "a parcel does not move");
                        if let Error::Engine(e) = e {
                            failed.get_or_insert(e);
                        }
                    }
                }
            }
        }
        match failed {
            Some(e) if moved == 0 => Err(e),
            _ => Ok(moved),
        }
    }
}
