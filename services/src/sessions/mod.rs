//! Sessions: sign-up, sign-in, guests, access and refresh tokens, and the merge of what a guest had.

pub mod error;
pub mod model;
pub mod ports;
pub mod service;

pub use error::Error;
pub use model::*;
pub use service::Sessions;
