//! The contract suites of every relational port, on SQLite.

mod books;
mod carts;
mod checkout;
mod core;
mod event_log;
mod factors;
mod histories;
mod inbound;
mod inventory;
mod items;
mod items_service;
mod messages;
mod models;
mod network;
mod orders;
mod passwords;
mod people;
mod sessions;
mod support;
mod trends;
mod users;
mod wishlists;
