//! What the index keeps of an item, field by field. No text is stored: a hit is an item's id, the item itself comes from
//! the item service.

use std::collections::{BTreeMap, HashSet};

use services::{
    kernel::ids::ItemId,
    search::{
        IndexedValue, ItemDocument,
        measures::{popularity, stocked, thousandths},
        phrases, words,
    },
};
use tantivy::{
    TantivyDocument, Term,
    schema::{
        BytesOptions, Field, IndexRecordOption, JsonObjectOptions, NumericOptions, OwnedValue, Schema,
        TextFieldIndexing, TextOptions,
    },
};
use uuid::Uuid;

use crate::analysis;

/// Grows when the fields or the word rules change: an index of another layout is made anew.
pub const LAYOUT: u32 = 2;

/// Handles of all fields.
#[derive(Clone, Debug)]
pub struct Fields {
    /// The id's bytes, as a term.
    pub id: Field,
    /// `1` for an item, `0` for the memory of a removed one.
    pub live: Field,
    /// Title.
    pub title: Field,
    /// Brand.
    pub brand: Field,
    /// Category names.
    pub categories: Field,
    /// Description.
    pub description: Field,
    /// All of an item's words.
    pub all: Field,
    /// Words of title, brand and categories as typed.
    pub typed: Field,
    /// Completions.
    pub phrases: Field,
    /// The brand as one folded term.
    pub brand_key: Field,
    /// Category ids from the top down.
    pub category: Field,
    /// `warehouse|CLASS`.
    pub stocked: Field,
    /// Attributes that are words.
    pub words: Field,
    /// Attributes that are numbers.
    pub numbers: Field,
    /// Attributes that are yes or no.
    pub flags: Field,
    /// Cheapest variant, minor units.
    pub price: Field,
    /// Thousandths.
    pub rating: Field,
    version: Field,
    id_high: Field,
    id_low: Field,
    brand_shown: Field,
    rating_count: Field,
    popularity: Field,
    created: Field,
}

/// Names of the fields that are read or counted by column.
pub mod column {
    /// Version of the item.
    pub const VERSION: &str = "version";
    /// Upper half of the id.
    pub const ID_HIGH: &str = "id_high";
    /// Lower half of the id.
    pub const ID_LOW: &str = "id_low";
    /// Brand as written.
    pub const BRAND: &str = "brand_shown";
    /// Category ids.
    pub const CATEGORY: &str = "category";
    /// Where stock is.
    pub const STOCKED: &str = "stocked";
    /// Minor units.
    pub const PRICE: &str = "price";
    /// Thousandths.
    pub const RATING: &str = "rating";
    /// Raters.
    pub const RATING_COUNT: &str = "rating_count";
    /// A guess of how well liked an item is, from its ratings.
    pub const POPULARITY: &str = "popularity";
    /// Microseconds.
    pub const CREATED: &str = "created";
    /// Attributes that are words.
    pub const WORDS: &str = "words";
    /// Attributes that are numbers.
    pub const NUMBERS: &str = "numbers";
    /// Attributes that are yes or no.
    pub const FLAGS: &str = "flags";
}

impl Fields {
    /// The schema and its handles.
    pub fn build() -> (Schema, Self) {
        let mut b = Schema::builder();
        let indexing =
            |tokenizer: &str, option| TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(option);
        let text = |option| TextOptions::default().set_indexing_options(indexing(analysis::WORDS, option));
        let term = |tokenizer: &str| {
            let indexing = indexing(tokenizer, IndexRecordOption::Basic).set_fieldnorms(false);
            TextOptions::default().set_indexing_options(indexing)
        };
        let object = || JsonObjectOptions::default().set_fast("raw");
        let keyed = |tokenizer: &str| object().set_indexing_options(indexing(tokenizer, IndexRecordOption::Basic));
        let number = || NumericOptions::default().set_fast();
        let positions = IndexRecordOption::WithFreqsAndPositions;
        let fields = Self {
            id: b.add_bytes_field("id", BytesOptions::default().set_indexed()),
            live: b.add_u64_field("live", NumericOptions::default().set_indexed()),
            title: b.add_text_field("title", text(positions)),
            brand: b.add_text_field("brand", text(IndexRecordOption::WithFreqs)),
            categories: b.add_text_field("categories", text(IndexRecordOption::WithFreqs)),
            description: b.add_text_field("description", text(IndexRecordOption::WithFreqs)),
            all: b.add_text_field("all", text(positions)),
            typed: b.add_text_field("typed", term(analysis::PLAIN)),
            phrases: b.add_text_field("phrases", term("raw")),
            brand_key: b.add_text_field("brand_key", term("raw")),
            category: b.add_text_field(column::CATEGORY, term("raw").set_fast("raw")),
            stocked: b.add_text_field(column::STOCKED, term("raw").set_fast("raw")),
            words: b.add_json_field(column::WORDS, keyed(analysis::FOLDED)),
            numbers: b.add_json_field(column::NUMBERS, object()),
            flags: b.add_json_field(column::FLAGS, keyed("raw")),
            price: b.add_i64_field(column::PRICE, number()),
            rating: b.add_u64_field(column::RATING, number()),
            version: b.add_u64_field(column::VERSION, number()),
            id_high: b.add_u64_field(column::ID_HIGH, number()),
            id_low: b.add_u64_field(column::ID_LOW, number()),
            brand_shown: b.add_text_field(column::BRAND, TextOptions::default().set_fast("raw")),
            rating_count: b.add_u64_field(column::RATING_COUNT, number()),
            popularity: b.add_i64_field(column::POPULARITY, number()),
            created: b.add_i64_field(column::CREATED, number()),
        };
        (b.build(), fields)
    }

    /// The term of an item.
    pub fn item_term(&self, item: ItemId) -> Term {
        Term::from_field_bytes(self.id, item.0.as_bytes())
    }

    /// What is remembered of a removed item.
    pub fn tombstone(&self, item: ItemId, version: u64) -> TantivyDocument {
        let mut doc = TantivyDocument::default();
        let (high, low) = item.0.as_u64_pair();
        doc.add_bytes(self.id, item.0.as_bytes());
        doc.add_u64(self.id_high, high);
        doc.add_u64(self.id_low, low);
        doc.add_u64(self.version, version);
        doc.add_u64(self.live, 0);
        doc
    }

    /// An item as the index keeps it.
    pub fn document(&self, item: &ItemDocument) -> TantivyDocument {
        let mut doc = TantivyDocument::default();
        let (high, low) = item.item.0.as_u64_pair();
        doc.add_bytes(self.id, item.item.0.as_bytes());
        doc.add_u64(self.id_high, high);
        doc.add_u64(self.id_low, low);
        doc.add_u64(self.version, item.version);
        doc.add_u64(self.live, 1);
        self.add_text(&mut doc, item);
        self.add_keys(&mut doc, item);
        self.add_attributes(&mut doc, &item.attributes);
        doc.add_i64(self.price, item.price_min);
        doc.add_u64(self.rating, thousandths(item.rating));
        doc.add_u64(self.rating_count, u64::from(item.rating_count));
        doc.add_i64(self.popularity, popularity(item.rating, item.rating_count));
        doc.add_i64(self.created, item.created_at.micros());
        doc
    }

    fn add_text(&self, doc: &mut TantivyDocument, item: &ItemDocument) {
        doc.add_text(self.title, &item.title);
        doc.add_text(self.typed, &item.title);
        doc.add_text(self.all, &item.title);
        for name in &item.category_names {
            doc.add_text(self.categories, name);
        }
        for text in item.category_names.iter().chain(&item.brand) {
            doc.add_text(self.typed, text);
            doc.add_text(self.all, text);
        }
        if let Some(brand) = &item.brand {
            doc.add_text(self.brand, brand);
        }
        if let Some(text) = &item.description {
            doc.add_text(self.description, text);
        }
        let rest = [Some(&item.attribute_text), Some(&item.variant_text), item.description.as_ref()];
        for text in rest.into_iter().flatten().filter(|t| !t.is_empty()) {
            doc.add_text(self.all, text);
        }
        for phrase in phrases::of(item) {
            doc.add_text(self.phrases, phrase);
        }
    }

    fn add_keys(&self, doc: &mut TantivyDocument, item: &ItemDocument) {
        if let Some(brand) = &item.brand {
            doc.add_text(self.brand_key, words::folded(brand));
            doc.add_text(self.brand_shown, brand);
        }
        for category in &item.category_path {
            doc.add_text(self.category, category.to_string());
        }
        for (warehouse, class) in &item.stocked {
            doc.add_text(self.stocked, stocked(warehouse, *class));
        }
    }

    fn add_attributes(&self, doc: &mut TantivyDocument, attributes: &[(String, IndexedValue)]) {
        let mut texts: BTreeMap<String, Vec<OwnedValue>> = BTreeMap::new();
        let mut numbers: BTreeMap<String, Vec<OwnedValue>> = BTreeMap::new();
        let mut flags: BTreeMap<String, Vec<OwnedValue>> = BTreeMap::new();
        let mut seen = HashSet::new();
        for (key, value) in attributes {
            match value {
                // One value in two spellings counts once.
                IndexedValue::Word(w) if !seen.insert((key, words::folded(w))) => {}
                IndexedValue::Word(w) => texts.entry(key.clone()).or_default().push(OwnedValue::Str(w.clone())),
                IndexedValue::Number(n) if n.is_finite() => {
                    numbers.entry(key.clone()).or_default().push(OwnedValue::F64(*n));
                }
                IndexedValue::Number(_) => {}
                IndexedValue::Flag(f) => flags.entry(key.clone()).or_default().push(OwnedValue::Str(f.to_string())),
            }
        }
        for (field, values) in [(self.words, texts), (self.numbers, numbers), (self.flags, flags)] {
            if !values.is_empty() {
                doc.add_object(field, values.into_iter().map(|(k, v)| (k, OwnedValue::Array(v))).collect());
            }
        }
    }
}

/// The id of a hit from its two columns.
pub fn item_id(high: u64, low: u64) -> ItemId {
    ItemId(Uuid::from_u64_pair(high, low))
}
