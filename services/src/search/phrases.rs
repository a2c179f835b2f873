//! What may be completed to a whole query: brands, categories, and runs of one to three words of a title.

use std::collections::BTreeSet;

use super::{model::ItemDocument, words};

/// Words of a title that are looked at; the kind of thing stands early, its measures late.
const TITLE_WORDS: usize = 8;
/// Longest phrase, bytes.
const PHRASE_MAX: usize = 48;
/// Words that neither begin nor end a query.
const WEAK: [&str; 16] =
    ["a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "pc", "set", "the", "to", "with"];

/// The phrases of an item.
pub fn of(item: &ItemDocument) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut add = |words: &[String]| {
        let strong = |w: Option<&String>| w.is_some_and(|w| !WEAK.contains(&w.as_str()));
        let named = words.iter().any(|w| w.chars().any(char::is_alphabetic) && w.chars().count() > 1);
        let phrase = words.join(" ");
        if named && strong(words.first()) && strong(words.last()) && phrase.len() <= PHRASE_MAX {
            all.insert(phrase);
        }
    };
    let brand: Vec<String> = item.brand.iter().flat_map(|b| words::plain(b)).collect();
    add(&brand);
    for name in &item.category_names {
        add(&words::plain(name));
    }
    if let Some(leaf) = item.category_names.last() {
        add(&[brand.as_slice(), &words::plain(leaf)].concat());
    }
    // A comma or a bracket ends a thought; what stands beyond it is no continuation.
    for part in item.title.split([',', '(', ')', '|', ';', ':']) {
        let words: Vec<String> = words::plain(part).into_iter().take(TITLE_WORDS).collect();
        for length in 1..=3 {
            words.windows(length).for_each(&mut add);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{clock::Timestamp, ids::ItemId};

    #[test]
    fn phrases_are_short_runs_that_somebody_would_type() {
        let item = ItemDocument {
            item: ItemId(uuid::Uuid::nil()),
            version: 1,
            title: "Case for iPhone, black (2 pc)".into(),
            brand: Some("Spigen".into()),
            description: None,
            category_names: vec!["Mobiles".into(), "Cases".into()],
            category_path: Vec::new(),
            attributes: Vec::new(),
            attribute_text: String::new(),
            variant_text: String::new(),
            price_min: 0,
            price_max: 0,
            rating: 0.0,
            rating_count: 0,
            created_at: Timestamp::from_seconds(0),
            stocked: Vec::new(),
        };
        let all: Vec<String> = of(&item).into_iter().collect();
        assert_eq!(all, ["black", "case", "case for iphone", "cases", "iphone", "mobiles", "spigen", "spigen cases"]);
    }
}
