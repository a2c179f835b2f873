//! Public answers over GET, as caches between may keep them: for a short while, under a tag of their bytes, so that who
//! asks again gets 304 until something changed. Which answers are public is the gateway's to say; every other answer
//! leaves with `no-store` (see `http.rs`).

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};
use bytes::Bytes;
use services::kernel::text::hex;
use sha2::{Digest, Sha256};

use super::negotiate::Media;

/// Stock and promises move: who needs them to the second asks past the caches.
const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("public, max-age=5");
/// Bytes of the digest that a tag tells.
const TAG_BYTES: usize = 16;

/// A public answer that went well: the whole, or 304 when the client has it.
pub fn respond(asked: &HeaderMap, media: Media, json: Bytes) -> Response<Body> {
    let digest = Sha256::new().chain_update(media.content_type()).chain_update(&json).finalize();
    let tag = format!("\"{}\"", hex(&digest[..TAG_BYTES]));
    let known = has(asked, &tag);
    let mut response = Response::new(if known { Body::empty() } else { Body::from(json) });
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, CACHE_CONTROL);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    }
    response
}

/// Whether `If-None-Match` names the tag. Compared weakly, as RFC 9110 has it for this header.
fn has(asked: &HeaderMap, tag: &str) -> bool {
    let given = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|v| v.to_str().ok());
    given.flat_map(|v| v.split(',')).map(str::trim).any(|t| t == "*" || t.strip_prefix("W/").unwrap_or(t) == tag)
}

/// A tag promises equal bytes; a compressed answer has others, so its tag becomes a weak one.
pub async fn weakened(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    if headers.contains_key(header::CONTENT_ENCODING)
        && let Some(tag) = headers.get(header::ETAG).and_then(|t| t.to_str().ok()).filter(|t| t.starts_with('"'))
        && let Ok(weak) = HeaderValue::from_str(&format!("W/{tag}"))
    {
        headers.insert(header::ETAG, weak);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(tags: &str) -> StatusCode {
        let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_str(tags).expect("plain"))]);
        respond(&headers, Media::Json, Bytes::from_static(b"{}")).status()
    }

    #[test]
    fn a_known_tag_is_answered_with_304_and_every_other_with_the_whole() {
        let whole = respond(&HeaderMap::new(), Media::Json, Bytes::from_static(b"{}"));
        let tag = whole.headers()[header::ETAG].to_str().expect("plain").to_owned();
        assert_eq!(whole.headers()[header::CACHE_CONTROL], "public, max-age=5");
        for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
            assert_eq!(asking(&known), StatusCode::NOT_MODIFIED, "{known}");
        }
        for other in ["\"x\"", tag.trim_matches('"'), ""] {
            assert_eq!(asking(other), StatusCode::OK, "{other}");
        }
        let other = respond(&HeaderMap::new(), Media::GraphqlJson, Bytes::from_static(b"{}"));
        assert_ne!(other.headers()[header::ETAG], tag.as_str());
    }

    #[tokio::test]
    async fn only_a_compressed_answer_has_a_weak_tag() {
        let plain = weakened(respond(&HeaderMap::new(), Media::Json, Bytes::new())).await;
        assert!(plain.headers()[header::ETAG].as_bytes().starts_with(b"\""));
        let mut packed = plain;
        packed.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        assert!(weakened(packed).await.headers()[header::ETAG].as_bytes().starts_with(b"W/\""));
    }
}
