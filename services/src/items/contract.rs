//! What every item store must hold, for engines to run on a fresh, empty store each.

use std::{collections::HashSet, sync::Arc};

use uuid::Uuid;

use super::{
    draft::{item_id, variant_id},
    model::{
        Attribute, AttributeDefinition, AttributeKind, AttributeValue, Category, Image, Item, ItemOption, Rating,
        SelectedOption, Variant,
    },
    ports::{ItemStore, Saved},
};
use crate::kernel::{
    clock::Timestamp,
    handling::HandlingClass,
    ids::{CategoryId, ItemId, SupplierId, VariantId},
    money::Money,
};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

/// Runs everything; `fresh` makes an empty store each time.
pub async fn suite<F: Future<Output = Arc<dyn ItemStore>>>(fresh: impl Fn() -> F) {
    an_item_comes_back_as_it_was_saved(&*fresh().await).await;
    an_older_version_never_overwrites_a_newer(&*fresh().await).await;
    a_list_may_name_an_item_twice(&*fresh().await).await;
    one_of_two_writers_of_a_version_wins(fresh().await).await;
    the_newest_of_many_racing_versions_stays(fresh().await).await;
    taken_slugs_get_a_suffix(&*fresh().await).await;
    a_variant_belongs_to_one_item(&*fresh().await).await;
    keys_may_be_none_one_or_a_thousand(&*fresh().await).await;
    a_scan_meets_every_item_that_stays(fresh().await).await;
    categories_come_back_and_go(&*fresh().await).await;
}

/// An item to play with.
pub fn item(n: u32, version: u64) -> Item {
    let supplier = SupplierId(Uuid::from_u128(0x5EED));
    let external = format!("ext-{n}");
    let sku = format!("sku-{n}");
    Item {
        id: item_id(supplier, &external),
        version,
        slug: format!("item-{n}"),
        title: format!("Item {n}, version {version}"),
        brand: None,
        description: None,
        category: CategoryId(Uuid::from_u128(1)),
        images: vec![],
        rating: None,
        attributes: vec![],
        options: vec![],
        variants: vec![Variant {
            id: variant_id(supplier, &sku),
            sku,
            options: vec![],
            price: Money::inr(100 + i64::from(n)),
            list_price: None,
            image: None,
        }],
        handling: HandlingClass::Standard,
        supplier,
        external_id: external,
        created_at: NOW,
        updated_at: NOW,
        withdrawn: false,
    }
}

async fn saved(store: &dyn ItemStore, items: Vec<Item>) -> Vec<Saved> {
    store.save(items, NOW).await.expect("a save")
}

async fn read(store: &dyn ItemStore, id: ItemId) -> Option<Item> {
    store.items_by_ids(&[id]).await.expect("a read").remove(&id)
}

async fn an_item_comes_back_as_it_was_saved(store: &dyn ItemStore) {
    let attribute = |key: &str, value| Attribute { key: key.to_owned(), value };
    let chosen = |value: &str| SelectedOption { name: "रंग".to_owned(), value: value.to_owned() };
    let mut wanted = item(1, 3);
    wanted.title = "हिन्दी — Ünïcode 🛒 \u{10FFFF} 'quoted' \"twice\" \\ % _".to_owned();
    wanted.brand = Some("Ｆｕｌｌ".to_owned());
    wanted.description = Some("line\nline\ttab".to_owned());
    wanted.rating = Some(Rating { average: 4.3, count: 17 });
    wanted.images =
        vec![Image {
            url: "/images/a.svg".to_owned(), alt: "🧺".to_owned(), width: Some(4_000_000_000), height: None
        }];
    wanted.attributes = vec![
        attribute("t", AttributeValue::Text("𝒳".to_owned())),
        attribute("n", AttributeValue::Number(0.1 + 0.2)),
        attribute("m", AttributeValue::Number(1.797_693_134_862_315_7e308)),
        attribute("b", AttributeValue::Boolean(false)),
        attribute("l", AttributeValue::List(vec!["a".to_owned(), "é".to_owned()])),
    ];
    wanted.options = vec![ItemOption {
        name: "रंग".to_owned(), values: vec!["लाल".to_owned(), "नीला".to_owned()]
    }];
    let mut second = wanted.variants[0].clone();
    second.id = VariantId(Uuid::from_u128(99));
    second.sku = "🛒-2".to_owned();
    second.options = vec![chosen("नीला")];
    second.list_price = Some(Money::inr(9_007_199_254_740_991));
    wanted.variants[0].options = vec![chosen("लाल")];
    wanted.variants.push(second);
    wanted.withdrawn = true;
    assert_eq!(saved(store, vec![wanted.clone()]).await, [Saved::Created]);
    assert_eq!(read(store, wanted.id).await, Some(wanted.clone()));
    let links = store.items_of_variants(&[wanted.variants[1].id]).await.expect("a read");
    assert_eq!(links.get(&wanted.variants[1].id), Some(&wanted.id));
    let slugs = store.items_by_slugs(&["item-1".to_owned(), "ITEM-1".to_owned()]).await.expect("a read");
    assert_eq!(slugs.into_iter().collect::<Vec<_>>(), [("item-1".to_owned(), wanted.id)]);
    assert_eq!(store.count().await.expect("a count"), 1);
}

async fn an_older_version_never_overwrites_a_newer(store: &dyn ItemStore) {
    assert_eq!(saved(store, vec![item(1, 5)]).await, [Saved::Created]);
    for version in [4, 5] {
        assert_eq!(saved(store, vec![item(1, version)]).await, [Saved::Stale { present: 5 }]);
    }
    assert_eq!(saved(store, vec![item(1, 9)]).await, [Saved::Updated]);
    assert_eq!(saved(store, vec![item(1, 6)]).await, [Saved::Stale { present: 9 }]);
    assert_eq!(read(store, item(1, 9).id).await, Some(item(1, 9)));
}

async fn a_list_may_name_an_item_twice(store: &dyn ItemStore) {
    let outcome = saved(store, vec![item(1, 1), item(2, 1), item(1, 2), item(1, 2)]).await;
    assert_eq!(outcome, [Saved::Created, Saved::Created, Saved::Updated, Saved::Stale { present: 2 }]);
    assert_eq!(read(store, item(1, 2).id).await, Some(item(1, 2)));
}

async fn one_of_two_writers_of_a_version_wins(store: Arc<dyn ItemStore>) {
    saved(&*store, vec![item(1, 1)]).await;
    let named = |name: &str| Item { title: name.to_owned(), ..item(1, 2) };
    let (a, b) = futures::join!(saved(&*store, vec![named("a")]), saved(&*store, vec![named("b")]));
    let winner = if a == [Saved::Updated] { "a" } else { "b" };
    let mut both = [a[0].clone(), b[0].clone()];
    both.sort_by_key(|s| *s != Saved::Updated);
    assert_eq!(both, [Saved::Updated, Saved::Stale { present: 2 }]);
    assert_eq!(read(&*store, item(1, 2).id).await.map(|i| i.title), Some(winner.to_owned()));
}

async fn the_newest_of_many_racing_versions_stays(store: Arc<dyn ItemStore>) {
    let racers = (1..=32_u64).map(|n| {
        let store = Arc::clone(&store);
        // Spread over the versions without order: 11 is prime to 32.
        tokio::spawn(async move { saved(&*store, vec![item(1, n * 11 % 32 + 1)]).await })
    });
    futures::future::try_join_all(racers).await.expect("no racer panics");
    assert_eq!(read(&*store, item(1, 1).id).await, Some(item(1, 32)));
}

async fn taken_slugs_get_a_suffix(store: &dyn ItemStore) {
    let named = |n| Item { slug: "same".to_owned(), ..item(n, 1) };
    saved(store, (1..=3).map(named).collect()).await;
    saved(store, vec![named(4)]).await;
    let mut slugs = HashSet::new();
    for n in 1..=4 {
        let slug = read(store, item(n, 1).id).await.expect("it was saved").slug;
        assert!(slug == "same" || slug.starts_with("same-"), "{slug}");
        let found = store.items_by_slugs(std::slice::from_ref(&slug)).await.expect("a read");
        assert_eq!(found.get(&slug), Some(&item(n, 1).id));
        slugs.insert(slug);
    }
    assert_eq!(slugs.len(), 4);
}

async fn a_variant_belongs_to_one_item(store: &dyn ItemStore) {
    let first = item(1, 1);
    let shared = first.variants[0].clone();
    saved(store, vec![first.clone()]).await;
    let mut thief = item(2, 1);
    thief.variants.push(shared.clone());
    let taken = Saved::SkuTaken { variant: shared.id, by: first.id };
    assert_eq!(saved(store, vec![thief.clone()]).await, [taken]);
    assert_eq!(read(store, thief.id).await, None);
    // The first item drops it: from then on the second may have it, and old links find it there.
    let mut poorer = item(1, 2);
    poorer.variants = item(11, 1).variants;
    assert_eq!(saved(store, vec![poorer, thief.clone()]).await, [Saved::Updated, Saved::Created]);
    let links = store.items_of_variants(&[shared.id]).await.expect("a read");
    assert_eq!(links.get(&shared.id), Some(&thief.id));
}

async fn keys_may_be_none_one_or_a_thousand(store: &dyn ItemStore) {
    assert!(store.items_by_ids(&[]).await.expect("a read").is_empty());
    assert!(store.items_of_variants(&[]).await.expect("a read").is_empty());
    assert!(store.items_by_slugs(&[]).await.expect("a read").is_empty());
    assert!(saved(store, vec![]).await.is_empty());
    let all: Vec<Item> = (0..1_000).map(|n| item(n, 1)).collect();
    assert_eq!(saved(store, all.clone()).await, vec![Saved::Created; 1_000]);
    let mut ids: Vec<ItemId> = all.iter().map(|i| i.id).collect();
    ids.push(ItemId(Uuid::from_u128(404)));
    ids.push(ids[0]);
    let found = store.items_by_ids(&ids).await.expect("a read");
    assert_eq!(found.len(), 1_000);
    assert_eq!(found.get(&all[999].id), Some(&all[999]));
    let variants: Vec<VariantId> = all.iter().map(|i| i.variants[0].id).collect();
    assert_eq!(store.items_of_variants(&variants).await.expect("a read").len(), 1_000);
    let slugs: Vec<String> = all.iter().map(|i| i.slug.clone()).collect();
    assert_eq!(store.items_by_slugs(&slugs).await.expect("a read").len(), 1_000);
    assert_eq!(store.count().await.expect("a count"), 1_000);
}

async fn a_scan_meets_every_item_that_stays(store: Arc<dyn ItemStore>) {
    saved(&*store, (0..300).map(|n| item(n, 1)).collect()).await;
    let writing = Arc::clone(&store);
    let writer = tokio::spawn(async move {
        for n in 0..60 {
            saved(&*writing, vec![item(n * 5, 2), item(1_000 + n, 1)]).await;
        }
    });
    let mut met: Vec<ItemId> = Vec::new();
    loop {
        let page = store.scan(met.last().copied(), 7).await.expect("a scan");
        assert!(page.len() <= 7);
        if page.is_empty() {
            break;
        }
        met.extend(page.iter().map(|i| i.id));
    }
    writer.await.expect("the writer does not panic");
    assert!(met.is_sorted_by(|a, b| a < b), "in the order of ids, none twice");
    let met: HashSet<ItemId> = met.into_iter().collect();
    assert!((0..300).all(|n| met.contains(&item(n, 1).id)));
}

async fn categories_come_back_and_go(store: &dyn ItemStore) {
    let category = |n: u128, parent: Option<u128>| Category {
        id: CategoryId(Uuid::from_u128(n)),
        parent: parent.map(|p| CategoryId(Uuid::from_u128(p))),
        slug: format!("c-{n}"),
        name: format!("Zweig {n} 🌿"),
        position: 7,
        attributes: vec![AttributeDefinition {
            key: "size".to_owned(),
            label: "Größe".to_owned(),
            kind: AttributeKind::Number,
            unit: Some("cm".to_owned()),
            facetable: true,
        }],
    };
    let id = |n: u128| CategoryId(Uuid::from_u128(n));
    store.save_categories(vec![], NOW).await.expect("nothing to save");
    store.save_categories(vec![category(1, None), category(2, Some(1))], NOW).await.expect("a save");
    let renamed = Category { name: "Other".to_owned(), ..category(2, Some(1)) };
    store.save_categories(vec![renamed.clone()], NOW).await.expect("a save");
    let all = store.categories().await.expect("a read");
    assert_eq!(all, [category(1, None), renamed]);
    let taken = Category { slug: "c-1".to_owned(), ..category(3, None) };
    assert!(store.save_categories(vec![taken], NOW).await.is_err(), "slugs are unique");
    assert_eq!(store.categories().await.expect("a read").len(), 2);
    assert!(!store.remove_category(id(1), NOW).await.expect("an answer"), "it has a branch");
    assert!(store.remove_category(id(2), NOW).await.expect("an answer"));
    saved(store, vec![Item { category: id(1), ..item(1, 1) }]).await;
    assert!(!store.remove_category(id(1), NOW).await.expect("an answer"), "it has an item");
    assert!(!store.remove_category(id(9), NOW).await.expect("an answer"), "it is not there");
}
