//! Where the demo's goods lie: each variant in a few of the 40 warehouses, some sold out, some in one far place only.

use services::{kernel::handling::HandlingClass, logistics::Node};

use super::{catalogue::DemoItem, draw::Draw};

/// Far from most shoppers: what lies there alone takes its time.
const FAR: [&str; 5] = ["IXA1", "SXR1", "IXM1", "GAU1", "GOI1"];
/// Of a thousand variants, so many are sold out everywhere.
const SOLD_OUT: u32 = 30;
/// Of a thousand variants, so many lie in one far warehouse alone.
const FAR_ONLY: u32 = 40;
/// Warehouses of a variant, at most.
const WAREHOUSES_MAX: usize = 12;

/// Units of a variant in a warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoStock {
    /// Index in the shop's items.
    pub item: usize,
    /// Index among the item's variants.
    pub variant: usize,
    /// The warehouse's code.
    pub warehouse: String,
    /// Units there; 0 in a few places, so that a level exists where there is nothing.
    pub quantity: u32,
}

/// Spreads the items over the warehouses, in their order.
pub fn stock(items: &[DemoItem], warehouses: &[&Node]) -> Vec<DemoStock> {
    let mut out = Vec::new();
    for (item, demo) in items.iter().enumerate() {
        let large = demo.draft.handling == HandlingClass::Large;
        for (variant, v) in demo.draft.variants.iter().enumerate() {
            let mut draw = Draw::named(&format!("stock/{}", v.sku));
            for (warehouse, quantity) in of_variant(large, warehouses, &mut draw) {
                out.push(DemoStock { item, variant, warehouse, quantity });
            }
        }
    }
    out
}

fn of_variant(large: bool, warehouses: &[&Node], draw: &mut Draw) -> Vec<(String, u32)> {
    let lot = u32::try_from(draw.below(1_000)).unwrap_or(0);
    let most = if large { 24 } else { 200 };
    if lot < SOLD_OUT {
        return draw.some(warehouses, 2).into_iter().map(|w| (w.code.clone(), 0)).collect();
    }
    if lot < SOLD_OUT + FAR_ONLY {
        let code = FAR[draw.below(FAR.len())];
        return vec![(code.to_owned(), draw.between(1, most / 4))];
    }
    // Few places are likelier than many.
    let span = WAREHOUSES_MAX - 1;
    let n = 2 + draw.below(span).min(draw.below(span)).min(draw.below(span));
    let mut levels: Vec<(String, u32)> = draw
        .some(warehouses, n)
        .into_iter()
        .map(|w| (w.code.clone(), draw.between(0, most).min(draw.between(0, most))))
        .collect();
    // Not sold out means that at least one place has one.
    if levels.iter().all(|(_, quantity)| *quantity == 0)
        && let Some(first) = levels.first_mut()
    {
        first.1 = 1;
    }
    levels
}
