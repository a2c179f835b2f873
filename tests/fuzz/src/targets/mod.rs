//! The targets: each takes any bytes and asserts what holds for them.

use chowk::edge::{codes, refusal::Refusal};

pub mod coercion;
pub mod documents;
pub mod events;
pub mod feeds;
pub mod ids;
pub mod params;
pub mod sockets;
pub mod values;
pub mod webhooks;

/// A refusal says why, by codes of the closed set, in words for a client: no text of Rust's, no path, no statement.
fn is_clear(refusal: &Refusal) {
    assert!(!refusal.errors.is_empty(), "a refusal says why");
    assert!(refusal.status.is_client_error(), "{refusal:?}");
    for error in &refusal.errors {
        assert!(codes::of(error).is_some_and(|code| code != codes::INTERNAL), "{error:?}");
        is_for_clients(&error.message);
    }
}

/// What a client may read: nothing that only a programmer of the shop could have written.
fn is_for_clients(message: &str) {
    assert!(!message.trim().is_empty(), "a refusal has words");
    // Long texts are cut before they are told.
    assert!(message.chars().count() < 1_000, "{} bytes: {message:.200}", message.len());
    for ours in ["Some(", "None", "Error(", "panicked", "src/", ".rs:", "SELECT ", "INSERT "] {
        assert!(!message.contains(ours), "{message}");
    }
}
