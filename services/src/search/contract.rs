//! What every search index must hold, for engines to run on a fresh, empty index each.

use std::{collections::BTreeSet, sync::Arc};

use uuid::Uuid;

use super::{
    model::{
        FacetKind, FacetRequest, Filter, IndexAnswer, IndexChange, IndexQuery, IndexedValue, ItemDocument, SearchSort,
        ServingTerm,
    },
    ports::{Checkpoint, IndexError, SearchIndex},
    synonyms::Synonyms,
};
use crate::kernel::{
    clock::Timestamp,
    handling::HandlingClass,
    ids::{CategoryId, ItemId},
};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

/// Runs everything; `fresh` makes an empty index each time.
pub async fn suite<F: Future<Output = Arc<dyn SearchIndex>>>(fresh: impl Fn() -> F) {
    an_empty_index_answers(&*fresh().await).await;
    one_document_is_found_by_its_words(&*fresh().await).await;
    a_thousand_documents_are_counted_and_paged(&*fresh().await).await;
    an_older_version_never_overwrites_a_newer(&*fresh().await).await;
    a_removal_is_remembered(&*fresh().await).await;
    the_checkpoint_travels_with_the_changes(&*fresh().await).await;
    a_page_stays_stable_while_items_change(&*fresh().await).await;
    a_list_is_held_five_minutes_after_its_last_use(&*fresh().await).await;
    filters_narrow_and_their_values_are_alternatives(&*fresh().await).await;
    facets_do_not_narrow_themselves(&*fresh().await).await;
    only_what_is_served_is_shown(&*fresh().await).await;
    orders_are_kept(&*fresh().await).await;
    scripts_and_odd_texts_do_no_harm(&*fresh().await).await;
    slips_of_the_pen_are_forgiven(&*fresh().await).await;
    synonyms_widen_a_text(&*fresh().await).await;
    typing_is_completed(&*fresh().await).await;
    a_rebuild_shows_only_after_the_switch(&*fresh().await).await;
}

/// A document to play with.
pub fn document(n: u128, title: &str) -> ItemDocument {
    ItemDocument {
        item: ItemId(Uuid::from_u128(n)),
        version: 1,
        title: title.into(),
        brand: None,
        description: None,
        category_names: vec![],
        category_path: vec![],
        attributes: vec![],
        attribute_text: String::new(),
        variant_text: String::new(),
        price_min: 100 * i64::try_from(n).unwrap_or(0),
        price_max: 100 * i64::try_from(n).unwrap_or(0),
        rating: 0.0,
        rating_count: 0,
        created_at: NOW,
        stocked: vec![],
    }
}

fn put(document: ItemDocument) -> IndexChange {
    IndexChange::Put(Box::new(document))
}

fn id(n: u128) -> ItemId {
    ItemId(Uuid::from_u128(n))
}

fn category(n: u128) -> CategoryId {
    CategoryId(Uuid::from_u128(n))
}

async fn fill(index: &dyn SearchIndex, documents: impl IntoIterator<Item = ItemDocument>) {
    let changes = documents.into_iter().map(put).collect();
    index.apply(changes, Checkpoint::default(), NOW).await.expect("changes are taken");
}

async fn ask(index: &dyn SearchIndex, query: IndexQuery) -> IndexAnswer {
    index.search(query, NOW).await.expect("the index answers")
}

fn numbers(answer: &IndexAnswer) -> Vec<u128> {
    answer.hits.iter().map(|h| h.item.0.as_u128()).collect()
}

async fn found(index: &dyn SearchIndex, text: &str) -> BTreeSet<u128> {
    numbers(&ask(index, IndexQuery::of(text, 100)).await).into_iter().collect()
}

fn facet(key: &str, kind: FacetKind) -> FacetRequest {
    FacetRequest { key: key.into(), kind }
}

fn counts(answer: &IndexAnswer, key: &str) -> Vec<(String, u64)> {
    answer.facets.iter().find(|f| f.key == key).map(|f| f.values.clone()).unwrap_or_default()
}

async fn an_empty_index_answers(index: &dyn SearchIndex) {
    let query = IndexQuery {
        facets: vec![facet("brand", FacetKind::Words), facet("price", FacetKind::Range)],
        ..IndexQuery::of("tv", 10)
    };
    let answer = ask(index, query).await;
    assert_eq!((answer.hits.len(), answer.total, answer.hidden), (0, 0, None));
    assert_eq!(answer.facets.len(), 2, "every facet asked for is answered");
    assert!(answer.facets.iter().all(|f| f.values.is_empty() && f.range.is_none()));
    assert_eq!(index.count().await.expect("it counts"), 0);
    assert_eq!(index.checkpoint().await.expect("it has one"), Checkpoint::default());
    assert_eq!(index.did_you_mean("tv").await.expect("it answers"), None);
    assert!(index.suggest("t", 5).await.expect("it answers").queries.is_empty());
    index.apply(vec![], Checkpoint::default(), NOW).await.expect("nothing is a change too");
}

async fn one_document_is_found_by_its_words(index: &dyn SearchIndex) {
    let mut tv = document(1, "Sony Bravia 55\" Televisions, WH-1000XM4 bundle");
    tv.brand = Some("Sony".into());
    tv.category_names = vec!["Electronics".into()];
    tv.attribute_text = "Dolby Atmos".into();
    tv.variant_text = "SKU-77-X".into();
    tv.description = Some("A telly for the whole family".into());
    fill(index, [tv]).await;
    for text in [
        "bravia",
        "SONY television",
        "55 inch",
        "wh1000xm4",
        "WH-1000XM4",
        "electronic",
        "dolby",
        "sku-77-x",
        "families",
    ] {
        assert_eq!(found(index, text).await, BTreeSet::from([1]), "{text}");
    }
    assert_eq!(index.count().await.expect("it counts"), 1);
    assert!(found(index, "refrigerator").await.is_empty());
}

async fn a_thousand_documents_are_counted_and_paged(index: &dyn SearchIndex) {
    fill(index, (1..=1_000).map(|n| document(n, if n.is_multiple_of(2) { "blue shirt" } else { "red shirt" }))).await;
    let mut seen = BTreeSet::new();
    let mut query = IndexQuery::of("shirt", 100);
    for page in 0..10 {
        query.offset = page * 100;
        let answer = ask(index, query.clone()).await;
        assert_eq!(answer.total, 1_000);
        assert_eq!(answer.hits.len(), 100);
        query.generation = Some(answer.generation);
        seen.extend(numbers(&answer));
    }
    assert_eq!(seen.len(), 1_000, "no hit twice, none left out");
    assert_eq!(ask(index, IndexQuery::of("blue", 10)).await.total, 500);
    assert_eq!(ask(index, IndexQuery::of("", 10)).await.total, 1_000);
    assert_eq!(ask(index, IndexQuery { offset: 1_000, ..IndexQuery::of("", 10) }).await.hits.len(), 0);
}

async fn an_older_version_never_overwrites_a_newer(index: &dyn SearchIndex) {
    let at = |version, title: &str| ItemDocument { version, ..document(1, title) };
    fill(index, [at(3, "third")]).await;
    fill(index, [at(2, "second")]).await;
    assert_eq!((found(index, "third").await.len(), found(index, "second").await.len()), (1, 0));
    fill(index, [at(5, "fifth"), at(4, "fourth")]).await;
    assert_eq!((found(index, "fifth").await.len(), found(index, "fourth").await.len()), (1, 0));
    let mut restocked = at(5, "fifth");
    restocked.stocked = vec![("BLR".into(), HandlingClass::Standard)];
    fill(index, [restocked]).await;
    let query = IndexQuery { serving: Some(vec![serving("BLR", 0)]), ..IndexQuery::of("fifth", 10) };
    assert_eq!(ask(index, query).await.total, 1, "the same version with other stock is taken");
    assert_eq!(index.count().await.expect("it counts"), 1);
}

async fn a_removal_is_remembered(index: &dyn SearchIndex) {
    let remove = |version| vec![IndexChange::Remove { item: id(1), version }];
    let apply = |changes| index.apply(changes, Checkpoint::default(), NOW);
    fill(index, [ItemDocument { version: 4, ..document(1, "lamp") }]).await;
    apply(remove(3)).await.expect("it is taken");
    assert_eq!(found(index, "lamp").await.len(), 1, "an older removal removes nothing");
    apply(remove(5)).await.expect("it is taken");
    assert!(found(index, "lamp").await.is_empty());
    assert_eq!(ask(index, IndexQuery::of("", 10)).await.total, 0);
    assert_eq!(index.count().await.expect("it counts"), 0);
    for late in [4, 5] {
        fill(index, [ItemDocument { version: late, ..document(1, "lamp") }]).await;
        assert!(found(index, "lamp").await.is_empty(), "version {late} does not bring it back");
    }
    fill(index, [ItemDocument { version: 6, ..document(1, "lamp") }]).await;
    assert_eq!(found(index, "lamp").await.len(), 1, "a newer one does");
    apply(vec![IndexChange::Remove { item: id(2), version: 2 }]).await.expect("it is taken");
    fill(index, [document(2, "never seen")]).await;
    assert!(found(index, "never").await.is_empty(), "an item may be removed before it was put");
}

async fn the_checkpoint_travels_with_the_changes(index: &dyn SearchIndex) {
    let there = Checkpoint { items: 7, stock: 9, tree: u64::MAX };
    index.apply(vec![put(document(1, "lamp"))], there.clone(), NOW).await.expect("changes are taken");
    assert_eq!(index.checkpoint().await.expect("it has one"), there);
    index.apply(vec![], Checkpoint { items: 8, ..there }, NOW).await.expect("a checkpoint alone is taken");
    assert_eq!(index.checkpoint().await.expect("it has one").items, 8);
}

async fn a_page_stays_stable_while_items_change(index: &dyn SearchIndex) {
    fill(index, (1..=30).map(|n| document(n, "red lamp"))).await;
    let whole: Vec<u128> =
        numbers(&ask(index, IndexQuery { sort: SearchSort::PriceAsc, ..IndexQuery::of("lamp", 30) }).await);
    let first = ask(index, IndexQuery { sort: SearchSort::PriceAsc, ..IndexQuery::of("lamp", 10) }).await;
    let mut seen = numbers(&first);
    for page in 1..3 {
        // What comes first goes to the end, something new comes in front, something goes away.
        fill(
            index,
            [
                ItemDocument { version: 9, price_min: 99_999, ..document(page, "red lamp") },
                document(100 + page, "red lamp"),
            ],
        )
        .await;
        let gone = IndexChange::Remove { item: id(20 + page), version: 9 };
        index.apply(vec![gone], Checkpoint::default(), NOW).await.expect("changes are taken");
        let offset = usize::try_from(page).unwrap_or(0) * 10;
        let query = IndexQuery {
            sort: SearchSort::PriceAsc,
            offset,
            generation: Some(first.generation),
            ..IndexQuery::of("lamp", 10)
        };
        let answer = ask(index, query).await;
        assert_eq!((answer.generation, answer.total), (first.generation, 30));
        seen.extend(numbers(&answer));
    }
    assert_eq!(seen, whole);
    assert_ne!(ask(index, IndexQuery::of("lamp", 10)).await.generation, first.generation);
}

async fn a_list_is_held_five_minutes_after_its_last_use(index: &dyn SearchIndex) {
    fill(index, (1..=30).map(|n| document(n, "red lamp"))).await;
    let first = ask(index, IndexQuery::of("lamp", 10)).await;
    let go_on = IndexQuery { offset: 10, generation: Some(first.generation), ..IndexQuery::of("lamp", 10) };
    fill(index, [document(31, "red lamp")]).await;
    let after = |seconds| Timestamp::from_seconds(NOW.seconds() + seconds);
    for seconds in [290, 580] {
        assert!(index.search(go_on.clone(), after(seconds)).await.is_ok(), "after {seconds} s, used in between");
    }
    let gone = index.search(go_on.clone(), after(881)).await;
    assert!(matches!(gone, Err(IndexError::GenerationGone)));
    let unheard = IndexQuery { generation: Some(1), ..go_on };
    assert!(matches!(index.search(unheard, NOW).await, Err(IndexError::GenerationGone)));
}

/// Ten shirts: brands A (1 to 6) and b (7 to 10), category 1 with 2 (1 to 4) and 3 (5 to 10) below.
fn shirts() -> Vec<ItemDocument> {
    let shirt = |n: u128| {
        let mut shirt = document(n, "cotton shirt");
        shirt.brand = Some(if n <= 6 { "Allen Solly" } else { "Björn" }.into());
        shirt.category_path = vec![category(1), category(if n <= 4 { 2 } else { 3 })];
        shirt.attributes = vec![
            ("colour".into(), IndexedValue::Word(if n.is_multiple_of(2) { "Navy Blue" } else { "Red" }.into())),
            ("weight".into(), IndexedValue::Number(n as f64 / 2.0)),
            ("iron_free".into(), IndexedValue::Flag(n <= 3)),
        ];
        if n == 10 {
            shirt.attributes.push(("colour".into(), IndexedValue::Word("red".into())));
        }
        shirt.rating = n as f32 / 2.0;
        shirt.rating_count = 5;
        shirt
    };
    (1..=10).map(shirt).collect()
}

async fn filters_narrow_and_their_values_are_alternatives(index: &dyn SearchIndex) {
    fill(index, shirts()).await;
    let words = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>();
    let cases: Vec<(Vec<Filter>, Vec<u128>)> = vec![
        (vec![Filter::Categories(vec![category(1)])], (1..=10).collect()),
        (vec![Filter::Categories(vec![category(2)])], vec![1, 2, 3, 4]),
        (vec![Filter::Categories(vec![category(2), category(9)])], vec![1, 2, 3, 4]),
        (vec![Filter::Brands(words(&["bjorn"]))], vec![7, 8, 9, 10]),
        (vec![Filter::Brands(words(&["ALLEN SOLLY", "Björn"]))], (1..=10).collect()),
        (vec![Filter::Brands(words(&["Allen"]))], vec![]),
        (vec![Filter::Price(Some(300), Some(500))], vec![3, 4, 5]),
        (vec![Filter::Price(Some(900), None)], vec![9, 10]),
        (vec![Filter::Price(None, Some(100))], vec![1]),
        (vec![Filter::Price(Some(5), Some(4))], vec![]),
        (vec![Filter::Price(None, None)], (1..=10).collect()),
        (vec![Filter::MinRating(4.5)], vec![9, 10]),
        (vec![Filter::AttributeWords("colour".into(), words(&["RED"]))], vec![1, 3, 5, 7, 9, 10]),
        (vec![Filter::AttributeWords("colour".into(), words(&["navy blue"]))], vec![2, 4, 6, 8, 10]),
        (vec![Filter::AttributeWords("unheard".into(), words(&["red"]))], vec![]),
        (vec![Filter::AttributeWords("colour".into(), vec![])], vec![]),
        (vec![Filter::AttributeRange("weight".into(), Some(1.0), Some(2.0))], vec![2, 3, 4]),
        (vec![Filter::AttributeRange("weight".into(), Some(4.75), None)], vec![10]),
        (vec![Filter::AttributeRange("weight".into(), None, Some(0.5))], vec![1]),
        (vec![Filter::AttributeRange("weight".into(), None, None)], (1..=10).collect()),
        (vec![Filter::AttributeRange("unheard".into(), None, None)], vec![]),
        (vec![Filter::AttributeFlag("iron_free".into(), true)], vec![1, 2, 3]),
        (vec![Filter::AttributeFlag("iron_free".into(), false)], (4..=10).collect()),
        (vec![Filter::MinRating(2.0), Filter::Categories(vec![category(2)])], vec![4]),
        (
            vec![Filter::Brands(words(&["Björn"])), Filter::AttributeWords("colour".into(), words(&["red", "green"]))],
            vec![7, 9, 10],
        ),
    ];
    for (filters, expected) in cases {
        for text in ["", "shirt"] {
            let query = IndexQuery { filters: filters.clone(), sort: SearchSort::PriceAsc, ..IndexQuery::of(text, 50) };
            assert_eq!(numbers(&ask(index, query).await), expected, "{filters:?} with {text:?}");
        }
    }
}

async fn facets_do_not_narrow_themselves(index: &dyn SearchIndex) {
    fill(index, shirts()).await;
    let facets = vec![
        facet("category", FacetKind::Words),
        facet("brand", FacetKind::Words),
        facet("price", FacetKind::Range),
        facet("rating", FacetKind::Words),
        facet("colour", FacetKind::Words),
        facet("weight", FacetKind::Range),
        facet("iron_free", FacetKind::Flags),
        facet("unheard", FacetKind::Words),
    ];
    let all = |n| vec![("Allen Solly".to_owned(), 6), ("Björn".to_owned(), n)];
    let query = IndexQuery { facets: facets.clone(), ..IndexQuery::of("shirt", 3) };
    let open = ask(index, query.clone()).await;
    assert_eq!(
        open.facets.iter().map(|f| f.key.clone()).collect::<Vec<_>>(),
        facets.iter().map(|f| f.key.clone()).collect::<Vec<_>>()
    );
    assert_eq!(counts(&open, "brand"), all(4));
    assert_eq!(counts(&open, "colour"), [("Red".to_owned(), 6), ("Navy Blue".to_owned(), 5)]);
    assert_eq!(counts(&open, "iron_free"), [("false".to_owned(), 7), ("true".to_owned(), 3)]);
    assert_eq!(counts(&open, "rating"), [("4", 3), ("3", 5), ("2", 7), ("1", 9)].map(|(v, n)| (v.to_owned(), n)));
    assert_eq!(counts(&open, "category")[0], (category(1).to_string(), 10));
    assert_eq!(open.facets[2].range, Some((100.0, 1_000.0)));
    assert_eq!(open.facets[5].range, Some((0.5, 5.0)));

    let chosen = vec![Filter::Brands(vec!["Björn".into()]), Filter::Price(Some(800), None)];
    let narrowed = ask(index, IndexQuery { filters: chosen, ..query }).await;
    assert_eq!(numbers(&narrowed).len(), 3);
    assert_eq!(narrowed.total, 3);
    // A facet is counted with the other filters and without its own.
    assert_eq!(counts(&narrowed, "brand"), [("Björn".to_owned(), 3)]);
    assert_eq!(narrowed.facets[2].range, Some((700.0, 1_000.0)));
    assert_eq!(counts(&narrowed, "colour"), [("Navy Blue".to_owned(), 2), ("Red".to_owned(), 2)]);
}

fn serving(warehouse: &str, rank: u32) -> ServingTerm {
    ServingTerm { warehouse: warehouse.into(), handling: HandlingClass::Standard, rank }
}

async fn only_what_is_served_is_shown(index: &dyn SearchIndex) {
    let at = |n, stocked: &[(&str, HandlingClass)]| {
        let stocked = stocked.iter().map(|(w, h)| ((*w).to_owned(), *h)).collect();
        ItemDocument { stocked, ..document(n, "kettle") }
    };
    let (standard, large) = (HandlingClass::Standard, HandlingClass::Large);
    fill(
        index,
        [
            at(1, &[("BLR", standard)]),
            at(2, &[("DEL", standard), ("MAA", standard)]),
            at(3, &[("BLR", large)]),
            at(4, &[]),
        ],
    )
    .await;
    let facets = vec![facet("price", FacetKind::Range)];
    let query = |pairs| IndexQuery {
        serving: Some(pairs),
        count_hidden: true,
        facets: facets.clone(),
        ..IndexQuery::of("kettle", 10)
    };
    let answer = ask(index, query(vec![serving("BLR", 0)])).await;
    assert_eq!((numbers(&answer), answer.total, answer.hidden), (vec![1], 1, Some(3)));
    assert_eq!(answer.facets[0].range, Some((100.0, 100.0)), "facets count what is shown");
    let answer = ask(index, query(vec![serving("BLR", 1), serving("MAA", 0)])).await;
    assert_eq!((answer.total, answer.hidden), (2, Some(2)));
    let answer = ask(index, query(vec![])).await;
    assert_eq!((answer.total, answer.hidden), (0, Some(4)), "nothing serves: nothing is shown");
    let plain = ask(index, IndexQuery::of("kettle", 10)).await;
    assert_eq!((plain.total, plain.hidden), (4, None));
    let scores = |a: &IndexAnswer| a.hits.iter().find(|h| h.item == id(1)).map(|h| h.score);
    assert_eq!(
        scores(&ask(index, query(vec![serving("BLR", 0)])).await),
        scores(&plain),
        "delivery changes no relevance"
    );
}

async fn orders_are_kept(index: &dyn SearchIndex) {
    let with = |n: u128, title: &str, price, rating, count, age, warehouse: &str| ItemDocument {
        price_min: price,
        rating,
        rating_count: count,
        created_at: Timestamp::from_seconds(NOW.seconds() - age),
        stocked: vec![(warehouse.into(), HandlingClass::Standard)],
        ..document(n, title)
    };
    fill(
        index,
        [
            with(1, "drill with a long case and many bits for every wall", 500, 4.0, 10, 5, "MAA"),
            with(2, "drill", 700, 4.5, 2, 1, "BLR"),
            with(3, "drill drill", 300, 4.5, 9, 9, "DEL"),
            with(4, "drill machine", 900, 1.0, 1, 7, "NOWHERE"),
        ],
    )
    .await;
    let pairs = vec![serving("DEL", 0), serving("MAA", 0), serving("BLR", 3)];
    let by =
        |sort| IndexQuery { sort, serving: Some(pairs.clone()), keep_unserved: true, ..IndexQuery::of("drill", 10) };
    for (sort, expected) in [
        (SearchSort::PriceAsc, vec![3, 1, 2, 4]),
        (SearchSort::PriceDesc, vec![4, 2, 1, 3]),
        (SearchSort::Rating, vec![3, 2, 1, 4]),
        (SearchSort::Newest, vec![2, 1, 4, 3]),
        (SearchSort::FastestDelivery, vec![3, 1, 2, 4]),
    ] {
        assert_eq!(numbers(&ask(index, by(sort)).await), expected, "{sort:?}");
    }
    let relevant = numbers(&ask(index, by(SearchSort::Relevance)).await);
    assert_eq!(relevant[3], 1, "a passing mention is the least relevant: {relevant:?}");
    let served = IndexQuery { keep_unserved: false, ..by(SearchSort::FastestDelivery) };
    assert_eq!(numbers(&ask(index, served).await), [3, 1, 2]);
}

async fn scripts_and_odd_texts_do_no_harm(index: &dyn SearchIndex) {
    fill(
        index,
        [
            document(1, "हिन्दी किताब"),
            document(2, "Crème brûlée torch"),
            document(3, "日本 茶 🍵"),
            document(4, "T-Shirt \"XL\""),
        ],
    )
    .await;
    assert_eq!(found(index, "किताब").await, BTreeSet::from([1]));
    assert_eq!(found(index, "creme BRULEE").await, BTreeSet::from([2]));
    assert_eq!(found(index, "日本").await, BTreeSet::from([3]));
    for shirt in ["tshirt", "t-shirts", "T Shirt"] {
        assert_eq!(found(index, shirt).await, BTreeSet::from([4]), "{shirt}");
    }
    assert_eq!(ask(index, IndexQuery::of("  ", 10)).await.total, 4, "blank lists all");
    for odd in
        ["*", "\"", ")", "(", "title:*", "{\"$gt\":\"\"}", "\\", "🍵", "a AND OR NOT ~2", "[1 TO 2]", "\u{0}", "&&||"]
    {
        let answer = ask(index, IndexQuery::of(odd, 10)).await;
        assert!(answer.total < 4, "{odd:?} is no wild card: {}", answer.total);
        index.suggest(odd, 5).await.expect("it completes");
        index.did_you_mean(odd).await.expect("it spells");
    }
    ask(index, IndexQuery::of("long ".repeat(51), 10)).await;
    let odd = Filter::AttributeWords("a.b\"\\".into(), vec!["x\u{1}y".into()]);
    assert_eq!(ask(index, IndexQuery { filters: vec![odd], ..IndexQuery::of("", 10) }).await.total, 0);
}

async fn slips_of_the_pen_are_forgiven(index: &dyn SearchIndex) {
    fill(index, (1..=8).map(|n| document(n, if n <= 5 { "wireless headphones" } else { "garden chair" }))).await;
    for slip in ["headphnes", "hedphones", "headphoness", "haedphones", "hedphons"] {
        assert_eq!(found(index, slip).await, (1..=5).collect(), "{slip}");
        let meant = index.did_you_mean(&format!("wireless {slip}")).await.expect("it answers");
        assert_eq!(meant.as_deref(), Some("wireless headphones"), "{slip}");
    }
    assert_eq!(found(index, "head phones").await, (1..=5).collect());
    assert_eq!(index.did_you_mean("garden chair").await.expect("it answers"), None, "what is found well stays");
    assert_eq!(index.did_you_mean("xylophone").await.expect("it answers"), None, "nothing is near");
    assert!(found(index, "xylophone").await.is_empty());
    assert!(found(index, "chain5").await.is_empty(), "a model number is not bent");
}

async fn synonyms_widen_a_text(index: &dyn SearchIndex) {
    fill(
        index,
        [
            document(1, "red sofa"),
            document(2, "blue couch"),
            document(3, "bosch washing machine"),
            document(4, "washer ring"),
        ],
    )
    .await;
    let synonyms = Arc::new(Synonyms::parse("sofa, couch\nwasher, washing machine").expect("it is well formed"));
    let wide = |text: &str| IndexQuery { synonyms: synonyms.clone(), ..IndexQuery::of(text, 10) };
    let sofas = ask(index, wide("sofas")).await;
    assert_eq!(numbers(&sofas), [1, 2], "what was said comes first");
    assert_eq!(numbers(&ask(index, wide("red couch")).await).first(), Some(&1));
    assert_eq!(ask(index, wide("washing machine")).await.total, 2);
    assert_eq!(ask(index, wide("washers")).await.total, 2);
    assert_eq!(found(index, "sofa").await, BTreeSet::from([1]), "without the file nothing is widened");
}

async fn typing_is_completed(index: &dyn SearchIndex) {
    let branded = |n, title: &str, brand: &str| ItemDocument {
        brand: Some(brand.into()),
        category_names: vec!["Audio".into()],
        ..document(n, title)
    };
    fill(
        index,
        [
            branded(1, "Wireless headphones", "Sony"),
            branded(2, "Wireless headphones", "Sennheiser"),
            branded(3, "Wired earphones", "Sony"),
        ],
    )
    .await;
    let typed = |text: &'static str| async move { index.suggest(text, 5).await.expect("it completes") };
    let so = typed("so").await;
    assert_eq!(so.queries.first().map(String::as_str), Some("sony"));
    assert!(so.queries.contains(&"sony audio".to_owned()), "{:?}", so.queries);
    let wireless = typed("wireless hea").await;
    assert_eq!(wireless.queries, ["wireless headphones"]);
    assert_eq!(wireless.items.iter().map(|i| i.0.as_u128()).collect::<BTreeSet<_>>(), BTreeSet::from([1, 2]));
    assert_eq!(typed("zz").await, super::Suggestions::default());
    assert_eq!(index.suggest("w", 2).await.expect("it completes").queries.len(), 2, "as many as asked for");
}

async fn a_rebuild_shows_only_after_the_switch(index: &dyn SearchIndex) {
    fill(index, [document(1, "old lamp")]).await;
    let held = ask(index, IndexQuery::of("", 1)).await;
    let rebuilt = index.begin_rebuild().await.expect("it begins");
    let at = Checkpoint { items: 3, stock: 4, tree: 5 };
    rebuilt.apply(vec![put(document(2, "new lamp"))], at.clone(), NOW).await.expect("changes are taken");
    assert_eq!(found(index, "lamp").await, BTreeSet::from([1]));
    assert_eq!(found(&*rebuilt, "lamp").await, BTreeSet::from([2]));
    index.switch(rebuilt.clone()).await.expect("it switches");
    assert_eq!(found(index, "lamp").await, BTreeSet::from([2]));
    assert_eq!(index.checkpoint().await.expect("it has one"), at);
    assert!(ask(index, IndexQuery::of("", 1)).await.generation > held.generation);
    assert!(index.switch(rebuilt).await.is_err(), "a rebuild is switched to once");
    fill(index, [document(3, "newest lamp")]).await;
    assert_eq!(found(index, "lamp").await, BTreeSet::from([2, 3]));
}
