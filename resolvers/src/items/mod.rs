//! Items, variants, categories and attributes: reading them, and the operators' changes of them.

pub mod attributes;
pub mod category;
pub mod inputs;
pub mod mutation;
pub mod query;
pub mod types;
pub mod variant;
