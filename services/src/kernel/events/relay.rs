//! Events of a store that lives outside of the log's database: it keeps each with the state that it announces, and a
//! relay puts them on the log. A crash between two steps repeats and never loses: an event is forgotten by its store only
//! after the log has it, and the log takes an event that it has already as done.
//!
//! The lease only spares work. Two relays at once write no event twice, and those of one key stay in order: whoever comes
//! late finds the ids of what it brings on the log.

use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

use super::{Event, Topic};
use crate::kernel::{clock::Timestamp, error::EngineResult};

/// How long a relay may work without asking again; a dead one is followed after so long.
pub const LEASE: Duration = Duration::from_secs(15);

/// An event with its topic.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The topic.
    pub topic: Topic,
    /// The event; its id was given when the state was written.
    pub event: Event,
}

/// A store that keeps events.
#[async_trait]
pub trait KeptEvents: Send + Sync + 'static {
    /// Takes or prolongs the right to relay until an instant; false while another holder has it.
    async fn lease(&self, holder: Uuid, now: Timestamp, until: Timestamp) -> EngineResult<bool>;
    /// Up to `limit` kept events, about the oldest first; those of one key in the order in which they were written, and
    /// none of a key before all older ones of it.
    async fn kept(&self, limit: usize) -> EngineResult<Vec<Kept>>;
    /// Forgets events that are on the log.
    async fn forget(&self, kept: &[Kept]) -> EngineResult<()>;
}

/// A log that takes in what another store kept.
#[async_trait]
pub trait EventIntake: Send + Sync + 'static {
    /// Appends events under their own ids, those of one key in the order given. A failed call may have taken some of
    /// them, never one of a key without all before it; it is repeated whole. A log inside a database takes all or none
    /// and leaves alone what it has; on a broker the repeated ones may stand twice, and consumers know them by their id.
    async fn take_in(&self, kept: &[Kept]) -> EngineResult<()>;
}

/// One round: up to `limit` events from the store to the log; answers how many. 0 also while another relay has the lease.
///
/// # Errors
/// When the store or the log does not answer; the next round repeats what was not forgotten.
pub async fn relay(
    from: &dyn KeptEvents,
    to: &dyn EventIntake,
    holder: Uuid,
    limit: usize,
    now: Timestamp,
) -> EngineResult<usize> {
    if !from.lease(holder, now, now + LEASE).await? {
        return Ok(0);
    }
    let kept = from.kept(limit).await?;
    if !kept.is_empty() {
        to.take_in(&kept).await?;
        from.forget(&kept).await?;
    }
    Ok(kept.len())
}
