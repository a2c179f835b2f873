//! What an index keeps of an item: its words, its filters and where it has stock. A pure function of the item, the
//! category tree and the stock levels, so that a rebuild gives the same documents.

use std::collections::{BTreeSet, HashMap};

use super::model::{IndexedValue, ItemDocument};
use crate::{
    inventory::StockLevel,
    items::{AttributeValue, CategoryTree, Item},
    kernel::{handling::HandlingClass, ids::VariantId},
};

/// Bytes of one text that are indexed; a novel in an attribute finds nothing more.
const TEXT_BYTES: usize = 32_768;

/// The document of an item.
pub fn document(item: &Item, tree: &CategoryTree, levels: &HashMap<VariantId, Vec<StockLevel>>) -> ItemDocument {
    let path = tree.path(item.category);
    let (price_min, price_max) = item.price_range().map_or((0, 0), |(low, high)| (low.minor, high.minor));
    ItemDocument {
        item: item.id,
        version: item.version,
        title: item.title.clone(),
        brand: item.brand.clone(),
        description: item.description.clone().map(bounded),
        category_names: path.iter().map(|c| c.name.clone()).collect(),
        category_path: path.iter().map(|c| c.id).collect(),
        attributes: attributes(item),
        attribute_text: bounded(attribute_text(item, tree)),
        variant_text: bounded(variant_text(item)),
        price_min,
        price_max,
        rating: item.rating.map_or(0.0, |r| r.average),
        rating_count: item.rating.map_or(0, |r| r.count),
        created_at: item.created_at,
        stocked: stocked(item, levels),
    }
}

/// A fingerprint of what the documents take from the tree: names and places, not definitions. It is the same on every
/// machine.
pub fn tree_fingerprint(tree: &CategoryTree) -> u64 {
    let parts: BTreeSet<String> =
        tree.all().map(|c| format!("{}|{:?}|{}", c.id, c.parent.map(|p| p.to_string()), c.name)).collect();
    // FNV-1a: stable over releases of the compiler, which the standard hasher is not.
    let bytes = parts.iter().flat_map(|p| p.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn attributes(item: &Item) -> Vec<(String, IndexedValue)> {
    let mut out = Vec::new();
    for attribute in &item.attributes {
        let mut put = |value| out.push((attribute.key.clone(), value));
        match &attribute.value {
            AttributeValue::Text(text) => put(IndexedValue::Word(text.clone())),
            AttributeValue::Number(number) => put(IndexedValue::Number(*number)),
            AttributeValue::Boolean(holds) => put(IndexedValue::Flag(*holds)),
            AttributeValue::List(words) => words.iter().for_each(|w| put(IndexedValue::Word(w.clone()))),
        }
    }
    out
}

/// Attributes as words: texts as they are, numbers with their unit, the label of what holds. A line each, so that no
/// phrase reaches from one into the next.
fn attribute_text(item: &Item, tree: &CategoryTree) -> String {
    let mut lines = Vec::with_capacity(item.attributes.len());
    for attribute in &item.attributes {
        let definition = tree.definition(item.category, &attribute.key);
        match &attribute.value {
            AttributeValue::Text(text) => lines.push(text.clone()),
            AttributeValue::List(words) => lines.extend(words.iter().cloned()),
            // A bare number says nothing, `27 inch` does.
            AttributeValue::Number(number) => {
                lines.extend(definition.and_then(|d| d.unit.as_ref()).map(|unit| format!("{number} {unit}")));
            }
            AttributeValue::Boolean(true) => lines.extend(definition.map(|d| d.label.clone())),
            AttributeValue::Boolean(false) => {}
        }
    }
    lines.join("\n")
}

fn variant_text(item: &Item) -> String {
    let options = item.variants.iter().flat_map(|v| v.options.iter().map(|o| o.value.as_str()));
    let words: BTreeSet<&str> = item.variants.iter().map(|v| v.sku.as_str()).chain(options).collect();
    words.into_iter().collect::<Vec<_>>().join("\n")
}

fn stocked(item: &Item, levels: &HashMap<VariantId, Vec<StockLevel>>) -> Vec<(String, HandlingClass)> {
    let levels = item.variants.iter().filter_map(|v| levels.get(&v.id)).flatten();
    let warehouses: BTreeSet<&str> = levels.filter(|l| l.available > 0).map(|l| l.warehouse.as_str()).collect();
    warehouses.into_iter().map(|w| (w.to_owned(), item.handling)).collect()
}

fn bounded(mut text: String) -> String {
    if text.len() > TEXT_BYTES {
        let end = (0..=TEXT_BYTES).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        text.truncate(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        items::{Attribute, AttributeDefinition, AttributeKind, Category, SelectedOption, Variant},
        kernel::{
            clock::Timestamp,
            ids::{CategoryId, ItemId, SupplierId},
            money::Money,
        },
    };

    fn category(n: u128, parent: Option<u128>, name: &str, attributes: Vec<AttributeDefinition>) -> Category {
        let id = |n| CategoryId(Uuid::from_u128(n));
        Category {
            id: id(n),
            parent: parent.map(id),
            slug: name.to_lowercase(),
            name: name.into(),
            position: 0,
            attributes,
        }
    }

    fn tree() -> CategoryTree {
        let size = AttributeDefinition {
            key: "size".into(),
            label: "Screen size".into(),
            kind: AttributeKind::Number,
            unit: Some("inch".into()),
            facetable: true,
        };
        let smart = AttributeDefinition {
            key: "smart".into(),
            label: "Smart TV".into(),
            kind: AttributeKind::Boolean,
            unit: None,
            facetable: true,
        };
        CategoryTree::new([
            category(1, None, "Electronics", vec![]),
            category(2, Some(1), "Televisions", vec![size, smart]),
        ])
    }

    fn item() -> Item {
        let variant = |n: u128, colour: &str, paise| Variant {
            id: VariantId(Uuid::from_u128(n)),
            sku: format!("TV-{n}"),
            options: vec![SelectedOption { name: "Colour".into(), value: colour.into() }],
            price: Money::inr(paise),
            list_price: None,
            image: None,
        };
        let attribute = |key: &str, value| Attribute { key: key.into(), value };
        Item {
            id: ItemId(Uuid::from_u128(9)),
            version: 3,
            slug: "tv".into(),
            title: "Akai".into(),
            brand: Some("Akai".into()),
            description: None,
            category: CategoryId(Uuid::from_u128(2)),
            images: vec![],
            rating: None,
            attributes: vec![
                attribute("size", AttributeValue::Number(27.5)),
                attribute("smart", AttributeValue::Boolean(true)),
                attribute("ports", AttributeValue::List(vec!["HDMI".into(), "USB".into()])),
            ],
            options: vec![],
            variants: vec![variant(10, "Black", 900), variant(11, "White", 700)],
            handling: HandlingClass::Large,
            supplier: SupplierId(Uuid::nil()),
            external_id: "x".into(),
            created_at: Timestamp::from_seconds(1),
            updated_at: Timestamp::from_seconds(2),
            withdrawn: false,
        }
    }

    #[test]
    fn attributes_become_words_with_units_and_labels() {
        let doc = document(&item(), &tree(), &HashMap::new());
        assert_eq!(doc.attribute_text, "27.5 inch\nSmart TV\nHDMI\nUSB");
        assert_eq!(doc.category_names, ["Electronics", "Televisions"]);
        assert_eq!((doc.price_min, doc.price_max), (700, 900));
        assert_eq!(doc.variant_text, "Black\nTV-10\nTV-11\nWhite");
        assert_eq!(doc.attributes.len(), 4);
    }

    #[test]
    fn stock_of_any_variant_counts_and_none_does_not() {
        let level = |n: u128, warehouse: &str, available| StockLevel {
            variant: VariantId(Uuid::from_u128(n)),
            warehouse: warehouse.into(),
            available,
            reserved: 1,
            sold: 0,
        };
        let levels = HashMap::from([
            (VariantId(Uuid::from_u128(10)), vec![level(10, "BLR", 0), level(10, "DEL", 2)]),
            (VariantId(Uuid::from_u128(11)), vec![level(11, "DEL", 1), level(11, "MAA", 1)]),
        ]);
        let doc = document(&item(), &tree(), &levels);
        let large = HandlingClass::Large;
        assert_eq!(doc.stocked, [("DEL".to_owned(), large), ("MAA".to_owned(), large)]);
    }

    #[test]
    fn the_fingerprint_follows_names_and_places_only() {
        let before = tree_fingerprint(&tree());
        assert_eq!(before, tree_fingerprint(&tree()));
        let defined = tree().with([category(2, Some(1), "Televisions", vec![])]);
        assert_eq!(before, tree_fingerprint(&defined));
        let renamed = tree().with([category(2, Some(1), "TVs", vec![])]);
        assert_ne!(before, tree_fingerprint(&renamed));
        let moved = tree().with([category(2, None, "Televisions", vec![])]);
        assert_ne!(before, tree_fingerprint(&moved));
    }
}
