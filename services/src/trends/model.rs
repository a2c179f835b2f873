//! Windows and what they hold.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::kernel::{
    clock::Timestamp,
    ids::{CategoryId, ItemId},
};

/// How far back a window looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Span {
    /// 30 minutes.
    HalfHour,
    /// One hour.
    Hour,
    /// 24 hours.
    Day,
}

impl Span {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::HalfHour, Self::Hour, Self::Day];
    /// How long it is.
    pub const fn length(self) -> Duration {
        Duration::from_secs(
            60 * match self {
                Self::HalfHour => 30,
                Self::Hour => 60,
                Self::Day => 24 * 60,
            },
        )
    }
    /// Its name in stores.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HalfHour => "HALF_HOUR",
            Self::Hour => "HOUR",
            Self::Day => "DAY",
        }
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// Units bought, by item.
    Bought,
    /// Shoppers who searched, by their words.
    Searched,
    /// Pages opened, by item.
    Viewed,
    /// Put on a wishlist, by item.
    Wishlisted,
    /// Units bought, by district.
    Places,
    /// Money taken in minor units of INR, by category. For operators.
    Revenue,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Bought, Self::Searched, Self::Viewed, Self::Wishlisted, Self::Places, Self::Revenue];
    /// Whether anybody may know.
    pub const fn is_public(self) -> bool {
        !matches!(self, Self::Revenue)
    }
}

/// What a count is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// An item.
    Item(ItemId),
    /// A category.
    Category(CategoryId),
    /// Words searched for, in lower case.
    Words(String),
    /// A district and its state.
    Place {
        /// The district.
        district: String,
        /// The state.
        state: String,
    },
}

/// A line of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What it is about.
    pub subject: Subject,
    /// How many.
    pub count: u64,
}

/// A whole window, of every kind, as one writer counted it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Which window.
    pub span: Span,
    /// Grows with each writing; an older one never replaces a newer one.
    pub version: u64,
    /// The window's end.
    pub as_of: Timestamp,
    /// How late an event may be to be counted, in seconds.
    pub lateness_seconds: u64,
    /// Events that came later than that since the counting began, and were left out.
    pub late: u64,
    /// By kind, most first, at most [`ENTRIES_MAX`].
    pub reports: BTreeMap<Kind, Vec<Entry>>,
}

/// Lines of one report.
pub const ENTRIES_MAX: usize = 100;

/// One kind of a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Most first.
    pub entries: Vec<Entry>,
    /// The window's end.
    pub as_of: Timestamp,
    /// How late an event may be, in seconds.
    pub lateness_seconds: u64,
    /// Events left out because they were later.
    pub late: u64,
    /// The snapshot that it is from.
    pub version: u64,
}
