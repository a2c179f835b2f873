//! Items and categories on SQL. An item is one JSON body beside the columns that it is asked by; `item_variants` says
//! which item a variant belongs to and keeps saying it after the item has dropped the variant, so that old orders and
//! links still resolve. It checks no rule of items; it only keeps versions, slugs and variants from colliding.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use async_trait::async_trait;
use futures::FutureExt;
use services::{
    items::{
        Category, Item,
        ports::{ItemStore, Saved},
    },
    kernel::{
        clock::Timestamp,
        error::EngineResult,
        events::{ItemsEvent, NewEvent},
        ids::{CategoryId, ItemId, VariantId},
    },
};
use uuid::Uuid;

use crate::{Backend, Db, Json, Row, Tx, args, sql_in};

const ENGINE: &str = "items";
/// Keys of one `IN (…)`.
const KEYS_PER_QUERY: usize = 500;

/// Items in a relational database.
#[derive(Clone)]
pub struct SqlItemStore {
    db: Db,
}

impl SqlItemStore {
    /// On a database whose migrations have run.
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// Rows of `sql`, whose `{}` stands for the list of keys, over all keys.
    async fn read_in<K>(&self, sql: &str, keys: &[K], one: impl Fn(&K) -> crate::Value) -> EngineResult<Vec<Row>> {
        let mut rows = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(KEYS_PER_QUERY) {
            let sql = sql.replace("{}", &sql_in(chunk.len()));
            rows.extend(self.db.read(ENGINE, &sql, chunk.iter().map(&one).collect()).await?);
        }
        Ok(rows)
    }
}

#[async_trait]
impl ItemStore for SqlItemStore {
    async fn items_by_ids(&self, ids: &[ItemId]) -> EngineResult<HashMap<ItemId, Item>> {
        let rows = self.read_in("SELECT body FROM items WHERE id IN ({})", ids, |id| (*id).into()).await?;
        rows.iter().map(|row| row.json::<Item>(0).map(|item| (item.id, item))).collect()
    }

    async fn items_of_variants(&self, ids: &[VariantId]) -> EngineResult<HashMap<VariantId, ItemId>> {
        let rows = self.read_in("SELECT id, item FROM item_variants WHERE id IN ({})", ids, |id| (*id).into()).await?;
        rows.iter().map(|row| Ok((VariantId(row.uuid(0)?), ItemId(row.uuid(1)?)))).collect()
    }

    async fn items_by_slugs(&self, slugs: &[String]) -> EngineResult<HashMap<String, ItemId>> {
        let rows =
            self.read_in("SELECT slug, id FROM items WHERE slug IN ({})", slugs, |slug| slug.as_str().into()).await?;
        rows.iter().map(|row| Ok((row.text(0)?, ItemId(row.uuid(1)?)))).collect()
    }

    async fn save(&self, items: Vec<Item>, now: Timestamp) -> EngineResult<Vec<Saved>> {
        let items: Arc<[Item]> = items.into();
        let lock = if self.db.backend() == Backend::MySql { " FOR UPDATE" } else { "" };
        self.db
            .write(ENGINE, move |tx: &mut dyn Tx| {
                let items = Arc::clone(&items);
                async move {
                    let mut known = Known::load(tx, &items, lock).await?;
                    let mut out = Vec::with_capacity(items.len());
                    for item in items.iter() {
                        out.push(save_one(tx, &mut known, item, now).await?);
                    }
                    Ok(out)
                }
                .boxed()
            })
            .await
    }

    async fn scan(&self, after: Option<ItemId>, limit: usize) -> EngineResult<Vec<Item>> {
        let after = after.map_or(Uuid::nil(), |id| id.0);
        let rows = self
            .db
            .read(ENGINE, "SELECT body FROM items WHERE id > ? ORDER BY id LIMIT ?", args![after, limit as u64])
            .await?;
        rows.iter().map(|row| row.json(0)).collect()
    }

    async fn count(&self) -> EngineResult<u64> {
        let rows = self.db.read(ENGINE, "SELECT COUNT(*) FROM items", args![]).await?;
        let count = rows.first().map(|row| row.int(0)).transpose()?.unwrap_or(0);
        Ok(u64::try_from(count).unwrap_or(0))
    }

    async fn categories(&self) -> EngineResult<Vec<Category>> {
        let rows = self.db.read(ENGINE, "SELECT body FROM categories ORDER BY id", args![]).await?;
        rows.iter().map(|row| row.json(0)).collect()
    }

    async fn save_categories(&self, categories: Vec<Category>, now: Timestamp) -> EngineResult<()> {
        if categories.is_empty() {
            return Ok(());
        }
        let categories: Arc<[Category]> = categories.into();
        self.db
            .write(ENGINE, move |tx: &mut dyn Tx| {
                let categories = Arc::clone(&categories);
                async move {
                    for category in categories.iter() {
                        save_category(tx, category).await?;
                    }
                    tx.emit(now, categories_changed()).await
                }
                .boxed()
            })
            .await
    }

    async fn remove_category(&self, id: CategoryId, now: Timestamp) -> EngineResult<bool> {
        self.db
            .write(ENGINE, move |tx: &mut dyn Tx| {
                async move {
                    let items = tx.query("SELECT id FROM items WHERE category = ? LIMIT 1", args![id]).await?;
                    let branches = tx.query("SELECT id FROM categories WHERE parent = ? LIMIT 1", args![id]).await?;
                    if !items.is_empty() || !branches.is_empty() {
                        return Ok(false);
                    }
                    if tx.execute("DELETE FROM categories WHERE id = ?", args![id]).await? == 0 {
                        return Ok(false);
                    }
                    tx.emit(now, categories_changed()).await?;
                    Ok(true)
                }
                .boxed()
            })
            .await
    }
}

/// What is there already of the items being saved; kept up to date along the transaction, so that a list may name the
/// same item, slug or variant twice.
#[derive(Default)]
struct Known {
    versions: HashMap<ItemId, u64>,
    slugs: HashMap<String, ItemId>,
    owners: HashMap<VariantId, Owner>,
    /// The variants that each item has now.
    variants: HashMap<ItemId, HashSet<VariantId>>,
}

#[derive(Clone, Copy)]
struct Owner {
    item: ItemId,
    /// The item still has it.
    current: bool,
}

impl Known {
    async fn load(tx: &mut dyn Tx, items: &[Item], lock: &str) -> EngineResult<Self> {
        let mut known = Self::default();
        for chunk in items.chunks(KEYS_PER_QUERY) {
            known.load_versions(tx, chunk, lock).await?;
            known.load_slugs(tx, chunk).await?;
            known.load_current(tx, chunk, lock).await?;
            let variants: Vec<VariantId> = chunk.iter().flat_map(|i| i.variants.iter().map(|v| v.id)).collect();
            for variants in variants.chunks(KEYS_PER_QUERY) {
                known.load_owners(tx, variants, lock).await?;
            }
        }
        Ok(known)
    }

    async fn load_versions(&mut self, tx: &mut dyn Tx, items: &[Item], lock: &str) -> EngineResult<()> {
        let sql = format!("SELECT id, version FROM items WHERE id IN ({}){lock}", sql_in(items.len()));
        for row in tx.query(&sql, items.iter().map(|i| i.id.into()).collect()).await? {
            self.versions.insert(ItemId(row.uuid(0)?), u64::try_from(row.int(1)?).unwrap_or(0));
        }
        Ok(())
    }

    async fn load_slugs(&mut self, tx: &mut dyn Tx, items: &[Item]) -> EngineResult<()> {
        let wanted: Vec<crate::Value> =
            items.iter().flat_map(|i| [i.slug.clone(), suffixed(i, 6)]).map(Into::into).collect();
        for wanted in wanted.chunks(KEYS_PER_QUERY) {
            let sql = format!("SELECT slug, id FROM items WHERE slug IN ({})", sql_in(wanted.len()));
            for row in tx.query(&sql, wanted.to_vec()).await? {
                self.slugs.insert(row.text(0)?, ItemId(row.uuid(1)?));
            }
        }
        Ok(())
    }

    async fn load_current(&mut self, tx: &mut dyn Tx, items: &[Item], lock: &str) -> EngineResult<()> {
        let old: Vec<crate::Value> =
            items.iter().filter(|i| self.versions.contains_key(&i.id)).map(|i| i.id.into()).collect();
        if old.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "SELECT id, item FROM item_variants WHERE item IN ({}) AND is_current = 1{lock}",
            sql_in(old.len())
        );
        for row in tx.query(&sql, old).await? {
            self.variants.entry(ItemId(row.uuid(1)?)).or_default().insert(VariantId(row.uuid(0)?));
        }
        Ok(())
    }

    async fn load_owners(&mut self, tx: &mut dyn Tx, variants: &[VariantId], lock: &str) -> EngineResult<()> {
        let sql =
            format!("SELECT id, item, is_current FROM item_variants WHERE id IN ({}){lock}", sql_in(variants.len()));
        for row in tx.query(&sql, variants.iter().map(|v| (*v).into()).collect()).await? {
            let owner = Owner { item: ItemId(row.uuid(1)?), current: row.int(2)? != 0 };
            self.owners.insert(VariantId(row.uuid(0)?), owner);
        }
        Ok(())
    }

    /// The item's slug, or the first of its suffixed forms that nobody has.
    fn free_slug(&self, item: &Item) -> String {
        [item.slug.clone(), suffixed(item, 6)]
            .into_iter()
            .find(|slug| self.slugs.get(slug).is_none_or(|owner| *owner == item.id))
            .unwrap_or_else(|| suffixed(item, 32))
    }
}

/// The slug with the last digits of the item's id: the same item gets the same suffix every time.
fn suffixed(item: &Item, digits: usize) -> String {
    let id = item.id.0.simple().to_string();
    format!("{}-{}", item.slug, &id[id.len() - digits..])
}

async fn save_one(tx: &mut dyn Tx, known: &mut Known, item: &Item, now: Timestamp) -> EngineResult<Saved> {
    let present = known.versions.get(&item.id).copied();
    if let Some(present) = present.filter(|present| item.version <= *present) {
        return Ok(Saved::Stale { present });
    }
    for variant in &item.variants {
        if let Some(owner) = known.owners.get(&variant.id).filter(|o| o.current && o.item != item.id) {
            return Ok(Saved::SkuTaken { variant: variant.id, by: owner.item });
        }
    }
    let slug = known.free_slug(item);
    write_row(tx, item, &slug, present).await?;
    write_variants(tx, known, item).await?;
    known.versions.insert(item.id, item.version);
    known.slugs.insert(slug, item.id);
    let changed = ItemsEvent::ItemChanged {
        item: item.id,
        item_version: item.version,
        withdrawn: item.withdrawn,
        categories: false,
    };
    tx.emit(now, NewEvent::of(&changed)).await?;
    Ok(if present.is_some() { Saved::Updated } else { Saved::Created })
}

async fn write_row(tx: &mut dyn Tx, item: &Item, slug: &str, present: Option<u64>) -> EngineResult<()> {
    let renamed;
    let body = if item.slug == slug {
        item
    } else {
        renamed = Item { slug: slug.to_owned(), ..item.clone() };
        &renamed
    };
    if present.is_some() {
        tx.execute(
            "UPDATE items SET version = ?, slug = ?, category = ?, withdrawn = ?, updated_at = ?, body = ? \
             WHERE id = ? AND version < ?",
            args![
                item.version,
                slug,
                item.category,
                item.withdrawn,
                item.updated_at,
                Json(body),
                item.id,
                item.version
            ],
        )
        .await?;
    } else {
        tx.execute(
            "INSERT INTO items (id, version, slug, category, supplier, withdrawn, created_at, updated_at, body) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            args![
                item.id,
                item.version,
                slug,
                item.category,
                item.supplier,
                item.withdrawn,
                item.created_at,
                item.updated_at,
                Json(body)
            ],
        )
        .await?;
    }
    Ok(())
}

async fn write_variants(tx: &mut dyn Tx, known: &mut Known, item: &Item) -> EngineResult<()> {
    let wanted: HashSet<VariantId> = item.variants.iter().map(|v| v.id).collect();
    let had = known.variants.insert(item.id, wanted.clone()).unwrap_or_default();
    for gone in had.difference(&wanted) {
        tx.execute("UPDATE item_variants SET is_current = 0 WHERE id = ?", args![*gone]).await?;
        known.owners.insert(*gone, Owner { item: item.id, current: false });
    }
    for variant in item.variants.iter().map(|v| v.id).filter(|v| !had.contains(v)) {
        let sql = if known.owners.contains_key(&variant) {
            "UPDATE item_variants SET item = ?, is_current = 1 WHERE id = ?"
        } else {
            "INSERT INTO item_variants (item, is_current, id) VALUES (?, 1, ?)"
        };
        tx.execute(sql, args![item.id, variant]).await?;
        known.owners.insert(variant, Owner { item: item.id, current: true });
    }
    Ok(())
}

async fn save_category(tx: &mut dyn Tx, category: &Category) -> EngineResult<()> {
    let changed = tx
        .execute(
            "UPDATE categories SET parent = ?, slug = ?, body = ? WHERE id = ?",
            args![category.parent, &category.slug, Json(category), category.id],
        )
        .await?;
    if changed == 0 {
        tx.execute(
            "INSERT INTO categories (parent, slug, body, id) VALUES (?, ?, ?, ?)",
            args![category.parent, &category.slug, Json(category), category.id],
        )
        .await?;
    }
    Ok(())
}

fn categories_changed() -> NewEvent {
    NewEvent::of(&ItemsEvent::ItemChanged {
        item: ItemId(Uuid::nil()),
        item_version: 0,
        withdrawn: false,
        categories: true,
    })
}
