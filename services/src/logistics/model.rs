//! The delivery network: nodes (warehouses, hubs, delivery stations), lanes between them, and which pincodes a courier
//! reaches from which station. All of it is plain data; `serviceability` computes on it.
//!
//! Times of day are minutes from midnight in Indian Standard Time (UTC+05:30, no summer time).

use serde::{Deserialize, Serialize};

use crate::kernel::{handling::HandlingClass, money::Money, pincodes::Pincode};

/// A place of the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Unique: `BLR1` for a warehouse, `H-BLR` for a hub, `S-560` for a station.
    pub code: String,
    /// As shown.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
    /// Degrees north.
    pub latitude: f32,
    /// Degrees east.
    pub longitude: f32,
    /// Where it stands.
    pub pincode: Pincode,
    /// For a warehouse: minutes from an order to a parcel ready for pick-up; otherwise from arrival to the next
    /// departure at the earliest.
    pub handling_minutes: u32,
}

/// Kinds of places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NodeKind {
    /// Stock lies here.
    Warehouse,
    /// Parcels are sorted here.
    Hub,
    /// The last van leaves from here.
    Station,
}

/// A courier partner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Courier {
    /// Short name, such as `UDAAN`.
    pub code: String,
    /// As shown.
    pub name: String,
    /// What it asks, cheapest distance band first.
    pub rates: Vec<Rate>,
    /// Added for goods that are not [`HandlingClass::Standard`].
    pub special_handling_charge: Money,
}

/// A courier's price for a parcel up to a distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// Kilometres as the crow flies, at most; the last band should cover the country.
    pub up_to_km: u32,
    /// For one parcel.
    pub charge: Money,
}

/// Where a lane leads.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LaneEnd {
    /// To a hub or station, by its code.
    Node(String),
    /// From a station to all the doors that the courier reaches from it (see [`Reach`]).
    Doors,
    /// From a station to the doors of one pincode; overrides [`LaneEnd::Doors`] there.
    Pincode(Pincode),
}

/// A way from one place to the next, by one courier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// Its name; unique.
    pub code: String,
    /// Who runs it, by code.
    pub courier: String,
    /// Where it begins, by node code.
    pub from: String,
    /// Where it leads.
    pub to: LaneEnd,
    /// Minutes from departure to arrival (for doors: until the last door is served).
    pub transit_minutes: u32,
    /// Minutes from midnight IST at which it leaves; goods must be there by then (the cut-off). Sorted, not empty.
    pub departures: Vec<u16>,
    /// Working days, bit 0 is Monday; not empty.
    pub weekdays: u8,
    /// Handling classes that it takes.
    pub carries: Vec<HandlingClass>,
    /// Parcels a day; none: unbounded.
    pub capacity_per_day: Option<u32>,
    /// In use.
    pub active: bool,
}

impl Lane {
    /// Whether it takes goods of the class.
    pub fn takes(&self, class: HandlingClass) -> bool {
        self.carries.contains(&class)
    }
    /// Whether it runs on a weekday, 0 is Monday.
    pub fn runs_on(&self, weekday: u32) -> bool {
        self.weekdays & (1 << (weekday % 7)) != 0
    }
}

/// The pincodes that a courier reaches from one of its stations. A pincode has at most one station per courier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// The courier, by code.
    pub courier: String,
    /// The station, by node code.
    pub station: String,
    /// Sorted.
    pub pincodes: Vec<Pincode>,
}

/// The whole network, with a version that grows with every change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Network {
    /// Grows with every change.
    pub version: u64,
    /// Warehouses, hubs and stations.
    pub nodes: Vec<Node>,
    /// Partners.
    pub couriers: Vec<Courier>,
    /// Ways.
    pub lanes: Vec<Lane>,
    /// Which doors are reached.
    pub reaches: Vec<Reach>,
}
