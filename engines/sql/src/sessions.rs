//! Sessions, refresh tokens and guests. Tokens are kept as hashes only; used ones stay until they expire, so that a replay
//! is recognised.

use async_trait::async_trait;
use futures::FutureExt;
use services::{
    kernel::{
        clock::Timestamp,
        error::EngineResult,
        events::{NewEvent, UsersEvent},
        ids::{GuestId, SessionId, ShopperId},
    },
    sessions::{Guest, Rotated, Session, ports::SessionStore},
};

use crate::{Db, Tx, args};

/// The store of sessions and guests.
#[derive(Clone, Debug)]
pub struct SqlSessionStore {
    db: Db,
}

impl SqlSessionStore {
    /// In a database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

const NEW_TOKEN: &str = "INSERT INTO refresh_tokens (token_hash, session, used, expires_at) VALUES (?, ?, 0, ?)";

/// Tokens that one sign-in forgets, at most.
const FORGOTTEN_AT_ONCE: usize = 20;

/// Forgets expired tokens and the sessions that have no other, a few with each sign-in instead of by a timer of its own.
async fn forget_expired(tx: &mut dyn Tx, now: Timestamp) -> EngineResult<()> {
    let expired = "SELECT token_hash, session FROM refresh_tokens WHERE expires_at <= ? ORDER BY expires_at LIMIT ?";
    for row in tx.query(expired, args![now, FORGOTTEN_AT_ONCE]).await? {
        tx.execute("DELETE FROM refresh_tokens WHERE token_hash = ?", args![row.text(0)?]).await?;
        let childless =
            "DELETE FROM sessions WHERE id = ? AND NOT EXISTS (SELECT 1 FROM refresh_tokens WHERE session = ?)";
        tx.execute(childless, args![row.uuid(1)?, row.uuid(1)?]).await?;
    }
    Ok(())
}

#[async_trait]
impl SessionStore for SqlSessionStore {
    async fn open(&self, session: Session, now: Timestamp) -> EngineResult<()> {
        self.db
            .write("sessions", move |tx| {
                let s = session.clone();
                async move {
                    tx.execute(
                        "INSERT INTO sessions (id, shopper, revoked, opened_at) VALUES (?, ?, ?, ?)",
                        args![s.id, s.shopper, s.revoked, now],
                    )
                    .await?;
                    tx.execute(NEW_TOKEN, args![s.refresh_hash, s.id, s.expires_at]).await?;
                    forget_expired(tx, now).await
                }
                .boxed()
            })
            .await
    }

    async fn rotate(
        &self,
        old_hash: String,
        new_hash: String,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> EngineResult<Rotated> {
        self.db
            .write("sessions", move |tx| {
                let (old_hash, new_hash) = (old_hash.clone(), new_hash.clone());
                async move {
                    let found = tx
                        .first(
                            "SELECT t.session, t.used, t.expires_at, s.shopper, s.revoked
                             FROM refresh_tokens t JOIN sessions s ON s.id = t.session WHERE t.token_hash = ?",
                            args![&old_hash],
                        )
                        .await?;
                    let Some(row) = found else { return Ok(Rotated::Unknown) };
                    let (id, shopper) = (row.id::<SessionId>(0)?, row.id::<ShopperId>(3)?);
                    if row.bool(4)? || row.time(2)? <= now {
                        return Ok(Rotated::Unknown);
                    }
                    let mark = "UPDATE refresh_tokens SET used = 1 WHERE token_hash = ? AND used = 0";
                    if row.bool(1)? || tx.execute(mark, args![&old_hash]).await? == 0 {
                        tx.execute("UPDATE sessions SET revoked = 1 WHERE id = ?", args![id]).await?;
                        return Ok(Rotated::Replayed);
                    }
                    tx.execute(NEW_TOKEN, args![&new_hash, id, expires_at]).await?;
                    Ok(Rotated::Done(Session { id, shopper, refresh_hash: new_hash, expires_at, revoked: false }))
                }
                .boxed()
            })
            .await
    }

    async fn revoke_by_token(&self, hash: String, _now: Timestamp) -> EngineResult<bool> {
        self.db
            .write("sessions", move |tx| {
                let hash = hash.clone();
                async move {
                    let found =
                        tx.first("SELECT session FROM refresh_tokens WHERE token_hash = ?", args![hash]).await?;
                    let Some(row) = found else { return Ok(false) };
                    tx.execute("UPDATE sessions SET revoked = 1 WHERE id = ?", args![row.uuid(0)?]).await?;
                    Ok(true)
                }
                .boxed()
            })
            .await
    }

    async fn revoke_all(&self, shopper: ShopperId, _now: Timestamp) -> EngineResult<()> {
        self.db
            .write("sessions", move |tx| {
                async move {
                    tx.execute("UPDATE sessions SET revoked = 1 WHERE shopper = ?", args![shopper]).await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    async fn is_live(&self, session: SessionId, now: Timestamp) -> EngineResult<bool> {
        let sql = "SELECT 1 FROM sessions s WHERE s.id = ? AND s.revoked = 0
                   AND EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.session = s.id AND t.used = 0 AND t.expires_at > ?)";
        Ok(!self.db.read("sessions", sql, args![session, now]).await?.is_empty())
    }

    async fn open_guest(&self, id: GuestId, token_hash: String, now: Timestamp) -> EngineResult<()> {
        self.db
            .write("sessions", move |tx| {
                let token_hash = token_hash.clone();
                async move {
                    tx.execute(
                        "INSERT INTO guests (id, token_hash, created_at) VALUES (?, ?, ?)",
                        args![id, token_hash, now],
                    )
                    .await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    async fn guest_by_token(&self, token_hash: String) -> EngineResult<Option<Guest>> {
        let rows = self
            .db
            .read("sessions", "SELECT id, merged_into FROM guests WHERE token_hash = ?", args![token_hash])
            .await?;
        rows.first().map(|row| Ok(Guest { id: row.id(0)?, merged_into: row.opt_id(1)? })).transpose()
    }

    async fn mark_merged(&self, guest: GuestId, shopper: ShopperId, now: Timestamp) -> EngineResult<bool> {
        self.db
            .write("sessions", move |tx| {
                async move {
                    let mark = "UPDATE guests SET merged_into = ? WHERE id = ? AND merged_into IS NULL";
                    let marked = tx.execute(mark, args![shopper, guest]).await? > 0;
                    // A later sign-in with the same guest token is told again: the guest may have done more since.
                    let theirs = "SELECT id FROM guests WHERE id = ? AND merged_into = ?";
                    if marked || tx.first(theirs, args![guest, shopper]).await?.is_some() {
                        tx.emit(now, NewEvent::of(&UsersEvent::GuestMerged { shopper, guest: guest.0 })).await?;
                    }
                    Ok(marked)
                }
                .boxed()
            })
            .await
    }
}
