//! What can go wrong with sessions.

use crate::kernel::{clock::Timestamp, error::EngineError};

/// Errors of the session service.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// E-mail or password is wrong: the same for an unknown address and a wrong password.
    #[error("the e-mail address or the password is not right")]
    WrongCredentials,
    /// The password given along with a change is not the account's.
    #[error("the password is not right")]
    WrongPassword(
        /// Which input.
        &'static str,
    ),
    /// The password is right, and the account has a second factor: told to nobody else.
    #[error("the account needs a one-time code: give what the authenticator app shows, or a recovery code")]
    TotpRequired,
    /// The one-time code is not right, or was used.
    #[error("the one-time code is not right: wait for the next one")]
    WrongCode(
        /// Which input.
        &'static str,
    ),
    /// There is a second factor already, or none: which, and what to do.
    #[error("{0}")]
    WrongFactorState(&'static str),
    /// The reset token was never given out, was used, or its time is over: told alike.
    #[error("the token is not valid: ask for a new one")]
    WrongReset,
    /// An input breaks a rule.
    #[error("{field}: {message}")]
    Invalid {
        /// Which input.
        field: &'static str,
        /// What is wrong and what to do.
        message: String,
    },
    /// The token is not ours, altered, or of a revoked session.
    #[error("the token is not valid: sign in again")]
    InvalidToken,
    /// The token's time is over.
    #[error("the token expired: refresh the session")]
    ExpiredToken,
    /// Too many tries.
    #[error("too many tries: wait until {retry_at}")]
    TooMany {
        /// Earliest next try.
        retry_at: Timestamp,
    },
    /// A store failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}
