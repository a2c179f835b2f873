//! The data behind the requests: a seeded shop, and what a storefront would know of it: categories, items, variants, guests
//! with carts, an order.

use std::{net::SocketAddr, path::Path, sync::Arc};

use anyhow::Context;
use serde_json::{Value, json};

use crate::{
    client::{Call, Connection, is_good},
    documents,
    load::Load,
    process,
};

/// Words that the demonstration has many items for.
const WORDS: [&str; 8] = ["television", "shirt", "phone", "headphones", "saree", "kettle", "shoes", "watch"];
/// Guests whose carts and quotes are asked for.
const GUESTS: usize = 32;
/// Lines of each cart and quote.
const LINES: usize = 3;
/// Pages of items to take variants from, 100 items each.
const VARIANT_PAGES: usize = 12;
/// Variants to order from, so that the demonstration's stock lasts for a whole run.
const VARIANTS_MAX: usize = 4_000;

/// A document with the requests that ask for it.
pub struct Scenario {
    /// For the table.
    pub name: &'static str,
    /// One operation.
    pub load: Arc<Load>,
}

/// Fills a data folder with the demonstration.
pub fn seed(program: &Path, data: &Path) -> anyhow::Result<()> {
    let done = process::chowk(program, data, "seed").output().context("the shop's program does not start")?;
    anyhow::ensure!(
        done.status.success(),
        "the demonstration cannot be made: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    Ok(())
}

/// The eight scenarios over a running shop.
pub async fn scenarios(address: SocketAddr) -> anyhow::Result<Vec<Scenario>> {
    let connection = &mut Connection::open(address).await?;
    let categories = categories(connection).await?;
    let (slugs, variants) = goods(connection).await?;
    let mut carts = Vec::with_capacity(GUESTS);
    let mut quotes = Vec::with_capacity(GUESTS);
    let mut orders = Vec::with_capacity(GUESTS);
    for guest in 0..GUESTS {
        let token = guest_token(connection).await?;
        let start = guest * LINES % (variants.len() - LINES);
        let chosen = &variants[start..start + LINES];
        let order = order(connection, &variants[guest % variants.len()], &token).await?;
        for variant in chosen {
            good(connection, &documents::add(variant, &token)).await?;
        }
        carts.push(Call::graphql(documents::CART, &json!({}), Some(&token)));
        quotes.push(documents::quote(chosen, &token));
        orders.push(Call::graphql(documents::ORDER, &json!({ "id": order }), Some(&token)));
    }
    let public = |document: &str, name: &str, values: &[String]| {
        let call = |v: &String| Call::graphql(document, &json!({ name: v, "to": documents::PINCODE }), None);
        Load::Rotate(values.iter().map(call).collect())
    };
    let words = WORDS.map(str::to_owned);
    let named = |name, load| Scenario { name, load: Arc::new(load) };
    Ok(vec![
        named("list page of 24", public(documents::LIST, "category", &categories)),
        named("item page", public(documents::ITEM, "slug", &slugs)),
        named("search with facets", public(documents::SEARCH, "query", &words)),
        named("nested page", public(documents::NESTED, "query", &words)),
        named("cart", Load::Rotate(carts)),
        named("quote", Load::Rotate(quotes)),
        named("whole checkout", Load::Checkout(variants)),
        named("order status", Load::Rotate(orders)),
    ])
}

/// How many facets a search of the bench offers.
pub async fn facets(address: SocketAddr) -> anyhow::Result<usize> {
    let connection = &mut Connection::open(address).await?;
    let data =
        connection.data(documents::SEARCH, &json!({ "query": WORDS[0], "to": documents::PINCODE }), None).await?;
    Ok(data["search"]["facets"].as_array().map_or(0, Vec::len))
}

async fn good(connection: &mut Connection, call: &Call) -> anyhow::Result<Value> {
    let (status, body) = connection.post(call).await?;
    anyhow::ensure!(is_good(status, &body), "{status}: {}", String::from_utf8_lossy(&body));
    let mut answer: Value = serde_json::from_slice(&body)?;
    Ok(answer["data"].take())
}

async fn guest_token(connection: &mut Connection) -> anyhow::Result<String> {
    let data = good(connection, &documents::session()).await?;
    Ok(data["startGuestSession"]["session"]["accessToken"].as_str().context("a session without a token")?.to_owned())
}

async fn order(connection: &mut Connection, variant: &String, token: &str) -> anyhow::Result<Value> {
    let quoted = good(connection, &documents::quote(std::slice::from_ref(variant), token)).await?;
    let placed = good(connection, &documents::place(&quoted["checkoutQuote"]["quote"], token)).await?;
    Ok(placed["placeOrder"]["order"]["id"].clone())
}

/// Categories with at least a page of items.
async fn categories(connection: &mut Connection) -> anyhow::Result<Vec<String>> {
    let data = connection.data("{ topCategories { id children { id children { id } } } }", &json!({}), None).await?;
    let mut ids = Vec::new();
    collect_ids(&data["topCategories"], &mut ids);
    let mut full = Vec::new();
    for id in ids {
        let asked = json!({ "category": id, "to": documents::PINCODE });
        let page = connection.data(documents::LIST, &asked, None).await?;
        if page["search"]["edges"].as_array().is_some_and(|e| e.len() == 24) {
            full.push(id);
        }
    }
    anyhow::ensure!(!full.is_empty(), "no category of the demonstration fills a page");
    Ok(full)
}

fn collect_ids(categories: &Value, into: &mut Vec<String>) {
    for category in categories.as_array().into_iter().flatten() {
        into.extend(category["id"].as_str().map(str::to_owned));
        collect_ids(&category["children"], into);
    }
}

/// Slugs of items, and variants that are in stock and can be delivered, cheap ones first so that no order is too large.
async fn goods(connection: &mut Connection) -> anyhow::Result<(Vec<String>, Vec<String>)> {
    const PAGE: &str = "query($to: Pincode!, $after: String) { search(deliverTo: $to, sort: PRICE_ASC, first: 100, after: $after) { pageInfo { hasNextPage endCursor }
        nodes { slug variants(first: 20) { nodes { id availability delivery(deliverTo: $to) { __typename } } } } } }";
    let (mut slugs, mut variants, mut after) = (Vec::new(), Vec::new(), Value::Null);
    for _ in 0..VARIANT_PAGES {
        let data = connection.data(PAGE, &json!({ "to": documents::PINCODE, "after": after }), None).await?;
        let search = &data["search"];
        for node in search["nodes"].as_array().into_iter().flatten() {
            slugs.extend(node["slug"].as_str().map(str::to_owned));
            let all = node["variants"]["nodes"].as_array().into_iter().flatten();
            let sold = all.filter(|v| v["availability"] == "IN_STOCK" && v["delivery"]["__typename"] == "Deliverable");
            variants.extend(sold.filter_map(|v| v["id"].as_str().map(str::to_owned)));
        }
        if search["pageInfo"]["hasNextPage"] != true {
            break;
        }
        after = search["pageInfo"]["endCursor"].clone();
    }
    variants.truncate(VARIANTS_MAX);
    anyhow::ensure!(variants.len() > GUESTS, "the demonstration has only {} variants to order", variants.len());
    Ok((slugs, variants))
}
