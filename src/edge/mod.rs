//! The edge: what stands between the network and the schema. GraphQL over HTTP, server-sent events and sockets, with
//! the limits that are held before anything runs. It knows the schema only as SDL and as the [`gateway::Gateway`] that
//! runs operations; no GraphQL type, store or rule is named here.
//!
//! Reading order: `http` and `ws` receive, `operation` prepares with the help of `documents` (parsed once), `cost`
//! (measured first) and `coerce` (inputs that fit), `running` runs, `reply` masks what leaves.
//! [`router`] puts the routes together and [`serve`] listens. A new refusal gets a code of the closed set in [`codes`]
//! and a row in the table tests.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{HeaderName, HeaderValue, Method, Response, header},
    middleware::map_response,
    routing::{any, get},
};
use metrics_exporter_prometheus::PrometheusHandle;
use services::kernel::{clock::Clock, ids::IdSource};
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{NotForContentType, Predicate, SizeAbove},
    },
    cors::{AllowOrigin, CorsLayer},
};

pub mod codes;
pub mod coerce;
pub mod config;
pub mod cookies;
pub mod cost;
pub mod documents;
pub mod drain;
pub mod gateway;
pub mod health;
pub mod lex;
pub mod limits;
pub mod params;
pub mod rates;
pub mod refusal;
pub mod scalars;
pub mod schema_map;
pub mod telemetry;
pub mod ws_protocol;

mod admission;
mod cost_walk;
mod etag;
mod http;
mod lanes;
mod literals;
mod negotiate;
mod operation;
mod rate;
mod reply;
mod running;
mod serve;
mod shared;
mod sse;
mod typename;
mod ws;

pub use config::EdgeConfig;
pub use drain::Drain;
pub use gateway::{Asked, AuthError, Completed, Gateway, Outcome, RequestMeta};
pub use health::{Health, Readiness};
pub use limits::Limits;
pub use serve::serve;

/// Answers larger than this are compressed, in bytes.
const COMPRESS_ABOVE: u16 = 1_024;

/// The edge cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum EdgeError {
    /// The gateway's SDL is not usable.
    #[error(transparent)]
    Schema(#[from] schema_map::SchemaError),
    /// An allowed origin is no header value.
    #[error("the allowed origin {0:?} is not an origin such as https://shop.example")]
    Origin(String),
}

/// What the edge is given besides its settings and the gateway.
pub struct Surroundings {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Makes request ids.
    pub ids: Arc<dyn IdSource>,
    /// What `/health/ready` tells.
    pub readiness: Readiness,
    /// What `/metrics` tells; without one the path answers 404.
    pub metrics: Option<PrometheusHandle>,
    /// Ends sockets and streams when the process stops; the same is given to [`serve`].
    pub drain: Drain,
}

/// What the handlers share.
pub(crate) struct Edge {
    operations: Arc<operation::Operations>,
    admission: admission::Admission,
    drain: Drain,
}

/// The routes of the edge. The composition root merges its own (`/`, `/images`, `/webhooks`, `/feeds`).
pub fn router(config: EdgeConfig, gateway: Arc<dyn Gateway>, around: Surroundings) -> Result<Router, EdgeError> {
    telemetry::describe();
    let cors = cors(&config)?;
    let mut plain = Router::new();
    if config.sdl {
        plain = plain.merge(health::sdl(gateway.sdl().to_owned()));
    }
    let Surroundings { clock, ids, readiness, metrics, drain } = around;
    let operations = Arc::new(operation::Operations::try_new(gateway, config, clock, ids)?);
    let edge = Arc::new(Edge { operations, admission: admission::Admission::default(), drain: drain.clone() });
    let graphql = Router::new().route("/graphql", any(http::graphql)).layer(cors).layer(compression());
    let graphql = graphql.layer(map_response(etag::weakened));
    let sockets = Router::new().route("/graphql/ws", get(ws::upgrade));
    let plain = plain.merge(health::routes(Arc::new(health::Vitals { readiness, metrics, drain })));
    Ok(graphql.merge(sockets).with_state(edge).merge(plain).layer(CatchPanicLayer::custom(panicked)))
}

/// The routes of a process without the schema, such as one of workers only: health and metrics.
pub fn health_router(around: Surroundings) -> Router {
    telemetry::describe();
    let Surroundings { readiness, metrics, drain, .. } = around;
    health::routes(Arc::new(health::Vitals { readiness, metrics, drain }))
}

/// Browsers of other origins may read answers only when their origin is listed, and send cookies along only where those
/// are read at all.
fn cors(config: &EdgeConfig) -> Result<CorsLayer, EdgeError> {
    let listed: Result<Vec<HeaderValue>, EdgeError> = config
        .allowed_origins
        .iter()
        .map(|origin| {
            let plain = origin.starts_with("https://") || origin.starts_with("http://");
            let value = HeaderValue::from_str(origin).ok().filter(|_| plain && !origin.ends_with('/'));
            value.ok_or_else(|| EdgeError::Origin(origin.clone()))
        })
        .collect();
    let request_id = HeaderName::from_static("x-request-id");
    Ok(CorsLayer::new()
        .allow_origin(AllowOrigin::list(listed?))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::CONTENT_TYPE,
            header::AUTHORIZATION,
            header::ACCEPT,
            request_id.clone(),
            cookies::WANTED,
        ])
        .allow_credentials(config.cookies)
        .expose_headers([request_id, header::RETRY_AFTER])
        .max_age(std::time::Duration::from_secs(600)))
}

fn compression() -> CompressionLayer<impl Predicate> {
    let worthwhile = SizeAbove::new(COMPRESS_ABOVE.into()).and(NotForContentType::SSE);
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(worthwhile)
}

/// A defect of the edge itself; panics of resolvers are caught nearer to them.
fn panicked(_panic: Box<dyn std::any::Any + Send + 'static>) -> Response<Body> {
    tracing::error!("a handler panicked");
    let refusal = refusal::Refusal::graphql(codes::INTERNAL, "Something went wrong here.");
    let status = axum::http::StatusCode::INTERNAL_SERVER_ERROR;
    http::refused(refusal::Refusal { status, well_formed: false, ..refusal }, negotiate::Media::Json)
}

#[cfg(test)]
mod tests;
