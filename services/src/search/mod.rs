//! Search: full text, filters, disjunctive facets and suggestions over items; only what can be delivered; and the
//! consumer that makes each change findable within a second.
//!
//! Reading order: `model` and `ports`, `words` and `synonyms` (what a text means), `documents` (what an index keeps), `measures`, `phrases`
//! and `weights` (what indexes share),
//! `facets` (which ways to narrow down are offered), `cursor`, `rules`, `service`,
//! `consumer`.

mod consumer;
#[cfg(feature = "contract")]
pub mod contract;
pub mod cursor;
pub mod documents;
pub mod error;
pub mod facets;
pub mod measures;
pub mod model;
pub mod phrases;
pub mod ports;
mod rules;
pub mod service;
pub mod synonyms;
pub mod weights;
pub mod words;

pub use error::Error;
pub use model::*;
pub use service::Search;
pub use synonyms::Synonyms;
