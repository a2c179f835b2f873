//! Items: what the shop shows. Attributes differ by category and are typed; an item is shown, a variant is bought.

pub mod error;
pub mod model;
pub mod ports;
pub mod service;

pub use error::Error;
pub use model::*;
pub use service::Items;
