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
        StockMove { variant, item, warehouse: level.warehouse.clone(), movement: Movement::Adjusted, quantity, cause: format!("test:{i}") }
    });
    services.inventory.apply(moves.filter(|m| m.quantity != 0).collect()).await.expect("moves");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_buyers_of_a_hundred_units_get_exactly_a_hundred() {
    let shop = Shop::with(&[("freeze_couriers", "true")]).await;
    let global = variants(&shop, "saree", 1).await.remove(0);
    let variant = resolvers::ids::parse::<VariantId>(&global).expect("a variant's id");
    leave(&shop, variant, UNITS).await;
    assert_eq!(available(&shop, &global).await, u64::from(UNITS));
    let quoted = join_all((0..BUYERS).map(|_| async {
        let buyer = guest(&shop, BENGALURU).await;
        let quoted = quote(&shop, &buyer.token, Some(json!([{ "variantId": global, "quantity": 1 }]))).await;
        assert_eq!(quoted["errors"], json!([]), "a quote holds no stock, so everybody gets one: {quoted:#}");
        (buyer.token, quoted["quote"].clone())
    }))
    .await;
    let answers = join_all(quoted.iter().map(|(token, quote)| place(&shop, token, quote, json!({ "cardToken": "tok_succeeds" })))).await;
    let sold = answers.iter().filter(|a| !a["order"].is_null()).count();
    let refused: Vec<_> = answers.iter().filter(|a| a["order"].is_null()).collect();
    assert_eq!((sold, available(&shop, &global).await), (UNITS as usize, 0), "neither oversold nor undersold");
    for answer in refused {
        let code = answer["errors"][0]["code"].as_str().unwrap_or_default();
        assert!(matches!(code, "INSUFFICIENT_STOCK" | "PROMISE_CHANGED"), "{answer:#}");
    }
    shop.stop_and_verify().await;
}
