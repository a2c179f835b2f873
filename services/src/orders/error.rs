//! What can go wrong with orders.

use super::model::{Obstacle, OrderState};
use crate::kernel::error::EngineError;

/// Errors of the order service.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Something stands in the way; everything that does is listed.
    #[error("the order cannot be placed as asked")]
    Obstacles(Vec<Obstacle>),
    /// There is no such order, or it is not the caller's.
    #[error("there is no such {0}, or it is not yours")]
    NotFound(&'static str),
    /// A session is needed.
    #[error("start a guest session or sign in first")]
    NoSession,
    /// The state does not allow it.
    #[error("{message}")]
    WrongState {
        /// Where it stands.
        state: OrderState,
        /// What to do.
        message: String,
    },
    /// More units than are left.
    #[error("only {left} are left: ask for {left} or fewer")]
    TooMany {
        /// Which of the lines in the input, from 0.
        line: usize,
        /// Units that could be had.
        left: u32,
    },
    /// The idempotency key was used with another input.
    #[error("this idempotency key was used with another input: make a new key")]
    KeyReused,
    /// The same key is being worked on.
    #[error("the same request is being worked on: try again shortly with the same key")]
    InProgress,
    /// An input breaks a rule.
    #[error("{field}: {message}")]
    Invalid {
        /// Which input.
        field: &'static str,
        /// What is wrong and what to do.
        message: String,
    },
    /// A store failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}
