//! What leaves the shop for a mailbox: the port of whatever carries it. Who writes what and when is the areas' business.

use async_trait::async_trait;

use super::error::{EngineError, EngineResult};

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

/// A letter that is tried until it is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Address of the one recipient.
    pub to: String,
    /// One line; breaks and control characters become spaces.
    pub subject: String,
    /// For programs that show no HTML.
    pub text: String,
    /// For those that do.
    pub html: Option<String>,
    /// The same for every try of the same letter: letters, digits, `-` and `.`.
    pub id: String,
}

/// Why a letter is not known to be on its way.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsent {
    /// It will never be taken: a wrong address, or the carrier said no for good.
    #[error("refused: {0}")]
    Refused(String),
    /// It surely was not taken; a later try may succeed.
    #[error("not sent: {0}")]
    NotSent(String),
    /// The answer was lost: it may have been taken.
    #[error("not known whether sent: {0}")]
    Unknown(String),
}

impl From<Unsent> for EngineError {
    fn from(unsent: Unsent) -> Self {
        match unsent {
            Unsent::Refused(_) => Self::permanent("mail", unsent.to_string()),
            Unsent::NotSent(_) | Unsent::Unknown(_) => Self::retryable("mail", unsent.to_string()),
        }
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
    /// Hands a letter over and tells apart what became of it. A carrier that knows no HTML and no ids takes the text alone.
    ///
    /// # Errors
    /// See [`Unsent`].
    async fn deliver(&self, letter: &Letter) -> Result<(), Unsent> {
        let Letter { to, subject, text, .. } = letter.clone();
        let told =
            |e: EngineError| if e.retryable { Unsent::NotSent(e.to_string()) } else { Unsent::Refused(e.to_string()) };
        self.send(Mail { to, subject, text }).await.map_err(told)
    }
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
