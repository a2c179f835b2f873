//! `/graphql` over GET and POST as the GraphQL-over-HTTP specification has it. `application/json` answers GraphQL's own
//! refusals with status 200, `application/graphql-response+json` with 400; a request that is no GraphQL request at all
//! gets a 4xx for both. Every answer is JSON, also for defects.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header, request::Parts},
};
use futures::StreamExt;

use super::{
    Edge, admission, codes, cookies, etag,
    gateway::{Outcome, RequestMeta},
    negotiate::{self, Media},
    operation::Transport,
    params::Params,
    refusal::Refusal,
    reply::Reply,
    shared::Written,
    sse, telemetry,
};

/// The header that names a request, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Answers a request of `/graphql`.
pub(super) async fn graphql(State(edge): State<Arc<Edge>>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let request_id = request_id(&edge, &parts.headers);
    let transport = if parts.method == Method::POST { Transport::Post } else { Transport::Get };
    let media = negotiate::accepted(&parts.headers);
    let mut response = match answer(&edge, &parts, body, media, &request_id).await {
        Ok(response) => response,
        Err(refusal) => {
            telemetry::refused(transport, refusal.code());
            refused(refusal, media.unwrap_or(Media::Json))
        }
    };
    let refused = response.status() == StatusCode::UNAUTHORIZED;
    let headers = response.headers_mut();
    if edge.operations.config().cookies {
        headers.append(header::VARY, HeaderValue::from_static("cookie, x-chowk-cookies"));
        // A token that is worth nothing would stand in the way of the request for the next one.
        if refused && cookies::wanted(&parts.headers) {
            headers.extend(cookies::setting(cookies::ACCESS, None).map(|gone| (header::SET_COOKIE, gone)));
        }
    }
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.append(header::VARY, HeaderValue::from_static("accept, authorization"));
    response
}

async fn answer(
    edge: &Arc<Edge>,
    parts: &Parts,
    body: Body,
    media: Option<Media>,
    request_id: &Arc<str>,
) -> Result<Response<Body>, Refusal> {
    let post = match parts.method {
        Method::POST => true,
        Method::GET | Method::HEAD => false,
        _ => {
            let status = StatusCode::METHOD_NOT_ALLOWED;
            let refusal = Refusal::http(status, codes::METHOD_NOT_ALLOWED, "Only GET and POST are taken here.");
            return Err(refusal.allowing("GET, POST"));
        }
    };
    let Some(media) = media else {
        let message = "Answers are application/json, application/graphql-response+json or text/event-stream.";
        return Err(Refusal::http(StatusCode::NOT_ACCEPTABLE, codes::UNSUPPORTED_MEDIA_TYPE, message));
    };
    let address = edge.address(&parts.headers, &parts.extensions);
    edge.operations.knock(address)?;
    let params = if post { posted(edge, parts, body).await? } else { asked(edge, parts)? };
    let credentials = cookies::credentials(&parts.headers, edge.operations.config())?;
    let caller = edge.operations.authenticate(credentials.bearer).await?;
    let (kept, now) = (credentials.kept.map(Arc::new), edge.operations.clock().now());
    let mut meta = RequestMeta { caller, request_id: request_id.clone(), kept, address, now };
    if media == Media::EventStream {
        // The head of a stream is out before its operation runs: nothing is set or read there but who calls.
        meta.kept = None;
        return sse::answer(edge, params, meta, !post);
    }
    let transport = if post { Transport::Post } else { Transport::Get };
    // What `prepare` refuses it has counted itself.
    let prepared = match edge.operations.prepare(params, transport) {
        Ok(prepared) => prepared,
        Err(refusal) => return Ok(refused(refusal, media)),
    };
    let public = !post && edge.operations.is_public(&prepared, &meta);
    edge.operations.admit(&prepared, &meta)?;
    match edge.operations.answer(prepared, meta).await {
        Ok(written) if public && written.outcome == Outcome::Ok => {
            Ok(etag::respond(&parts.headers, media, written.json))
        }
        Ok(written) => Ok(replied(written, media)),
        Err(refusal) => Ok(refused(refusal, media)),
    }
}

fn asked(edge: &Edge, parts: &Parts) -> Result<Params, Refusal> {
    let query = parts.uri.query().unwrap_or_default();
    if query.len() > edge.operations.config().limits.body_bytes {
        return Err(too_large(edge.operations.config().limits.body_bytes));
    }
    Params::from_query(query)
}

async fn posted(edge: &Edge, parts: &Parts, body: Body) -> Result<Params, Refusal> {
    if !negotiate::is_json(&parts.headers) {
        let message = "The body must be declared as application/json in UTF-8.";
        return Err(Refusal::http(StatusCode::UNSUPPORTED_MEDIA_TYPE, codes::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let limits = &edge.operations.config().limits;
    let declared = parts.headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|bytes| bytes > limits.body_bytes as u64) {
        return Err(too_large(limits.body_bytes));
    }
    let text = tokio::time::timeout(limits.body_wait, collect(body, limits.body_bytes)).await.unwrap_or_else(|_| {
        Err(Refusal::http(StatusCode::REQUEST_TIMEOUT, codes::TIMEOUT, "The body did not arrive in time."))
    })?;
    Params::from_body(&text)
}

async fn collect(body: Body, bytes_max: usize) -> Result<Vec<u8>, Refusal> {
    let mut chunks = body.into_data_stream();
    let mut text = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Refusal::parameter("The body broke off."))?;
        if text.len() + chunk.len() > bytes_max {
            return Err(too_large(bytes_max));
        }
        text.extend_from_slice(&chunk);
    }
    Ok(text)
}

fn too_large(bytes_max: usize) -> Refusal {
    let message = format!("The request is larger than {bytes_max} bytes.");
    Refusal::http(StatusCode::PAYLOAD_TOO_LARGE, codes::PAYLOAD_TOO_LARGE, message)
}

/// The token of an `Authorization: Bearer …` header; another scheme, or two headers, are refused.
pub(super) fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let Some(first) = all.next() else { return Ok(None) };
    let token = first.to_str().ok().and_then(|v| {
        let (scheme, token) = v.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|t| !t.is_empty())
    });
    match (token, all.next()) {
        (Some(token), None) => Ok(Some(token)),
        _ => {
            let message = "The Authorization header must be \"Bearer\" and one token.";
            Err(Refusal::http(StatusCode::UNAUTHORIZED, codes::UNAUTHENTICATED, message))
        }
    }
}

/// The id that the client gave when it is a plain one, else a new one.
pub(super) fn request_id(edge: &Edge, headers: &HeaderMap) -> Arc<str> {
    let plain = |id: &&str| {
        (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    let given = headers.get(REQUEST_ID).and_then(|v| v.to_str().ok()).filter(plain);
    given.map_or_else(|| edge.operations.request_id(), Arc::from)
}

/// A reply under the status of its media type.
fn replied(written: Written, media: Media) -> Response<Body> {
    let status = if written.ran || media == Media::Json { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let mut response = respond(status, media, Body::from(written.json));
    response.headers_mut().extend(written.cookies.into_iter().map(|cookie| (header::SET_COOKIE, cookie)));
    response
}

/// A refusal under the status of its media type.
pub(super) fn refused(refusal: Refusal, media: Media) -> Response<Body> {
    let media = if media == Media::EventStream { Media::Json } else { media };
    let status = if refusal.well_formed && media == Media::Json { StatusCode::OK } else { refusal.status };
    let (allow, retry_after_s) = (refusal.allow, refusal.retry_after_s);
    let mut response = respond(status, media, Body::from(Reply::from_refusal(refusal).to_json()));
    let headers = response.headers_mut();
    if let Some(methods) = allow {
        headers.insert(header::ALLOW, HeaderValue::from_static(methods));
    }
    if let Some(seconds) = retry_after_s {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// The answers are made for one caller: no cache between keeps them.
fn respond(status: StatusCode, media: Media, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

impl Edge {
    /// The client's address, as far as it is known.
    pub(super) fn address(&self, headers: &HeaderMap, extensions: &axum::http::Extensions) -> Option<std::net::IpAddr> {
        admission::address(headers, extensions, self.operations.config().trusted_proxies)
    }
}
