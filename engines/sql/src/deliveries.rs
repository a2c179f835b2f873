//! What leaves the shop, on SQL: announced with the message in the shop in one transaction, leased, and noted by who holds
//! the lease. A sent delivery keeps its key only.

use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt;
use services::{
    kernel::{
        clock::Timestamp,
        error::{EngineError, EngineResult},
        ids::OrderId,
        text::beginning,
    },
    notifications::{
        NoticeChannel, NoticeKind, Preference,
        delivery::{After, DeliveryJob, FailedDelivery},
        ports::{Announced, DeliveryStore, ENDPOINTS_MAX, Endpoint},
    },
};
use uuid::Uuid;

use crate::{Db, Json, Row, Tx, args, notifications::add};

const ENGINE: &str = "notifications";
/// Longest reason, characters.
const REASON_MAX: usize = 500;

/// Deliveries in a relational database.
#[derive(Clone, Debug)]
pub struct SqlDeliveryStore {
    db: Db,
}

impl SqlDeliveryStore {
    /// On a database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

fn kind(r: &Row, i: usize) -> EngineResult<NoticeKind> {
    let text = r.text(i)?;
    NoticeKind::parse(&text).ok_or_else(|| EngineError::permanent(ENGINE, format!("there is no kind {text}")))
}

fn channel(r: &Row, i: usize) -> EngineResult<NoticeChannel> {
    let text = r.text(i)?;
    NoticeChannel::parse(&text).ok_or_else(|| EngineError::permanent(ENGINE, format!("there is no channel {text}")))
}

async fn announce(tx: &mut dyn Tx, a: &Announced) -> EngineResult<usize> {
    let mut new = 0;
    if let Some(message) = &a.message {
        new += usize::from(add(tx, message, &a.cause).await?);
    }
    for d in &a.deliveries {
        let once = d.content.once_key(&a.cause);
        if tx.first("SELECT id FROM deliveries WHERE once_key = ?", args![&once]).await?.is_some() {
            continue;
        }
        tx.execute(
            "INSERT INTO deliveries (id, once_key, kind, channel, order_id, content, state, tries, unknowns, asked, due_at, \
             made_at, reason) VALUES (?, ?, ?, ?, ?, ?, 'DUE', 0, 0, 0, ?, ?, '')",
            args![d.id, once, d.kind.text(), d.content.channel().text(), d.order, Json(&d.content), a.at, a.at],
        )
        .await?;
        new += 1;
    }
    Ok(new)
}

async fn claim(tx: &mut dyn Tx, limit: usize, lease: Duration, now: Timestamp) -> EngineResult<Vec<DeliveryJob>> {
    let rows = tx
        .query(
            "SELECT id, content, tries, unknowns, asked FROM deliveries WHERE state = 'DUE' AND due_at <= ? \
             ORDER BY due_at, id LIMIT ?",
            args![now, limit],
        )
        .await?;
    let mut jobs = Vec::with_capacity(rows.len());
    for r in rows {
        let job = DeliveryJob {
            id: r.uuid(0)?,
            content: r.json(1)?,
            tries: r.u32(2)? + 1,
            unknowns: r.u32(3)? + u32::from(r.bool(4)?),
        };
        let taken = tx
            .execute(
                "UPDATE deliveries SET due_at = ?, tries = ?, unknowns = ?, asked = 1 \
                 WHERE id = ? AND tries = ? AND state = 'DUE'",
                args![now + lease, job.tries, job.unknowns, job.id, job.tries - 1],
            )
            .await?;
        if taken == 1 {
            jobs.push(job);
        }
    }
    Ok(jobs)
}

async fn note(tx: &mut dyn Tx, job: &DeliveryJob, after: &After, now: Timestamp) -> EngineResult<()> {
    // The number of tries is the lease: who took it later counted on.
    let held = "WHERE id = ? AND tries = ? AND state = 'DUE'";
    let reason = |why: &str| beginning(why, REASON_MAX).to_owned();
    match after {
        After::Sent => {
            let sql = format!("UPDATE deliveries SET state = 'SENT', content = NULL, reason = '', asked = 0 {held}");
            tx.execute(&sql, args![job.id, job.tries]).await?;
        }
        After::Dead(why) => {
            let sql = format!("UPDATE deliveries SET state = 'DEAD', reason = ?, asked = 0 {held}");
            tx.execute(&sql, args![reason(why), job.id, job.tries]).await?;
        }
        After::Again { rest, unknowns, reason: why } => {
            let sql = format!("UPDATE deliveries SET due_at = ?, unknowns = ?, reason = ?, asked = 0 {held}");
            tx.execute(&sql, args![now + *rest, *unknowns, reason(why), job.id, job.tries]).await?;
        }
    }
    Ok(())
}

async fn prefer(tx: &mut dyn Tx, owner: Uuid, p: Preference) -> EngineResult<()> {
    let key = || args![owner, p.kind.text(), p.channel.text()];
    tx.execute("DELETE FROM notice_preferences WHERE owner_id = ? AND kind = ? AND channel = ?", key()).await?;
    let mut values = key();
    values.push(p.wanted.into());
    tx.execute("INSERT INTO notice_preferences (owner_id, kind, channel, wanted) VALUES (?, ?, ?, ?)", values).await?;
    Ok(())
}

async fn save_endpoint(tx: &mut dyn Tx, e: &Endpoint) -> EngineResult<bool> {
    tx.execute("DELETE FROM webhook_endpoints WHERE name = ?", args![&e.name]).await?;
    let others = tx.query("SELECT name FROM webhook_endpoints LIMIT ?", args![ENDPOINTS_MAX]).await?.len();
    if others >= ENDPOINTS_MAX {
        return Ok(false);
    }
    let sql = "INSERT INTO webhook_endpoints (name, url, active) VALUES (?, ?, ?)";
    tx.execute(sql, args![&e.name, &e.url, e.active]).await?;
    Ok(true)
}

async fn mark_late(tx: &mut dyn Tx, order: OrderId, now: Timestamp) -> EngineResult<()> {
    if tx.first("SELECT told_at FROM late_orders WHERE order_id = ?", args![order]).await?.is_none() {
        tx.execute("INSERT INTO late_orders (order_id, told_at) VALUES (?, ?)", args![order, now]).await?;
    }
    Ok(())
}

#[async_trait]
impl DeliveryStore for SqlDeliveryStore {
    async fn announce(&self, announced: Announced) -> EngineResult<usize> {
        self.db
            .write(ENGINE, move |tx| {
                let announced = announced.clone();
                async move { announce(tx, &announced).await }.boxed()
            })
            .await
    }

    async fn claim(&self, limit: usize, lease: Duration, now: Timestamp) -> EngineResult<Vec<DeliveryJob>> {
        // Looks before it writes, so that a shop at rest does not occupy the writer.
        let due = "SELECT id FROM deliveries WHERE state = 'DUE' AND due_at <= ? LIMIT 1";
        if self.db.read(ENGINE, due, args![now]).await?.is_empty() {
            return Ok(Vec::new());
        }
        self.db.write(ENGINE, move |tx| async move { claim(tx, limit, lease, now).await }.boxed()).await
    }

    async fn note(&self, job: &DeliveryJob, after: After, now: Timestamp) -> EngineResult<()> {
        let job = job.clone();
        self.db
            .write(ENGINE, move |tx| {
                let (job, after) = (job.clone(), after.clone());
                async move { note(tx, &job, &after, now).await }.boxed()
            })
            .await
    }

    async fn failed(&self, limit: usize) -> EngineResult<Vec<FailedDelivery>> {
        let sql = "SELECT id, kind, channel, order_id, tries, reason, made_at FROM deliveries WHERE state = 'DEAD' \
                   ORDER BY due_at DESC, id DESC LIMIT ?";
        let failed = |r: &Row| {
            Ok(FailedDelivery {
                id: r.uuid(0)?,
                kind: kind(r, 1)?,
                channel: channel(r, 2)?,
                order: r.id(3)?,
                tries: r.u32(4)?,
                reason: r.text(5)?,
                made_at: r.time(6)?,
            })
        };
        self.db.read(ENGINE, sql, args![limit]).await?.iter().map(failed).collect()
    }

    async fn preferences(&self, owner: Uuid) -> EngineResult<Vec<Preference>> {
        let sql = "SELECT kind, channel, wanted FROM notice_preferences WHERE owner_id = ?";
        let rows = self.db.read(ENGINE, sql, args![owner]).await?;
        let one = |r: &Row| Ok(Preference { kind: kind(r, 0)?, channel: channel(r, 1)?, wanted: r.bool(2)? });
        rows.iter().map(one).collect()
    }

    async fn save_preferences(&self, owner: Uuid, chosen: &[Preference]) -> EngineResult<()> {
        let chosen = chosen.to_vec();
        self.db
            .write(ENGINE, move |tx| {
                let chosen = chosen.clone();
                async move {
                    for one in chosen {
                        prefer(tx, owner, one).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    async fn endpoints(&self) -> EngineResult<Vec<Endpoint>> {
        let sql = "SELECT name, url, active FROM webhook_endpoints ORDER BY name LIMIT ?";
        let rows = self.db.read(ENGINE, sql, args![ENDPOINTS_MAX]).await?;
        rows.iter().map(|r| Ok(Endpoint { name: r.text(0)?, url: r.text(1)?, active: r.bool(2)? })).collect()
    }

    async fn save_endpoint(&self, endpoint: Endpoint) -> EngineResult<bool> {
        self.db
            .write(ENGINE, move |tx| {
                let endpoint = endpoint.clone();
                async move { save_endpoint(tx, &endpoint).await }.boxed()
            })
            .await
    }

    async fn late_orders(&self, limit: usize, now: Timestamp) -> EngineResult<Vec<OrderId>> {
        let sql = "SELECT DISTINCT l.order_id FROM order_lines l \
                   WHERE l.state IN ('PLACED', 'PACKED', 'SHIPPED', 'OUT_FOR_DELIVERY') AND l.promised_by < ? \
                   AND NOT EXISTS (SELECT 1 FROM late_orders t WHERE t.order_id = l.order_id) LIMIT ?";
        self.db.read(ENGINE, sql, args![now, limit]).await?.iter().map(|r| r.id(0)).collect()
    }

    async fn mark_late(&self, order: OrderId, now: Timestamp) -> EngineResult<()> {
        self.db.write(ENGINE, move |tx| async move { mark_late(tx, order, now).await }.boxed()).await
    }
}
