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

const END_ALL: &str = "UPDATE sessions SET revoked = 1, revoked_at = ? WHERE shopper = ? AND revoked = 0";
const END_ONE: &str = "UPDATE sessions SET revoked = 1, revoked_at = ? WHERE id = ? AND revoked = 0";
const FORGET_RESET: &str = "DELETE FROM password_resets WHERE shopper = ?";

/// What a new password brings with it: the end of every session, and of what could set it once more.
async fn password_changed(tx: &mut dyn Tx, shopper: ShopperId, now: Timestamp) -> EngineResult<()> {
    tx.execute(END_ALL, args![now, shopper]).await?;
    tx.execute(FORGET_RESET, args![shopper]).await?;
    tx.emit(now, NewEvent::of(&UsersEvent::ShopperChanged { shopper })).await
}

async fn insert(tx: &mut dyn Tx, session: &Session, now: Timestamp) -> EngineResult<()> {
    let values = args![session.id, session.shopper, session.revoked, now];
    tx.execute("INSERT INTO sessions (id, shopper, revoked, opened_at) VALUES (?, ?, ?, ?)", values).await?;
    tx.execute(NEW_TOKEN, args![&session.refresh_hash, session.id, session.expires_at]).await?;
    Ok(())
}

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
                    insert(tx, &s, now).await?;
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
                        tx.execute(END_ONE, args![now, id]).await?;
                        return Ok(Rotated::Replayed);
                    }
                    tx.execute(NEW_TOKEN, args![&new_hash, id, expires_at]).await?;
                    Ok(Rotated::Done(Session { id, shopper, refresh_hash: new_hash, expires_at, revoked: false }))
                }
                .boxed()
            })
            .await
    }

    async fn revoke_by_token(&self, hash: String, now: Timestamp) -> EngineResult<bool> {
        self.db
            .write("sessions", move |tx| {
                let hash = hash.clone();
                async move {
                    let found =
                        tx.first("SELECT session FROM refresh_tokens WHERE token_hash = ?", args![hash]).await?;
                    let Some(row) = found else { return Ok(false) };
                    tx.execute(END_ONE, args![now, row.uuid(0)?]).await?;
                    Ok(true)
                }
                .boxed()
            })
            .await
    }

    async fn revoke_all(&self, shopper: ShopperId, now: Timestamp) -> EngineResult<()> {
        self.db
            .write("sessions", move |tx| {
                async move {
                    tx.execute(END_ALL, args![now, shopper]).await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    async fn change_password(
        &self,
        old_hash: String,
        new_hash: String,
        next: Session,
        now: Timestamp,
    ) -> EngineResult<bool> {
        self.db
            .write("sessions", move |tx| {
                let (old_hash, new_hash, next) = (old_hash.clone(), new_hash.clone(), next.clone());
                async move {
                    let set = "UPDATE shoppers SET password_hash = ? WHERE id = ? AND password_hash = ?";
                    if tx.execute(set, args![new_hash, next.shopper, old_hash]).await? == 0 {
                        return Ok(false);
                    }
                    password_changed(tx, next.shopper, now).await?;
                    insert(tx, &next, now).await?;
                    Ok(true)
                }
                .boxed()
            })
            .await
    }

    async fn open_reset(&self, shopper: ShopperId, token_hash: String, expires_at: Timestamp) -> EngineResult<()> {
        self.db
            .write("sessions", move |tx| {
                let values = args![shopper, &token_hash, expires_at];
                async move {
                    tx.execute(FORGET_RESET, args![shopper]).await?;
                    let keep = "INSERT INTO password_resets (shopper, token_hash, expires_at) VALUES (?, ?, ?)";
                    tx.execute(keep, values).await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    async fn use_reset(&self, token_hash: String, new_hash: String, now: Timestamp) -> EngineResult<Option<ShopperId>> {
        self.db
            .write("sessions", move |tx| {
                let (token_hash, new_hash) = (token_hash.clone(), new_hash.clone());
                async move {
                    let find = "SELECT shopper FROM password_resets WHERE token_hash = ? AND expires_at > ?";
                    let Some(row) = tx.first(find, args![&token_hash, now]).await? else { return Ok(None) };
                    let shopper = row.id::<ShopperId>(0)?;
                    // Of two who come at once, one finds the row still there.
                    let take = "DELETE FROM password_resets WHERE token_hash = ?";
                    if tx.execute(take, args![&token_hash]).await? == 0 {
                        return Ok(None);
                    }
                    let set = "UPDATE shoppers SET password_hash = ? WHERE id = ?";
                    if tx.execute(set, args![new_hash, shopper]).await? == 0 {
                        return Ok(None);
                    }
                    password_changed(tx, shopper, now).await?;
                    Ok(Some(shopper))
                }
                .boxed()
            })
            .await
    }

    async fn ended_since(&self, since: Timestamp, limit: usize) -> EngineResult<Vec<(SessionId, Timestamp)>> {
        let sql = "SELECT id, revoked_at FROM sessions WHERE revoked_at >= ? ORDER BY revoked_at LIMIT ?";
        let rows = self.db.read("sessions", sql, args![since, limit]).await?;
        rows.iter().map(|row| Ok((row.id(0)?, row.time(1)?))).collect()
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
