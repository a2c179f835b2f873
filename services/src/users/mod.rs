//! Users: accounts, their addresses and where their things go. Cache first, then database. Passwords and sessions are
//! checked in `sessions`.

#[cfg(feature = "contract")]
pub mod contract;
pub mod error;
pub mod model;
pub mod ports;
pub mod rules;
pub mod service;

pub use error::Error;
pub use model::*;
pub use service::Users;
