//! What an answer to a malformed request may hold.

use super::wire::Answer;

/// Words that only the shop's inside knows: Rust's Debug texts, source files, paths, statements and names of engines.
/// Nothing of it is ever sent, so that an answer cannot merely repeat it.
const INSIDE: [&str; 32] = [
    "Some(",
    "None)",
    "Ok(",
    "Err(",
    "Error {",
    "Error(",
    "kind:",
    "panicked",
    "unwrap()",
    "RUST_BACKTRACE",
    "stack backtrace",
    ".rs:",
    "src/",
    "/root",
    "/home/",
    "/usr/",
    "/tmp/",
    "/work",
    "/target/",
    "sqlx",
    "sqlite",
    "SQLite",
    "SQL",
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "no such table",
    "constraint",
    "tantivy",
    "async_graphql",
    "serde",
    "tokio",
];

/// Why an answer is wrong; nothing when it is as it should be. `closes`: the other side may close instead of answering.
pub fn wrong(answer: &Answer, closes: bool) -> Option<String> {
    let told = || String::from_utf8_lossy(&answer.bytes[..answer.bytes.len().min(2_000)]).into_owned();
    match answer.status {
        0 if closes => return None,
        0 => return Some("the connection was closed without an answer".to_owned()),
        100..500 => {}
        _ => return Some(format!("a status of 500 or more: {}", told())),
    }
    let text = String::from_utf8_lossy(&answer.bytes);
    let inside = INSIDE.iter().find(|word| holds(&text, word))?;
    Some(format!("`{inside}` is told: {}", told()))
}

/// Whether a text holds a word as a word: ids and tokens are long runs of letters, in which any short one may turn up.
fn holds(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(part) && word.starts_with(part);
        let after = text[at + word.len()..].chars().next().is_some_and(part) && word.ends_with(part);
        !before && !after
    })
}

/// Lines of a log that no request may cause.
pub fn wrong_lines(log: &str) -> Vec<&str> {
    let wrong = |line: &&str| line.contains("panicked") || line.contains("ERROR") || line.contains("overflow");
    log.lines().filter(wrong).collect()
}
