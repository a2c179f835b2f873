//! Starts the workers that the roles name, and waits for them at the end.

use std::{sync::Arc, time::Duration};

use services::kernel::{
    error::{EngineError, EngineResult},
    events::{DeadLetter, Delivered},
    ids::ItemId,
};
use tokio::{sync::watch, task::JoinHandle};
use uuid::Uuid;
use workers::{
    Worker,
    activity::{Deeds, Flush, Records},
    archiver::Archiver,
    caches::Caches,
    carts::CartKeeper,
    consumer::{Consumer, Handler},
    couriers::Couriers,
    deliveries::{Deliveries, Lateness},
    indexer::Indexer,
    notifier::Notifier,
    payment::Payment,
    processing::Processing,
    recommender::Recommender,
    refunds::Refunds,
    retention::Retention,
    sweeper::Sweeper,
    trends::TrendCounter,
    worker,
};

use super::{House, roles};
use crate::{
    edge::{Drain, Health, Readiness},
    settings::Settings,
};

/// How often the readiness of the engines is looked at.
const PROBE: Duration = Duration::from_secs(2);
/// How often it is told how far consumers are behind.
const LAG: Duration = Duration::from_secs(10);

/// The running workers.
#[derive(Debug)]
pub struct Running {
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Waits until all have ended; the drain tells them to.
    pub async fn stopped(self) {
        for task in self.tasks {
            if let Err(e) = task.await {
                tracing::error!(error = %e, "a worker did not end well");
            }
        }
    }
}

/// The consumers of the log, by their group.
fn handlers(house: &House) -> Vec<Arc<dyn Handler>> {
    let shop = &house.shop;
    vec![
        Arc::new(CartKeeper { carts: shop.carts.clone(), moves: shop.moves.clone(), orders: shop.orders.clone() }),
        Arc::new(Notifier {
            notifications: house.notifications.clone(),
            history: shop.history.clone(),
            outgoing: shop.outgoing.clone(),
            orders: shop.orders.clone(),
        }),
        Arc::new(Deeds { activity: house.activity.clone(), items: shop.items.clone() }),
    ]
}

/// The workers that the roles name.
pub fn chosen(house: &House, settings: &Settings) -> Vec<Arc<dyn Worker>> {
    let shop = &house.shop;
    let orders = || shop.orders.clone();
    let mut all: Vec<Arc<dyn Worker>> = vec![
        Arc::new(Payment(orders())),
        Arc::new(Refunds(orders())),
        Arc::new(Sweeper::new(orders(), settings.sweep)),
        Arc::new(Processing(orders())),
        Arc::new(Archiver::new(shop.history.clone(), settings.archive_after)),
        Arc::new(Deliveries(shop.outgoing.clone())),
        Arc::new(Lateness { outgoing: shop.outgoing.clone(), orders: orders() }),
        Arc::new(Indexer::new(shop.search.clone(), Arc::clone(&house.log))),
        Arc::new(Records(house.activity.clone())),
        Arc::new(Recommender(shop.recommendations.clone())),
        Arc::new(TrendCounter { trends: shop.trends.clone(), log: Arc::clone(&house.log) }),
        Arc::new(Retention::new(Arc::clone(&house.log), Arc::clone(&house.clock), settings.events_retention)),
    ];
    if !settings.freeze_couriers && !settings.production {
        all.push(Arc::new(Couriers::new(orders(), Arc::clone(&house.clock))));
    }
    for handler in handlers(house) {
        all.push(Arc::new(Consumer::new(handler, Arc::clone(&house.log), Arc::clone(&house.clock))));
    }
    if let Some(relay) = super::items::relay(house) {
        all.push(Arc::new(relay));
    }
    for relay in super::events::relays(house) {
        all.push(Arc::new(relay));
    }
    all.retain(|w| roles::runs(&settings.roles, w.name()));
    if roles::serves_api(&settings.roles) {
        let (items, users, lanes) = (shop.items.clone(), shop.users.clone(), shop.serviceability.clone());
        let caches = Caches::new(items, users, lanes, Arc::clone(&house.log), Arc::clone(&house.public_version));
        all.push(Arc::new(caches));
        // What this process noted only this process can flush.
        all.push(Arc::new(Flush(house.activity.clone())));
    }
    all
}

/// Starts the workers that the roles name.
pub fn start(house: &House, settings: &Settings, readiness: &Readiness, drain: &Drain) -> Running {
    let (stop, stopped) = watch::channel(false);
    let mut tasks: Vec<JoinHandle<()>> = chosen(house, settings)
        .into_iter()
        .map(|w| tokio::spawn(worker::run(w, Arc::clone(&house.log), stopped.clone())))
        .collect();
    let begun = drain.begun();
    tasks.push(tokio::spawn(async move {
        begun.await;
        // Every worker holds a receiver until it ends.
        let _ = stop.send(true);
    }));
    tasks.push(tokio::spawn(tell_lag(house.clone(), settings.clone(), stopped.clone())));
    tasks.push(tokio::spawn(probe(house.clone(), readiness.clone(), stopped)));
    Running { tasks }
}

/// Hands a dead letter to its consumer again.
///
/// # Errors
/// When it fails again, or its consumer is gone.
pub async fn replay(house: &House, _settings: &Settings, letter: &DeadLetter) -> EngineResult<()> {
    let handler = handlers(house).into_iter().find(|h| h.group() == letter.group);
    let handler =
        handler.ok_or_else(|| EngineError::permanent("events", format!("there is no consumer {}", letter.group)))?;
    handler.handle(&Delivered { offset: letter.offset, topic: letter.topic, event: letter.event.clone() }).await
}

/// Tells how far the consumers that run here are behind.
async fn tell_lag(house: House, settings: Settings, mut stop: watch::Receiver<bool>) {
    let consumers: Vec<_> = handlers(&house).into_iter().filter(|h| roles::runs(&settings.roles, h.group())).collect();
    let tell = async || {
        for handler in &consumers {
            for topic in handler.topics() {
                // A log that does not answer is told by the readiness.
                if let Ok(lag) = house.log.lag(handler.group(), *topic).await {
                    metrics::gauge!("chowk_events_lag", "group" => handler.group(), "topic" => topic.name())
                        .set(lag as f64);
                }
            }
        }
        tokio::time::sleep(LAG).await;
    };
    loop {
        // A broker that is away is slow to say so, and it is asked once per group and topic: the end does not wait for it.
        tokio::select! {
            _ = stop.wait_for(|s| *s) => return,
            () = tell() => {}
        }
    }
}

/// Tells how the engines are, by asking them.
async fn probe(house: House, readiness: Readiness, mut stop: watch::Receiver<bool>) {
    loop {
        let database = house.databases.main.read("database", "SELECT 1", Vec::new()).await;
        readiness.set("database", database.map_or_else(|e| Health::Down(said(&e)), |_| Health::Ready));
        let search = house.index.count().await;
        readiness.set("search", search.map_or_else(|e| Health::Degraded(said(&e)), |_| Health::Ready));
        let items = house.items.store.items_by_ids(&[ItemId(Uuid::nil())]).await;
        readiness.set("items", items.map_or_else(|e| Health::Degraded(said(&e)), |_| Health::Ready));
        let events = house.log.answers().await;
        readiness.set("events", events.map_or_else(|e| Health::Degraded(said(&e)), |_| Health::Ready));
        let cache = house.deadlines.next().await;
        readiness.set("cache", cache.map_or_else(|e| Health::Degraded(said(&e)), |_| Health::Ready));
        let lanes = house.shop.serviceability.refresh().await;
        readiness.set("serviceability", lanes.map_or_else(|e| Health::Degraded(said(&e)), |_| Health::Ready));
        tokio::select! {
            _ = stop.wait_for(|s| *s) => return,
            () = tokio::time::sleep(PROBE) => {}
        }
    }
}

/// What a prober may hear: which engine and whether it passes, not its inner words.
fn said(e: &EngineError) -> String {
    tracing::warn!(engine = e.engine, cause = %e.message, "an engine does not answer");
    if e.retryable { "does not answer now; it is tried again".to_owned() } else { "refuses; see the log".to_owned() }
}
