//! What can go wrong with carts.

use crate::kernel::error::EngineError;

/// Errors of the cart service.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The idempotency key was used with another input.
    #[error("this idempotency key was used with another input: make a new key")]
    KeyReused,
    /// The key is empty or too long.
    #[error("an idempotency key has 1 to 255 characters")]
    BadKey,
    /// More lines than one mutation takes.
    #[error("at most {0} lines at once: send them in parts")]
    TooManyLines(usize),
    /// A store failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}
