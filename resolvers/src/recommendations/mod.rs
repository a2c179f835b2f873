//! Recommendations as GraphQL shows them, and what operators see of activity.

pub mod activity;
pub mod mutation;
pub mod query;
pub mod types;
