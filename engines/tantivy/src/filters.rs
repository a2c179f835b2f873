//! Filters as queries. None of them scores.

use std::ops::Bound;

use services::search::{
    Filter, ServingTerm,
    measures::{self, stocked},
    words,
};
use tantivy::{
    Term,
    query::{BooleanQuery, ConstScoreQuery, EmptyQuery, Query, RangeQuery, TermQuery},
    schema::{Field, IndexRecordOption},
};

use crate::fields::Fields;

/// What a filter lets through.
pub fn query(fields: &Fields, filter: &Filter) -> Box<dyn Query> {
    match filter {
        Filter::Categories(ids) => any(ids.iter().map(|id| Term::from_field_text(fields.category, &id.to_string()))),
        Filter::Brands(brands) => {
            any(brands.iter().map(|b| Term::from_field_text(fields.brand_key, &words::folded(b))))
        }
        Filter::Price(low, high) => {
            let term = |minor: i64| Term::from_field_i64(fields.price, minor);
            // A range needs one bound to know its field.
            let low = low.or(high.is_none().then_some(i64::MIN));
            silent(RangeQuery::new(included(low.map(term)), included(high.map(term))))
        }
        Filter::MinRating(rating) => {
            let least = Term::from_field_u64(fields.rating, measures::thousandths(*rating));
            silent(RangeQuery::new(Bound::Included(least), Bound::Unbounded))
        }
        Filter::AttributeWords(key, values) => {
            any(values.iter().map(|v| text_at(fields.words, key, &words::folded(v))))
        }
        Filter::AttributeRange(key, low, high) => attribute_range(fields, key, *low, *high),
        Filter::AttributeFlag(key, holds) => any([text_at(fields.flags, key, &holds.to_string())]),
    }
}

/// What has stock where a pair serves.
pub fn served(fields: &Fields, pairs: &[ServingTerm]) -> Box<dyn Query> {
    any(pairs.iter().map(|p| Term::from_field_text(fields.stocked, &stocked(&p.warehouse, p.handling))))
}

/// Items, without the memory of removed ones.
pub fn live(fields: &Fields) -> Box<dyn Query> {
    any([Term::from_field_u64(fields.live, 1)])
}

fn any(terms: impl IntoIterator<Item = Term>) -> Box<dyn Query> {
    let term = |t| Box::new(TermQuery::new(t, IndexRecordOption::Basic)) as Box<dyn Query>;
    let mut terms: Vec<Box<dyn Query>> = terms.into_iter().map(term).collect();
    match terms.len() {
        0 => Box::new(EmptyQuery),
        1 => Box::new(ConstScoreQuery::new(terms.remove(0), 0.0)),
        _ => silent(BooleanQuery::union(terms)),
    }
}

fn silent(query: impl Query) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(Box::new(query), 0.0))
}

fn included(term: Option<Term>) -> Bound<Term> {
    term.map_or(Bound::Unbounded, Bound::Included)
}

fn text_at(field: Field, key: &str, value: &str) -> Term {
    let mut term = Term::from_field_json_path(field, &path(key), false);
    term.append_type_and_str(value);
    term
}

fn attribute_range(fields: &Fields, key: &str, low: Option<f64>, high: Option<f64>) -> Box<dyn Query> {
    let term = |value: f64| {
        let mut term = Term::from_field_json_path(fields.numbers, &path(key), false);
        term.append_type_and_fast_value(value);
        term
    };
    // A range needs one bound to know its field.
    let low = low.or(high.is_none().then_some(f64::MIN));
    silent(RangeQuery::new(included(low.map(term)), included(high.map(term))))
}

/// A key as a path: a dot inside it is no step.
pub fn path(key: &str) -> String {
    key.replace('.', "\\.")
}
