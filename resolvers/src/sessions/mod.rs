//! Beginning, refreshing and ending sessions.

pub mod mutation;
pub mod passwords;
pub mod totp;
