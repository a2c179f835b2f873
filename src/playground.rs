//! Serves GraphiQL and the demo storefront, which were built by Vite and put into the binary; without them, a page that
//! says how to get them. Nothing is loaded from elsewhere.

use axum::{
    Router,
    body::Body,
    extract::Path,
    http::{HeaderValue, Response, StatusCode, header},
    routing::get,
};
use serde_json::json;

use crate::demo;

/// Name and bytes of each built file.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/playground.rs"));

/// What the pages may load: only from us. Monaco makes its own style elements and workers.
const POLICY: &str = "default-src 'self'; script-src 'self' data:; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; \
                      font-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'none'";

/// Whether the playground was built in.
pub fn is_built_in() -> bool {
    !FILES.is_empty()
}

/// The routes of the playground; none in production.
pub fn routes(production: bool) -> Router {
    if production {
        return Router::new();
    }
    Router::new()
        .route("/", get(|| async { page("index.html") }))
        .route("/shop.html", get(|| async { page("shop.html") }))
        .route("/favicon.svg", get(|| async { page("favicon.svg") }))
        .route("/assets/{*file}", get(|Path(file): Path<String>| async move { page(&format!("assets/{file}")) }))
        .route("/playground/config.json", get(config))
}

fn page(name: &str) -> Response<Body> {
    match FILES.iter().find(|(n, _)| *n == name) {
        Some((_, bytes)) => file(name, bytes),
        None if FILES.is_empty() && name == "index.html" => {
            html(StatusCode::OK, include_str!("playground/missing.html"))
        }
        None => html(StatusCode::NOT_FOUND, "<!doctype html><title>Not found</title><p>There is no such page."),
    }
}

fn file(name: &str, bytes: &'static [u8]) -> Response<Body> {
    let kind = match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" | "map" => "application/json",
        "ttf" => "font/ttf",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    };
    // Names of assets carry a hash of their content.
    let cache = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    answer(StatusCode::OK, kind, cache, Body::from(bytes))
}

fn html(status: StatusCode, text: &'static str) -> Response<Body> {
    answer(status, "text/html; charset=utf-8", "no-cache", Body::from(text))
}

fn answer(status: StatusCode, kind: &'static str, cache: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

async fn config() -> axum::Json<serde_json::Value> {
    let accounts = demo::accounts::accounts().into_iter().map(|a| {
        let part = a.email.split('@').next().unwrap_or_default();
        json!({ "label": format!("Demo {part}"), "email": a.email, "password": demo::PASSWORD })
    });
    axum::Json(json!({
        "demo": accounts.collect::<Vec<_>>(),
        "endpoints": { "graphql": "/graphql", "subscriptions": "/graphql/ws" },
    }))
}
