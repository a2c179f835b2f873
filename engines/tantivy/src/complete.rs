//! Completions of what somebody is typing.

use std::collections::HashSet;

use services::search::{Suggestions, words};
use tantivy::{
    Score, Searcher, SegmentReader, Term,
    collector::TopDocs,
    query::{BooleanQuery, FuzzyTermQuery, Occur, Query, TermQuery},
    schema::IndexRecordOption,
};

use crate::{
    fields::{Fields, column, item_id},
    ranking::Order,
    spelling,
};

/// Whole queries and items that begin so.
pub fn suggest(searcher: &Searcher, fields: &Fields, prefix: &str, limit: usize) -> tantivy::Result<Suggestions> {
    let words = words::plain(prefix);
    if words.is_empty() || limit == 0 {
        return Ok(Suggestions::default());
    }
    let mut typed = words.join(" ");
    // After a space another word begins.
    if prefix.ends_with(char::is_whitespace) {
        typed.push(' ');
    }
    let mut queries = Vec::new();
    let mut said = HashSet::new();
    for (phrase, _) in spelling::beginning(searcher, fields.phrases, &typed, limit.saturating_mul(3))? {
        // A plural says nothing new beside its singular.
        let sense: Vec<String> = phrase.split(' ').map(words::stem).collect();
        if queries.len() < limit && said.insert(sense) {
            queries.push(phrase);
        }
    }
    Ok(Suggestions { queries, items: items(searcher, fields, &words, limit)? })
}

fn items(
    searcher: &Searcher,
    fields: &Fields,
    words: &[String],
    limit: usize,
) -> tantivy::Result<Vec<services::kernel::ids::ItemId>> {
    let Some((last, whole)) = words.split_last() else { return Ok(Vec::new()) };
    let term = |w: &String| Term::from_field_text(fields.typed, w);
    let mut clauses: Vec<(Occur, Box<dyn Query>)> =
        vec![(Occur::Must, Box::new(FuzzyTermQuery::new_prefix(term(last), 0, true)))];
    clauses.extend(
        whole
            .iter()
            .map(|w| (Occur::Must, Box::new(TermQuery::new(term(w), IndexRecordOption::Basic)) as Box<dyn Query>)),
    );
    let order = Order::Down(column::POPULARITY);
    let top = TopDocs::with_limit(limit).tweak_score(move |segment: &SegmentReader| {
        let key = order.keys(segment);
        move |doc, _: Score| key(doc)
    });
    let found = searcher.search(&BooleanQuery::new(clauses), &top)?;
    found
        .into_iter()
        .map(|(_, at)| {
            let columns = searcher.segment_reader(at.segment_ord).fast_fields();
            let half = |name| Ok::<_, tantivy::TantivyError>(columns.u64(name)?.first(at.doc_id).unwrap_or(0));
            Ok(item_id(half(column::ID_HIGH)?, half(column::ID_LOW)?))
        })
        .collect()
}
