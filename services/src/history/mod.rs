//! Orders of long ago: they move from the order database to an archive and stay in the shopper's one list.
//!
//! What moves is the whole order as one document: lines, parcels, address, charges, mail address. In the order database
//! stay a slim row (owner, number, state, total, the titles that filters look for, the document's checksum), what each
//! line took from stock, the order's events, the payment and its refunds. So lists, filters and positions are read from
//! one table whether an order was moved or not, and the books still agree. A document is told with the owner, payment,
//! refunds and sequence of *today*, which the slim row knows.
//!
//! A move has three steps: copied, read back and compared, let go. Each may be repeated, so a crash between two is
//! repaired by the next run; until the last one the order database tells the order, after it the archive.

#[cfg(feature = "contract")]
pub mod contract;
pub mod error;
pub mod model;
pub mod ports;
pub mod service;

pub use error::Wrong;
pub use model::{ArchiveKey, Copy, Entry, Slim, restore};
pub use ports::{OrderArchive, OrderIndex};
pub use service::{History, Listed, Told, carry};
