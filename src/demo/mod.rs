//! The demo shop as plain data: categories, items, delivery network, stock and accounts, made by rules from nothing and
//! the same every time, on every machine. It writes nothing anywhere; seeding a store with it is for others. The pictures
//! are drawn when they are asked for (see [`pictures::svg`]).

use services::{
    items::{Category, item_id, variant_id},
    kernel::ids::{ItemId, VariantId},
    logistics::{Network, NodeKind},
};

pub mod accounts;
pub mod catalogue;
mod draw;
pub mod network;
pub mod pictures;
pub mod stock;

pub use accounts::{DemoAccount, PASSWORD};
pub use catalogue::{DemoItem, DemoSupplier};
pub use stock::DemoStock;

/// Everything that the demo begins with.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoShop {
    /// Departments and the categories below them, parents first.
    pub categories: Vec<Category>,
    /// Who sends the items, one per department.
    pub suppliers: Vec<DemoSupplier>,
    /// What is sold.
    pub items: Vec<DemoItem>,
    /// How it reaches the doors.
    pub network: Network,
    /// Where it lies.
    pub stock: Vec<DemoStock>,
    /// Who can sign in, with [`PASSWORD`].
    pub accounts: Vec<DemoAccount>,
}

impl DemoShop {
    /// The ids that the item service gives to the item and the variant of a stock row.
    pub fn ids(&self, row: &DemoStock) -> (ItemId, VariantId) {
        let draft = &self.items[row.item].draft;
        let sku = &draft.variants[row.variant].sku;
        (item_id(draft.supplier, &draft.external_id), variant_id(draft.supplier, sku))
    }
}

/// Makes the shop. Takes well under a second, also in a debug build.
pub fn shop() -> DemoShop {
    let catalogue::Catalogue { categories, suppliers, items } = catalogue::catalogue();
    let network = network::network();
    let warehouses: Vec<_> = network.nodes.iter().filter(|n| n.kind == NodeKind::Warehouse).collect();
    let stock = stock::stock(&items, &warehouses);
    DemoShop { categories, suppliers, items, stock, accounts: accounts::accounts(), network }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use services::kernel::{caller::Role, pincodes::table::table};

    use super::*;

    #[test]
    fn stock_is_spread_as_told() {
        let shop = shop();
        let warehouses: BTreeSet<_> =
            shop.network.nodes.iter().filter(|n| n.kind == NodeKind::Warehouse).map(|n| &n.code).collect();
        let mut by_variant: BTreeMap<(usize, usize), Vec<&DemoStock>> = BTreeMap::new();
        for row in &shop.stock {
            assert!(warehouses.contains(&row.warehouse) && row.quantity <= 200, "{row:?}");
            by_variant.entry((row.item, row.variant)).or_default().push(row);
        }
        let variants: usize = shop.items.iter().map(|i| i.draft.variants.len()).sum();
        assert_eq!(by_variant.len(), variants);
        let ids: BTreeSet<_> = shop.stock.iter().map(|row| shop.ids(row).1).collect();
        assert_eq!(ids.len(), variants);
        for rows in by_variant.values() {
            assert!(rows.len() <= 12 && rows.iter().map(|r| &r.warehouse).collect::<BTreeSet<_>>().len() == rows.len());
        }
        let count =
            |f: &dyn Fn(&Vec<&DemoStock>) -> bool| by_variant.values().filter(|r| f(r)).count() * 1_000 / variants;
        assert!((15..60).contains(&count(&|r| r.iter().all(|x| x.quantity == 0))), "sold out");
        assert!((20..70).contains(&count(&|r| r.len() == 1)), "in one far warehouse only");
        assert!(
            shop.stock.iter().map(|r| &r.warehouse).collect::<BTreeSet<_>>().len() == 40,
            "every warehouse has something"
        );
    }

    #[test]
    fn accounts_cover_every_role_and_live_where_there_is_a_pincode() {
        let shop = shop();
        let roles = Role::ALL.map(|role| shop.accounts.iter().filter(|a| a.roles.has(role)).count());
        assert_eq!(roles, [5, 1, 1, 1, 1]);
        assert!(shop.accounts.iter().all(|a| a.email.ends_with("@demo.chowk.example")));
        let supplier = shop.accounts.iter().find_map(|a| a.supplier).expect("one sends items");
        assert!(shop.items.iter().any(|i| i.draft.supplier == supplier));
        let courier = shop.accounts.iter().find_map(|a| a.courier).expect("one drives");
        assert!(shop.network.couriers.iter().any(|c| c.code == courier));
        let addresses: Vec<_> = shop.accounts.iter().flat_map(|a| &a.addresses).collect();
        assert_eq!(addresses.len(), 2);
        assert!(addresses.iter().all(|a| table().district(a.pincode).is_some_and(|d| d.state == a.state)));
    }

    /// Changing the demo changes what people see and what tests count on: it should be meant.
    #[test]
    fn the_shop_is_always_the_same() {
        let shop = shop();
        let drafts: Vec<_> = shop.items.iter().map(|i| &i.draft).collect();
        let stock: Vec<_> = shop.stock.iter().map(|s| (s.item, s.variant, &s.warehouse, s.quantity)).collect();
        let texts =
            [serde_json::to_string(&drafts), serde_json::to_string(&shop.categories), serde_json::to_string(&stock)];
        let digests = texts.map(|text| draw::fingerprint(&text.expect("plain data")));
        assert_eq!(
            digests,
            [2_566_478_624_629_419_271, 15_388_876_470_410_701_493, 9_061_507_861_197_128_593],
            "the demo changed: is that meant?"
        );
    }
}
