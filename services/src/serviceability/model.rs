//! What a promise says.

use serde::{Deserialize, Serialize};

use crate::kernel::{clock::Timestamp, handling::HandlingClass, ids::VariantId, money::Money, pincodes::Pincode};

/// Whether and when something reaches a pincode.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Delivery {
    /// It can be brought.
    Deliverable(Promise),
    /// It cannot be brought.
    NotDeliverable {
        /// To where not.
        pincode: Pincode,
        /// Why not.
        reason: NotDeliverableReason,
        /// When it may be possible, when that is known.
        expected_from: Option<Timestamp>,
    },
}

impl Delivery {
    /// The promise, when there is one.
    pub fn promise(&self) -> Option<&Promise> {
        match self {
            Self::Deliverable(p) => Some(p),
            Self::NotDeliverable { .. } => None,
        }
    }
}

/// By when, from where and at which charge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    /// To where.
    pub pincode: Pincode,
    /// It arrives by then, if ordered (and paid) before `order_within`.
    pub promised_by: Timestamp,
    /// Hours from the asking to `promised_by`, rounded up.
    pub tat_hours: u32,
    /// After this instant the promise moves to a later one. Until then it arrives by `promised_by`; where several couriers
    /// or warehouses are as early, the cheapest may drop out before, and the charge is then the next one's.
    pub order_within: Timestamp,
    /// What delivery costs for one parcel.
    pub charge: Money,
    /// The warehouse that serves it, by node code.
    pub warehouse: String,
    /// The courier that carries it, by code.
    pub courier: String,
    /// When stock and lanes behind this answer were read.
    pub as_of: Timestamp,
}

/// Why something cannot be brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NotDeliverableReason {
    /// There is no such pincode.
    PincodeUnknown,
    /// No courier goes there.
    NoCourier,
    /// No warehouse that reaches it has stock.
    NoStockInReach,
    /// The couriers that go there do not carry it.
    CannotCarry,
}

/// A pincode that exists, and where that is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryPlace {
    /// The pincode.
    pub pincode: Pincode,
    /// Its district, as shown.
    pub district: String,
    /// Its state or union territory.
    pub state: String,
}

/// What following a change of the network took: a measure of how little a lane touches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recomputed {
    /// The version of the network that promises follow now.
    pub version: u64,
    /// Step functions from a warehouse to a station, per courier and handling class.
    pub rows: usize,
    /// Last miles from a station to a pincode, per courier and handling class.
    pub last_miles: usize,
    /// The network was read as a whole and everything was computed; the counts are zero then.
    pub everything: bool,
}

/// What is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Goods {
    /// What.
    pub variant: VariantId,
    /// How it must be handled.
    pub handling: HandlingClass,
    /// How many must come from one warehouse.
    pub quantity: u32,
}

/// A warehouse and a handling class that reach a pincode in time: the terms that a search for deliverable goods ORs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServingPair {
    /// The warehouse, by node code.
    pub warehouse: String,
    /// The class.
    pub handling: HandlingClass,
    /// A parcel handed over now arrives by then.
    pub promised_by: Timestamp,
}
