//! Which ways to narrow down a search is offered, and how they are shown. Pure rules over the category tree and counts.

use std::collections::HashMap;

use super::{
    model::{CountedFacet, Facet, FacetKind, FacetRequest, FacetValue, Filter},
    words::folded,
};
use crate::{
    items::{AttributeDefinition, AttributeKind, CategoryTree},
    kernel::ids::CategoryId,
};

/// Attribute facets of one answer.
pub const ATTRIBUTES_MAX: usize = 8;
/// Choices of a facet.
pub const VALUES_MAX: usize = 50;
/// Values that are counted, before those of one spelling are put together.
pub const COUNTED_MAX: usize = 400;
/// A category that holds so many hundredths of all hits lends its attributes to the whole list.
const DOMINANT_PERCENT: u64 = 60;

/// The facets of every search.
pub fn common() -> Vec<FacetRequest> {
    let words = |key: &str| FacetRequest { key: key.to_owned(), kind: FacetKind::Words };
    let price = FacetRequest { key: "price".to_owned(), kind: FacetKind::Range };
    vec![words("category"), words("brand"), price, words("rating")]
}

/// The category whose attributes are offered: the chosen one (of several, the lowest above all), else the lowest that
/// holds most hits.
pub fn focus(tree: &CategoryTree, filters: &[Filter], counted: &[CountedFacet], total: u64) -> Option<CategoryId> {
    if let Some(ids) = filters.iter().find_map(|f| if let Filter::Categories(ids) = f { Some(ids) } else { None }) {
        return common_branch(tree, ids);
    }
    let categories = counted.iter().find(|f| f.key == "category")?;
    let holds_most = |hits: u64| hits > 0 && hits.saturating_mul(100) >= total.saturating_mul(DOMINANT_PERCENT);
    let large = categories.values.iter().filter(|(_, hits)| holds_most(*hits));
    let ids = large.filter_map(|(id, _)| id.parse::<CategoryId>().ok());
    ids.max_by_key(|id| (tree.path(*id).len(), *id))
}

fn common_branch(tree: &CategoryTree, ids: &[CategoryId]) -> Option<CategoryId> {
    let mut paths = ids.iter().map(|id| tree.path(*id).iter().map(|c| c.id).collect::<Vec<_>>());
    let first = paths.next()?;
    let shared = paths
        .fold(first, |shared, path| shared.into_iter().zip(path).take_while(|(a, b)| a == b).map(|(a, _)| a).collect());
    shared.last().copied()
}

/// The attributes to count: those chosen in a filter, then those defined as facets, the ones first that most items of the
/// page have.
pub fn attributes(
    definitions: &[&AttributeDefinition],
    filters: &[Filter],
    on_page: &HashMap<&str, usize>,
) -> Vec<FacetRequest> {
    let chosen = |key: &str| filters.iter().any(|f| f.facet_key() == key);
    let mut offered: Vec<&&AttributeDefinition> =
        definitions.iter().filter(|d| d.facetable || chosen(&d.key)).collect();
    // A stable sort: equals keep the shop's order.
    offered.sort_by_key(|d| (!chosen(&d.key), usize::MAX - on_page.get(d.key.as_str()).copied().unwrap_or(0)));
    offered.truncate(ATTRIBUTES_MAX);
    offered.into_iter().map(|d| FacetRequest { key: d.key.clone(), kind: kind(d.kind) }).collect()
}

fn kind(kind: AttributeKind) -> FacetKind {
    match kind {
        AttributeKind::Text | AttributeKind::List => FacetKind::Words,
        AttributeKind::Number => FacetKind::Range,
        AttributeKind::Boolean => FacetKind::Flags,
    }
}

/// Facets as shown: labelled, with what is chosen marked, without those that offer nothing.
pub fn shown(
    counted: Vec<CountedFacet>,
    definitions: &[&AttributeDefinition],
    tree: &CategoryTree,
    filters: &[Filter],
) -> Vec<Facet> {
    let mut out = Vec::new();
    for facet in counted {
        let definition = definitions.iter().find(|d| d.key == facet.key);
        let (label, kind) = match (facet.key.as_str(), definition) {
            ("category", _) => ("Category".to_owned(), AttributeKind::Text),
            ("brand", _) => ("Brand".to_owned(), AttributeKind::Text),
            ("price", _) => ("Price".to_owned(), AttributeKind::Number),
            ("rating", _) => ("Rating".to_owned(), AttributeKind::Text),
            (_, Some(d)) => (d.label.clone(), d.kind),
            (key, None) => (key.to_owned(), AttributeKind::Text),
        };
        let chosen: Vec<String> = filters.iter().filter(|f| f.facet_key() == facet.key).flat_map(choices).collect();
        let mut values: Vec<FacetValue> = facet
            .values
            .into_iter()
            .map(|(value, count)| FacetValue {
                label: value_label(&facet.key, kind, &value, tree),
                selected: chosen.contains(&folded(&value)),
                value,
                count,
            })
            .collect();
        for missing in chosen.iter().filter(|c| !values.iter().any(|v| folded(&v.value) == **c)).collect::<Vec<_>>() {
            let label = value_label(&facet.key, kind, missing, tree);
            values.push(FacetValue { value: missing.clone(), label, count: 0, selected: true });
        }
        if !values.is_empty() || facet.range.is_some() {
            out.push(Facet { key: facet.key, label, kind, values, range: facet.range });
        }
    }
    out
}

/// Values of one folded spelling are one choice, shown as most items write it.
pub fn merged(values: impl Iterator<Item = (String, u64)>) -> Vec<(String, u64)> {
    let mut place: HashMap<String, usize> = HashMap::new();
    let mut out: Vec<(String, u64)> = Vec::new();
    for (value, hits) in values {
        match place.get(&folded(&value)) {
            Some(&at) => out[at].1 += hits,
            None => {
                place.insert(folded(&value), out.len());
                out.push((value, hits));
            }
        }
    }
    out.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    out.truncate(VALUES_MAX);
    out
}

/// What a filter chooses, folded.
fn choices(filter: &Filter) -> Vec<String> {
    match filter {
        Filter::Categories(ids) => ids.iter().map(ToString::to_string).collect(),
        Filter::Brands(values) | Filter::AttributeWords(_, values) => values.iter().map(|v| folded(v)).collect(),
        Filter::AttributeFlag(_, holds) => vec![holds.to_string()],
        Filter::MinRating(stars) => vec![stars.to_string()],
        Filter::Price(..) | Filter::AttributeRange(..) => Vec::new(),
    }
}

fn value_label(key: &str, kind: AttributeKind, value: &str, tree: &CategoryTree) -> String {
    match (key, kind) {
        ("category", _) => {
            let name = value.parse::<CategoryId>().ok().and_then(|id| tree.get(id)).map(|c| c.name.clone());
            name.unwrap_or_else(|| value.to_owned())
        }
        ("rating", _) => format!("{value} and up"),
        (_, AttributeKind::Boolean) => if value == "true" { "Yes" } else { "No" }.to_owned(),
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::items::Category;

    fn id(n: u128) -> CategoryId {
        CategoryId(Uuid::from_u128(n))
    }

    fn definition(key: &str, kind: AttributeKind, facetable: bool) -> AttributeDefinition {
        AttributeDefinition { key: key.into(), label: key.to_uppercase(), kind, unit: None, facetable }
    }

    fn tree() -> CategoryTree {
        let category = |n, parent: Option<u128>, attributes| Category {
            id: id(n),
            parent: parent.map(id),
            slug: format!("c{n}"),
            name: format!("Branch {n}"),
            position: 0,
            attributes,
        };
        CategoryTree::new([
            category(1, None, vec![definition("colour", AttributeKind::Text, true)]),
            category(2, Some(1), vec![]),
            category(3, Some(2), vec![]),
            category(4, Some(1), vec![]),
        ])
    }

    fn counted(key: &str, values: &[(&str, u64)]) -> CountedFacet {
        let values = values.iter().map(|(v, n)| ((*v).to_owned(), *n)).collect();
        CountedFacet { key: key.into(), values, range: None }
    }

    #[test]
    fn the_focus_is_the_lowest_branch_with_most_hits() {
        let (top, mid, low) = (id(1).to_string(), id(2).to_string(), id(3).to_string());
        let counts = [counted("category", &[(&top, 100), (&mid, 70), (&low, 40)])];
        assert_eq!(focus(&tree(), &[], &counts, 100), Some(id(2)));
        assert_eq!(focus(&tree(), &[], &[], 100), None);
        assert_eq!(focus(&tree(), &[Filter::Categories(vec![id(3)])], &counts, 100), Some(id(3)));
        assert_eq!(focus(&tree(), &[Filter::Categories(vec![id(3), id(4)])], &counts, 100), Some(id(1)));
        assert_eq!(focus(&tree(), &[Filter::Categories(vec![id(77)])], &counts, 100), None);
    }

    #[test]
    fn chosen_attributes_come_first_and_the_number_is_bounded() {
        let all: Vec<AttributeDefinition> =
            (0..20).map(|n| definition(&format!("a{n}"), AttributeKind::Text, n != 3)).collect();
        let all: Vec<&AttributeDefinition> = all.iter().collect();
        let chosen = [Filter::AttributeFlag("a3".into(), true)];
        let keys: Vec<String> =
            attributes(&all, &chosen, &HashMap::from([("a19", 5), ("a1", 1)])).into_iter().map(|f| f.key).collect();
        assert_eq!(keys, ["a3", "a19", "a1", "a0", "a2", "a4", "a5", "a6"]);
    }

    #[test]
    fn choices_are_marked_even_when_nothing_is_left_of_them() {
        let filters = [Filter::Brands(vec!["SONY".into(), "Akai".into()]), Filter::MinRating(4.0)];
        let facets = shown(
            vec![
                counted("brand", &[("Sony", 3), ("LG", 2)]),
                counted("rating", &[("4", 1), ("3", 2)]),
                counted("none", &[]),
            ],
            &[],
            &tree(),
            &filters,
        );
        assert_eq!(facets.len(), 2);
        let marks: Vec<(&str, u64, bool)> =
            facets[0].values.iter().map(|v| (v.value.as_str(), v.count, v.selected)).collect();
        assert_eq!(marks, [("Sony", 3, true), ("LG", 2, false), ("akai", 0, true)]);
        assert_eq!(facets[1].values[0].label, "4 and up");
        assert!(facets[1].values[0].selected && !facets[1].values[1].selected);
    }

    #[test]
    fn spellings_of_one_value_are_one_choice() {
        let values = [("Black", 5), ("blue", 4), ("black", 3), ("BLUE", 5)].map(|(v, n)| (v.to_owned(), n));
        assert_eq!(merged(values.into_iter()), [("blue".to_owned(), 9), ("Black".to_owned(), 8)]);
    }
}
