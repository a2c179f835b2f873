//! The search service and its consumer over a real index: what is saved is found, what is found can be delivered, and
//! lists hold still while the shop changes.

use std::{collections::BTreeSet, time::Duration};

use serde_json::json;
use services::{
    inventory::{Movement, StockMove},
    items::{
        Attribute, AttributeDefinition, AttributeKind, AttributeValue, Category, ItemDraft, VariantDraft, item_id,
        variant_id,
    },
    kernel::{
        clock::Clock,
        events::{EventLog, NewEvent, Topic},
        handling::HandlingClass,
        ids::{CategoryId, ItemId, SupplierId},
        money::Money,
        pincodes::Pincode,
    },
    logistics::{Courier, Lane, LaneEnd, Network, Node, NodeKind, Rate, Reach},
    search::{Error, Filter, SearchAnswer, SearchRequest, SearchSort, ports::SearchIndex},
    serviceability::Delivery,
};
use uuid::Uuid;

use crate::shop::Shop;

const SUPPLIER: SupplierId = SupplierId(Uuid::from_u128(77));

fn pincode(number: u32) -> Pincode {
    Pincode::new(number).expect("it has six digits")
}

/// Two warehouses in Bengaluru: NEAR serves 560001 the same day, FAR two days later; nobody serves Delhi.
fn network() -> Network {
    let node = |code: &str, kind| Node {
        code: code.into(),
        name: code.into(),
        kind,
        latitude: 12.97,
        longitude: 77.59,
        pincode: pincode(560_001),
        handling_minutes: 10,
    };
    let lane = |from: &str, to: LaneEnd, transit_minutes| Lane {
        code: format!("{from}-{to:?}"),
        courier: "UDAAN".into(),
        from: from.into(),
        to,
        transit_minutes,
        departures: (0..24).map(|hour| hour * 60).collect(),
        weekdays: 0b111_1111,
        carries: vec![HandlingClass::Standard],
        capacity_per_day: None,
        active: true,
    };
    Network {
        version: 1,
        nodes: vec![
            node("NEAR", NodeKind::Warehouse),
            node("FAR", NodeKind::Warehouse),
            node("STATION", NodeKind::Station),
        ],
        couriers: vec![Courier {
            code: "UDAAN".into(),
            name: "Udaan".into(),
            rates: vec![Rate { up_to_km: 5_000, charge: Money::inr(4_900) }],
            special_handling_charge: Money::inr(0),
        }],
        lanes: vec![
            lane("NEAR", LaneEnd::Node("STATION".into()), 60),
            lane("FAR", LaneEnd::Node("STATION".into()), 2_880),
            lane("STATION", LaneEnd::Doors, 120),
        ],
        reaches: vec![Reach { courier: "UDAAN".into(), station: "STATION".into(), pincodes: vec![pincode(560_001)] }],
    }
}

fn category(n: u128, parent: Option<u128>, name: &str) -> Category {
    let colour = AttributeDefinition {
        key: "colour".into(),
        label: "Colour".into(),
        kind: AttributeKind::Text,
        unit: None,
        facetable: true,
    };
    Category {
        id: CategoryId(Uuid::from_u128(n)),
        parent: parent.map(|p| CategoryId(Uuid::from_u128(p))),
        slug: format!("c{n}"),
        name: name.into(),
        position: 0,
        attributes: if parent.is_none() { vec![colour] } else { vec![] },
    }
}

fn draft(name: &str, title: &str, colour: &str) -> ItemDraft {
    ItemDraft {
        supplier: SUPPLIER,
        external_id: name.into(),
        version: None,
        category: CategoryId(Uuid::from_u128(2)),
        title: title.into(),
        brand: Some("Prestige".into()),
        description: None,
        images: vec![],
        rating: None,
        attributes: vec![Attribute { key: "colour".into(), value: AttributeValue::Text(colour.into()) }],
        handling: HandlingClass::Standard,
        variants: vec![VariantDraft {
            sku: format!("sku-{name}"),
            options: vec![],
            price: Money::inr(99_900),
            list_price: None,
        }],
    }
}

async fn open() -> Shop {
    let shop = Shop::open(network()).await;
    for c in [category(1, None, "Home"), category(2, Some(1), "Kettles")] {
        shop.items.save_category(c).await.expect("the category is good");
    }
    shop
}

async fn save(shop: &Shop, drafts: Vec<ItemDraft>) {
    for saved in shop.items.save(drafts).await.expect("the store answers") {
        saved.expect("the draft is good");
    }
}

async fn stock(shop: &Shop, name: &str, warehouse: &str, quantity: i64) {
    let moved = StockMove {
        variant: variant_id(SUPPLIER, &format!("sku-{name}")),
        item: item_id(SUPPLIER, name),
        warehouse: warehouse.into(),
        movement: Movement::Adjusted,
        quantity,
        cause: format!("{name} {warehouse} {quantity}"),
    };
    shop.inventory.apply(vec![moved]).await.expect("the store answers");
}

fn asking(text: &str) -> SearchRequest {
    SearchRequest {
        text: text.into(),
        filters: vec![],
        sort: SearchSort::Relevance,
        deliver_to: None,
        deliverable_only: true,
        max_tat_hours: None,
        first: 10,
        after: None,
    }
}

fn asking_to(text: &str, to: u32) -> SearchRequest {
    SearchRequest { deliver_to: Some(pincode(to)), ..asking(text) }
}

async fn search(shop: &Shop, request: SearchRequest) -> SearchAnswer {
    shop.search.search(request).await.expect("the search is answered")
}

fn items(answer: &SearchAnswer) -> BTreeSet<ItemId> {
    answer.hits.iter().map(|h| h.item).collect()
}

fn named(names: &[&str]) -> BTreeSet<ItemId> {
    names.iter().map(|n| item_id(SUPPLIER, n)).collect()
}

#[tokio::test]
async fn what_is_saved_changed_and_withdrawn_is_found_so() {
    let shop = open().await;
    save(&shop, vec![draft("a", "Steel kettle", "Red"), draft("b", "Glass kettle", "Blue")]).await;
    assert!(search(&shop, asking("kettle")).await.hits.is_empty(), "nothing is found before the consumer ran");
    shop.catch_up(100).await;
    assert_eq!(items(&search(&shop, asking("kettle")).await), named(&["a", "b"]));
    save(&shop, vec![draft("a", "Steel teapot", "Red")]).await;
    shop.items.withdraw(item_id(SUPPLIER, "b"), true).await.expect("it is withdrawn");
    shop.catch_up(100).await;
    assert_eq!(items(&search(&shop, asking("kettle")).await), named(&["a"]), "by its category");
    assert_eq!(items(&search(&shop, asking("glass")).await), named(&[]));
    assert_eq!(shop.index.count().await.expect("it counts"), 1);
    shop.items.withdraw(item_id(SUPPLIER, "b"), false).await.expect("it is back");
    shop.catch_up(1).await;
    assert_eq!(items(&search(&shop, asking("glass")).await), named(&["b"]));
}

#[tokio::test]
async fn small_steps_and_large_ones_end_the_same() {
    for limit in [1, 7, 1_000] {
        let shop = open().await;
        for n in 0..20 {
            let name = format!("k{}", n % 8);
            save(&shop, vec![draft(&name, &format!("Kettle number {n}"), "Red")]).await;
            if n % 3 > 0 {
                stock(&shop, &name, "NEAR", 2).await;
            }
            shop.search.index_step(&*shop.log, limit).await.expect("the consumer goes on");
        }
        shop.catch_up(limit).await;
        let found = search(&shop, asking_to("kettle", 560_001)).await;
        assert_eq!((found.total, found.hidden_undeliverable), (8, Some(0)), "with steps of {limit}");
        assert_eq!(search(&shop, asking("number 19")).await.hits[0].item, item_id(SUPPLIER, "k3"));
        let newest = shop.log.newest(Topic::Items).await.expect("it answers");
        assert_eq!(shop.index.checkpoint().await.expect("it has one").items, newest);
    }
}

#[tokio::test]
async fn a_renamed_category_renames_its_items() {
    let shop = open().await;
    save(&shop, vec![draft("a", "Steel", "Red"), draft("b", "Glass", "Blue")]).await;
    shop.catch_up(100).await;
    assert_eq!(search(&shop, asking("samovar")).await.total, 0);
    shop.items.save_category(category(2, Some(1), "Samovars")).await.expect("the category is good");
    shop.catch_up(100).await;
    assert_eq!(search(&shop, asking("samovars")).await.total, 2);
    assert_eq!(search(&shop, asking("kettles")).await.total, 0);
}

#[tokio::test]
async fn a_new_category_or_definition_indexes_nothing_anew() {
    let shop = open().await;
    save(&shop, vec![draft("a", "Steel", "Red")]).await;
    shop.catch_up(100).await;
    let before = *shop.item_store.scans.lock();
    shop.items.save_category(category(3, Some(1), "Toasters")).await.expect("the category is good");
    let more = Category { attributes: category(1, None, "").attributes, ..category(2, Some(1), "Kettles") };
    shop.items.save_category(more).await.expect("the category is good");
    shop.catch_up(100).await;
    assert_eq!(*shop.item_store.scans.lock(), before);
    let mut toaster = draft("t", "Steel", "Red");
    toaster.category = CategoryId(Uuid::from_u128(3));
    save(&shop, vec![toaster]).await;
    shop.catch_up(100).await;
    assert_eq!(items(&search(&shop, asking("toaster")).await), named(&["t"]));
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_parked_and_the_rest_goes_on() {
    let shop = open().await;
    save(&shop, vec![draft("a", "Steel kettle", "Red")]).await;
    let poison =
        NewEvent { topic: Topic::Items, kind: "Odd", version: 9, key: "x".into(), data: json!({ "type": "Odd" }) };
    shop.log.write(poison, shop.clock.now());
    save(&shop, vec![draft("b", "Glass kettle", "Red")]).await;
    shop.catch_up(100).await;
    assert_eq!(search(&shop, asking("kettle")).await.total, 2);
    let dead = shop.log.dead_letters(10).await.expect("it answers");
    assert_eq!((dead.len(), dead[0].group.as_str()), (1, "search"));
}

#[tokio::test]
async fn a_rebuild_finds_the_same_and_loses_no_event() {
    let shop = open().await;
    save(&shop, (0..30).map(|n| draft(&format!("k{n}"), "Steel kettle", "Red")).collect()).await;
    shop.items.withdraw(item_id(SUPPLIER, "k3"), true).await.expect("it is withdrawn");
    stock(&shop, "k1", "NEAR", 3).await;
    shop.catch_up(100).await;
    let before = search(&shop, SearchRequest { first: 100, ..asking("kettle") }).await;
    assert_eq!(shop.search.rebuild().await.expect("it is rebuilt"), 29);
    let after = search(&shop, SearchRequest { first: 100, ..asking("kettle") }).await;
    assert_eq!((items(&after), after.total), (items(&before), 29));
    assert_eq!(search(&shop, asking_to("kettle", 560_001)).await.total, 1);
    save(&shop, vec![draft("new", "Newest kettle", "Red")]).await;
    shop.catch_up(100).await;
    assert_eq!(search(&shop, asking("newest")).await.total, 1);
}

#[tokio::test]
async fn an_index_that_was_lost_is_filled_from_the_store() {
    let shop = open().await;
    save(&shop, vec![draft("a", "Steel kettle", "Red"), draft("b", "Glass kettle", "Red")]).await;
    // The log holds only what came last: the older events are gone.
    let lost = Shop::open(network()).await;
    let last = shop.log.read_after(Topic::Items, 0, 100).await.expect("it answers").pop().expect("there is one");
    let event =
        NewEvent { topic: last.topic, kind: "ItemChanged", version: 1, key: last.event.key, data: last.event.data };
    lost.log.write(event, shop.clock.now());
    let search = services::search::Search::new(
        lost.index.clone(),
        shop.items.clone(),
        shop.inventory.clone(),
        shop.serviceability.clone(),
        vec![],
        shop.clock.clone(),
        services::search::Synonyms::default(),
    );
    while search.index_step(&*lost.log, 10).await.expect("the consumer goes on") > 0 {}
    assert_eq!(search.search(asking("kettle")).await.expect("it is answered").total, 2);
}

#[tokio::test]
async fn only_what_reaches_the_shopper_is_shown_with_its_promise() {
    let shop = open().await;
    save(&shop, ["near", "far", "both", "none"].map(|n| draft(n, "Steel kettle", "Red")).to_vec()).await;
    for (name, warehouse) in
        [("near", "NEAR"), ("far", "FAR"), ("both", "FAR"), ("both", "NEAR"), ("none", "ELSEWHERE")]
    {
        stock(&shop, name, warehouse, 5).await;
    }
    shop.catch_up(100).await;
    let found = search(&shop, asking_to("kettle", 560_001)).await;
    assert_eq!(items(&found), named(&["near", "far", "both"]));
    assert_eq!((found.total, found.hidden_undeliverable), (3, Some(1)));
    for hit in &found.hits {
        let (variant, delivery) = hit.delivery.clone().expect("there is a place to deliver to");
        assert!(variant.is_some());
        let expected = if hit.item == item_id(SUPPLIER, "far") { "FAR" } else { "NEAR" };
        assert_eq!(delivery.promise().map(|p| p.warehouse.as_str()), Some(expected));
    }
    let quick = search(&shop, SearchRequest { max_tat_hours: Some(12), ..asking_to("kettle", 560_001) }).await;
    assert_eq!((items(&quick), quick.hidden_undeliverable), (named(&["near", "both"]), Some(2)));
    let fastest =
        search(&shop, SearchRequest { sort: SearchSort::FastestDelivery, ..asking_to("kettle", 560_001) }).await;
    assert_eq!(fastest.hits[2].item, item_id(SUPPLIER, "far"));
    let all =
        SearchRequest { deliverable_only: false, sort: SearchSort::FastestDelivery, ..asking_to("kettle", 560_001) };
    let all = search(&shop, all).await;
    assert_eq!((all.total, all.hidden_undeliverable, all.hits[3].item), (4, None, item_id(SUPPLIER, "none")));
    assert!(matches!(all.hits[3].delivery, Some((None, Delivery::NotDeliverable { .. }))));
    let delhi = search(&shop, asking_to("kettle", 110_001)).await;
    assert_eq!((delhi.total, delhi.hidden_undeliverable), (0, Some(4)));
    let anywhere = search(&shop, asking("kettle")).await;
    assert_eq!((anywhere.total, anywhere.hidden_undeliverable), (4, None));
    assert!(anywhere.hits.iter().all(|h| h.delivery.is_none()));
}

#[tokio::test]
async fn a_hit_that_just_sold_out_is_dropped_and_counted() {
    let shop = open().await;
    save(&shop, vec![draft("a", "Steel kettle", "Red"), draft("b", "Steel kettle", "Red")]).await;
    stock(&shop, "a", "NEAR", 1).await;
    stock(&shop, "b", "NEAR", 1).await;
    shop.catch_up(100).await;
    *shop.stock.silent.lock() = true;
    stock(&shop, "a", "NEAR", -1).await;
    let found = search(&shop, asking_to("kettle", 560_001)).await;
    assert_eq!((items(&found), found.total, found.hidden_undeliverable), (named(&["b"]), 1, Some(1)));
    let kept = search(&shop, SearchRequest { deliverable_only: false, ..asking_to("kettle", 560_001) }).await;
    assert_eq!(kept.hits.len(), 2, "who asks for all gets all");
}

#[tokio::test]
async fn without_stock_to_look_at_the_page_comes_without_promises() {
    let shop = open().await;
    save(&shop, vec![draft("a", "Steel kettle", "Red")]).await;
    stock(&shop, "a", "NEAR", 1).await;
    shop.catch_up(100).await;
    *shop.stock.broken.lock() = true;
    let found = search(&shop, asking_to("kettle", 560_001)).await;
    assert_eq!((found.hits.len(), found.degraded.as_slice()), (1, ["inventory"].as_slice()));
    assert!(found.hits[0].delivery.is_none());
}

#[tokio::test]
async fn a_list_is_leafed_through_while_the_shop_changes() {
    let shop = open().await;
    save(&shop, (0..25).map(|n| draft(&format!("k{n}"), "Steel kettle", "Red")).collect()).await;
    for n in 0..25 {
        stock(&shop, &format!("k{n}"), "NEAR", 9).await;
    }
    shop.catch_up(100).await;
    let mut seen = Vec::new();
    let mut after = None;
    for page in 0..3 {
        let found = search(&shop, SearchRequest { after, ..asking_to("kettle", 560_001) }).await;
        assert_eq!((found.has_next, found.has_previous), (page < 2, page > 0));
        assert_eq!(found.end_cursor.as_ref(), found.hits.last().map(|h| &h.cursor));
        seen.extend(found.hits.iter().map(|h| h.item));
        after = found.end_cursor;
        save(&shop, vec![draft(&format!("new{page}"), "Steel kettle", "Red")]).await;
        stock(&shop, &format!("new{page}"), "NEAR", 1).await;
        shop.clock.advance(Duration::from_secs(60));
        shop.catch_up(100).await;
    }
    assert_eq!(seen.len(), 25);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 25, "none twice");
}

#[tokio::test]
async fn cursors_hold_for_their_search_and_their_time() {
    let shop = open().await;
    save(&shop, (0..5).map(|n| draft(&format!("k{n}"), "Steel kettle", "Red")).collect()).await;
    shop.catch_up(100).await;
    let first = SearchRequest { first: 2, ..asking("kettle") };
    let cursor = search(&shop, first.clone()).await.end_cursor;
    let asked = |text: &str, after: Option<&str>| SearchRequest {
        after: after.map(str::to_owned),
        text: text.into(),
        ..first.clone()
    };
    for odd in ["", "x", "AAAA", "🫖", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA"] {
        assert!(matches!(shop.search.search(asked("kettle", Some(odd))).await, Err(Error::InvalidCursor)), "{odd}");
    }
    assert!(matches!(shop.search.search(asked("steel", cursor.as_deref())).await, Err(Error::InvalidCursor)));
    assert_eq!(search(&shop, asked("kettle", cursor.as_deref())).await.hits.len(), 2);
    save(&shop, vec![draft("new", "Steel kettle", "Red")]).await;
    shop.catch_up(100).await;
    shop.clock.advance(Duration::from_secs(301));
    assert!(matches!(shop.search.search(asked("kettle", cursor.as_deref())).await, Err(Error::CursorExpired)));
}

#[tokio::test]
async fn facets_are_labelled_and_keep_their_choices() {
    let shop = open().await;
    let colours = [("a", "Red"), ("b", "Blue"), ("c", "Blue")];
    save(&shop, colours.map(|(n, c)| draft(n, "Steel kettle", c)).to_vec()).await;
    shop.catch_up(100).await;
    let blue = Filter::AttributeWords("colour".into(), vec!["blue".into()]);
    let found = search(&shop, SearchRequest { filters: vec![blue], ..asking("kettle") }).await;
    assert_eq!(found.total, 2);
    let keys: Vec<&str> = found.facets.iter().map(|f| f.key.as_str()).collect();
    assert_eq!(keys, ["category", "brand", "price", "colour"]);
    let category: Vec<(&str, u64)> = found.facets[0].values.iter().map(|v| (v.label.as_str(), v.count)).collect();
    assert_eq!(category.iter().copied().collect::<BTreeSet<_>>(), BTreeSet::from([("Home", 2), ("Kettles", 2)]));
    let colour = &found.facets[3];
    assert_eq!(colour.label, "Colour");
    let values: Vec<(&str, u64, bool)> =
        colour.values.iter().map(|v| (v.label.as_str(), v.count, v.selected)).collect();
    assert_eq!(values, [("Blue", 2, true), ("Red", 1, false)], "its own choice does not lower its other counts");
}

#[tokio::test]
async fn typing_is_completed_with_categories_and_slips_are_named() {
    let shop = open().await;
    save(&shop, ["a", "b", "c"].map(|n| draft(n, "Steel teapot", "Red")).to_vec()).await;
    shop.catch_up(100).await;
    let (queries, categories, items) = shop.search.suggest("ket", 5).await.expect("it completes");
    assert_eq!(queries, ["kettles"]);
    assert_eq!(categories, [CategoryId(Uuid::from_u128(2))]);
    assert_eq!(items.len(), 3);
    let slip = search(&shop, asking("steel teapto")).await;
    assert_eq!((slip.did_you_mean.as_deref(), slip.total), (Some("steel teapot"), 3));
    assert_eq!(search(&shop, asking("steel teapot")).await.did_you_mean, None);
    assert!(shop.search.suggest(&"x".repeat(257), 5).await.is_err());
}

#[tokio::test]
async fn an_answer_is_as_fresh_as_the_consumer() {
    let shop = open().await;
    save(&shop, vec![draft("a", "Steel kettle", "Red")]).await;
    shop.catch_up(100).await;
    shop.clock.advance(Duration::from_secs(3_600));
    let stale = search(&shop, asking("kettle")).await.as_of;
    assert_eq!(shop.clock.now().since(stale), Duration::from_secs(3_600));
    shop.catch_up(100).await;
    assert_eq!(search(&shop, asking("kettle")).await.as_of, shop.clock.now());
}
