//! Search: full text, filters, disjunctive facets and suggestions over items; only what can be delivered; and the
//! consumer that makes each change findable within a second.

pub mod model;
pub mod ports;
pub mod service;

pub use model::*;
pub use service::Search;
