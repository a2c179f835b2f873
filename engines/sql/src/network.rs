//! The delivery network on SQL: rows of JSON bodies by code, and one state row that every change locks and raises, so that
//! versions are handed out one after the other and what carries version n was committed with version n.

use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt;
use serde::de::DeserializeOwned;
use services::{
    kernel::{
        clock::Timestamp,
        error::{EngineError, EngineResult},
        events::{LanesEvent, NewEvent},
        pages::{Page, Window},
    },
    logistics::{
        Courier, Lane, Network, Reach,
        ports::{NetworkChanges, NetworkStore},
    },
};

use crate::{Backend, Db, Json, Row, Tx, Value, args};

const ENGINE: &str = "network";
/// Rows of one multi-row INSERT.
const ROWS_PER_INSERT: usize = 50;
/// More changed lanes and reaches than this, and the reader had better read everything again.
const CHANGES_MAX: usize = 500;
/// How often the whole network is read before a writer's quiet moment is waited for.
const SNAPSHOT_TRIES: usize = 4;

/// The delivery network in a relational database.
#[derive(Clone)]
pub struct SqlNetworkStore {
    db: Db,
}

impl SqlNetworkStore {
    /// On a database whose migrations have run.
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    async fn bodies<T: DeserializeOwned>(&self, sql: &str, args: Vec<Value>) -> EngineResult<Vec<T>> {
        self.db.read(ENGINE, sql, args).await?.iter().map(|row| row.json(0)).collect()
    }

    /// The version now, and the version at which everything was replaced last.
    async fn state(&self) -> EngineResult<(u64, u64)> {
        let rows = self.db.read(ENGINE, "SELECT version, replaced_version FROM network_state WHERE id = 1", args![]);
        let rows = rows.await?;
        let row = rows.first().ok_or_else(|| EngineError::permanent(ENGINE, "the network has no state row"))?;
        Ok((row.u64(0)?, row.u64(1)?))
    }

    async fn read_all(&self, version: u64) -> EngineResult<Network> {
        Ok(Network {
            version,
            nodes: self.bodies("SELECT body FROM network_nodes ORDER BY code", args![]).await?,
            couriers: self.bodies("SELECT body FROM network_couriers ORDER BY code", args![]).await?,
            lanes: self.bodies("SELECT body FROM network_lanes ORDER BY code", args![]).await?,
            reaches: self.bodies("SELECT body FROM network_reaches ORDER BY courier, station", args![]).await?,
        })
    }

    /// The whole network while no writer may write, for when writers are so busy that no two reads see the same version.
    /// The lock does it, not the transaction: where each statement has its own view, a transaction alone sees halves.
    async fn read_all_in_a_transaction(&self) -> EngineResult<Network> {
        let lock = if self.db.backend() == Backend::MySql { " FOR UPDATE" } else { "" };
        self.db.write(ENGINE, move |tx: &mut dyn Tx| read_within(tx, lock).boxed()).await
    }
}

#[async_trait]
impl NetworkStore for SqlNetworkStore {
    async fn network(&self) -> EngineResult<Network> {
        // Every change raises the version in its own transaction: the same version before and after means one instant.
        for _ in 0..SNAPSHOT_TRIES {
            let (version, _) = self.state().await?;
            let network = self.read_all(version).await?;
            if self.state().await?.0 == version {
                return Ok(network);
            }
        }
        self.read_all_in_a_transaction().await
    }

    async fn version(&self) -> EngineResult<u64> {
        Ok(self.state().await?.0)
    }

    async fn replace(&self, network: Network, now: Timestamp) -> EngineResult<u64> {
        let network = Arc::new(network);
        self.db
            .write(ENGINE, move |tx: &mut dyn Tx| {
                let network = Arc::clone(&network);
                async move { replace_within(tx, &network, now).await }.boxed()
            })
            .await
    }

    async fn save_lane(&self, lane: Lane, now: Timestamp) -> EngineResult<u64> {
        self.db
            .write(ENGINE, move |tx: &mut dyn Tx| {
                let lane = lane.clone();
                async move {
                    let version = raise(tx).await?;
                    let updated = tx
                        .execute(
                            "UPDATE network_lanes SET changed_version = ?, body = ? WHERE code = ?",
                            args![version, Json(&lane), &lane.code],
                        )
                        .await?;
                    if updated == 0 {
                        let row = lane_row(&lane, version);
                        insert(tx, "network_lanes (code, changed_version, body)", vec![row]).await?;
                    }
                    changed(tx, lane.code, version, now).await
                }
                .boxed()
            })
            .await
    }

    async fn save_reach(&self, reach: Reach, now: Timestamp) -> EngineResult<u64> {
        self.db
            .write(ENGINE, move |tx: &mut dyn Tx| {
                let reach = reach.clone();
                async move {
                    let version = raise(tx).await?;
                    let updated = tx
                        .execute(
                            "UPDATE network_reaches SET changed_version = ?, body = ? WHERE courier = ? AND station = ?",
                            args![version, Json(&reach), &reach.courier, &reach.station],
                        )
                        .await?;
                    if updated == 0 {
                        let row = reach_row(&reach, version);
                        insert(tx, "network_reaches (courier, station, changed_version, body)", vec![row]).await?;
                    }
                    changed(tx, reach.station, version, now).await
                }
                .boxed()
            })
            .await
    }

    async fn lane(&self, code: &str) -> EngineResult<Option<Lane>> {
        let lanes = self.bodies("SELECT body FROM network_lanes WHERE code = ?", args![code]).await?;
        Ok(lanes.into_iter().next())
    }

    async fn lanes(&self, window: Window<String>) -> EngineResult<Page<Lane>> {
        let surplus = window.limit().saturating_add(1);
        let rows = match &window {
            Window::Forwards { after: None, .. } => {
                self.bodies("SELECT body FROM network_lanes ORDER BY code LIMIT ?", args![surplus]).await?
            }
            Window::Forwards { after: Some(after), .. } => {
                let sql = "SELECT body FROM network_lanes WHERE code > ? ORDER BY code LIMIT ?";
                self.bodies(sql, args![after, surplus]).await?
            }
            Window::Backwards { before: None, .. } => {
                self.bodies("SELECT body FROM network_lanes ORDER BY code DESC LIMIT ?", args![surplus]).await?
            }
            Window::Backwards { before: Some(before), .. } => {
                let sql = "SELECT body FROM network_lanes WHERE code < ? ORDER BY code DESC LIMIT ?";
                self.bodies(sql, args![before, surplus]).await?
            }
        };
        Ok(Page::from_surplus(rows, &window))
    }

    async fn changes_after(&self, version: u64) -> EngineResult<Option<NetworkChanges>> {
        // The version is read first: a change that comes in between is told now and once more later, never missed.
        let (present, replaced) = self.state().await?;
        if version < replaced {
            return Ok(None);
        }
        let limit = CHANGES_MAX + 1;
        let lanes = "SELECT body FROM network_lanes WHERE changed_version > ? ORDER BY code LIMIT ?";
        let reaches = "SELECT body FROM network_reaches WHERE changed_version > ? ORDER BY courier, station LIMIT ?";
        let lanes: Vec<Lane> = self.bodies(lanes, args![version, limit]).await?;
        let reaches: Vec<Reach> = self.bodies(reaches, args![version, limit]).await?;
        // A replacement that came in between is seen by the rows but not by the version: read everything then.
        if lanes.len() + reaches.len() > CHANGES_MAX || self.state().await?.1 != replaced {
            return Ok(None);
        }
        Ok(Some(NetworkChanges { version: present, lanes, reaches }))
    }

    async fn couriers(&self) -> EngineResult<Vec<Courier>> {
        self.bodies("SELECT body FROM network_couriers ORDER BY code", args![]).await
    }
}

/// Raises the version and answers it. The row stays locked until the commit, so writers take turns.
async fn raise(tx: &mut dyn Tx) -> EngineResult<u64> {
    tx.execute("UPDATE network_state SET version = version + 1 WHERE id = 1", args![]).await?;
    let row = tx.first("SELECT version FROM network_state WHERE id = 1", args![]).await?;
    row.ok_or_else(|| EngineError::permanent(ENGINE, "the network has no state row"))?.u64(0)
}

async fn changed(tx: &mut dyn Tx, code: String, version: u64, now: Timestamp) -> EngineResult<u64> {
    tx.emit(now, NewEvent::of(&LanesEvent::NetworkChanged { code, network_version: version })).await?;
    Ok(version)
}

async fn replace_within(tx: &mut dyn Tx, network: &Network, now: Timestamp) -> EngineResult<u64> {
    let version = raise(tx).await?;
    tx.execute("UPDATE network_state SET replaced_version = ? WHERE id = 1", args![version]).await?;
    for table in ["network_nodes", "network_couriers", "network_lanes", "network_reaches"] {
        tx.execute(&format!("DELETE FROM {table}"), args![]).await?;
    }
    let plain = |code: &str, body: Value| vec![code.into(), body];
    let nodes = network.nodes.iter().map(|n| plain(&n.code, Json(n).into())).collect();
    insert(tx, "network_nodes (code, body)", nodes).await?;
    let couriers = network.couriers.iter().map(|c| plain(&c.code, Json(c).into())).collect();
    insert(tx, "network_couriers (code, body)", couriers).await?;
    let lanes = network.lanes.iter().map(|lane| lane_row(lane, version)).collect();
    insert(tx, "network_lanes (code, changed_version, body)", lanes).await?;
    let reaches = network.reaches.iter().map(|reach| reach_row(reach, version)).collect();
    insert(tx, "network_reaches (courier, station, changed_version, body)", reaches).await?;
    changed(tx, "*".to_owned(), version, now).await
}

fn lane_row(lane: &Lane, version: u64) -> Vec<Value> {
    args![&lane.code, version, Json(lane)]
}

fn reach_row(reach: &Reach, version: u64) -> Vec<Value> {
    args![&reach.courier, &reach.station, version, Json(reach)]
}

/// Inserts rows, many per statement; `into` is the table with its columns.
async fn insert(tx: &mut dyn Tx, into: &str, rows: Vec<Vec<Value>>) -> EngineResult<()> {
    let mut rows = rows.into_iter().peekable();
    while let Some(width) = rows.peek().map(Vec::len) {
        let chunk: Vec<Vec<Value>> = rows.by_ref().take(ROWS_PER_INSERT).collect();
        let one = format!("({})", vec!["?"; width].join(", "));
        let sql = format!("INSERT INTO {into} VALUES {}", vec![one; chunk.len()].join(", "));
        tx.execute(&sql, chunk.into_iter().flatten().collect()).await?;
    }
    Ok(())
}

async fn read_within(tx: &mut dyn Tx, lock: &str) -> EngineResult<Network> {
    let version = tx.first(&format!("SELECT version FROM network_state WHERE id = 1{lock}"), args![]).await?;
    let version = version.map_or(Ok(0), |row| row.u64(0))?;
    Ok(Network {
        version,
        nodes: all(tx, "SELECT body FROM network_nodes ORDER BY code").await?,
        couriers: all(tx, "SELECT body FROM network_couriers ORDER BY code").await?,
        lanes: all(tx, "SELECT body FROM network_lanes ORDER BY code").await?,
        reaches: all(tx, "SELECT body FROM network_reaches ORDER BY courier, station").await?,
    })
}

async fn all<T: DeserializeOwned>(tx: &mut dyn Tx, sql: &str) -> EngineResult<Vec<T>> {
    let rows: Vec<Row> = tx.query(sql, args![]).await?;
    rows.iter().map(|row| row.json(0)).collect()
}
