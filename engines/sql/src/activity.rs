//! Pseudonyms on SQL: the only place that knows who is behind one.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use futures::FutureExt;
use services::{activity::ports::PseudonymStore, kernel::error::EngineResult};
use uuid::Uuid;

use crate::{Db, Tx, args};

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
    async fn forget(&self, owner: Uuid) -> EngineResult<()> {
        self.db
            .write(ENGINE, move |tx| {
                async move { Ok(tx.execute("DELETE FROM pseudonyms WHERE owner_id = ?", args![owner]).await.map(|_| ())?) }.boxed()
            })
            .await
    }
}
