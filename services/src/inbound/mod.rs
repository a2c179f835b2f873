//! The inbound service.
