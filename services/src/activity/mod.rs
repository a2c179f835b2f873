//! Activity: who searched, viewed, liked and bought what, under a pseudonym. Reads are noted in a bounded buffer that is
//! flushed to the log each second: never a write per read. Up to two seconds may be lost when a process dies, and the
//! oldest are dropped when the buffer is full; that is the price of reads that cost nothing.

pub mod model;
pub mod ports;
pub mod service;

pub use model::{Deed, Record};
pub use service::Activity;
