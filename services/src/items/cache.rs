//! What the item service remembers: items by id, which item a variant or a slug belongs to, and the tree. Bounded by
//! bytes; told by events what to forget. It never answers an older item after `forget` has returned: a read that began
//! before it is not kept (see [`ItemCache::keep`]).

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use moka::sync::Cache;

use super::{
    model::{AttributeValue, Item},
    tree::CategoryTree,
};
use crate::kernel::ids::{ItemId, VariantId};

/// Bytes of items that are kept.
const ITEM_BYTES_MAX: u64 = 32 << 20;
/// Variants and slugs whose item is remembered.
const LINKS_MAX: u64 = 50_000;
/// After this long everything is read anew, whatever events were lost.
const STALE_AFTER: Duration = Duration::from_secs(60);

/// The item service's memory.
pub(super) struct ItemCache {
    items: Cache<ItemId, Arc<Item>>,
    of_variant: Cache<VariantId, ItemId>,
    of_slug: Cache<String, ItemId>,
    tree: parking_lot::Mutex<Option<Arc<CategoryTree>>>,
    /// Counts the calls of `forget`.
    forgotten: AtomicU64,
    /// Counts the calls of `forget_categories`.
    categories_forgotten: AtomicU64,
}

/// When a read of the store began, in forgets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Since(u64);

impl ItemCache {
    pub(super) fn new() -> Self {
        Self {
            items: Cache::builder()
                .max_capacity(ITEM_BYTES_MAX)
                .weigher(|_, item: &Arc<Item>| weight(item))
                .time_to_live(STALE_AFTER)
                .build(),
            of_variant: Cache::builder().max_capacity(LINKS_MAX).time_to_live(STALE_AFTER).build(),
            of_slug: Cache::builder().max_capacity(LINKS_MAX).time_to_live(STALE_AFTER).build(),
            tree: parking_lot::Mutex::new(None),
            forgotten: AtomicU64::new(0),
            categories_forgotten: AtomicU64::new(0),
        }
    }

    pub(super) fn since(&self) -> Since {
        Since(self.forgotten.load(Ordering::SeqCst))
    }
    pub(super) fn item(&self, id: ItemId) -> Option<Arc<Item>> {
        self.items.get(&id)
    }
    pub(super) fn item_of_variant(&self, id: VariantId) -> Option<ItemId> {
        self.of_variant.get(&id)
    }
    pub(super) fn item_of_slug(&self, slug: &str) -> Option<ItemId> {
        self.of_slug.get(slug)
    }
    pub(super) fn link_variant(&self, variant: VariantId, item: ItemId) {
        self.of_variant.insert(variant, item);
    }
    pub(super) fn link_slug(&self, slug: String, item: ItemId) {
        self.of_slug.insert(slug, item);
    }
    pub(super) fn unlink_slug(&self, slug: &str) {
        self.of_slug.invalidate(slug);
    }

    /// Keeps what was read since an instant, unless something was forgotten in between: either this sees the forgetting
    /// and drops what it has put in, or the forgetting comes after and drops it.
    pub(super) fn keep(&self, items: &HashMap<ItemId, Arc<Item>>, since: Since) {
        for (id, item) in items {
            self.items.insert(*id, Arc::clone(item));
        }
        if self.since() != since {
            for id in items.keys() {
                self.items.invalidate(id);
            }
        }
    }

    pub(super) fn forget(&self, ids: &[ItemId]) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        for id in ids {
            self.items.invalidate(id);
        }
    }

    pub(super) fn tree(&self) -> Option<Arc<CategoryTree>> {
        self.tree.lock().clone()
    }
    pub(super) fn tree_since(&self) -> Since {
        Since(self.categories_forgotten.load(Ordering::SeqCst))
    }
    pub(super) fn keep_tree(&self, tree: &Arc<CategoryTree>, since: Since) {
        let mut kept = self.tree.lock();
        if self.tree_since() == since {
            *kept = Some(Arc::clone(tree));
        }
    }
    pub(super) fn forget_categories(&self) {
        let mut kept = self.tree.lock();
        self.categories_forgotten.fetch_add(1, Ordering::SeqCst);
        *kept = None;
    }
}

/// About how many bytes an item takes.
fn weight(item: &Item) -> u32 {
    let value = |v: &AttributeValue| match v {
        AttributeValue::Text(text) => text.len(),
        AttributeValue::List(list) => list.iter().map(|t| t.len() + 24).sum(),
        AttributeValue::Number(_) | AttributeValue::Boolean(_) => 0,
    };
    let bytes = size_of::<Item>()
        + item.title.len()
        + item.slug.len()
        + item.description.as_ref().map_or(0, String::len)
        + item.images.iter().map(|i| i.url.len() + i.alt.len() + 64).sum::<usize>()
        + item.attributes.iter().map(|a| a.key.len() + value(&a.value) + 64).sum::<usize>()
        + item.variants.iter().map(|v| 160 + v.options.len() * 80).sum::<usize>();
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_read_before_a_change_is_not_kept_after_it() {
        let cache = ItemCache::new();
        let since = cache.tree_since();
        cache.forget_categories();
        cache.keep_tree(&Arc::new(CategoryTree::default()), since);
        assert!(cache.tree().is_none());
        cache.keep_tree(&Arc::new(CategoryTree::default()), cache.tree_since());
        assert!(cache.tree().is_some());
    }
}
