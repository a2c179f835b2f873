//! A search, its answer, and the document that an index keeps of an item.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::synonyms::Synonyms;
use crate::kernel::{
    clock::Timestamp,
    handling::HandlingClass,
    ids::{CategoryId, ItemId, VariantId},
};

/// What an index keeps of an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemDocument {
    /// The item.
    pub item: ItemId,
    /// Its version, so that an older one never overwrites a newer.
    pub version: u64,
    /// As shown.
    pub title: String,
    /// Maker or brand.
    pub brand: Option<String>,
    /// Longer text.
    pub description: Option<String>,
    /// Names from the top of the tree down to its category.
    pub category_names: Vec<String>,
    /// Ids from the top of the tree down to its category: a filter on a branch finds all below.
    pub category_path: Vec<CategoryId>,
    /// Attributes that can be filtered and counted.
    pub attributes: Vec<(String, IndexedValue)>,
    /// All attribute values as words, for full text.
    pub attribute_text: String,
    /// SKUs and options of its variants, for full text.
    pub variant_text: String,
    /// Price of the cheapest variant, minor units.
    pub price_min: i64,
    /// Price of the dearest variant, minor units.
    pub price_max: i64,
    /// 1 to 5, 0 when unrated.
    pub rating: f32,
    /// How many rated.
    pub rating_count: u32,
    /// When the item was first seen.
    pub created_at: Timestamp,
    /// Where any variant has stock, with the item's handling class: what the deliverable filter looks at.
    pub stocked: Vec<(String, HandlingClass)>,
}

/// An attribute as an index keeps it. Lists become several values of one key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexedValue {
    /// A word or sentence.
    Word(String),
    /// A number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
}

/// What an index is told.
#[derive(Clone, Debug, PartialEq)]
pub enum IndexChange {
    /// The item is so now.
    Put(Box<ItemDocument>),
    /// The item is gone.
    Remove {
        /// Which.
        item: ItemId,
        /// Its version when it went.
        version: u64,
    },
}

/// The order of hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SearchSort {
    /// Best match first.
    #[default]
    Relevance,
    /// Cheapest first.
    PriceAsc,
    /// Dearest first.
    PriceDesc,
    /// Best rated first.
    Rating,
    /// Newest first.
    Newest,
    /// Soonest at the door first; needs a delivery location.
    FastestDelivery,
}

/// One narrowing of a search; values inside are alternatives, filters all hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Filter {
    /// In one of these categories or below.
    Categories(Vec<CategoryId>),
    /// Of one of these brands.
    Brands(Vec<String>),
    /// Its cheapest variant costs between these, minor units, both included.
    Price(Option<i64>, Option<i64>),
    /// Rated at least so.
    MinRating(f32),
    /// An attribute is one of these words.
    AttributeWords(String, Vec<String>),
    /// An attribute is a number between these, both included.
    AttributeRange(String, Option<f64>, Option<f64>),
    /// An attribute holds or does not.
    AttributeFlag(String, bool),
}

impl Filter {
    /// The facet whose counts this filter must not lower.
    pub fn facet_key(&self) -> &str {
        match self {
            Self::Categories(_) => "category",
            Self::Brands(_) => "brand",
            Self::Price(..) => "price",
            Self::MinRating(_) => "rating",
            Self::AttributeWords(k, _) | Self::AttributeRange(k, ..) | Self::AttributeFlag(k, _) => k,
        }
    }
}

/// What an index is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexQuery {
    /// Words to look for; empty lists everything.
    pub text: String,
    /// All must hold.
    pub filters: Vec<Filter>,
    /// The order.
    pub sort: SearchSort,
    /// Only items with stock in one of these (warehouse, class) pairs, soonest first; `None`: delivery is not looked at.
    pub serving: Option<Vec<ServingTerm>>,
    /// Keep what no pair serves: `serving` then only orders, for [`SearchSort::FastestDelivery`], what is not served last.
    pub keep_unserved: bool,
    /// What may be said otherwise.
    pub synonyms: Arc<Synonyms>,
    /// Which facets to count.
    pub facets: Vec<FacetRequest>,
    /// Also count what the `serving` pairs hide.
    pub count_hidden: bool,
    /// Skip so many hits of this generation.
    pub offset: usize,
    /// At most so many hits.
    pub limit: usize,
    /// A held generation to go on in; `None`: the newest, which is then held.
    pub generation: Option<u64>,
}

impl IndexQuery {
    /// A plain search for words, best first, for the newest generation.
    pub fn of(text: impl Into<String>, limit: usize) -> Self {
        Self {
            text: text.into(),
            filters: Vec::new(),
            sort: SearchSort::Relevance,
            serving: None,
            keep_unserved: false,
            synonyms: Arc::default(),
            facets: Vec::new(),
            count_hidden: false,
            offset: 0,
            limit,
            generation: None,
        }
    }
}

/// A pair that may serve the asking pincode, with the rank of its arrival (0 is soonest) for `FastestDelivery`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServingTerm {
    /// The warehouse.
    pub warehouse: String,
    /// The class.
    pub handling: HandlingClass,
    /// 0 is soonest.
    pub rank: u32,
}

/// A facet to be counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetRequest {
    /// `category`, `brand`, `price`, `rating` or an attribute's key.
    pub key: String,
    /// How its values are counted.
    pub kind: FacetKind,
}

/// How a facet's values are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FacetKind {
    /// By word, most hits first, at most 50.
    Words,
    /// Lowest and highest.
    Range,
    /// Yes and no.
    Flags,
}

/// A hit.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The item.
    pub item: ItemId,
    /// Its relevance, for tests and measurements.
    pub score: f32,
}

/// What an index answers.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexAnswer {
    /// Hits in order.
    pub hits: Vec<Hit>,
    /// All hits, those on other pages included.
    pub total: u64,
    /// What `serving` hid, when asked.
    pub hidden: Option<u64>,
    /// In the order asked for.
    pub facets: Vec<CountedFacet>,
    /// The generation that answered, held for paging.
    pub generation: u64,
    /// When that generation was made.
    pub as_of: Timestamp,
}

/// A facet with its counts: disjunctive, that is counted without the facet's own filter.
#[derive(Clone, Debug, PartialEq)]
pub struct CountedFacet {
    /// Its key.
    pub key: String,
    /// Value and hits, most hits first. Flags are `true` and `false`; categories are ids. Ratings are `4` to `1`, each
    /// with the hits rated at least so.
    pub values: Vec<(String, u64)>,
    /// Lowest and highest, for [`FacetKind::Range`].
    pub range: Option<(f64, f64)>,
}

/// Completions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suggestions {
    /// Whole queries.
    pub queries: Vec<String>,
    /// Items by title.
    pub items: Vec<ItemId>,
}

/// What a caller asks of the shop's search.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchRequest {
    /// Words to look for.
    pub text: String,
    /// All must hold.
    pub filters: Vec<Filter>,
    /// The order.
    pub sort: SearchSort,
    /// Where to; `None`: delivery is not looked at.
    pub deliver_to: Option<crate::kernel::pincodes::Pincode>,
    /// Leave out what cannot be delivered.
    pub deliverable_only: bool,
    /// Leave out what takes longer, hours.
    pub max_tat_hours: Option<u32>,
    /// Page size, at most [`crate::kernel::limits::PAGE_MAX`].
    pub first: usize,
    /// Continue after this cursor.
    pub after: Option<String>,
}

/// What the shop's search answers.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchAnswer {
    /// Hits with their cursors.
    pub hits: Vec<FoundItem>,
    /// More behind the last.
    pub has_next: bool,
    /// More before the first.
    pub has_previous: bool,
    /// All hits.
    pub total: u64,
    /// Ways to narrow down.
    pub facets: Vec<Facet>,
    /// A better spelling.
    pub did_you_mean: Option<String>,
    /// Hits left out because they cannot be delivered in time; `None` when delivery was not looked at.
    pub hidden_undeliverable: Option<u64>,
    /// When the index behind this answer was last brought up to date.
    pub as_of: Timestamp,
    /// To continue after the page, also when its last hits were dropped; `None` without hits.
    pub end_cursor: Option<String>,
    /// Which engines failed and left something out, in the words of `extensions.degraded`.
    pub degraded: Vec<&'static str>,
}

/// A hit with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundItem {
    /// To continue after it.
    pub cursor: String,
    /// The item.
    pub item: ItemId,
    /// The variant with the best promise, and the promise; `None` when there is no delivery location.
    pub delivery: Option<(Option<VariantId>, crate::serviceability::Delivery)>,
}

/// A facet as shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Facet {
    /// Machine name.
    pub key: String,
    /// As shown.
    pub label: String,
    /// Its type.
    pub kind: crate::items::AttributeKind,
    /// The choices, most hits first, at most 50.
    pub values: Vec<FacetValue>,
    /// Lowest and highest number found.
    pub range: Option<(f64, f64)>,
}

/// A choice inside a facet.
#[derive(Clone, Debug, PartialEq)]
pub struct FacetValue {
    /// To be sent in a filter; categories are ids.
    pub value: String,
    /// As shown.
    pub label: String,
    /// Hits it would leave.
    pub count: u64,
    /// Already chosen.
    pub selected: bool,
}
