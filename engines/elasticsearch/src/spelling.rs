//! Spelling: words of the index near to a word that somebody typed, and words and phrases that begin so.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use services::search::{
    ports::IndexError,
    weights::{MUCH_MORE, WELL_KNOWN},
    words,
};

use crate::{facets::literal, snapshot::Snapshot};

/// Candidates that the server gives for one word.
const CANDIDATES_MAX: usize = 30;
/// Items that are looked at for what begins so: enough for any prefix of three letters.
const SCAN_MAX: usize = 50_000;

/// A word of the index.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Near {
    /// As typed by whoever wrote the titles.
    pub(crate) word: String,
    /// In how many items it stands.
    pub(crate) items: u64,
    /// How many letters differ.
    pub(crate) distance: u8,
}

/// Whether a word may be a slip: short words and those with digits are not, one letter makes another word of them.
fn may_be_a_slip(word: &str) -> bool {
    word.chars().count() >= 4 && !word.chars().any(|c| c.is_ascii_digit())
}

/// The question for words near to some; none when no word may be a slip.
pub(crate) fn question(typed: &[&str]) -> Option<Value> {
    let suggesters: Map<String, Value> = typed
        .iter()
        .enumerate()
        .filter(|(_, word)| may_be_a_slip(word))
        .map(|(at, word)| {
            let edits = if word.chars().count() >= 7 { 2 } else { 1 };
            let term = json!({
                "field": "typed", "size": CANDIDATES_MAX, "shard_size": CANDIDATES_MAX * 5, "suggest_mode": "always",
                "max_edits": edits, "prefix_length": 0, "min_word_length": 4, "max_inspections": 20,
                // However many items have the word: whether it is a slip is decided here.
                "max_term_freq": 1_000_000_000, "string_distance": "damerau_levenshtein",
            });
            (at.to_string(), json!({ "text": word, "term": term }))
        })
        .collect();
    (!suggesters.is_empty()).then(|| json!({ "size": 0, "track_total_hits": false, "suggest": suggesters }))
}

/// The likeliest words near to each of those asked for, best first.
pub(crate) fn near(typed: &[&str], answer: &Value) -> Vec<Vec<Near>> {
    let of = |(at, word): (usize, &&str)| {
        let options = answer["suggest"][at.to_string()][0]["options"].as_array().into_iter().flatten();
        let mut found: Vec<Near> = options
            .filter_map(|o| {
                let near = o["text"].as_str()?;
                Some(Near { distance: distance(word, near), word: near.to_owned(), items: o["freq"].as_u64()? })
            })
            .filter(|n| n.distance > 0)
            .collect();
        if found.iter().any(|n| n.distance == 1) {
            found.retain(|n| n.distance == 1);
        }
        let first = word.chars().next();
        let likelihood = |n: &Near| if n.word.chars().next() == first { n.items.saturating_mul(4) } else { n.items };
        found.sort_by(|a, b| likelihood(b).cmp(&likelihood(a)).then_with(|| a.word.cmp(&b.word)));
        found
    };
    typed.iter().enumerate().map(of).collect()
}

/// How many letters must be put in, left out, changed or swapped with their neighbour.
fn distance(a: &str, b: &str) -> u8 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = changed.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    u8::try_from(rows[a.len()][b.len()]).unwrap_or(u8::MAX)
}

/// The question for words (or phrases) of a field that begin so. It looks at so many items at most, so that one letter
/// costs no more than three.
pub(crate) fn beginning(field: &str, prefix: &str, limit: usize) -> Value {
    let terms = json!({ "terms": {
        "field": field, "include": format!("{}.*", literal(prefix)), "size": limit, "execution_hint": "map",
        "order": [{ "_count": "desc" }, { "_key": "asc" }],
    } });
    json!({
        "size": 0, "track_total_hits": false, "query": { "prefix": { (field): { "value": prefix } } },
        "aggs": { "some": { "sampler": { "shard_size": SCAN_MAX }, "aggs": { "terms": terms } } },
    })
}

/// The words of an answer to [`beginning`], most frequent first.
pub(crate) fn begun(answer: &Value) -> Vec<String> {
    let buckets = answer["aggregations"]["some"]["terms"]["buckets"].as_array().into_iter().flatten();
    let mut found: Vec<(String, u64)> =
        buckets.filter_map(|b| Some((b["key"].as_str()?.to_owned(), b["doc_count"].as_u64()?))).collect();
    found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.len().cmp(&b.0.len())).then_with(|| a.0.cmp(&b.0)));
    found.into_iter().map(|(word, _)| word).collect()
}

/// A likelier spelling of a text; `None` when its words are found well, or nothing better is near.
pub(crate) async fn did_you_mean(snapshot: &Snapshot, text: &str) -> Result<Option<String>, IndexError> {
    let typed = words::plain(text);
    let known = snapshot.items_with(typed.iter().map(|w| words::stem(w)).collect()).await?;
    let known = |word: &str| known.get(&words::stem(word)).copied().unwrap_or(0);
    let doubtful: Vec<&str> = typed.iter().map(String::as_str).filter(|w| known(w) < WELL_KNOWN).collect();
    let Some(mut question) = question(&doubtful) else { return Ok(None) };
    question["track_total_hits"] = json!(true);
    question["query"] = crate::filters::live();
    let answer = snapshot.ask(vec![question]).await?.pop().unwrap_or_default();
    let items = answer["hits"]["total"]["value"].as_u64().unwrap_or(0);
    let best: HashMap<&str, Near> = doubtful
        .iter()
        .zip(near(&doubtful, &answer))
        .filter_map(|(word, found)| Some((*word, found.into_iter().next()?)))
        .filter(|(word, n)| n.items >= WELL_KNOWN.min(items).max(known(word).saturating_mul(MUCH_MORE)))
        .collect();
    let better = |word: &String| best.get(word.as_str()).map_or_else(|| word.clone(), |n| n.word.clone());
    Ok((!best.is_empty()).then(|| typed.iter().map(better).collect::<Vec<_>>().join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_change_places_are_one_slip() {
        for (a, b, expected) in [
            ("phone", "phone", 0),
            ("phnoe", "phone", 1),
            ("hedphons", "headphones", 2),
            ("", "ab", 2),
            ("日本", "日木", 1),
        ] {
            assert_eq!(distance(a, b), expected, "{a} and {b}");
        }
    }

    #[test]
    fn the_nearest_words_hide_farther_ones_and_short_words_have_none() {
        assert!(question(&["tv", "wh1000"]).is_none());
        let option = |text: &str, freq: u64| json!({ "text": text, "freq": freq });
        let options = [option("headphones", 5), option("headphone", 50), option("earphones", 99)];
        let answer = json!({ "suggest": { "0": [{ "options": options }] } });
        let found = near(&["headphonee"], &answer);
        assert_eq!(found[0].iter().map(|n| n.word.as_str()).collect::<Vec<_>>(), ["headphone", "headphones"]);
    }
}
