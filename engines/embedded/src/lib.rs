//! What lives in the process: the watch over deadlines, rate limits, and the sandbox payment provider; and
//! messages as files. None of them is the truth: what they forget in a restart is found again in SQL.

pub mod deadlines;
pub mod limiter;
pub mod outbox;
pub mod sandbox;

pub use deadlines::MemoryDeadlines;
pub use limiter::MemoryRateLimiter;
pub use outbox::FileMailer;
pub use sandbox::SandboxProvider;
