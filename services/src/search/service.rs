//! Searching: decode the page, ask the index, look again at live stock, and show. Nothing here ranks or counts; that is
//! the index's, and when a parcel arrives is serviceability's.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use super::{
    cursor::{Cursors, Place},
    error::Error,
    facets,
    model::{
        CountedFacet, Facet, Filter, FoundItem, IndexAnswer, IndexQuery, SearchAnswer, SearchRequest, SearchSort,
        ServingTerm,
    },
    ports::SearchIndex,
    synonyms::Synonyms,
    words::folded,
};
use crate::{
    inventory::Inventory,
    items::{CategoryTree, Item, Items},
    kernel::{
        clock::{Clock, Timestamp},
        error::EngineResult,
        ids::{CategoryId, ItemId, VariantId},
        limits::{FILTER_VALUES_MAX, FILTERS_MAX, PAGE_MAX, QUERY_MAX},
        pincodes::Pincode,
    },
    serviceability::{Delivery, Goods, Serviceability, ServingPair},
};

/// Searches within so many seconds share one delivery table of a pincode.
const SERVING_SECONDS: i64 = 10;
/// Delivery tables that are kept for the later pages of a search.
const SERVING_MAX: u64 = 1_000;
/// How long they are kept: as long as the index holds a list.
const SERVING_KEPT: Duration = Duration::from_secs(300);

/// Search.
#[derive(Clone)]
pub struct Search(pub(super) Arc<Inner>);

type ServingKey = (Pincode, Option<u32>, Timestamp);

pub(super) struct Inner {
    pub(super) index: Arc<dyn SearchIndex>,
    pub(super) items: Items,
    pub(super) inventory: Inventory,
    serviceability: Serviceability,
    cursor_key: Vec<u8>,
    pub(super) clock: Arc<dyn Clock>,
    synonyms: Arc<Synonyms>,
    serving: moka::sync::Cache<ServingKey, Arc<Vec<ServingTerm>>>,
    /// One step of the consumer at a time, and none during a switch.
    pub(super) steps: tokio::sync::Mutex<()>,
    /// When the consumer last found nothing to do, microseconds.
    caught_up: AtomicI64,
}

impl std::fmt::Debug for Search {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Search")
    }
}

impl Search {
    /// On an index and the services that know items, stock and delivery. The key signs cursors.
    pub fn new(
        index: Arc<dyn SearchIndex>,
        items: Items,
        inventory: Inventory,
        serviceability: Serviceability,
        cursor_key: Vec<u8>,
        clock: Arc<dyn Clock>,
        synonyms: Synonyms,
    ) -> Self {
        let serving = moka::sync::Cache::builder().max_capacity(SERVING_MAX).time_to_live(SERVING_KEPT).build();
        let (steps, caught_up) = (tokio::sync::Mutex::default(), AtomicI64::new(i64::MIN));
        let synonyms = Arc::new(synonyms);
        Self(Arc::new(Inner {
            index,
            items,
            inventory,
            serviceability,
            cursor_key,
            clock,
            synonyms,
            serving,
            steps,
            caught_up,
        }))
    }

    /// A page of hits with promises and facets. The index and the items must answer; without stock or lanes the page
    /// comes without promises and says so in `degraded`.
    pub async fn search(&self, request: SearchRequest) -> Result<SearchAnswer, Error> {
        check(&request)?;
        let now = self.0.clock.now();
        let cursors = Cursors::new(&self.0.cursor_key, &request);
        let place = request.after.as_deref().map(|after| cursors.decode(after)).transpose()?;
        let asked_at = place.map_or(rounded(now), |p| p.asked_at);
        let query = self.query(&request, place, asked_at);
        let answer = self.0.index.search(query.clone(), now).await?;
        let found: Vec<ItemId> = answer.hits.iter().map(|h| h.item).collect();
        let items = self.0.items.items(&found).await?;
        let tree = self.0.items.tree().await?;
        let (facets, did_you_mean, deliveries) = futures::try_join!(
            self.facets(&query, &answer, &items, &tree, now),
            self.did_you_mean(&request.text),
            async { Ok(self.deliveries(&found, &items, request.deliver_to).await) }
        )?;
        let mut degraded = Vec::new();
        let deliveries = deliveries.unwrap_or_else(|e| {
            tracing::warn!(error = %e, "search answers without promises");
            degraded.push("serviceability");
            HashMap::new()
        });
        let offset = query.offset;
        let seen = offset + answer.hits.len();
        let mut hits = Vec::with_capacity(answer.hits.len());
        let mut dropped = 0;
        for (at, hit) in answer.hits.iter().enumerate() {
            // What is no longer sold is about to leave the index.
            if items.get(&hit.item).is_none_or(|i| i.withdrawn) {
                continue;
            }
            let delivery = deliveries.get(&hit.item).cloned();
            if delivery.as_ref().is_some_and(|(_, d)| must_go(d, &request)) {
                dropped += 1;
                continue;
            }
            let place = Place { generation: answer.generation, offset: offset_after(offset + at), asked_at };
            hits.push(FoundItem { cursor: cursors.encode(place), item: hit.item, delivery });
        }
        Ok(SearchAnswer {
            hits,
            has_next: !answer.hits.is_empty() && u64::try_from(seen).unwrap_or(u64::MAX) < answer.total,
            has_previous: offset > 0,
            total: answer.total.saturating_sub(dropped),
            facets,
            did_you_mean,
            hidden_undeliverable: answer.hidden.map(|h| h.saturating_add(dropped)),
            as_of: self.as_of(&answer, place.is_some()),
            end_cursor: (!answer.hits.is_empty()).then(|| {
                cursors.encode(Place { generation: answer.generation, offset: offset_after(seen - 1), asked_at })
            }),
            degraded,
        })
    }

    /// Completions: whole queries, categories by name, items by title; up to `first` of each.
    pub async fn suggest(
        &self,
        prefix: &str,
        first: usize,
    ) -> Result<(Vec<String>, Vec<CategoryId>, Vec<ItemId>), Error> {
        if prefix.len() > QUERY_MAX {
            return Err(too_long("prefix"));
        }
        let found = self.0.index.suggest(prefix, first.min(PAGE_MAX)).await?;
        let tree = self.0.items.tree().await?;
        let items = self.0.items.items(&found.items).await?;
        let sold = |id: &ItemId| items.get(id).is_some_and(|i| !i.withdrawn);
        Ok((found.queries, categories(&tree, prefix, first), found.items.into_iter().filter(sold).collect()))
    }

    pub(super) fn caught_up(&self, at: Timestamp) {
        self.0.caught_up.fetch_max(at.micros(), Ordering::Relaxed);
    }

    fn query(&self, request: &SearchRequest, place: Option<Place>, asked_at: Timestamp) -> IndexQuery {
        let hides = request.deliverable_only || request.max_tat_hours.is_some();
        let ranks = request.sort == SearchSort::FastestDelivery;
        let serving = request.deliver_to.filter(|_| hides || ranks).map(|to| {
            let key = (to, request.max_tat_hours, asked_at);
            let pairs = || Arc::new(terms(&self.0.serviceability.serving_pairs(to, request.max_tat_hours)));
            self.0.serving.get_with(key, pairs).to_vec()
        });
        IndexQuery {
            filters: request.filters.clone(),
            sort: request.sort,
            count_hidden: serving.is_some() && hides,
            serving,
            keep_unserved: !hides,
            synonyms: self.0.synonyms.clone(),
            facets: facets::common(),
            offset: place.map_or(0, |p| usize::try_from(p.offset).unwrap_or(usize::MAX)),
            generation: place.map(|p| p.generation),
            ..IndexQuery::of(request.text.clone(), request.first)
        }
    }

    /// The common facets, and those of the attributes that matter for these hits, counted in the same generation.
    async fn facets(
        &self,
        query: &IndexQuery,
        answer: &IndexAnswer,
        items: &HashMap<ItemId, Arc<Item>>,
        tree: &CategoryTree,
        now: Timestamp,
    ) -> Result<Vec<Facet>, Error> {
        let mut counted = answer.facets.clone();
        let focus = facets::focus(tree, &query.filters, &counted, answer.total);
        let definitions = focus.map(|id| tree.definitions(id)).unwrap_or_default();
        let mut on_page: HashMap<&str, usize> = HashMap::new();
        for attribute in items.values().flat_map(|i| &i.attributes) {
            *on_page.entry(attribute.key.as_str()).or_default() += 1;
        }
        let wanted = facets::attributes(&definitions, &query.filters, &on_page);
        if !wanted.is_empty() {
            counted.extend(self.count(query, answer.generation, wanted, now).await?);
        }
        Ok(facets::shown(counted, &definitions, tree, &query.filters))
    }

    async fn count(
        &self,
        query: &IndexQuery,
        generation: u64,
        facets: Vec<super::FacetRequest>,
        now: Timestamp,
    ) -> Result<Vec<CountedFacet>, Error> {
        let mut query = IndexQuery { facets, offset: 0, limit: 0, count_hidden: false, ..query.clone() };
        query.generation = Some(generation);
        match self.0.index.search(query.clone(), now).await {
            Ok(answer) => Ok(answer.facets),
            // A list of one page is not held; if the index moved on meanwhile, its newer counts are as good.
            Err(super::ports::IndexError::GenerationGone) => {
                Ok(self.0.index.search(IndexQuery { generation: None, ..query }, now).await?.facets)
            }
            Err(e) => Err(e.into()),
        }
    }

    async fn did_you_mean(&self, text: &str) -> Result<Option<String>, Error> {
        if text.trim().is_empty() { Ok(None) } else { Ok(self.0.index.did_you_mean(text).await?) }
    }

    /// The best promise of each item over its variants, by live stock.
    async fn deliveries(
        &self,
        found: &[ItemId],
        items: &HashMap<ItemId, Arc<Item>>,
        to: Option<Pincode>,
    ) -> EngineResult<HashMap<ItemId, (Option<VariantId>, Delivery)>> {
        let Some(to) = to else { return Ok(HashMap::new()) };
        let sold = found.iter().filter_map(|id| items.get(id)).filter(|i| !i.withdrawn);
        let (mut owners, mut goods) = (Vec::new(), Vec::new());
        for item in sold {
            for variant in &item.variants {
                owners.push(item.id);
                goods.push(Goods { variant: variant.id, handling: item.handling, quantity: 1 });
            }
        }
        if goods.is_empty() {
            return Ok(HashMap::new());
        }
        let deliveries = self.0.serviceability.deliveries(&goods, to).await?;
        let mut best: HashMap<ItemId, (Option<VariantId>, Delivery)> = HashMap::new();
        for ((item, goods), delivery) in owners.into_iter().zip(goods).zip(deliveries) {
            let variant = delivery.promise().map(|_| goods.variant);
            match best.get_mut(&item) {
                Some(known) if is_better(&delivery, &known.1) => *known = (variant, delivery),
                Some(_) => {}
                None => drop(best.insert(item, (variant, delivery))),
            }
        }
        Ok(best)
    }

    /// A newest list is as fresh as the consumer's last look at the log; a held one is as old as it is.
    fn as_of(&self, answer: &IndexAnswer, goes_on: bool) -> Timestamp {
        let caught_up = Timestamp::from_micros(self.0.caught_up.load(Ordering::Relaxed));
        if goes_on { answer.as_of } else { answer.as_of.max(caught_up) }
    }
}

fn check(request: &SearchRequest) -> Result<(), Error> {
    let refused = |field, message: &str| Err(Error::Refused { field, message: message.to_owned() });
    if request.text.len() > QUERY_MAX {
        return Err(too_long("query"));
    }
    if request.first > PAGE_MAX {
        return refused("first", &format!("a page has at most {PAGE_MAX} hits"));
    }
    if request.filters.len() > FILTERS_MAX {
        return refused("filters", &format!("at most {FILTERS_MAX} filters"));
    }
    let values = |f: &Filter| match f {
        Filter::Categories(ids) => ids.len(),
        Filter::Brands(values) | Filter::AttributeWords(_, values) => values.len(),
        _ => 1,
    };
    if request.filters.iter().any(|f| values(f) > FILTER_VALUES_MAX) {
        return refused("filters", &format!("at most {FILTER_VALUES_MAX} values in one filter"));
    }
    if request.deliver_to.is_none() && request.sort == SearchSort::FastestDelivery {
        return refused("sort", "FASTEST_DELIVERY needs a delivery location: pass deliverTo or set one");
    }
    if request.deliver_to.is_none() && request.max_tat_hours.is_some() {
        return refused("maxTatHours", "needs a delivery location: pass deliverTo or set one");
    }
    Ok(())
}

fn too_long(field: &'static str) -> Error {
    Error::Refused { field, message: format!("at most {QUERY_MAX} bytes") }
}

fn rounded(now: Timestamp) -> Timestamp {
    Timestamp::from_seconds(now.seconds().div_euclid(SERVING_SECONDS) * SERVING_SECONDS)
}

/// The place after a hit.
fn offset_after(hit: usize) -> u32 {
    u32::try_from(hit + 1).unwrap_or(u32::MAX)
}

/// Pairs with their ranks; those that arrive together share one, so that relevance decides between them.
fn terms(pairs: &[ServingPair]) -> Vec<ServingTerm> {
    let mut rank = 0;
    let mut last = None;
    let mut out = Vec::with_capacity(pairs.len());
    for pair in pairs {
        if last.is_some_and(|l| l != pair.promised_by) {
            rank += 1;
        }
        last = Some(pair.promised_by);
        out.push(ServingTerm { warehouse: pair.warehouse.clone(), handling: pair.handling, rank });
    }
    out
}

/// A hit that the index still shows and live stock no longer bears out.
fn must_go(delivery: &Delivery, request: &SearchRequest) -> bool {
    match (delivery.promise(), request.max_tat_hours) {
        (None, tat) => request.deliverable_only || tat.is_some(),
        (Some(promise), Some(hours)) => promise.tat_hours > hours,
        (Some(_), None) => false,
    }
}

fn is_better(new: &Delivery, known: &Delivery) -> bool {
    match (new.promise(), known.promise()) {
        (Some(new), Some(known)) => (new.promised_by, new.charge.minor) < (known.promised_by, known.charge.minor),
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// Categories with a word of their name that begins so, higher branches first.
fn categories(tree: &CategoryTree, prefix: &str, first: usize) -> Vec<CategoryId> {
    let prefix = folded(prefix.trim());
    if prefix.is_empty() {
        return Vec::new();
    }
    let begins = |name: &str| {
        let name = folded(name);
        name.char_indices().any(|(at, _)| {
            let at_word = at == 0 || name[..at].ends_with(|c: char| !c.is_alphanumeric());
            at_word && name[at..].starts_with(&prefix)
        })
    };
    let mut found: Vec<(usize, &str, CategoryId)> =
        tree.all().filter(|c| begins(&c.name)).map(|c| (tree.path(c.id).len(), c.name.as_str(), c.id)).collect();
    found.sort_unstable();
    found.into_iter().take(first).map(|(.., id)| id).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{items::Category, kernel::handling::HandlingClass};

    #[test]
    fn pairs_that_arrive_together_share_a_rank() {
        let pair = |warehouse: &str, at| ServingPair {
            warehouse: warehouse.into(),
            handling: HandlingClass::Standard,
            promised_by: Timestamp::from_seconds(at),
        };
        let ranks: Vec<u32> = terms(&[pair("A", 5), pair("B", 5), pair("C", 9)]).iter().map(|t| t.rank).collect();
        assert_eq!(ranks, [0, 0, 1]);
        assert!(terms(&[]).is_empty());
    }

    #[test]
    fn categories_are_found_by_any_word() {
        let category = |n, parent: Option<u128>, name: &str| Category {
            id: CategoryId(Uuid::from_u128(n)),
            parent: parent.map(|p| CategoryId(Uuid::from_u128(p))),
            slug: format!("c{n}"),
            name: name.into(),
            position: 0,
            attributes: vec![],
        };
        let tree = CategoryTree::new([
            category(1, None, "Home & Kitchen"),
            category(2, Some(1), "Kitchen Tools"),
            category(3, Some(1), "Décor"),
        ]);
        let found =
            |prefix: &str| -> Vec<u128> { categories(&tree, prefix, 5).iter().map(|c| c.0.as_u128()).collect() };
        assert_eq!(found("kit"), [1, 2]);
        assert_eq!(found("DECO"), [3]);
        assert_eq!(found("itchen"), [0; 0]);
        assert_eq!(found(" "), [0; 0]);
    }

    #[test]
    fn contradictions_are_refused() {
        let mut request = SearchRequest {
            text: String::new(),
            filters: vec![],
            sort: SearchSort::FastestDelivery,
            deliver_to: None,
            deliverable_only: true,
            max_tat_hours: None,
            first: 10,
            after: None,
        };
        assert!(matches!(check(&request), Err(Error::Refused { field: "sort", .. })));
        request.deliver_to = Pincode::new(560_001);
        assert!(check(&request).is_ok());
        request.first = 101;
        assert!(matches!(check(&request), Err(Error::Refused { field: "first", .. })));
    }
}
