//! Sessions: sign-up, sign-in, guests, access and refresh tokens, and the merge of what a guest had.

#[cfg(feature = "contract")]
pub mod contract;
pub mod error;
#[cfg(feature = "contract")]
pub mod limits_contract;
pub mod model;
pub mod moves;
pub mod passwords;
pub mod ports;
pub mod service;
pub mod tokens;

pub use error::Error;
pub use model::*;
pub use moves::{MoveError, Moves};
pub use service::{Sessions, SignIn, SignUp};
pub use tokens::TokenKeys;
