//! The whole table that a process holds: read by every request without a lock, replaced as a whole when lanes change.
//! What did not change is shared with the table before.

use std::sync::Arc;

use super::{atlas::Atlas, graph::Sites, miles::Miles, plane::Plane, tariff::Tariff};
use crate::kernel::{handling::HandlingClass, pincodes::Pincode};

/// Arrivals of all couriers.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// The version of the network that it was computed from.
    pub version: u64,
    /// Warehouses and stations.
    pub sites: Arc<Sites>,
    /// By code.
    pub couriers: Vec<CourierTable>,
}

/// Arrivals of one courier.
#[derive(Clone, Debug)]
pub(crate) struct CourierTable {
    /// Its code.
    pub code: String,
    /// What it asks.
    pub tariff: Arc<Tariff>,
    /// By handling class; classes that travel by the same lanes share one.
    pub planes: [Arc<Plane>; 3],
    /// From stations to doors.
    pub miles: Arc<Miles>,
}

impl CourierTable {
    /// The arrivals of a class at stations.
    pub(crate) fn plane(&self, class: HandlingClass) -> &Plane {
        &self.planes[class as usize]
    }
    /// Whether it brings a class to a pincode, whenever, from the warehouse.
    fn brings(&self, warehouse: usize, class: HandlingClass, pin: usize) -> bool {
        let station = self.miles.station(pin).filter(|_| !self.miles.steps(pin, class).is_empty());
        station.is_some_and(|s| self.plane(class).reaches(warehouse, s))
    }
}

impl Table {
    /// The table of no network.
    pub(crate) fn empty() -> Self {
        Self { version: 0, sites: Arc::new(Sites::new(&[])), couriers: Vec::new() }
    }
    /// The index of a pincode; `None` when there is no such pincode.
    pub(crate) fn pin(to: Pincode) -> Option<usize> {
        Atlas::india().index(to)
    }
    /// Whether any courier brings a class to a pincode from any warehouse, with or without stock.
    pub(crate) fn is_reached(&self, class: HandlingClass, pin: usize) -> bool {
        self.couriers.iter().any(|c| (0..self.sites.warehouses).any(|w| c.brings(w, class, pin)))
    }
    /// Bytes on the heap, without codes.
    pub(crate) fn bytes(&self) -> usize {
        let planes = |c: &CourierTable| -> usize {
            let distinct = |i: usize| !c.planes[..i].iter().any(|p| Arc::ptr_eq(p, &c.planes[i]));
            (0..c.planes.len()).filter(|i| distinct(*i)).map(|i| c.planes[i].bytes()).sum()
        };
        self.couriers.iter().map(|c| planes(c) + c.miles.bytes()).sum()
    }
}
