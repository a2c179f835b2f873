//! Search, suggestions, and the narrowing of both.

pub mod inputs;
pub mod query;
pub mod types;
