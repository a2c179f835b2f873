//! Answers that callers may share: kept as the JSON text that left, bounded in bytes and in time, made once when many
//! ask at the same time. Which answers, under which scope and for how long is the gateway's to say; a scope that names a
//! version of the data makes old answers unreachable, so nothing needs to be taken out.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::http::HeaderValue;
use bytes::Bytes;
use moka::{Expiry, future::Cache};

use super::{
    gateway::{Asked, Outcome},
    refusal::Refusal,
    reply::Reply,
};

/// Bytes that an entry takes besides its key and its answer, roughly.
const ENTRY_BYTES: usize = 200;

/// An answer as it leaves.
#[derive(Clone, Debug)]
pub struct Written {
    /// The JSON text.
    pub json: Bytes,
    /// Whether the operation ran.
    pub ran: bool,
    /// How it ended.
    pub outcome: Outcome,
    /// Cookies to set; answers that are shared have none.
    pub cookies: Vec<HeaderValue>,
}

impl From<&Reply> for Written {
    fn from(reply: &Reply) -> Self {
        Self {
            json: reply.to_json().into(),
            ran: reply.ran(),
            outcome: reply.outcome(),
            cookies: reply.cookies.clone(),
        }
    }
}

/// A new answer and for how long it may be shared.
#[derive(Debug)]
pub struct Made {
    /// The answer.
    pub written: Written,
    /// Zero: only with those who wait for it already.
    pub keep_for: Duration,
}

/// What makes two operations equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    document: Arc<str>,
    rest: String,
}

impl Key {
    /// Of a document with its chosen operation, its variables, and the scope that the gateway named.
    pub fn new(document: &Arc<str>, asked: &Asked<'_>, scope: &str) -> Self {
        let operation = asked.operation_name.unwrap_or_default();
        // The scope's length keeps its end apart from the variables, which may hold any text.
        let rest = format!("{operation} {} {scope} {}", scope.len(), asked.variables);
        Self { document: document.clone(), rest }
    }
}

#[derive(Clone)]
struct Kept {
    written: Written,
    keep_for: Duration,
}

struct ByEntry;

impl Expiry<Key, Kept> for ByEntry {
    fn expire_after_create(&self, _key: &Key, kept: &Kept, _now: Instant) -> Option<Duration> {
        Some(kept.keep_for)
    }
}

/// Why an answer is not kept.
enum NotKept {
    Answer(Written),
    Refused(Refusal),
}

/// The answers that are held.
pub struct SharedAnswers(Cache<Key, Kept>);

impl SharedAnswers {
    /// Empty.
    pub fn new(bytes_max: u64) -> Self {
        let weight = |key: &Key, kept: &Kept| {
            let bytes = key.document.len() + key.rest.len() + kept.written.json.len() + ENTRY_BYTES;
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(bytes_max).weigher(weight).expire_after(ByEntry).build())
    }

    /// The answer that is kept, or the one that `make` gives. When several ask for the same at once, one of them makes
    /// it for all, also when it is an error; when that one leaves, another does.
    pub async fn get(&self, key: Key, make: impl Future<Output = Result<Made, Refusal>>) -> Result<Written, Refusal> {
        let init = async {
            match make.await {
                Ok(Made { written, keep_for }) if keep_for > Duration::ZERO && written.outcome == Outcome::Ok => {
                    Ok(Kept { written, keep_for })
                }
                Ok(made) => Err(NotKept::Answer(made.written)),
                Err(refusal) => Err(NotKept::Refused(refusal)),
            }
        };
        match self.0.try_get_with(key, init).await {
            Ok(kept) => Ok(kept.written),
            Err(not_kept) => match &*not_kept {
                NotKept::Answer(written) => Ok(written.clone()),
                NotKept::Refused(refusal) => Err(refusal.clone()),
            },
        }
    }
}

#[cfg(test)]
#[path = "tests/shared.rs"]
mod tests;
