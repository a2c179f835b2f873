//! The contract of inventory stores.
