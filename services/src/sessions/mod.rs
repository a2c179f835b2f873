//! Sessions: sign-up, sign-in, guests, access and refresh tokens, new passwords, second factors, and the merge of what a guest had.

#[cfg(feature = "contract")]
pub mod contract;
pub mod ended;
pub mod error;
pub mod factors;
#[cfg(feature = "contract")]
pub mod factors_contract;
#[cfg(feature = "contract")]
pub mod limits_contract;
pub mod model;
pub mod moves;
pub mod passwords;
#[cfg(feature = "contract")]
pub mod passwords_contract;
pub mod ports;
pub mod recovery;
pub mod sealing;
pub mod service;
pub mod tokens;
pub mod totp;

pub use error::Error;
pub use factors::AppSecret;
pub use model::*;
pub use moves::{MoveError, Moves};
pub use recovery::ChangePassword;
pub use sealing::SealingKeys;
pub use service::{SessionParts, Sessions, SignIn, SignUp};
pub use tokens::TokenKeys;
