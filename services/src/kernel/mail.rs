//! What leaves the shop for a mailbox: the port of whatever carries it. Who writes what and when is the areas' business.

use async_trait::async_trait;

use super::error::EngineResult;

/// A message to one mailbox. It may hold a secret for its reader, so it has no form for logs but its subject.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The address, as the account has it.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Plain text in UTF-8; lines end with `\n`.
    pub text: String,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// Carries messages.
///
/// Promises: a message that was accepted is on its way; one that was not is an error and may be sent again. Nothing of a
/// message but its subject is written to a log.
#[async_trait]
pub trait Mailer: Send + Sync + 'static {
    /// Hands a message over.
    ///
    /// # Errors
    /// When the carrier does not take it; retryable when it may take it later.
    async fn send(&self, mail: Mail) -> EngineResult<()>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_shows_neither_its_reader_nor_its_text() {
        let mail = Mail { to: "asha@example.org".into(), subject: "A new password".into(), text: "canary".into() };
        let shown = format!("{mail:?}");
        assert!(shown.contains("A new password") && !shown.contains("canary") && !shown.contains("asha"), "{shown}");
    }
}
