//! What can go wrong with wishlists.

use crate::kernel::error::EngineError;

/// Errors of the wishlist service.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// More lines than one mutation takes.
    #[error("at most {0} lines at once: send them in parts")]
    TooManyLines(usize),
    /// A store failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}
