//! Attributes of items as GraphQL shows them: one type per kind of value, labelled by the category's definitions.

use async_graphql::{Interface, SimpleObject};
use services::items::{self, AttributeDefinition, AttributeValue};

/// One attribute of an item.
#[expect(clippy::duplicated_attributes, reason = "the two fields of the interface have one type")]
#[derive(Interface, Clone, Debug)]
#[graphql(
    field(name = "key", ty = "&String", desc = "Machine name."),
    field(name = "label", ty = "&String", desc = "As shown.")
)]
pub enum Attribute {
    /// Words.
    Text(TextAttribute),
    /// A number.
    Number(NumberAttribute),
    /// Yes or no.
    Boolean(BooleanAttribute),
    /// Several words.
    List(ListAttribute),
}

/// A word or a sentence.
#[derive(Clone, Debug, SimpleObject)]
pub struct TextAttribute {
    /// See `Attribute.key`.
    pub key: String,
    /// See `Attribute.label`.
    pub label: String,
    /// The text.
    pub text: String,
}

/// A number with its unit.
#[derive(Clone, Debug, SimpleObject)]
pub struct NumberAttribute {
    /// See `Attribute.key`.
    pub key: String,
    /// See `Attribute.label`.
    pub label: String,
    /// The number, in `unit`.
    pub number: f64,
    /// Such as cm; null when it has none.
    pub unit: Option<String>,
}

/// Yes or no.
#[derive(Clone, Debug, SimpleObject)]
pub struct BooleanAttribute {
    /// See `Attribute.key`.
    pub key: String,
    /// See `Attribute.label`.
    pub label: String,
    /// Whether it holds.
    pub holds: bool,
}

/// Several words.
#[derive(Clone, Debug, SimpleObject)]
pub struct ListAttribute {
    /// See `Attribute.key`.
    pub key: String,
    /// See `Attribute.label`.
    pub label: String,
    /// The words, in the supplier's order.
    pub values: Vec<String>,
}

impl Attribute {
    /// An attribute with what its definition says; one whose definition is gone is labelled by its key.
    pub fn of(attribute: &items::Attribute, definition: Option<&AttributeDefinition>) -> Self {
        let key = attribute.key.clone();
        let label = definition.map_or_else(|| key.replace('_', " "), |d| d.label.clone());
        match &attribute.value {
            AttributeValue::Text(text) => Self::Text(TextAttribute { key, label, text: text.clone() }),
            AttributeValue::Number(number) => {
                let unit = definition.and_then(|d| d.unit.clone());
                Self::Number(NumberAttribute { key, label, number: *number, unit })
            }
            AttributeValue::Boolean(holds) => Self::Boolean(BooleanAttribute { key, label, holds: *holds }),
            AttributeValue::List(values) => Self::List(ListAttribute { key, label, values: values.clone() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_units_come_from_the_definition() {
        let size = items::Attribute { key: "screen_size".into(), value: AttributeValue::Number(109.0) };
        let definition = AttributeDefinition {
            key: "screen_size".into(),
            label: "Screen size".into(),
            kind: items::AttributeKind::Number,
            unit: Some("cm".into()),
            facetable: true,
        };
        let Attribute::Number(shown) = Attribute::of(&size, Some(&definition)) else { panic!("a number") };
        assert_eq!((shown.label.as_str(), shown.unit.as_deref()), ("Screen size", Some("cm")));
        let Attribute::Number(bare) = Attribute::of(&size, None) else { panic!("a number") };
        assert_eq!((bare.label.as_str(), bare.unit), ("screen size", None));
    }
}
