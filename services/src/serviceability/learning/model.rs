//! A past shipment, and many of them with their names replaced by numbers. Days are whole calendar days in the shop's
//! own time; day numbers count from the common era.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};

/// Why nothing could be learnt.
#[derive(Debug, thiserror::Error)]
pub enum LearningError {
    /// A table cannot be read.
    #[error("{table}: {message}")]
    Table {
        /// Which table.
        table: String,
        /// What is wrong with it, with the line where it is known.
        message: String,
    },
    /// Too little to learn from.
    #[error("{found} delivered shipments are too few to learn from: {needed} are needed")]
    TooFew {
        /// Shipments that were delivered and complete.
        found: usize,
        /// The least that is accepted.
        needed: usize,
    },
}

/// One parcel that arrived. All but `delivered_on` was known when it was ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipment {
    /// Unique among the shipments; it decides the fold.
    pub id: String,
    /// Region or warehouse that it left from.
    pub origin: String,
    /// Region that it went to.
    pub destination: String,
    /// A part of the destination, such as the first digits of the postal code.
    pub area: String,
    /// Who packed it.
    pub seller: String,
    /// What kind of parcel it is to a courier, such as a step of its freight charge.
    pub class: String,
    /// The day of the order.
    pub ordered_on: NaiveDate,
    /// The day of arrival, not before the order.
    pub delivered_on: NaiveDate,
    /// The day that the shop promised then, if it is known.
    pub promised_on: Option<NaiveDate>,
}

/// What a promise may depend on, from coarse to fine; see [`Row::keys`].
pub(super) const FACTORS: usize = 6;
/// Where the lane is among the factors.
pub(super) const LANE: usize = 1;
/// Where the destination is among the factors.
pub(super) const DESTINATION: usize = 0;
/// Where the weekday of the order is among the factors.
pub(super) const WEEKDAY: usize = 5;
/// Folds of the comparison.
pub const FOLDS: u64 = 5;

/// A shipment in numbers.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Destination, lane, area, seller, class and weekday, each numbered by itself.
    pub keys: [usize; FACTORS],
    /// Day numbers.
    pub ordered: i32,
    pub delivered: i32,
    /// Whole days that the shop promised.
    pub promised: Option<i32>,
    /// Spread evenly by the id; `fold % FOLDS` is the fold of the comparison.
    pub fold: u64,
}

impl Row {
    /// Whole days from order to arrival.
    pub fn days(&self) -> i32 {
        self.delivered - self.ordered
    }

    /// Months since the common era began.
    pub fn month(&self) -> i32 {
        NaiveDate::from_num_days_from_ce_opt(self.ordered).map_or(0, |d| d.year() * 12 + d.month0() as i32)
    }
}

/// Many shipments, and the names of their keys.
#[derive(Debug, Clone)]
pub struct Shipments {
    pub(super) rows: Vec<Row>,
    /// How many keys each factor has.
    pub(super) sizes: [usize; FACTORS],
    /// Origin and destination of each lane.
    pub(super) lanes: Vec<(String, String)>,
}

/// Fewer shipments say nothing about percentiles.
const SHIPMENTS_MIN: usize = 100;

impl Shipments {
    /// Numbers the shipments. Those that arrived before they were ordered are left out.
    ///
    /// # Errors
    /// When too few are left.
    pub fn new(shipments: &[Shipment]) -> Result<Self, LearningError> {
        let mut names: [HashMap<String, usize>; FACTORS] = Default::default();
        let mut lanes = Vec::new();
        let mut rows = Vec::with_capacity(shipments.len());
        for s in shipments.iter().filter(|s| s.delivered_on >= s.ordered_on) {
            let values = [
                s.destination.clone(),
                format!("{}\u{1f}{}", s.origin, s.destination),
                format!("{}\u{1f}{}", s.destination, s.area),
                s.seller.clone(),
                s.class.clone(),
                s.ordered_on.weekday().to_string(),
            ];
            let mut keys = [0; FACTORS];
            for ((key, names), value) in keys.iter_mut().zip(&mut names).zip(values) {
                let next = names.len();
                *key = *names.entry(value).or_insert(next);
            }
            if keys[LANE] == lanes.len() {
                lanes.push((s.origin.clone(), s.destination.clone()));
            }
            let ordered = s.ordered_on.num_days_from_ce();
            rows.push(Row {
                keys,
                ordered,
                delivered: s.delivered_on.num_days_from_ce(),
                promised: s.promised_on.map(|d| d.num_days_from_ce() - ordered),
                fold: spread(&s.id),
            });
        }
        if rows.len() < SHIPMENTS_MIN {
            return Err(LearningError::TooFew { found: rows.len(), needed: SHIPMENTS_MIN });
        }
        let sizes = names.map(|n| n.len());
        Ok(Self { rows, sizes, lanes })
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rows.len()
    }
}

/// FNV-1a: the same fold on every machine and in every version.
fn spread(id: &str) -> u64 {
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325, |h: u64, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    hash ^ (hash >> 32)
}
