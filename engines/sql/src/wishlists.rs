//! Wishlists. A change locks the owner's row first, so that the limit holds and a merge loses nothing. What may be wished
//! for is the service's business.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use async_trait::async_trait;
use futures::FutureExt;
use services::{
    kernel::{
        caller::Owner,
        clock::Timestamp,
        error::{EngineError, EngineResult},
        events::{NewEvent, WishlistsEvent},
        ids::{GuestId, ShopperId, VariantId, WishlistId, WishlistLineId},
        limits::WISHLIST_LINES_MAX,
        money::Money,
        pages::{Page, Window},
    },
    wishlists::{
        NewWish, WishlistLine,
        ports::{Wished, WishlistStore},
    },
};
use uuid::Uuid;

use crate::{
    Db, Tx, Value, args,
    value::{Row, sql_in},
};

const LINE: &str = "id, variant, price_minor, currency, added_at";

/// The store of wishlists.
#[derive(Clone, Debug)]
pub struct SqlWishlistStore {
    db: Db,
}

impl SqlWishlistStore {
    /// In a database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

fn line_of(row: &Row) -> EngineResult<WishlistLine> {
    let currency =
        row.text(3)?.parse().map_err(|_| EngineError::permanent("wishlists", "a wishlist line has no currency"))?;
    Ok(WishlistLine {
        id: row.id(0)?,
        variant: row.id(1)?,
        price_when_added: Money::new(row.int(2)?, currency),
        added_at: row.time(4)?,
    })
}

/// Locks the owner's list for this transaction, so that two who add see each other's lines and keep the limit.
async fn touch(tx: &mut dyn Tx, owner: Uuid, now: Timestamp) -> EngineResult<()> {
    if tx.execute("UPDATE wishlists SET updated_at = ? WHERE owner = ?", args![now, owner]).await? == 0 {
        tx.execute("INSERT INTO wishlists (owner, updated_at) VALUES (?, ?)", args![owner, now]).await?;
    }
    Ok(())
}

/// Adds wishes and tells what is new; what was only `moved` here by a merge was told when the guest put it on.
async fn add(
    tx: &mut dyn Tx,
    owner: Owner,
    wishes: &[NewWish],
    moved: bool,
    now: Timestamp,
) -> EngineResult<Vec<Wished>> {
    touch(tx, owner.uuid(), now).await?;
    let rows = tx.query("SELECT variant, added_at FROM wishlist_lines WHERE owner = ?", args![owner.uuid()]).await?;
    let mut there = rows.iter().map(|r| r.id(0)).collect::<EngineResult<HashSet<VariantId>>>()?;
    let mut newest = Timestamp::default();
    for row in &rows {
        newest = newest.max(row.time(1)?);
    }
    let (mut outcomes, mut added) = (Vec::with_capacity(wishes.len()), Vec::new());
    for wish in wishes {
        if there.contains(&wish.variant) {
            outcomes.push(Wished::Done);
            continue;
        }
        if there.len() >= WISHLIST_LINES_MAX {
            outcomes.push(Wished::Full);
            continue;
        }
        // Later than every line, also when the clock stands: the order of adding stays the order of the lines.
        newest = now.max(newest + Duration::from_micros(1));
        let id = tx.next_id(now);
        tx.execute(
            "INSERT INTO wishlist_lines (id, owner, variant, price_minor, currency, added_at) VALUES (?, ?, ?, ?, ?, ?)",
            args![id, owner.uuid(), wish.variant, wish.price.minor, wish.price.currency.code(), newest],
        )
        .await?;
        there.insert(wish.variant);
        added.push(wish.variant);
        outcomes.push(Wished::Done);
    }
    if !added.is_empty() {
        tell(tx, owner, if moved { Vec::new() } else { added }, now).await?;
    }
    Ok(outcomes)
}

async fn tell(tx: &mut dyn Tx, owner: Owner, added: Vec<VariantId>, now: Timestamp) -> EngineResult<()> {
    tx.emit(now, NewEvent::of(&WishlistsEvent::WishlistChanged { owner: owner.uuid(), added })).await
}

#[async_trait]
impl WishlistStore for SqlWishlistStore {
    async fn id_of(&self, owner: Owner) -> EngineResult<WishlistId> {
        // It follows from the owner's id, so it is the same for ever without a row.
        Ok(WishlistId(Uuid::new_v5(&owner.uuid(), b"wishlist")))
    }

    async fn lines(
        &self,
        owner: Owner,
        window: Window<(Timestamp, WishlistLineId)>,
    ) -> EngineResult<Page<WishlistLine>> {
        let (position, compare, order) = match &window {
            Window::Forwards { after, .. } => (*after, "<", "DESC"),
            Window::Backwards { before, .. } => (*before, ">", "ASC"),
        };
        let mut values: Vec<Value> = args![owner.uuid()];
        let mut bound = String::new();
        if let Some((at, id)) = position {
            bound = format!(" AND (added_at {compare} ? OR (added_at = ? AND id {compare} ?))");
            values.extend(args![at, at, id]);
        }
        let sql = format!(
            "SELECT {LINE} FROM wishlist_lines WHERE owner = ?{bound} ORDER BY added_at {order}, id {order} LIMIT {}",
            window.limit() + 1
        );
        let rows = self.db.read("wishlists", &sql, values).await?;
        Ok(Page::from_surplus(rows.iter().map(line_of).collect::<EngineResult<Vec<_>>>()?, &window))
    }

    async fn count(&self, owner: Owner) -> EngineResult<u64> {
        let rows = self
            .db
            .read("wishlists", "SELECT COUNT(*) FROM wishlist_lines WHERE owner = ?", args![owner.uuid()])
            .await?;
        rows.first().map_or(Ok(0), |r| r.u64(0))
    }

    async fn lines_by_ids(
        &self,
        owner: Owner,
        ids: &[WishlistLineId],
    ) -> EngineResult<HashMap<WishlistLineId, WishlistLine>> {
        let mut found = HashMap::with_capacity(ids.len());
        for chunk in ids.chunks(500) {
            let sql = format!("SELECT {LINE} FROM wishlist_lines WHERE owner = ? AND id IN ({})", sql_in(chunk.len()));
            let mut values: Vec<Value> = args![owner.uuid()];
            values.extend(chunk.iter().map(Value::from));
            for row in self.db.read("wishlists", &sql, values).await? {
                let line = line_of(&row)?;
                found.insert(line.id, line);
            }
        }
        Ok(found)
    }

    async fn add(&self, owner: Owner, wishes: Vec<NewWish>, now: Timestamp) -> EngineResult<Vec<Wished>> {
        self.db
            .write("wishlists", move |tx| {
                let wishes = wishes.clone();
                async move { add(tx, owner, &wishes, false, now).await }.boxed()
            })
            .await
    }

    async fn remove(
        &self,
        owner: Owner,
        ids: Vec<WishlistLineId>,
        now: Timestamp,
    ) -> EngineResult<Vec<WishlistLineId>> {
        self.db
            .write("wishlists", move |tx| {
                let ids = ids.clone();
                async move {
                    let mut removed = Vec::new();
                    for id in ids {
                        if tx
                            .execute("DELETE FROM wishlist_lines WHERE id = ? AND owner = ?", args![id, owner.uuid()])
                            .await?
                            > 0
                        {
                            removed.push(id);
                        }
                    }
                    if !removed.is_empty() {
                        tell(tx, owner, Vec::new(), now).await?;
                    }
                    Ok(removed)
                }
                .boxed()
            })
            .await
    }

    async fn merge(&self, guest: GuestId, shopper: ShopperId, now: Timestamp) -> EngineResult<()> {
        self.db
            .write("wishlists", move |tx| {
                async move {
                    touch(tx, guest.0, now).await?;
                    let sql = format!("SELECT {LINE} FROM wishlist_lines WHERE owner = ? ORDER BY added_at, id");
                    let rows = tx.query(&sql, args![guest]).await?;
                    let lines = rows.iter().map(line_of).collect::<EngineResult<Vec<_>>>()?;
                    if lines.is_empty() {
                        tx.execute("DELETE FROM wishlists WHERE owner = ?", args![guest]).await?;
                        return Ok(());
                    }
                    let wishes: Vec<_> =
                        lines.iter().map(|l| NewWish { variant: l.variant, price: l.price_when_added }).collect();
                    add(tx, Owner::Shopper(shopper), &wishes, true, now).await?;
                    tx.execute("DELETE FROM wishlist_lines WHERE owner = ?", args![guest]).await?;
                    tx.execute("DELETE FROM wishlists WHERE owner = ?", args![guest]).await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }
}
