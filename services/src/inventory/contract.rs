//! What every inventory store must hold, for engines to run on a fresh, empty store each.

use std::{collections::HashMap, sync::Arc};

use uuid::Uuid;

use super::{
    model::{LedgerRow, Moved, Movement, StockLevel, StockMove},
    ports::InventoryStore,
};
use crate::kernel::{
    clock::Timestamp,
    ids::{ItemId, LedgerId, VariantId},
};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

/// Runs everything; `fresh` makes an empty store each time.
pub async fn suite<F: Future<Output = Arc<dyn InventoryStore>>>(fresh: impl Fn() -> F) {
    a_move_changes_level_and_ledger(&*fresh().await).await;
    the_same_cause_moves_once(&*fresh().await).await;
    a_level_never_goes_below_zero(&*fresh().await).await;
    two_writers_share_the_last_unit(fresh().await).await;
    racing_receipts_all_count(fresh().await).await;
    keys_may_be_none_one_or_a_thousand(&*fresh().await).await;
    levels_equal_the_ledger_after_a_storm(fresh().await).await;
}

fn variant(n: u128) -> VariantId {
    VariantId(Uuid::from_u128(n))
}

/// A movement to play with.
pub fn stock_move(v: u128, warehouse: &str, movement: Movement, quantity: i64, cause: &str) -> StockMove {
    StockMove {
        variant: variant(v),
        item: ItemId(Uuid::from_u128(1_000_000 + v)),
        warehouse: warehouse.to_owned(),
        movement,
        quantity,
        cause: cause.to_owned(),
    }
}

async fn apply(store: &dyn InventoryStore, moves: Vec<StockMove>) -> Vec<Moved> {
    store.apply(moves, NOW).await.expect("moves are applied")
}

async fn levels(store: &dyn InventoryStore, v: u128) -> Vec<StockLevel> {
    store.levels(&[variant(v)]).await.expect("a read").remove(&variant(v)).unwrap_or_default()
}

async fn ledger(store: &dyn InventoryStore) -> Vec<LedgerRow> {
    let mut all: Vec<LedgerRow> = Vec::new();
    loop {
        let after: Option<LedgerId> = all.last().map(|row| row.id);
        let page = store.ledger(after, 50).await.expect("a read");
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

async fn scanned(store: &dyn InventoryStore) -> Vec<StockLevel> {
    let mut all: Vec<StockLevel> = Vec::new();
    loop {
        let after = all.last().map(|l| (l.variant, l.warehouse.clone()));
        let page = store.scan_levels(after, 3).await.expect("a read");
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

async fn a_move_changes_level_and_ledger(store: &dyn InventoryStore) {
    let moves = vec![
        stock_move(1, "DEL1", Movement::Received, 7, "🛒 receipt"),
        stock_move(1, "BLR1", Movement::Received, 10, "🛒 receipt"),
        stock_move(1, "BLR1", Movement::WrittenOff, 2, "broken"),
        stock_move(1, "BLR1", Movement::Adjusted, -1, "count 1"),
        stock_move(1, "BLR1", Movement::Adjusted, 3, "count 2"),
    ];
    assert_eq!(apply(store, moves).await, [Moved::Done; 5]);
    let level = |warehouse: &str, available| StockLevel {
        variant: variant(1),
        warehouse: warehouse.to_owned(),
        available,
        reserved: 0,
        sold: 0,
    };
    assert_eq!(levels(store, 1).await, [level("BLR1", 10), level("DEL1", 7)]);
    let rows = ledger(store).await;
    assert_eq!(rows.len(), 5);
    let broken = rows.iter().find(|r| r.cause == "broken").expect("its row");
    assert_eq!((broken.movement, broken.quantity, broken.at), (Movement::WrittenOff, 2, NOW));
    assert!(rows.iter().any(|r| r.cause == "🛒 receipt" && r.warehouse == "DEL1"));
    assert_eq!(scanned(store).await, [level("BLR1", 10), level("DEL1", 7)]);
}

async fn the_same_cause_moves_once(store: &dyn InventoryStore) {
    let receipt = stock_move(1, "BLR1", Movement::Received, 5, "receipt");
    assert_eq!(apply(store, vec![receipt.clone(), receipt.clone()]).await, [Moved::Done, Moved::Already]);
    assert_eq!(apply(store, vec![receipt.clone()]).await, [Moved::Already]);
    // Another movement, variant, warehouse or spelling is another move.
    let others = vec![
        stock_move(1, "BLR1", Movement::WrittenOff, 1, "receipt"),
        stock_move(2, "BLR1", Movement::Received, 1, "receipt"),
        stock_move(1, "DEL1", Movement::Received, 1, "receipt"),
        stock_move(1, "BLR1", Movement::Received, 1, "Receipt"),
    ];
    assert_eq!(apply(store, others).await, [Moved::Done; 4]);
    assert_eq!(levels(store, 1).await[0].available, 5);
}

async fn a_level_never_goes_below_zero(store: &dyn InventoryStore) {
    let off = |n, cause: &str| stock_move(1, "BLR1", Movement::WrittenOff, n, cause);
    assert_eq!(apply(store, vec![off(1, "a")]).await, [Moved::WouldBeNegative { available: 0 }]);
    apply(store, vec![stock_move(1, "BLR1", Movement::Received, 3, "in")]).await;
    let outcome = apply(store, vec![off(4, "b"), off(3, "c"), off(1, "d")]).await;
    let expected = [Moved::WouldBeNegative { available: 3 }, Moved::Done, Moved::WouldBeNegative { available: 0 }];
    assert_eq!(outcome, expected);
    assert_eq!(levels(store, 1).await[0].available, 0);
    assert_eq!(ledger(store).await.len(), 2, "a refused move leaves no row");
    // A refused cause may be tried again later.
    apply(store, vec![stock_move(1, "BLR1", Movement::Received, 9, "more")]).await;
    assert_eq!(apply(store, vec![off(4, "b")]).await, [Moved::Done]);
}

async fn two_writers_share_the_last_unit(store: Arc<dyn InventoryStore>) {
    apply(&*store, vec![stock_move(1, "BLR1", Movement::Received, 1, "in")]).await;
    let off = |cause: &str| vec![stock_move(1, "BLR1", Movement::WrittenOff, 1, cause)];
    let (a, b) = futures::join!(apply(&*store, off("a")), apply(&*store, off("b")));
    let done = [a[0], b[0]].iter().filter(|m| **m == Moved::Done).count();
    assert_eq!(done, 1, "{a:?} {b:?}");
    assert_eq!(levels(&*store, 1).await[0].available, 0);
}

async fn racing_receipts_all_count(store: Arc<dyn InventoryStore>) {
    let racers = (0..40_i64).map(|n| {
        let store = Arc::clone(&store);
        // Each cause is sent by two racers.
        let cause = format!("receipt {}", n / 2);
        tokio::spawn(async move { apply(&*store, vec![stock_move(1, "BLR1", Movement::Received, 2, &cause)]).await })
    });
    let outcomes = futures::future::try_join_all(racers).await.expect("no racer panics");
    assert_eq!(outcomes.iter().filter(|o| o[0] == Moved::Done).count(), 20);
    assert_eq!(levels(&*store, 1).await[0].available, 40);
}

async fn keys_may_be_none_one_or_a_thousand(store: &dyn InventoryStore) {
    assert!(store.levels(&[]).await.expect("a read").is_empty());
    assert!(apply(store, vec![]).await.is_empty());
    let moves = (0..1_000).map(|n| stock_move(n, "BLR1", Movement::Received, 1, "in")).collect();
    assert_eq!(apply(store, moves).await, vec![Moved::Done; 1_000]);
    let mut keys: Vec<VariantId> = (0..1_001).map(variant).collect();
    keys.push(variant(0));
    let found = store.levels(&keys).await.expect("a read");
    assert_eq!(found.len(), 1_000);
    assert!(found.values().all(|levels| levels.len() == 1));
}

async fn levels_equal_the_ledger_after_a_storm(store: Arc<dyn InventoryStore>) {
    let storm = (0..8_i64).map(|w| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            for n in 0..25_i64 {
                let v = u128::try_from((w * 7 + n * 3) % 4).unwrap_or(0);
                let movement = if (w + n) % 3 == 0 { Movement::WrittenOff } else { Movement::Received };
                let warehouse = if n % 2 == 0 { "BLR1" } else { "DEL1" };
                apply(&*store, vec![stock_move(v, warehouse, movement, n % 5 + 1, &format!("{w}-{n}"))]).await;
            }
        })
    });
    futures::future::try_join_all(storm).await.expect("no writer panics");
    let mut recomputed: HashMap<(VariantId, String), i64> = HashMap::new();
    for row in ledger(&*store).await {
        *recomputed.entry((row.variant, row.warehouse)).or_default() += row.movement.effect(row.quantity).0;
    }
    let levels = scanned(&*store).await;
    assert_eq!(levels.len(), recomputed.len());
    for level in levels {
        let key = (level.variant, level.warehouse.clone());
        assert_eq!(recomputed.get(&key), Some(&i64::from(level.available)), "{key:?}");
    }
}
