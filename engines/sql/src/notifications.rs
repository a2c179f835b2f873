//! Messages to shoppers on SQL, once per owner and cause.

use async_trait::async_trait;
use futures::FutureExt;
use services::{
    kernel::{
        error::EngineResult,
        events::{NewEvent, NotificationsEvent},
        ids::NotificationId,
        pages::{Page, Window},
    },
    notifications::{Notification, NotificationPosition, ports::NotificationStore},
};
use uuid::Uuid;

use crate::{Db, Row, Tx, Value, args, sql_in};

const ENGINE: &str = "notifications";
/// Rows of one answer, and ids of one `IN (…)`.
const ROWS_MAX: usize = 500;

/// Messages in a relational database.
#[derive(Clone, Debug)]
pub struct SqlNotificationStore {
    db: Db,
}

impl SqlNotificationStore {
    /// On a database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

const MESSAGE: &str = "SELECT id, owner_id, title, body, order_id, at, seen FROM notifications";

fn message(r: &Row) -> EngineResult<Notification> {
    Ok(Notification {
        id: r.id(0)?,
        owner: r.uuid(1)?,
        title: r.text(2)?,
        body: r.text(3)?,
        order: r.opt_id(4)?,
        at: r.time(5)?,
        read: r.bool(6)?,
    })
}

async fn has(tx: &mut dyn Tx, owner: Uuid, cause: &str) -> EngineResult<bool> {
    let sql = "SELECT id FROM notifications WHERE owner_id = ? AND cause = ?";
    Ok(tx.first(sql, args![owner, cause]).await?.is_some())
}

/// Adds a message within a transaction; false when the owner has one of this cause.
pub(crate) async fn add(tx: &mut dyn Tx, n: &Notification, cause: &str) -> EngineResult<bool> {
    if has(tx, n.owner, cause).await? {
        return Ok(false);
    }
    tx.execute(
        "INSERT INTO notifications (id, owner_id, cause, title, body, order_id, at, seen) VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
        args![n.id, n.owner, cause, &n.title, &n.body, n.order, n.at],
    )
    .await?;
    let added = NotificationsEvent::NotificationAdded { owner: n.owner, notification: n.id.0 };
    tx.emit(n.at, NewEvent::of(&added)).await?;
    Ok(true)
}

async fn adopt(tx: &mut dyn Tx, guest: Uuid, shopper: Uuid) -> EngineResult<u64> {
    let mut moved = 0;
    for row in tx.query("SELECT id, cause FROM notifications WHERE owner_id = ?", args![guest]).await? {
        let (id, cause) = (row.uuid(0)?, row.text(1)?);
        if has(tx, shopper, &cause).await? {
            tx.execute("DELETE FROM notifications WHERE id = ?", args![id]).await?;
        } else {
            moved += tx.execute("UPDATE notifications SET owner_id = ? WHERE id = ?", args![shopper, id]).await?;
        }
    }
    Ok(moved)
}

#[async_trait]
impl NotificationStore for SqlNotificationStore {
    async fn add(&self, notification: Notification, cause: &str) -> EngineResult<bool> {
        let cause = cause.to_owned();
        self.db
            .write(ENGINE, move |tx| {
                let (notification, cause) = (notification.clone(), cause.clone());
                async move { add(tx, &notification, &cause).await }.boxed()
            })
            .await
    }

    async fn list(&self, owner: Uuid, window: Window<NotificationPosition>) -> EngineResult<Page<Notification>> {
        let (position, forwards) = match &window {
            Window::Forwards { after, .. } => (*after, true),
            Window::Backwards { before, .. } => (*before, false),
        };
        let (sign, way) = if forwards { ('<', "DESC") } else { ('>', "ASC") };
        let mut sql = format!("{MESSAGE} WHERE owner_id = ?");
        let mut values = args![owner];
        if let Some((at, id)) = position {
            sql.push_str(&format!(" AND (at {sign} ? OR (at = ? AND id {sign} ?))"));
            values.extend(args![at, at, id]);
        }
        sql.push_str(&format!(" ORDER BY at {way}, id {way} LIMIT ?"));
        values.push(window.limit().saturating_add(1).min(ROWS_MAX).into());
        let rows = self.db.read(ENGINE, &sql, values).await?;
        let messages = rows.iter().map(message).collect::<EngineResult<Vec<_>>>()?;
        Ok(Page::from_surplus(messages, &window))
    }

    async fn by_ids(&self, owner: Uuid, ids: &[NotificationId]) -> EngineResult<Vec<Notification>> {
        let mut found = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(ROWS_MAX) {
            let sql = format!("{MESSAGE} WHERE owner_id = ? AND id IN ({})", sql_in(chunk.len()));
            let mut values = args![owner];
            values.extend(chunk.iter().map(Value::from));
            for row in self.db.read(ENGINE, &sql, values).await? {
                found.push(message(&row)?);
            }
        }
        Ok(found)
    }

    async fn unread(&self, owner: Uuid) -> EngineResult<u64> {
        let sql = "SELECT COUNT(*) FROM notifications WHERE owner_id = ? AND seen = 0";
        self.db.read(ENGINE, sql, args![owner]).await?.first().map_or(Ok(0), |r| r.u64(0))
    }

    async fn mark_read(&self, owner: Uuid, ids: &[NotificationId]) -> EngineResult<u64> {
        let ids = ids.to_vec();
        self.db
            .write(ENGINE, move |tx| {
                let ids = ids.clone();
                async move {
                    if ids.is_empty() {
                        let sql = "UPDATE notifications SET seen = 1 WHERE owner_id = ? AND seen = 0";
                        return Ok(tx.execute(sql, args![owner]).await?);
                    }
                    let mut seen = 0;
                    for id in ids {
                        let sql = "UPDATE notifications SET seen = 1 WHERE owner_id = ? AND id = ? AND seen = 0";
                        seen += tx.execute(sql, args![owner, id]).await?;
                    }
                    Ok(seen)
                }
                .boxed()
            })
            .await
    }

    async fn adopt(&self, guest: Uuid, shopper: Uuid) -> EngineResult<u64> {
        self.db.write(ENGINE, move |tx| async move { adopt(tx, guest, shopper).await }.boxed()).await
    }
}
