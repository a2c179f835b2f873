//! How often one client may call: by address, by caller, by class of operation and by root field. Buckets are kept by
//! the `governor` crate in this process; what must hold across processes, such as tries to sign in, is counted by the
//! services. A client that comes too often is told when to come again.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    time::Duration,
};

use async_graphql_parser::types::OperationType;
use axum::http::StatusCode;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};
use services::kernel::caller::Owner;
use uuid::Uuid;

use super::{codes, gateway::RequestMeta, refusal::Refusal};

/// Clients that a limiter keeps; more share one bucket until others are forgotten.
const CLIENTS_MAX: usize = 100_000;
/// One address may stand for many people: it may do so many times what one caller may.
const PEOPLE_PER_ADDRESS: u32 = 5;

/// What an operation does, as far as limits care.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Asks the search index.
    Search,
    /// Any other query.
    Read,
    /// Opens a subscription.
    Subscription,
    /// Changes something.
    Write,
    /// Opens, changes or ends a session, or touches a password.
    Session,
    /// Quotes, places, pays or cancels an order.
    Checkout,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Search, Self::Read, Self::Subscription, Self::Write, Self::Session, Self::Checkout];

    /// A word for messages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Search => "searches",
            Self::Read => "queries",
            Self::Subscription => "subscriptions",
            Self::Write => "changes",
            Self::Session => "sign-ins and the like",
            Self::Checkout => "checkouts",
        }
    }

    /// Dearer classes decide for a whole document.
    const fn weight(self) -> u8 {
        match self {
            Self::Read => 0,
            Self::Subscription => 1,
            Self::Write => 2,
            Self::Search => 3,
            Self::Session => 4,
            Self::Checkout => 5,
        }
    }
}

/// Which root fields are of a class other than their kind's own.
#[derive(Clone, Debug, Default)]
pub struct Classes(HashMap<&'static str, Class>);

impl Classes {
    /// From root fields and their classes.
    pub fn new(fields: impl IntoIterator<Item = (&'static str, Class)>) -> Self {
        Self(fields.into_iter().collect())
    }

    /// The fields that are listed.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, Class)> {
        self.0.iter().map(|(field, class)| (*field, *class))
    }

    /// The class of a document: the dearest of its root fields'.
    pub fn of(&self, kind: OperationType, root_fields: &[String]) -> Class {
        let own = match kind {
            OperationType::Query => Class::Read,
            OperationType::Mutation => Class::Write,
            OperationType::Subscription => return Class::Subscription,
        };
        let listed = root_fields.iter().filter_map(|f| self.0.get(f.as_str()).copied());
        listed.chain([own]).max_by_key(|c| c.weight()).unwrap_or(own)
    }
}

/// So many at once, so many a minute in the long run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// At once.
    pub burst: u32,
    /// A minute.
    pub per_minute: u32,
}

impl Rate {
    const fn new(burst: u32, per_minute: u32) -> Self {
        Self { burst, per_minute }
    }
    const fn times(self, n: u32) -> Self {
        Self { burst: self.burst * n, per_minute: self.per_minute * n }
    }
    fn quota(self) -> Quota {
        let one = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Quota::per_minute(one(self.per_minute)).allow_burst(one(self.burst))
    }
}

/// What one caller may do; an address may do several times as much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallerRates {
    /// Requests of any kind.
    pub all: Rate,
    /// Operations with the same root field.
    pub field: Rate,
    /// Searches.
    pub searches: Rate,
    /// Other queries.
    pub reads: Rate,
    /// Subscriptions opened.
    pub subscriptions: Rate,
    /// Changes.
    pub writes: Rate,
    /// Sign-ins and the like.
    pub sessions: Rate,
    /// Quotes, orders, payments, cancellations.
    pub checkouts: Rate,
}

impl CallerRates {
    /// For everyday use.
    pub const fn standard() -> Self {
        Self {
            all: Rate::new(300, 3_000),
            field: Rate::new(200, 1_800),
            searches: Rate::new(60, 600),
            reads: Rate::new(300, 3_000),
            subscriptions: Rate::new(60, 300),
            writes: Rate::new(120, 600),
            sessions: Rate::new(20, 30),
            checkouts: Rate::new(30, 60),
        }
    }

    /// The rate of a class.
    pub const fn of(&self, class: Class) -> Rate {
        match class {
            Class::Search => self.searches,
            Class::Read => self.reads,
            Class::Subscription => self.subscriptions,
            Class::Write => self.writes,
            Class::Session => self.sessions,
            Class::Checkout => self.checkouts,
        }
    }
}

/// A limiter by key, bounded in keys.
struct Buckets<K: std::hash::Hash + Eq + Clone>(DefaultKeyedRateLimiter<K>);

impl<K: std::hash::Hash + Eq + Clone> Buckets<K> {
    fn new(rate: Rate) -> Self {
        Self(RateLimiter::keyed(rate.quota()))
    }

    /// Takes one; how long to wait when there is none. `shared` stands for clients that there is no room for.
    fn take(&self, key: &K, shared: &K) -> Result<(), Duration> {
        let mut key = key;
        if self.0.len() >= CLIENTS_MAX {
            self.0.retain_recent();
            if self.0.len() >= CLIENTS_MAX {
                key = shared;
            }
        }
        self.0.check_key(key).map_err(|not_until| not_until.wait_time_from(self.0.clock().now()))
    }
}

/// The buckets of one kind of client.
struct Client<K: std::hash::Hash + Eq + Clone> {
    all: Buckets<K>,
    classes: Vec<Buckets<K>>,
}

impl<K: std::hash::Hash + Eq + Clone> Client<K> {
    fn new(rates: &CallerRates, times: u32) -> Self {
        Self {
            all: Buckets::new(rates.all.times(times)),
            classes: Class::ALL.iter().map(|c| Buckets::new(rates.of(*c).times(times))).collect(),
        }
    }

    fn class(&self, class: Class) -> Option<&Buckets<K>> {
        Class::ALL.iter().position(|c| *c == class).and_then(|at| self.classes.get(at))
    }
}

/// All buckets of a process.
pub struct Rates {
    addresses: Client<IpAddr>,
    callers: Client<Uuid>,
    fields: Buckets<(Uuid, String)>,
}

impl Rates {
    /// Full buckets.
    pub fn new(rates: &CallerRates) -> Self {
        Self {
            addresses: Client::new(rates, PEOPLE_PER_ADDRESS),
            callers: Client::new(rates, 1),
            fields: Buckets::new(rates.field),
        }
    }

    /// Counts a request by its address, before anything of it is read.
    ///
    /// # Errors
    /// The refusal with its `retryAfter`.
    pub fn knock(&self, address: Option<IpAddr>) -> Result<(), Refusal> {
        let Some(address) = address.map(network) else { return Ok(()) };
        self.addresses.all.take(&address, &NOWHERE).map_err(|wait| refusal("requests", wait))
    }

    /// Counts an operation by its class and root fields.
    ///
    /// # Errors
    /// The refusal with its `retryAfter`.
    pub fn admit(&self, class: Class, root_fields: &[String], meta: &RequestMeta) -> Result<(), Refusal> {
        let told = |wait| refusal(class.word(), wait);
        // The narrowest bucket first: who is refused by it takes nothing out of those that are shared with more.
        if let Some(caller) = meta.caller.owner.as_ref().map(Owner::uuid) {
            let nobody = (Uuid::nil(), String::new());
            // Repeated fields of one document were weighed by its cost.
            for (at, field) in root_fields.iter().enumerate() {
                if !root_fields[..at].contains(field) {
                    self.fields.take(&(caller, field.clone()), &nobody).map_err(|wait| refusal(field, wait))?;
                }
            }
            if let Some(buckets) = self.callers.class(class) {
                buckets.take(&caller, &Uuid::nil()).map_err(told)?;
            }
            self.callers.all.take(&caller, &Uuid::nil()).map_err(|wait| refusal("requests", wait))?;
        }
        if let (Some(address), Some(buckets)) = (meta.address.map(network), self.addresses.class(class)) {
            buckets.take(&address, &NOWHERE).map_err(told)?;
        }
        Ok(())
    }
}

/// Stands for addresses that there is no room for.
const NOWHERE: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);

/// A household or server has a whole /64 of IPv6, so that much counts as one address.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

fn refusal(what: &str, wait: Duration) -> Refusal {
    let seconds = u32::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX).max(1);
    let message = format!("Too many {what}: try again in {seconds} s.");
    Refusal::http(StatusCode::TOO_MANY_REQUESTS, codes::RATE_LIMITED, message).retrying(seconds)
}

#[cfg(test)]
#[path = "tests/rates.rs"]
mod tests;
