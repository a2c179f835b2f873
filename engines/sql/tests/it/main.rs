//! The contract suites of every relational port, on SQLite.

mod books;
mod carts;
mod checkout;
mod core;
mod histories;
mod inbound;
mod event_log;
mod inventory;
mod items;
mod items_service;
mod messages;
mod network;
mod people;
mod sessions;
mod orders;
mod support;
mod users;
mod wishlists;
