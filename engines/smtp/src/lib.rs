//! Mail by SMTP. A URL is `smtp://user:password@host:port`, `?tls=required` asks for STARTTLS, and `smtps://` speaks TLS
//! from the first byte. Nothing connects before the first letter, so a shop starts while the mail server is away.
//!
//! What became of a letter is told in three ways, because only the sender of the letter knows what may be repeated: it was
//! refused for good, it surely was not sent, or nobody knows (the answer was lost). A letter keeps its Message-ID over all
//! tries, so that a reader's program can tell that two are one.

use std::{error::Error as _, io, net::IpAddr, time::Duration};

use async_trait::async_trait;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, MultiPart, SinglePart},
};
pub use services::kernel::mail::{Letter, Unsent};
use services::kernel::{
    error::{EngineError, EngineResult},
    mail::{Mail, Mailer},
};

const ENGINE: &str = "mail";
/// How long connecting or one command may take.
const COMMAND_MAX: Duration = Duration::from_secs(10);
/// Longest subject, characters.
const SUBJECT_MAX: usize = 200;

/// A mail server. Cheap to clone; clones share its connections.
#[derive(Clone, Debug)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    domain: String,
    most: Duration,
}

impl Smtp {
    /// At a URL, with the address that letters come from, such as `Chowk <shop@example.org>`. Connects later.
    ///
    /// # Errors
    /// One sentence that says what is wrong with the URL or the address; it never repeats the password.
    pub fn open(url: &str, from: &str) -> EngineResult<Self> {
        Self::with_patience(url, from, COMMAND_MAX)
    }

    /// The same, with another bound on connecting and on each command.
    ///
    /// # Errors
    /// As [`Smtp::open`].
    pub fn with_patience(url: &str, from: &str, patience: Duration) -> EngineResult<Self> {
        let malformed = "the URL is malformed: write smtp://user:password@host:port, or smtps:";
        let parsed = url::Url::parse(url).map_err(|_| EngineError::permanent(ENGINE, malformed))?;
        let host = parsed.host_str().filter(|h| !h.is_empty() && ["smtp", "smtps"].contains(&parsed.scheme()));
        let Some(host) = host else { return Err(EngineError::permanent(ENGINE, malformed)) };
        let encrypted = parsed.scheme() == "smtps" || parsed.query_pairs().any(|(k, v)| k == "tls" && v == "required");
        if parsed.password().is_some() && !encrypted && !is_here(host) {
            let why = "the URL would send a password in the clear: write smtps:, or add ?tls=required";
            return Err(EngineError::permanent(ENGINE, why));
        }
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
        let builder = builder.map_err(|_| EngineError::permanent(ENGINE, malformed))?;
        let from: Mailbox = from.parse().map_err(|_| {
            EngineError::permanent(ENGINE, format!("`{from}` is no mail address: write Name <name@example.org>"))
        })?;
        let domain = from.email.domain().to_owned();
        Ok(Self { transport: builder.timeout(Some(patience)).build(), from, domain, most: patience * 3 })
    }

    /// Sends a letter.
    ///
    /// # Errors
    /// See [`Unsent`].
    pub async fn send(&self, letter: &Letter) -> Result<(), Unsent> {
        let message = self.message(letter)?;
        match tokio::time::timeout(self.most, self.transport.send(message)).await {
            Ok(Ok(_taken)) => Ok(()),
            Ok(Err(error)) => Err(unsent(&error)),
            Err(_elapsed) => Err(Unsent::Unknown(format!("no answer within {:?}", self.most))),
        }
    }

    fn message(&self, letter: &Letter) -> Result<Message, Unsent> {
        let to = letter.to.parse().map_err(|_| Unsent::Refused("the recipient's address is malformed".into()))?;
        let safe = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        if letter.id.is_empty() || !letter.id.chars().all(safe) {
            return Err(Unsent::Refused(format!("`{}` cannot be a message's id", letter.id.escape_debug())));
        }
        let builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(one_line(&letter.subject))
            .message_id(Some(format!("<{}@{}>", letter.id, self.domain)));
        let built = match &letter.html {
            Some(html) => builder.multipart(MultiPart::alternative_plain_html(letter.text.clone(), html.clone())),
            None => builder.singlepart(SinglePart::plain(letter.text.clone())),
        };
        built.map_err(|e| Unsent::Refused(e.to_string()))
    }
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, mail: Mail) -> EngineResult<()> {
        let id = uuid::Uuid::now_v7().to_string();
        Ok(Self::send(self, &Letter { to: mail.to, subject: mail.subject, text: mail.text, html: None, id }).await?)
    }
    async fn deliver(&self, letter: &Letter) -> Result<(), Unsent> {
        Self::send(self, letter).await
    }
}

/// A host that is this machine: nobody listens in between.
fn is_here(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|a| a.is_loopback())
}

/// Text as one line of bounded length: whatever could end a header or hide in it becomes a space.
fn one_line(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    let spaced: String = text.chars().map(|c| if hidden(c) { ' ' } else { c }).take(SUBJECT_MAX).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn unsent(error: &lettre::transport::smtp::Error) -> Unsent {
    let said = error.to_string();
    if error.is_permanent() || error.is_client() {
        Unsent::Refused(said)
    } else if error.is_transient() || never_connected(error) {
        Unsent::NotSent(said)
    } else {
        Unsent::Unknown(said)
    }
}

/// Nobody listened, so nothing can have been taken.
fn never_connected(error: &lettre::transport::smtp::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            return io.kind() == io::ErrorKind::ConnectionRefused;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smtp() -> Smtp {
        Smtp::open("smtp://127.0.0.1:1", "Chowk <shop@example.org>").expect("opens")
    }

    #[tokio::test]
    async fn no_subject_name_or_id_adds_a_header() {
        let mut letter = Letter {
            to: "asha@example.org".into(),
            subject: "Placed\r\nBcc: eve@example.org\n\u{2028}<script> \u{202E}🛵".into(),
            text: ".\r\n<script>\r\nBcc: eve@example.org".into(),
            html: None,
            id: "0199-1.mail".into(),
        };
        let whole = String::from_utf8(smtp().message(&letter).expect("built").formatted()).expect("text");
        let (head, _) = whole.split_once("\r\n\r\n").expect("a head");
        assert!(!head.lines().any(|l| l.starts_with("Bcc")), "{head}");
        assert!(head.contains("Message-ID: <0199-1.mail@example.org>"), "{head}");
        for to in ["asha@example.org\r\nBcc: eve@example.org", "asha@example.org, eve@example.org", "", "asha"] {
            letter.to = to.into();
            assert!(matches!(smtp().message(&letter), Err(Unsent::Refused(_))), "{to:?}");
        }
        letter.to = "asha@example.org".into();
        for id in ["", "a>\r\nBcc: eve@example.org", "a@b", "é"] {
            letter.id = id.into();
            assert!(matches!(smtp().message(&letter), Err(Unsent::Refused(_))), "{id:?}");
        }
    }

    #[test]
    fn a_subject_is_one_bounded_line() {
        assert_eq!(one_line("a\r\n b\u{0}\u{2029}c\u{202E}d\t"), "a b c d");
        assert_eq!(one_line(&"च".repeat(999)).chars().count(), SUBJECT_MAX);
        assert_eq!(one_line("מוכן ✔ 🛵"), "מוכן ✔ 🛵");
    }

    #[tokio::test]
    async fn a_password_is_never_sent_in_the_clear_to_another_machine() {
        let open = |url: &str| Smtp::open(url, "shop@example.org").map_err(|e| e.message.into_owned());
        assert!(open("smtp://u:secret@mail.example.org:25").is_err_and(|e| e.contains("?tls=required")));
        for url in [
            "smtps://u:p@mail.example.org",
            "smtp://u:p@mail.example.org:587?tls=required",
            "smtp://u:p@127.0.0.1:25",
            "smtp://mail.example.org:25",
        ] {
            assert_eq!(open(url).err(), None, "{url}");
        }
        for url in ["", "smtp:", "smtp://", "http://host", "smtp://host:port", "mail.example.org"] {
            assert!(open(url).is_err_and(|e| e.starts_with("the URL is malformed")), "{url}");
        }
        assert!(Smtp::open("smtp://localhost", "nobody").is_err_and(|e| e.message.contains("no mail address")));
    }
}
