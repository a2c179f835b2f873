//! Items: what the shop shows. Attributes differ by category and are typed; an item is shown, a variant is bought.

mod cache;
pub mod category_rules;
#[cfg(feature = "contract")]
pub mod contract;
mod draft;
pub mod error;
pub mod model;
pub mod ports;
pub mod rules;
pub mod service;
pub mod tree;

pub use draft::{item_id, variant_id};
pub use error::Error;
pub use model::*;
pub use service::Items;
pub use tree::CategoryTree;
