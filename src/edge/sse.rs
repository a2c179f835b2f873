//! GraphQL over server-sent events, a connection for each operation: `next` events and one `complete`. What cannot run
//! is told as one `next` with its errors, so that an EventSource sees it; only what is no GraphQL request, or not
//! authenticated, gets another status than 200.

use std::{convert::Infallible, sync::Arc};

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
    response::{
        IntoResponse,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};

use super::{
    Edge, codes, gateway::RequestMeta, http, negotiate::Media, operation::Transport, params::Params, refusal::Refusal,
    reply::Reply,
};

/// Answers one operation as a stream of events.
pub(super) fn answer(
    edge: &Arc<Edge>,
    params: Params,
    meta: RequestMeta,
    get: bool,
) -> Result<Response<Body>, Refusal> {
    let limits = &edge.operations.config().limits;
    let Some(place) = edge.admission.enter(meta.address, limits.sockets_per_address) else {
        let message = "Too many event streams and sockets of this address.";
        return Err(Refusal::http(StatusCode::TOO_MANY_REQUESTS, codes::RATE_LIMITED, message).retrying(5));
    };
    let session_end = edge.operations.session_end(meta.caller);
    let expires_in = meta.caller.expires_at.map(|at| at.since(edge.operations.clock().now()));
    let replies: BoxStream<'static, Reply> = match edge.operations.prepare(params, Transport::Events { get }) {
        Ok(prepared) => {
            edge.operations.admit(&prepared, &meta)?;
            edge.operations.follow(prepared, meta)
        }
        Err(refusal) if refusal.well_formed => stream::once(async move { Reply::from_refusal(refusal) }).boxed(),
        // `prepare` has counted it.
        Err(refusal) => return Ok(http::refused(refusal, Media::Json)),
    };
    let nexts = replies.map(|reply| event("next", &String::from_utf8_lossy(&reply.to_json())));
    // An EventSource hears only events with data, and no data writes no such line: an empty one is two lines of nothing.
    let whole = nexts.chain(stream::once(async { event("complete", "\n") }));
    let drain = edge.drain.clone();
    // The stream breaks off without `complete` when the process stops, the token expires or its session ends: the client comes again.
    let stop = async move {
        let expired = async {
            match expires_in {
                Some(wait) => tokio::time::sleep(wait).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! { () = drain.begun() => {}, () = expired => {}, () = session_end => {} }
    };
    let events = whole.take_until(Box::pin(stop)).map(move |event| {
        let _held_as_long_as_the_stream = &place;
        Ok::<_, Infallible>(event)
    });
    let keep_alive = KeepAlive::new().interval(edge.operations.config().keep_alive);
    let mut response = Sse::new(events).keep_alive(keep_alive).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

fn event(name: &str, data: &str) -> Event {
    Event::default().event(name).data(data)
}
