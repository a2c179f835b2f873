//! What can go wrong with accounts and addresses.

use crate::kernel::error::EngineError;

/// Errors of the user service.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Inputs break rules; every broken one is listed as (field, what to do).
    #[error("{}", .0.iter().map(|(field, message)| format!("{field}: {message}")).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<(&'static str, String)>),
    /// There is no such thing, or it is not the caller's.
    #[error("there is no such {0}, or it is not yours")]
    NotFound(&'static str),
    /// There are as many as allowed.
    #[error("an account holds at most {0} addresses: remove one first")]
    TooMany(usize),
    /// The store failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}
