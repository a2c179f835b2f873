//! Events that are kept in the documents that they announce, until the relay has put them on the log.

use std::sync::Arc;

use async_trait::async_trait;
use futures::TryStreamExt;
use mongodb::{
    Collection,
    bson::{Bson, Document, doc},
};
use services::kernel::{
    clock::Timestamp,
    error::EngineResult,
    events::{
        Event, ItemsEvent, NewEvent, Topic,
        relay::{Kept, KeptEvents},
    },
    ids::{EventId, IdSource},
};
use uuid::Uuid;

use crate::{
    MongoItemStore,
    connection::Mongo,
    document::{read, written},
};

/// Events that one document keeps; beyond that the oldest go. Each says only that the item changed, and the youngest says
/// it for all, so a relay that is away for long makes no document grow without end.
const KEPT_MAX: i32 = 100;

/// What `$push` takes, to keep an event with the change that it announces.
pub(crate) fn keeping(event: &ItemsEvent, ids: &Arc<dyn IdSource>, now: Timestamp) -> EngineResult<Document> {
    let NewEvent { kind, version, key, data, .. } = NewEvent::of(event);
    let event =
        Event { id: EventId(ids.next(now)), kind: kind.to_owned(), version, key, at: now, traceparent: None, data };
    Ok(doc! { "kept": { "$each": [written(&event)?], "$slice": -KEPT_MAX } })
}

async fn kept_in(mongo: &Mongo, collection: Collection<Document>, limit: usize) -> EngineResult<Vec<Kept>> {
    let documents: Vec<Document> = mongo
        .bounded(async {
            let with_some = doc! { "kept.id": { "$gt": "" } };
            let size = u32::try_from(limit).unwrap_or(u32::MAX);
            let found = collection.find(with_some).projection(doc! { "kept": 1 }).sort(doc! { "kept.id": 1 });
            found.limit(i64::from(size)).batch_size(size).await?.try_collect().await
        })
        .await?;
    let mut all = Vec::new();
    for mut document in documents {
        if let Some(Bson::Array(events)) = document.remove("kept") {
            for event in events.into_iter().filter_map(|e| if let Bson::Document(e) = e { Some(e) } else { None }) {
                all.push(Kept { topic: Topic::Items, event: read(event)? });
            }
        }
    }
    Ok(all)
}

#[async_trait]
impl KeptEvents for MongoItemStore {
    async fn lease(&self, holder: Uuid, now: Timestamp, until: Timestamp) -> EngineResult<bool> {
        let holder = holder.to_string();
        let free = doc! { "_id": "relay", "$or": [{ "until": { "$lte": now.micros() } }, { "holder": &holder }] };
        let taken = doc! { "$set": { "holder": &holder, "until": until.micros() } };
        // An upsert beside another holder's lease meets its `_id`.
        let leased =
            self.mongo.unless_taken(async { self.mongo.leases().update_one(free, taken).upsert(true).await }).await?;
        Ok(leased.is_some())
    }

    async fn kept(&self, limit: usize) -> EngineResult<Vec<Kept>> {
        // The tree first: an item may stand in a branch that is new.
        let mut all = kept_in(&self.mongo, self.mongo.categories(), 1).await?;
        all.extend(kept_in(&self.mongo, self.mongo.items(), limit).await?);
        // Cuts no document's events but the last one's, and of those only the youngest.
        all.truncate(limit);
        Ok(all)
    }

    async fn forget(&self, kept: &[Kept]) -> EngineResult<()> {
        let ids: Vec<String> = kept.iter().map(|k| k.event.id.to_string()).collect();
        let with_some = doc! { "kept.id": { "$in": &ids } };
        let without = doc! { "$pull": { "kept": { "id": { "$in": &ids } } } };
        for collection in [self.mongo.categories(), self.mongo.items()] {
            self.mongo.bounded(async { collection.update_many(with_some.clone(), without.clone()).await }).await?;
        }
        Ok(())
    }
}
