//! Trends as GraphQL shows them.

pub mod query;
pub mod subscription;
pub mod types;
