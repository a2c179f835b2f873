//! A model of what goes with what, and what it suggests.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::learning::{Basket, Learnt, Weights, learn};
use crate::{
    activity::Record,
    kernel::{clock::Timestamp, events::Act, ids::ItemId},
};

/// What is learnt about: items, and the words that led to them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thing {
    /// An item.
    Item(ItemId),
    /// Words searched for, in lower case.
    Words(String),
}

/// What was learnt, as one version.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// Its version; grows.
    pub version: u64,
    /// When it was begun.
    pub made_at: Timestamp,
    /// The things, by number.
    pub things: Vec<Thing>,
    /// What is bought together.
    pub bought: Learnt,
    /// What is looked at by one shopper on one day, with the words searched for.
    pub seen: Learnt,
}

/// A stretch of a model's things, as stores keep it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The things, in the model's order.
    pub things: Vec<Thing>,
    /// For each: what is bought with it.
    pub bought: Vec<Vec<(u32, f32)>>,
    /// For each: what is seen with it.
    pub seen: Vec<Vec<(u32, f32)>>,
    /// For each: how much it is bought of late.
    pub bought_of_late: Vec<f32>,
    /// For each: how much it is seen of late.
    pub seen_of_late: Vec<f32>,
}

/// Things of one part.
const PART: usize = 500;

impl Model {
    /// Its parts, in order.
    pub fn parts(&self) -> Vec<Part> {
        let stretch = |at: usize| at..(at + PART).min(self.things.len());
        let part = |range: std::ops::Range<usize>| Part {
            things: self.things[range.clone()].to_vec(),
            bought: self.bought.beside[range.clone()].to_vec(),
            seen: self.seen.beside[range.clone()].to_vec(),
            bought_of_late: self.bought.popular[range.clone()].to_vec(),
            seen_of_late: self.seen.popular[range].to_vec(),
        };
        (0..self.things.len()).step_by(PART).map(stretch).map(part).collect()
    }
    /// From its parts.
    pub fn joined(version: u64, made_at: Timestamp, parts: Vec<Part>) -> Self {
        let mut model = Self { version, made_at, ..Self::default() };
        for part in parts {
            model.things.extend(part.things);
            model.bought.beside.extend(part.bought);
            model.seen.beside.extend(part.seen);
            model.bought.popular.extend(part.bought_of_late);
            model.seen.popular.extend(part.seen_of_late);
        }
        model
    }
    /// Learns from records. Units of one order share an instant and a pseudonym: they are a basket.
    pub fn learnt(version: u64, made_at: Timestamp, records: &[Record]) -> Self {
        let things: BTreeSet<Thing> = records.iter().filter_map(thing_of).collect();
        let things: Vec<Thing> = things.into_iter().collect();
        let numbers: HashMap<&Thing, u32> = (0..).zip(&things).map(|(n, thing)| (thing, n)).collect();
        let mut bought: HashMap<(Uuid, i64), BTreeSet<u32>> = HashMap::new();
        let mut seen: HashMap<(Uuid, i64), BTreeSet<u32>> = HashMap::new();
        for record in records {
            let Some(number) = thing_of(record).and_then(|t| numbers.get(&t).copied()) else { continue };
            if record.act == Act::Bought {
                bought.entry((record.pseudonym, record.at.micros())).or_default().insert(number);
            }
            let day = record.at.seconds().div_euclid(86_400);
            seen.entry((record.pseudonym, day)).or_default().insert(number);
        }
        let baskets = |sets: HashMap<(Uuid, i64), BTreeSet<u32>>, day: fn(i64) -> f64| {
            let mut sets: Vec<_> = sets.into_iter().collect();
            // One order for sums, so that the same records give the same model.
            sets.sort_unstable();
            let basket = |((_, at), set): (_, BTreeSet<u32>)| Basket {
                who: None,
                day: day(at),
                weight: 1.0,
                things: set.into_iter().collect(),
            };
            sets.into_iter().map(basket).collect::<Vec<_>>()
        };
        let today = days(made_at.micros());
        let bought = learn(&baskets(bought, days), things.len(), today, &Weights::OURS);
        #[expect(clippy::cast_precision_loss, reason = "days of a date fit")]
        let seen = learn(&baskets(seen, |day| day as f64), things.len(), today, &Weights::OURS);
        Self { version, made_at, things, bought, seen }
    }
}

/// Days since 1970 of microseconds.
#[expect(clippy::cast_precision_loss, reason = "a fraction of a second does not matter")]
pub fn days(micros: i64) -> f64 {
    micros as f64 / 86_400e6
}

/// What a record is about.
pub fn thing_of(record: &Record) -> Option<Thing> {
    match (record.item, &record.text) {
        (Some(item), _) => Some(Thing::Item(item)),
        (None, Some(text)) => Some(words(text)).filter(|t| *t != Thing::Words(String::new())),
        (None, None) => None,
    }
}

/// Words as they are compared.
pub fn words(text: &str) -> Thing {
    Thing::Words(text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase())
}

/// Why something is suggested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is bought together with this item.
    BoughtWith(ItemId),
    /// Who looked at this item looked at it too.
    SeenWith(ItemId),
    /// The shopper searched for these words.
    SearchedFor(String),
    /// The shopper bought it before.
    BoughtBefore,
    /// Many buy or look at it of late: little is known of the shopper.
    Popular,
}

/// An item that is suggested.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// Which.
    pub item: ItemId,
    /// How well it fits; comparable within one answer.
    pub score: f64,
    /// Why.
    pub reason: Reason,
}
