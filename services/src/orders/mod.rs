//! Orders: the frozen quote, placing, payment against a deadline, cancelling, and order processing to the doorstep.
//! `docs/ARCHITECTURE.md` walks through a checkout.
//!
//! The decisions are pure functions in [`states`], [`charges`], [`allocation`] and [`plan`]; [`service`] loads, decides
//! and persists through [`ports`]. Nothing here knows the table that stock lies in: [`ports::OrderStore::place`] is the
//! one step that spans order, payment and stock.

pub mod allocation;
pub mod charges;
#[cfg(feature = "contract")]
pub mod contract;
pub mod error;
pub mod model;
mod placing;
pub mod plan;
pub mod ports;
mod quoting;
mod returning;
pub mod returns;
pub mod service;
pub mod settings;
pub mod states;
mod steps;
pub mod tokens;

pub use error::Error;
pub use model::*;
pub use returns::{Decision, LineUnits, Return, ReturnAct, ReturnLine, ReturnState, ReturnWish};
pub use service::{OrderParts, Orders};
pub use settings::OrderSettings;
