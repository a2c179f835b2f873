//! How an item lies in its document: as it is serialised, but for `_id` and for the attributes, which are fields of their
//! own under `attributes` in the category's order: `{ screen_size: 55.0, panel: "OLED", smart: true, ports: ["HDMI"] }`.
//! Ids are texts, as in logs and in the API. Beside the item lie `links` and `kept`; see `items` and `kept`.

use std::fmt::Display;

use mongodb::bson::{Bson, Document, deserialize_from_document, serialize_to_document};
use serde::{Serialize, de::DeserializeOwned};
use services::{
    items::{Attribute, AttributeValue, Item},
    kernel::error::{EngineError, EngineResult},
};

use crate::connection::ENGINE;

/// A value as a document.
pub(crate) fn written(value: &impl Serialize) -> EngineResult<Document> {
    serialize_to_document(value).map_err(|e| unfit("cannot be written", e))
}

/// A value from its document.
pub(crate) fn read<T: DeserializeOwned>(document: Document) -> EngineResult<T> {
    deserialize_from_document(document).map_err(|e| unfit("cannot be read", e))
}

fn unfit(what: &str, why: impl Display) -> EngineError {
    EngineError::permanent(ENGINE, format!("a document {what}: {why}"))
}

/// The fields of an item, without its id.
pub(crate) fn fields(item: &Item) -> EngineResult<Document> {
    let mut document = written(item)?;
    document.remove("id");
    let mut attributes = Document::new();
    for Attribute { key, value } in &item.attributes {
        // The rules of items let none of these through; here they would be lost or read as something else.
        let is_plain = !key.is_empty() && !key.contains(['.', '$', '\0']);
        if !is_plain || attributes.contains_key(key) {
            return Err(unfit("cannot be written", format!("the attribute {key:?} is no name or is there twice")));
        }
        let value = match value {
            AttributeValue::Text(text) => Bson::String(text.clone()),
            AttributeValue::Number(number) => Bson::Double(*number),
            AttributeValue::Boolean(boolean) => Bson::Boolean(*boolean),
            AttributeValue::List(words) => Bson::Array(words.iter().cloned().map(Bson::String).collect()),
        };
        attributes.insert(key, value);
    }
    document.insert("attributes", attributes);
    Ok(document)
}

/// An item from its document.
pub(crate) fn item(mut document: Document) -> EngineResult<Item> {
    let id = document.remove("_id").ok_or_else(|| unfit("cannot be read", "it has no _id"))?;
    let Some(Bson::Document(attributes)) = document.insert("attributes", Bson::Array(Vec::new())) else {
        return Err(unfit("cannot be read", format!("{id} has no attributes")));
    };
    document.insert("id", id);
    let mut item: Item = read(document)?;
    for (key, value) in attributes {
        let value = attribute(value).ok_or_else(|| unfit("cannot be read", format!("{}: attribute {key}", item.id)))?;
        item.attributes.push(Attribute { key, value });
    }
    Ok(item)
}

/// Whole numbers are read too: who writes into the database by hand writes `55`.
fn attribute(value: Bson) -> Option<AttributeValue> {
    Some(match value {
        Bson::String(text) => AttributeValue::Text(text),
        Bson::Double(number) => AttributeValue::Number(number),
        Bson::Int32(number) => AttributeValue::Number(f64::from(number)),
        Bson::Boolean(boolean) => AttributeValue::Boolean(boolean),
        Bson::Array(words) => {
            let word = |word| if let Bson::String(word) = word { Some(word) } else { None };
            AttributeValue::List(words.into_iter().map(word).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}
