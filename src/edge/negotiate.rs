//! Media types: what the client wants to hear (`Accept`) and what it says it sends (`Content-Type`).

use axum::http::{HeaderMap, header};

/// The ways to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `application/json`: GraphQL's own refusals come with status 200.
    Json,
    /// `application/graphql-response+json`: the status tells.
    GraphqlJson,
    /// `text/event-stream`: answers come as events.
    EventStream,
}

impl Media {
    /// As a `Content-Type`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlJson => "application/graphql-response+json; charset=utf-8",
            Self::EventStream => "text/event-stream; charset=utf-8",
        }
    }
}

/// Ranges of one `Accept` header that are looked at; more are left out.
const RANGES_MAX: usize = 32;

/// What the client wants most of what there is: by weight, then by its order. `application/json` without an `Accept`
/// header or for `*/*`; `None` when nothing fits.
pub fn accepted(headers: &HeaderMap) -> Option<Media> {
    let mut ranges = headers.get_all(header::ACCEPT).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
    let mut best: Option<(u32, Media)> = None;
    let mut any = false;
    for range in ranges.by_ref().take(RANGES_MAX).filter(|r| !r.trim().is_empty()) {
        any = true;
        let mut parts = range.split(';').map(str::trim);
        let media = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "application/graphql-response+json" => Media::GraphqlJson,
            "application/json" | "application/*" | "*/*" => Media::Json,
            "text/event-stream" => Media::EventStream,
            _ => continue,
        };
        let weight = parts.find_map(|p| p.strip_prefix("q=").or(p.strip_prefix("Q="))).map_or(1_000, thousandths);
        if weight > best.map_or(0, |(weight, _)| weight) {
            best = Some((weight, media));
        }
    }
    if any { best.map(|(_, media)| media) } else { Some(Media::Json) }
}

/// A weight such as `0.8`, in thousandths; malformed ones count nothing.
fn thousandths(weight: &str) -> u32 {
    let (whole, rest) = weight.split_once('.').unwrap_or((weight, ""));
    match (whole, rest.len() <= 3 && rest.bytes().all(|b| b.is_ascii_digit())) {
        ("1", true) => 1_000,
        ("0" | "", true) => format!("{rest:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

/// Whether a body is declared as JSON in UTF-8.
pub fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()) else { return false };
    let mut parts = value.split(';').map(str::trim);
    parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"))
        && parts.all(|parameter| match parameter.split_once('=') {
            Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
                matches!(value.trim_matches('"').to_ascii_lowercase().as_str(), "utf-8" | "utf8")
            }
            _ => true,
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn accept(value: &str) -> Option<Media> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_str(value).expect("a header"));
        accepted(&headers)
    }

    #[test]
    fn json_unless_asked_otherwise() {
        assert_eq!(accepted(&HeaderMap::new()), Some(Media::Json));
        assert_eq!(accept("*/*"), Some(Media::Json));
        assert_eq!(accept(" , "), Some(Media::Json));
        assert_eq!(accept("application/*"), Some(Media::Json));
        assert_eq!(accept("text/html, */*;q=0.1"), Some(Media::Json));
        assert_eq!(accept("application/graphql-response+json; charset=utf-8"), Some(Media::GraphqlJson));
        assert_eq!(accept("text/event-stream"), Some(Media::EventStream));
    }

    #[test]
    fn the_heaviest_wins_and_then_the_first() {
        assert_eq!(accept("application/json;q=0.9, application/graphql-response+json"), Some(Media::GraphqlJson));
        assert_eq!(accept("application/graphql-response+json, application/json;q=0.9"), Some(Media::GraphqlJson));
        assert_eq!(accept("application/json, application/graphql-response+json"), Some(Media::Json));
        assert_eq!(accept("application/json;q=0, text/event-stream;q=0.001"), Some(Media::EventStream));
    }

    #[test]
    fn nothing_fits() {
        assert_eq!(accept("text/html"), None);
        assert_eq!(accept("application/json;q=0"), None);
        assert_eq!(accept("application/json;q=nonsense"), None);
    }

    #[test]
    fn only_json_in_utf_8_is_a_body() {
        let is = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(value));
            is_json(&headers)
        };
        assert!(
            is("application/json") && is("Application/JSON; charset=UTF-8") && is("application/json;charset=\"utf-8\"")
        );
        assert!(!is("text/plain") && !is("application/json; charset=latin1") && !is("multipart/form-data") && !is(""));
        assert!(!is_json(&HeaderMap::new()));
    }
}
