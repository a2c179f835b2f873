//! The contract suites of every relational port, on SQLite.

mod carts;
mod core;
mod inventory;
mod items;
mod items_service;
mod network;
mod people;
mod sessions;
mod support;
mod users;
mod wishlists;
