//! The relational stores: one database, or several by URL.

use std::sync::Arc;

use anyhow::Context;
use engine_sql::Db;
use services::kernel::{clock::Clock, ids::IdSource};

use crate::settings::Settings;

/// The databases; those with the same URL are one.
#[derive(Clone, Debug)]
pub struct Databases {
    /// Orders, stock, payments, accounts, the delivery network.
    pub main: Db,
    /// Carts.
    pub carts: Db,
    /// Wishlists.
    pub wishlists: Db,
    /// Orders of long ago.
    pub archive: Db,
    /// Items; where they live elsewhere, the main one, to which their events are brought.
    pub items: Db,
}

impl Databases {
    /// Opens and migrates them.
    ///
    /// # Errors
    /// When one refuses; the sentence names the setting.
    pub async fn open(settings: &Settings, clock: &Arc<dyn Clock>, ids: &Arc<dyn IdSource>) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&settings.data).with_context(|| {
            format!("`data`: the folder {} cannot be made: choose another", settings.data.display())
        })?;
        let items_url =
            if settings.items_url.starts_with("mongodb") { settings.database_url() } else { settings.items_url() };
        let mut open: Vec<(String, Db)> = Vec::new();
        for (name, url) in [
            ("database_url", settings.database_url()),
            ("carts_url", settings.carts_url()),
            ("wishlists_url", settings.wishlists_url()),
            ("items_url", items_url.clone()),
            ("archive_url", settings.archive_url()),
        ] {
            if open.iter().all(|(u, _)| *u != url) {
                let db = Db::open(&url, Arc::clone(clock), Arc::clone(ids))
                    .await
                    .with_context(|| format!("`{name}` cannot be used"))?;
                open.push((url, db));
            }
        }
        let find = |url: String| {
            open.iter().find(|(u, _)| *u == url).map(|(_, db)| db.clone()).context("a database was not opened")
        };
        Ok(Self {
            main: find(settings.database_url())?,
            carts: find(settings.carts_url())?,
            wishlists: find(settings.wishlists_url())?,
            archive: find(settings.archive_url())?,
            items: find(items_url)?,
        })
    }
}
