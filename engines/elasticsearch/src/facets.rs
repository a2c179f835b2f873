//! Facets as aggregations, and their results.

use serde_json::{Map, Value, json};
use services::search::{
    CountedFacet, FacetKind, FacetRequest,
    facets::{COUNTED_MAX, VALUES_MAX, merged},
};

use crate::documents::key_prefix;

/// Some of the facets asked for, each named by its place in the request.
pub(crate) fn aggregations<'f>(facets: impl IntoIterator<Item = (usize, &'f FacetRequest)>) -> Value {
    Value::Object(facets.into_iter().map(|(at, f)| (at.to_string(), request(f))).collect::<Map<_, _>>())
}

fn request(facet: &FacetRequest) -> Value {
    let terms =
        |field: &str| json!({ "terms": { "field": field, "size": COUNTED_MAX, "shard_size": COUNTED_MAX * 5 } });
    let of_key = |field: &str, key: &str| {
        let mut terms = terms(field);
        terms["terms"]["include"] = json!(format!("{}.*", literal(&key_prefix(key))));
        terms
    };
    match (facet.key.as_str(), facet.kind) {
        ("category", _) => terms("category"),
        ("brand", _) => terms("brand_shown"),
        ("price", _) => json!({ "stats": { "field": "price" } }),
        ("rating", _) => {
            let at_least = |stars: u32| json!({ "key": stars.to_string(), "from": stars * 1_000 });
            json!({ "range": { "field": "rating", "ranges": [at_least(4), at_least(3), at_least(2), at_least(1)] } })
        }
        (key, FacetKind::Words) => of_key("words", key),
        (key, FacetKind::Flags) => of_key("flags", key),
        (key, FacetKind::Range) => json!({ "nested": { "path": "numbers" }, "aggs": { "key": {
            "filter": { "term": { "numbers.key": key } },
            "aggs": { "stats": { "stats": { "field": "numbers.value" } } },
        } } }),
    }
}

/// Reads the counts of one facet from the aggregations of an answer.
pub(crate) fn counted(at: usize, facet: &FacetRequest, aggregations: &Value) -> CountedFacet {
    let result = &aggregations[at.to_string()];
    let mut counted = CountedFacet { key: facet.key.clone(), values: Vec::new(), range: None };
    let buckets = result["buckets"].as_array().into_iter().flatten();
    let values = buckets.map(|b| (b["key"].as_str().unwrap_or_default(), b["doc_count"].as_u64().unwrap_or(0)));
    match (facet.key.as_str(), facet.kind) {
        ("category", _) => counted.values = values.take(VALUES_MAX).map(|(v, n)| (v.to_owned(), n)).collect(),
        ("brand", _) => counted.values = merged(values.map(|(v, n)| (v.to_owned(), n))),
        ("rating", _) => {
            counted.values = values.filter(|(_, n)| *n > 0).map(|(v, n)| (v.to_owned(), n)).collect();
            counted.values.sort_by(|a, b| b.0.cmp(&a.0));
        }
        ("price", _) => counted.range = range(result),
        (_, FacetKind::Range) => counted.range = range(&result["key"]["stats"]),
        (key, FacetKind::Words | FacetKind::Flags) => {
            let from = key_prefix(key).len();
            counted.values = merged(values.map(|(v, n)| (v.get(from..).unwrap_or_default().to_owned(), n)));
        }
    }
    counted
}

fn range(stats: &Value) -> Option<(f64, f64)> {
    stats["min"].as_f64().zip(stats["max"].as_f64())
}

/// A text as a regular expression of the server that matches nothing else.
pub(crate) fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() && !c.is_ascii_alphanumeric() {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_key_is_read_as_an_expression() {
        assert_eq!(literal("a.b*\"@<1-2>ü"), "a\\.b\\*\\\"\\@\\<1\\-2\\>ü");
    }
}
