//! One query over one point in time: hits, count and facets. Facets are disjunctive: one question for the page with all
//! facets that nothing was chosen of, and one that only counts for each facet with a choice; all go in one call.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use services::{
    kernel::ids::ItemId,
    search::{CountedFacet, Hit, IndexQuery, SearchSort, ServingTerm, measures::stocked, ports::IndexError},
};

use crate::{
    facets, filters,
    snapshot::Snapshot,
    text::{self, Asked},
};

/// The farthest hit that the server skips to without knowing the one before.
const SKIP_MAX: usize = 10_000;
/// How much one rank sooner lifts a hit: more than words do, and few enough that words still decide within a rank.
const RANK: f32 = 2_048.0;

/// What a query found.
#[derive(Debug)]
pub(crate) struct Found {
    /// In order.
    pub(crate) hits: Vec<Hit>,
    /// All hits.
    pub(crate) total: u64,
    /// What delivery hid, when asked.
    pub(crate) hidden: Option<u64>,
    /// In the order asked for.
    pub(crate) facets: Vec<CountedFacet>,
    /// The place of the last hit in the order, to go on after it.
    pub(crate) last: Option<Value>,
}

/// Answers a query from a point in time. `after` is the place of the hit before the first one wanted, when it is known.
pub(crate) async fn run(snapshot: &Snapshot, query: &IndexQuery, after: Option<Value>) -> Result<Found, IndexError> {
    let parts = Parts::of(snapshot, query).await?;
    let after = match after {
        None if query.offset + query.limit > SKIP_MAX => parts.walk(snapshot, query).await?,
        known => known,
    };
    let mut questions = vec![parts.page(query, after)];
    let chosen: Vec<usize> = (0..query.facets.len()).filter(|&at| parts.is_chosen(&query.facets[at].key)).collect();
    for &at in &chosen {
        let facet = &query.facets[at];
        questions.push(json!({
            "size": 0, "track_total_hits": false, "query": parts.query(Some(&facet.key), true),
            "aggs": facets::aggregations([(at, facet)]),
        }));
    }
    let hides = query.count_hidden && parts.served.is_some();
    if hides {
        questions.push(json!({ "size": 0, "track_total_hits": true, "query": parts.query(None, false) }));
    }
    let answers = snapshot.ask(questions).await?;
    let page = answers.first().unwrap_or(&Value::Null);
    let total = total(page);
    let counted = |(at, facet)| {
        let answer = chosen.iter().position(|&c| c == at).map_or(page, |place| &answers[place + 1]);
        facets::counted(at, facet, &answer["aggregations"])
    };
    Ok(Found {
        hits: items_of(page),
        total,
        hidden: query
            .count_hidden
            .then(|| if hides { answers.last().map_or(0, |all| self::total(all).saturating_sub(total)) } else { 0 }),
        facets: query.facets.iter().enumerate().map(counted).collect(),
        last: page["hits"]["hits"].as_array().and_then(|hits| Some(hits.last()?["sort"].clone())),
    })
}

/// A query taken apart, so that it can be put together without one of its filters.
struct Parts {
    words: Value,
    has_words: bool,
    filters: Vec<(String, Value)>,
    served: Option<Value>,
}

impl Parts {
    async fn of(snapshot: &Snapshot, query: &IndexQuery) -> Result<Self, IndexError> {
        let (words, has_words) = match text::asked(snapshot, &query.text, &query.synonyms).await? {
            Asked::Everything => (json!({ "bool": { "filter": [filters::live()] } }), false),
            Asked::Nothing => (json!({ "match_none": {} }), true),
            Asked::Words(words) => (words, true),
        };
        let served = query.serving.as_ref().filter(|_| !query.keep_unserved).map(|pairs| filters::served(pairs));
        let filters = query.filters.iter().map(|f| (f.facet_key().to_owned(), filters::query(f))).collect();
        Ok(Self { words, has_words, filters, served })
    }

    fn is_chosen(&self, facet: &str) -> bool {
        self.filters.iter().any(|(key, _)| key == facet)
    }

    /// The query, without the filters of one facet, with or without the look at delivery.
    fn query(&self, without: Option<&str>, served: bool) -> Value {
        let kept = self.filters.iter().filter(|(key, _)| Some(key.as_str()) != without).map(|(_, q)| q);
        let filters: Vec<&Value> = kept.chain(self.served.iter().filter(|_| served)).collect();
        json!({ "bool": { "must": [self.words], "filter": filters } })
    }

    fn page(&self, query: &IndexQuery, after: Option<Value>) -> Value {
        let counted = query.facets.iter().enumerate().filter(|(_, f)| !self.is_chosen(&f.key));
        let mut question = self.ordered(query);
        question["size"] = json!(query.limit);
        question["track_total_hits"] = json!(true);
        question["aggs"] = facets::aggregations(counted);
        match after {
            Some(place) => question["search_after"] = place,
            None => question["from"] = json!(query.offset),
        }
        question
    }

    /// Goes to the hit before the first one wanted when nobody remembers its place.
    async fn walk(&self, snapshot: &Snapshot, query: &IndexQuery) -> Result<Option<Value>, IndexError> {
        let (mut left, mut place) = (query.offset, None::<Value>);
        while left > 0 {
            let mut question = self.ordered(query);
            question["size"] = json!(left.min(SKIP_MAX));
            question["track_total_hits"] = json!(false);
            if let Some(place) = &place {
                question["search_after"] = Value::clone(place);
            }
            let mut answer = snapshot.ask(vec![question]).await?.pop().unwrap_or_default();
            // Beyond the end the page after the last hit is empty, as it should be.
            let Some(hits) = answer["hits"]["hits"].as_array_mut().filter(|hits| !hits.is_empty()) else { break };
            left -= hits.len().min(left);
            place = hits.last_mut().map(|hit| hit["sort"].take());
        }
        Ok(place)
    }

    /// The query in its order. Ties are broken by relevance, then by place in the index.
    fn ordered(&self, query: &IndexQuery) -> Value {
        let mut whole = self.query(None, true);
        let by_score = json!({ "_score": "desc" });
        let sort = match (query.sort, &query.serving) {
            (SearchSort::PriceAsc, _) => vec![json!({ "price": "asc" }), by_score],
            (SearchSort::PriceDesc, _) => vec![json!({ "price": "desc" }), by_score],
            (SearchSort::Rating, _) => vec![json!({ "rating": "desc" }), json!({ "rating_count": "desc" }), by_score],
            (SearchSort::Newest, _) => vec![json!({ "created": "desc" }), by_score],
            (SearchSort::FastestDelivery, Some(pairs)) => {
                whole["bool"]["should"] = json!([sooner(pairs)]);
                vec![by_score]
            }
            // Without words nothing is more relevant than anything else: what is liked comes first.
            (SearchSort::Relevance | SearchSort::FastestDelivery, _) if !self.has_words => {
                vec![json!({ "popularity": "desc" }), by_score]
            }
            (SearchSort::Relevance | SearchSort::FastestDelivery, _) => vec![by_score],
        };
        json!({ "query": whole, "sort": sort, "track_scores": true, "_source": false })
    }
}

/// Lifts what is served by the rank of the soonest pair that serves it.
fn sooner(pairs: &[ServingTerm]) -> Value {
    let mut ranks: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for pair in pairs {
        ranks.entry(pair.rank).or_default().push(stocked(&pair.warehouse, pair.handling));
    }
    let lifts: Vec<Value> = ranks
        .into_values()
        .rev()
        .zip(1_u16..)
        .map(|(places, step)| {
            let filter = filters::terms("stocked", places);
            json!({ "constant_score": { "filter": filter, "boost": f32::from(step) * RANK } })
        })
        .collect();
    if lifts.is_empty() { json!({ "match_none": {} }) } else { json!({ "dis_max": { "queries": lifts } }) }
}

fn total(answer: &Value) -> u64 {
    answer["hits"]["total"]["value"].as_u64().unwrap_or(0)
}

/// The hits of an answer.
pub(crate) fn items_of(answer: &Value) -> Vec<Hit> {
    let hits = answer["hits"]["hits"].as_array().into_iter().flatten();
    hits.filter_map(|hit| {
        let item = ItemId(hit["_id"].as_str()?.parse().ok()?);
        // Scores are single floats on the server.
        Some(Hit { item, score: hit["_score"].as_f64().unwrap_or(0.0) as f32 })
    })
    .collect()
}
