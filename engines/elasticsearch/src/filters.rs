//! Filters as queries. They stand where nothing scores.

use serde_json::{Value, json};
use services::search::{
    Filter, ServingTerm,
    measures::{stocked, thousandths},
    words::folded,
};

use crate::documents::keyed;

/// What a filter lets through.
pub(crate) fn query(filter: &Filter) -> Value {
    match filter {
        Filter::Categories(ids) => terms("category", ids.iter().map(ToString::to_string).collect()),
        Filter::Brands(brands) => terms("brand_key", brands.iter().map(|b| folded(b)).collect()),
        Filter::Price(low, high) => json!({ "range": { "price": between(*low, *high) } }),
        Filter::MinRating(rating) => json!({ "range": { "rating": { "gte": thousandths(*rating) } } }),
        Filter::AttributeWords(key, values) => {
            terms("word_keys", values.iter().map(|v| keyed(key, &folded(v))).collect())
        }
        Filter::AttributeRange(key, low, high) => {
            json!({ "nested": { "path": "numbers", "query": { "bool": { "filter": [
            { "term": { "numbers.key": key } },
            { "range": { "numbers.value": between(*low, *high) } },
        ] } } } })
        }
        Filter::AttributeFlag(key, holds) => terms("flags", vec![keyed(key, &holds.to_string())]),
    }
}

/// What has stock where a pair serves.
pub(crate) fn served(pairs: &[ServingTerm]) -> Value {
    terms("stocked", pairs.iter().map(|p| stocked(&p.warehouse, p.handling)).collect())
}

/// Items, without the memory of removed ones.
pub(crate) fn live() -> Value {
    json!({ "term": { "live": true } })
}

/// Any of some values; none matches nothing.
pub(crate) fn terms(field: &str, values: Vec<String>) -> Value {
    json!({ "terms": { (field): Value::from(values) } })
}

fn between<T: Copy + Into<Value>>(low: Option<T>, high: Option<T>) -> Value {
    let mut range = serde_json::Map::new();
    range.extend(low.map(|low| ("gte".to_owned(), low.into())));
    range.extend(high.map(|high| ("lte".to_owned(), high.into())));
    Value::Object(range)
}
