//! The contract suites of every relational port, on SQLite.

mod core;
mod inventory;
mod items;
mod network;
mod support;
