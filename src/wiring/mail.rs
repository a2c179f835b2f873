//! What carries messages to mailboxes.

use std::sync::Arc;

use engine_embedded::FileMailer;
use services::kernel::{clock::Clock, ids::IdSource, mail::Mailer};

use crate::settings::Settings;

/// By the settings. Messages in the shop itself are of no use to who cannot sign in, so outside production those for a
/// mailbox are written to a folder instead; in production there is none, and what needs a mailbox says so.
pub fn mailer(settings: &Settings, clock: &Arc<dyn Clock>, ids: &Arc<dyn IdSource>) -> Option<Arc<dyn Mailer>> {
    debug_assert!(settings.mail_url.starts_with("inapp:"), "the settings were checked");
    if settings.production {
        return None;
    }
    Some(Arc::new(FileMailer::new(settings.data.join("outbox"), Arc::clone(clock), Arc::clone(ids))))
}
