//! Pictures of the demonstration's items, drawn when they are asked for.

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, Response, StatusCode, header},
    routing::get,
};
use services::items::Items;

use crate::demo::pictures;

/// The route of the pictures.
pub fn routes(items: Items) -> Router {
    Router::new().route("/images/{file}", get(picture)).with_state(items)
}

async fn picture(State(items): State<Items>, Path(file): Path<String>) -> Response<Body> {
    let Some(slug) = file.strip_suffix(".svg").filter(|s| s.len() <= 200) else { return empty(StatusCode::NOT_FOUND) };
    let found = match items.by_slugs(&[slug.to_owned()]).await {
        Ok(mut found) => found.remove(slug),
        Err(_) => return empty(StatusCode::SERVICE_UNAVAILABLE),
    };
    let Some(item) = found else { return empty(StatusCode::NOT_FOUND) };
    let category = match items.tree().await {
        Ok(tree) => tree.get(item.category).map(|c| c.slug.clone()).unwrap_or_default(),
        Err(_) => return empty(StatusCode::SERVICE_UNAVAILABLE),
    };
    let mut response = Response::new(Body::from(pictures::svg(slug, &category, &item.title)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'"),
    );
    response
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
