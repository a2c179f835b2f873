//! Notifications: what the shop tells shoppers about their orders, once each: in the shop, by mail, and to webhooks of
//! operators. When to tell is decided by the consumers of the order events. Reading order: [`kinds`], [`templates`],
//! [`delivery`], [`guard`], then the services [`Notifications`] (what lies in the shop) and [`Outgoing`] (what leaves it).

#[cfg(feature = "contract")]
pub mod contract;
#[cfg(feature = "contract")]
pub mod deliveries_contract;
pub mod delivery;
pub mod guard;
pub mod kinds;
pub mod model;
pub mod outgoing;
pub mod ports;
pub mod service;
pub mod templates;

pub use kinds::*;
pub use model::*;
pub use outgoing::{Notice, Outgoing, OutgoingParts};
pub use service::Notifications;
