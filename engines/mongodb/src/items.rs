//! Items and categories as documents. A save is one guarded upsert of the item's document: fields, event and links
//! together. `links` holds every variant that the item ever had, so that old orders and links still resolve; the unique
//! index on the variants of now keeps two items from having the same one. The tree is one document, changed whole.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use async_trait::async_trait;
use futures::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};
use services::{
    items::{
        Category, Item,
        ports::{ItemStore, Saved},
    },
    kernel::{
        clock::Timestamp,
        error::{EngineError, EngineResult},
        events::ItemsEvent,
        ids::{CategoryId, IdSource, ItemId, VariantId},
    },
};
use uuid::Uuid;

use crate::{Mongo, connection::ENGINE, document, kept};

/// Keys of one `$in`.
const KEYS_PER_QUERY: usize = 500;
/// How often a write that lost a race is tried anew. Each round somebody else's write has happened.
const TRIES: usize = 64;

/// Items in a MongoDB database.
#[derive(Clone)]
pub struct MongoItemStore {
    pub(crate) mongo: Mongo,
    ids: Arc<dyn IdSource>,
}

impl MongoItemStore {
    /// On a database; ids are for the events.
    pub fn new(mongo: Mongo, ids: Arc<dyn IdSource>) -> Self {
        Self { mongo, ids }
    }

    /// Documents of items whose `field` is among the keys, over all keys.
    async fn items_in(&self, field: &str, keys: &[String], fields: Document) -> EngineResult<Vec<Document>> {
        let mut found: Vec<Document> = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(KEYS_PER_QUERY) {
            let size = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
            let filter = doc! { field: { "$in": chunk } };
            let items = self.mongo.items();
            let more: Vec<Document> = self
                .mongo
                .bounded(async {
                    let asked = items.find(filter).projection(fields.clone()).batch_size(size);
                    asked.await?.try_collect().await
                })
                .await?;
            found.extend(more);
        }
        Ok(found)
    }

    /// Who holds each of these variants: its item of now, or else the one that had it. `true`: it still has it.
    async fn owners(&self, variants: &[VariantId]) -> EngineResult<HashMap<VariantId, (ItemId, bool)>> {
        let wanted: HashSet<String> = variants.iter().map(ToString::to_string).collect();
        let keys: Vec<String> = wanted.iter().cloned().collect();
        let fields = doc! { "_id": 1, "links": 1, "variants.id": 1 };
        let mut owners = HashMap::with_capacity(keys.len());
        for found in self.items_in("links", &keys, fields).await? {
            let item = ItemId(id_of(&found, "_id")?);
            let now = documents(&found, "variants").filter_map(|v| v.get_str("id").ok()).collect::<HashSet<_>>();
            for link in found.get_array("links").into_iter().flatten().filter_map(Bson::as_str) {
                let current = now.contains(link);
                if wanted.contains(link) {
                    let owner = owners.entry(VariantId(parsed(link)?)).or_insert((item, current));
                    if current {
                        *owner = (item, true);
                    }
                }
            }
        }
        Ok(owners)
    }

    async fn save_one(&self, item: &Item, now: Timestamp) -> EngineResult<Saved> {
        let (id, version) = (item.id.to_string(), stored_version(item)?);
        let changed = ItemsEvent::ItemChanged {
            item: item.id,
            item_version: item.version,
            withdrawn: item.withdrawn,
            categories: false,
        };
        let links: Vec<String> = item.variants.iter().map(|v| v.id.to_string()).collect();
        let mut update = doc! {
            "$set": document::fields(item)?,
            "$push": kept::keeping(&changed, &self.ids, now)?,
            "$addToSet": { "links": { "$each": &links } },
        };
        let older = doc! { "_id": &id, "version": { "$lt": version } };
        let mut slugs = slugs(item).into_iter();
        let mut slug = slugs.next().unwrap_or_default();
        for _ in 0..TRIES {
            if let Ok(set) = update.get_document_mut("$set") {
                set.insert("slug", &slug);
            }
            let items = self.mongo.items();
            let saved =
                self.mongo.unless_taken(async { items.update_one(older.clone(), update.clone()).upsert(true).await });
            if let Some(saved) = saved.await? {
                return Ok(if saved.upserted_id.is_some() { Saved::Created } else { Saved::Updated });
            }
            // A unique key is taken: the item's own id by a version that is not older, a variant, the slug; or it was
            // when we came, and is not any more.
            if let Some(present) = self.present(&id).await?.filter(|present| item.version <= *present) {
                return Ok(Saved::Stale { present });
            }
            let owners = self.owners(&item.variants.iter().map(|v| v.id).collect::<Vec<_>>()).await?;
            let taken = item.variants.iter().find_map(|v| {
                owners.get(&v.id).filter(|(by, current)| *current && *by != item.id).map(|(by, _)| (v.id, *by))
            });
            if let Some((variant, by)) = taken {
                return Ok(Saved::SkuTaken { variant, by });
            }
            let owner = self.items_by_slugs(std::slice::from_ref(&slug)).await?.remove(&slug);
            if owner.is_some_and(|owner| owner != item.id) {
                slug = slugs.next().ok_or_else(|| {
                    EngineError::permanent(ENGINE, format!("every form of the slug of item {id} is taken"))
                })?;
            }
        }
        Err(EngineError::retryable(ENGINE, format!("item {id} changes too fast to be saved")))
    }

    /// The version that is there.
    async fn present(&self, id: &str) -> EngineResult<Option<u64>> {
        let fields = doc! { "version": 1 };
        let found = self
            .mongo
            .bounded(async { self.mongo.items().find_one(doc! { "_id": id }).projection(fields).await })
            .await?;
        found.map(|found| document::read::<Version>(found).map(|v| v.version)).transpose()
    }

    /// Links of variants that have come to another item lead there alone from now on.
    async fn unlink(&self, item: &Item, owners: &HashMap<VariantId, (ItemId, bool)>) -> EngineResult<()> {
        for variant in &item.variants {
            if owners.get(&variant.id).is_some_and(|(owner, _)| *owner != item.id) {
                let link = variant.id.to_string();
                // Not where it stands now: it may have moved on meanwhile.
                let former =
                    doc! { "links": &link, "_id": { "$ne": item.id.to_string() }, "variants.id": { "$ne": &link } };
                let pull = doc! { "$pull": { "links": &link } };
                self.mongo.bounded(async { self.mongo.items().update_many(former, pull).await }).await?;
            }
        }
        Ok(())
    }

    async fn tree(&self) -> EngineResult<Tree> {
        let found = self.mongo.bounded(async { self.mongo.categories().find_one(doc! { "_id": TREE }).await }).await?;
        found.map_or_else(|| Ok(Tree::default()), document::read)
    }

    /// Changes the tree as a whole, with one event. `change` may refuse, or say that there is nothing to do.
    async fn change_tree(
        &self,
        now: Timestamp,
        change: impl Fn(&mut Vec<Category>) -> EngineResult<bool> + Send + Sync,
    ) -> EngineResult<bool> {
        self.mongo.prepare().await?;
        let changed =
            ItemsEvent::ItemChanged { item: ItemId(Uuid::nil()), item_version: 0, withdrawn: false, categories: true };
        for _ in 0..TRIES {
            let mut tree = self.tree().await?;
            if !change(&mut tree.categories)? {
                return Ok(false);
            }
            let before = doc! { "_id": TREE, "revision": tree.revision };
            tree.revision += 1;
            let update = doc! { "$set": document::written(&tree)?, "$push": kept::keeping(&changed, &self.ids, now)? };
            // Only the first revision may make the document; later ones must find what they changed.
            let first = tree.revision == 1;
            let categories = self.mongo.categories();
            let saved =
                self.mongo.unless_taken(async { categories.update_one(before, update).upsert(first).await }).await?;
            if saved.is_some_and(|s| s.matched_count == 1 || s.upserted_id.is_some()) {
                return Ok(true);
            }
        }
        Err(EngineError::retryable(ENGINE, "the category tree changes too fast to be saved"))
    }
}

/// The id of the document with the tree.
const TREE: &str = "tree";

/// The tree as it is stored. A revision guards it against two writers.
#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Tree {
    revision: i64,
    categories: Vec<Category>,
}

#[derive(serde::Deserialize)]
struct Version {
    version: u64,
}

#[async_trait]
impl ItemStore for MongoItemStore {
    async fn items_by_ids(&self, ids: &[ItemId]) -> EngineResult<HashMap<ItemId, Item>> {
        let keys: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let found = self.items_in("_id", &keys, doc! { "links": 0, "kept": 0 }).await?;
        found.into_iter().map(|d| document::item(d).map(|item| (item.id, item))).collect()
    }

    async fn items_of_variants(&self, ids: &[VariantId]) -> EngineResult<HashMap<VariantId, ItemId>> {
        Ok(self.owners(ids).await?.into_iter().map(|(variant, (item, _))| (variant, item)).collect())
    }

    async fn items_by_slugs(&self, slugs: &[String]) -> EngineResult<HashMap<String, ItemId>> {
        let found = self.items_in("slug", slugs, doc! { "slug": 1 }).await?;
        let pair = |d: &Document| Ok((d.get_str("slug").unwrap_or_default().to_owned(), ItemId(id_of(d, "_id")?)));
        found.iter().map(pair).collect()
    }

    async fn save(&self, items: Vec<Item>, now: Timestamp) -> EngineResult<Vec<Saved>> {
        self.mongo.prepare().await?;
        let variants: Vec<VariantId> = items.iter().flat_map(|i| i.variants.iter().map(|v| v.id)).collect();
        let owners = self.owners(&variants).await?;
        let mut out = Vec::with_capacity(items.len());
        for item in &items {
            let saved = self.save_one(item, now).await?;
            if matches!(saved, Saved::Created | Saved::Updated) {
                self.unlink(item, &owners).await?;
            }
            out.push(saved);
        }
        Ok(out)
    }

    async fn scan(&self, after: Option<ItemId>, limit: usize) -> EngineResult<Vec<Item>> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let size = u32::try_from(limit).unwrap_or(u32::MAX);
        if size == 0 {
            return Ok(Vec::new());
        }
        let items = self.mongo.items();
        let found: Vec<Document> = self
            .mongo
            .bounded(async {
                let asked = items.find(doc! { "_id": { "$gt": after } }).sort(doc! { "_id": 1 });
                let asked = asked.projection(doc! { "links": 0, "kept": 0 }).limit(i64::from(size)).batch_size(size);
                asked.await?.try_collect().await
            })
            .await?;
        found.into_iter().map(document::item).collect()
    }

    async fn count(&self) -> EngineResult<u64> {
        self.mongo.bounded(async { self.mongo.items().count_documents(doc! {}).await }).await
    }

    async fn categories(&self) -> EngineResult<Vec<Category>> {
        let mut all = self.tree().await?.categories;
        all.sort_by_key(|c| c.id);
        Ok(all)
    }

    async fn save_categories(&self, categories: Vec<Category>, now: Timestamp) -> EngineResult<()> {
        if categories.is_empty() {
            return Ok(());
        }
        let change = |tree: &mut Vec<Category>| {
            for category in &categories {
                match tree.iter_mut().find(|c| c.id == category.id) {
                    Some(present) => *present = category.clone(),
                    None => tree.push(category.clone()),
                }
            }
            let mut slugs = HashSet::new();
            match tree.iter().find(|c| !slugs.insert(c.slug.as_str())) {
                Some(c) => Err(EngineError::permanent(ENGINE, format!("the category slug {} is taken", c.slug))),
                None => Ok(true),
            }
        };
        self.change_tree(now, change).await.map(|_| ())
    }

    async fn remove_category(&self, id: CategoryId, now: Timestamp) -> EngineResult<bool> {
        let in_it = doc! { "category": id.to_string() };
        let item = self
            .mongo
            .bounded(async { self.mongo.items().find_one(in_it).projection(doc! { "_id": 1 }).await })
            .await?;
        if item.is_some() {
            return Ok(false);
        }
        let change = |tree: &mut Vec<Category>| {
            let count = tree.len();
            if !tree.iter().any(|c| c.parent == Some(id)) {
                tree.retain(|c| c.id != id);
            }
            Ok(tree.len() < count)
        };
        self.change_tree(now, change).await
    }
}

/// The item's slug, and its suffixed forms: the same item gets the same suffix every time.
fn slugs(item: &Item) -> [String; 3] {
    let id = item.id.0.simple().to_string();
    let suffixed = |digits: usize| format!("{}-{}", item.slug, &id[id.len() - digits..]);
    [item.slug.clone(), suffixed(6), suffixed(32)]
}

fn stored_version(item: &Item) -> EngineResult<i64> {
    i64::try_from(item.version)
        .map_err(|_| EngineError::permanent(ENGINE, format!("version {} is too large to be stored", item.version)))
}

fn documents<'d>(of: &'d Document, field: &str) -> impl Iterator<Item = &'d Document> {
    of.get_array(field).into_iter().flatten().filter_map(Bson::as_document)
}

fn id_of(document: &Document, field: &str) -> EngineResult<Uuid> {
    parsed(document.get_str(field).unwrap_or_default())
}

fn parsed(id: &str) -> EngineResult<Uuid> {
    id.parse().map_err(|_| EngineError::permanent(ENGINE, format!("a document names {id:?}, which is no id")))
}
