//! Facets as aggregations, and their results.

use serde_json::{Map, Value, json};
use services::search::{
    CountedFacet, FacetKind, FacetRequest,
    facets::{COUNTED_MAX, VALUES_MAX, merged},
};
use tantivy::aggregation::{
    AggContextParams, AggregationCollector, Key,
    agg_req::Aggregations,
    agg_result::{AggregationResult, AggregationResults, BucketEntries, BucketResult, MetricResult},
};

use crate::{fields::column, filters};

/// Counts some of the facets asked for, each named by its place in the request.
pub fn collector<'a>(
    facets: impl IntoIterator<Item = (usize, &'a FacetRequest)>,
) -> tantivy::Result<Option<AggregationCollector>> {
    let named: Map<String, Value> = facets.into_iter().map(|(at, f)| (at.to_string(), request(f))).collect();
    if named.is_empty() {
        return Ok(None);
    }
    let request: Aggregations = serde_json::from_value(Value::Object(named))
        .map_err(|e| tantivy::TantivyError::InvalidArgument(format!("facets: {e}")))?;
    Ok(Some(AggregationCollector::from_aggs(request, AggContextParams::default())))
}

fn request(facet: &FacetRequest) -> Value {
    let terms =
        |field: String| json!({ "terms": { "field": field, "size": COUNTED_MAX, "segment_size": COUNTED_MAX * 5 } });
    match (facet.key.as_str(), facet.kind) {
        ("category", _) => terms(column::CATEGORY.into()),
        ("brand", _) => terms(column::BRAND.into()),
        ("price", _) => json!({ "stats": { "field": column::PRICE } }),
        ("rating", _) => {
            let steps: Vec<Value> = (1..=4)
                .map(|stars| match stars {
                    4 => json!({ "key": "4", "from": 4_000 }),
                    _ => json!({ "key": stars.to_string(), "from": stars * 1_000, "to": (stars + 1) * 1_000 }),
                })
                .collect();
            json!({ "range": { "field": column::RATING, "ranges": steps } })
        }
        (key, FacetKind::Words) => terms(format!("{}.{}", column::WORDS, filters::path(key))),
        (key, FacetKind::Flags) => terms(format!("{}.{}", column::FLAGS, filters::path(key))),
        (key, FacetKind::Range) => {
            json!({ "stats": { "field": format!("{}.{}", column::NUMBERS, filters::path(key)) } })
        }
    }
}

/// Reads the counts of one facet.
pub fn counted(at: usize, facet: &FacetRequest, results: Option<&AggregationResults>) -> CountedFacet {
    let mut counted = CountedFacet { key: facet.key.clone(), values: Vec::new(), range: None };
    match results.and_then(|r| r.0.get(&at.to_string())) {
        Some(AggregationResult::BucketResult(BucketResult::Terms { buckets, .. })) => {
            let values = buckets.iter().map(|b| (shown(&b.key), b.doc_count));
            counted.values = if facet.key == "category" { values.take(VALUES_MAX).collect() } else { merged(values) };
        }
        Some(AggregationResult::BucketResult(BucketResult::Range { buckets: BucketEntries::Vec(buckets) })) => {
            let count = |key: &str| buckets.iter().filter(|b| shown(&b.key) == key).map(|b| b.doc_count).sum::<u64>();
            let mut at_least = 0;
            for stars in ["4", "3", "2", "1"] {
                at_least += count(stars);
                counted.values.push((stars.to_owned(), at_least));
            }
            counted.values.retain(|(_, hits)| *hits > 0);
        }
        Some(AggregationResult::MetricResult(MetricResult::Stats(stats))) => {
            counted.range = stats.min.zip(stats.max);
        }
        _ => {}
    }
    counted
}

fn shown(key: &Key) -> String {
    match key {
        Key::Str(text) => text.clone(),
        other => other.to_string(),
    }
}
