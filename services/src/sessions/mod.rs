//! Sessions: sign-up, sign-in, guests, access and refresh tokens, new passwords, and the merge of what a guest had.

#[cfg(feature = "contract")]
pub mod contract;
pub mod ended;
pub mod error;
#[cfg(feature = "contract")]
pub mod limits_contract;
pub mod model;
pub mod moves;
pub mod passwords;
#[cfg(feature = "contract")]
pub mod passwords_contract;
pub mod ports;
pub mod recovery;
pub mod service;
pub mod tokens;

pub use error::Error;
pub use model::*;
pub use moves::{MoveError, Moves};
pub use recovery::ChangePassword;
pub use service::{SessionParts, Sessions, SignIn, SignUp};
pub use tokens::TokenKeys;
