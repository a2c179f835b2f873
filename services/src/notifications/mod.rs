//! Notifications: what the shop tells shoppers about their orders, once each, in the app. When to tell is decided by the
//! consumer of the order events; other channels (mail, webhooks) come behind [`ports::Channel`].

#[cfg(feature = "contract")]
pub mod contract;
pub mod model;
pub mod ports;
pub mod service;
pub mod templates;

pub use model::*;
pub use service::Notifications;
