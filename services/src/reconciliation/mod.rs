//! Reconciliation: proves over live data that orders, stock and payments agree, and lists where they do not. It reads
//! only; it repairs nothing, because a drift is a bug to be understood first.
//!
//! The books are read in pages, so memory is bounded however large the shop is. What looks wrong is read again before it
//! is reported: orders move while they are read.

mod checks;
pub mod model;
pub mod ports;
mod verify;

pub use model::{Finding, OrderBook, RULES, StockBook};
pub use ports::BooksStore;
pub use verify::{Verified, verify, verify_counted};
