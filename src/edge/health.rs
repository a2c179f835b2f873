//! `/health/live`, `/health/ready`, `/metrics` and `/schema.graphql`. Who sets the readiness of a component, and what
//! counts as ready, is decided where the component is made.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderValue, Response, StatusCode, header},
    routing::get,
};
use metrics_exporter_prometheus::PrometheusHandle;
use parking_lot::RwLock;
use serde_json::json;

use super::drain::Drain;

/// How a component is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// It works.
    Ready,
    /// The shop works without it, but thinner; why.
    Degraded(String),
    /// The shop cannot work without it; why.
    Down(String),
}

/// The components of the process and how they are. Clones share one table; its lock is held for a look only.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<RwLock<BTreeMap<String, Health>>>);

impl Readiness {
    /// Without components: ready.
    pub fn new() -> Self {
        Self::default()
    }
    /// Says how a component is.
    pub fn set(&self, component: &str, health: Health) {
        self.0.write().insert(component.to_owned(), health);
    }
    /// How a component is; `None` when nobody said.
    pub fn get(&self, component: &str) -> Option<Health> {
        self.0.read().get(component).cloned()
    }
    /// Whether no component is down.
    pub fn is_ready(&self) -> bool {
        !self.0.read().values().any(|h| matches!(h, Health::Down(_)))
    }

    fn to_json(&self) -> serde_json::Value {
        let table = self.0.read();
        let worst = |is: fn(&Health) -> bool| table.values().any(is);
        let status = if worst(|h| matches!(h, Health::Down(_))) {
            "unready"
        } else if worst(|h| matches!(h, Health::Degraded(_))) {
            "degraded"
        } else {
            "ready"
        };
        let components: serde_json::Map<_, _> = table
            .iter()
            .map(|(name, health)| {
                let told = match health {
                    Health::Ready => json!({"status": "ready"}),
                    Health::Degraded(why) => json!({"status": "degraded", "reason": why}),
                    Health::Down(why) => json!({"status": "down", "reason": why}),
                };
                (name.clone(), told)
            })
            .collect();
        json!({"status": status, "components": components})
    }
}

/// What the routes of operations look at.
pub(super) struct Vitals {
    pub(super) readiness: Readiness,
    pub(super) metrics: Option<PrometheusHandle>,
    pub(super) drain: Drain,
}

/// The routes of operations, for processes with and without the schema.
pub(super) fn routes(vitals: Arc<Vitals>) -> Router {
    Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(vitals)
}

/// `/schema.graphql`.
pub(super) fn sdl(sdl: String) -> Router {
    let sdl = bytes::Bytes::from(sdl);
    Router::new().route(
        "/schema.graphql",
        get(move || {
            let sdl = sdl.clone();
            async move { answer(StatusCode::OK, "text/plain; charset=utf-8", sdl) }
        }),
    )
}

async fn live() -> Response<Body> {
    answer(StatusCode::OK, "application/json", json!({"status": "live"}).to_string())
}

async fn ready(State(vitals): State<Arc<Vitals>>) -> Response<Body> {
    let stopping = vitals.drain.has_begun();
    let mut told = vitals.readiness.to_json();
    if stopping {
        told["status"] = json!("stopping");
    }
    let good = vitals.readiness.is_ready() && !stopping;
    let status = if good { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    answer(status, "application/json", told.to_string())
}

async fn metrics(State(vitals): State<Arc<Vitals>>) -> Response<Body> {
    match &vitals.metrics {
        Some(handle) => answer(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", handle.render()),
        None => answer(StatusCode::NOT_FOUND, "application/json", json!({"status": "no metrics here"}).to_string()),
    }
}

fn answer(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_component_down_makes_the_shop_unready_and_a_degraded_one_does_not() {
        let readiness = Readiness::new();
        assert!(readiness.is_ready());
        readiness.set("database", Health::Ready);
        readiness.set("search", Health::Degraded("no answer".into()));
        assert!(readiness.is_ready());
        assert_eq!(readiness.to_json()["status"], "degraded");
        readiness.set("database", Health::Down("locked".into()));
        assert!(!readiness.is_ready());
        let told = readiness.to_json();
        assert_eq!(told["components"]["database"], json!({"status": "down", "reason": "locked"}));
        readiness.set("database", Health::Ready);
        readiness.set("search", Health::Ready);
        assert_eq!(readiness.to_json()["status"], "ready");
    }
}
