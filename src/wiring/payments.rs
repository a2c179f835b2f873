//! The payment provider.

use std::sync::Arc;

use engine_embedded::SandboxProvider;
use engine_sql::{Db, payments::SqlSandboxLedger};
use services::payments::ports::Provider;

use crate::settings::Settings;

/// The provider by the settings: the sandbox, whose books are kept in SQL, or Stripe.
///
/// # Errors
/// When the address of the provider cannot be used.
pub fn provider(settings: &Settings, db: &Db) -> anyhow::Result<Arc<dyn Provider>> {
    let secrets: Vec<Vec<u8>> =
        settings.payments_webhook_secret.reveal().split(',').map(|s| s.as_bytes().to_vec()).collect();
    #[cfg(feature = "stripe")]
    if let Some(base) = settings.payments_url.strip_prefix("stripe:") {
        return on_stripe(base, settings, secrets);
    }
    Ok(Arc::new(SandboxProvider::new(Arc::new(SqlSandboxLedger::new(db.clone())), secrets)))
}
