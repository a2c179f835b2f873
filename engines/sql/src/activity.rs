//! Pseudonyms on SQL: the only place that knows who is behind one.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use async_trait::async_trait;
use futures::FutureExt;
use services::{
    activity::{
        Record,
        ports::{Place, PseudonymStore, RecordStore},
    },
    kernel::{
        error::{EngineError, EngineResult},
        events::Act,
        ids::ItemId,
        pincodes::Pincode,
    },
};
use uuid::Uuid;

use crate::{Db, Row, Tx, Value, args, sql_in};

const ENGINE: &str = "activity";

/// Pseudonyms in a relational database.
#[derive(Clone, Debug)]
pub struct SqlPseudonymStore {
    db: Db,
}

impl SqlPseudonymStore {
    /// On a database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

async fn pseudonyms(tx: &mut dyn Tx, proposed: &HashMap<Uuid, Uuid>) -> EngineResult<HashMap<Uuid, Uuid>> {
    let mut all = HashMap::with_capacity(proposed.len());
    for (owner, proposed) in proposed {
        let there = tx.first("SELECT pseudonym FROM pseudonyms WHERE owner_id = ?", args![*owner]).await?;
        let pseudonym = if let Some(row) = there {
            row.uuid(0)?
        } else {
            tx.execute("INSERT INTO pseudonyms (owner_id, pseudonym) VALUES (?, ?)", args![*owner, *proposed]).await?;
            *proposed
        };
        all.insert(*owner, pseudonym);
    }
    Ok(all)
}

#[async_trait]
impl PseudonymStore for SqlPseudonymStore {
    async fn pseudonyms(&self, proposed: HashMap<Uuid, Uuid>) -> EngineResult<HashMap<Uuid, Uuid>> {
        let proposed = Arc::new(proposed);
        self.db
            .write(ENGINE, move |tx| {
                let proposed = Arc::clone(&proposed);
                async move { pseudonyms(tx, &proposed).await }.boxed()
            })
            .await
    }
    async fn find(&self, owner: Uuid) -> EngineResult<Option<Uuid>> {
        let sql = "SELECT pseudonym FROM pseudonyms WHERE owner_id = ?";
        self.db.read(ENGINE, sql, args![owner]).await?.first().map(|r| r.uuid(0)).transpose()
    }
    async fn forget(&self, owner: Uuid) -> EngineResult<()> {
        self.db
            .write(ENGINE, move |tx| {
                async move {
                    let erase = "DELETE FROM activity_records WHERE pseudonym IN
                                 (SELECT pseudonym FROM pseudonyms WHERE owner_id = ?)";
                    tx.execute(erase, args![owner]).await?;
                    tx.execute("DELETE FROM pseudonyms WHERE owner_id = ?", args![owner]).await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }
    async fn choose(&self, owner: Uuid, recorded: bool) -> EngineResult<()> {
        self.db
            .write(ENGINE, move |tx| {
                async move {
                    tx.execute("DELETE FROM activity_silent WHERE owner_id = ?", args![owner]).await?;
                    if !recorded {
                        tx.execute("INSERT INTO activity_silent (owner_id) VALUES (?)", args![owner]).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
    }
    async fn silent(&self, owners: Vec<Uuid>) -> EngineResult<HashSet<Uuid>> {
        let sql = format!("SELECT owner_id FROM activity_silent WHERE owner_id IN ({})", sql_in(owners.len()));
        let rows = self.db.read(ENGINE, &sql, owners.into_iter().map(Value::from).collect()).await?;
        rows.iter().map(|r| r.uuid(0)).collect()
    }
}

/// Records of activity in a relational database: the one that the pseudonyms are in, so that both are erased together.
#[derive(Clone, Debug)]
pub struct SqlRecordStore {
    db: Db,
}

impl SqlRecordStore {
    /// On a database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }
    async fn list(&self, rest: &str, args: Vec<Value>) -> EngineResult<Vec<Record>> {
        let sql = format!(
            "SELECT id, at, pseudonym, act, item_id, category_id, pincode, words, units FROM activity_records {rest}"
        );
        self.db.read(ENGINE, &sql, args).await?.iter().map(record).collect()
    }
}

const ACTS: [(Act, &str); 5] = [
    (Act::Searched, "SEARCHED"),
    (Act::Viewed, "VIEWED"),
    (Act::Wishlisted, "WISHLISTED"),
    (Act::Carted, "CARTED"),
    (Act::Bought, "BOUGHT"),
];

fn record(row: &Row) -> EngineResult<Record> {
    let name = row.text(3)?;
    let act = ACTS.iter().find(|(_, n)| *n == name).map(|(act, _)| *act);
    Ok(Record {
        id: row.id(0)?,
        at: row.time(1)?,
        pseudonym: row.uuid(2)?,
        act: act.ok_or_else(|| EngineError::permanent(ENGINE, format!("there is no act {name}")))?,
        item: row.opt_id(4)?,
        category: row.opt_id(5)?,
        pincode: row.opt_int(6)?.and_then(|n| u32::try_from(n).ok()).and_then(Pincode::new),
        text: row.opt_text(7)?,
        count: u32::try_from(row.int(8)?).unwrap_or(u32::MAX),
    })
}

async fn keep(tx: &mut dyn Tx, records: &[Record]) -> EngineResult<usize> {
    let mut new = 0;
    for r in records {
        let known = "SELECT 1 FROM pseudonyms WHERE pseudonym = ?";
        let there = "SELECT 1 FROM activity_records WHERE id = ?";
        if tx.first(known, args![r.pseudonym]).await?.is_none() || tx.first(there, args![r.id]).await?.is_some() {
            continue;
        }
        let act = ACTS.iter().find(|(act, _)| *act == r.act).map(|(_, name)| *name);
        tx.execute(
            "INSERT INTO activity_records (id, at, pseudonym, act, item_id, category_id, pincode, words, units)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            args![
                r.id,
                r.at,
                r.pseudonym,
                act,
                r.item,
                r.category,
                r.pincode.map(Pincode::number),
                r.text.clone(),
                r.count
            ],
        )
        .await?;
        new += 1;
    }
    Ok(new)
}

#[async_trait]
impl RecordStore for SqlRecordStore {
    async fn keep(&self, records: Vec<Record>) -> EngineResult<usize> {
        let records = Arc::new(records);
        self.db
            .write(ENGINE, move |tx| {
                let records = Arc::clone(&records);
                async move { keep(tx, &records).await }.boxed()
            })
            .await
    }
    async fn of(&self, pseudonym: Uuid, limit: usize) -> EngineResult<Vec<Record>> {
        self.list("WHERE pseudonym = ? ORDER BY at DESC, id DESC LIMIT ?", args![pseudonym, limit]).await
    }
    async fn of_item(&self, item: ItemId, limit: usize) -> EngineResult<Vec<Record>> {
        self.list("WHERE item_id = ? ORDER BY at DESC, id DESC LIMIT ?", args![item, limit]).await
    }
    async fn after(&self, place: Place, limit: usize) -> EngineResult<Vec<Record>> {
        let (at, id) = place;
        self.list("WHERE at > ? OR (at = ? AND id > ?) ORDER BY at, id LIMIT ?", args![at, at, id, limit]).await
    }
    async fn newest(&self) -> EngineResult<Option<Place>> {
        let found = self.list("ORDER BY at DESC, id DESC LIMIT 1", args![]).await?;
        Ok(found.first().map(|r| (r.at, r.id.0)))
    }
}
