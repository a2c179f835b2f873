//! What a search text asks for: each word in any field, better where it says more; a word that stands nowhere in the
//! likeliest other spellings; terms of the synonyms file; and all words before some of them.

use services::search::{
    Synonyms,
    synonyms::Segment,
    weights::{
        COMPLETIONS_MAX, ENOUGH, IN_BRAND, IN_CATEGORY, IN_DESCRIPTION, IN_ORDER, IN_TITLE, ONE_MORE, SPELLING,
        SPELLINGS_MAX, SYNONYM, WELL_KNOWN, WORDS_MAX,
    },
    words::{self, AskedWord},
};
use tantivy::{
    Searcher, Term,
    collector::Count,
    query::{BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, Occur, PhraseQuery, Query, TermQuery},
    schema::{Field, IndexRecordOption},
};

use crate::{fields::Fields, spelling};

/// What is to be looked for.
pub enum Asked {
    /// Nothing was asked: list all.
    Everything,
    /// Something was asked that has no word.
    Nothing,
    /// Words.
    Words(Box<dyn Query>),
}

/// Reads a search text against what the index holds.
pub fn asked(searcher: &Searcher, fields: &Fields, text: &str, synonyms: &Synonyms) -> tantivy::Result<Asked> {
    if text.trim().is_empty() {
        return Ok(Asked::Everything);
    }
    let mut words = words::asked(text);
    words.truncate(WORDS_MAX);
    if words.is_empty() {
        return Ok(Asked::Nothing);
    }
    let reader = Reader { searcher, fields };
    let mut queries = Vec::new();
    let stands = |stem: &str| tantivy::Result::Ok(spelling::items_with(searcher, fields.all, stem)? > 0);
    let segments = synonyms.segments(&words, stands)?;
    let last = segments.len() - 1;
    for (at, segment) in segments.iter().enumerate() {
        queries.push(reader.segment(segment, at == last)?);
    }
    Ok(Asked::Words(reader.with_order(reader.enough(queries)?, &words)))
}

struct Reader<'a> {
    searcher: &'a Searcher,
    fields: &'a Fields,
}

impl Reader<'_> {
    fn segment(&self, segment: &Segment<'_>, is_last: bool) -> tantivy::Result<Box<dyn Query>> {
        let mut own = Vec::new();
        for word in segment.words {
            own.push(self.word(word, is_last && segment.words.len() == 1 && segment.instead.is_empty())?);
        }
        let own = if own.len() == 1 { own.remove(0) } else { Box::new(BooleanQuery::intersection(own)) };
        let mut ways = vec![own];
        ways.extend(segment.instead.iter().map(|stems| boosted(self.stems(stems), SYNONYM)));
        Ok(best_of(ways))
    }

    /// One word in all its spellings.
    fn word(&self, word: &AskedWord, may_go_on: bool) -> tantivy::Result<Box<dyn Query>> {
        let known = spelling::items_with(self.searcher, self.fields.all, &word.stem)?;
        let mut ways = vec![self.stems(std::slice::from_ref(&word.stem))];
        if word.pieces.len() > 1 {
            ways.push(self.stems(&word.pieces));
        } else if known < WELL_KNOWN {
            if let Some(parts) = self.parted(&word.plain)? {
                ways.push(self.stems(&parts));
            }
            for near in spelling::near(self.searcher, self.fields, &word.plain, SPELLINGS_MAX)? {
                if near.items > known {
                    ways.push(boosted(
                        self.stems(&[words::stem(&near.word)]),
                        SPELLING[usize::from(near.distance.min(2))],
                    ));
                }
            }
            if may_go_on && known == 0 {
                let longer = spelling::beginning(self.searcher, self.fields.typed, &word.plain, COMPLETIONS_MAX)?;
                ways.extend(longer.iter().map(|(w, _)| boosted(self.stems(&[words::stem(w)]), SPELLING[1])));
            }
        }
        Ok(best_of(ways))
    }

    /// Two known words that were written as one.
    fn parted(&self, word: &str) -> tantivy::Result<Option<Vec<String>>> {
        let mut best: Option<(u64, Vec<String>)> = None;
        for (at, _) in word.char_indices().skip(3) {
            let (left, right) = word.split_at(at);
            if right.chars().count() < 3 {
                break;
            }
            let parts = vec![words::stem(left), words::stem(right)];
            let mut items = u64::MAX;
            for part in &parts {
                items = items.min(spelling::items_with(self.searcher, self.fields.all, part)?);
            }
            if items > best.as_ref().map_or(0, |(most, _)| *most) {
                best = Some((items, parts));
            }
        }
        Ok(best.map(|(_, parts)| parts))
    }

    /// A word, or words that follow each other, in any field.
    fn stems(&self, stems: &[String]) -> Box<dyn Query> {
        let within = |field| in_field(field, stems);
        let better = [
            (self.fields.title, IN_TITLE),
            (self.fields.description, IN_DESCRIPTION),
            (self.fields.categories, IN_CATEGORY),
            (self.fields.brand, IN_BRAND),
        ];
        let mut clauses = vec![(Occur::Must, within(self.fields.all))];
        for (field, weight) in better {
            // Only fields with positions can tell what follows what.
            if stems.len() == 1 || field == self.fields.title {
                clauses.push((Occur::Should, boosted(within(field), weight)));
            }
        }
        Box::new(BooleanQuery::new(clauses))
    }

    /// All segments; when too little has them all, most of them, the fuller hits first.
    fn enough(&self, mut segments: Vec<Box<dyn Query>>) -> tantivy::Result<Box<dyn Query>> {
        if segments.len() == 1 {
            return Ok(segments.remove(0));
        }
        let least = segments.len().div_ceil(2);
        let mut fuller: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for needed in (least..=segments.len()).rev() {
            let query = at_least(&segments, needed);
            if needed == least || self.searcher.search(&query, &Count)? >= ENOUGH {
                fuller.push((Occur::Must, Box::new(query)));
                break;
            }
            fuller.push((Occur::Should, Box::new(ConstScoreQuery::new(Box::new(query), ONE_MORE))));
        }
        Ok(if fuller.len() == 1 { fuller.remove(0).1 } else { Box::new(BooleanQuery::new(fuller)) })
    }

    fn with_order(&self, query: Box<dyn Query>, words: &[AskedWord]) -> Box<dyn Query> {
        if words.len() < 2 {
            return query;
        }
        let terms = words.iter().map(|w| Term::from_field_text(self.fields.title, &w.stem)).enumerate().collect();
        let phrase = PhraseQuery::new_with_offset_and_slop(terms, 1);
        Box::new(BooleanQuery::new(vec![(Occur::Must, query), (Occur::Should, boosted(Box::new(phrase), IN_ORDER))]))
    }
}

fn at_least(segments: &[Box<dyn Query>], needed: usize) -> BooleanQuery {
    let all = segments.iter().map(|q| (Occur::Should, q.box_clone())).collect();
    BooleanQuery::with_minimum_required_clauses(all, needed)
}

fn in_field(field: Field, stems: &[String]) -> Box<dyn Query> {
    let mut terms: Vec<Term> = stems.iter().map(|s| Term::from_field_text(field, s)).collect();
    match terms.len() {
        1 => Box::new(TermQuery::new(terms.remove(0), IndexRecordOption::WithFreqs)),
        _ => Box::new(PhraseQuery::new(terms)),
    }
}

fn boosted(query: Box<dyn Query>, by: f32) -> Box<dyn Query> {
    Box::new(BoostQuery::new(query, by))
}

fn best_of(mut ways: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    if ways.len() == 1 { ways.remove(0) } else { Box::new(DisjunctionMaxQuery::new(ways)) }
}
