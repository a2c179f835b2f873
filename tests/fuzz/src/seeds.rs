//! Good inputs to begin with, most of them those of the project itself: the storefront's documents and their variables,
//! the schemas of events, the shipped feed profiles.

use std::{fs, path::PathBuf, sync::LazyLock};

use serde_json::{Value, json};

/// The project's folder.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files of a folder whose names end so, with their names, in order.
///
/// # Panics
/// When the folder cannot be read or has none: then nothing would be tried.
pub fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let folder = root().join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    paths.retain(|p| p.to_string_lossy().ends_with(ending));
    paths.sort();
    assert!(!paths.is_empty(), "{} has files that end in {ending}", folder.display());
    let read = |p: &PathBuf| fs::read_to_string(p).unwrap_or_else(|e| panic!("{}: {e}", p.display()));
    let name = |p: &PathBuf| {
        let file = p.file_name().unwrap_or_default().to_string_lossy().into_owned();
        file.strip_suffix(ending).map(str::to_owned).unwrap_or(file)
    };
    paths.iter().map(|p| (name(p), read(p))).collect()
}

/// The storefront's documents with example variables.
pub static OPERATIONS: LazyLock<Vec<(String, Value)>> = LazyLock::new(|| {
    let variables = files("schema/operations", ".variables.json");
    let of = |name: &str| {
        let text = variables.iter().find(|(n, _)| n == name).map_or("{}", |(_, text)| text.as_str());
        serde_json::from_str(text).expect("the example variables are JSON")
    };
    files("schema/operations", ".graphql").into_iter().map(|(name, text)| (text, of(&name))).collect()
});

/// Their texts.
pub static DOCUMENTS: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| OPERATIONS.iter().map(|(text, _)| text.clone().into_bytes()).collect());

/// Bodies of requests.
pub static BODIES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let hash = "0123456789abcdef".repeat(4);
    let whole = |(query, variables): &(String, Value)| json!({ "query": query, "variables": variables });
    let more = [
        json!({ "query": "{a}", "operationName": "Q", "variables": null, "extensions": null }),
        json!({ "query": "{a}", "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash } } }),
        json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash } } }),
        json!({ "documentId": format!("sha256:{hash}"), "operationName": "" }),
        json!({ "query": "", "variables": { "a": [1, -1, 1.5, 1e9, true, null, "x", { "b": {} }] }, "more": [] }),
    ];
    OPERATIONS.iter().map(whole).chain(more).map(|body| body.to_string().into_bytes()).collect()
});

/// Words of JSON.
pub const JSON_WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "\\udc00",
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-1",
    "1.0",
    "1e999",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "1e-400",
    "\"query\":",
    "\"query\":null,",
    "\"variables\":",
    "\"extensions\":",
    "\"operationName\":",
    "\"documentId\":",
    "\"persistedQuery\":",
    "\"version\":",
    "\"sha256Hash\":",
    "\"type\":",
    "\"id\":",
    "\"payload\":",
    "\u{feff}",
    "\u{0}",
    "\"$serde_json::private::RawValue\":",
    "\"$serde_json::private::Number\":",
    "\u{10ffff}",
    "é",
    "[[[[",
    "{\"a\":",
];

/// Words of GraphQL.
pub const GRAPHQL_WORDS: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ":",
    "!",
    "$",
    "@",
    "=",
    "|",
    "&",
    "...",
    "\"",
    "\"\"\"",
    "\\\"\"\"",
    "\\u{",
    "#",
    "\n",
    ",",
    "query ",
    "mutation ",
    "subscription ",
    "fragment F on Query ",
    "...F ",
    "... on Query { ",
    "on ",
    "__typename ",
    "__schema { types { fields { type { fields { name } } } } } ",
    "a: item(id: \"x\") { id } ",
    "@include(if: $x) ",
    "@skip(if: true) ",
    "first: 100 ",
    "first: -1 ",
    "first: $n ",
    "ids: [] ",
    "null ",
    "true ",
    "1e999 ",
    "0x1 ",
    "-9223372036854775809 ",
    "18446744073709551616 ",
    "nodes { ",
    "edges { node { ",
    "input: { ",
    "\u{feff}",
    "é",
    "\u{0}",
];
