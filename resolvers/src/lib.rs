//! What a storefront calls: GraphQL types, queries, mutations, subscriptions and batching loaders over the services. It
//! holds no rule of the shop, knows no engine and no HTTP; limits, coercion of scalars and the answers' transport are the
//! edge's.
//!
//! Reading order: [`shop`] (what is called), [`context`] (what one request knows), [`error`] (what callers hear),
//! [`loaders`], then one folder per area with its `types`, `query` and `mutation`, and [`schema`], where the roots are
//! merged. To add a field: put it on a type or a root of its area, describe it, return `Option<Result<…>>` when another
//! engine is behind it, ask through a loader when it stands in a list, and add it to the test that counts calls.

pub mod batching;
pub mod context;
pub mod error;
pub mod fanout;
pub mod federation;
pub mod following;
pub mod ids;
pub mod loaders;
pub mod money;
pub mod node;
pub mod pages;
pub mod scalars;
pub mod schema;
pub mod shop;
pub mod tokens;

pub mod carts;
pub mod checkout;
pub mod items;
pub mod notifications;
pub mod orders;
pub mod recommendations;
pub mod search;
pub mod serviceability;
pub mod sessions;
pub mod staff;
pub mod trends;
pub mod viewer;
pub mod wishlists;

pub use context::{RequestData, degraded};
pub use scalars::scalar_validators;
pub use schema::{Schema, Served, bare_sdl, request, sdl};
pub use shop::Shop;
