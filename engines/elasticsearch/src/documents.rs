//! What the index keeps of an item, by the fields of `mapping.json`. Texts are parted into words here, by the rules of
//! `services::search::words`, and sent with spaces between them: so a text means the same on every index and needs no
//! analysis plugin on the server.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::{Value, json};
use services::search::{
    IndexedValue, ItemDocument,
    measures::{popularity, stocked, thousandths},
    phrases, words,
};

/// Parts a key from its value in one term.
const PART: char = '\u{1f}';

/// A text as the server keeps it.
#[derive(Debug, Default)]
struct Text {
    /// The words of each text in their order, pieces of one spelling one after the other.
    lines: Vec<String>,
    /// Whole spellings beside their pieces: found, but following nothing.
    joined: BTreeSet<String>,
}

impl Text {
    fn add(&mut self, text: &str) {
        let mut places: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for word in words::indexed(text) {
            places.entry(word.position).or_default().push(word.text);
        }
        let mut line = Vec::with_capacity(places.len());
        for (_, mut here) in places {
            // The shortest is the piece that stands here, what is longer begins here.
            here.sort_by_key(String::len);
            let mut here = here.into_iter();
            line.extend(here.next());
            self.joined.extend(here);
        }
        if !line.is_empty() {
            self.lines.push(line.join(" "));
        }
    }

    fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut all = Self::default();
        texts.into_iter().for_each(|text| all.add(text));
        all
    }

    fn values(self) -> Vec<String> {
        let mut values = self.lines;
        if !self.joined.is_empty() {
            values.push(self.joined.into_iter().collect::<Vec<_>>().join(" "));
        }
        values
    }
}

/// What is remembered of a removed item.
pub(crate) fn tombstone() -> Value {
    json!({ "live": false })
}

/// An item as the index keeps it.
pub(crate) fn document(item: &ItemDocument) -> Value {
    let text = |texts: Vec<&str>| Text::of(texts).values();
    let named: Vec<&str> =
        item.category_names.iter().chain(&item.brand).chain([&item.title]).map(String::as_str).collect();
    let typed: BTreeSet<String> = named.iter().flat_map(|t| words::plain(t)).collect();
    let described = item.description.as_deref().unwrap_or_default();
    let all = named.into_iter().chain([item.attribute_text.as_str(), item.variant_text.as_str(), described]).collect();
    let mut keys: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut numbers = Vec::new();
    let mut seen = HashSet::new();
    for (key, value) in &item.attributes {
        match value {
            IndexedValue::Word(word) => {
                // One value in two spellings counts once.
                let folded = keyed(key, &words::folded(word));
                if seen.insert(folded.clone()) {
                    keys.entry("word_keys").or_default().push(folded);
                    keys.entry("words").or_default().push(keyed(key, word));
                }
            }
            IndexedValue::Number(number) if number.is_finite() => numbers.push(json!({ "key": key, "value": number })),
            IndexedValue::Number(_) => {}
            IndexedValue::Flag(holds) => keys.entry("flags").or_default().push(keyed(key, &holds.to_string())),
        }
    }
    let mut doc = json!({
        "live": true,
        "title": text(vec![&item.title]),
        "brand": text(item.brand.iter().map(String::as_str).collect()),
        "categories": text(item.category_names.iter().map(String::as_str).collect()),
        "description": text(vec![described]),
        "all": text(all),
        "typed": typed,
        "phrases": phrases::of(item),
        "brand_key": item.brand.as_ref().map(|b| words::folded(b)),
        "brand_shown": item.brand,
        "category": item.category_path.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "stocked": item.stocked.iter().map(|(w, class)| stocked(w, *class)).collect::<Vec<_>>(),
        "numbers": numbers,
        "price": item.price_min,
        "rating": thousandths(item.rating),
        "rating_count": item.rating_count,
        "popularity": popularity(item.rating, item.rating_count),
        "created": item.created_at.micros(),
    });
    for (field, values) in keys {
        doc[field] = json!(values);
    }
    doc
}

/// A key and its value as one term.
pub(crate) fn keyed(key: &str, value: &str) -> String {
    format!("{}{value}", key_prefix(key))
}

/// What the terms of a key begin with.
pub(crate) fn key_prefix(key: &str) -> String {
    format!("{key}{PART}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_follow_each_other_and_whole_spellings_stand_apart() {
        assert_eq!(
            Text::of(["Sony WH-1000XM4 cases", "red"]).values(),
            ["sony wh 1000 xm 4 case", "red", "1000xm4 wh1000xm4"]
        );
        assert!(Text::of(["", "🎧"]).values().is_empty());
    }

    #[test]
    fn the_fields_sent_are_those_of_the_mapping() {
        let mapping: Value = serde_json::from_str(include_str!("mapping.json")).expect("it is JSON");
        let known = &mapping["mappings"]["properties"];
        let mut item = services::search::contract::document(1, "Lamp");
        item.attributes = vec![
            ("colour".into(), IndexedValue::Word("Red".into())),
            ("colour".into(), IndexedValue::Word("RED".into())),
            ("weight".into(), IndexedValue::Number(f64::NAN)),
            ("lit".into(), IndexedValue::Flag(true)),
        ];
        let sent = document(&item);
        for name in sent.as_object().expect("an object").keys() {
            assert!(known[name].is_object(), "{name}");
        }
        assert_eq!(sent["words"], json!(["colour\u{1f}Red"]));
        assert_eq!(sent["numbers"], json!([]));
    }
}
