//! Many at once.

use futures::future::join_all;
use serde_json::json;
use services::{
    inventory::{Movement, StockMove},
    kernel::ids::VariantId,
};

use super::{BENGALURU, available, guest, place, quote, variants};
use crate::harness::Shop;

const BUYERS: usize = 300;
const UNITS: u32 = 100;

/// Leaves exactly `units` of a variant, split over the two warehouses that have most of it.
async fn leave(shop: &Shop, variant: VariantId, units: u32) {
    let services = &shop.server().house.shop;
    let item = services.items.items_of_variants(&[variant]).await.expect("items")[&variant].id;
    let mut levels = services.inventory.levels(&[variant]).await.expect("levels").remove(&variant).expect("stock");
    levels.sort_by_key(|l| std::cmp::Reverse(l.available));
    let moves = levels.iter().enumerate().map(|(i, level)| {
        let wanted = if i < 2 { units / 2 } else { 0 };
        let quantity = i64::from(wanted) - i64::from(level.available);
        StockMove {
            variant,
            item,
            warehouse: level.warehouse.clone(),
            movement: Movement::Adjusted,
            quantity,
            cause: format!("test:{i}"),
        }
    });
    services.inventory.apply(moves.filter(|m| m.quantity != 0).collect()).await.expect("moves");
}

/// What a wave of buyers met.
struct Wave {
    sold: usize,
    /// The sessions that were told of a later promise.
    promised_later: Vec<String>,
}

/// Everybody quotes, then everybody orders at once.
async fn wave(shop: &Shop, variant: &str, sessions: Vec<String>) -> Wave {
    let quoted = join_all(sessions.into_iter().map(|token| async move {
        let quoted = quote(shop, &token, Some(json!([{ "variantId": variant, "quantity": 1 }]))).await;
        (token, quoted["quote"].clone())
    }))
    .await;
    // A quote holds no stock: as long as there is any, everybody gets one.
    let quoted: Vec<_> = quoted.into_iter().filter(|(_, quote)| !quote.is_null()).collect();
    let answers =
        join_all(quoted.iter().map(|(token, quote)| place(shop, token, quote, json!({ "cardToken": "tok_succeeds" }))))
            .await;
    let mut wave = Wave { sold: 0, promised_later: Vec::new() };
    for (answer, (token, _)) in answers.iter().zip(quoted) {
        match answer["errors"][0]["code"].as_str() {
            None => wave.sold += 1,
            Some("PROMISE_CHANGED") => wave.promised_later.push(token),
            Some(code) => assert_eq!(code, "INSUFFICIENT_STOCK", "{answer:#}"),
        }
    }
    wave
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_buyers_of_a_hundred_units_get_exactly_a_hundred() {
    let shop = Shop::with(&[("freeze_couriers", "true")]).await;
    let global = variants(&shop, "saree", 1).await.remove(0);
    let variant = resolvers::ids::parse::<VariantId>(&global).expect("a variant's id");
    leave(&shop, variant, UNITS).await;
    assert_eq!(available(&shop, &global).await, u64::from(UNITS));
    let sessions = join_all((0..BUYERS).map(|_| async { guest(&shop, BENGALURU).await.token })).await;
    let first = wave(&shop, &global, sessions).await;
    assert!(first.sold <= UNITS as usize, "never oversold, at no moment: {}", first.sold);
    // Where only the farther warehouse is left, the quoted promise cannot be kept: such a buyer asks for a new quote.
    let second = wave(&shop, &global, first.promised_later).await;
    let sold = first.sold + second.sold;
    assert_eq!((sold, available(&shop, &global).await), (UNITS as usize, 0), "neither oversold nor undersold");
    shop.stop_and_verify().await;
}
