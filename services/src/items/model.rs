//! Items, variants, categories and their attributes: the shapes. The checks are in `rules`.

use serde::{Deserialize, Serialize};

use crate::kernel::{
    clock::Timestamp,
    handling::HandlingClass,
    ids::{CategoryId, ItemId, SupplierId, VariantId},
    money::Money,
};

/// A branch of the shop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// The branch above; none at the top.
    pub parent: Option<CategoryId>,
    /// As in the address; unique.
    pub slug: String,
    /// As shown.
    pub name: String,
    /// Place among its siblings.
    pub position: u32,
    /// The attributes that its items may have, in the order shown. A branch inherits those of the branches above.
    pub attributes: Vec<AttributeDefinition>,
}

/// An attribute that items of a category may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeDefinition {
    /// Machine name, such as `screen_size`: lower case letters, digits and underscores.
    pub key: String,
    /// As shown, such as `Screen size`.
    pub label: String,
    /// Its type.
    pub kind: AttributeKind,
    /// Unit of a number, such as `cm`.
    pub unit: Option<String>,
    /// Offered as a facet.
    pub facetable: bool,
}

/// Types of attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AttributeKind {
    /// Words.
    Text,
    /// A number, with a unit where it has one.
    Number,
    /// Yes or no.
    Boolean,
    /// Several words.
    List,
}

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributeValue {
    /// Words.
    Text(String),
    /// A finite number in the definition's unit.
    Number(f64),
    /// Yes or no.
    Boolean(bool),
    /// Several words.
    List(Vec<String>),
}

impl AttributeValue {
    /// The kind of definition that it fits.
    pub fn kind(&self) -> AttributeKind {
        match self {
            Self::Text(_) => AttributeKind::Text,
            Self::Number(_) => AttributeKind::Number,
            Self::Boolean(_) => AttributeKind::Boolean,
            Self::List(_) => AttributeKind::List,
        }
    }
}

/// One attribute of an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    /// Machine name, as in the category's definition.
    pub key: String,
    /// Its value.
    pub value: AttributeValue,
}

/// What is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Its id.
    pub id: ItemId,
    /// Grows with every change; an older version never overwrites a newer.
    pub version: u64,
    /// As in the address; unique.
    pub slug: String,
    /// As shown.
    pub title: String,
    /// Maker or brand.
    pub brand: Option<String>,
    /// Longer text, plain.
    pub description: Option<String>,
    /// Where it stands in the shop.
    pub category: CategoryId,
    /// Pictures, the main one first.
    pub images: Vec<Image>,
    /// What buyers think.
    pub rating: Option<Rating>,
    /// Attributes, in the category's order.
    pub attributes: Vec<Attribute>,
    /// What a shopper chooses between; empty for a single variant.
    pub options: Vec<ItemOption>,
    /// What can be bought; never empty.
    pub variants: Vec<Variant>,
    /// How a parcel with it must be handled.
    pub handling: HandlingClass,
    /// Who sells it.
    pub supplier: SupplierId,
    /// The supplier's own id of it.
    pub external_id: String,
    /// When it was first seen.
    pub created_at: Timestamp,
    /// When anything last changed.
    pub updated_at: Timestamp,
    /// No longer sold; kept so that orders and links still resolve.
    pub withdrawn: bool,
}

impl Item {
    /// One of its variants.
    pub fn variant(&self, id: VariantId) -> Option<&Variant> {
        self.variants.iter().find(|v| v.id == id)
    }
    /// Cheapest and dearest variant's price.
    pub fn price_range(&self) -> Option<(Money, Money)> {
        let prices = || self.variants.iter().map(|v| v.price);
        Some((prices().min_by_key(|p| p.minor)?, prices().max_by_key(|p| p.minor)?))
    }
    /// The title of a variant: the item's with the chosen options.
    pub fn variant_title(&self, variant: &Variant) -> String {
        if variant.options.is_empty() {
            return self.title.clone();
        }
        let chosen: Vec<&str> = variant.options.iter().map(|o| o.value.as_str()).collect();
        format!("{} ({})", self.title, chosen.join(", "))
    }
}

/// What is bought.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// Its id.
    pub id: VariantId,
    /// The seller's own number; unique per supplier.
    pub sku: String,
    /// What was chosen to get here, in the order of the item's options.
    pub options: Vec<SelectedOption>,
    /// What one costs.
    pub price: Money,
    /// The price before a reduction; above `price` or none.
    pub list_price: Option<Money>,
    /// Index of its own picture among the item's.
    pub image: Option<u32>,
}

/// One thing to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemOption {
    /// Such as Size.
    pub name: String,
    /// What can be chosen, in the seller's order.
    pub values: Vec<String>,
}

/// One thing chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectedOption {
    /// Such as Size.
    pub name: String,
    /// Such as XL.
    pub value: String,
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Where it is: a path of the shop or an address elsewhere.
    pub url: String,
    /// What it shows.
    pub alt: String,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
}

/// What buyers think.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rating {
    /// 1 to 5.
    pub average: f32,
    /// How many rated.
    pub count: u32,
}

/// An item as somebody sends it: an operator, a supplier, a feed. Ids follow from `supplier` and the external ids.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemDraft {
    /// Who sells it.
    pub supplier: SupplierId,
    /// The supplier's own id of the item.
    pub external_id: String,
    /// Counts up with each change at the sender; `None`: one more than what is there, if anything differs.
    pub version: Option<u64>,
    /// Where it belongs.
    pub category: CategoryId,
    /// As shown.
    pub title: String,
    /// Maker or brand.
    pub brand: Option<String>,
    /// Longer text, plain.
    pub description: Option<String>,
    /// Pictures, the main one first.
    pub images: Vec<Image>,
    /// What buyers think, when the sender knows.
    pub rating: Option<Rating>,
    /// Attributes of its category.
    pub attributes: Vec<Attribute>,
    /// How a parcel with it must be handled.
    pub handling: HandlingClass,
    /// At least one.
    pub variants: Vec<VariantDraft>,
}

/// A variant as somebody sends it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VariantDraft {
    /// The seller's own number.
    pub sku: String,
    /// What tells it from its siblings.
    pub options: Vec<SelectedOption>,
    /// Of one.
    pub price: Money,
    /// Before a reduction.
    pub list_price: Option<Money>,
}
