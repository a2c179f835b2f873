//! Orders: the frozen quote, placing, payment against a deadline, cancelling, and order processing to the doorstep.
//! `docs/ARCHITECTURE.md` walks through a checkout.

pub mod error;
pub mod model;
pub mod ports;
pub mod service;

pub use error::Error;
pub use model::*;
pub use service::Orders;
