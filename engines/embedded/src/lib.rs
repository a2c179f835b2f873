//! What lives in the process: the watch over deadlines, rate limits, and the sandbox payment provider. None of them is
//! the truth: what they forget in a restart is found again in SQL.

pub mod deadlines;
pub mod limiter;
pub mod sandbox;

pub use deadlines::MemoryDeadlines;
pub use limiter::MemoryRateLimiter;
pub use sandbox::SandboxProvider;
