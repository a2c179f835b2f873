//! What carries messages to mailboxes.

use std::sync::Arc;

#[cfg(feature = "smtp")]
use anyhow::Context;
use engine_embedded::FileMailer;
use services::kernel::{clock::Clock, ids::IdSource, mail::Mailer};

use crate::settings::Settings;

/// By the settings. Messages in the shop itself are of no use to who cannot sign in, so outside production those for a
/// mailbox are written to a folder instead; in production there is none, and what needs a mailbox says so.
///
/// # Errors
/// When the URL or the sender's address is malformed.
pub fn mailer(
    settings: &Settings,
    clock: &Arc<dyn Clock>,
    ids: &Arc<dyn IdSource>,
) -> anyhow::Result<Option<Arc<dyn Mailer>>> {
    #[cfg(feature = "smtp")]
    if settings.mail_url.starts_with("smtp") {
        let smtp = engine_smtp::Smtp::open(&settings.mail_url, &settings.mail_from);
        return Ok(Some(Arc::new(smtp.context("`mail_url` or `mail_from` cannot be used")?)));
    }
    debug_assert!(settings.mail_url.starts_with("inapp:"), "the settings were checked");
    if settings.production {
        return Ok(None);
    }
    Ok(Some(Arc::new(FileMailer::new(settings.data.join("outbox"), Arc::clone(clock), Arc::clone(ids)))))
}
