//! Lanes: how many operations of a kind run at the same time, and how many may wait for their turn. Searches, other
//! reads and writes have lanes of their own, so a flood on one leaves the others alive. A full queue refuses at once:
//! that costs less than any answer.

use std::time::Duration;

use services::kernel::turns::{Turn, Turns};

use super::{limits::Limits, rates::Class};

/// Until an operation's turn must have come up; after it the operation is refused.
const TURN_WAIT: Duration = Duration::from_secs(1);

/// The lanes of a process.
pub struct Lanes {
    searches: Turns,
    reads: Turns,
    writes: Turns,
}

impl Lanes {
    /// Empty lanes as wide as the limits say.
    pub fn new(limits: &Limits) -> Self {
        let lane = |running| Turns::bounded(running, limits.waiting, TURN_WAIT);
        Self {
            searches: lane(limits.searches_in_flight),
            reads: lane(limits.in_flight),
            writes: lane(limits.in_flight),
        }
    }

    /// Waits for a turn; `None` at once when too many wait already, or when it did not come up in time.
    pub async fn enter(&self, class: Class) -> Option<Turn> {
        let lane = match class {
            Class::Search => &self.searches,
            Class::Read | Class::Subscription => &self.reads,
            Class::Write | Class::Session | Class::Checkout => &self.writes,
        };
        lane.take().await.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn limits() -> Limits {
        Limits { in_flight: 1, searches_in_flight: 2, waiting: 1, ..Limits::standard() }
    }

    #[tokio::test]
    async fn a_full_lane_of_searches_leaves_reads_and_writes_alone() {
        let lanes = Lanes::new(&limits());
        let _held = [lanes.enter(Class::Search).await.expect("free"), lanes.enter(Class::Search).await.expect("free")];
        assert!(lanes.enter(Class::Search).await.is_none(), "the turn does not come up in time");
        assert!(lanes.enter(Class::Read).await.is_some());
        assert!(lanes.enter(Class::Checkout).await.is_some());
    }

    #[tokio::test]
    async fn so_many_wait_and_the_next_is_refused_at_once() {
        let lanes = Arc::new(Lanes::new(&limits()));
        let held = lanes.enter(Class::Write).await.expect("free");
        let waiting = tokio::spawn({
            let lanes = Arc::clone(&lanes);
            async move { lanes.enter(Class::Write).await.is_some() }
        });
        tokio::task::yield_now().await;
        let before = tokio::time::Instant::now();
        assert!(lanes.enter(Class::Write).await.is_none());
        assert!(before.elapsed() < TURN_WAIT / 2, "refused without waiting");
        drop(held);
        assert!(waiting.await.expect("runs"), "who waited gets the turn");
    }
}
