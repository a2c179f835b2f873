//! What lives in the process: rate limits, deadlines, and the sandbox payment provider. Rate limits and deadlines start
//! empty with the process (the truth about deadlines is in the order store); the sandbox keeps its books behind a port.

pub mod deadlines;
pub mod limiter;

pub use deadlines::MemoryDeadlines;
pub use limiter::MemoryRateLimiter;
