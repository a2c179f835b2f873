//! Judged queries and what a ranking is worth by them: gain 2^rating - 1, what is not judged is worth nothing.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use anyhow::{Context, Result};
use services::{
    inbound::{self, Profile},
    items::item_id,
    kernel::ids::{ItemId, SupplierId},
};

use crate::PROFILE;

/// Hits that count.
const DEPTH: usize = 10;
/// Folds that the queries are parted into.
const FOLDS: u64 = 5;

/// Ratings by query and item.
pub struct Judgments(BTreeMap<String, HashMap<ItemId, i32>>);

/// What a ranking is worth.
#[derive(Clone, Copy, Debug)]
pub struct Score {
    /// nDCG@10.
    pub ndcg: f64,
    /// Part of the first ten that is judged.
    pub judged: f64,
}

/// Who sends the catalogue.
pub fn supplier(profile: &Profile) -> SupplierId {
    inbound::supplier_named(&profile.supplier)
}

impl Judgments {
    /// Reads `query,docid,rating`.
    pub fn read(path: &Path) -> Result<Self> {
        let mut rows = csv::Reader::from_path(path).with_context(|| format!("reading {}", path.display()))?;
        let supplier = supplier(&Profile::named(PROFILE)?);
        let mut all: BTreeMap<String, HashMap<ItemId, i32>> = BTreeMap::new();
        for row in rows.deserialize() {
            let (query, item, rating): (String, String, i32) = row?;
            all.entry(query).or_default().insert(item_id(supplier, &item), rating);
        }
        Ok(Self(all))
    }

    /// All queries.
    pub fn queries(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The queries for which something good is in the catalogue.
    pub fn answerable(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, ratings)| ratings.values().any(|r| *r > 0)).map(|(query, _)| query.as_str())
    }

    /// What the first hits of a query are worth.
    pub fn score(&self, query: &str, hits: &[ItemId]) -> Score {
        let empty = HashMap::new();
        let ratings = self.0.get(query).unwrap_or(&empty);
        let given: Vec<i32> = hits.iter().take(DEPTH).map(|h| ratings.get(h).copied().unwrap_or(0)).collect();
        let mut best: Vec<i32> = ratings.values().copied().collect();
        best.sort_unstable_by(|a, b| b.cmp(a));
        best.truncate(DEPTH);
        let judged = hits.iter().take(DEPTH).filter(|h| ratings.contains_key(h)).count();
        let ideal = gain(&best);
        let ndcg = if ideal > 0.0 { gain(&given) / ideal } else { 0.0 };
        Score { ndcg, judged: judged as f64 / DEPTH as f64 }
    }
}

impl Score {
    /// The mean over queries.
    pub fn mean(scores: &[(String, Self)]) -> Self {
        let count = scores.len().max(1) as f64;
        let sum = |part: fn(&Self) -> f64| scores.iter().map(|(_, s)| part(s)).sum::<f64>();
        Self { ndcg: sum(|s| s.ndcg) / count, judged: sum(|s| s.judged) / count }
    }
}

/// The scores by fold.
pub fn folds(scores: &[(String, Score)]) -> Vec<Vec<(String, Score)>> {
    let fold = |query: &str| {
        let hash =
            query.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
        hash % FOLDS
    };
    (0..FOLDS).map(|n| scores.iter().filter(|(query, _)| fold(query) == n).cloned().collect()).collect()
}

fn gain(ratings: &[i32]) -> f64 {
    ratings.iter().enumerate().map(|(at, r)| (f64::from(*r).exp2() - 1.0) / (at as f64 + 2.0).log2()).sum()
}
