//! Puts the events of a store outside of the log's database on the log, or those of an outbox on a broker; see [`services::kernel::events::relay`].

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use services::kernel::{
    clock::Clock,
    error::EngineResult,
    events::relay::{EventIntake, KeptEvents, relay},
    ids::IdSource,
};
use uuid::Uuid;

use crate::worker::{Rhythm, Worker};

/// Events of one round.
const EVENTS: usize = 200;

/// See the module.
pub struct Relay {
    from: Arc<dyn KeptEvents>,
    to: Arc<dyn EventIntake>,
    clock: Arc<dyn Clock>,
    /// This process, before the lease.
    holder: Uuid,
    rhythm: Rhythm,
}

impl Relay {
    /// From a store to the log.
    pub fn new(from: Arc<dyn KeptEvents>, to: Arc<dyn EventIntake>, clock: Arc<dyn Clock>, ids: &dyn IdSource) -> Self {
        let holder = Uuid::from_u128(ids.random());
        // Nothing on the log tells that the other store was written to.
        Self { from, to, clock, holder, rhythm: Rhythm::Timed(Duration::from_millis(250)) }
    }
    /// The same for a store whose writes wake the log.
    #[must_use]
    pub fn woken(self) -> Self {
        Self { rhythm: Rhythm::Woken(Duration::from_secs(1)), ..self }
    }
}

#[async_trait]
impl Worker for Relay {
    fn name(&self) -> &'static str {
        "relay"
    }
    fn rhythm(&self) -> Rhythm {
        self.rhythm
    }
    async fn step(&self) -> EngineResult<usize> {
        relay(&*self.from, &*self.to, self.holder, EVENTS, self.clock.now()).await
    }
}
