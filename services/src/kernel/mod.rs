//! What every area shares: money, ids, clock, pages, pincodes, limits, callers, and the event log. It holds no rule of
//! any one area.

pub mod caller;
pub mod clock;
pub mod error;
pub mod events;
pub mod handling;
pub mod ids;
pub mod limits;
pub mod mail;
pub mod money;
pub mod pages;
pub mod pincodes;
pub mod text;
pub mod turns;
