//! Texts that are a language to some engine are only texts here: every place of the SDL that takes one is given them.

use serde_json::{Value, json};

use super::{Sdl, roles::sign_in};
use crate::harness::Shop;

/// Meant for SQL, MongoDB, Lucene, a shell, a template, a path and a parser of patterns.
const HOSTILE: [&str; 12] = [
    "' OR '1'='1",
    "'; DROP TABLE items; --",
    "{\"$gt\":\"\"}",
    "{\"$where\":\"sleep(9)\"}",
    "*",
    "title:[* TO *]",
    "\") OR (\"",
    "%_%",
    "(a+)+$",
    "{{7*7}}${7*7}`id`",
    "../../../../etc/passwd\u{0}",
    "\u{202e}\u{fffd}\\\r\nSet-Cookie: a=b",
];

/// Words of the inside that no answer may hold.
const INSIDE: [&str; 9] =
    ["sqlite", "sqlx", "rusqlite", "tantivy", "syntax error", "panicked", "unrecognized token", ".rs:", "root:x:0"];

#[tokio::test]
async fn every_place_that_takes_a_text_takes_hostile_ones_as_texts() {
    let (sdl, shop) = (Sdl::read(), Shop::start().await);
    let operator = sign_in(&shop, "operator").await;
    let shopper = sign_in(&shop, "shopper").await;
    let mut tried = 0;
    for root in ["Query", "Mutation"] {
        for field in sdl.fields(root) {
            for text in HOSTILE {
                let Some(document) = sdl.call_with_text(root, &field, text) else { continue };
                for token in [&operator, &shopper] {
                    let answer = shop.answer(&document, json!({}), Some(token)).await;
                    let said = answer.to_string().to_lowercase();
                    assert!(!said.contains("\"internal\""), "{document}\n{answer:#}");
                    assert!(!said.contains("graphql_validation_failed"), "{document}\n{answer:#}");
                    let told = INSIDE.iter().find(|word| said.contains(**word));
                    assert_eq!(told, None, "{document}\n{answer:#}");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 300, "{tried} calls");
    let there = shop.query("{ search(query: \"shirt\") { totalCount } }", json!({}), None).await;
    assert!(there["search"]["totalCount"].as_u64().is_some_and(|n| n > 0), "the shop is whole: {there:#}");
    shop.stop_and_verify().await;
}

#[tokio::test]
async fn signs_of_a_query_language_are_no_operators_in_a_search() {
    let shop = Shop::start().await;
    let count = async |words: &str| -> Value {
        let query = "query($q: String!) { search(query: $q, first: 1) { totalCount } }";
        shop.query(query, json!({ "q": words }), None).await["search"]["totalCount"].clone()
    };
    let plain = count("shirt").await;
    assert!(plain.as_u64().is_some_and(|n| n > 0), "{plain}");
    for dressed in ["shirt*", "\"shirt\"", "(shirt", "shirt)", "+shirt", "[shirt", "shirt\\", "/shirt/"] {
        assert_eq!(count(dressed).await, plain, "{dressed}");
    }
    for (dressed, plain) in [("shirt~2", "shirt 2"), ("shirt^9", "shirt 9"), ("title:shirt", "title shirt")] {
        assert_eq!(count(dressed).await, count(plain).await, "{dressed}");
    }
    let suggested =
        shop.query("{ suggest(prefix: \"%\") { queries items { id } categories { id } } }", json!({}), None).await;
    assert_eq!(
        suggested["suggest"],
        json!({ "queries": [], "items": [], "categories": [] }),
        "a sign of LIKE is no wildcard"
    );
}
