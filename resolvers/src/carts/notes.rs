//! What a shopper should know about a line of the cart. Pure: what was read comes in, notes go out.

use services::{
    carts::CartLine,
    inventory::StockLevel,
    items::Item,
    kernel::limits::QUANTITY_MAX,
    serviceability::{Delivery, NotDeliverableReason},
};

use crate::error::{ErrorCode, InsufficientStock, NotDeliverableError, PriceChanged, UserError};

/// Notes on a line: it is gone; its price moved; stock ran low; it does not reach the delivery location. `delivery` is
/// `None` when there is no delivery location.
pub fn notes(
    line: &CartLine,
    item: Option<&Item>,
    levels: &[StockLevel],
    delivery: Option<&Delivery>,
) -> Vec<UserError> {
    let sold = item.filter(|i| !i.withdrawn).and_then(|i| i.variant(line.variant));
    let Some(variant) = sold else {
        return vec![UserError::simple(ErrorCode::NotFound, "it is no longer sold: take the line out", &[])];
    };
    let mut notes = Vec::new();
    if variant.price != line.price_when_added {
        notes.push(PriceChanged::of(line.variant, line.price_when_added.into(), variant.price.into(), Vec::new()));
    }
    let available = levels.iter().map(|l| l.available).fold(0_u32, u32::saturating_add);
    let short = available < line.quantity;
    if short {
        notes.push(InsufficientStock::of(line.variant, available.min(QUANTITY_MAX), Vec::new()));
    }
    match delivery {
        // Said already: it is not there, wherever it should go.
        Some(Delivery::NotDeliverable { reason: NotDeliverableReason::NoStockInReach, .. }) if short => {}
        Some(Delivery::NotDeliverable { reason, .. }) => {
            notes.push(NotDeliverableError::of(line.variant, *reason, Vec::new()));
        }
        _ => {}
    }
    notes
}

#[cfg(test)]
mod tests {
    use services::{
        items::Variant,
        kernel::{
            clock::Timestamp,
            handling::HandlingClass,
            ids::{CartLineId, CategoryId, ItemId, SupplierId, VariantId},
            money::Money,
            pincodes::Pincode,
        },
    };
    use uuid::Uuid;

    use super::*;

    const VARIANT: VariantId = VariantId(Uuid::from_u128(2));

    fn line(quantity: u32, paise: i64) -> CartLine {
        CartLine {
            id: CartLineId(Uuid::from_u128(1)),
            variant: VARIANT,
            quantity,
            price_when_added: Money::inr(paise),
            added_at: Timestamp::from_seconds(1),
        }
    }
    fn item(paise: i64) -> Item {
        let variant = Variant {
            id: VARIANT,
            sku: "A".into(),
            options: Vec::new(),
            price: Money::inr(paise),
            list_price: None,
            image: None,
        };
        Item {
            id: ItemId(Uuid::from_u128(3)),
            version: 1,
            slug: "a".into(),
            title: "A".into(),
            brand: None,
            description: None,
            category: CategoryId(Uuid::from_u128(4)),
            images: Vec::new(),
            rating: None,
            attributes: Vec::new(),
            options: Vec::new(),
            variants: vec![variant],
            handling: HandlingClass::Standard,
            supplier: SupplierId(Uuid::from_u128(5)),
            external_id: "a".into(),
            created_at: Timestamp::from_seconds(1),
            updated_at: Timestamp::from_seconds(1),
            withdrawn: false,
        }
    }
    fn stock(available: u32) -> Vec<StockLevel> {
        vec![StockLevel { variant: VARIANT, warehouse: "BLR1".into(), available, reserved: 0, sold: 0 }]
    }
    fn refusal(reason: NotDeliverableReason) -> Delivery {
        let pincode: Pincode = "560001".parse().expect("a pincode");
        Delivery::NotDeliverable { pincode, reason, expected_from: None }
    }
    fn codes(notes: &[UserError]) -> Vec<ErrorCode> {
        notes.iter().map(UserError::kind).collect()
    }

    #[test]
    fn a_line_that_is_as_it_was_has_no_notes() {
        assert!(notes(&line(2, 100), Some(&item(100)), &stock(5), None).is_empty());
    }

    #[test]
    fn each_change_gets_its_note() {
        let found = notes(&line(9, 100), Some(&item(120)), &stock(5), Some(&refusal(NotDeliverableReason::NoCourier)));
        let wanted = [ErrorCode::PriceChanged, ErrorCode::InsufficientStock, ErrorCode::NotDeliverable];
        assert_eq!(codes(&found), wanted);
    }

    #[test]
    fn missing_stock_is_said_once() {
        let found = notes(&line(1, 100), Some(&item(100)), &[], Some(&refusal(NotDeliverableReason::NoStockInReach)));
        assert_eq!(codes(&found), [ErrorCode::InsufficientStock]);
    }

    #[test]
    fn what_is_gone_or_withdrawn_is_no_longer_sold() {
        assert_eq!(codes(&notes(&line(1, 100), None, &stock(5), None)), [ErrorCode::NotFound]);
        let withdrawn = Item { withdrawn: true, ..item(100) };
        assert_eq!(codes(&notes(&line(1, 100), Some(&withdrawn), &stock(5), None)), [ErrorCode::NotFound]);
    }
}
