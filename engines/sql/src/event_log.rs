//! The event log over the outbox tables, read by offset per consumer group. It is durable because the outbox is; there is
//! no second copy.
//!
//! Each topic lives in exactly one database. On SQLite one writer commits in order, so the row number is the offset. On
//! MySQL rows become visible out of order: whoever reads first numbers the committed rows under the lock of the topic's
//! sequencer row, and all consumers read by that number.
//!
//! It deliberately does not push: it wakes ([`EventLog::wakened`]), and consumers poll.

use async_trait::async_trait;
use futures::{FutureExt, future::BoxFuture};
use services::kernel::{
    clock::Timestamp,
    error::{EngineError, EngineResult},
    events::{
        DeadLetter, Delivered, Event, EventLog, NewEvent, Topic,
        relay::{EventIntake, Kept},
    },
};

use crate::{Backend, Db, Row, Tx, args, outbox::SqlOutbox};

pub(crate) const ENGINE: &str = "events";
/// Most events of one answer, whatever is asked for.
const READ_MAX: usize = 1_000;
/// Rows numbered in one transaction.
const NUMBERED_MAX: usize = 500;

/// The log.
#[derive(Clone, Debug)]
pub struct SqlEventLog {
    default: Db,
    by_topic: Vec<(Topic, Db)>,
}

impl SqlEventLog {
    /// On a database for all topics but those that live in another (carts and wishlists may).
    pub fn new(default: Db, by_topic: Vec<(Topic, Db)>) -> Self {
        Self { default, by_topic }
    }

    fn db(&self, topic: Topic) -> &Db {
        self.by_topic.iter().find(|(t, _)| *t == topic).map_or(&self.default, |(_, db)| db)
    }

    /// The outbox of each database, for a relay that reads it as a group.
    pub fn outboxes(&self, group: &str) -> Vec<SqlOutbox> {
        let topics = |db: &Db| Topic::ALL.into_iter().filter(|t| self.db(*t).same(db)).collect();
        self.databases().into_iter().map(|db| SqlOutbox::new(self.clone(), db.clone(), topics(db), group)).collect()
    }

    fn databases(&self) -> Vec<&Db> {
        let mut all = vec![&self.default];
        for (_, db) in &self.by_topic {
            if !all.iter().any(|d| d.same(db)) {
                all.push(db);
            }
        }
        all
    }
}

/// The column that orders a topic.
fn offset_column(db: &Db) -> &'static str {
    match db.backend() {
        Backend::Sqlite => "seq",
        Backend::MySql => "log_offset",
    }
}

/// On MySQL, numbers what was committed since the last time; elsewhere there is nothing to do.
async fn number(db: &Db, topic: Topic) -> EngineResult<()> {
    if db.backend() == Backend::Sqlite {
        return Ok(());
    }
    loop {
        let waiting = db
            .read(ENGINE, "SELECT seq FROM events WHERE topic = ? AND log_offset IS NULL LIMIT 1", args![topic.name()])
            .await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let numbered = db.write(ENGINE, move |tx| number_some(tx, topic).boxed()).await?;
        if numbered < NUMBERED_MAX {
            return Ok(());
        }
    }
}

async fn number_some(tx: &mut dyn Tx, topic: Topic) -> EngineResult<usize> {
    let name = topic.name();
    if tx.execute("UPDATE log_sequencers SET numbered = numbered WHERE topic = ?", args![name]).await? == 0 {
        tx.execute("INSERT INTO log_sequencers (topic, numbered) VALUES (?, 0)", args![name]).await?;
    }
    let sequencer = tx.first("SELECT numbered FROM log_sequencers WHERE topic = ?", args![name]).await?;
    let mut next = sequencer.map_or(Ok(0), |r| r.int(0))?;
    let waiting = tx
        .query(
            "SELECT seq FROM events WHERE topic = ? AND log_offset IS NULL ORDER BY seq LIMIT ?",
            args![name, NUMBERED_MAX],
        )
        .await?;
    for row in &waiting {
        next += 1;
        tx.execute("UPDATE events SET log_offset = ? WHERE seq = ?", args![next, row.int(0)?]).await?;
    }
    tx.execute("UPDATE log_sequencers SET numbered = ? WHERE topic = ?", args![next, name]).await?;
    Ok(waiting.len())
}

/// Drops the oldest events of a topic, up to the first young one: in the order of the offsets, never by a search for old
/// ones, which has no index to go by.
async fn prune_topic(
    tx: &mut dyn Tx,
    topic: Topic,
    column: &'static str,
    before: Timestamp,
    limit: usize,
) -> EngineResult<u64> {
    let name = topic.name();
    let slowest = tx.first("SELECT MIN(committed) FROM log_offsets WHERE topic = ?", args![name]).await?;
    let slowest = slowest.map_or(Ok(None), |r| r.opt_int(0))?.unwrap_or(i64::MAX);
    let sql = format!("SELECT {column}, at FROM events WHERE topic = ? AND {column} <= ? ORDER BY {column} LIMIT ?");
    let mut last = None;
    for row in tx.query(&sql, args![name, slowest, limit]).await? {
        if row.time(1)? >= before {
            break;
        }
        last = Some(row.int(0)?);
    }
    let Some(last) = last else { return Ok(0) };
    let sql = format!("DELETE FROM events WHERE topic = ? AND {column} <= ?");
    Ok(tx.execute(&sql, args![name, last]).await?)
}

/// Whether the oldest event of a topic is of before an instant. Read beside the writer, which most topics then spare.
async fn has_older(db: &Db, topic: Topic, before: Timestamp) -> EngineResult<bool> {
    let column = offset_column(db);
    let sql = format!("SELECT at FROM events WHERE topic = ? AND {column} > 0 ORDER BY {column} LIMIT 1");
    let oldest = db.read(ENGINE, &sql, args![topic.name()]).await?;
    oldest.first().map_or(Ok(false), |row| Ok(row.time(0)? < before))
}

async fn committed(db: &Db, group: &str, topic: Topic) -> EngineResult<Option<i64>> {
    let rows = db
        .read(
            ENGINE,
            "SELECT committed FROM log_offsets WHERE group_name = ? AND topic = ?",
            args![group, topic.name()],
        )
        .await?;
    rows.first().map(|r| r.int(0)).transpose()
}

async fn advance(tx: &mut dyn Tx, group: &str, topic: Topic, offset: i64) -> EngineResult<()> {
    let name = topic.name();
    let moved = tx
        .execute(
            "UPDATE log_offsets SET committed = ? WHERE group_name = ? AND topic = ? AND committed < ?",
            args![offset, group, name, offset],
        )
        .await?;
    if moved == 0 {
        let there = tx
            .first("SELECT committed FROM log_offsets WHERE group_name = ? AND topic = ?", args![group, name])
            .await?;
        if there.is_none() {
            tx.execute(
                "INSERT INTO log_offsets (group_name, topic, committed) VALUES (?, ?, ?)",
                args![group, name, offset],
            )
            .await?;
        }
    }
    Ok(())
}

fn delivered(topic: Topic, row: &Row) -> EngineResult<Delivered> {
    Ok(Delivered {
        offset: row.int(0)?,
        topic,
        event: Event {
            id: row.id(1)?,
            key: row.text(2)?,
            kind: row.text(3)?,
            version: row.u32(4)?,
            at: row.time(5)?,
            traceparent: row.opt_text(6)?,
            data: row.json(7)?,
        },
    })
}

async fn read_from(db: &Db, topic: Topic, offset: i64, limit: usize) -> EngineResult<Vec<Delivered>> {
    number(db, topic).await?;
    let column = offset_column(db);
    let sql = format!(
        "SELECT {column}, id, event_key, kind, version, at, traceparent, data FROM events \
         WHERE topic = ? AND {column} > ? ORDER BY {column} LIMIT ?"
    );
    let rows = db.read(ENGINE, &sql, args![topic.name(), offset, limit.min(READ_MAX)]).await?;
    rows.iter().map(|r| delivered(topic, r)).collect()
}

#[async_trait]
impl EventLog for SqlEventLog {
    async fn poll(&self, group: &str, topic: Topic, limit: usize) -> EngineResult<Vec<Delivered>> {
        let db = self.db(topic);
        let from = match committed(db, group, topic).await? {
            Some(offset) => offset,
            None => {
                // A group is known from its first poll on, so that retention waits for it.
                let group = group.to_owned();
                db.write(ENGINE, move |tx| advance_owned(tx, group.clone(), topic, 0)).await?;
                0
            }
        };
        read_from(db, topic, from, limit).await
    }

    async fn commit(&self, group: &str, topic: Topic, offset: i64) -> EngineResult<()> {
        let group = group.to_owned();
        self.db(topic).write(ENGINE, move |tx| advance_owned(tx, group.clone(), topic, offset)).await
    }

    async fn read_after(&self, topic: Topic, offset: i64, limit: usize) -> EngineResult<Vec<Delivered>> {
        read_from(self.db(topic), topic, offset, limit).await
    }

    async fn newest(&self, topic: Topic) -> EngineResult<i64> {
        let db = self.db(topic);
        number(db, topic).await?;
        let sql = format!(
            "SELECT MAX(n) FROM (SELECT MAX({column}) AS n FROM events WHERE topic = ? \
             UNION ALL SELECT MAX(committed) AS n FROM log_offsets WHERE topic = ?) AS ends",
            column = offset_column(db)
        );
        let rows = db.read(ENGINE, &sql, args![topic.name(), topic.name()]).await?;
        Ok(rows.first().map_or(Ok(None), |r| r.opt_int(0))?.unwrap_or(0))
    }

    async fn lag(&self, group: &str, topic: Topic) -> EngineResult<u64> {
        let db = self.db(topic);
        number(db, topic).await?;
        let from = committed(db, group, topic).await?.unwrap_or(0);
        let sql = format!("SELECT COUNT(*) FROM events WHERE topic = ? AND {} > ?", offset_column(db));
        let rows = db.read(ENGINE, &sql, args![topic.name(), from]).await?;
        rows.first().map_or(Ok(0), |r| r.u64(0))
    }

    // Written out so that it listens from the call on, not from the first poll of the future: what is written between a
    // consumer's poll and its wait is not missed when it calls this first.
    fn wakened<'a, 'b>(&'a self) -> BoxFuture<'b, ()>
    where
        'a: 'b,
        Self: 'b,
    {
        let mut listening: Vec<_> = self.databases().into_iter().map(Db::written).collect();
        async move {
            let changes = listening.iter_mut().map(|w| w.changed().boxed());
            // A closed watch means that its database is being let go: wake, the next poll tells.
            let _ = futures::future::select_all(changes).await;
        }
        .boxed()
    }

    async fn park(&self, group: &str, delivered: &Delivered, reason: &str, now: Timestamp) -> EngineResult<()> {
        let (group, topic, offset, id) = (group.to_owned(), delivered.topic, delivered.offset, delivered.event.id);
        let event = serde_json::to_string(&delivered.event)
            .map_err(|e| EngineError::permanent(ENGINE, format!("the event cannot be written as JSON: {e}")))?;
        let reason: String = reason.chars().take(2_000).collect();
        self.default
            .write(ENGINE, move |tx| {
                let (group, event, reason) = (group.clone(), event.clone(), reason.clone());
                async move {
                    let parked = tx
                        .first("SELECT seq FROM dead_letters WHERE group_name = ? AND event_id = ?", args![&group, id])
                        .await?;
                    if parked.is_none() {
                        tx.execute(
                            "INSERT INTO dead_letters (group_name, topic, log_offset, event_id, reason, parked_at, event) \
                             VALUES (?, ?, ?, ?, ?, ?, ?)",
                            args![group, topic.name(), offset, id, reason, now, event],
                        )
                        .await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    async fn dead_letters(&self, limit: usize) -> EngineResult<Vec<DeadLetter>> {
        let rows = self
            .default
            .read(
                ENGINE,
                "SELECT seq, group_name, topic, log_offset, reason, parked_at, event FROM dead_letters ORDER BY seq LIMIT ?",
                args![limit.min(READ_MAX)],
            )
            .await?;
        let letter = |row: &Row| {
            let name = row.text(2)?;
            let topic = Topic::named(&name).ok_or_else(|| {
                EngineError::permanent(ENGINE, format!("a dead letter names the unknown topic {name}"))
            })?;
            Ok(DeadLetter {
                id: row.int(0)?,
                group: row.text(1)?,
                topic,
                offset: row.int(3)?,
                reason: row.text(4)?,
                at: row.time(5)?,
                event: row.json(6)?,
            })
        };
        rows.iter().map(letter).collect()
    }

    async fn settle_dead_letter(&self, id: i64) -> EngineResult<()> {
        self.default
            .write(ENGINE, move |tx| {
                async move { Ok(tx.execute("DELETE FROM dead_letters WHERE seq = ?", args![id]).await.map(|_| ())?) }
                    .boxed()
            })
            .await
    }

    async fn prune(&self, before: Timestamp, limit: usize) -> EngineResult<u64> {
        let mut gone = 0;
        for topic in Topic::ALL {
            let db = self.db(topic);
            number(db, topic).await?;
            if !has_older(db, topic, before).await? {
                continue;
            }
            let column = offset_column(db);
            gone += db.write(ENGINE, move |tx| prune_topic(tx, topic, column, before, limit).boxed()).await?;
        }
        Ok(gone)
    }

    async fn leave(&self, group: &str, topic: Topic) -> EngineResult<()> {
        let db = self.db(topic);
        if committed(db, group, topic).await?.is_none() {
            return Ok(());
        }
        let group = group.to_owned();
        db.write(ENGINE, move |tx| {
            let group = group.clone();
            async move {
                let sql = "DELETE FROM log_offsets WHERE group_name = ? AND topic = ?";
                Ok(tx.execute(sql, args![group, topic.name()]).await.map(|_| ())?)
            }
            .boxed()
        })
        .await
    }

    async fn append(&self, events: Vec<NewEvent>, now: Timestamp) -> EngineResult<()> {
        for db in self.databases() {
            let here: Vec<NewEvent> = events.iter().filter(|e| self.db(e.topic).same(db)).cloned().collect();
            if here.is_empty() {
                continue;
            }
            db.write(ENGINE, move |tx| {
                let here = here.clone();
                async move {
                    for event in here {
                        tx.emit(now, event).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await?;
        }
        Ok(())
    }
}

#[async_trait]
impl EventIntake for SqlEventLog {
    async fn take_in(&self, kept: &[Kept]) -> EngineResult<()> {
        for db in self.databases() {
            let here: Vec<Kept> = kept.iter().filter(|k| self.db(k.topic).same(db)).cloned().collect();
            if !here.is_empty() {
                db.write(ENGINE, move |tx| take_in_owned(tx, here.clone())).await?;
            }
        }
        Ok(())
    }
}

/// Two who bring the same event meet its unique id; the later program then runs again and finds it.
fn take_in_owned(tx: &mut dyn Tx, kept: Vec<Kept>) -> BoxFuture<'_, EngineResult<()>> {
    async move {
        for Kept { topic, event } in kept {
            if tx.first("SELECT seq FROM events WHERE id = ?", args![event.id]).await?.is_none() {
                tx.append(topic, event).await?;
            }
        }
        Ok(())
    }
    .boxed()
}

fn advance_owned(tx: &mut dyn Tx, group: String, topic: Topic, offset: i64) -> BoxFuture<'_, EngineResult<()>> {
    async move { advance(tx, &group, topic, offset).await }.boxed()
}
