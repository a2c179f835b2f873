//! Messages of the shop: the list, marking them as seen, and following new ones. When something is told is decided by the
//! worker that hears the orders' events, not here.

pub mod mutation;
pub mod preferences;
pub mod subscription;
pub mod types;
