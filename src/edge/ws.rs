//! `/graphql/ws`: one task for each socket, which reads, runs up to so many operations, and writes. There is no queue:
//! what a client does not take in time stops the streams behind it, and then closes the socket, so a slow one costs
//! itself only. What the messages mean is `ws_protocol.rs`'s business.

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{
        FromRequestParts, State,
        ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade},
    },
    http::{Request, Response, StatusCode},
    response::IntoResponse,
};
use futures::{future::BoxFuture, stream::BoxStream};
use services::kernel::caller::Caller;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until, timeout};
use tokio_stream::{StreamExt, StreamMap};

use super::{
    Edge,
    admission::{Place, origin_allowed},
    codes, cookies,
    drain::Watch,
    gateway::RequestMeta,
    http,
    negotiate::Media,
    operation::Transport,
    params::Params,
    rate::Bucket,
    refusal::Refusal,
    reply::Reply,
    telemetry,
    ws_protocol::{Close, PROTOCOL, Session, Step},
};

/// For the client to answer a close frame.
const CLOSE_WAIT: Duration = Duration::from_secs(1);
/// Bytes that a socket reserves for reading and for writing; 10,000 idle ones must stay small.
const BUFFER_BYTES: usize = 4 * 1024;

/// Opens a socket.
pub(super) async fn upgrade(State(edge): State<Arc<Edge>>, request: Request<Body>) -> Response<Body> {
    match try_upgrade(&edge, request).await {
        Ok(response) => response,
        Err(refusal) => {
            telemetry::refused(Transport::Socket, refusal.code());
            http::refused(refusal, Media::GraphqlJson)
        }
    }
}

async fn try_upgrade(edge: &Arc<Edge>, request: Request<Body>) -> Result<Response<Body>, Refusal> {
    let (mut parts, _) = request.into_parts();
    let config = edge.operations.config();
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &()).await.map_err(|_| {
        let message = "This path takes WebSocket connections of graphql-transport-ws.";
        Refusal::http(StatusCode::BAD_REQUEST, codes::BAD_USER_INPUT, message)
    })?;
    if !origin_allowed(&parts.headers, &config.allowed_origins) {
        return Err(Refusal::http(StatusCode::FORBIDDEN, codes::FORBIDDEN, "Pages of this origin may not call here."));
    }
    let address = edge.address(&parts.headers, &parts.extensions);
    let Some(place) = edge.admission.enter(address, config.limits.sockets_per_address) else {
        let message = "Too many sockets of this address.";
        return Err(Refusal::http(StatusCode::TOO_MANY_REQUESTS, codes::RATE_LIMITED, message).retrying(5));
    };
    let in_header = http::bearer(&parts.headers).ok().flatten();
    let handshake_bearer = in_header.or_else(|| cookies::for_socket(&parts.headers, config)).map(str::to_owned);
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .max_write_buffer_size(usize::MAX)
        .max_message_size(config.limits.message_bytes)
        .max_frame_size(config.limits.message_bytes);
    let spoken = upgrade.selected_protocol().is_some();
    let edge = edge.clone();
    let opened = move |socket| async move {
        let _counted = Counted::new();
        let connection = Connection::new(edge, socket, address, place, handshake_bearer);
        if spoken {
            connection.serve().await;
        } else {
            connection.close(Close::new(Close::SUBPROTOCOL, "Subprotocol not acceptable")).await;
        }
    };
    Ok(upgrade.on_upgrade(opened).into_response())
}

/// A socket in the metrics for as long as it is open, however it ends.
struct Counted;

impl Counted {
    fn new() -> Self {
        telemetry::sockets(1);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        telemetry::sockets(-1);
    }
}

/// One open socket. Only its own task touches it.
struct Connection {
    edge: Arc<Edge>,
    socket: WebSocket,
    session: Session,
    running: StreamMap<String, BoxStream<'static, Option<Reply>>>,
    caller: Caller,
    handshake_bearer: Option<String>,
    address: Option<std::net::IpAddr>,
    bucket: Bucket,
    /// Until `connection_init` must be done, later until the token expires.
    deadline: Option<Instant>,
    /// Comes to its end with the caller's session.
    session_end: BoxFuture<'static, ()>,
    heard: bool,
    stop: Watch,
    _place: Place,
}

impl Connection {
    fn new(
        edge: Arc<Edge>,
        socket: WebSocket,
        address: Option<std::net::IpAddr>,
        place: Place,
        handshake_bearer: Option<String>,
    ) -> Self {
        let limits = &edge.operations.config().limits;
        Self {
            session: Session::new(limits.subscriptions_per_socket),
            running: StreamMap::new(),
            caller: Caller::anonymous(),
            bucket: Bucket::new(limits.message_burst, limits.messages_per_second, Instant::now()),
            deadline: Some(Instant::now() + limits.init_wait),
            session_end: Box::pin(std::future::pending()),
            heard: true,
            stop: edge.drain.watch(),
            _place: place,
            edge,
            socket,
            handshake_bearer,
            address,
        }
    }

    async fn serve(mut self) {
        let mut beat = heartbeat(self.edge.operations.config().keep_alive);
        loop {
            let deadline = self.deadline;
            let expired = async {
                match deadline {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let flow = tokio::select! {
                () = self.stop.begun() => ControlFlow::Break(Some(going_away())),
                () = expired => ControlFlow::Break(Some(self.expired())),
                () = &mut self.session_end => {
                    ControlFlow::Break(Some(Close::new(Close::FORBIDDEN, "The session has ended")))
                }
                message = self.socket.recv() => self.received(message).await,
                Some((id, reply)) = self.running.next(), if !self.running.is_empty() => self.answered(&id, reply).await,
                _ = beat.tick() => self.beat().await,
            };
            match flow {
                ControlFlow::Continue(()) => {}
                ControlFlow::Break(Some(close)) => return self.close(close).await,
                ControlFlow::Break(None) => return,
            }
        }
    }

    fn expired(&self) -> Close {
        if self.session.acknowledged() {
            Close::new(Close::FORBIDDEN, "Token expired")
        } else {
            Close::new(Close::INIT_TIMEOUT, "Connection initialisation timeout")
        }
    }

    async fn received(&mut self, message: Option<Result<Message, axum::Error>>) -> ControlFlow<Option<Close>> {
        self.heard = true;
        let text = match message {
            None => return ControlFlow::Break(None),
            Some(Ok(Message::Close(_))) => {
                // The reply to the client's close frame goes out with the next read.
                let rest = async { while let Some(Ok(_)) = self.socket.recv().await {} };
                let _ = timeout(CLOSE_WAIT, rest).await;
                return ControlFlow::Break(None);
            }
            Some(Err(error)) => return ControlFlow::Break(unreadable(&error)),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => None,
            Some(Ok(Message::Binary(_))) => {
                return ControlFlow::Break(Some(Close::new(Close::BAD_REQUEST, "Messages must be text.")));
            }
            Some(Ok(Message::Text(text))) => Some(text),
        };
        if !self.bucket.take(Instant::now()) {
            return ControlFlow::Break(Some(Close::new(Close::TOO_MANY, "Too many messages")));
        }
        let Some(text) = text else { return ControlFlow::Continue(()) };
        match self.session.receive(text.as_str()) {
            Step::Wait => ControlFlow::Continue(()),
            Step::Send(text) => self.send(text).await,
            Step::Close(close) => ControlFlow::Break(Some(close)),
            Step::Authenticate { bearer } => self.authenticate(bearer).await,
            Step::Start { id, params } => self.start(id, *params).await,
            Step::Stop { id } => {
                self.running.remove(&id);
                ControlFlow::Continue(())
            }
        }
    }

    async fn authenticate(&mut self, bearer: Option<String>) -> ControlFlow<Option<Close>> {
        let bearer = bearer.or_else(|| self.handshake_bearer.take());
        let checked = self.edge.operations.authenticate(bearer.as_deref());
        let late = self.deadline.unwrap_or_else(Instant::now);
        match tokio::time::timeout_at(late, checked).await {
            Err(_late) => ControlFlow::Break(Some(self.expired())),
            Ok(Err(refusal)) if refusal.code() == codes::UNAUTHENTICATED => {
                ControlFlow::Break(Some(Close::new(Close::FORBIDDEN, "Forbidden")))
            }
            Ok(Err(_)) => ControlFlow::Break(Some(Close::new(Close::TRY_AGAIN, "Tokens cannot be checked now"))),
            Ok(Ok(caller)) => {
                let now = self.edge.operations.clock().now();
                self.deadline = caller.expires_at.map(|at| Instant::now() + at.since(now));
                self.session_end = self.edge.operations.session_end(caller);
                self.caller = caller;
                let text = self.session.acknowledge();
                self.send(text).await
            }
        }
    }

    async fn start(&mut self, id: String, params: Params) -> ControlFlow<Option<Close>> {
        let operations = &self.edge.operations;
        let meta = RequestMeta {
            caller: self.caller,
            request_id: operations.request_id(),
            kept: None,
            address: self.address,
            now: operations.clock().now(),
        };
        let prepared = operations.prepare(params, Transport::Socket);
        match prepared.and_then(|p| operations.admit(&p, &meta).map(|()| p)) {
            Ok(prepared) => {
                let replies = futures::StreamExt::map(operations.follow(prepared, meta), Some);
                // The end of a stream is an item of its own: the map of streams drops ended ones silently.
                let whole = futures::StreamExt::chain(replies, futures::stream::once(async { None }));
                self.running.insert(id, Box::pin(whole));
                ControlFlow::Continue(())
            }
            Err(refusal) => {
                let text = self.session.refuse(&id, &refusal.errors);
                self.send(text).await
            }
        }
    }

    async fn answered(&mut self, id: &str, reply: Option<Reply>) -> ControlFlow<Option<Close>> {
        let text = match reply {
            None => {
                self.running.remove(id);
                self.session.finish(id)
            }
            Some(reply) => self.session.answer(id, &reply).map(|(text, over)| {
                if over {
                    self.running.remove(id);
                }
                text
            }),
        };
        match text {
            Some(text) => self.send(text).await,
            None => ControlFlow::Continue(()),
        }
    }

    /// A ping at each beat; a client from which nothing came since the last one is gone.
    async fn beat(&mut self) -> ControlFlow<Option<Close>> {
        if !std::mem::take(&mut self.heard) {
            return ControlFlow::Break(None);
        }
        self.write(Message::Ping(bytes::Bytes::new())).await
    }

    async fn send(&mut self, text: String) -> ControlFlow<Option<Close>> {
        self.write(Message::Text(Utf8Bytes::from(text))).await
    }

    async fn write(&mut self, message: Message) -> ControlFlow<Option<Close>> {
        let wait = self.edge.operations.config().limits.send_wait;
        let sent = tokio::select! {
            sent = timeout(wait, self.socket.send(message)) => sent,
            () = self.stop.begun() => return ControlFlow::Break(Some(going_away())),
        };
        match sent {
            Ok(Ok(())) => ControlFlow::Continue(()),
            Ok(Err(_gone)) => ControlFlow::Break(None),
            Err(_slow) => ControlFlow::Break(Some(Close::new(Close::TRY_AGAIN, "Messages were not taken in time"))),
        }
    }

    /// Sends the close frame and reads on until the client has answered it, so that the frame is not lost to a reset.
    async fn close(mut self, close: Close) {
        telemetry::closed(close.code);
        self.running.clear();
        let frame = CloseFrame { code: close.code, reason: close.reason.into() };
        let farewell = async {
            self.socket.send(Message::Close(Some(frame))).await?;
            while let Some(Ok(_)) = self.socket.recv().await {}
            Ok::<_, axum::Error>(())
        };
        // Whoever does not take even this is cut off.
        let _ = timeout(CLOSE_WAIT, farewell).await;
    }
}

fn going_away() -> Close {
    Close::new(Close::GOING_AWAY, "Going away")
}

fn heartbeat(every: Duration) -> Interval {
    let mut beat = interval_at(Instant::now() + every, every);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat
}

/// What a broken message is answered with; `None` when the connection is gone.
fn unreadable(error: &axum::Error) -> Option<Close> {
    use std::error::Error;
    let text = error.source().map_or_else(|| error.to_string(), ToString::to_string).to_ascii_lowercase();
    if text.contains("too long") || text.contains("too big") || text.contains("space limit exceeded") {
        return Some(Close::new(Close::TOO_BIG, "The message is too large"));
    }
    (text.contains("utf-8") || text.contains("protocol error"))
        .then(|| Close::new(Close::BAD_REQUEST, "The message is malformed"))
}
