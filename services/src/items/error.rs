//! What can go wrong with items.

use crate::kernel::error::EngineError;

/// Why an item, a category or a definition was refused. `field` says where, such as `attributes.screen_size`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct Refusal {
    /// Where in the input.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl Refusal {
    /// A refusal of a field.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// Errors of the item service.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The input breaks rules; every broken one is listed.
    #[error("the item is refused: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Refused(Vec<Refusal>),
    /// There is no such thing.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// A newer version is already here.
    #[error("version {offered} is not newer than {present}, which is already here")]
    Stale {
        /// The version sent.
        offered: u64,
        /// The version here.
        present: u64,
    },
    /// The store failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}
