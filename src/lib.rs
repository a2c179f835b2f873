//! The composition root: command line, settings, wiring, roles, and the edge. It is the only place that knows engines;
//! it holds no rule of the shop.
//!
//! Reading order: `cli` (what a person types), `settings`, `wiring` (one file per port), `gateway` (how the edge runs
//! the schema), `edge`, and `demo` (the demonstration shop).

pub mod cli;
pub mod demo;
pub mod edge;
pub mod gateway;
pub mod images;
pub mod playground;
pub mod settings;
pub mod webhooks;
pub mod wiring;
