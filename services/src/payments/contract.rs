//! What every payment provider must hold, for engines to run on a fresh provider each. How an outcome is brought about
//! differs from provider to provider, so each engine brings a [`Stage`].

use std::time::Duration;

use uuid::Uuid;

use super::{
    model::{Charge, ChargeStatus},
    ports::{Provider, WebhookRefusal},
};
use crate::kernel::{
    clock::Timestamp,
    ids::{PaymentId, RefundId},
    money::Money,
};

/// A provider, and how its outcomes are brought about.
pub trait Stage {
    /// The provider, on which nothing has happened yet.
    fn provider(&self) -> &dyn Provider;
    /// A token whose charge succeeds at once.
    fn succeeds(&self) -> &'static str;
    /// A token whose charge is refused.
    fn declined(&self) -> &'static str;
    /// A token whose charge stays undecided until it is called off.
    fn silent(&self) -> &'static str;
    /// A token whose charge is undecided at first and succeeds within [`LATE`], whatever is asked meanwhile.
    fn late(&self) -> &'static str;
    /// A webhook about a payment, signed at an instant with the older or the newer of two secrets: its header by
    /// lower-case name, and its body.
    fn webhook(&self, payment: PaymentId, succeeded: bool, amount: Money, at: Timestamp, newer: bool) -> Told;
}

/// A signed webhook.
pub struct Told {
    /// The header that carries the signature, lower case.
    pub header: &'static str,
    /// Its value.
    pub signature: String,
    /// The body.
    pub body: Vec<u8>,
}

/// After that a late charge has succeeded.
pub const LATE: Duration = Duration::from_secs(5);

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
const PAYMENT: PaymentId = PaymentId(Uuid::from_u128(7));

fn charge(key: &str, token: &str) -> Charge {
    Charge { idempotency_key: key.to_owned(), payment: PAYMENT, amount: Money::inr(49_900), token: token.to_owned() }
}

fn refund(n: u128) -> RefundId {
    RefundId(Uuid::from_u128(n))
}

/// Runs everything; `fresh` makes a stage on which nothing has happened.
pub async fn suite<S: Stage, F: Future<Output = S>>(fresh: impl Fn() -> F) {
    one_key_is_one_charge(&fresh().await).await;
    a_refusal_is_an_answer_and_for_good(&fresh().await).await;
    an_unknown_key_is_unknown(&fresh().await).await;
    what_is_undecided_can_be_called_off(&fresh().await).await;
    what_succeeded_cannot_be_called_off(&fresh().await).await;
    a_late_success_is_found_by_asking(&fresh().await).await;
    one_refund_is_paid_once_and_never_more_than_was_taken(&fresh().await).await;
    a_webhook_is_believed_only_when_signed(&fresh().await).await;
}

/// The same key takes money once, and is answered the same; with another amount it is refused, and nothing is taken.
pub async fn one_key_is_one_charge<S: Stage>(s: &S) {
    let p = s.provider();
    let first = p.charge(charge("k", s.succeeds()), NOW).await.expect("an answer");
    assert!(matches!(first, ChargeStatus::Succeeded { .. }), "{first:?}");
    assert_eq!(p.charge(charge("k", s.succeeds()), NOW).await.expect("an answer"), first);
    assert_eq!(p.find("k", NOW).await.expect("an answer"), first);
    let other = Charge { amount: Money::inr(1), ..charge("k", s.succeeds()) };
    let refused = p.charge(other, NOW).await.expect_err("another amount under the same key is refused");
    assert!(!refused.retryable, "{refused}");
    assert_eq!(p.balance("k").await.expect("an answer"), Some((49_900, 0)));
}

/// A declined charge is an answer with a reason; asking or trying again changes nothing; no money is held.
pub async fn a_refusal_is_an_answer_and_for_good<S: Stage>(s: &S) {
    let p = s.provider();
    for _ in 0..2 {
        let said = p.charge(charge("k", s.declined()), NOW).await.expect("a refusal is no error");
        assert!(matches!(&said, ChargeStatus::Declined { reason, .. } if !reason.is_empty()), "{said:?}");
    }
    assert!(matches!(p.find("k", NOW).await.expect("an answer"), ChargeStatus::Declined { .. }));
    assert_eq!(p.balance("k").await.expect("an answer").map_or(0, |(captured, _)| captured), 0);
}

/// A key that was never used is unknown to every question.
pub async fn an_unknown_key_is_unknown<S: Stage>(s: &S) {
    let p = s.provider();
    assert_eq!(p.find("nobody's", NOW).await.expect("an answer"), ChargeStatus::Unknown);
    assert_eq!(p.cancel("nobody's", NOW).await.expect("an answer"), ChargeStatus::Unknown);
    assert_eq!(p.balance("nobody's").await.expect("an answer"), None);
}

/// An undecided charge can be called off, once and for all: the same key does not take money afterwards.
pub async fn what_is_undecided_can_be_called_off<S: Stage>(s: &S) {
    let p = s.provider();
    let said = p.charge(charge("k", s.silent()), NOW).await.expect("an answer");
    assert!(matches!(said, ChargeStatus::Pending { .. }), "{said:?}");
    for _ in 0..2 {
        assert_eq!(p.cancel("k", NOW).await.expect("an answer"), ChargeStatus::Cancelled);
    }
    assert_eq!(p.charge(charge("k", s.silent()), NOW).await.expect("an answer"), ChargeStatus::Cancelled);
    assert_eq!(p.find("k", NOW).await.expect("an answer"), ChargeStatus::Cancelled);
}

/// Calling off a charge that succeeded tells that it succeeded.
pub async fn what_succeeded_cannot_be_called_off<S: Stage>(s: &S) {
    let p = s.provider();
    p.charge(charge("k", s.succeeds()), NOW).await.expect("an answer");
    assert!(matches!(p.cancel("k", NOW).await.expect("an answer"), ChargeStatus::Succeeded { .. }));
    assert_eq!(p.balance("k").await.expect("an answer"), Some((49_900, 0)));
}

/// A charge that succeeds later is undecided first, even when it is called off, and then found to have succeeded.
pub async fn a_late_success_is_found_by_asking<S: Stage>(s: &S) {
    let p = s.provider();
    let said = p.charge(charge("k", s.late()), NOW).await.expect("an answer");
    assert!(matches!(said, ChargeStatus::Pending { .. }), "{said:?}");
    assert!(matches!(p.cancel("k", NOW).await.expect("an answer"), ChargeStatus::Pending { .. }));
    let then = NOW + LATE;
    assert!(matches!(p.find("k", then).await.expect("an answer"), ChargeStatus::Succeeded { .. }));
    assert!(matches!(p.cancel("k", then).await.expect("an answer"), ChargeStatus::Succeeded { .. }));
}

/// A refund counts once however often it is asked for; together they never exceed what was taken.
pub async fn one_refund_is_paid_once_and_never_more_than_was_taken<S: Stage>(s: &S) {
    let p = s.provider();
    p.charge(charge("k", s.succeeds()), NOW).await.expect("an answer");
    let pay = async |n, minor| p.refund("k", refund(n), Money::inr(minor), NOW).await.expect("an answer");
    assert!(pay(1, 20_000).await && pay(1, 20_000).await, "the same refund is answered the same");
    assert_eq!(p.balance("k").await.expect("an answer"), Some((49_900, 20_000)));
    assert!(!pay(2, 29_901).await, "one paisa too much");
    assert_eq!(p.balance("k").await.expect("an answer"), Some((49_900, 20_000)));
    assert!(pay(3, 29_900).await, "the rest");
    assert_eq!(p.balance("k").await.expect("an answer"), Some((49_900, 49_900)));
}

/// A webhook counts when one of two secrets signed it at about this time; an altered byte, a strange signature or an old
/// one is refused; a signed body that is no message is refused by name.
pub async fn a_webhook_is_believed_only_when_signed<S: Stage>(s: &S) {
    let p = s.provider();
    let hear = |told: &Told, body: &[u8], now: Timestamp| {
        p.webhook(&|name| (name == told.header).then(|| told.signature.clone()), body, now)
    };
    for (succeeded, newer) in [(true, true), (true, false), (false, true)] {
        let told = s.webhook(PAYMENT, succeeded, Money::inr(49_900), NOW, newer);
        let event = hear(&told, &told.body, NOW + Duration::from_secs(299)).expect("is believed");
        assert_eq!((event.payment, event.succeeded, event.amount), (PAYMENT, succeeded, Money::inr(49_900)));
        assert!(!event.id.is_empty());
        let mut altered = told.body.clone();
        altered[0] ^= 1;
        assert_eq!(hear(&told, &altered, NOW), Err(WebhookRefusal::Signature));
        assert_eq!(hear(&told, &told.body, NOW + Duration::from_secs(302)), Err(WebhookRefusal::Signature));
        assert_eq!(p.webhook(&|_| None, &told.body, NOW), Err(WebhookRefusal::Signature));
        assert_eq!(p.webhook(&|_| Some("t=1,v1=00".to_owned()), &told.body, NOW), Err(WebhookRefusal::Signature));
    }
}
