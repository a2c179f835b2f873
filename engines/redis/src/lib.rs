//! What processes share beside the databases, on Redis: the watch over deadlines and the buckets of rate limits. Neither
//! is the truth: what Redis forgets is found again in SQL, and a limiter that is down locks nobody out.
//!
//! A URL is `redis://user:password@host:port/database`, or `rediss://` for TLS; `?prefix=NAME` parts shops that share a
//! server. Nothing connects before the first call, so a shop starts while Redis is away.

pub mod connection;
pub mod deadlines;
pub mod limiter;

pub use connection::Redis;
pub use deadlines::RedisDeadlines;
pub use limiter::RedisRateLimiter;
