//! The contract of item stores.
