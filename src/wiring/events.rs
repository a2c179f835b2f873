//! The event log: the outbox tables of the databases, each topic in the one that its store writes to.

use std::sync::Arc;

use engine_sql::event_log::SqlEventLog;
use services::kernel::events::{EventLog, Topic, relay::EventIntake};

use super::databases::Databases;

/// The log over all outboxes.
pub fn log(databases: &Databases) -> Arc<dyn EventLog> {
    Arc::new(outboxes(databases))
}

/// The same outboxes, for events that another store kept.
pub fn intake(databases: &Databases) -> Arc<dyn EventIntake> {
    Arc::new(outboxes(databases))
}

fn outboxes(databases: &Databases) -> SqlEventLog {
    let elsewhere = [
        (Topic::Carts, databases.carts.clone()),
        (Topic::Wishlists, databases.wishlists.clone()),
        (Topic::Items, databases.items.clone()),
    ];
    SqlEventLog::new(databases.main.clone(), elsewhere.to_vec())
}
