//! Callbacks of payment providers and couriers: a header and a body. A forged signature is never taken, a signed body
//! is either understood or refused in words.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use chowk::webhooks::courier_update;
use engine_embedded::SandboxProvider;
use services::{
    kernel::{
        clock::Timestamp,
        error::EngineResult,
        ids::RefundId,
        money::{AMOUNT_MAX, Money},
    },
    payments::{
        ports::{Provider, WebhookRefusal},
        sandbox::{SandboxCharge, SandboxLedger, SandboxState},
        webhook::{WINDOW_SECONDS, sign, verify},
    },
};

use super::is_for_clients;

const SECRETS: [&[u8]; 2] = [b"the old secret", b"the new secret"];
/// The instant of every callback here.
const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

/// The first line is the header, the rest the body: taken only when it is a signature that the shop's secret makes.
pub fn forged(bytes: &[u8]) {
    let end = bytes.iter().position(|b| *b == b'\n').unwrap_or(bytes.len());
    let Ok(header) = std::str::from_utf8(&bytes[..end]) else { return };
    let body = bytes.get(end + 1..).unwrap_or_default();
    for now in [NOW, Timestamp::from_micros(i64::MIN), Timestamp::from_micros(i64::MAX), Timestamp::default()] {
        if verify(&SECRETS, header, body, now) {
            assert!(is_own(header, body, now), "a forged signature was taken: {header}");
        }
        assert!(!verify(&[], header, body, now), "without a secret nothing is taken");
    }
    let (provider, courier) = (provider_takes(header, body), courier_takes(header, body));
    if !verify(&SECRETS, header, body, NOW) {
        assert!(matches!(provider, Err(WebhookRefusal::Signature)));
        assert_eq!(courier, Err(401));
    }
}

/// Whether a header holds what a secret makes of this body at a time that the header names, within the window.
fn is_own(header: &str, body: &[u8], now: Timestamp) -> bool {
    let times = header.split(',').filter_map(|part| part.trim().strip_prefix("t=")?.parse::<i64>().ok());
    let lower = header.to_ascii_lowercase();
    let near =
        |t: &i64| i128::from(*t).abs_diff(i128::from(now.seconds())) <= u128::from(WINDOW_SECONDS.unsigned_abs());
    times.filter(near).any(|t| {
        SECRETS.iter().any(|secret| {
            let own = sign(secret, body, Timestamp::from_seconds(t));
            own.split_once(",v1=").is_some_and(|(_, mac)| lower.contains(mac))
        })
    })
}

/// A body with a good signature.
pub fn signed(body: &[u8]) {
    let header = sign(SECRETS[1], body, NOW);
    assert!(verify(&SECRETS, &header, body, NOW), "the shop's own signature is taken");
    let mut other = body.to_vec();
    other.push(b' ');
    assert!(!verify(&SECRETS, &header, &other, NOW), "for its own body only");
    match provider_takes(&header, body) {
        Ok(amount) => assert!((0..=AMOUNT_MAX).contains(&amount.minor), "{amount:?}"),
        Err(WebhookRefusal::Body(why)) => is_for_clients(&why),
        Err(WebhookRefusal::Signature) => panic!("the signature is good"),
    }
    assert_ne!(courier_takes(&header, body), Err(401));
}

fn provider_takes(header: &str, body: &[u8]) -> Result<Money, WebhookRefusal> {
    static PROVIDER: LazyLock<SandboxProvider> =
        LazyLock::new(|| SandboxProvider::new(Arc::new(NoBooks), SECRETS.map(<[u8]>::to_vec).to_vec()));
    let event = PROVIDER.webhook(&|name| (name == "chowk-signature").then(|| header.to_owned()), body, NOW)?;
    assert!(!event.id.is_empty() && event.id.len() <= 200, "{event:?}");
    assert_eq!(event.at, NOW);
    Ok(event.amount)
}

fn courier_takes(header: &str, body: &[u8]) -> Result<(), u16> {
    match courier_update("bluedart".to_owned(), &SECRETS, header, body, NOW) {
        Ok(update) => {
            assert_eq!(Timestamp::parse_rfc3339(&update.at.to_rfc3339()), Some(update.at), "the instant can be told");
            Ok(())
        }
        Err((status, why)) => {
            is_for_clients(&why);
            Err(status.as_u16())
        }
    }
}

/// Decoding a callback asks no books.
struct NoBooks;

#[async_trait]
impl SandboxLedger for NoBooks {
    async fn open(&self, charge: SandboxCharge) -> EngineResult<SandboxCharge> {
        Ok(charge)
    }
    async fn find(&self, _key: &str) -> EngineResult<Option<SandboxCharge>> {
        Ok(None)
    }
    async fn decide(&self, _key: &str, _to: SandboxState) -> EngineResult<Option<SandboxCharge>> {
        Ok(None)
    }
    async fn due(&self, _limit: usize, _now: Timestamp) -> EngineResult<Vec<SandboxCharge>> {
        Ok(Vec::new())
    }
    async fn refund(&self, _key: &str, _refund: RefundId, _amount: Money) -> EngineResult<bool> {
        Ok(false)
    }
}

/// Bodies that are understood.
pub fn bodies() -> Vec<Vec<u8>> {
    let payment = |id: &str| {
        format!(
            r#"{{"id":"m1","type":"payment.succeeded","data":{{"payment":"{id}","amount":129950,"currency":"INR"}}}}"#
        )
    };
    let courier = |at: &str| format!(r#"{{"trackingNumber":"T1","state":"SHIPPED","at":"{at}"}}"#);
    let part = resolvers::ids::part(services::kernel::ids::OrderId(uuid::Uuid::from_u128(5)), {
        services::kernel::ids::PaymentId(uuid::Uuid::from_u128(6))
    });
    [
        payment("00000000-0000-0000-0000-000000000006"),
        payment(&part),
        payment("x").replace("succeeded", "failed"),
        courier("2026-11-20T06:00:00Z"),
        courier("2026-11-20T06:00:00.123456+05:30"),
        courier("+262142-12-31T23:59:59Z"),
    ]
    .map(String::into_bytes)
    .to_vec()
}

/// The same with good headers before them.
pub fn examples() -> Vec<Vec<u8>> {
    let headed = |body: Vec<u8>| {
        let header = sign(SECRETS[body.len() % 2], &body, NOW);
        [header.as_bytes(), b"\n", &body].concat()
    };
    bodies().into_iter().map(headed).collect()
}

/// Words of headers.
pub const WORDS: &[&str] = &[
    "t=",
    "v1=",
    ",",
    "=",
    " ",
    "\n",
    "t=1790000300,",
    "t=1790000301,",
    "t=-9223372036854775808,",
    "t=-9223372035064775808,",
    "t=9223372036854775807,",
    "t=,",
    "v1=00,",
    "V1=",
    "0",
    "f",
    "F",
    "é",
    "\t",
];
