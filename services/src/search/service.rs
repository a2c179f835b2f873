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

use parking_lot::Mutex;

use super::{
    cursor::{Cursors, Place},
    error::Error,
    facets,
    model::{
        CountedFacet, Facet, FoundItem, IndexAnswer, IndexQuery, SearchAnswer, SearchRequest, SearchSort, ServingTerm,
    },
    ports::SearchIndex,
    rules::{categories, check, is_better, must_go, offset_after, rounded, terms, too_long},
    synonyms::Synonyms,
};
use crate::{
    inventory::Inventory,
    items::{CategoryTree, Item, Items},
    kernel::{
        clock::{Clock, Timestamp},
        error::EngineResult,
        ids::{CategoryId, ItemId, VariantId},
        limits::{PAGE_MAX, QUERY_MAX},
        pincodes::Pincode,
    },
    serviceability::{Delivery, Goods, Serviceability},
};

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
    /// The tree that the last walk or step saw.
    pub(super) tree: Mutex<Option<Arc<CategoryTree>>>,
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
            tree: Mutex::default(),
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
            degraded.push(e.engine);
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
