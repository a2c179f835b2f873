//! Every bound that the edge holds, in one struct. How each is measured stands in `lex.rs`, `cost.rs`, `coerce.rs` and
//! `ws.rs`; nothing here decides.

use std::time::Duration;

use super::rates::CallerRates;

/// The bounds of documents, bodies, sockets and waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of an HTTP body or of a query string.
    pub body_bytes: usize,
    /// Bytes of a document's text.
    pub document_bytes: usize,
    /// Tokens of a document.
    pub tokens: usize,
    /// Open brackets at any place of a document's text; guards the parser's stack.
    pub nesting: usize,
    /// Operations in one document.
    pub operations: usize,
    /// Fragments in one document.
    pub fragments: usize,
    /// Aliases written in a document.
    pub aliases: usize,
    /// Directives written in a document.
    pub directives: usize,
    /// Fields at the root, fragments unfolded.
    pub root_fields: usize,
    /// Levels of data fields, fragments unfolded; introspection does not count.
    pub depth: usize,
    /// Selections when all fragments are unfolded, over all operations of a document.
    pub selections: u64,
    /// Values that an answer may hold by the estimate of `cost.rs`; `None` measures without refusing.
    pub cost: Option<u64>,
    /// Fields of the sensitive set (sign-in, payment, …) in one operation.
    pub sensitive_fields: u64,
    /// Items of one list given as input.
    pub list_items: usize,
    /// Errors told in one answer.
    pub errors: usize,
    /// Reads, and as many writes, that run at the same time in this process.
    pub in_flight: usize,
    /// Searches that run at the same time in this process: they are work for the processor.
    pub searches_in_flight: usize,
    /// Operations that wait for their turn, in each of the three lanes.
    pub waiting: usize,
    /// How often clients may call; `None` counts nobody.
    pub rates: Option<CallerRates>,
    /// Sockets and event streams of one address.
    pub sockets_per_address: usize,
    /// Operations at the same time on one socket.
    pub subscriptions_per_socket: usize,
    /// Bytes of one socket message.
    pub message_bytes: usize,
    /// Messages that a socket may send at once.
    pub message_burst: u32,
    /// Messages a second that a socket may send in the long run.
    pub messages_per_second: u32,
    /// Until a socket must have sent `connection_init` and been accepted.
    pub init_wait: Duration,
    /// Until a client must have taken a message; a slower one is closed.
    pub send_wait: Duration,
    /// Until a body must have arrived.
    pub body_wait: Duration,
    /// Until an operation must have answered.
    pub operation_wait: Duration,
}

impl Limits {
    /// For everyday use.
    pub const fn standard() -> Self {
        Self {
            body_bytes: 64 * 1024,
            document_bytes: 32 * 1024,
            tokens: 2_000,
            nesting: 64,
            operations: 10,
            fragments: 50,
            aliases: 30,
            directives: 50,
            root_fields: 20,
            depth: 15,
            selections: 2_000,
            cost: Some(10_000),
            sensitive_fields: 1,
            list_items: 1_000,
            errors: 10,
            in_flight: 256,
            searches_in_flight: 16,
            waiting: 512,
            rates: Some(CallerRates::standard()),
            sockets_per_address: 256,
            subscriptions_per_socket: 50,
            message_bytes: 64 * 1024,
            message_burst: 100,
            messages_per_second: 50,
            init_wait: Duration::from_secs(3),
            send_wait: Duration::from_secs(10),
            body_wait: Duration::from_secs(10),
            operation_wait: Duration::from_secs(15),
        }
    }

    /// For load tests: nothing is refused for its price, its rate or its number of sockets. What keeps parsing and
    /// walking linear stays, only wider.
    pub const fn off() -> Self {
        Self {
            tokens: 20_000,
            operations: 1_000,
            fragments: 1_000,
            aliases: usize::MAX,
            directives: usize::MAX,
            root_fields: usize::MAX,
            depth: usize::MAX,
            selections: 100_000,
            cost: None,
            sensitive_fields: u64::MAX,
            list_items: 10_000,
            in_flight: 16_384,
            searches_in_flight: 16_384,
            rates: None,
            sockets_per_address: usize::MAX,
            subscriptions_per_socket: 10_000,
            message_burst: u32::MAX,
            messages_per_second: u32::MAX,
            ..Self::standard()
        }
    }
}

/// The setting names no set of limits.
#[derive(Debug, thiserror::Error)]
#[error("the limits are \"standard\" or \"off\", not {0:?}")]
pub struct UnknownLimits(String);

impl std::str::FromStr for Limits {
    type Err = UnknownLimits;
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "standard" => Ok(Self::standard()),
            "off" => Ok(Self::off()),
            other => Err(UnknownLimits(other.to_owned())),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::standard()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_names_two_sets() {
        assert_eq!("standard".parse::<Limits>().ok(), Some(Limits::standard()));
        assert_eq!("off".parse::<Limits>().ok(), Some(Limits::off()));
        assert_eq!(
            "none".parse::<Limits>().expect_err("unknown").to_string(),
            "the limits are \"standard\" or \"off\", not \"none\""
        );
    }
}
