//! Items, categories and attributes as callers send them, and what the item service takes.

use async_graphql::{Enum, ID, InputObject, OneofObject};
use services::{
    items::{self, AttributeValue, Image, SelectedOption, VariantDraft},
    kernel::handling,
};

use super::category::AttributeKind;
use crate::{money::MoneyInput, scalars::Long};

/// One thing to choose, given by the caller.
#[derive(Clone, Debug, InputObject)]
pub struct OptionInput {
    /// Such as Size.
    pub name: String,
    /// Such as XL.
    pub value: String,
}

/// An item as an operator sends it; it replaces the whole item.
#[derive(Clone, Debug, InputObject)]
pub struct ItemInput {
    /// Which item to replace; a new one without it.
    pub id: Option<ID>,
    /// The sender's own name of a new item; the same name is the same item for ever. Not needed with `id`.
    pub external_id: Option<String>,
    /// Counts up with each change at the sender; without it, one more than what is there if anything differs.
    pub version: Option<Long>,
    /// Where it belongs.
    pub category_slug: String,
    /// As shown.
    pub title: String,
    /// Maker or brand.
    pub brand: Option<String>,
    /// Longer text.
    pub description: Option<String>,
    /// Addresses of pictures, the main one first, at most 20.
    #[graphql(default)]
    pub image_urls: Vec<String>,
    /// Attributes of its category.
    #[graphql(default)]
    pub attributes: Vec<AttributeInput>,
    /// How a parcel with it must be handled.
    #[graphql(default_with = "HandlingClass::Standard")]
    pub handling: HandlingClass,
    /// At least one, at most 100.
    pub variants: Vec<VariantInput>,
}

/// How a parcel must be handled.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "handling::HandlingClass")]
pub enum HandlingClass {
    /// Anything a van or an aeroplane takes.
    Standard,
    /// Two people and a lorry: refrigerators, sofas.
    Large,
    /// Not by air: liquids, batteries, aerosols.
    Hazardous,
}

/// An attribute as somebody sends it.
#[derive(Clone, Debug, InputObject)]
pub struct AttributeInput {
    /// Machine name.
    pub key: String,
    /// Its value, of the type that the category says.
    pub value: AttributeValueInput,
}

/// A value of one type.
#[derive(Clone, Debug, OneofObject)]
pub enum AttributeValueInput {
    /// Words.
    Text(String),
    /// A number, in the category's unit.
    Number(f64),
    /// Yes or no.
    Boolean(bool),
    /// Several words.
    List(Vec<String>),
}

/// A variant as somebody sends it.
#[derive(Clone, Debug, InputObject)]
pub struct VariantInput {
    /// The seller's own number.
    pub sku: String,
    /// What tells it from its siblings.
    #[graphql(default)]
    pub options: Vec<OptionInput>,
    /// Of one.
    pub price: MoneyInput,
    /// Before a reduction.
    pub list_price: Option<MoneyInput>,
}

/// An attribute that items of a category may have, as an operator sends it.
#[derive(Clone, Debug, InputObject)]
pub struct AttributeDefinitionInput {
    /// Machine name: lower case letters, digits and underscores.
    pub key: String,
    /// As shown.
    pub label: String,
    /// Its type.
    pub kind: AttributeKind,
    /// Unit of a number, such as cm.
    pub unit: Option<String>,
    /// Offered as a facet.
    #[graphql(default = false)]
    pub facetable: bool,
}

impl From<AttributeInput> for items::Attribute {
    fn from(input: AttributeInput) -> Self {
        let value = match input.value {
            AttributeValueInput::Text(text) => AttributeValue::Text(text),
            AttributeValueInput::Number(number) => AttributeValue::Number(number),
            AttributeValueInput::Boolean(holds) => AttributeValue::Boolean(holds),
            AttributeValueInput::List(values) => AttributeValue::List(values),
        };
        Self { key: input.key, value }
    }
}

impl From<VariantInput> for VariantDraft {
    fn from(input: VariantInput) -> Self {
        let option = |o: OptionInput| SelectedOption { name: o.name, value: o.value };
        Self {
            sku: input.sku,
            options: input.options.into_iter().map(option).collect(),
            price: input.price.into(),
            list_price: input.list_price.map(Into::into),
        }
    }
}

impl From<AttributeDefinitionInput> for items::AttributeDefinition {
    fn from(input: AttributeDefinitionInput) -> Self {
        let AttributeDefinitionInput { key, label, kind, unit, facetable } = input;
        Self { key, label, kind: kind.into(), unit, facetable }
    }
}

/// Pictures of an item titled so.
pub fn images(urls: Vec<String>, title: &str) -> Vec<Image> {
    urls.into_iter().map(|url| Image { url, alt: title.to_owned(), width: None, height: None }).collect()
}
