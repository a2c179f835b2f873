//! Users: accounts, their addresses and where their things go. Cache first, then database. Passwords and sessions are
//! checked in `sessions`.

pub mod model;
pub mod ports;
pub mod service;

pub use model::*;
pub use service::Users;
