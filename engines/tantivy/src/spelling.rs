//! Spelling: words of the index near to a word that somebody typed.

use std::collections::HashMap;

use services::search::{
    weights::{MUCH_MORE, WELL_KNOWN},
    words,
};
use tantivy::{Searcher, Term, query::FuzzyTermQuery, schema::Field};

use crate::fields::Fields;

/// A word of the index.
#[derive(Clone, Debug, PartialEq)]
pub struct Near {
    /// As typed by whoever wrote the titles.
    pub word: String,
    /// In how many items it stands.
    pub items: u64,
    /// How many letters differ.
    pub distance: u8,
}

/// In how many items a word stands, by its indexed form.
pub fn items_with(searcher: &Searcher, field: Field, stem: &str) -> tantivy::Result<u64> {
    searcher.doc_freq(&Term::from_field_text(field, stem))
}

/// The likeliest words near to one, best first. Short words and those with digits have none: one letter makes another
/// word of them.
pub fn near(searcher: &Searcher, fields: &Fields, word: &str, limit: usize) -> tantivy::Result<Vec<Near>> {
    let letters = word.chars().count();
    if letters < 4 || word.chars().any(|c| c.is_ascii_digit()) {
        return Ok(Vec::new());
    }
    let mut found = within(searcher, fields.typed, word, 1)?;
    if found.is_empty() && letters >= 7 {
        found = within(searcher, fields.typed, word, 2)?;
    }
    let first = word.chars().next();
    let likelihood = |n: &Near| if n.word.chars().next() == first { n.items * 4 } else { n.items };
    found.sort_by(|a, b| likelihood(b).cmp(&likelihood(a)).then_with(|| a.word.cmp(&b.word)));
    found.truncate(limit);
    Ok(found)
}

fn within(searcher: &Searcher, field: Field, word: &str, distance: u8) -> tantivy::Result<Vec<Near>> {
    let automaton = FuzzyTermQuery::new(Term::from_field_text(field, word), distance, true).automaton()?;
    let mut items: HashMap<String, u64> = HashMap::new();
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(field)?;
        let mut terms = index.terms().search(&automaton).into_stream()?;
        while terms.advance() {
            if let Ok(term) = std::str::from_utf8(terms.key())
                && term != word
            {
                *items.entry(term.to_owned()).or_default() += u64::from(terms.value().doc_freq);
            }
        }
    }
    Ok(items.into_iter().map(|(word, items)| Near { word, items, distance }).collect())
}

/// Words of the index that begin so, most frequent first.
pub fn beginning(searcher: &Searcher, field: Field, prefix: &str, limit: usize) -> tantivy::Result<Vec<(String, u64)>> {
    /// Terms looked at in a segment: enough for any prefix of three letters.
    const SCAN_MAX: usize = 50_000;
    let mut items: HashMap<String, u64> = HashMap::new();
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(field)?;
        let mut terms = index.terms().range().ge(prefix).into_stream()?;
        for _ in 0..SCAN_MAX {
            if !terms.advance() || !terms.key().starts_with(prefix.as_bytes()) {
                break;
            }
            if let Ok(term) = std::str::from_utf8(terms.key()) {
                *items.entry(term.to_owned()).or_default() += u64::from(terms.value().doc_freq);
            }
        }
    }
    let mut found: Vec<(String, u64)> = items.into_iter().collect();
    found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.len().cmp(&b.0.len())).then_with(|| a.0.cmp(&b.0)));
    found.truncate(limit);
    Ok(found)
}

/// A likelier spelling of a text; `None` when its words are found well, or nothing better is near.
pub fn did_you_mean(searcher: &Searcher, fields: &Fields, text: &str) -> tantivy::Result<Option<String>> {
    let mut better = false;
    let mut out = Vec::new();
    for word in words::plain(text) {
        let known = items_with(searcher, fields.all, &words::stem(&word))?;
        let best = if known < WELL_KNOWN { near(searcher, fields, &word, 1)?.pop() } else { None };
        match best.filter(|n| n.items >= WELL_KNOWN.min(searcher.num_docs()).max(known * MUCH_MORE)) {
            Some(n) => {
                better = true;
                out.push(n.word);
            }
            None => out.push(word),
        }
    }
    Ok(better.then(|| out.join(" ")))
}
