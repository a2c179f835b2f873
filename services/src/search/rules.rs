//! What the search service decides without asking anybody: which requests are refused, how promises rank, which hits must
//! go, which categories a prefix means.

use super::{
    error::Error,
    model::{Filter, SearchRequest, SearchSort, ServingTerm},
    words::folded,
};
use crate::{
    items::CategoryTree,
    kernel::{
        clock::Timestamp,
        ids::CategoryId,
        limits::{FILTER_VALUES_MAX, FILTERS_MAX, PAGE_MAX, QUERY_MAX},
    },
    serviceability::{Delivery, ServingPair},
};

/// Searches within so many seconds share one delivery table of a pincode.
const SERVING_SECONDS: i64 = 10;

/// Whether a request is within bounds and does not contradict itself.
pub(super) fn check(request: &SearchRequest) -> Result<(), Error> {
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

/// The refusal of a text.
pub(super) fn too_long(field: &'static str) -> Error {
    Error::Refused { field, message: format!("at most {QUERY_MAX} bytes") }
}

/// The instant whose delivery table a search uses.
pub(super) fn rounded(now: Timestamp) -> Timestamp {
    Timestamp::from_seconds(now.seconds().div_euclid(SERVING_SECONDS) * SERVING_SECONDS)
}

/// The place after a hit.
pub(super) fn offset_after(hit: usize) -> u32 {
    u32::try_from(hit + 1).unwrap_or(u32::MAX)
}

/// Pairs with their ranks; those that arrive together share one, so that relevance decides between them.
pub(super) fn terms(pairs: &[ServingPair]) -> Vec<ServingTerm> {
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
pub(super) fn must_go(delivery: &Delivery, request: &SearchRequest) -> bool {
    match (delivery.promise(), request.max_tat_hours) {
        (None, tat) => request.deliverable_only || tat.is_some(),
        (Some(promise), Some(hours)) => promise.tat_hours > hours,
        (Some(_), None) => false,
    }
}

/// Whether a variant's promise beats the best known one: sooner, then cheaper.
pub(super) fn is_better(new: &Delivery, known: &Delivery) -> bool {
    match (new.promise(), known.promise()) {
        (Some(new), Some(known)) => (new.promised_by, new.charge.minor) < (known.promised_by, known.charge.minor),
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// Categories with a word of their name that begins so, higher branches first.
pub(super) fn categories(tree: &CategoryTree, prefix: &str, first: usize) -> Vec<CategoryId> {
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
    use crate::{
        items::Category,
        kernel::{handling::HandlingClass, pincodes::Pincode},
    };

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
