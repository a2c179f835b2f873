//! Completions of what somebody is typing.

use std::collections::HashSet;

use serde_json::{Value, json};
use services::search::{Suggestions, ports::IndexError, words};

use crate::{search::items_of, snapshot::Snapshot, spelling};

/// Whole queries and items that begin so.
pub(crate) async fn suggest(snapshot: &Snapshot, prefix: &str, limit: usize) -> Result<Suggestions, IndexError> {
    let words = words::plain(prefix);
    let Some((last, whole)) = words.split_last().filter(|_| limit > 0) else { return Ok(Suggestions::default()) };
    let mut typed = words.join(" ");
    // After a space another word begins.
    if prefix.ends_with(char::is_whitespace) {
        typed.push(' ');
    }
    let mut clauses: Vec<Value> = whole.iter().map(|w| json!({ "term": { "typed": w } })).collect();
    clauses.push(json!({ "prefix": { "typed": { "value": last } } }));
    let items = json!({
        "size": limit, "track_total_hits": false, "_source": false, "query": { "bool": { "filter": clauses } },
        "sort": [{ "popularity": "desc" }],
    });
    let phrases = spelling::beginning("phrases", &typed, limit.saturating_mul(3));
    let mut answers = snapshot.ask(vec![phrases, items]).await?.into_iter();
    let mut queries = Vec::new();
    let mut said = HashSet::new();
    for phrase in spelling::begun(&answers.next().unwrap_or_default()) {
        // A plural says nothing new beside its singular.
        let sense: Vec<String> = phrase.split(' ').map(words::stem).collect();
        if queries.len() < limit && said.insert(sense) {
            queries.push(phrase);
        }
    }
    let items = items_of(&answers.next().unwrap_or_default()).into_iter().map(|hit| hit.item).collect();
    Ok(Suggestions { queries, items })
}
