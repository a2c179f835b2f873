//! The contract suites of every relational port, on SQLite.

mod core;
mod support;
