//! The event log: the outbox tables of the databases, each topic in the one that its store writes to.

use std::sync::Arc;

use engine_sql::event_log::SqlEventLog;
use services::kernel::events::Topic;

use super::databases::Databases;

/// The log over all outboxes.
pub fn log(databases: &Databases) -> Arc<SqlEventLog> {
    let elsewhere = [
        (Topic::Carts, databases.carts.clone()),
        (Topic::Wishlists, databases.wishlists.clone()),
        (Topic::Items, databases.items.clone()),
    ];
    Arc::new(SqlEventLog::new(databases.main.clone(), elsewhere.to_vec()))
}
