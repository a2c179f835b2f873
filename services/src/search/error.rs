//! What can go wrong with a search.

use super::ports::IndexError;
use crate::kernel::error::EngineError;

/// Why a search was not answered.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The cursor was not made by this shop for this search.
    #[error("the cursor does not belong to this search: pass one back unchanged, with the same words and filters")]
    InvalidCursor,
    /// The list behind the cursor is no longer held.
    #[error("the list moved on since the cursor was given: start again from its beginning")]
    CursorExpired,
    /// The request breaks a bound or contradicts itself.
    #[error("{field}: {message}")]
    Refused {
        /// Where in the request.
        field: &'static str,
        /// What is wrong and what to do.
        message: String,
    },
    /// An engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<IndexError> for Error {
    fn from(e: IndexError) -> Self {
        match e {
            IndexError::GenerationGone => Self::CursorExpired,
            IndexError::Engine(e) => Self::Engine(e),
        }
    }
}
