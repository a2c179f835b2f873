//! The search index, in process: `services::search::SearchIndex` on tantivy, on disk or in memory.
//!
//! Reading order: `analysis` (words), `fields` (what is kept), `text` (what a search text asks for), `filters`, `facets`,
//! `ranking`, `search` (one query over one generation), `spelling` and `complete`, `generations` (held lists), `core` (one
//! folder: writer, reader, commit), `index` (the port). It deliberately knows no other engine and no item service.

mod analysis;
mod complete;
mod core;
mod facets;
mod fields;
mod filters;
mod generations;
mod index;
mod ranking;
mod search;
mod spelling;
mod text;

pub use index::TantivyIndex;
