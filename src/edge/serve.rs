//! Accepting connections and ending them: header bounds and time-outs that a plain `axum::serve` does not set, and a
//! stop that lets running operations end. Plain HTTP only; TLS is for the proxy in front.

use std::{convert::Infallible, io, net::SocketAddr, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

use super::drain::Drain;

/// Until the head of a request must have arrived, also on an idle connection.
const HEADER_WAIT: Duration = Duration::from_secs(15);
/// Bytes of a request's head.
const HEADER_BYTES: usize = 16 * 1024;
/// After a failed accept, such as for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until the drain begins; then accepts nothing more, lets running requests and sockets end within `grace`, and
/// cuts off what is left.
pub async fn serve(listener: TcpListener, router: Router, drain: Drain, grace: Duration) -> io::Result<()> {
    let graceful = GracefulShutdown::new();
    let builder = builder();
    let mut begun = std::pin::pin!(drain.begun());
    loop {
        let (stream, peer) = tokio::select! {
            () = &mut begun => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(cause = %error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
        };
        connection(&builder, &graceful, &router, stream, peer);
    }
    drop(listener);
    let ended = async {
        // Sockets are no connections of the server any more: they end by themselves, and are waited for, too.
        tokio::join!(graceful.shutdown(), drain.emptied());
    };
    if tokio::time::timeout(grace, ended).await.is_err() {
        tracing::warn!("some connections did not end within the grace period and are cut off");
    }
    Ok(())
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_WAIT).max_buf_size(HEADER_BYTES);
    builder.http2().timer(TokioTimer::new()).max_header_list_size(HEADER_BYTES as u32);
    builder
}

fn connection(
    builder: &Builder<TokioExecutor>,
    graceful: &GracefulShutdown,
    router: &Router,
    stream: TcpStream,
    peer: SocketAddr,
) {
    // Small answers must not wait for the acknowledgement of the one before.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(cause = %error, "TCP_NODELAY was not set");
    }
    let router = router.clone();
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let router = router.clone();
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {}))
        }
    });
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
    let watched = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = watched.await {
            tracing::debug!(cause = %error, "a connection ended early");
        }
    });
}
