//! placeholder
pub mod edge;
