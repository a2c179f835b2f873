//! The whole shop, tested from outside: through real HTTP and WebSocket on a port of 127.0.0.1, on the embedded engines.

mod architecture;
mod bad_input;
mod edges;
mod events;
mod federation;
mod generated;
mod harness;
mod journeys;
mod operations;
mod operations_http;
mod production;
mod snapshots;
