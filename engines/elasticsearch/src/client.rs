//! The server over HTTP: a bound on every call, few retries with jitter, and a breaker before reads, so that a server that
//! is away costs a search milliseconds instead of a time-out. It knows no index.
//!
//! Every call that this engine makes may be sent twice: writes carry versions, and what makes something names it.

use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use reqwest::{Certificate, Method, StatusCode, header};
use serde_json::Value;
use services::kernel::{
    error::{EngineError, EngineResult},
    turns::Turns,
};
use tokio::time::{Instant, sleep, timeout};
use url::Url;

/// The name of the engine in errors.
pub(crate) const ENGINE: &str = "search";
/// How a URL is written, for refusals.
const WRITTEN: &str =
    "the URL is malformed: write elasticsearch://user:password@host:port/prefix, or elasticsearch+https:";
/// How long a connection is waited for.
const CONNECT_MAX: Duration = Duration::from_millis(800);
/// Calls at the same time.
const CALLS_MAX: usize = 32;
/// How long a read is waited for, tries included.
const READ_MAX: Duration = Duration::from_secs(3);
/// How long a write or a change of indexes is waited for, tries included.
const WRITE_MAX: Duration = Duration::from_secs(30);
/// Tries after the first.
const RETRIES: u32 = 2;
/// The shortest pause before another try; the longest is three times as long.
const PAUSE: Duration = Duration::from_millis(40);
/// Failed reads in a row after which none is tried for a while.
const FAILURES_MAX: u32 = 3;
/// How long none is tried; then one is, and its answer counts.
const OPEN_FOR: Duration = Duration::from_secs(1);
/// Bytes of an answer that is no JSON that are told.
const TOLD_MAX: usize = 300;

/// What a call is, for its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Somebody waits for it.
    Read,
    /// A worker does it.
    Write,
}

/// What is sent.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// Nothing.
    Empty,
    /// One value.
    Json(Value),
    /// A value on each line.
    Lines(String),
}

/// What the server answered, when it did not refuse.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// Done, and what it says.
    Done(Value),
    /// What was named is not there, already there or newer than what was sent.
    Otherwise(StatusCode, Value),
}

impl Answer {
    /// The value of an answer that must be positive.
    pub(crate) fn done(self) -> EngineResult<Value> {
        match self {
            Self::Done(value) => Ok(value),
            Self::Otherwise(status, value) => Err(refused(status, &value)),
        }
    }
}

/// A server. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Client(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    /// With user and password, which the HTTP client sends as a header.
    base: Url,
    /// Failed reads in a row, and until when none is tried. Held for no call.
    breaker: Mutex<(u32, Option<Instant>)>,
    turns: Turns,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("host", &self.0.base.host_str()).finish_non_exhaustive()
    }
}

impl Client {
    /// Reads a URL; answers also the prefix of the indexes. Connects with the first call.
    pub(crate) fn open(url: &str) -> EngineResult<(Self, String)> {
        let malformed = || EngineError::permanent(ENGINE, WRITTEN);
        let (scheme, rest) = url.split_once("://").ok_or_else(malformed)?;
        let scheme = match scheme {
            "elasticsearch" => "http",
            "elasticsearch+https" => "https",
            _ => return Err(malformed()),
        };
        let mut base = Url::parse(&format!("{scheme}://{rest}")).map_err(|_| malformed())?;
        let prefix = match base.path().trim_matches('/') {
            "" => "chowk".to_owned(),
            given => given.to_owned(),
        };
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
        let starts = prefix.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        if !starts || !prefix.chars().all(good) || prefix.len() > 100 {
            return Err(EngineError::permanent(
                ENGINE,
                "the URL's path is the prefix of the indexes: begin it with a small letter or a digit, and go on with those, `-` and `_`",
            ));
        }
        let ca = base.query_pairs().find(|(name, _)| name == "ca").map(|(_, path)| path.into_owned());
        base.set_query(None);
        base.set_path("/");
        // Programs choose their TLS at the start; whoever did not, such as a test, gets the same here.
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        let mut builder = reqwest::Client::builder().connect_timeout(CONNECT_MAX).no_proxy();
        if let Some(path) = ca {
            let told =
                |why: String| EngineError::permanent(ENGINE, format!("the authority {path} cannot be used: {why}"));
            let pem = std::fs::read(&path).map_err(|e| told(e.to_string()))?;
            for certificate in Certificate::from_pem_bundle(&pem).map_err(|e| told(e.to_string()))? {
                builder = builder.add_root_certificate(certificate);
            }
        }
        let http = builder.build().map_err(|e| EngineError::permanent(ENGINE, e.to_string()))?;
        Ok((Self(Arc::new(Inner { http, base, breaker: Mutex::default(), turns: Turns::new(CALLS_MAX) })), prefix))
    }

    /// Makes a call, again where that may help.
    pub(crate) async fn call(&self, kind: Kind, method: Method, path: &str, body: Body) -> EngineResult<Answer> {
        let bound = match kind {
            Kind::Read => READ_MAX,
            Kind::Write => WRITE_MAX,
        };
        if kind == Kind::Read {
            self.admit()?;
        }
        let _turn = self.0.turns.enter(ENGINE).await?;
        let tries = async {
            let mut left = RETRIES;
            loop {
                match self.once(method.clone(), path, &body).await {
                    Err((e, true)) if left > 0 => {
                        left -= 1;
                        tracing::debug!(error = %e, "a call to the search index is made again");
                        sleep(PAUSE.mul_f64(rand::random_range(1.0..3.0))).await;
                    }
                    answer => return answer.map_err(|(e, _)| e),
                }
            }
        };
        let answer = timeout(bound, tries)
            .await
            .unwrap_or_else(|_| Err(EngineError::retryable(ENGINE, "the server did not answer in time")));
        if kind == Kind::Read {
            self.heard(answer.as_ref().is_err_and(|e| e.retryable));
        }
        answer
    }

    /// One try, and whether another may help.
    async fn once(&self, method: Method, path: &str, body: &Body) -> Result<Answer, (EngineError, bool)> {
        let url = self.0.base.join(path).map_err(|e| (EngineError::permanent(ENGINE, e.to_string()), false))?;
        let request = self.0.http.request(method, url);
        let request = match body {
            Body::Empty => request,
            Body::Json(value) => request.json(value),
            Body::Lines(lines) => request.header(header::CONTENT_TYPE, "application/x-ndjson").body(lines.clone()),
        };
        // The URL holds the password, so it is kept out of what is told.
        let lost = |e: reqwest::Error| (EngineError::retryable(ENGINE, cause(&e.without_url())), true);
        let response = request.send().await.map_err(lost)?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(lost)?;
        let value = serde_json::from_slice(&bytes).unwrap_or_else(|_| {
            let text = String::from_utf8_lossy(&bytes[..bytes.len().min(TOLD_MAX)]);
            Value::String(text.into_owned())
        });
        match status.as_u16() {
            _ if status.is_success() => Ok(Answer::Done(value)),
            400 | 404 | 409 => Ok(Answer::Otherwise(status, value)),
            _ => Err((refused(status, &value), matches!(status.as_u16(), 429 | 502 | 503))),
        }
    }

    /// Lets a read through, unless too many in a row failed just now.
    fn admit(&self) -> EngineResult<()> {
        let mut breaker = self.0.breaker.lock();
        let now = Instant::now();
        match breaker.1 {
            Some(until) if now < until => {
                Err(EngineError::retryable(ENGINE, "the server is away; it is asked again soon"))
            }
            Some(_) => {
                // This one tries; the others wait for what it hears.
                breaker.1 = Some(now + READ_MAX);
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn heard(&self, failed: bool) {
        let mut breaker = self.0.breaker.lock();
        if !failed {
            *breaker = (0, None);
            return;
        }
        breaker.0 = breaker.0.saturating_add(1);
        if breaker.0 >= FAILURES_MAX {
            breaker.1 = Some(Instant::now() + OPEN_FOR);
        }
    }
}

/// What a refusal says of itself, such as `index_not_found_exception`.
pub(crate) fn error_type(value: &Value) -> &str {
    let error = &value["error"];
    error["root_cause"][0]["type"].as_str().or_else(|| error["type"].as_str()).unwrap_or_default()
}

/// A refusal as an error. Overload, a server that starts and an index that was just replaced pass; the rest stays until
/// somebody acts.
pub(crate) fn refused(status: StatusCode, value: &Value) -> EngineError {
    let kind = error_type(value);
    let reason = value["error"]["root_cause"][0]["reason"].as_str().or_else(|| value["error"]["reason"].as_str());
    let told = match reason {
        Some(reason) => format!("{status}: {kind}: {reason}"),
        None => format!("{status}: {value}"),
    };
    match status.as_u16() {
        401 => EngineError::permanent(ENGINE, "the server refuses the user or the password of the URL"),
        403 => EngineError::permanent(
            ENGINE,
            format!("the user of the URL may not do what the index needs (monitor, and all on its prefix): {told}"),
        ),
        429 | 500..=599 => EngineError::retryable(ENGINE, told),
        _ if kind == "index_not_found_exception" => EngineError::retryable(ENGINE, told),
        _ => EngineError::permanent(ENGINE, told),
    }
}

/// An error of the HTTP client with what is behind it, which its own text leaves out.
fn cause(e: &reqwest::Error) -> String {
    let mut told = e.to_string();
    let mut inner = std::error::Error::source(e);
    while let Some(e) = inner {
        told = format!("{told}: {e}");
        inner = e.source();
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn urls_are_read_and_refused_with_what_to_do() {
        for (url, prefix) in [
            ("elasticsearch://host", "chowk"),
            ("elasticsearch://user:p%40ss@host:9200/", "chowk"),
            ("elasticsearch+https://host:9200/shop-2", "shop-2"),
        ] {
            assert_eq!(Client::open(url).expect("it is good").1, prefix, "{url}");
        }
        for url in ["", "elasticsearch", "elasticsearch://", "http://host", "elasticsearch://host:notaport"] {
            let e = Client::open(url).expect_err("it is refused");
            assert!(!e.retryable && e.message.contains("write elasticsearch://"), "{url}: {e}");
        }
        for url in
            ["elasticsearch://host/Shop", "elasticsearch://host/a/b", "elasticsearch://host/-x", "elasticsearch://h/a*"]
        {
            let e = Client::open(url).expect_err("it is refused");
            assert!(!e.retryable && e.message.contains("prefix"), "{url}: {e}");
        }
        let e = Client::open("elasticsearch+https://host?ca=/nowhere.pem").expect_err("it is refused");
        assert!(e.message.contains("/nowhere.pem"), "{e}");
    }

    #[tokio::test(start_paused = true)]
    async fn after_three_failures_none_is_tried_for_a_while_and_then_one() {
        let (client, _) = Client::open("elasticsearch://127.0.0.1:1").expect("it is good");
        for _ in 0..FAILURES_MAX {
            assert!(client.admit().is_ok());
            client.heard(true);
        }
        assert!(client.admit().expect_err("it is open").retryable);
        tokio::time::advance(OPEN_FOR).await;
        assert!(client.admit().is_ok(), "one may try");
        assert!(client.admit().is_err(), "the others wait for it");
        client.heard(false);
        assert!(client.admit().is_ok() && client.admit().is_ok(), "all is well again");
    }

    #[test]
    fn a_refused_user_stays_refused_and_an_overload_passes() {
        let told = serde_json::json!({"error": {"type": "x_exception", "reason": "no"}});
        assert!(!refused(StatusCode::UNAUTHORIZED, &told).retryable);
        assert!(refused(StatusCode::TOO_MANY_REQUESTS, &told).retryable);
        assert!(refused(StatusCode::SERVICE_UNAVAILABLE, &Value::Null).retryable);
        assert!(!refused(StatusCode::BAD_REQUEST, &told).retryable);
    }
}
