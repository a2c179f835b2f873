//! Every target under `cargo test`: what was kept in `__fuzz__/` is tried first, then as many inputs as a second allows.
//! Each runs twice: over a fuzzer's bytes as they are, and over inputs that are made of them (see `fuzz::made`).
//!
//! `BOLERO_RANDOM_TEST_TIME_MS` and `BOLERO_RANDOM_ITERATIONS` make it longer; `cargo bolero` lets libFuzzer lead.

use std::{path::PathBuf, sync::LazyLock};

use bolero::check;
use fuzz::{
    made::{Choices, edited, watched},
    seeds::{self, BODIES, DOCUMENTS, GRAPHQL_WORDS, JSON_WORDS},
    targets::{coercion, documents, events, feeds, ids, params, sockets, values, webhooks},
};

/// Writes seeds where a longer run begins from, when it asks for them.
fn for_others(target: &str, seeds: &[Vec<u8>]) {
    let Some(folder) = std::env::var_os("FUZZ_WRITE_SEEDS") else { return };
    let folder = PathBuf::from(folder).join(format!("{target}__bytes"));
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    for (number, seed) in seeds.iter().enumerate() {
        std::fs::write(folder.join(format!("seed{number}")), seed).expect("a seed can be written");
    }
}

/// Tests of one target: over bytes as they are, and over edits of its seeds.
macro_rules! target {
    ($name:ident, $run:path, $seeds:expr, $words:expr) => {
        mod $name {
            use super::*;

            static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| $seeds);

            #[test]
            fn bytes() {
                check!().for_each(|bytes: &[u8]| $run(bytes));
            }

            #[test]
            fn edits() {
                let words: [&[&str]; _] = $words;
                let words = words.concat();
                check!().for_each(|bytes: &[u8]| {
                    watched(stringify!($name), &edited(&mut Choices::new(bytes), &SEEDS, &words), $run);
                });
            }

            #[test]
            fn seeds() {
                SEEDS.iter().for_each(|seed| watched(stringify!($name), seed, $run));
                for_others(stringify!($name), &SEEDS);
            }
        }
    };
}

target!(bodies, params::body, BODIES.clone(), [JSON_WORDS, GRAPHQL_WORDS]);
target!(
    query_strings,
    params::query,
    vec![b"query=%7Ba%7D&variables=%7B%22a%22%3A1%7D&operationName=Q".to_vec(), b"documentId=x&extensions=".to_vec()],
    [&["&", "=", "%", "+", "%00", "%ff", "query=", "variables=", "{}", "[]", "\"", "extensions=", "documentId="]]
);
target!(texts, documents::text, DOCUMENTS.clone(), [GRAPHQL_WORDS]);
target!(schema_documents, documents::of_the_schema, vec![vec![7; 40]], [&["\u{1}\u{2}\u{3}", "\u{9}"]]);
target!(
    coerced,
    coercion::variables,
    coercion::examples(),
    [JSON_WORDS, &["correct-horse-battery", "\"", "1.0", "[]"]]
);
target!(conversations, sockets::conversation, sockets::examples(), [JSON_WORDS, sockets::WORDS]);
target!(payloads, events::payload, events::examples(), [JSON_WORDS, events::WORDS]);
target!(envelopes, events::envelope, events::envelopes(), [JSON_WORDS, events::WORDS]);
target!(forged_callbacks, webhooks::forged, webhooks::examples(), [webhooks::WORDS]);
target!(signed_callbacks, webhooks::signed, webhooks::bodies(), [JSON_WORDS, webhooks::WORDS]);
target!(feed_rows, feeds::rows, feeds::examples(), [feeds::WORDS]);
target!(feed_offers, feeds::offers, feeds::examples(), [feeds::WORDS]);
target!(feed_profiles, feeds::profile, feeds::profiles(), [feeds::WORDS]);
target!(global_ids, ids::id, ids::examples(), [ids::WORDS]);
target!(cursors, ids::cursor, ids::examples(), [ids::WORDS]);
target!(search_cursors, ids::search_cursor, ids::examples(), [ids::WORDS]);
target!(value_texts, values::text, values::examples(), [values::WORDS]);
target!(amounts, values::amounts, vec![vec![0xff; 20], [0, 0, 0, 0, 0, 0, 0, 0x80].repeat(3)], [&["\u{0}", "\u{7f}"]]);

#[test]
fn a_huge_row_takes_no_neighbour_along() {
    feeds::after_a_huge_row(b"{\"a\":2}");
    assert!(seeds::OPERATIONS.len() > 20, "the storefront's documents are among the seeds");
}
