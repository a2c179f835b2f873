//! The contract suites of every relational port, on SQLite.

mod core;
mod inventory;
mod items;
mod items_service;
mod network;
mod support;
