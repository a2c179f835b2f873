//! The search index on a server: `services::search::SearchIndex` on Elasticsearch 8 or newer.
//!
//! A URL is `elasticsearch://user:password@host:port/prefix`, or `elasticsearch+https://` for TLS; the prefix parts shops
//! that share a server, `?ca=FILE` names an authority of one's own. Nothing connects before the first call, so a shop starts
//! while the server is away.
//!
//! Reading order: `client` (HTTP, retries, breaker), `documents` and `mapping.json` (what is kept), `indexes` (aliases),
//! `snapshot` and `generations` (held lists), `text`, `filters`, `facets`, `search` (one query), `spelling` and `complete`,
//! `index` (the port). It deliberately knows no other engine and no item service.

mod client;
mod complete;
mod documents;
mod facets;
mod filters;
mod generations;
mod index;
mod indexes;
mod search;
mod snapshot;
mod spelling;
mod text;

pub use index::ElasticsearchIndex;
