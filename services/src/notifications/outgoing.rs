//! Announces notices by every channel that is wanted, and delivers what leaves the shop.

use std::{fmt, sync::Arc, time::Duration};

use serde_json::json;

use super::{
    delivery::{Content, DeliveryJob, FailedDelivery, NewDelivery, Outcome, after, endpoint_secret, signature, spent},
    guard::{self, Reach},
    kinds::{NoticeChannel, NoticeKind, Preference, all_preferences, wanted},
    model::{Notification, Text},
    ports::{Announced, DeliveryStore, Endpoint, HookCaller},
    templates::{self, Facts},
};
use crate::kernel::{
    caller::Owner,
    clock::{Clock, Timestamp},
    error::EngineResult,
    ids::{IdSource, NotificationId, OrderId, ShopperId},
    mail::{Letter, Mailer, Unsent},
};

/// How long a job is one worker's: longer than any carrier takes.
const LEASE: Duration = Duration::from_secs(120);
/// Longest name of an endpoint, bytes.
const NAME_MAX: usize = 40;

/// Something to tell about an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What it is about.
    pub kind: NoticeKind,
    /// What it is due to; the same cause is told once.
    pub cause: String,
    /// Whose order.
    pub owner: Owner,
    /// Where mail goes.
    pub email: Option<String>,
    /// The order.
    pub order: OrderId,
    /// What it tells of.
    pub facts: Facts,
}

/// What it works with.
pub struct OutgoingParts {
    /// Keeps what is to be delivered.
    pub store: Arc<dyn DeliveryStore>,
    /// Carries letters; none: no mail is written.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// Calls endpoints; none: no endpoint can be registered.
    pub hooks: Option<Arc<dyn HookCaller>>,
    /// What endpoints may be.
    pub reach: Reach,
    /// What the endpoints' secrets are made of; newest first.
    pub secrets: Vec<Vec<u8>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

/// Why an endpoint is not taken.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EndpointError {
    /// The name or the address breaks a rule: which field, and what to do.
    #[error("{1}")]
    Invalid(&'static str, &'static str),
    /// The store failed.
    #[error(transparent)]
    Engine(#[from] crate::kernel::error::EngineError),
}

/// Notices on their way. Cheap to clone.
#[derive(Clone)]
pub struct Outgoing(Arc<OutgoingParts>);

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").finish_non_exhaustive()
    }
}

impl Outgoing {
    /// On its parts.
    pub fn new(parts: OutgoingParts) -> Self {
        Self(Arc::new(parts))
    }

    /// Announces a notice by every channel that is wanted; again changes nothing.
    ///
    /// # Errors
    /// When a store fails.
    pub async fn announce(&self, notice: Notice) -> EngineResult<()> {
        let chosen = match notice.owner.shopper() {
            Some(shopper) => self.0.store.preferences(shopper.0).await?,
            None => Vec::new(),
        };
        let endpoints = if self.0.hooks.is_some() { self.0.store.endpoints().await? } else { Vec::new() };
        let at = self.0.clock.now();
        let said = templates::short(notice.kind, &notice.facts)?;
        let mut deliveries = Vec::new();
        if wanted(&chosen, notice.kind, NoticeChannel::Mail) && self.0.mailer.is_some() {
            deliveries.extend(self.letter(&notice, &said, at)?);
        }
        for endpoint in endpoints.into_iter().filter(|e| e.active) {
            let body = call_body(&notice, &said, at);
            deliveries.push(self.delivery(&notice, Content::Webhook { endpoint: endpoint.name, body }, at));
        }
        let message = wanted(&chosen, notice.kind, NoticeChannel::InApp).then(|| self.message(&notice, said, at));
        self.0.store.announce(Announced { cause: notice.cause, message, deliveries, at }).await.map(drop)
    }

    fn message(&self, notice: &Notice, said: Text, at: Timestamp) -> Notification {
        Notification {
            id: NotificationId(self.0.ids.next(at)),
            owner: notice.owner.uuid(),
            title: said.title,
            body: said.body,
            order: Some(notice.order),
            at,
            read: false,
        }
    }

    fn letter(&self, notice: &Notice, said: &Text, at: Timestamp) -> EngineResult<Option<NewDelivery>> {
        let Some(to) = notice.email.clone() else { return Ok(None) };
        let (text, html) = templates::letter(notice.kind, &notice.facts)?;
        let subject = format!("{}: {}", said.title, notice.facts.number);
        Ok(Some(self.delivery(notice, Content::Mail { to, subject, text, html }, at)))
    }

    fn delivery(&self, notice: &Notice, content: Content, at: Timestamp) -> NewDelivery {
        NewDelivery { id: self.0.ids.next(at), kind: notice.kind, order: notice.order, content }
    }

    /// Delivers what is due; answers how many were tried.
    ///
    /// # Errors
    /// When the store fails; what was sent and could not be noted counts as an unknown outcome later.
    pub async fn deliver_step(&self, limit: usize) -> EngineResult<usize> {
        let jobs = self.0.store.claim(limit, LEASE, self.0.clock.now()).await?;
        let tried = jobs.len();
        let all = jobs.into_iter().map(|job| self.deliver(job));
        for noted in futures::future::join_all(all).await {
            noted?;
        }
        Ok(tried)
    }

    async fn deliver(&self, job: DeliveryJob) -> EngineResult<()> {
        let outcome = match spent(&job) {
            Some(dead) => dead,
            None => after(&job, self.send(&job).await?),
        };
        self.0.store.note(&job, outcome, self.0.clock.now()).await
    }

    async fn send(&self, job: &DeliveryJob) -> EngineResult<Outcome> {
        match &job.content {
            Content::Mail { to, subject, text, html } => {
                let letter = Letter {
                    to: to.clone(),
                    subject: subject.clone(),
                    text: text.clone(),
                    html: Some(html.clone()),
                    id: job.id.to_string(),
                };
                let Some(mailer) = &self.0.mailer else { return Ok(away("`mail_url` reaches no mailbox")) };
                Ok(mailer.deliver(&letter).await.map_or_else(Outcome::from, |()| Outcome::Sent))
            }
            Content::Webhook { endpoint, body } => {
                let known = self.0.store.endpoints().await?.into_iter().find(|e| e.name == *endpoint && e.active);
                let Some(known) = known else { return Ok(Outcome::Refused("the endpoint was turned off".into())) };
                let Some(hooks) = &self.0.hooks else { return Ok(away("this process calls no webhooks")) };
                if let Err(why) = guard::endpoint(&known.url, self.0.reach) {
                    return Ok(Outcome::Refused(why.to_owned()));
                }
                let signed = self.signed(endpoint, body.as_bytes());
                Ok(hooks.call(&known.url, job.id, &signed, body).await)
            }
        }
    }

    /// With the newest secret; receivers take the others meanwhile by the same header.
    fn signed(&self, endpoint: &str, body: &[u8]) -> String {
        let now = self.0.clock.now();
        let all = self.0.secrets.iter().map(|s| signature(endpoint_secret(s, endpoint).as_bytes(), body, now));
        all.reduce(|signed, next| signed + "," + next.split_once(',').map_or("", |(_, v1)| v1)).unwrap_or_default()
    }

    /// What a shopper wants, for each kind and channel that may be chosen.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn preferences(&self, shopper: ShopperId) -> EngineResult<Vec<Preference>> {
        Ok(all_preferences(&self.0.store.preferences(shopper.0).await?))
    }

    /// Keeps what a shopper chose; what is not named stays. Answers all of it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn save_preferences(&self, shopper: ShopperId, chosen: &[Preference]) -> EngineResult<Vec<Preference>> {
        self.0.store.save_preferences(shopper.0, chosen).await?;
        self.preferences(shopper).await
    }

    /// All endpoints, by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn endpoints(&self) -> EngineResult<Vec<Endpoint>> {
        self.0.store.endpoints().await
    }

    /// Registers or changes an endpoint; answers the secret that its calls are signed by.
    ///
    /// # Errors
    /// A name or an address that breaks a rule, too many endpoints, or a failed store.
    pub async fn save_endpoint(&self, endpoint: Endpoint) -> Result<String, EndpointError> {
        let of_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if endpoint.name.is_empty() || endpoint.name.len() > NAME_MAX || !endpoint.name.chars().all(of_name) {
            return Err(EndpointError::Invalid("name", "a name is 1 to 40 small letters, digits and `-`"));
        }
        if self.0.hooks.is_none() {
            return Err(EndpointError::Invalid("url", "this shop calls no webhooks"));
        }
        guard::endpoint(&endpoint.url, self.0.reach).map_err(|why| EndpointError::Invalid("url", why))?;
        let newest = self.0.secrets.first().map_or(&[][..], Vec::as_slice);
        let secret = endpoint_secret(newest, &endpoint.name);
        if !self.0.store.save_endpoint(endpoint).await? {
            return Err(EndpointError::Invalid("name", "there are too many endpoints: change one of those"));
        }
        Ok(secret)
    }

    /// Deliveries that were given up, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn failed(&self, limit: usize) -> EngineResult<Vec<FailedDelivery>> {
        self.0.store.failed(limit).await
    }

    /// Orders that are late and not told to be so.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn late_orders(&self, limit: usize) -> EngineResult<Vec<OrderId>> {
        self.0.store.late_orders(limit, self.0.clock.now()).await
    }

    /// Notes that an order's lateness was told.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn mark_late(&self, order: OrderId) -> EngineResult<()> {
        self.0.store.mark_late(order, self.0.clock.now()).await
    }
}

fn away(why: &str) -> Outcome {
    Outcome::NotSent(why.to_owned())
}

/// What an endpoint is told: no mailbox, no address and no name.
fn call_body(notice: &Notice, said: &Text, at: Timestamp) -> String {
    json!({
        "type": format!("order.{}", notice.kind.text()),
        "cause": notice.cause,
        "at": at.to_rfc3339(),
        "data": { "order": notice.order, "number": notice.facts.number, "title": said.title, "body": said.body },
    })
    .to_string()
}

impl From<Unsent> for Outcome {
    fn from(unsent: Unsent) -> Self {
        match unsent {
            Unsent::Refused(why) => Self::Refused(why),
            Unsent::NotSent(why) => Self::NotSent(why),
            Unsent::Unknown(why) => Self::Unknown(why),
        }
    }
}
