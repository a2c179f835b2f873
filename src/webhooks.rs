//! Signed callbacks of payment providers and couriers. The signature is checked over the raw bytes before anything is
//! read; 2xx is answered only after the effect is committed, so that the sender tries again otherwise.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde::Deserialize;
use serde_json::{Value, json};
use services::{
    kernel::{
        clock::{Clock, Timestamp},
        text::beginning,
    },
    orders::{self, CourierUpdate, OrderState, Orders},
    payments::{
        ports::{Provider, WebhookRefusal},
        webhook,
    },
};

use crate::settings::Secret;

/// Bytes of a callback's body.
const BODY_MAX: usize = 64 * 1024;
/// Characters of a reason: it repeats words of the body.
const REASON_MAX: usize = 300;

/// What the callbacks need.
pub struct Webhooks {
    /// Follows what payments and couriers say.
    pub orders: Orders,
    /// Checks a provider's signature.
    pub provider: Arc<dyn Provider>,
    /// Checks the couriers' signatures.
    pub couriers_secret: Secret,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

type Answer = (StatusCode, Json<Value>);

/// The routes of the callbacks.
pub fn routes(webhooks: Webhooks) -> Router {
    Router::new()
        .route("/webhooks/payments/{provider}", post(payment))
        .route("/webhooks/couriers/{courier}", post(courier))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .with_state(Arc::new(webhooks))
}

async fn payment(
    State(w): State<Arc<Webhooks>>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    if provider != w.provider.name() {
        return refuse(StatusCode::NOT_FOUND, "there is no such provider");
    }
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(ToOwned::to_owned);
    match w.provider.webhook(&header, &body, w.clock.now()) {
        Err(WebhookRefusal::Signature) => refuse(StatusCode::UNAUTHORIZED, "the signature is not valid"),
        Err(WebhookRefusal::Body(why)) => refuse(StatusCode::BAD_REQUEST, &why),
        Ok(event) => done(w.orders.payment_webhook(event).await),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CourierMessage {
    #[serde(rename = "trackingNumber")]
    tracking_number: String,
    state: OrderState,
    at: String,
}

async fn courier(
    State(w): State<Arc<Webhooks>>,
    Path(courier): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let signature = headers.get("chowk-signature").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let secrets: Vec<&[u8]> = w.couriers_secret.reveal().split(',').map(str::as_bytes).collect();
    match courier_update(courier, &secrets, signature, &body, w.clock.now()) {
        Ok(update) => done(w.orders.courier_update(update).await.map(|_| ())),
        Err((status, why)) => refuse(status, &why),
    }
}

/// What a courier says, once its signature is found good; otherwise the status and the reason to answer.
///
/// # Errors
/// When the signature is not valid for this body at about this time, or the body is no message of a courier.
pub fn courier_update(
    courier: String,
    secrets: &[&[u8]],
    signature: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<CourierUpdate, (StatusCode, String)> {
    if !webhook::verify(secrets, signature, body, now) {
        return Err((StatusCode::UNAUTHORIZED, "the signature is not valid".to_owned()));
    }
    let message: CourierMessage = serde_json::from_slice(body).map_err(|e| {
        let why = format!("send {{trackingNumber, state, at}}: {e}");
        (StatusCode::BAD_REQUEST, beginning(&why, REASON_MAX).to_owned())
    })?;
    let at = Timestamp::parse_rfc3339(&message.at)
        .ok_or_else(|| (StatusCode::BAD_REQUEST, "`at` is an instant such as 2026-11-20T06:00:00Z".to_owned()))?;
    Ok(CourierUpdate { courier, tracking_number: message.tracking_number, state: message.state, at })
}

fn done(result: Result<(), orders::Error>) -> Answer {
    match result {
        Ok(()) => (StatusCode::OK, Json(json!({ "received": true }))),
        Err(orders::Error::Engine(e)) => {
            tracing::error!(engine = e.engine, cause = %e.message, "a callback could not be taken; its sender will try again");
            refuse(StatusCode::SERVICE_UNAVAILABLE, "it cannot be taken now: send it again")
        }
        Err(e) => refuse(StatusCode::UNPROCESSABLE_ENTITY, &e.to_string()),
    }
}

fn refuse(status: StatusCode, why: &str) -> Answer {
    (status, Json(json!({ "error": why })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_courier_is_told_what_is_wrong_in_a_short_text() {
        let now = Timestamp::from_seconds(1_790_000_000);
        let told = |body: &str| {
            let signature = webhook::sign(b"secret", body.as_bytes(), now);
            courier_update("bluedart".into(), &[b"secret"], &signature, body.as_bytes(), now)
        };
        let good = r#"{"trackingNumber":"T1","state":"SHIPPED","at":"2026-11-20T06:00:00Z"}"#;
        assert_eq!(told(good).map(|u| u.tracking_number), Ok("T1".to_owned()));
        let long = format!(r#"{{"{}":1}}"#, "x".repeat(50_000));
        let (status, why) = told(&long).expect_err("is not understood");
        assert_eq!((status, why.len()), (StatusCode::BAD_REQUEST, REASON_MAX));
        let forged = courier_update("bluedart".into(), &[b"other"], "t=1790000000,v1=00", good.as_bytes(), now);
        assert_eq!(forged.map_err(|(status, _)| status).map(drop), Err(StatusCode::UNAUTHORIZED));
    }
}
