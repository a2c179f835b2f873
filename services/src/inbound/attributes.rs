//! How feeds spell attributes, undone: a row becomes typed values under machine names. Which category defines them is for
//! `catalogue`.

use serde_json::Value;

use super::{
    price::shown,
    profile::{Attributes, Spelling},
    rows::Row,
    ruby,
    words::{cut, key, label, one_line},
};
use crate::{
    items::{
        AttributeKind, AttributeValue,
        category_rules::{KEY_MAX, LABEL_MAX},
        rules::LIST_MAX,
    },
    kernel::{
        limits::{ATTRIBUTES_MAX, TEXT_MAX},
        text::beginning,
    },
};

/// Bytes kept free in a key for the suffix that tells types apart.
const SUFFIX_MAX: usize = 8;
/// Characters of a column's name in a refusal.
const TOLD_MAX: usize = 100;

/// An attribute of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct RawAttribute {
    /// Machine name.
    pub key: String,
    /// As shown.
    pub label: String,
    /// Its value: bounded, finite, not empty.
    pub value: AttributeValue,
}

impl RawAttribute {
    /// An attribute by the feed's own name for it; nothing when no name or value is left of it.
    pub fn new(name: &str, value: AttributeValue) -> Option<Self> {
        let key = key(name, KEY_MAX - SUFFIX_MAX);
        let value = bounded(value)?;
        let label = cut(&label(&one_line(name)), LABEL_MAX).to_owned();
        (!key.is_empty() && !label.is_empty()).then_some(Self { key, label, value })
    }
}

/// The attributes of a row; text of another spelling is an error.
pub fn attributes(row: &Row, how: &Attributes) -> Result<Vec<RawAttribute>, String> {
    let mut out = match &how.spelling {
        Spelling::None => Vec::new(),
        Spelling::TypedPrefix { text, number, flag } => prefixed(row, how, [text, number, flag])?,
        Spelling::Pairs { between, list } => pairs(row, how, between, list),
        Spelling::RubyHash => hash(row, how)?,
        Spelling::Columns { names } => {
            let named = |name: &String| Some((name.clone(), row.text(name)?));
            untyped(names.iter().filter_map(named), how, None)
        }
    };
    out.truncate(ATTRIBUTES_MAX);
    Ok(out)
}

fn prefixed(row: &Row, how: &Attributes, prefixes: [&String; 3]) -> Result<Vec<RawAttribute>, String> {
    let kinds = [AttributeKind::Text, AttributeKind::Number, AttributeKind::Boolean];
    let mut out = Vec::new();
    for (column, value) in row.columns() {
        let found = prefixes.iter().zip(kinds).find_map(|(prefix, kind)| Some((column.strip_prefix(*prefix)?, kind)));
        let Some((name, kind)) = found.filter(|(name, _)| !how.skip.iter().any(|s| s == name)) else { continue };
        let value = typed(&value, kind).map_err(|wanted| {
            format!("{}: {wanted} is expected, {} came", beginning(column, TOLD_MAX), shown(&value))
        })?;
        out.extend(RawAttribute::new(name, value));
    }
    Ok(out)
}

fn typed(value: &Value, kind: AttributeKind) -> Result<AttributeValue, &'static str> {
    match (kind, value) {
        (AttributeKind::Text, Value::String(text)) => Ok(AttributeValue::Text(text.clone())),
        (AttributeKind::Text, Value::Array(list)) => {
            let texts = list.iter().map(|v| v.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>();
            texts.map(AttributeValue::List).ok_or("a list of texts")
        }
        (AttributeKind::Number, Value::Number(number)) => {
            number.as_f64().map(AttributeValue::Number).ok_or("a number that fits")
        }
        (AttributeKind::Number, Value::String(text)) => {
            text.trim().parse().map(AttributeValue::Number).map_err(|_| "a number")
        }
        (AttributeKind::Boolean, Value::Bool(truth)) => Ok(AttributeValue::Boolean(*truth)),
        (AttributeKind::Boolean, Value::String(text)) => {
            truth(text).map(AttributeValue::Boolean).ok_or("true or false")
        }
        (AttributeKind::Text, _) => Err("text"),
        (AttributeKind::Number, _) => Err("a number"),
        (AttributeKind::Boolean, _) => Err("true or false"),
        (AttributeKind::List, _) => Err("a list"),
    }
}

fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "yes" | "true" | "1" | "y" => Some(true),
        "no" | "false" | "0" | "n" => Some(false),
        _ => None,
    }
}

fn pairs(row: &Row, how: &Attributes, between: &str, list: &str) -> Vec<RawAttribute> {
    let Some(text) = how.column.as_deref().and_then(|column| row.text(column)) else { return Vec::new() };
    let mut found: Vec<(String, String)> = Vec::new();
    for pair in text.split(between) {
        match (pair.split_once('='), found.last_mut()) {
            (Some((name, value)), _) => found.push((name.trim().to_owned(), value.trim().to_owned())),
            // A value that holds the separator itself goes on here.
            (None, Some((_, value))) => {
                value.push_str(between);
                value.push_str(pair);
            }
            (None, None) => {}
        }
    }
    untyped(found.into_iter(), how, Some(list))
}

fn hash(row: &Row, how: &Attributes) -> Result<Vec<RawAttribute>, String> {
    let Some(text) = how.column.as_deref().and_then(|column| row.text(column)) else { return Ok(Vec::new()) };
    let parsed = ruby::parse(&text)?;
    let mut found = Vec::new();
    for entry in parsed.as_object().into_iter().flat_map(|hash| hash.values()) {
        // One specification is a hash, several are a list of them.
        let entries = entry.as_array().map_or_else(|| std::slice::from_ref(entry), Vec::as_slice);
        for pair in entries {
            if let (Some(name), Some(value)) = (pair["key"].as_str(), pair["value"].as_str()) {
                found.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    Ok(untyped(found.into_iter(), how, None))
}

/// Attributes whose types the profile tells by name. A name that comes twice keeps both values.
fn untyped(found: impl Iterator<Item = (String, String)>, how: &Attributes, list: Option<&str>) -> Vec<RawAttribute> {
    let mut out: Vec<RawAttribute> = Vec::new();
    let has = |names: &[String], name: &str| names.iter().any(|n| n == name);
    for (name, text) in found {
        if has(&how.skip, &name) || text.is_empty() {
            continue;
        }
        let parts: Vec<String> =
            list.map_or_else(|| vec![text.clone()], |l| text.split(l).map(str::to_owned).collect());
        let value = if has(&how.flags, &name) {
            truth(&text).map_or(AttributeValue::Text(text), AttributeValue::Boolean)
        } else if has(&how.numbers, &name) {
            text.trim().parse().map_or(AttributeValue::Text(text), AttributeValue::Number)
        } else if has(&how.lists, &name) || parts.len() > 1 {
            AttributeValue::List(parts)
        } else {
            AttributeValue::Text(text)
        };
        let Some(attribute) = RawAttribute::new(&name, value) else { continue };
        match out.iter_mut().find(|a| a.key == attribute.key) {
            Some(present) => join(&mut present.value, attribute.value),
            None => out.push(attribute),
        }
    }
    out
}

fn join(present: &mut AttributeValue, more: AttributeValue) {
    match (present, more) {
        (AttributeValue::List(list), AttributeValue::List(more)) => {
            list.extend(more);
            list.truncate(LIST_MAX);
        }
        (AttributeValue::List(list), AttributeValue::Text(more)) if list.len() < LIST_MAX => list.push(more),
        (AttributeValue::Text(text), AttributeValue::Text(more)) if text.len() + more.len() + 2 <= TEXT_MAX => {
            text.push_str(", ");
            text.push_str(&more);
        }
        _ => {}
    }
}

/// The value within the shop's bounds; nothing when nothing is left of it.
fn bounded(value: AttributeValue) -> Option<AttributeValue> {
    let text = |text: &str| {
        let text = cut(text.trim(), TEXT_MAX);
        (!text.is_empty()).then(|| text.to_owned())
    };
    match value {
        AttributeValue::Text(t) => text(&t).map(AttributeValue::Text),
        AttributeValue::List(list) => {
            let list: Vec<String> = list.iter().filter_map(|t| text(t)).take(LIST_MAX).collect();
            (!list.is_empty()).then_some(AttributeValue::List(list))
        }
        AttributeValue::Number(n) => n.is_finite().then_some(AttributeValue::Number(n)),
        AttributeValue::Boolean(b) => Some(AttributeValue::Boolean(b)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(value: Value) -> Row {
        match value {
            Value::Object(fields) => Row::Object(fields),
            other => panic!("{other} is no row"),
        }
    }

    fn read(how: &Attributes, value: Value) -> Vec<(String, AttributeValue)> {
        attributes(&row(value), how).expect("well spelt").into_iter().map(|a| (a.key, a.value)).collect()
    }

    fn text(text: &str) -> AttributeValue {
        AttributeValue::Text(text.to_owned())
    }

    #[test]
    fn prefixes_tell_the_type_and_a_wrong_type_is_told() {
        let spelling = Spelling::TypedPrefix {
            text: "attr_t_".to_owned(),
            number: "attr_n_".to_owned(),
            flag: "attr_b_".to_owned(),
        };
        let how = Attributes { spelling, skip: vec!["secret".to_owned()], ..Attributes::default() };
        let given = json!({"title": "x", "attr_t_colour": "Red ", "attr_n_cable_length": 3.5, "attr_b_smart": true,
            "attr_t_secret": "x", "attr_t_empty": "  "});
        let mut found = read(&how, given);
        found.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(
            found,
            [
                ("cable_length".to_owned(), AttributeValue::Number(3.5)),
                ("colour".to_owned(), text("Red")),
                ("smart".to_owned(), AttributeValue::Boolean(true)),
            ]
        );
        let wrong = attributes(&row(json!({"attr_n_w": "wide"})), &how);
        assert_eq!(wrong, Err("attr_n_w: a number is expected, \"wide\" came".to_owned()));
        let long = "}".repeat(1_500);
        let column = format!("attr_n_{long}");
        let wrong = attributes(&row(json!({ column: long })), &how).expect_err("no number");
        assert!(wrong.chars().count() < 300, "what somebody else wrote is cut: {wrong}");
    }

    #[test]
    fn pairs_give_lists_flags_and_texts() {
        let spelling = Spelling::Pairs { between: ",".to_owned(), list: "|".to_owned() };
        let how = Attributes {
            spelling,
            column: Some("more".to_owned()),
            skip: vec!["has_options".to_owned()],
            lists: vec!["climate".to_owned()],
            flags: vec!["eco".to_owned()],
            numbers: vec!["weight".to_owned()],
            ..Attributes::default()
        };
        let given = json!({"more": "has_options=1,material=Wool, boiled,climate=Cool,style=a|b,eco=Yes,weight=1.5"});
        assert_eq!(
            read(&how, given),
            [
                ("material".to_owned(), text("Wool, boiled")),
                ("climate".to_owned(), AttributeValue::List(vec!["Cool".to_owned()])),
                ("style".to_owned(), AttributeValue::List(vec!["a".to_owned(), "b".to_owned()])),
                ("eco".to_owned(), AttributeValue::Boolean(true)),
                ("weight".to_owned(), AttributeValue::Number(1.5)),
            ]
        );
    }

    #[test]
    fn a_ruby_hash_gives_its_named_values_and_joins_repeated_names() {
        let how = Attributes { spelling: Spelling::RubyHash, column: Some("spec".to_owned()), ..Attributes::default() };
        let spec = r#"{"product_specification"=>[{"key"=>"Ideal For", "value"=>"Women"}, {"value"=>"3 shorts"},
            {"key"=>"ideal for", "value"=>"Girls"}]}"#;
        assert_eq!(read(&how, json!({"spec": spec})), [("ideal_for".to_owned(), text("Women, Girls"))]);
        let single = r#"{"product_specification"=>{"key"=>"Fabric", "value"=>"Cotton"}}"#;
        assert_eq!(read(&how, json!({"spec": single})), [("fabric".to_owned(), text("Cotton"))]);
        assert!(attributes(&row(json!({"spec": "{\"a\"=>"})), &how).is_err());
    }

    #[test]
    fn long_texts_are_cut_and_long_names_leave_room_for_a_suffix() {
        let long = RawAttribute::new(&"n".repeat(500), text(&"é".repeat(TEXT_MAX))).expect("something is left");
        assert_eq!(long.key.len(), KEY_MAX - SUFFIX_MAX);
        assert!(matches!(long.value, AttributeValue::Text(t) if t.len() == TEXT_MAX));
        assert_eq!(RawAttribute::new("हिन्दी", text("x")), None);
    }
}
