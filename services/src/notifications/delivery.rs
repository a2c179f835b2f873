//! What leaves the shop for a mailbox or a webhook, and what becomes of a try. Pure.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use uuid::Uuid;

use super::kinds::{NoticeChannel, NoticeKind};
use crate::kernel::{clock::Timestamp, ids::OrderId, text::hex};

/// Tries of one delivery before it is given up.
pub const TRIES_MAX: u32 = 10;
/// Tries of a letter whose outcome is not known: one, and one more under the same Message-ID.
pub const UNKNOWN_MAX: u32 = 2;
/// The rest after the first failure.
const REST_FIRST: Duration = Duration::from_secs(15);
/// The longest rest.
const REST_MAX: Duration = Duration::from_secs(6 * 3_600);

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum Content {
    /// A letter.
    Mail {
        /// The mailbox.
        to: String,
        /// One line.
        subject: String,
        /// For programs that show no HTML.
        text: String,
        /// For those that do.
        html: String,
    },
    /// A call of an endpoint.
    Webhook {
        /// The endpoint's name.
        endpoint: String,
        /// JSON.
        body: String,
    },
}

impl Content {
    /// By which channel it goes.
    pub const fn channel(&self) -> NoticeChannel {
        match self {
            Self::Mail { .. } => NoticeChannel::Mail,
            Self::Webhook { .. } => NoticeChannel::Webhook,
        }
    }
    /// What makes it once: the cause, the channel, and the recipient where a cause has several.
    pub fn once_key(&self, cause: &str) -> String {
        match self {
            Self::Mail { .. } => format!("{cause}|mail"),
            Self::Webhook { endpoint, .. } => format!("{cause}|webhook|{endpoint}"),
        }
    }
}

/// Something to be delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// Its id; a letter's Message-ID over all tries.
    pub id: Uuid,
    /// What it is about.
    pub kind: NoticeKind,
    /// The order that it is about.
    pub order: OrderId,
    /// What is sent.
    pub content: Content,
}

/// A delivery that is due, leased to one worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryJob {
    /// Which.
    pub id: Uuid,
    /// What is sent.
    pub content: Content,
    /// How often it was taken, this time included.
    pub tries: u32,
    /// How often nobody knows whether it arrived; a worker that ended between sending and noting counts.
    pub unknowns: u32,
}

/// A delivery that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedDelivery {
    /// Which.
    pub id: Uuid,
    /// What it is about.
    pub kind: NoticeKind,
    /// By which channel.
    pub channel: NoticeChannel,
    /// The order that it is about.
    pub order: OrderId,
    /// How often it was tried.
    pub tries: u32,
    /// Why it was given up.
    pub reason: String,
    /// When it was made.
    pub made_at: Timestamp,
}

/// What became of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is there.
    Sent,
    /// It will never be taken.
    Refused(String),
    /// It surely was not taken.
    NotSent(String),
    /// It may have been taken.
    Unknown(String),
}

/// What a delivery is after a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// Done.
    Sent,
    /// To be tried again after a rest.
    Again {
        /// How long to rest.
        rest: Duration,
        /// Outcomes that nobody knows, so far.
        unknowns: u32,
        /// Why it is not done.
        reason: String,
    },
    /// Given up, with the reason.
    Dead(String),
}

/// Why not to try at all: what may have arrived twice already is not sent again.
pub fn spent(job: &DeliveryJob) -> Option<After> {
    let letter = job.content.channel() == NoticeChannel::Mail;
    let lost = letter && job.unknowns >= UNKNOWN_MAX;
    lost.then(|| After::Dead(format!("it is not known whether any of {} tries arrived", job.unknowns)))
}

/// What follows from a try. A webhook may be repeated, because its receiver knows it by its id; a letter may not.
pub fn after(job: &DeliveryJob, outcome: Outcome) -> After {
    let (reason, unknowns) = match outcome {
        Outcome::Sent => return After::Sent,
        Outcome::Refused(why) => return After::Dead(why),
        Outcome::NotSent(why) => (why, job.unknowns),
        Outcome::Unknown(why) => (why, job.unknowns + 1),
    };
    let counted = DeliveryJob { unknowns, ..job.clone() };
    if let Some(dead) = spent(&counted) {
        return dead;
    }
    if job.tries >= TRIES_MAX {
        return After::Dead(format!("given up after {} tries: {reason}", job.tries));
    }
    After::Again { rest: rest(job.id, job.tries), unknowns, reason }
}

/// How long to rest after a number of tries: twice as long each time up to a bound, and of that half to all, by the
/// delivery, so that what failed together does not come back together.
pub fn rest(id: Uuid, tries: u32) -> Duration {
    let whole = REST_FIRST.saturating_mul(1 << tries.saturating_sub(1).min(16)).min(REST_MAX);
    let [.., low] = id.into_bytes();
    whole / 2 + (whole / 2) * ((u32::from(low) * 37).wrapping_add(tries.wrapping_mul(101)) % 256) / 255
}

/// The secret that calls of an endpoint are signed by; made of the shop's own, so that none is stored.
pub fn endpoint_secret(shop_secret: &[u8], endpoint: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(shop_secret).expect("HMAC takes keys of any length");
    mac.update(b"webhook endpoint\0");
    mac.update(endpoint.as_bytes());
    hex(&mac.finalize().into_bytes())
}

/// Signs a call: `t=<unix seconds>,v1=<hexadecimal HMAC-SHA256 of "t.body">`.
pub fn signature(secret: &[u8], body: &[u8], at: Timestamp) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(at.seconds().to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    format!("t={},v1={}", at.seconds(), hex(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(content: Content, tries: u32, unknowns: u32) -> DeliveryJob {
        DeliveryJob { id: Uuid::from_u128(7), content, tries, unknowns }
    }
    fn letter() -> Content {
        Content::Mail { to: "a@b.c".into(), subject: "s".into(), text: "t".into(), html: "h".into() }
    }
    fn call() -> Content {
        Content::Webhook { endpoint: "erp".into(), body: "{}".into() }
    }

    #[test]
    fn a_letter_of_unknown_outcome_is_tried_once_more_and_never_again() {
        let lost = || Outcome::Unknown("no answer".into());
        let After::Again { unknowns, .. } = after(&job(letter(), 1, 0), lost()) else { panic!("tried again") };
        assert_eq!(unknowns, 1);
        assert!(matches!(after(&job(letter(), 2, 1), lost()), After::Dead(why) if why.contains("not known")));
        assert!(spent(&job(letter(), 3, 2)).is_some() && spent(&job(letter(), 2, 1)).is_none());
        assert!(matches!(after(&job(call(), 5, 4), lost()), After::Again { unknowns: 5, .. }));
    }

    #[test]
    fn tries_are_bounded_and_what_is_refused_is_not_tried_again() {
        let busy = || Outcome::NotSent("busy".into());
        assert!(matches!(after(&job(letter(), TRIES_MAX - 1, 0), busy()), After::Again { .. }));
        assert!(matches!(after(&job(letter(), TRIES_MAX, 0), busy()), After::Dead(why) if why.ends_with("busy")));
        assert_eq!(after(&job(call(), 1, 0), Outcome::Refused("no".into())), After::Dead("no".into()));
        assert_eq!(after(&job(call(), 9, 0), Outcome::Sent), After::Sent);
    }

    #[test]
    fn rests_grow_are_bounded_and_differ() {
        for tries in 1..=TRIES_MAX {
            let whole = REST_FIRST.saturating_mul(1 << (tries - 1)).min(REST_MAX);
            for id in 0..300 {
                let rest = rest(Uuid::from_u128(id), tries);
                assert!(rest >= whole / 2 && rest <= whole, "{tries} {rest:?}");
            }
        }
        assert_ne!(rest(Uuid::from_u128(1), 3), rest(Uuid::from_u128(2), 3));
        assert!(rest(Uuid::from_u128(1), u32::MAX) <= REST_MAX);
    }

    #[test]
    fn a_call_is_signed_as_receivers_check_it_and_each_endpoint_has_its_own_secret() {
        let at = Timestamp::from_seconds(1_790_000_000);
        let secret = endpoint_secret(b"the shop's", "erp");
        assert_ne!(secret, endpoint_secret(b"the shop's", "crm"));
        let signed = signature(secret.as_bytes(), b"{}", at);
        assert!(signed.starts_with("t=1790000000,v1=") && signed.len() == 16 + 64, "{signed}");
        assert_ne!(signed, signature(secret.as_bytes(), b"{ }", at));
        assert_ne!(signed, signature(secret.as_bytes(), b"{}", at + Duration::from_secs(1)));
    }
}
