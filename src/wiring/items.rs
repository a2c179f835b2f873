//! Where items live: in a relational database, whose outbox is the log, or on MongoDB, whose events a relay brings there.

use std::sync::Arc;

#[cfg(feature = "mongodb")]
use anyhow::Context;
use engine_sql::items::SqlItemStore;
use services::{
    items::ports::ItemStore,
    kernel::{error::EngineResult, events::relay::KeptEvents, ids::IdSource},
};

use workers::{relay::Relay, worker::drain};

use super::{House, databases::Databases};
use crate::settings::Settings;

/// The store of items.
#[derive(Clone)]
pub struct ItemsHome {
    /// The items.
    pub store: Arc<dyn ItemStore>,
    /// The same store, when its events have to be brought to the log.
    pub kept: Option<Arc<dyn KeptEvents>>,
}

/// By the settings. A MongoDB that cannot be reached does not stop the start; `/health/ready` names it.
///
/// # Errors
/// When the URL is malformed, or the server refuses: user, password, version, indexes.
pub async fn home(settings: &Settings, databases: &Databases, ids: &Arc<dyn IdSource>) -> anyhow::Result<ItemsHome> {
    #[cfg(feature = "mongodb")]
    if settings.items_url.starts_with("mongodb") {
        let mongo = engine_mongodb::Mongo::open(&settings.items_url).await.context("`items_url` cannot be used")?;
        match mongo.prepare().await {
            Err(e) if e.retryable => tracing::warn!(cause = %e.message, "the items are away; the shop starts without"),
            prepared => prepared.context("`items_url` cannot be used")?,
        }
        let store = Arc::new(engine_mongodb::MongoItemStore::new(mongo, Arc::clone(ids)));
        return Ok(ItemsHome { kept: Some(Arc::<engine_mongodb::MongoItemStore>::clone(&store)), store });
    }
    debug_assert!(!settings.items_url.starts_with("mongodb"), "the settings were checked");
    let _ = ids;
    Ok(ItemsHome { store: Arc::new(SqlItemStore::new(databases.items.clone())), kept: None })
}

/// The worker that brings their events to the log, where one is needed.
pub fn relay(house: &House) -> Option<Relay> {
    let kept = Arc::clone(house.items.kept.as_ref()?);
    Some(Relay::new(kept, Arc::clone(&house.intake), Arc::clone(&house.clock), &*house.shop.ids))
}

/// Brings all of them to the log now, for commands that go on to read it. While another process has the lease there is
/// nothing to do here.
///
/// # Errors
/// When the store or the log does not answer.
pub async fn bring_events(house: &House) -> EngineResult<()> {
    match relay(house) {
        Some(relay) => drain(&relay).await.map(|_| ()),
        None => Ok(()),
    }
}
