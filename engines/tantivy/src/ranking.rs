//! The orders of hits. Ties are broken by relevance, then by place in the index, which is fixed within a generation.

use std::collections::HashMap;

use services::search::{SearchSort, ServingTerm, measures::stocked};
use tantivy::{DocId, SegmentReader};

use crate::fields::column;

/// What hits are ordered by before their relevance, larger first.
#[derive(Clone, Debug)]
pub enum Order {
    /// A column, dearest, newest or best first.
    Down(&'static str),
    /// A column, cheapest first.
    Up(&'static str),
    /// Rating, then the number of raters.
    Rating,
    /// The best rank among the pairs that serve an item.
    Rank(HashMap<String, u32>),
}

impl Order {
    /// The order of a sort; `None` is relevance alone.
    pub fn of(sort: SearchSort, has_words: bool, serving: Option<&[ServingTerm]>) -> Option<Self> {
        match sort {
            SearchSort::PriceAsc => Some(Self::Up(column::PRICE)),
            SearchSort::PriceDesc => Some(Self::Down(column::PRICE)),
            SearchSort::Rating => Some(Self::Rating),
            SearchSort::Newest => Some(Self::Down(column::CREATED)),
            SearchSort::FastestDelivery if serving.is_some() => {
                let pairs = serving.unwrap_or_default().iter();
                let mut ranks = HashMap::new();
                for pair in pairs {
                    let rank = ranks.entry(stocked(&pair.warehouse, pair.handling)).or_insert(pair.rank);
                    *rank = pair.rank.min(*rank);
                }
                Some(Self::Rank(ranks))
            }
            // Without words nothing is more relevant than anything else: what is liked comes first.
            SearchSort::Relevance | SearchSort::FastestDelivery => {
                (!has_words).then_some(Self::Down(column::POPULARITY))
            }
        }
    }

    /// The keys of a segment's documents. A segment without the column orders nothing.
    pub fn keys(&self, segment: &SegmentReader) -> Box<dyn Fn(DocId) -> i64 + Send + Sync> {
        match self {
            Self::Down(name) => signed(segment, name, 1),
            Self::Up(name) => signed(segment, name, -1),
            Self::Rating => {
                let (rating, count) = (unsigned(segment, column::RATING), unsigned(segment, column::RATING_COUNT));
                Box::new(move |doc| (rating(doc) << 32) | count(doc))
            }
            Self::Rank(ranks) => best_rank(segment, ranks),
        }
    }
}

fn signed(segment: &SegmentReader, name: &str, sign: i64) -> Box<dyn Fn(DocId) -> i64 + Send + Sync> {
    match segment.fast_fields().i64(name) {
        Ok(values) => Box::new(move |doc| values.first(doc).unwrap_or(0).saturating_mul(sign)),
        Err(_) => Box::new(|_| 0),
    }
}

fn unsigned(segment: &SegmentReader, name: &str) -> Box<dyn Fn(DocId) -> i64 + Send + Sync> {
    match segment.fast_fields().u64(name) {
        Ok(values) => Box::new(move |doc| i64::try_from(values.first(doc).unwrap_or(0)).unwrap_or(i64::MAX)),
        Err(_) => Box::new(|_| 0),
    }
}

fn best_rank(segment: &SegmentReader, ranks: &HashMap<String, u32>) -> Box<dyn Fn(DocId) -> i64 + Send + Sync> {
    let Ok(Some(places)) = segment.fast_fields().str(column::STOCKED) else { return Box::new(|_| i64::MIN) };
    let mut by_place: HashMap<u64, i64> = HashMap::with_capacity(ranks.len());
    for (term, rank) in ranks {
        if let Ok(Some(place)) = places.dictionary().term_ord(term) {
            by_place.insert(place, -i64::from(*rank));
        }
    }
    Box::new(move |doc| {
        places.term_ords(doc).filter_map(|place| by_place.get(&place).copied()).max().unwrap_or(i64::MIN)
    })
}
