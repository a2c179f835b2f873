//! The catalogue as a whole: counts, types, uniqueness, and that no gap stayed open.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::LazyLock,
};

use services::{
    items::{AttributeKind, CategoryTree, category_rules, rules},
    kernel::{handling::HandlingClass, limits, text::slug},
};

use super::*;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(catalogue);

#[test]
fn there_are_enough_items_and_categories() {
    let c = &*CATALOGUE;
    let tops = c.categories.iter().filter(|x| x.parent.is_none()).count();
    assert_eq!((tops, c.categories.len() - tops), (8, 51));
    assert_eq!(c.items.len(), 2_796);
    let variants: usize = c.items.iter().map(|i| i.draft.variants.len()).sum();
    assert!((6_000..13_000).contains(&variants), "{variants}");
    assert!(c.categories.iter().filter(|x| x.parent.is_some()).all(|x| x.attributes.len() >= 3));
}

#[test]
fn names_numbers_and_slugs_are_unique() {
    let c = &*CATALOGUE;
    let unique = |all: Vec<&str>| all.iter().collect::<BTreeSet<_>>().len() == all.len();
    assert!(unique(c.items.iter().map(|i| i.slug.as_str()).collect()));
    assert!(unique(c.items.iter().map(|i| i.draft.external_id.as_str()).collect()));
    assert!(unique(c.items.iter().flat_map(|i| &i.draft.variants).map(|v| v.sku.as_str()).collect()));
    assert!(unique(c.categories.iter().map(|x| x.slug.as_str()).collect()));
    assert!(c.items.iter().all(|i| i.slug == slug(&i.draft.title) && i.slug.len() <= 80));
}

#[test]
fn every_attribute_fits_its_definition_in_the_category_s_order() {
    let c = &*CATALOGUE;
    let tree = CategoryTree::new(c.categories.clone());
    for item in &c.items {
        let defined = tree.definitions(item.draft.category);
        let mut last = None;
        for a in &item.draft.attributes {
            let at = defined.iter().position(|d| d.key == a.key);
            assert!(at.is_some() && at > last, "{} {}", item.slug, a.key);
            assert_eq!(at.map(|at| defined[at].kind), Some(a.value.kind()), "{} {}", item.slug, a.key);
            last = at;
        }
        let missing = defined.len() - item.draft.attributes.len();
        assert!(missing <= usize::from(item.category_slug == "tea"), "{}", item.slug);
    }
}

/// The item service must take the demo as it comes.
#[test]
fn the_item_service_refuses_nothing_of_it() {
    let c = &*CATALOGUE;
    let (nothing, tree) = (CategoryTree::new([]), CategoryTree::new(c.categories.clone()));
    for category in &c.categories {
        assert_eq!(category_rules::check_category(category, &nothing, &tree), [], "{}", category.slug);
    }
    for item in &c.items {
        assert_eq!(rules::check(&item.draft, &tree), [], "{}", item.slug);
    }
}

/// A search engine keeps one field per key, so a key means one type in one unit over the whole shop.
#[test]
fn a_key_has_one_type_and_unit_everywhere() {
    let mut kinds: HashMap<&str, ((AttributeKind, Option<&str>), &str)> = HashMap::new();
    for category in &CATALOGUE.categories {
        for d in &category.attributes {
            let (kind, first) = *kinds.entry(&d.key).or_insert(((d.kind, d.unit.as_deref()), &category.slug));
            assert_eq!(kind, (d.kind, d.unit.as_deref()), "{} differs between {first} and {}", d.key, category.slug);
        }
    }
}

#[test]
fn every_variant_has_a_price_and_a_place_among_the_options() {
    for item in &CATALOGUE.items {
        let variants = &item.draft.variants;
        assert!((1..=limits::VARIANTS_MAX).contains(&variants.len()), "{}", item.slug);
        let names: Vec<_> = variants[0].options.iter().map(|o| &o.name).collect();
        let mut combinations = BTreeSet::new();
        for v in variants {
            assert!(
                (500..100_000_000).contains(&v.price.minor) && v.price.minor % 100 == 0,
                "{} {:?}",
                item.slug,
                v.price
            );
            assert!(v.list_price.is_none_or(|l| l.minor > v.price.minor), "{}", item.slug);
            assert_eq!(v.options.iter().map(|o| &o.name).collect::<Vec<_>>(), names);
            assert!(combinations.insert(v.options.iter().map(|o| o.value.clone()).collect::<Vec<_>>()));
        }
        assert_eq!(item.draft.images[0].url, format!("/images/{}.svg", item.slug));
    }
}

#[test]
fn words_are_whole_and_in_bounds() {
    for item in &CATALOGUE.items {
        let description = item.draft.description.as_deref().expect("every item has one");
        for text in [item.draft.title.as_str(), description] {
            assert!(!text.contains(['{', '}', '@', '|']) && !text.contains("  "), "{}: {text}", item.slug);
            assert!((10..=600).contains(&text.len()), "{text}");
        }
        let sentences = description.matches(". ").count() + 1;
        assert!((2..=6).contains(&sentences), "{sentences}: {description}");
        assert!(item.draft.rating.is_none_or(|r| (1.0..=5.0).contains(&r.average) && r.count > 0));
    }
}

#[test]
fn heavy_and_dangerous_goods_are_marked() {
    let mut by_class: BTreeMap<HandlingClass, usize> = BTreeMap::new();
    for item in &CATALOGUE.items {
        *by_class.entry(item.draft.handling).or_default() += 1;
        let expected = match item.category_slug {
            "refrigerators" | "washing-machines" | "mattresses" | "sofas" | "cycles" | "air-conditioners" => {
                HandlingClass::Large
            }
            "power-banks" | "perfumes" | "nail-polish" => HandlingClass::Hazardous,
            "televisions" => continue,
            _ => HandlingClass::Standard,
        };
        assert_eq!(item.draft.handling, expected, "{}", item.slug);
    }
    assert!(by_class.values().all(|n| *n >= 100), "{by_class:?}");
}

#[test]
fn better_choices_cost_more() {
    let price = |wanted: &str| {
        let tvs = CATALOGUE.items.iter().filter(|i| i.category_slug == "televisions" && i.draft.title.contains(wanted));
        let prices: Vec<i64> = tvs.map(|i| i.draft.variants[0].price.minor).collect();
        prices.iter().sum::<i64>() / i64::try_from(prices.len()).expect("few")
    };
    assert!(price("OLED") > price(" LED"));
}
