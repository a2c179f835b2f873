//! Variables against what an operation declares.

use async_graphql::{ServerError, Variables};
use async_graphql_parser::{
    parse_query,
    types::{BaseType, DocumentOperations, OperationDefinition, Type},
};
use async_graphql_value::ConstValue;
use chowk::{
    edge::{codes, coerce::Coercion, limits::Limits, schema_map::TypeShape},
    wiring,
};
use serde_json::Value;

use super::is_for_clients;
use crate::{graphql::SCHEMA, seeds};

/// Stands for a password: wherever it was given, no message repeats it.
const SECRET: &str = "correct-horse-battery";

/// The first line chooses a document of the storefront by its number; the rest are its variables as JSON.
pub fn variables(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (number, json) = text.split_once('\n').unwrap_or(("0", text));
    let Ok(json) = serde_json::from_str::<Value>(json) else { return };
    let operations = &*seeds::OPERATIONS;
    let (document, _) = &operations[number.trim().parse::<usize>().unwrap_or(0) % operations.len()];
    let parsed = parse_query(document).expect("the storefront's documents parse");
    let operation = match &parsed.operations {
        DocumentOperations::Single(operation) => &operation.node,
        DocumentOperations::Multiple(all) => {
            let mut names: Vec<_> = all.keys().collect();
            names.sort();
            &all[names[0]].node
        }
    };
    for list_items in [Limits::standard().list_items, 2] {
        judge(operation, &json, list_items);
    }
}

/// One example per document, in the form that [`variables`] reads.
pub fn examples() -> Vec<Vec<u8>> {
    seeds::OPERATIONS.iter().enumerate().map(|(n, (_, json))| format!("{n}\n{json}").into_bytes()).collect()
}

fn judge(operation: &OperationDefinition, json: &Value, list_items: usize) {
    let given = Variables::from_json(json.clone());
    let scalars = wiring::scalars();
    let coercion = Coercion { map: &SCHEMA, scalars: &scalars, list_items, errors: 3 };
    let mut taken = given.clone();
    let errors = coercion.variables(operation, &mut taken);
    assert!(errors.len() <= 3, "errors are bounded: {}", errors.len());
    errors.iter().for_each(|e| is_clear(e, json));
    if !errors.is_empty() {
        return;
    }
    for definition in &operation.variable_definitions {
        let (name, ty) = (&definition.node.name.node, &definition.node.var_type.node);
        match taken.get(name) {
            Some(value) => fits(ty, value, list_items),
            None => assert!(ty.nullable || definition.node.default_value.is_some(), "${name} was required"),
        }
    }
    let declared = |name: &str| operation.variable_definitions.iter().any(|d| d.node.name.node == name);
    assert!(taken.keys().all(|name| declared(name)), "undeclared variables are dropped");
    let mut again = taken.clone();
    assert!(coercion.variables(operation, &mut again).is_empty(), "what was taken is taken again");
    assert_eq!(again, taken, "and stays as it is");
}

fn is_clear(error: &ServerError, given: &Value) {
    assert_eq!(codes::of(error), Some(codes::BAD_USER_INPUT), "{error:?}");
    is_for_clients(&error.message);
    if given.to_string().contains(SECRET) && !keys_hold(given, SECRET) {
        assert!(!error.message.contains(SECRET), "{}", error.message);
    }
}

fn keys_hold(value: &Value, text: &str) -> bool {
    match value {
        Value::Object(fields) => fields.iter().any(|(key, value)| key.contains(text) || keys_hold(value, text)),
        Value::Array(items) => items.iter().any(|item| keys_hold(item, text)),
        _ => false,
    }
}

/// Whether a coerced value is of its type, told independently of how it was coerced.
fn fits(ty: &Type, value: &ConstValue, list_items: usize) {
    match (value, &ty.base) {
        (ConstValue::Null, _) => assert!(ty.nullable, "null for {ty}"),
        (ConstValue::List(items), BaseType::List(inner)) => {
            assert!(items.len() <= list_items.max(1), "{} items", items.len());
            items.iter().for_each(|item| fits(inner, item, list_items));
        }
        (value, BaseType::Named(name)) => match (SCHEMA.get(name.as_str()), value) {
            (Some(TypeShape::Enum(values)), ConstValue::Enum(word)) => assert!(values.contains(word.as_str())),
            (Some(TypeShape::Input(shape)), ConstValue::Object(fields)) => {
                assert!(!shape.one_of || fields.len() == 1, "one of {name}");
                for (key, value) in fields {
                    let shape = shape.fields.get(key.as_str()).expect("a field of the input");
                    fits(&shape.ty, value, list_items);
                }
                let given = |field: &str| fields.keys().any(|key| key == field);
                assert!(shape.fields.iter().all(|(field, shape)| given(field) || !shape.required()));
            }
            (Some(TypeShape::Scalar), value) => scalar(name.as_str(), value),
            _ => panic!("{value:?} for {ty}"),
        },
        _ => panic!("{value:?} for {ty}"),
    }
}

fn scalar(name: &str, value: &ConstValue) {
    let good = match (name, value) {
        ("Int", ConstValue::Number(n)) => n.as_i64().is_some_and(|n| i32::try_from(n).is_ok()),
        ("Float", ConstValue::Number(n)) => n.as_f64().is_some_and(f64::is_finite),
        ("Long", ConstValue::Number(n)) => n.as_i64().is_some_and(|n| n.unsigned_abs() < 1 << 53),
        ("Boolean", ConstValue::Boolean(_)) => true,
        ("String" | "ID" | "DateTime", ConstValue::String(_)) => true,
        ("Pincode", ConstValue::String(text)) => text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit()),
        ("CurrencyCode", ConstValue::String(text)) => text.len() == 3,
        _ => false,
    };
    assert!(good, "{value:?} for {name}");
}
