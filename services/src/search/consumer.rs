//! The search consumer: what changed on topics `items` and `stock` since the index's own checkpoint becomes findable. The
//! checkpoint travels with the documents in one commit, so a crash repeats changes and never loses one; a repeated change
//! changes nothing. It also tells the log how far it came, for retention to wait; it never starts from what the log was told.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{
    documents::{document, tree_fingerprint},
    model::IndexChange,
    ports::{Checkpoint, SearchIndex},
    service::Search,
};
use crate::{
    items::{CategoryTree, Item},
    kernel::{
        error::EngineResult,
        events::{Delivered, EventLog, ItemsEvent, StockEvent, Topic},
        ids::{ItemId, VariantId},
    },
};

/// Items of one commit while all of them are indexed.
const CHUNK: usize = 1_000;
/// The name under which events that cannot be read are parked, and under which the log knows how far the index came.
const GROUP: &str = "search";

/// What a run of events asks for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wanted {
    /// Items to be read anew, with the newest version that an event told of.
    items: BTreeMap<ItemId, u64>,
    categories: bool,
}

impl Search {
    /// Makes up to `limit` events of each topic findable, in one commit. Answers how many events were handled; zero means
    /// that the index has caught up.
    pub async fn index_step(&self, log: &dyn EventLog, limit: usize) -> EngineResult<usize> {
        let _one_at_a_time = self.0.steps.lock().await;
        let index = self.0.index.clone();
        let asked = self.0.clock.now();
        let checkpoint = index.checkpoint().await?;
        let mut handled = self.follow(&*index, checkpoint.clone(), log, limit).await?;
        if handled > 0 && checkpoint == Checkpoint::default() {
            // A new index may be younger than the oldest event that is kept: the store knows all items.
            handled += usize::try_from(self.index_all(&*index, index.checkpoint().await?).await?).unwrap_or(usize::MAX);
        }
        if handled == 0 {
            self.caught_up(asked);
        }
        Ok(handled)
    }

    /// Indexes all items into a new index beside the serving one and switches to it. Answers how many items it holds.
    /// Events are followed meanwhile; what the old index had taken is in the store, the rest is repeated.
    pub async fn rebuild(&self) -> EngineResult<u64> {
        let from = self.0.index.checkpoint().await?;
        let rebuilt = self.0.index.begin_rebuild().await?;
        self.0.items.forget_categories();
        let indexed = self.index_all(&*rebuilt, from).await?;
        let _no_step_meanwhile = self.0.steps.lock().await;
        self.0.index.switch(rebuilt).await?;
        Ok(indexed)
    }

    async fn follow(
        &self,
        index: &dyn SearchIndex,
        mut checkpoint: Checkpoint,
        log: &dyn EventLog,
        limit: usize,
    ) -> EngineResult<usize> {
        let (items, stock) = futures::try_join!(
            log.read_after(Topic::Items, checkpoint.items, limit),
            log.read_after(Topic::Stock, checkpoint.stock, limit)
        )?;
        if items.is_empty() && stock.is_empty() {
            return Ok(0);
        }
        checkpoint.items = items.last().map_or(checkpoint.items, |d| d.offset);
        checkpoint.stock = stock.last().map_or(checkpoint.stock, |d| d.offset);
        let mut wanted = Wanted::default();
        for delivered in items.iter().chain(&stock) {
            if let Err(reason) = wanted.read(delivered) {
                log.park(GROUP, delivered, &reason, self.0.clock.now()).await?;
            }
        }
        if wanted.categories {
            checkpoint = self.follow_tree(index, checkpoint).await?;
        }
        let changes = self.changes(&wanted.items).await?;
        let reached = [(Topic::Items, items.len(), checkpoint.items), (Topic::Stock, stock.len(), checkpoint.stock)];
        index.apply(changes, checkpoint, self.0.clock.now()).await?;
        for (topic, _, offset) in reached.into_iter().filter(|(_, read, _)| *read > 0) {
            log.commit(GROUP, topic, offset).await?;
        }
        Ok(items.len() + stock.len())
    }

    /// Indexes all items anew when names or places of categories changed. New categories and new definitions alone
    /// change no document that is there.
    async fn follow_tree(&self, index: &dyn SearchIndex, mut checkpoint: Checkpoint) -> EngineResult<Checkpoint> {
        self.0.items.forget_categories();
        let tree = self.0.items.tree().await?;
        let before = self.0.tree.lock().clone().filter(|seen| tree_fingerprint(seen) == checkpoint.tree);
        let same = checkpoint.tree == tree_fingerprint(&tree) || before.is_some_and(|before| only_grew(&before, &tree));
        if !same && index.count().await? > 0 {
            self.index_all(index, index.checkpoint().await?).await?;
        }
        checkpoint.tree = tree_fingerprint(&tree);
        *self.0.tree.lock() = Some(tree);
        Ok(checkpoint)
    }

    async fn changes(&self, wanted: &BTreeMap<ItemId, u64>) -> EngineResult<Vec<IndexChange>> {
        let ids: Vec<ItemId> = wanted.keys().copied().collect();
        // This process may hold what was before the event.
        self.0.items.forget(&ids);
        let found = self.0.items.items(&ids).await?;
        let mut changes = self.put(found.values().cloned()).await?;
        let gone = wanted.iter().filter(|(id, _)| !found.contains_key(id));
        changes.extend(gone.map(|(&item, &version)| IndexChange::Remove { item, version }));
        Ok(changes)
    }

    /// What the index is told of items as they are now.
    async fn put(&self, items: impl IntoIterator<Item = Arc<Item>>) -> EngineResult<Vec<IndexChange>> {
        let items: Vec<Arc<Item>> = items.into_iter().collect();
        let sold = items.iter().filter(|i| !i.withdrawn);
        let variants: Vec<VariantId> = sold.flat_map(|i| i.variants.iter().map(|v| v.id)).collect();
        let levels = if variants.is_empty() { HashMap::new() } else { self.0.inventory.levels(&variants).await? };
        let tree = self.0.items.tree().await?;
        let change = |item: &Arc<Item>| match item.withdrawn {
            true => IndexChange::Remove { item: item.id, version: item.version },
            false => IndexChange::Put(Box::new(document(item, &tree, &levels))),
        };
        Ok(items.iter().map(change).collect())
    }

    /// Walks over all items. The checkpoint given stays: what happens meanwhile is followed afterwards.
    async fn index_all(&self, index: &dyn SearchIndex, mut checkpoint: Checkpoint) -> EngineResult<u64> {
        let tree = self.0.items.tree().await?;
        checkpoint.tree = tree_fingerprint(&tree);
        *self.0.tree.lock() = Some(tree);
        let mut after = None;
        let mut indexed = 0;
        loop {
            let items = self.0.items.scan(after, CHUNK).await?;
            let Some(last) = items.last() else { return Ok(indexed) };
            after = Some(last.id);
            indexed += u64::try_from(items.iter().filter(|i| !i.withdrawn).count()).unwrap_or(0);
            let changes = self.put(items.into_iter().map(Arc::new)).await?;
            index.apply(changes, checkpoint.clone(), self.0.clock.now()).await?;
        }
    }
}

/// Whether every category of a tree is unchanged in a later one.
fn only_grew(before: &CategoryTree, after: &CategoryTree) -> bool {
    before.all().all(|old| after.get(old.id).is_some_and(|new| (&new.name, new.parent) == (&old.name, old.parent)))
}

impl Wanted {
    fn read(&mut self, delivered: &Delivered) -> Result<(), String> {
        let data = delivered.event.data.clone();
        let (item, version) = match delivered.topic {
            Topic::Items => match serde_json::from_value(data).map_err(|e| e.to_string())? {
                ItemsEvent::ItemChanged { categories: true, .. } => {
                    self.categories = true;
                    return Ok(());
                }
                ItemsEvent::ItemChanged { item, item_version, .. } => (item, item_version),
            },
            Topic::Stock => match serde_json::from_value(data).map_err(|e| e.to_string())? {
                StockEvent::AvailabilityFlipped { item, .. } => (item, 0),
            },
            other => return Err(format!("topic {} is not for the index", other.name())),
        };
        let newest = self.items.entry(item).or_default();
        *newest = version.max(*newest);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::kernel::{clock::Timestamp, events::Event, ids::EventId};

    fn delivered(topic: Topic, data: serde_json::Value) -> Delivered {
        let event = Event {
            id: EventId(Uuid::nil()),
            kind: "x".into(),
            version: 1,
            key: "k".into(),
            at: Timestamp::from_seconds(0),
            traceparent: None,
            data,
        };
        Delivered { offset: 1, topic, event }
    }

    #[test]
    fn events_of_one_item_are_one_wish() {
        let item = Uuid::from_u128(5);
        let changed = |version: u64, categories: bool| {
            let data = json!({ "type": "ItemChanged", "item": item, "item_version": version, "withdrawn": false, "categories": categories });
            delivered(Topic::Items, data)
        };
        let mut wanted = Wanted::default();
        assert!(wanted.read(&changed(7, false)).is_ok());
        assert!(wanted.read(&changed(6, false)).is_ok());
        assert!(!wanted.categories);
        assert!(wanted.read(&changed(0, true)).is_ok());
        assert_eq!(wanted, Wanted { items: BTreeMap::from([(ItemId(item), 7)]), categories: true });
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let mut wanted = Wanted::default();
        assert!(wanted.read(&delivered(Topic::Items, json!({ "type": "Unheard" }))).is_err());
        assert!(wanted.read(&delivered(Topic::Stock, json!(7))).is_err());
        assert!(wanted.read(&delivered(Topic::Carts, json!({}))).is_err());
        assert_eq!(wanted, Wanted::default());
    }
}
