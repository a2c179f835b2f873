//! The payment provider.

use std::sync::Arc;

use engine_embedded::SandboxProvider;
use engine_sql::{Db, payments::SqlSandboxLedger};
use services::payments::ports::Provider;

use crate::settings::Settings;

/// The provider by the settings: the sandbox, whose books are kept in SQL.
pub fn provider(settings: &Settings, db: &Db) -> Arc<dyn Provider> {
    let secrets = settings.payments_webhook_secret.reveal().split(',').map(|s| s.as_bytes().to_vec()).collect();
    Arc::new(SandboxProvider::new(Arc::new(SqlSandboxLedger::new(db.clone())), secrets))
}
