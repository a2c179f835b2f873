//! The item service: batched reads through a cache, saves of drafts, prices and categories. It knows nothing of stock,
//! promises or search; they learn of changes from topic `items`.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    cache::ItemCache,
    category_rules::check_category,
    draft::{Wanted, decide, item_id},
    error::{Error, Refusal},
    model::{AttributeDefinition, Category, Item, ItemDraft},
    ports::{ItemStore, Saved},
    rules,
    tree::CategoryTree,
};
use crate::kernel::{
    clock::Clock,
    error::{EngineError, EngineResult},
    ids::{CategoryId, IdSource, ItemId, VariantId},
    money::Money,
    text::slug,
};

/// How often a change that lost a race against another writer is decided anew.
const TRIES: usize = 5;

/// Items.
#[derive(Clone)]
pub struct Items(Arc<Inner>);

struct Inner {
    store: Arc<dyn ItemStore>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    cache: ItemCache,
    /// One reader of the whole tree at a time; the others wait for what it brings.
    tree_reader: tokio::sync::Mutex<()>,
}

impl std::fmt::Debug for Items {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Items")
    }
}

impl Items {
    /// On a store.
    pub fn new(store: Arc<dyn ItemStore>, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        let tree_reader = tokio::sync::Mutex::new(());
        Self(Arc::new(Inner { store, clock, ids, cache: ItemCache::new(), tree_reader }))
    }

    /// Items by id; those that are not there are missing from the answer. Withdrawn ones are included.
    pub async fn items(&self, ids: &[ItemId]) -> EngineResult<HashMap<ItemId, Arc<Item>>> {
        let cache = &self.0.cache;
        let mut out = HashMap::with_capacity(ids.len());
        let mut missing = HashSet::new();
        for id in ids {
            match cache.item(*id) {
                Some(item) => drop(out.insert(*id, item)),
                None => drop(missing.insert(*id)),
            }
        }
        if !missing.is_empty() {
            let since = cache.since();
            let missing: Vec<ItemId> = missing.into_iter().collect();
            let read = self.0.store.items_by_ids(&missing).await?;
            let read: HashMap<ItemId, Arc<Item>> = read.into_iter().map(|(id, item)| (id, Arc::new(item))).collect();
            cache.keep(&read, since);
            out.extend(read);
        }
        Ok(out)
    }

    /// The item of each variant; variants that no item has are missing. An item that has dropped a variant which was once
    /// its own is still answered, so that old orders and links resolve: [`Item::variant`] tells the difference.
    pub async fn items_of_variants(&self, ids: &[VariantId]) -> EngineResult<HashMap<VariantId, Arc<Item>>> {
        let cache = &self.0.cache;
        let mut links: HashMap<VariantId, ItemId> = HashMap::with_capacity(ids.len());
        let unknown: HashSet<VariantId> =
            ids.iter().copied().filter(|id| cache.item_of_variant(*id).is_none()).collect();
        links.extend(ids.iter().filter_map(|id| Some((*id, cache.item_of_variant(*id)?))));
        links.extend(self.read_links(unknown.into_iter().collect()).await?);
        let wanted: HashSet<ItemId> = links.values().copied().collect();
        let mut items = self.items(&wanted.into_iter().collect::<Vec<_>>()).await?;
        // A link that was remembered may be old: the variant has moved to another item since.
        let moved =
            |(variant, item): &(&VariantId, &ItemId)| items.get(item).is_none_or(|i| i.variant(**variant).is_none());
        let doubtful: Vec<VariantId> = links.iter().filter(moved).map(|(variant, _)| *variant).collect();
        if !doubtful.is_empty() {
            let read = self.read_links(doubtful).await?;
            let wanted: HashSet<ItemId> = read.values().copied().collect();
            items.extend(self.items(&wanted.into_iter().collect::<Vec<_>>()).await?);
            links.extend(read);
        }
        Ok(links.into_iter().filter_map(|(variant, item)| Some((variant, Arc::clone(items.get(&item)?)))).collect())
    }

    async fn read_links(&self, variants: Vec<VariantId>) -> EngineResult<HashMap<VariantId, ItemId>> {
        if variants.is_empty() {
            return Ok(HashMap::new());
        }
        let read = self.0.store.items_of_variants(&variants).await?;
        for (variant, item) in &read {
            self.0.cache.link_variant(*variant, *item);
        }
        Ok(read)
    }

    /// Items by slug.
    pub async fn by_slugs(&self, slugs: &[String]) -> EngineResult<HashMap<String, Arc<Item>>> {
        let cache = &self.0.cache;
        let mut links: HashMap<String, ItemId> =
            slugs.iter().filter_map(|s| Some((s.clone(), cache.item_of_slug(s)?))).collect();
        let unknown: HashSet<String> = slugs.iter().filter(|s| !links.contains_key(*s)).cloned().collect();
        if !unknown.is_empty() {
            let read = self.0.store.items_by_slugs(&unknown.into_iter().collect::<Vec<_>>()).await?;
            for (slug, item) in &read {
                cache.link_slug(slug.clone(), *item);
            }
            links.extend(read);
        }
        let wanted: HashSet<ItemId> = links.values().copied().collect();
        let items = self.items(&wanted.into_iter().collect::<Vec<_>>()).await?;
        let mut out = HashMap::with_capacity(links.len());
        for (slug, id) in links {
            match items.get(&id).filter(|item| item.slug == slug) {
                Some(item) => drop(out.insert(slug, Arc::clone(item))),
                None => cache.unlink_slug(&slug),
            }
        }
        Ok(out)
    }

    /// The category tree.
    pub async fn tree(&self) -> EngineResult<Arc<CategoryTree>> {
        if let Some(tree) = self.0.cache.tree() {
            return Ok(tree);
        }
        let _turn = self.0.tree_reader.lock().await;
        if let Some(tree) = self.0.cache.tree() {
            return Ok(tree);
        }
        self.read_tree().await
    }

    async fn read_tree(&self) -> EngineResult<Arc<CategoryTree>> {
        let since = self.0.cache.tree_since();
        let tree = Arc::new(CategoryTree::new(self.0.store.categories().await?));
        self.0.cache.keep_tree(&tree, since);
        Ok(tree)
    }

    /// Up to `limit` items in the order of their ids, after one, straight from the store: to walk over all of them.
    pub async fn scan(&self, after: Option<ItemId>, limit: usize) -> EngineResult<Vec<Item>> {
        self.0.store.scan(after, limit).await
    }

    /// How many items there are, withdrawn ones included.
    pub async fn count(&self) -> EngineResult<u64> {
        self.0.store.count().await
    }

    /// Saves drafts, in the order given and in one transaction; answers for each what became of it. A draft that changes
    /// nothing is answered [`Saved::Stale`] with the version that is there, and nothing is written.
    pub async fn save(&self, drafts: Vec<ItemDraft>) -> EngineResult<Vec<Result<(ItemId, Saved), Error>>> {
        let tree = self.tree().await?;
        let mut out: Vec<Option<Result<(ItemId, Saved), Error>>> = vec![None; drafts.len()];
        let mut open: Vec<(usize, ItemDraft)> = Vec::with_capacity(drafts.len());
        for (i, draft) in drafts.into_iter().enumerate() {
            let refusals = rules::check(&draft, &tree);
            if refusals.is_empty() {
                open.push((i, draft));
            } else {
                out[i] = Some(Err(Error::Refused(refusals)));
            }
        }
        for _ in 0..TRIES {
            if open.is_empty() {
                break;
            }
            open = self.save_round(open, &tree, &mut out).await?;
        }
        for (i, draft) in open {
            let lost = EngineError::retryable("items", "other writers changed the item all the time");
            tracing::warn!(external_id = draft.external_id, "an item could not be saved: {lost}");
            out[i] = Some(Err(lost.into()));
        }
        Ok(out.into_iter().map(|r| r.unwrap_or(Err(Error::NotFound("item")))).collect())
    }

    /// One transaction; gives back the drafts that lost a race and must be decided anew.
    async fn save_round(
        &self,
        open: Vec<(usize, ItemDraft)>,
        tree: &CategoryTree,
        out: &mut [Option<Result<(ItemId, Saved), Error>>],
    ) -> EngineResult<Vec<(usize, ItemDraft)>> {
        let ids: HashSet<ItemId> = open.iter().map(|(_, d)| item_id(d.supplier, &d.external_id)).collect();
        let mut present = self.0.store.items_by_ids(&ids.into_iter().collect::<Vec<_>>()).await?;
        let now = self.0.clock.now();
        let mut writing = Vec::new();
        let mut items = Vec::new();
        for (i, draft) in open {
            let id = item_id(draft.supplier, &draft.external_id);
            match decide(draft.clone(), present.get(&id), tree, now) {
                Ok(Wanted::Unchanged(version)) => out[i] = Some(Ok((id, Saved::Stale { present: version }))),
                Ok(Wanted::Save(item)) => {
                    present.insert(id, (*item).clone());
                    items.push(*item);
                    writing.push((i, draft));
                }
                Err(error) => out[i] = Some(Err(error)),
            }
        }
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let changed: Vec<ItemId> = items.iter().map(|item| item.id).collect();
        let offered: Vec<u64> = items.iter().map(|item| item.version).collect();
        let saved = self.0.store.save(items, now).await?;
        self.forget(&changed);
        let mut again = Vec::new();
        for (n, (saved, (i, draft))) in saved.into_iter().zip(writing).enumerate() {
            out[i] = Some(match saved {
                Saved::Stale { .. } if draft.version.is_none() => {
                    again.push((i, draft));
                    continue;
                }
                Saved::Stale { present } => Err(Error::Stale { offered: offered[n], present }),
                Saved::SkuTaken { variant, by } => Err(sku_taken(&draft, variant, by)),
                done => Ok((changed[n], done)),
            });
        }
        Ok(again)
    }

    /// Gives a variant another price. Answers the item, [`Saved::Stale`] when the price is so already.
    pub async fn set_price(
        &self,
        variant: VariantId,
        price: Money,
        list_price: Option<Money>,
    ) -> Result<(ItemId, Saved), Error> {
        let mut refusals = Vec::new();
        rules::check_prices(price, list_price, "price", "list_price", &mut refusals);
        if !refusals.is_empty() {
            return Err(Error::Refused(refusals));
        }
        let links = self.0.store.items_of_variants(&[variant]).await?;
        let item = *links.get(&variant).ok_or(Error::NotFound("variant"))?;
        self.change(item, |item| {
            let found = item.variants.iter_mut().find(|v| v.id == variant).ok_or(Error::NotFound("variant"))?;
            found.price = price;
            found.list_price = list_price;
            Ok(())
        })
        .await
    }

    /// Takes an item off the shop, or puts it back. Answers [`Saved::Stale`] when it is so already.
    pub async fn withdraw(&self, item: ItemId, withdrawn: bool) -> Result<(ItemId, Saved), Error> {
        self.change(item, |item| {
            item.withdrawn = withdrawn;
            Ok(())
        })
        .await
    }

    /// Changes an item as it is now, again when another writer was faster.
    async fn change(
        &self,
        id: ItemId,
        change: impl Fn(&mut Item) -> Result<(), Error> + Send + Sync,
    ) -> Result<(ItemId, Saved), Error> {
        for _ in 0..TRIES {
            let present = self.0.store.items_by_ids(&[id]).await?.remove(&id).ok_or(Error::NotFound("item"))?;
            let mut item = present.clone();
            change(&mut item)?;
            if item == present {
                return Ok((id, Saved::Stale { present: present.version }));
            }
            item.version = present.version.saturating_add(1);
            let now = self.0.clock.now();
            item.updated_at = now;
            let saved = self.0.store.save(vec![item], now).await?;
            self.forget(&[id]);
            match saved.into_iter().next() {
                Some(Saved::Stale { .. }) => {}
                Some(done) => return Ok((id, done)),
                None => break,
            }
        }
        Err(EngineError::retryable("items", "other writers changed the item all the time").into())
    }

    /// Inserts or replaces a category by its id. An empty slug is filled from the name.
    pub async fn save_category(&self, category: Category) -> Result<Category, Error> {
        let mut saved = self.save_categories(vec![category]).await?;
        saved.pop().ok_or(Error::NotFound("category"))
    }

    /// Inserts or replaces categories, all or none, in one transaction. Empty slugs are filled from the names; what is
    /// so already is not written.
    pub async fn save_categories(&self, categories: Vec<Category>) -> Result<Vec<Category>, Error> {
        let before = self.read_tree().await?;
        let mut taken: HashSet<String> = before.all().map(|c| c.slug.clone()).collect();
        taken.extend(categories.iter().map(|c| c.slug.clone()));
        let categories: Vec<Category> = categories.into_iter().map(|c| with_slug(c, &before, &mut taken)).collect();
        let after = before.with(categories.iter().cloned());
        let refusals: Vec<Refusal> = categories.iter().flat_map(|c| check_category(c, &before, &after)).collect();
        if !refusals.is_empty() {
            return Err(Error::Refused(refusals));
        }
        let changed: Vec<Category> = categories.iter().filter(|c| before.get(c.id) != Some(c)).cloned().collect();
        if !changed.is_empty() {
            self.0.store.save_categories(changed, self.0.clock.now()).await?;
            self.forget_categories();
        }
        Ok(categories)
    }

    /// A new category with a new id, at the end of its siblings.
    pub async fn add_category(&self, parent: Option<CategoryId>, name: String) -> Result<Category, Error> {
        let tree = self.read_tree().await?;
        let siblings = parent.map_or_else(|| tree.top(), |id| tree.children(id));
        let position = siblings.last().map_or(0, |c| c.position.saturating_add(1));
        let id = CategoryId(self.0.ids.next(self.0.clock.now()));
        self.save_category(Category { id, parent, slug: String::new(), name, position, attributes: Vec::new() }).await
    }

    /// Adds a definition to a category, or replaces the one with its key.
    pub async fn save_definition(
        &self,
        category: CategoryId,
        definition: AttributeDefinition,
    ) -> Result<Category, Error> {
        let tree = self.read_tree().await?;
        let mut category = tree.get(category).cloned().ok_or(Error::NotFound("category"))?;
        match category.attributes.iter_mut().find(|d| d.key == definition.key) {
            Some(present) => *present = definition,
            None => category.attributes.push(definition),
        }
        self.save_category(category).await
    }

    /// Removes a category that has neither items nor branches.
    pub async fn remove_category(&self, id: CategoryId) -> Result<(), Error> {
        let tree = self.read_tree().await?;
        if tree.get(id).is_none() {
            return Err(Error::NotFound("category"));
        }
        let removed = self.0.store.remove_category(id, self.0.clock.now()).await?;
        self.forget_categories();
        if removed {
            return Ok(());
        }
        let message = "the category has items or branches: move them first";
        Err(Error::Refused(vec![Refusal::new("id", message)]))
    }

    /// Forgets items that changed; called by the tail of topic `items` in each process.
    pub fn forget(&self, items: &[ItemId]) {
        self.0.cache.forget(items);
    }

    /// Forgets the tree; called by the tail of topic `items` in each process.
    pub fn forget_categories(&self) {
        self.0.cache.forget_categories();
    }
}

fn sku_taken(draft: &ItemDraft, variant: VariantId, by: ItemId) -> Error {
    let place = draft.variants.iter().position(|v| super::draft::variant_id(draft.supplier, &v.sku) == variant);
    let place = place.unwrap_or(0);
    let sku = draft.variants.get(place).map_or("", |v| v.sku.as_str());
    let message = format!("the SKU {sku} belongs to another item of the supplier ({by}): a SKU is sold in one place");
    Error::Refused(vec![Refusal::new(format!("variants[{place}].sku"), message)])
}

/// The category with a slug: its own, the one it has already, or one that is free.
fn with_slug(mut category: Category, before: &CategoryTree, taken: &mut HashSet<String>) -> Category {
    if category.slug.is_empty() {
        let plain = slug(&category.name);
        let id = category.id.0.simple().to_string();
        category.slug = match before.get(category.id) {
            Some(present) => present.slug.clone(),
            None if !taken.contains(&plain) => plain,
            None => format!("{plain}-{}", &id[id.len() - 6..]),
        };
        taken.insert(category.slug.clone());
    }
    category
}
