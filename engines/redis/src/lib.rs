//! Deadlines, rate limits, sessions, the cache in front of accounts and wake-ups, on Redis.
