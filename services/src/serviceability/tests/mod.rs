//! Tests of the whole: against a brute-force search, rules one by one, the service on small working stores, and scale.

mod brute;
mod changes;
mod fixture;
mod properties;
mod rules;
mod scale;
mod service;
mod stores;
