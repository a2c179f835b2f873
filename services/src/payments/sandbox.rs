//! What the sandbox provider keeps: its own books, apart from the shop's, so that a restart loses none and the two can be
//! compared. Which token leads to which outcome is decided here; talking like a provider is the engine's work.

use async_trait::async_trait;
use std::time::Duration;

use crate::kernel::{
    clock::Timestamp,
    error::EngineResult,
    ids::{PaymentId, RefundId},
    money::Money,
};

/// Where a charge of the sandbox stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SandboxState {
    /// Not decided.
    Pending,
    /// Money was taken.
    Succeeded,
    /// Refused.
    Declined,
    /// Called off.
    Cancelled,
}

impl SandboxState {
    /// Its name in the books.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Succeeded => "SUCCEEDED",
            Self::Declined => "DECLINED",
            Self::Cancelled => "CANCELLED",
        }
    }
    /// From its name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Pending, Self::Succeeded, Self::Declined, Self::Cancelled].into_iter().find(|s| s.name() == name)
    }
}

/// A charge in the sandbox's books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxCharge {
    /// The shop's idempotency key.
    pub key: String,
    /// The shop's payment.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
    /// What was given: a token or a UPI address.
    pub token: String,
    /// Where it stands.
    pub state: SandboxState,
    /// A pending one succeeds then; a succeeded one is told again then.
    pub decides_at: Option<Timestamp>,
    /// Given back so far, minor units.
    pub refunded: i64,
    /// When it was made.
    pub made_at: Timestamp,
}

/// What a token leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Succeeds at once.
    Succeeds,
    /// Succeeds at once and is told a second time later.
    Twice,
    /// Refused at once.
    Declined(&'static str),
    /// Never decided.
    Silent,
    /// Succeeds after a while, whatever happens.
    Late(Duration),
    /// Decided only by a signed webhook.
    Webhook,
    /// Confirmed in another app after a while; can be called off until then.
    Confirmed(Duration),
}

/// The longest that `tok_late_<ms>` may ask for.
const LATE_MAX_MS: u64 = 86_400_000;
/// After that `tok_twice` is told again.
pub const AGAIN_AFTER: Duration = Duration::from_millis(500);
/// How long a UPI payment takes to be confirmed.
const CONFIRMED_AFTER: Duration = Duration::from_secs(2);

/// What a token leads to.
pub fn fate(token: &str) -> Fate {
    if let Some(ms) = token.strip_prefix("tok_late_").and_then(|ms| ms.parse::<u64>().ok()) {
        return Fate::Late(Duration::from_millis(ms.min(LATE_MAX_MS)));
    }
    match token {
        "tok_succeeds" => Fate::Succeeds,
        "tok_twice" => Fate::Twice,
        "tok_declined" => Fate::Declined("the bank refused the payment"),
        "tok_silent" => Fate::Silent,
        "tok_webhook" => Fate::Webhook,
        upi if upi.contains('@') && upi.starts_with("decline") => Fate::Declined("the payment was refused in the app"),
        upi if upi.contains('@') => Fate::Confirmed(CONFIRMED_AFTER),
        _ => Fate::Declined("the sandbox does not know this token"),
    }
}

/// The books. Each method is one transaction.
#[async_trait]
pub trait SandboxLedger: Send + Sync + 'static {
    /// Keeps a charge unless one of its key is there; answers the one that is there.
    async fn open(&self, charge: SandboxCharge) -> EngineResult<SandboxCharge>;
    /// A charge by its key.
    async fn find(&self, key: &str) -> EngineResult<Option<SandboxCharge>>;
    /// Takes a pending charge into a state; answers it as it is afterwards.
    async fn decide(&self, key: &str, to: SandboxState) -> EngineResult<Option<SandboxCharge>>;
    /// Takes charges whose instant has come: pending ones succeed. Each instant comes once.
    async fn due(&self, limit: usize, now: Timestamp) -> EngineResult<Vec<SandboxCharge>>;
    /// Gives back, once per refund and never more than was charged; false when it would be more. The sandbox takes the
    /// shop's word that money was there, because a signed webhook may have said so.
    async fn refund(&self, key: &str, refund: RefundId, amount: Money) -> EngineResult<bool>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_lead_where_they_say() {
        assert_eq!(fate("tok_succeeds"), Fate::Succeeds);
        assert_eq!(fate("tok_late_1500"), Fate::Late(Duration::from_millis(1_500)));
        assert_eq!(fate("tok_late_99999999999"), Fate::Late(Duration::from_millis(LATE_MAX_MS)));
        assert_eq!(fate("asha@okbank"), Fate::Confirmed(CONFIRMED_AFTER));
        for refused in ["tok_declined", "tok_late_", "tok_late_x", "", "declined@okbank", "4111"] {
            assert!(matches!(fate(refused), Fate::Declined(_)), "{refused}");
        }
    }
}
