//! Recommendations: what goes with an item, a cart or a shopper, learnt from what was bought and looked at. A model is
//! learnt in the background, written as a whole version and served only when it is complete; an operator can take one
//! back. It deliberately knows no titles, prices or promises: whoever shows an item decides whether it can be shown.

#[cfg(feature = "contract")]
pub mod contract;
pub mod evaluation;
pub mod learning;
pub mod model;
pub mod ports;
pub mod service;

pub use model::{Model, Reason, Suggestion, Thing};
pub use service::Recommendations;
