//! A payment provider for trying things out: the token chooses the outcome (see [`fate`]). It talks like a real one:
//! idempotent by key, some answers come late, some twice, some only by a signed webhook. Its books are in SQL, so that a
//! restart loses none. It deliberately posts no webhooks itself: what it decides later is found by asking.

use std::sync::Arc;

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use services::{
    kernel::{
        clock::Timestamp,
        error::{EngineError, EngineResult},
        ids::{PaymentId, RefundId},
        money::{AMOUNT_MAX, Money},
    },
    payments::{
        Charge, ChargeStatus, ProviderEvent,
        ports::{Provider, WebhookRefusal},
        sandbox::{AGAIN_AFTER, Fate, SandboxCharge, SandboxLedger, SandboxState, fate},
        webhook,
    },
};
use uuid::Uuid;

/// The header that carries the signature, lower case.
const SIGNATURE: &str = "chowk-signature";
/// Longest message id, bytes.
const ID_MAX: usize = 200;

/// The sandbox.
pub struct SandboxProvider {
    ledger: Arc<dyn SandboxLedger>,
    secrets: Vec<Vec<u8>>,
}

impl std::fmt::Debug for SandboxProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SandboxProvider").field("secrets", &self.secrets.len()).finish_non_exhaustive()
    }
}

impl SandboxProvider {
    /// Over its books; webhooks must be signed with one of the secrets (two during a rotation).
    pub fn new(ledger: Arc<dyn SandboxLedger>, secrets: Vec<Vec<u8>>) -> Self {
        Self { ledger, secrets }
    }
}

/// A charge as it begins.
fn begin(charge: Charge, now: Timestamp) -> SandboxCharge {
    let (state, decides_at) = match fate(&charge.token) {
        Fate::Succeeds => (SandboxState::Succeeded, None),
        Fate::Twice => (SandboxState::Succeeded, Some(now + AGAIN_AFTER)),
        Fate::Declined(_) => (SandboxState::Declined, None),
        Fate::Silent | Fate::Webhook => (SandboxState::Pending, None),
        Fate::Late(after) | Fate::Confirmed(after) => (SandboxState::Pending, Some(now + after)),
    };
    SandboxCharge {
        key: charge.idempotency_key,
        payment: charge.payment,
        amount: charge.amount,
        token: charge.token,
        state,
        decides_at,
        refunded: 0,
        made_at: now,
    }
}

/// What the sandbox says about a charge.
fn status(charge: &SandboxCharge) -> ChargeStatus {
    let reference = format!("sandbox-{}", charge.payment);
    match (charge.state, fate(&charge.token)) {
        (SandboxState::Succeeded, _) => ChargeStatus::Succeeded { reference },
        (SandboxState::Declined, Fate::Declined(reason)) => {
            ChargeStatus::Declined { reference, reason: reason.to_owned() }
        }
        (SandboxState::Declined, _) => ChargeStatus::Declined { reference, reason: "refused".to_owned() },
        (SandboxState::Cancelled, _) => ChargeStatus::Cancelled,
        (SandboxState::Pending, Fate::Silent) => ChargeStatus::Pending { reference: None, redirect_url: None },
        (SandboxState::Pending, Fate::Confirmed(_)) => {
            let redirect_url = Some(format!("https://sandbox.chowk.example/upi/{}", charge.payment));
            ChargeStatus::Pending { reference: Some(reference), redirect_url }
        }
        (SandboxState::Pending, _) => ChargeStatus::Pending { reference: Some(reference), redirect_url: None },
    }
}

#[async_trait]
impl Provider for SandboxProvider {
    fn name(&self) -> &'static str {
        "sandbox"
    }

    async fn charge(&self, charge: Charge, now: Timestamp) -> EngineResult<ChargeStatus> {
        let asked = (charge.amount, charge.payment);
        let there = self.ledger.open(begin(charge, now)).await?;
        if (there.amount, there.payment) != asked {
            return Err(EngineError::permanent("payments", "the same key came with another payment"));
        }
        Ok(status(&there))
    }

    async fn find(&self, idempotency_key: &str, now: Timestamp) -> EngineResult<ChargeStatus> {
        let Some(there) = self.ledger.find(idempotency_key).await? else { return Ok(ChargeStatus::Unknown) };
        let over = there.state == SandboxState::Pending && there.decides_at.is_some_and(|at| at <= now);
        let there =
            if over { self.ledger.decide(idempotency_key, SandboxState::Succeeded).await? } else { Some(there) };
        Ok(there.as_ref().map_or(ChargeStatus::Unknown, status))
    }

    async fn cancel(&self, idempotency_key: &str, now: Timestamp) -> EngineResult<ChargeStatus> {
        match self.find(idempotency_key, now).await? {
            ChargeStatus::Pending { .. } => {}
            decided => return Ok(decided),
        }
        let Some(there) = self.ledger.find(idempotency_key).await? else { return Ok(ChargeStatus::Unknown) };
        if matches!(fate(&there.token), Fate::Late(_)) {
            // On its way already: it succeeds whatever is asked now.
            return Ok(status(&there));
        }
        let after = self.ledger.decide(idempotency_key, SandboxState::Cancelled).await?;
        Ok(after.as_ref().map_or(ChargeStatus::Unknown, status))
    }

    async fn refund(
        &self,
        idempotency_key: &str,
        refund: RefundId,
        amount: Money,
        _now: Timestamp,
    ) -> EngineResult<bool> {
        self.ledger.refund(idempotency_key, refund, amount).await
    }

    async fn news(&self, limit: usize, now: Timestamp) -> EngineResult<Vec<ProviderEvent>> {
        let come = self.ledger.due(limit, now).await?;
        let told = |c: SandboxCharge| ProviderEvent {
            id: format!("sandbox-{}-{}", c.key, now.micros()),
            payment: c.payment,
            succeeded: true,
            amount: c.amount,
            at: now,
        };
        Ok(come.into_iter().filter(|c| c.state == SandboxState::Succeeded).map(told).collect())
    }

    fn webhook(
        &self,
        headers: &(dyn Fn(&str) -> Option<String> + Sync),
        body: &[u8],
        now: Timestamp,
    ) -> Result<ProviderEvent, WebhookRefusal> {
        let secrets: Vec<&[u8]> = self.secrets.iter().map(Vec::as_slice).collect();
        let header = headers(SIGNATURE).ok_or(WebhookRefusal::Signature)?;
        if !webhook::verify(&secrets, &header, body, now) {
            return Err(WebhookRefusal::Signature);
        }
        decode(body, now)
    }

    async fn balance(&self, idempotency_key: &str) -> EngineResult<Option<(i64, i64)>> {
        let there = self.ledger.find(idempotency_key).await?;
        Ok(there.map(|c| (if c.state == SandboxState::Succeeded { c.amount.minor } else { 0 }, c.refunded)))
    }
}

#[derive(Deserialize)]
struct Message {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    payment: String,
    amount: i64,
    currency: String,
}

fn decode(body: &[u8], now: Timestamp) -> Result<ProviderEvent, WebhookRefusal> {
    let refuse = |why: &str| WebhookRefusal::Body(why.to_owned());
    let message: Message = serde_json::from_slice(body)
        .map_err(|_| refuse("write {\"id\", \"type\", \"data\": {\"payment\", \"amount\", \"currency\"}}"))?;
    let succeeded = match message.kind.as_str() {
        "payment.succeeded" => true,
        "payment.failed" => false,
        _ => return Err(refuse("the type is payment.succeeded or payment.failed")),
    };
    if message.id.is_empty() || message.id.len() > ID_MAX {
        return Err(refuse("the id has 1 to 200 bytes"));
    }
    let payment = payment(&message.data.payment).ok_or_else(|| refuse("the payment is no id of a payment"))?;
    let currency = message.data.currency.parse().map_err(|_| refuse("the currency is three capital letters"))?;
    if !(0..=AMOUNT_MAX).contains(&message.data.amount) {
        return Err(refuse("the amount is a whole number of minor units, not negative"));
    }
    let amount = Money::new(message.data.amount, currency);
    Ok(ProviderEvent { id: message.id, payment, succeeded, amount, at: now })
}

/// A payment by its UUID, or by the opaque id that the shop's API shows (base64url of a type byte, the order's UUID and
/// the payment's).
fn payment(text: &str) -> Option<PaymentId> {
    if let Ok(id) = text.parse() {
        return Some(id);
    }
    let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
    let [_kind, parts @ ..] = <[u8; 33]>::try_from(bytes).ok()?;
    Uuid::from_slice(&parts[16..]).ok().map(PaymentId)
}

#[cfg(test)]
mod tests {
    use super::*;
    use parking_lot::Mutex;
    use services::payments::contract;
    use std::{collections::HashMap, time::Duration};

    /// Books in memory: small, but they work.
    #[derive(Default)]
    struct Books {
        charges: Mutex<HashMap<String, SandboxCharge>>,
        refunds: Mutex<HashMap<RefundId, bool>>,
    }

    #[async_trait]
    impl SandboxLedger for Books {
        async fn open(&self, charge: SandboxCharge) -> EngineResult<SandboxCharge> {
            Ok(self.charges.lock().entry(charge.key.clone()).or_insert(charge).clone())
        }
        async fn find(&self, key: &str) -> EngineResult<Option<SandboxCharge>> {
            Ok(self.charges.lock().get(key).cloned())
        }
        async fn decide(&self, key: &str, to: SandboxState) -> EngineResult<Option<SandboxCharge>> {
            let mut charges = self.charges.lock();
            let Some(c) = charges.get_mut(key) else { return Ok(None) };
            if c.state == SandboxState::Pending {
                (c.state, c.decides_at) = (to, None);
            }
            Ok(Some(c.clone()))
        }
        async fn due(&self, limit: usize, now: Timestamp) -> EngineResult<Vec<SandboxCharge>> {
            let mut charges = self.charges.lock();
            let due = charges.values_mut().filter(|c| c.decides_at.is_some_and(|at| at <= now)).take(limit);
            Ok(due
                .map(|c| {
                    c.decides_at = None;
                    if c.state == SandboxState::Pending {
                        c.state = SandboxState::Succeeded;
                    }
                    c.clone()
                })
                .collect())
        }
        async fn refund(&self, key: &str, refund: RefundId, amount: Money) -> EngineResult<bool> {
            let mut charges = self.charges.lock();
            Ok(*self.refunds.lock().entry(refund).or_insert_with(|| {
                charges.get_mut(key).is_none_or(|c| {
                    let fits = c.refunded + amount.minor <= c.amount.minor;
                    c.refunded += if fits { amount.minor } else { 0 };
                    fits
                })
            }))
        }
    }

    const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

    fn sandbox() -> SandboxProvider {
        SandboxProvider::new(Arc::new(Books::default()), vec![b"old".to_vec(), b"new".to_vec()])
    }
    fn charge(token: &str) -> Charge {
        Charge {
            idempotency_key: format!("key-{token}"),
            payment: PaymentId(Uuid::from_u128(7)),
            amount: Money::inr(100),
            token: token.into(),
        }
    }

    impl contract::Stage for SandboxProvider {
        fn provider(&self) -> &dyn Provider {
            self
        }
        fn succeeds(&self) -> &'static str {
            "tok_succeeds"
        }
        fn declined(&self) -> &'static str {
            "tok_declined"
        }
        fn silent(&self) -> &'static str {
            "tok_silent"
        }
        fn late(&self) -> &'static str {
            "tok_late_5000"
        }
        fn webhook(
            &self,
            payment: PaymentId,
            succeeded: bool,
            amount: Money,
            at: Timestamp,
            newer: bool,
        ) -> contract::Told {
            let kind = if succeeded { "payment.succeeded" } else { "payment.failed" };
            let data = serde_json::json!({ "payment": payment.0, "amount": amount.minor, "currency": amount.currency });
            let body = serde_json::json!({ "id": "m1", "type": kind, "data": data }).to_string().into_bytes();
            let signature = webhook::sign(if newer { b"new" } else { b"old" }, &body, at);
            contract::Told { header: SIGNATURE, signature, body }
        }
    }

    #[tokio::test]
    async fn the_contract_holds() {
        contract::suite(async || sandbox()).await;
    }

    #[tokio::test]
    async fn tokens_have_their_outcome_and_the_same_key_the_same_answer() {
        let s = sandbox();
        for token in ["tok_succeeds", "tok_twice"] {
            for _ in 0..2 {
                assert!(matches!(s.charge(charge(token), NOW).await, Ok(ChargeStatus::Succeeded { .. })), "{token}");
            }
        }
        assert!(matches!(s.charge(charge("tok_declined"), NOW).await, Ok(ChargeStatus::Declined { .. })));
        for token in ["tok_silent", "tok_webhook", "tok_late_10"] {
            assert!(matches!(s.charge(charge(token), NOW).await, Ok(ChargeStatus::Pending { .. })), "{token}");
        }
        assert!(matches!(s.find("nobody's", NOW).await, Ok(ChargeStatus::Unknown)));
        let other = Charge { amount: Money::inr(99), ..charge("tok_succeeds") };
        assert!(s.charge(other, NOW).await.is_err());
        assert_eq!(s.balance("key-tok_succeeds").await.ok().flatten(), Some((100, 0)));
    }

    #[tokio::test]
    async fn a_late_one_succeeds_whatever_is_asked_and_a_silent_one_can_be_called_off() {
        let s = sandbox();
        s.charge(charge("tok_late_5000"), NOW).await.expect("an answer");
        s.charge(charge("tok_silent"), NOW).await.expect("an answer");
        assert!(matches!(s.cancel("key-tok_late_5000", NOW).await, Ok(ChargeStatus::Pending { .. })));
        assert!(matches!(s.cancel("key-tok_silent", NOW).await, Ok(ChargeStatus::Cancelled)));
        assert!(matches!(s.charge(charge("tok_silent"), NOW).await, Ok(ChargeStatus::Cancelled)));
        let then = NOW + Duration::from_secs(5);
        assert!(matches!(s.find("key-tok_late_5000", then).await, Ok(ChargeStatus::Succeeded { .. })));
        assert!(matches!(s.cancel("key-tok_late_5000", then).await, Ok(ChargeStatus::Succeeded { .. })));
    }

    #[tokio::test]
    async fn later_decisions_are_told_once() {
        let s = sandbox();
        s.charge(charge("tok_late_5000"), NOW).await.expect("an answer");
        s.charge(charge("tok_twice"), NOW).await.expect("an answer");
        assert!(s.news(9, NOW).await.expect("news").is_empty());
        let then = NOW + Duration::from_secs(5);
        let news = s.news(9, then).await.expect("news");
        assert_eq!(news.iter().filter(|n| n.succeeded && n.amount == Money::inr(100)).count(), 2);
        assert!(s.news(9, then).await.expect("news").is_empty());
    }

    #[tokio::test]
    async fn refunds_count_once_and_never_exceed() {
        let s = sandbox();
        s.charge(charge("tok_succeeds"), NOW).await.expect("an answer");
        let refund = async |n: u128, paise| {
            s.refund("key-tok_succeeds", RefundId(Uuid::from_u128(n)), Money::inr(paise), NOW).await.expect("an answer")
        };
        assert!(refund(1, 60).await && refund(1, 60).await);
        assert!(!refund(2, 60).await && refund(3, 40).await);
        assert_eq!(s.balance("key-tok_succeeds").await.ok().flatten(), Some((100, 100)));
    }

    #[test]
    fn webhooks_must_be_signed_and_understood() {
        let s = sandbox();
        let uuid = Uuid::from_u128(7);
        // As the shop's API shows it: the kind, the order, the payment.
        let opaque = [&[14_u8][..], Uuid::from_u128(3).as_bytes(), uuid.as_bytes()].concat();
        let body = |kind: &str, payment: &str| {
            format!(r#"{{"id":"m1","type":"{kind}","data":{{"payment":"{payment}","amount":100,"currency":"INR"}}}}"#)
        };
        let told = |body: &str, secret: &[u8]| {
            let header = webhook::sign(secret, body.as_bytes(), NOW);
            s.webhook(&|name| (name == "chowk-signature").then(|| header.clone()), body.as_bytes(), NOW)
        };
        for payment in [uuid.to_string(), URL_SAFE_NO_PAD.encode(&opaque)] {
            let event = told(&body("payment.succeeded", &payment), b"new").expect("is understood");
            assert_eq!((event.payment.0, event.amount, event.succeeded), (uuid, Money::inr(100), true));
        }
        assert_eq!(told(&body("payment.failed", &uuid.to_string()), b"old").map(|e| e.succeeded), Ok(false));
        assert_eq!(told(&body("payment.failed", "x"), b"bad"), Err(WebhookRefusal::Signature));
        assert_eq!(s.webhook(&|_| None, b"{}", NOW), Err(WebhookRefusal::Signature));
        for bad in ["", "[]", "{}", &body("payment.exploded", &uuid.to_string()), &body("payment.failed", "AAAA")] {
            assert!(matches!(told(bad, b"new"), Err(WebhookRefusal::Body(_))), "{bad}");
        }
        for amount in ["-1", "9007199254740992", "-9223372036854775808"] {
            let bad = body("payment.succeeded", &uuid.to_string()).replace("100", amount);
            assert!(matches!(told(&bad, b"new"), Err(WebhookRefusal::Body(_))), "{bad}");
        }
    }
}
