//! One database's outbox as a relay to a broker sees it: a consumer group of the log, so that progress is durable, events
//! come in the order of their numbers (ids that were committed out of order are never passed over), and retention waits
//! for the broker. Only one process ships at a time, by a lease in the same database.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use futures::FutureExt;
use parking_lot::Mutex;
use services::kernel::{
    clock::Timestamp,
    error::EngineResult,
    events::{
        EventLog, Topic,
        relay::{Kept, KeptEvents},
    },
    ids::EventId,
};
use uuid::Uuid;

use crate::{
    Db, args,
    event_log::{ENGINE, SqlEventLog},
};

/// See the module.
#[derive(Debug)]
pub struct SqlOutbox {
    log: SqlEventLog,
    db: Db,
    topics: Vec<Topic>,
    group: String,
    /// Where the next round begins, so that a topic with much to tell does not hold the others.
    turn: AtomicUsize,
    /// Where the events of the last round stand.
    places: Mutex<HashMap<EventId, (Topic, i64)>>,
}

impl SqlOutbox {
    pub(crate) fn new(log: SqlEventLog, db: Db, topics: Vec<Topic>, group: &str) -> Self {
        Self { log, db, topics, group: group.to_owned(), turn: AtomicUsize::default(), places: Mutex::default() }
    }
}

#[async_trait]
impl KeptEvents for SqlOutbox {
    async fn lease(&self, holder: Uuid, now: Timestamp, until: Timestamp) -> EngineResult<bool> {
        let group = self.group.clone();
        self.db
            .write(ENGINE, move |tx| {
                let group = group.clone();
                async move {
                    let take = "UPDATE log_leases SET holder = ?, leased_until = ? \
                                WHERE group_name = ? AND (holder = ? OR leased_until <= ?)";
                    if tx.execute(take, args![holder, until, &group, holder, now]).await? > 0 {
                        return Ok(true);
                    }
                    let held = tx.first("SELECT holder FROM log_leases WHERE group_name = ?", args![&group]).await?;
                    if let Some(row) = held {
                        // A server may count a row that stays as it was as not changed.
                        return Ok(row.uuid(0)? == holder);
                    }
                    let first = "INSERT INTO log_leases (group_name, holder, leased_until) VALUES (?, ?, ?)";
                    tx.execute(first, args![group, holder, until]).await?;
                    Ok(true)
                }
                .boxed()
            })
            .await
    }

    async fn kept(&self, limit: usize) -> EngineResult<Vec<Kept>> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let (mut all, mut places) = (Vec::new(), HashMap::new());
        for n in 0..self.topics.len() {
            let topic = self.topics[(turn + n) % self.topics.len()];
            let share = (limit - all.len()).min(limit.div_ceil(2));
            if share == 0 {
                break;
            }
            for delivered in self.log.poll(&self.group, topic, share).await? {
                places.insert(delivered.event.id, (topic, delivered.offset));
                all.push(Kept { topic, event: delivered.event });
            }
        }
        *self.places.lock() = places;
        Ok(all)
    }

    async fn forget(&self, kept: &[Kept]) -> EngineResult<()> {
        let mut ends: HashMap<Topic, i64> = HashMap::new();
        {
            let places = self.places.lock();
            for (topic, offset) in kept.iter().filter_map(|k| places.get(&k.event.id)) {
                let end = ends.entry(*topic).or_default();
                *end = (*end).max(*offset);
            }
        }
        for (topic, offset) in ends {
            self.log.commit(&self.group, topic, offset).await?;
        }
        Ok(())
    }
}
