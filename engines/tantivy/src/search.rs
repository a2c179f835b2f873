//! One query over one generation: hits, count and facets. Facets are disjunctive: one pass for the page with all facets
//! that nothing was chosen of, and one pass that only counts for each facet with a choice.

use services::search::{CountedFacet, Filter, Hit, IndexAnswer, IndexQuery};
use tantivy::{
    DocAddress, Score, Searcher, SegmentReader,
    aggregation::agg_result::AggregationResults,
    collector::{Collector, Count, TopDocs},
    query::{BooleanQuery, EmptyQuery, Occur, Query},
};

use crate::{
    facets,
    fields::{Fields, column, item_id},
    filters,
    generations::Generation,
    ranking::Order,
    text::{self, Asked},
};

/// Answers a query from a generation.
pub fn run(generation: &Generation, fields: &Fields, query: &IndexQuery) -> tantivy::Result<IndexAnswer> {
    let searcher = &generation.searcher;
    let parts = Parts::of(searcher, fields, query)?;
    let page = parts.page(searcher, query)?;
    let mut all: Vec<CountedFacet> = Vec::with_capacity(query.facets.len());
    for (at, facet) in query.facets.iter().enumerate() {
        if !parts.is_chosen(&facet.key) {
            all.push(facets::counted(at, facet, page.facets.as_ref()));
            continue;
        }
        let results = match facets::collector([(at, facet)])? {
            Some(collector) => Some(searcher.search(&*parts.query(Some(&facet.key), true), &collector)?),
            None => None,
        };
        all.push(facets::counted(at, facet, results.as_ref()));
    }
    let hidden = match (query.count_hidden, &parts.served) {
        (true, Some(_)) => {
            let without = searcher.search(&*parts.query(None, false), &Count)?;
            Some(u64::try_from(without.saturating_sub(page.total)).unwrap_or(u64::MAX))
        }
        (true, None) => Some(0),
        (false, _) => None,
    };
    Ok(IndexAnswer {
        hits: hits(searcher, &page.top)?,
        total: u64::try_from(page.total).unwrap_or(u64::MAX),
        hidden,
        facets: all,
        generation: generation.id,
        as_of: generation.as_of,
    })
}

/// A query taken apart, so that it can be put together without one of its filters.
struct Parts {
    words: Box<dyn Query>,
    has_words: bool,
    filters: Vec<(String, Box<dyn Query>)>,
    served: Option<Box<dyn Query>>,
}

/// One pass over the index.
struct Page {
    top: Vec<(Score, DocAddress)>,
    facets: Option<AggregationResults>,
    total: usize,
}

impl Parts {
    fn of(searcher: &Searcher, fields: &Fields, query: &IndexQuery) -> tantivy::Result<Self> {
        let (words, has_words): (Box<dyn Query>, bool) =
            match text::asked(searcher, fields, &query.text, &query.synonyms)? {
                Asked::Everything => (filters::live(fields), false),
                Asked::Nothing => (Box::new(EmptyQuery), true),
                Asked::Words(words) => (words, true),
            };
        let served =
            query.serving.as_ref().filter(|_| !query.keep_unserved).map(|pairs| filters::served(fields, pairs));
        let filter = |f: &Filter| (f.facet_key().to_owned(), filters::query(fields, f));
        Ok(Self { words, has_words, filters: query.filters.iter().map(filter).collect(), served })
    }

    fn is_chosen(&self, facet: &str) -> bool {
        self.filters.iter().any(|(key, _)| key == facet)
    }

    /// The query, without the filters of one facet, with or without the look at delivery.
    fn query(&self, without: Option<&str>, served: bool) -> Box<dyn Query> {
        let kept = self.filters.iter().filter(|(key, _)| Some(key.as_str()) != without).map(|(_, q)| q);
        let mut clauses = vec![(Occur::Must, self.words.box_clone())];
        clauses.extend(kept.chain(self.served.iter().filter(|_| served)).map(|q| (Occur::Must, q.box_clone())));
        if clauses.len() == 1 { clauses.remove(0).1 } else { Box::new(BooleanQuery::new(clauses)) }
    }

    fn page(&self, searcher: &Searcher, query: &IndexQuery) -> tantivy::Result<Page> {
        let whole = self.query(None, true);
        let counted = query.facets.iter().enumerate().filter(|(_, f)| !self.is_chosen(&f.key));
        let aggregations = facets::collector(counted)?;
        if query.limit == 0 {
            let (facets, total) = searcher.search(&*whole, &(aggregations, Count))?;
            return Ok(Page { top: Vec::new(), facets, total });
        }
        let top = TopDocs::with_limit(query.limit).and_offset(query.offset);
        match Order::of(query.sort, self.has_words, query.serving.as_deref()) {
            None => pass(searcher, &*whole, top.order_by_score(), aggregations, |score| score),
            Some(order) => {
                let keyed = top.tweak_score(move |segment: &SegmentReader| {
                    let key = order.keys(segment);
                    move |doc, score: Score| (key(doc), score)
                });
                pass(searcher, &*whole, keyed, aggregations, |(_, score)| score)
            }
        }
    }
}

fn pass<K, C: Collector<Fruit = Vec<(K, DocAddress)>>>(
    searcher: &Searcher,
    query: &dyn Query,
    top: C,
    aggregations: Option<tantivy::aggregation::AggregationCollector>,
    score: impl Fn(K) -> Score,
) -> tantivy::Result<Page> {
    let (top, facets, total) = searcher.search(query, &(top, aggregations, Count))?;
    Ok(Page { top: top.into_iter().map(|(key, at)| (score(key), at)).collect(), facets, total })
}

fn hits(searcher: &Searcher, top: &[(Score, DocAddress)]) -> tantivy::Result<Vec<Hit>> {
    top.iter()
        .map(|(score, at)| {
            let columns = searcher.segment_reader(at.segment_ord).fast_fields();
            let half = |name| Ok::<_, tantivy::TantivyError>(columns.u64(name)?.first(at.doc_id).unwrap_or(0));
            Ok(Hit { item: item_id(half(column::ID_HIGH)?, half(column::ID_LOW)?), score: *score })
        })
        .collect()
}
