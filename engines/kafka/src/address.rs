//! What the URL says.

use services::kernel::error::{EngineError, EngineResult};
use url::form_urlencoded;

use crate::broker::ENGINE;

/// Where the broker is, and how topics are named and made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// `host:port,host:port`, to begin with.
    pub brokers: String,
    /// `?prefix=`, by which topics and groups begin, so that shops share a broker; `chowk` without one.
    pub prefix: String,
    /// `?partitions=` of topics that are made, 1 to 1000; 6 without one. Topics that are there keep theirs.
    pub partitions: i32,
    /// `?replication=` of topics that are made; the broker's own default without one.
    pub replication: Option<i32>,
    /// `?create=false`: topics are made by somebody else, and a missing one stops the start.
    pub create: bool,
}

impl Address {
    /// Reads a URL.
    ///
    /// # Errors
    /// When it is malformed; the sentence says how to write it.
    pub fn parse(url: &str) -> EngineResult<Self> {
        let refuse = |why: &str| EngineError::permanent(ENGINE, why.to_owned());
        let rest = url.strip_prefix("kafka://").unwrap_or_default();
        let (hosts, query) = rest.split_once('?').unwrap_or((rest, ""));
        if hosts.contains('@') {
            return Err(refuse("a user and a password would go over an open connection: leave them out of the URL"));
        }
        let brokers: Option<Vec<String>> = hosts.trim_end_matches('/').split(',').map(broker).collect();
        let brokers = brokers
            .ok_or_else(|| refuse("the URL is malformed: write kafka://host:port,host:port?prefix=NAME"))?
            .join(",");
        let mut address = Self { brokers, prefix: "chowk".to_owned(), partitions: 6, replication: None, create: true };
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                "prefix" if named(&value) => address.prefix = value.into_owned(),
                "prefix" => return Err(refuse("`prefix` takes 1 to 80 letters, digits, `-`, `_` and `.`")),
                "partitions" => {
                    address.partitions = number(&value, 1_000).ok_or_else(|| refuse("`partitions` is 1 to 1000"))?;
                }
                "replication" => {
                    let number = number(&value, 1_000).ok_or_else(|| refuse("`replication` is 1 to 1000"))?;
                    address.replication = Some(number);
                }
                "create" => address.create = value.parse().map_err(|_| refuse("`create` is true or false"))?,
                _ => return Err(refuse("the URL takes `prefix`, `partitions`, `replication` and `create`, no more")),
            }
        }
        Ok(address)
    }
}

fn broker(text: &str) -> Option<String> {
    let (host, port) = text.rsplit_once(':').unwrap_or((text, "9092"));
    let good = |c: char| c.is_ascii_alphanumeric() || ".-_[]:".contains(c);
    (!host.is_empty() && host.chars().all(good) && port.parse::<u16>().is_ok_and(|p| p > 0))
        .then(|| format!("{host}:{port}"))
}

fn named(text: &str) -> bool {
    (1..=80).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

fn number(text: &str, most: i32) -> Option<i32> {
    text.parse().ok().filter(|n| (1..=most).contains(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_say_where_and_how() {
        let plain = Address::parse("kafka://one").expect("is good");
        assert_eq!((&*plain.brokers, &*plain.prefix, plain.partitions), ("one:9092", "chowk", 6));
        assert!(plain.create && plain.replication.is_none());
        let full = "kafka://a:1,b:2?prefix=shop-1&partitions=3&replication=2&create=false";
        let full = Address::parse(full).expect("is good");
        assert_eq!((&*full.brokers, &*full.prefix, full.partitions), ("a:1,b:2", "shop-1", 3));
        assert!(!full.create && full.replication == Some(2));
    }

    #[test]
    fn malformed_urls_are_refused_with_what_to_do() {
        for (url, told) in [
            ("kafka://", "write kafka://"),
            ("kafka://a:1,", "write kafka://"),
            ("kafka://a:0", "write kafka://"),
            ("kafka://a:b", "write kafka://"),
            ("kafka://user:password@a:1", "leave them out"),
            ("kafka://a?prefix=", "`prefix`"),
            ("kafka://a?prefix=a/b", "`prefix`"),
            ("kafka://a?partitions=0", "`partitions`"),
            ("kafka://a?replication=x", "`replication`"),
            ("kafka://a?create=maybe", "`create`"),
            ("kafka://a?acks=0", "no more"),
        ] {
            let refused = Address::parse(url).expect_err(url);
            assert!(!refused.retryable && refused.message.contains(told), "{url}: {refused}");
        }
    }
}
