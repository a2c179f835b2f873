//! What a transaction program may do: the one port that both executors implement.
//!
//! Promises: everything of a program is committed together or not at all; events become visible to consumers only after
//! the commit. A program awaits nothing but its `Tx`, because on SQLite it is polled once, on the writer thread.

use futures::{FutureExt, future::BoxFuture};
use services::kernel::{
    clock::Timestamp,
    error::{EngineError, EngineResult},
    events::{Event, NewEvent, Topic},
    ids::EventId,
};
use uuid::Uuid;

use crate::{
    args,
    value::{Row, Value},
};

/// What kind of failure a statement met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SqlErrorKind {
    /// A unique key is taken.
    Unique,
    /// Busy, deadlock, lock time-out, connection lost: the whole transaction may be tried again.
    Retry,
    /// Anything else.
    Other,
}

/// A failure of a statement. Turns into an [`EngineError`] by `?`.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct SqlError {
    /// Its kind.
    pub kind: SqlErrorKind,
    /// For the log.
    pub message: String,
}

impl From<SqlError> for EngineError {
    fn from(e: SqlError) -> Self {
        match e.kind {
            // A unique key lost a race: run again, the program then finds the row.
            SqlErrorKind::Retry | SqlErrorKind::Unique => Self::retryable("sql", e.message),
            SqlErrorKind::Other => Self::permanent("sql", e.message),
        }
    }
}

/// A transaction.
pub trait Tx: Send {
    /// Runs a statement; answers how many rows it matched.
    fn execute<'a>(&'a mut self, sql: &'a str, args: Vec<Value>) -> BoxFuture<'a, Result<u64, SqlError>>;
    /// Runs a query.
    fn query<'a>(&'a mut self, sql: &'a str, args: Vec<Value>) -> BoxFuture<'a, Result<Vec<Row>, SqlError>>;
    /// A new id.
    fn next_id(&self, now: Timestamp) -> Uuid;
    /// Notes that an event was written, so that consumers are woken after the commit.
    fn wake(&mut self);
}

impl dyn Tx + '_ {
    /// Writes an event into the outbox of this database.
    pub fn emit(&mut self, now: Timestamp, event: NewEvent) -> BoxFuture<'_, EngineResult<()>> {
        let NewEvent { topic, kind, version, key, data } = event;
        let id = EventId(self.next_id(now));
        let event = Event { id, kind: kind.to_owned(), version, key, at: now, traceparent: None, data };
        self.append(topic, event)
    }
    /// The same for an event that has its id already.
    pub fn append(&mut self, topic: Topic, event: Event) -> BoxFuture<'_, EngineResult<()>> {
        async move {
            let data = serde_json::to_string(&event.data)
                .map_err(|e| EngineError::permanent("sql", format!("the event cannot be written as JSON: {e}")))?;
            let Event { id, kind, version, key, at, traceparent, .. } = event;
            self.execute(
                "INSERT INTO events (id, topic, event_key, kind, version, at, traceparent, data) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                args![id, topic.name(), key, kind, version, at, traceparent, data],
            )
            .await?;
            self.wake();
            Ok(())
        }
        .boxed()
    }
    /// The first row of a query.
    pub fn first<'a>(&'a mut self, sql: &'a str, args: Vec<Value>) -> BoxFuture<'a, Result<Option<Row>, SqlError>> {
        async move { Ok(self.query(sql, args).await?.into_iter().next()) }.boxed()
    }
}
