//! What a search text asks for: each word in any field, better where it says more; a word that stands nowhere in the
//! likeliest other spellings; terms of the synonyms file; and all words before some of them. First the index is asked what
//! it knows, in at most three calls, then the query is put together.

use std::{collections::HashMap, convert::Infallible};

use serde_json::{Value, json};
use services::search::{
    Synonyms,
    ports::IndexError,
    synonyms::{Segment, joined},
    weights::{
        COMPLETIONS_MAX, ENOUGH, IN_BRAND, IN_CATEGORY, IN_DESCRIPTION, IN_ORDER, IN_TITLE, ONE_MORE, SPELLING,
        SPELLINGS_MAX, SYNONYM, WELL_KNOWN, WORDS_MAX,
    },
    words::{self, AskedWord},
};

use crate::{
    snapshot::{Snapshot, counted, counting, with_word},
    spelling::{self, Near},
};

/// What is to be looked for.
pub(crate) enum Asked {
    /// Nothing was asked: list all.
    Everything,
    /// Something was asked that has no word.
    Nothing,
    /// Words.
    Words(Value),
}

/// What the index knows of the words.
#[derive(Default)]
struct Known {
    /// In how many items a word stands, by its indexed form.
    items: HashMap<String, u64>,
    /// Words near to a little-known one.
    near: HashMap<String, Vec<Near>>,
    /// How the last word may go on, when it stands nowhere.
    longer: Vec<String>,
}

/// Reads a search text against what the index holds.
pub(crate) async fn asked(snapshot: &Snapshot, text: &str, synonyms: &Synonyms) -> Result<Asked, IndexError> {
    if text.trim().is_empty() {
        return Ok(Asked::Everything);
    }
    let mut words = words::asked(text);
    words.truncate(WORDS_MAX);
    if words.is_empty() {
        return Ok(Asked::Nothing);
    }
    let stems =
        words.iter().map(|w| w.stem.clone()).chain(words.windows(2).map(|pair| joined(&pair[0], &pair[1]))).collect();
    let mut known = Known { items: snapshot.items_with(stems).await?, ..Known::default() };
    let Ok(segments) = synonyms.segments(&words, |stem| Ok::<_, Infallible>(known.of(stem) > 0));
    known.learn(snapshot, &segments).await?;
    let last = segments.len() - 1;
    let queries = segments.iter().enumerate().map(|(at, s)| known.segment(s, at == last)).collect();
    Ok(Asked::Words(with_order(enough(snapshot, queries).await?, &words)))
}

/// Ways to read a word as two that were written as one, each of three letters at least.
fn partings(word: &str) -> Vec<Vec<String>> {
    let three = |part: &str| part.chars().count() >= 3;
    let cuts = word.char_indices().map(|(at, _)| word.split_at(at)).filter(|(l, r)| three(l) && three(r));
    cuts.map(|(left, right)| vec![words::stem(left), words::stem(right)]).collect()
}

impl Known {
    fn of(&self, stem: &str) -> u64 {
        self.items.get(stem).copied().unwrap_or(0)
    }

    fn is_doubtful(&self, word: &AskedWord) -> bool {
        word.pieces.len() <= 1 && self.of(&word.stem) < WELL_KNOWN
    }

    /// Asks about the words that the index hardly knows: parts, near words, longer words.
    async fn learn(&mut self, snapshot: &Snapshot, segments: &[Segment<'_>]) -> Result<(), IndexError> {
        let doubtful: Vec<&AskedWord> = segments.iter().flat_map(|s| s.words).filter(|w| self.is_doubtful(w)).collect();
        let parts: Vec<String> = doubtful.iter().flat_map(|w| partings(&w.plain)).flatten().collect();
        let typed: Vec<&str> = doubtful.iter().map(|w| w.plain.as_str()).collect();
        let near = spelling::question(&typed);
        let goes_on = segments.last().and_then(|s| match s.words {
            [word] if s.instead.is_empty() && word.pieces.len() <= 1 && self.of(&word.stem) == 0 => Some(word),
            _ => None,
        });
        let mut questions = Vec::new();
        if !parts.is_empty() {
            questions.push(counting(parts.iter().map(|p| with_word(p)).collect()));
        }
        questions.extend(near.clone());
        questions.extend(goes_on.map(|w| spelling::beginning("typed", &w.plain, COMPLETIONS_MAX)));
        if questions.is_empty() {
            return Ok(());
        }
        let mut answers = snapshot.ask(questions).await?.into_iter();
        if !parts.is_empty() {
            let counts = counted(&answers.next().unwrap_or_default(), parts.len());
            self.items.extend(parts.into_iter().zip(counts));
        }
        if near.is_some() {
            let near = spelling::near(&typed, &answers.next().unwrap_or_default());
            self.near = typed.iter().map(|w| (*w).to_owned()).zip(near).collect();
        }
        if goes_on.is_some() {
            self.longer = spelling::begun(&answers.next().unwrap_or_default());
        }
        Ok(())
    }

    fn segment(&self, segment: &Segment<'_>, is_last: bool) -> Value {
        let may_go_on = is_last && segment.words.len() == 1 && segment.instead.is_empty();
        let mut own: Vec<Value> = segment.words.iter().map(|w| self.word(w, may_go_on)).collect();
        let own = if own.len() == 1 { own.remove(0) } else { json!({ "bool": { "must": own } }) };
        let mut ways = vec![own];
        ways.extend(segment.instead.iter().map(|stems| boosted(&in_any(stems), SYNONYM)));
        best_of(ways)
    }

    /// One word in all its spellings.
    fn word(&self, word: &AskedWord, may_go_on: bool) -> Value {
        let known = self.of(&word.stem);
        let mut ways = vec![in_any(std::slice::from_ref(&word.stem))];
        if word.pieces.len() > 1 {
            ways.push(in_any(&word.pieces));
        } else if known < WELL_KNOWN {
            let fewer = |parts: &Vec<String>| parts.iter().map(|p| self.of(p)).min().unwrap_or(0);
            // Of equal ones the first, as everywhere.
            let parted = partings(&word.plain).into_iter().rev().max_by_key(fewer).filter(|parts| fewer(parts) > 0);
            ways.extend(parted.map(|parts| in_any(&parts)));
            let near = self.near.get(&word.plain).into_iter().flatten().take(SPELLINGS_MAX);
            ways.extend(
                near.filter(|n| n.items > known)
                    .map(|n| boosted(&in_any(&[words::stem(&n.word)]), SPELLING[usize::from(n.distance.min(2))])),
            );
            if may_go_on && known == 0 {
                ways.extend(self.longer.iter().map(|w| boosted(&in_any(&[words::stem(w)]), SPELLING[1])));
            }
        }
        best_of(ways)
    }
}

/// A word, or words that follow each other, in any field.
fn in_any(stems: &[String]) -> Value {
    let mut better = vec![boosted(&in_field("title", stems), IN_TITLE)];
    if stems.len() == 1 {
        // Only title and `all` can tell what follows what.
        for (field, weight) in [("description", IN_DESCRIPTION), ("categories", IN_CATEGORY), ("brand", IN_BRAND)] {
            better.push(boosted(&in_field(field, stems), weight));
        }
    }
    json!({ "bool": { "must": [in_field("all", stems)], "should": better } })
}

fn in_field(field: &str, stems: &[String]) -> Value {
    match stems {
        [stem] => json!({ "term": { (field): { "value": stem } } }),
        _ => json!({ "match_phrase": { (field): { "query": stems.join(" ") } } }),
    }
}

/// All segments; when too little has them all, most of them, the fuller hits first.
async fn enough(snapshot: &Snapshot, mut segments: Vec<Value>) -> Result<Value, IndexError> {
    if segments.len() == 1 {
        return Ok(segments.remove(0));
    }
    let (all, least) = (segments.len(), segments.len().div_ceil(2));
    let mut needed = all;
    if least < all {
        let has_enough = |counts: &[u64]| counts.iter().position(|n| *n >= u64::try_from(ENOUGH).unwrap_or(u64::MAX));
        if has_enough(&snapshot.counts(vec![at_least(&segments, all)]).await?).is_none() {
            let fewer: Vec<Value> = (least..all).rev().map(|n| at_least(&segments, n)).collect();
            needed = has_enough(&snapshot.counts(fewer).await?).map_or(least, |at| all - 1 - at);
        }
    }
    let query = at_least(&segments, needed);
    if needed == all {
        return Ok(query);
    }
    // Each segment that a hit has lifts it alike, so those with one more come before all with one less.
    let lifts: Vec<Value> =
        segments.iter().map(|s| json!({ "constant_score": { "filter": s, "boost": ONE_MORE } })).collect();
    Ok(json!({ "bool": { "must": [query], "should": lifts } }))
}

fn at_least(segments: &[Value], needed: usize) -> Value {
    json!({ "bool": { "should": segments, "minimum_should_match": needed } })
}

fn with_order(query: Value, words: &[AskedWord]) -> Value {
    if words.len() < 2 {
        return query;
    }
    let pieces = |w: &AskedWord| if w.pieces.is_empty() { vec![w.stem.clone()] } else { w.pieces.clone() };
    let in_order = words.iter().flat_map(pieces).collect::<Vec<_>>().join(" ");
    let phrase = json!({ "match_phrase": { "title": { "query": in_order, "slop": 1, "boost": IN_ORDER } } });
    json!({ "bool": { "must": [query], "should": [phrase] } })
}

fn boosted(query: &Value, by: f32) -> Value {
    json!({ "bool": { "must": [query], "boost": by } })
}

fn best_of(mut ways: Vec<Value>) -> Value {
    if ways.len() == 1 { ways.remove(0) } else { json!({ "dis_max": { "queries": ways } }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_parted_where_three_letters_stand_on_both_sides() {
        let all = partings("headphone");
        assert_eq!(all.first(), Some(&vec!["hea".to_owned(), "dphone".to_owned()]));
        assert!(all.contains(&vec!["head".to_owned(), "phone".to_owned()]));
        assert!(partings("short").is_empty() && partings("").is_empty());
    }
}
