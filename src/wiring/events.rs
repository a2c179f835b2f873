//! The event log: the outbox tables of the databases, each topic in the one that its store writes to; on Kafka, the groups
//! read there what a relay per database ships.

use std::sync::Arc;

#[cfg(feature = "kafka")]
use anyhow::Context;
use engine_sql::event_log::SqlEventLog;
use services::kernel::events::{
    EventLog, Topic,
    relay::{EventIntake, KeptEvents},
};
use workers::relay::Relay;

use super::{House, databases::Databases};
use crate::settings::Settings;

/// The log, and what feeds it.
#[derive(Clone)]
pub struct EventsHome {
    /// The log.
    pub log: Arc<dyn EventLog>,
    /// Takes in what another store kept.
    pub intake: Arc<dyn EventIntake>,
    /// The outboxes that are shipped to a broker, and where to.
    pub shipped: Vec<(Arc<dyn KeptEvents>, Arc<dyn EventIntake>)>,
}

/// By the settings. A Kafka that cannot be reached does not stop the start; `/health/ready` names it, and the outbox keeps
/// what is written until it is back.
///
/// # Errors
/// When the URL is malformed, or the broker refuses: its version, topics that it lacks or cannot make.
pub async fn home(settings: &Settings, databases: &Databases) -> anyhow::Result<EventsHome> {
    let intake = Arc::new(outboxes(databases));
    #[cfg(feature = "kafka")]
    if settings.events_url.starts_with("kafka:") {
        let kafka = engine_kafka::Kafka::open(&settings.events_url, settings.events_retention)
            .context("`events_url` cannot be used")?;
        match kafka.prepare().await {
            Err(e) if e.retryable => tracing::warn!(cause = %e.message, "the events are away; the shop starts without"),
            prepared => prepared.context("`events_url` cannot be used")?,
        }
        let mut shipped: Vec<(Arc<dyn KeptEvents>, Arc<dyn EventIntake>)> = Vec::new();
        for outbox in intake.outboxes(&kafka.relay_group()) {
            shipped.push((Arc::new(outbox), Arc::new(kafka.intake())));
        }
        let log = Arc::new(kafka.log(Arc::<SqlEventLog>::clone(&intake)));
        return Ok(EventsHome { log, intake, shipped });
    }
    debug_assert!(settings.events_url.starts_with("outbox:"), "the settings were checked");
    Ok(EventsHome { log: Arc::<SqlEventLog>::clone(&intake), intake, shipped: Vec::new() })
}

/// The outboxes alone, for commands that need no broker.
pub fn outbox(databases: &Databases) -> Arc<dyn EventLog> {
    Arc::new(outboxes(databases))
}

/// The workers that ship the outboxes, where there is a broker.
pub fn relays(house: &House) -> Vec<Relay> {
    let relay = |(from, to): &(Arc<dyn KeptEvents>, Arc<dyn EventIntake>)| {
        Relay::new(Arc::clone(from), Arc::clone(to), Arc::clone(&house.clock), &*house.shop.ids).woken()
    };
    house.shipped.iter().map(relay).collect()
}

fn outboxes(databases: &Databases) -> SqlEventLog {
    let elsewhere = [
        (Topic::Carts, databases.carts.clone()),
        (Topic::Wishlists, databases.wishlists.clone()),
        (Topic::Items, databases.items.clone()),
    ];
    SqlEventLog::new(databases.main.clone(), elsewhere.to_vec())
}
