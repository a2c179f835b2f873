//! Trends: what was most bought, searched, viewed and wishlisted, where most was bought, and what categories brought in,
//! over windows that end now. Counted from the log by the time at which things happened ([`counting`]), published as whole
//! windows that anybody may read, and that another counter (a job of a cluster) may write in place of this one.

#[cfg(feature = "contract")]
pub mod contract;
pub mod counting;
pub mod model;
pub mod ports;
pub mod service;

pub use model::{Entry, Kind, Report, Snapshot, Span, Subject};
pub use service::Trends;
