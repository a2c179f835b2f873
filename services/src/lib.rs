//! The shop itself: one folder per service, each with a pure `model`, its `ports` (what it needs from an engine), a
//! `service` (load, decide, persist) and its `error`s. This crate deliberately knows no driver, no web framework, no
//! GraphQL and no other crate of the workspace.
//!
//! Reading order: [`kernel`] first, then the floors from below, as `docs/ARCHITECTURE.md` draws them. An area imports
//! only from floors below its own; a test over the `use` paths holds it. To add an area, make a folder of the same four
//! files, give it a floor in `tests/it/architecture.rs`, and put its ports' contract suite into `contract.rs` beside
//! them so that every engine can run it.

pub mod kernel;

pub mod activity;
pub mod items;
pub mod logistics;
pub mod notifications;
pub mod payments;
pub mod users;
pub mod warehouses;

pub mod inventory;
pub mod recommendations;
pub mod trends;

pub mod carts;
pub mod serviceability;
pub mod wishlists;

pub mod inbound;
pub mod orders;
pub mod search;
pub mod sessions;

pub mod reconciliation;
