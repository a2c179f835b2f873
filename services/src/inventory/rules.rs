//! What may move by hand, and what a shopper is told of a level. Pure.

use super::model::{Availability, LOW_STOCK_BELOW, Movement, StockLevel, StockMove};

/// Units of one movement.
pub const MOVE_MAX: i64 = 1_000_000;
/// Bytes of a cause.
pub const CAUSE_MAX: usize = 255;
/// Bytes of a warehouse's code.
pub const WAREHOUSE_MAX: usize = 120;

/// What a shopper is told, from the levels of one variant over all warehouses.
pub fn availability(levels: &[StockLevel]) -> Availability {
    let available: u64 = levels.iter().map(|l| u64::from(l.available)).sum();
    match available {
        0 => Availability::SoldOut,
        n if n < LOW_STOCK_BELOW => Availability::LowStock,
        _ => Availability::InStock,
    }
}

/// What is wrong with a movement; nothing when it may be made.
pub fn problem(stock_move: &StockMove) -> Option<String> {
    let name = stock_move.movement.name();
    if !matches!(stock_move.movement, Movement::Received | Movement::Adjusted | Movement::WrittenOff) {
        return Some(format!("{name} is made by orders, not by hand"));
    }
    let least = if stock_move.movement == Movement::Adjusted { -MOVE_MAX } else { 1 };
    if stock_move.quantity == 0 || !(least..=MOVE_MAX).contains(&stock_move.quantity) {
        return Some(format!("{} units cannot be {name}: {least} to {MOVE_MAX}, not 0", stock_move.quantity));
    }
    let bounded = |text: &str, max: usize| !text.is_empty() && text.len() <= max;
    if !bounded(&stock_move.cause, CAUSE_MAX) {
        return Some(format!("a movement has a cause of 1 to {CAUSE_MAX} bytes"));
    }
    (!bounded(&stock_move.warehouse, WAREHOUSE_MAX)).then(|| "a movement names a warehouse".to_owned())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::kernel::ids::{ItemId, VariantId};

    fn level(available: u32) -> StockLevel {
        let variant = VariantId(Uuid::from_u128(1));
        StockLevel { variant, warehouse: format!("W{available}"), available, reserved: 50, sold: 50 }
    }

    fn stock_move(movement: Movement, quantity: i64) -> StockMove {
        StockMove {
            variant: VariantId(Uuid::from_u128(1)),
            item: ItemId(Uuid::from_u128(2)),
            warehouse: "BLR1".to_owned(),
            movement,
            quantity,
            cause: "receipt 1".to_owned(),
        }
    }

    #[test]
    fn low_stock_counts_what_can_be_sold_over_all_warehouses() {
        assert_eq!(availability(&[]), Availability::SoldOut);
        assert_eq!(availability(&[level(0)]), Availability::SoldOut);
        assert_eq!(availability(&[level(1), level(3)]), Availability::LowStock);
        assert_eq!(availability(&[level(1), level(4)]), Availability::InStock);
    }

    #[test]
    fn by_hand_only_receipts_counts_and_losses_move() {
        assert_eq!(problem(&stock_move(Movement::Received, 1)), None);
        assert_eq!(problem(&stock_move(Movement::Adjusted, -3)), None);
        assert!(problem(&stock_move(Movement::Received, -1)).is_some());
        assert!(problem(&stock_move(Movement::WrittenOff, 0)).is_some());
        assert!(problem(&stock_move(Movement::Received, MOVE_MAX + 1)).is_some());
        assert!(problem(&stock_move(Movement::Sold, 1)).is_some());
        assert!(problem(&StockMove { cause: String::new(), ..stock_move(Movement::Received, 1) }).is_some());
    }
}
