//! What engines say when they fail. Areas wrap it in their own errors; the doors decide what a caller hears.

use std::borrow::Cow;

/// A failure of an engine behind a port: opaque to the rules, but it knows whether a retry helps and which engine it is.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{engine}: {message}")]
pub struct EngineError {
    /// Which port failed, in the words of `extensions.degraded`: `search`, `items`, `inventory`, ….
    pub engine: &'static str,
    /// For the log, never for a caller.
    pub message: Cow<'static, str>,
    /// The same call may succeed later.
    pub retryable: bool,
}

impl EngineError {
    /// A failure that may pass: busy, timed out, not reachable.
    pub fn retryable(engine: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { engine, message: message.into(), retryable: true }
    }
    /// A failure that will stay: corrupt data, a bug, a refusal.
    pub fn permanent(engine: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { engine, message: message.into(), retryable: false }
    }
}

/// What ports answer.
pub type EngineResult<T> = Result<T, EngineError>;
