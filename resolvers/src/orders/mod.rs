//! Orders as shown, listed, cancelled and followed.

pub mod events;
pub mod list;
pub mod mutation;
pub mod query;
pub mod returns;
pub mod subscription;
pub mod types;
