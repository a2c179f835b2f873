//! What orders need.
