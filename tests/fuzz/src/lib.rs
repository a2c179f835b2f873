//! What reads bytes from outside, tried with bytes that nobody would send. Each function of [`targets`] takes any bytes
//! and asserts what must hold for them: that refused input is refused by a clear code, that what was read is written as
//! it was, that work is bounded. [`made`] makes inputs that get past the first check: edits of good ones, and documents
//! of the schema.
//!
//! `tests/targets/` runs all of it under `cargo test`; `tests/fuzz/run-long` runs one target after the other for longer.
//! A new target is a function in `targets/`, one line in `tests/targets/main.rs`, and some seeds.

pub mod graphql;
pub mod made;
pub mod seeds;
pub mod targets;
