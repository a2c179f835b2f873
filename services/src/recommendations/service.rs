//! Learns models from what shoppers did, and asks the current one.

use std::{collections::HashMap, sync::Arc, time::Duration};

use arc_swap::ArcSwapOption;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::{
    learning::{Learnt, Weights, recommend},
    model::{Model, Reason, Suggestion, Thing, days, thing_of},
    ports::ModelStore,
};
use crate::{
    activity::{Activity, Record, ports::Place},
    kernel::{
        clock::{Clock, Timestamp},
        error::{EngineError, EngineResult},
        events::Act,
        ids::ItemId,
    },
};

/// Records older than this teach nothing.
const REMEMBERED: Duration = Duration::from_secs(365 * 24 * 3_600);
/// Records that a model is learnt from at most; beyond that the newest are left for the next engine.
const RECORDS_MAX: usize = 500_000;
/// Records per read.
const PAGE: usize = 1_000;
/// A shopper's records that are looked at.
const HISTORY: usize = 200;
/// What a shopper saw last that speaks for more.
const SEEN_MAX: usize = 20;
/// The least time between two learnings; beyond that it is rested twenty times as long as the last one took.
const REST_MIN: Duration = Duration::from_secs(2);
/// How often the store is asked whether there is a newer model.
const LOOK: Duration = Duration::from_secs(1);

/// Recommendations. Cheap to clone.
#[derive(Clone)]
pub struct Recommendations(Arc<Inner>);

struct Inner {
    store: Arc<dyn ModelStore>,
    activity: Activity,
    clock: Arc<dyn Clock>,
    model: ArcSwapOption<Model>,
    /// When the store was last asked; held while it is asked, so that one asks for all.
    looked: Mutex<Option<Timestamp>>,
    /// What was learnt from last, and when to learn next.
    learnt: Mutex<(Option<Place>, Timestamp)>,
}

impl std::fmt::Debug for Recommendations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recommendations")
    }
}

/// How two items go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// They are looked at by the same shoppers.
    Similar,
    /// They are bought together.
    BoughtTogether,
}

impl Recommendations {
    /// Over a store of models, learning from activity.
    pub fn new(store: Arc<dyn ModelStore>, activity: Activity, clock: Arc<dyn Clock>) -> Self {
        let (looked, learnt) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { store, activity, clock, model: ArcSwapOption::empty(), looked, learnt }))
    }

    /// The model that is served; `None` before the first was learnt.
    pub async fn model(&self) -> EngineResult<Option<Arc<Model>>> {
        let now = self.0.clock.now();
        let mut looked = self.0.looked.lock().await;
        if looked.is_none_or(|at| now.since(at) >= LOOK) {
            let current = self.0.store.current().await?;
            if current != self.0.model.load().as_ref().map(|m| m.version)
                && let Some(version) = current
                && let Some(model) = self.0.store.model(version).await?
            {
                self.0.model.store(Some(Arc::new(model)));
            }
            *looked = Some(now);
        }
        Ok(self.0.model.load_full())
    }

    /// Learns anew when something happened since; answers 1 when a model was made.
    pub async fn learn_step(&self) -> EngineResult<usize> {
        let mut learnt = self.0.learnt.lock().await;
        let begun = self.0.clock.now();
        let newest = self.0.activity.records().newest().await?;
        if newest.is_none() || newest == learnt.0 || begun < learnt.1 {
            return Ok(0);
        }
        self.rebuild().await?;
        let took = self.0.clock.now().since(begun);
        *learnt = (newest, self.0.clock.now() + REST_MIN.max(took * 20));
        Ok(1)
    }

    /// Learns a model and makes it the one that is served; answers its version. Served until then is the one before.
    pub async fn rebuild(&self) -> EngineResult<u64> {
        let now = self.0.clock.now();
        let version = self.0.store.begin(now).await?;
        let records = self.records(now - REMEMBERED).await?;
        let model = tokio::task::spawn_blocking(move || Model::learnt(version, now, &records)).await;
        let model = model.map_err(|_| EngineError::permanent("recommendations", "learning panicked"))?;
        let parts = model.parts();
        let many = parts.len();
        for (number, part) in parts.into_iter().enumerate() {
            self.0.store.put(version, number, part).await?;
        }
        if !self.0.store.finish(version, many).await? {
            let why = format!("version {version} was let go of while it was written");
            return Err(EngineError::retryable("recommendations", why));
        }
        *self.0.looked.lock().await = None;
        Ok(version)
    }

    async fn records(&self, from: Timestamp) -> EngineResult<Vec<Record>> {
        let (mut all, mut place) = (Vec::new(), (from, Uuid::nil()));
        while all.len() < RECORDS_MAX {
            let page = self.0.activity.records().after(place, PAGE).await?;
            let Some(last) = page.last() else { break };
            place = (last.at, last.id.0);
            all.extend(page);
        }
        Ok(all)
    }

    /// Takes the served version back. Answers whether it was the one served and there was one before.
    pub async fn take_back(&self, version: u64) -> EngineResult<bool> {
        let done = self.0.store.take_back(version).await?;
        *self.0.looked.lock().await = None;
        Ok(done)
    }

    /// What goes with an item.
    pub fn beside(model: &Model, item: ItemId, how: Beside, most: usize) -> Vec<Suggestion> {
        let known = numbers(model, &[Thing::Item(item)]);
        match how {
            Beside::Similar => suggested(model, &model.seen, &known, &[], most, Reason::SeenWith),
            Beside::BoughtTogether => suggested(model, &model.bought, &known, &[], most, Reason::BoughtWith),
        }
    }

    /// What goes with a cart: with its items, and what its owner bought before.
    pub async fn for_cart(
        &self,
        model: &Model,
        owner: Uuid,
        items: &[ItemId],
        most: usize,
    ) -> EngineResult<Vec<Suggestion>> {
        let history = self.0.activity.of_owner(owner, HISTORY).await?;
        let things: Vec<Thing> = items.iter().copied().map(Thing::Item).collect();
        let bought = bought_before(model, &history, self.0.clock.now());
        Ok(suggested(model, &model.bought, &numbers(model, &things), &bought, most, Reason::BoughtWith))
    }

    /// What a shopper may like: near what was seen and searched for last, and what was bought before.
    pub async fn for_owner(&self, model: &Model, owner: Uuid, most: usize) -> EngineResult<Vec<Suggestion>> {
        let history = self.0.activity.of_owner(owner, HISTORY).await?;
        let seen = history.iter().filter(|r| r.act != Act::Bought).filter_map(thing_of).take(SEEN_MAX);
        let seen: Vec<Thing> = seen.collect();
        let bought = bought_before(model, &history, self.0.clock.now());
        Ok(suggested(model, &model.seen, &numbers(model, &seen), &bought, most, Reason::SeenWith))
    }

    /// What many buy or look at of late, for those of whom nothing is known.
    pub fn popular(model: &Model, most: usize) -> Vec<Suggestion> {
        let score = |n: usize| 10.0 * f64::from(model.bought.popular[n]) + f64::from(model.seen.popular[n]);
        let all = model.things.iter().enumerate().filter_map(|(n, thing)| match thing {
            Thing::Item(item) => Some(Suggestion { item: *item, score: score(n), reason: Reason::Popular }),
            Thing::Words(_) => None,
        });
        let mut all: Vec<Suggestion> = all.collect();
        all.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.item.cmp(&b.item)));
        all.truncate(most);
        all
    }
}

/// The numbers of things that the model knows.
fn numbers(model: &Model, things: &[Thing]) -> Vec<u32> {
    let number = |t: &Thing| model.things.binary_search(t).ok().and_then(|n| u32::try_from(n).ok());
    let mut numbers: Vec<u32> = things.iter().filter_map(number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// What was bought, with its age in days.
fn bought_before(model: &Model, history: &[Record], now: Timestamp) -> Vec<(u32, f64)> {
    let bought = history.iter().filter(|r| r.act == Act::Bought);
    let aged = bought.filter_map(|r| Some((r.item?, days(now.micros()) - days(r.at.micros()))));
    let mut ages: HashMap<ItemId, Vec<f64>> = HashMap::new();
    aged.for_each(|(item, age)| ages.entry(item).or_default().push(age));
    let numbered = ages.into_iter().flat_map(|(item, ages)| {
        let number = numbers(model, &[Thing::Item(item)]).first().copied();
        ages.into_iter().filter_map(move |age| Some((number?, age)))
    });
    numbered.collect()
}

fn suggested(
    model: &Model,
    learnt: &Learnt,
    known: &[u32],
    bought: &[(u32, f64)],
    most: usize,
    with: fn(ItemId) -> Reason,
) -> Vec<Suggestion> {
    // Words are things too, and are not suggested: ask for more, so that items remain.
    let scored = recommend(learnt, known, bought, most * 2, &Weights::OURS).into_iter();
    let suggestions = scored.filter_map(|s| {
        let Some(Thing::Item(item)) = model.things.get(s.thing as usize) else { return None };
        let reason = match s.because.and_then(|b| model.things.get(b as usize)) {
            Some(Thing::Item(from)) => with(*from),
            Some(Thing::Words(words)) => Reason::SearchedFor(words.clone()),
            None => Reason::BoughtBefore,
        };
        Some(Suggestion { item: *item, score: s.score, reason })
    });
    suggestions.take(most).collect()
}
