//! The storefront's saved documents fit the schema, as do the variables they start with, and the committed schema is the
//! one that the code makes.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
};

use async_graphql::{
    Positioned,
    parser::{
        parse_query, parse_schema,
        types::{
            BaseType, ExecutableDocument, OperationDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
        },
    },
};
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/operations")
}

/// Each document by its stem, with the variables beside it.
fn documents() -> BTreeMap<String, (String, Value)> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder()).expect("the folder of saved documents") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|e| e == "graphql") {
            let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).expect("readable");
            let beside = path.with_extension("variables.json");
            let variables = fs::read_to_string(beside).map_or(Value::Null, |t| serde_json::from_str(&t).expect("JSON"));
            found.insert(stem, (text, variables));
        }
    }
    found
}

/// What the playground fills in from earlier answers, and a value of its type.
fn remembered(text: &str) -> Option<Value> {
    Some(match text {
        "@key" | "@slug" | "@guest" | "@refresh" | "@category" | "@variant" | "@cartLine" | "@wishlistLine"
        | "@address" | "@quote" | "@order" | "@item" | "@savedCategory" | "@number" | "@guestOrderToken"
        | "@tracking" | "@orderLine" | "@return" | "@guest?" | "@courier?" => Value::String("x".to_owned()),
        "@now" => Value::String("2026-11-22T10:00:00Z".to_owned()),
        "@total" => serde_json::json!({ "amount": 1, "currencyCode": "INR" }),
        _ => return None,
    })
}

fn filled(value: &Value) -> Value {
    match value {
        Value::String(text) => remembered(text).unwrap_or_else(|| value.clone()),
        Value::Array(items) => items.iter().map(filled).collect(),
        Value::Object(fields) => fields.iter().map(|(k, v)| (k.clone(), filled(v))).collect(),
        other => other.clone(),
    }
}

fn operations(document: &ExecutableDocument) -> Vec<(String, &Positioned<OperationDefinition>)> {
    document.operations.iter().map(|(name, op)| (name.expect("every operation is named").to_string(), op)).collect()
}

/// What the schema has against a document. Asking for an operation that is not there makes the engine validate the whole
/// document and run nothing.
async fn refusals(schema: &resolvers::Schema, text: &str) -> Vec<String> {
    let answer = schema.execute(async_graphql::Request::new(text).operation_name("NotHere")).await;
    let told = answer.errors.into_iter().map(|e| e.message);
    told.filter(|m| m != "Unknown operation named \"NotHere\"").collect()
}

#[tokio::test]
async fn every_saved_document_fits_the_schema() {
    let documents = documents();
    assert!(documents.len() >= 20, "the documents are there: {:?}", documents.keys());
    let schema = resolvers::schema::bare();
    for (stem, (text, _)) in &documents {
        parse_query(text).unwrap_or_else(|e| panic!("{stem}: {e}"));
        assert_eq!(refusals(&schema, text).await, Vec::<String>::new(), "{stem}");
    }
}

#[tokio::test]
async fn a_document_that_does_not_fit_is_refused() {
    let schema = resolvers::schema::bare();
    for text in
        ["query A { viewer { nothing } }", "query B($x: Nothing) { viewer { cart { id } } }", "query C { item { id } }"]
    {
        assert!(!refusals(&schema, text).await.is_empty(), "{text}");
    }
}

#[test]
fn names_are_unique_so_that_a_trusted_document_is_found_by_its_name() {
    let mut seen: HashMap<String, String> = HashMap::new();
    for (stem, (text, _)) in documents() {
        let parsed = parse_query(&text).expect("parses");
        for (name, _) in operations(&parsed) {
            if let Some(other) = seen.insert(name.clone(), stem.clone()) {
                panic!("{name} stands in {other} and {stem}");
            }
        }
    }
}

/// The input types of the schema, for checking variables.
struct Inputs(HashMap<String, TypeDefinition>);

impl Inputs {
    fn read() -> Self {
        let document = parse_schema(resolvers::bare_sdl()).expect("the SDL parses");
        let named = document.definitions.into_iter().filter_map(|d| match d {
            TypeSystemDefinition::Type(t) => Some((t.node.name.node.to_string(), t.node)),
            _ => None,
        });
        Self(named.collect())
    }

    /// Why a value is not of a type; empty when it is.
    fn wrong(&self, place: &str, ty: &Type, value: &Value) -> Vec<String> {
        match (&ty.base, value) {
            (_, Value::Null) if ty.nullable => Vec::new(),
            (_, Value::Null) => vec![format!("{place} is null")],
            (BaseType::List(inner), Value::Array(items)) => {
                items.iter().enumerate().flat_map(|(i, v)| self.wrong(&format!("{place}.{i}"), inner, v)).collect()
            }
            (BaseType::List(inner), one) => self.wrong(place, inner, one),
            (BaseType::Named(name), value) => self.wrong_named(place, name, value),
        }
    }

    fn wrong_named(&self, place: &str, name: &str, value: &Value) -> Vec<String> {
        let fits = match name {
            "Int" => value.as_i64().is_some_and(|n| i32::try_from(n).is_ok()),
            "Float" => value.is_number(),
            "Boolean" => value.is_boolean(),
            "String" | "ID" => value.is_string(),
            _ => return self.wrong_defined(place, name, value),
        };
        if fits { Vec::new() } else { vec![format!("{place} is no {name}: {value}")] }
    }

    fn wrong_defined(&self, place: &str, name: &str, value: &Value) -> Vec<String> {
        let kind = &self.0.get(name).unwrap_or_else(|| panic!("{name} is a type")).kind;
        match (kind, value) {
            (TypeKind::Enum(e), Value::String(text)) if e.values.iter().any(|v| v.node.value.node == *text) => {
                Vec::new()
            }
            (TypeKind::Scalar, value) => {
                let validators = resolvers::scalar_validators();
                let (_, check) = validators.iter().find(|(n, _)| *n == name).expect("a custom scalar");
                let value = async_graphql::Value::from_json(value.clone()).expect("a constant");
                check(&value).err().map(|e| format!("{place}: {e}")).into_iter().collect()
            }
            (TypeKind::InputObject(input), Value::Object(given)) => {
                let known = |k: &str| input.fields.iter().any(|f| f.node.name.node == *k);
                let mut wrong: Vec<String> =
                    given.keys().filter(|k| !known(k)).map(|k| format!("{place}.{k} is not known")).collect();
                for field in &input.fields {
                    let at = format!("{place}.{}", field.node.name.node);
                    match given.get(field.node.name.node.as_str()) {
                        Some(value) => wrong.extend(self.wrong(&at, &field.node.ty.node, value)),
                        None if field.node.ty.node.nullable || field.node.default_value.is_some() => {}
                        None => wrong.push(format!("{at} is missing")),
                    }
                }
                wrong
            }
            _ => vec![format!("{place} is no {name}: {value}")],
        }
    }
}

#[test]
fn the_variables_that_documents_start_with_are_of_their_types() {
    let inputs = Inputs::read();
    for (stem, (text, variables)) in documents() {
        let parsed = parse_query(&text).expect("parses");
        let mut used: Vec<String> = Vec::new();
        for (name, operation) in operations(&parsed) {
            // Variables of a document of several operations stand under the operation's name.
            let own = variables.get(&name).unwrap_or(&variables);
            if variables.get(&name).is_some() {
                used.push(name.clone());
            }
            for variable in &operation.node.variable_definitions {
                let variable = &variable.node;
                let key = variable.name.node.as_str();
                let place = format!("{stem}: {name}(${key})");
                let Some(value) = own.get(key) else {
                    let needed = !variable.var_type.node.nullable && variable.default_value.is_none();
                    assert!(!needed, "{place} has no value to start with");
                    continue;
                };
                used.push(key.to_owned());
                assert_eq!(inputs.wrong(&place, &variable.var_type.node, &filled(value)), Vec::<String>::new());
            }
        }
        for key in variables.as_object().into_iter().flat_map(|v| v.keys()) {
            assert!(used.contains(key), "{stem}: the value {key} is for nothing");
        }
    }
}

#[test]
fn the_committed_schema_is_the_one_that_the_code_makes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/schema.graphql");
    let made = resolvers::bare_sdl();
    if std::env::var_os("CHOWK_WRITE_SCHEMA").is_some() {
        fs::write(&path, &made).expect("the schema can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    let first = committed.lines().zip(made.lines()).position(|(a, b)| a != b);
    assert!(
        committed == made,
        "schema/schema.graphql differs from line {first:?} on: run this test once with CHOWK_WRITE_SCHEMA=1 and review the change"
    );
}
