//! What shoppers do becomes activity, trends and recommendations; who does not want it is left out, and forgotten.

use std::{collections::BTreeSet, path::Path};

use rusqlite::{Connection, types::ValueRef};
use serde_json::{Value, json};

use super::{BENGALURU, ERRORS, add, guest, place, quote};
use crate::{generated::sign_in, harness::Shop};

const ACTIVITY: &str =
    "query($of: ActivityOf!) { activity(of: $of, first: 100) { kind pseudonym itemId categoryId pincode text count } }";
const TRENDING: &str = "query($k: TrendKind!) { trending(window: LAST_HOUR, kind: $k) { asOf latenessSeconds lateCount entries { count subject { __typename ... on Item { id } ... on Category { id } ... on SearchWords { text } ... on Place { district } } } } }";
const RECOMMENDED: &str = "query($for: RecommendationFor!) { recommendations(for: $for, first: 50) { modelVersion asOf items { reason score modelVersion item { id title category { id } } } } }";

/// Something that can be bought.
struct Goods {
    item: Value,
    category: Value,
    title: String,
    variant: String,
}

/// Items that can be delivered to Bengaluru, by a search of nobody.
async fn goods(shop: &Shop, words: &str, many: usize) -> Vec<Goods> {
    let query = "query($q: String!, $p: Pincode!) { search(query: $q, deliverTo: $p, first: 24) { nodes { id title category { id } variants(first: 20) { nodes { id delivery(deliverTo: $p) { __typename } } } } } }";
    let data = shop.query(query, json!({ "q": words, "p": BENGALURU }), None).await;
    let nodes = data["search"]["nodes"].as_array().expect("hits").clone();
    let found = nodes.into_iter().filter_map(|n| {
        let variants = n["variants"]["nodes"].as_array().expect("variants");
        let variant = variants.iter().find(|v| v["delivery"]["__typename"] == "Deliverable")?;
        let text = |v: &Value| v.as_str().expect("a text").to_owned();
        Some(Goods {
            item: n["id"].clone(),
            category: n["category"]["id"].clone(),
            title: text(&n["title"]),
            variant: text(&variant["id"]),
        })
    });
    let found: Vec<Goods> = found.take(many).collect();
    assert_eq!(found.len(), many, "the demonstration has {many} deliverable items for `{words}`");
    found
}

async fn search(shop: &Shop, token: &str, words: &str) {
    let query = "query($q: String!, $p: Pincode!) { search(query: $q, deliverTo: $p, first: 1) { nodes { id } } }";
    shop.query(query, json!({ "q": words, "p": BENGALURU }), Some(token)).await;
}

async fn view(shop: &Shop, token: &str, item: &Value) {
    let query = "query($i: ID!) { item(by: { id: $i }) { id } }";
    shop.query(query, json!({ "i": item }), Some(token)).await;
}

/// Searches, looks, likes and buys two things in one order.
async fn shops(shop: &Shop, token: &str, words: &str, two: &[Goods]) {
    search(shop, token, words).await;
    for thing in two {
        view(shop, token, &thing.item).await;
    }
    let wish = format!(
        "mutation($v: [ID!]!) {{ addWishlistLines(input: {{ variantIds: $v }}) {{ wishlist {{ id }} {ERRORS} }} }}"
    );
    shop.done("addWishlistLines", &wish, json!({ "v": [two[0].variant] }), Some(token)).await;
    add(shop, token, &two[0].variant, 1).await;
    let lines: Vec<Value> = two.iter().map(|t| json!({ "variantId": t.variant, "quantity": 1 })).collect();
    let quoted = quote(shop, token, Some(json!(lines))).await;
    assert_eq!(quoted["errors"], json!([]), "{quoted:#}");
    let placed = place(shop, token, &quoted["quote"], json!({ "cardToken": "tok_succeeds" })).await;
    assert_eq!(placed["errors"], json!([]), "{placed:#}");
}

fn kinds(records: &Value) -> BTreeSet<String> {
    let all = records.as_array().into_iter().flatten();
    all.map(|r| r["kind"].as_str().expect("a kind").to_owned()).collect()
}

/// How often a subject with this field is counted.
fn counted(report: &Value, field: &str, is: &Value) -> Option<i64> {
    let entries = report["entries"].as_array()?;
    let count = &entries.iter().find(|e| e["subject"][field] == *is)?["count"];
    count.as_i64().or_else(|| count.as_str()?.parse().ok())
}

/// Why an item is recommended.
fn why<'a>(list: &'a Value, item: &Value) -> Option<&'a str> {
    let found = list["items"].as_array()?.iter().find(|r| r["item"]["id"] == *item)?;
    assert!(found["score"].as_f64().is_some_and(|s| s >= 0.0), "{found:#}");
    found["reason"].as_str()
}

#[tokio::test]
async fn what_shoppers_do_becomes_activity_trends_and_recommendations() {
    let shop = Shop::start().await;
    let operator = sign_in(&shop, "operator").await;
    let two = goods(&shop, "kettle", 2).await;
    let fresh = guest(&shop, BENGALURU).await.token;

    let cold = shop.query(RECOMMENDED, json!({ "for": { "viewer": true } }), Some(&fresh)).await;
    assert_eq!(
        cold["recommendations"],
        json!({ "modelVersion": null, "asOf": null, "items": [] }),
        "nothing moved yet"
    );
    let follow = "subscription { trendingChanged(window: LAST_30_MINUTES, kind: BOUGHT) { entries { count subject { ... on Item { id } } } } }";
    let mut followed = shop.subscribe(follow, json!({}), &fresh).await;
    let before = followed.next().await.expect("the report as it is");
    assert_eq!(before["trendingChanged"]["entries"], json!([]));

    // Words are told only when three searched for them.
    for _ in 0..3 {
        shops(&shop, &guest(&shop, BENGALURU).await.token, "Kettle ", &two).await;
    }

    let about = json!({ "of": { "itemId": two[0].item } });
    let all = |d: &Value| {
        let bought = d["activity"].as_array().into_iter().flatten().filter(|r| r["kind"] == "BOUGHT").count();
        kinds(&d["activity"]).len() == 4 && bought == 3
    };
    let told = shop.until(ACTIVITY, about, Some(&operator), all).await["activity"].clone();
    let bought = told.as_array().expect("records").iter().find(|r| r["kind"] == "BOUGHT").expect("a purchase").clone();
    assert_eq!(
        (&bought["itemId"], &bought["categoryId"], &bought["pincode"], &bought["count"]),
        (&two[0].item, &two[0].category, &json!(BENGALURU), &json!(1)),
    );

    let trend = async |kind: &str, field: &str, is: Value, token: &str| {
        let counts = |d: &Value| counted(&d["trending"], field, &is).is_some_and(|n| n >= 3);
        let told = shop.until(TRENDING, json!({ "k": kind }), Some(token), counts).await["trending"].clone();
        assert!(told["asOf"].is_string() && told["latenessSeconds"] == 600, "{told:#}");
        counted(&told, field, &is).expect("a count")
    };
    for kind in ["BOUGHT", "VIEWED", "WISHLISTED"] {
        assert_eq!(trend(kind, "id", two[0].item.clone(), &fresh).await, 3, "{kind}");
    }
    assert_eq!(trend("SEARCHED", "text", json!("kettle"), &fresh).await, 3);
    assert_eq!(trend("PLACES", "district", json!("Bengaluru Urban"), &fresh).await, 6, "units");
    assert!(trend("REVENUE", "id", two[0].category.clone(), &operator).await > 3);
    loop {
        let told = followed.next().await.expect("it goes on");
        if counted(&told["trendingChanged"], "id", &two[1].item) == Some(3) {
            break;
        }
    }

    let asked = async |about: Value, item: &Value, because: &str| {
        let holds = |d: &Value| why(&d["recommendations"], item).is_some_and(|r| r == because);
        let told =
            shop.until(RECOMMENDED, json!({ "for": about }), Some(&fresh), holds).await["recommendations"].clone();
        assert!(told["modelVersion"].is_string() && told["asOf"].is_string(), "{told:#}");
        told
    };
    let title = &two[0].title;
    let together = format!("Bought together with {title}");
    let list = asked(json!({ "withItemId": two[0].item }), &two[1].item, &together).await;
    assert_eq!(list["items"][0]["modelVersion"], list["modelVersion"]);
    let looked = format!("Shoppers who looked at {title} looked at this too");
    asked(json!({ "similarToItemId": two[0].item }), &two[1].item, &looked).await;
    asked(json!({ "viewer": true }), &two[1].item, "Popular in the shop now").await;
    let within = asked(json!({ "categoryId": two[1].category }), &two[1].item, "Popular in the shop now").await;
    let items = within["items"].as_array().expect("items");
    assert!(items.iter().all(|r| r["item"]["category"]["id"] == two[1].category), "{within:#}");
    add(&shop, &fresh, &two[0].variant, 1).await;
    let cart = asked(json!({ "cart": true }), &two[1].item, &together).await;
    assert_eq!(why(&cart, &two[0].item), None, "what is in the cart is not recommended");
    // What was searched for leads to what others bought after the same words.
    let searcher = guest(&shop, BENGALURU).await.token;
    search(&shop, &searcher, "kettle").await;
    let led = |d: &Value| why(&d["recommendations"], &two[1].item) == Some("You searched for “kettle”");
    shop.until(RECOMMENDED, json!({ "for": { "viewer": true } }), Some(&searcher), led).await;
    shop.stop_and_verify().await;
}

/// The tables of all databases in a folder that hold an id, as bytes or as text; with `beside`, in a row with that.
fn tables_with(data: &Path, id: uuid::Uuid, beside: Option<uuid::Uuid>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let files = std::fs::read_dir(data).expect("the data").map(|e| e.expect("an entry").path());
    for file in files.filter(|f| f.extension().is_some_and(|e| e == "db")) {
        let db = Connection::open(&file).expect("opens");
        let mut names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").expect("tables");
        let names: Vec<String> =
            names.query_map([], |r| r.get(0)).expect("names").map(|n| n.expect("a name")).collect();
        for name in names {
            let mut all = db.prepare(&format!("SELECT * FROM \"{name}\"")).expect("a table");
            let columns = all.column_count();
            let mut rows = all.query([]).expect("rows");
            while let Some(row) = rows.next().expect("a row") {
                let holds = |id: uuid::Uuid| (0..columns).any(|c| contains(row.get_ref(c).expect("a value"), id));
                if holds(id) && beside.is_none_or(holds) {
                    found.insert(name.clone());
                }
            }
        }
    }
    found
}

fn contains(value: ValueRef<'_>, id: uuid::Uuid) -> bool {
    let (hyphens, plain) = (id.to_string(), id.simple().to_string());
    let within = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|w| w == part);
    match value {
        ValueRef::Blob(b) | ValueRef::Text(b) => {
            within(b, id.as_bytes()) || within(b, hyphens.as_bytes()) || within(b, plain.as_bytes())
        }
        _ => false,
    }
}

const CHOOSE: &str = "mutation($r: Boolean!, $e: Boolean!) { saveActivityChoice(input: { recorded: $r, erase: $e }) { viewer { shopper { id } } errors { __typename code message path } warnings { code message } } }";

#[tokio::test]
async fn who_chooses_so_is_not_recorded() {
    let shop = Shop::start().await;
    let (operator, shopper) = (sign_in(&shop, "operator").await, sign_in(&shop, "shopper").await);
    let thing = goods(&shop, "watch", 1).await.remove(0);
    let chosen = shop.done("saveActivityChoice", CHOOSE, json!({ "r": false, "e": false }), Some(&shopper)).await;
    let whose = json!({ "of": { "shopperId": chosen["viewer"]["shopper"]["id"] } });
    search(&shop, &shopper, "watch").await;
    view(&shop, &shopper, &thing.item).await;
    add(&shop, &shopper, &thing.variant, 1).await;
    // What another did later has arrived, so that what came before it would have, too.
    let other = guest(&shop, BENGALURU).await.token;
    for many in 1..=2 {
        view(&shop, &other, &thing.item).await;
        add(&shop, &other, &thing.variant, 1).await;
        let about = json!({ "of": { "itemId": thing.item } });
        let views = |d: &Value| {
            d["activity"].as_array().is_some_and(|r| {
                let of = |kind: &str| r.iter().filter(|r| r["kind"] == kind).count();
                of("VIEWED") == many && of("CARTED") >= 1
            })
        };
        shop.until(ACTIVITY, about, Some(&operator), views).await;
    }
    let told = shop.query(ACTIVITY, whose.clone(), Some(&operator)).await;
    assert_eq!(told["activity"], json!([]), "nothing of who does not want it");
    shop.done("saveActivityChoice", CHOOSE, json!({ "r": true, "e": false }), Some(&shopper)).await;
    search(&shop, &shopper, "watch").await;
    let told = shop.until(ACTIVITY, whose, Some(&operator), |d| d["activity"] != json!([])).await;
    assert_eq!(told["activity"].as_array().map(Vec::len), Some(1), "from then on: {told:#}");
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn what_is_erased_is_in_no_store_and_leads_to_nobody() {
    let shop = Shop::start().await;
    let (operator, shopper) = (sign_in(&shop, "operator").await, sign_in(&shop, "shopper").await);
    let two = goods(&shop, "shirt", 2).await;
    shops(&shop, &shopper, "a shirt nobody else wants", &two).await;
    let me = shop.query("{ viewer { shopper { id } } }", json!({}), Some(&shopper)).await;
    let whose = json!({ "of": { "shopperId": me["viewer"]["shopper"]["id"] } });
    let all = |d: &Value| kinds(&d["activity"]).len() == 5;
    let told = shop.until(ACTIVITY, whose.clone(), Some(&operator), all).await["activity"].clone();
    let pseudonym: uuid::Uuid = told[0]["pseudonym"].as_str().and_then(|p| p.parse().ok()).expect("a pseudonym");
    let owner = resolvers::ids::parse::<services::kernel::ids::ShopperId>(
        me["viewer"]["shopper"]["id"].as_str().expect("an id"),
    );
    let owner = owner.expect("a shopper's id").0;
    let before = tables_with(shop.data(), pseudonym, Some(owner));
    assert_eq!(before, BTreeSet::from(["pseudonyms".to_owned()]), "one place knows who is behind a pseudonym");
    assert!(tables_with(shop.data(), pseudonym, None).contains("activity_records"));

    shop.done("saveActivityChoice", CHOOSE, json!({ "r": true, "e": true }), Some(&shopper)).await;
    let told = shop.query(ACTIVITY, whose.clone(), Some(&operator)).await;
    assert_eq!(told["activity"], json!([]));
    // The log keeps what it was told until its retention, under a pseudonym that is nobody's now.
    let after = tables_with(shop.data(), pseudonym, None);
    assert!(after.is_subset(&BTreeSet::from(["events".to_owned()])), "{after:?}");
    assert_eq!(tables_with(shop.data(), pseudonym, Some(owner)), BTreeSet::new());

    search(&shop, &shopper, "a new beginning").await;
    let told = shop.until(ACTIVITY, whose, Some(&operator), |d| d["activity"] != json!([])).await["activity"].clone();
    assert_eq!(told.as_array().map(Vec::len), Some(1), "what was erased does not come back: {told:#}");
    assert_ne!(told[0]["pseudonym"], json!(pseudonym.to_string()));
    shop.stop_and_verify().await;
}
