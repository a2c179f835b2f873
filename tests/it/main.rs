//! The whole shop, tested from outside: through real HTTP and WebSocket on a port of 127.0.0.1, on the embedded engines.

mod architecture;
mod events;
