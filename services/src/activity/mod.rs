//! The activity service.
