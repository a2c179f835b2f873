//! The judged catalogue as the shop's own items, and from there the way that every item goes into the index.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use serde_json::{Map, Value};
use services::{
    items::{Attribute, AttributeDefinition, AttributeKind, AttributeValue, Category, CategoryTree, Item, Variant},
    kernel::{
        clock::Timestamp,
        handling::HandlingClass,
        ids::{CategoryId, ItemId, SupplierId, VariantId, named},
        money::Money,
    },
    search::{ItemDocument, documents::document},
};
use uuid::Uuid;

const SUPPLIER: SupplierId = SupplierId(Uuid::from_u128(1));
const CATEGORY: CategoryId = CategoryId(Uuid::from_u128(2));

/// The id of a product.
pub fn item_id(external: &str) -> ItemId {
    ItemId(named("item", SUPPLIER, external))
}

/// All products as documents.
pub fn documents(path: &Path) -> Result<Vec<ItemDocument>> {
    let file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
    let mut items = Vec::new();
    let mut definitions = BTreeMap::new();
    for line in BufReader::new(GzDecoder::new(file)).lines() {
        let row: Map<String, Value> = serde_json::from_str(&line?)?;
        items.push(item(&row, &mut definitions));
    }
    let tree = CategoryTree::new([Category {
        id: CATEGORY,
        parent: None,
        slug: "electronics".into(),
        name: "Electronics".into(),
        position: 0,
        attributes: definitions.into_values().collect(),
    }]);
    Ok(items.iter().map(|item| document(item, &tree, &HashMap::new())).collect())
}

fn item(row: &Map<String, Value>, definitions: &mut BTreeMap<String, AttributeDefinition>) -> Item {
    let text = |key: &str| row.get(key).and_then(Value::as_str).map(str::to_owned);
    let external_id = text("id").unwrap_or_default();
    let variant = Variant {
        id: VariantId(named("variant", SUPPLIER, &external_id)),
        sku: external_id.clone(),
        options: Vec::new(),
        price: Money::inr(row.get("price").and_then(Value::as_i64).unwrap_or(0)),
        list_price: None,
        image: None,
    };
    Item {
        id: item_id(&external_id),
        version: 1,
        slug: external_id.clone(),
        title: text("title").unwrap_or_default(),
        brand: text("supplier"),
        description: text("short_description"),
        category: CATEGORY,
        images: Vec::new(),
        rating: None,
        attributes: row.iter().filter_map(|(key, value)| attribute(key, value, definitions)).collect(),
        options: Vec::new(),
        variants: vec![variant],
        handling: HandlingClass::Standard,
        supplier: SUPPLIER,
        external_id,
        created_at: Timestamp::from_seconds(0),
        updated_at: Timestamp::from_seconds(0),
        withdrawn: false,
    }
}

fn attribute(key: &str, value: &Value, definitions: &mut BTreeMap<String, AttributeDefinition>) -> Option<Attribute> {
    let key = key.strip_prefix("attr_")?.get(2..)?.to_owned();
    let (kind, value) = match value {
        Value::String(text) => (AttributeKind::Text, AttributeValue::Text(text.clone())),
        Value::Number(number) => (AttributeKind::Number, AttributeValue::Number(number.as_f64()?)),
        Value::Bool(holds) => (AttributeKind::Boolean, AttributeValue::Boolean(*holds)),
        _ => return None,
    };
    definitions.entry(key.clone()).or_insert_with(|| AttributeDefinition {
        label: key.replace('_', " "),
        key: key.clone(),
        kind,
        unit: None,
        facetable: true,
    });
    Some(Attribute { key, value })
}
