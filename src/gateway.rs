//! How the edge runs the schema: authenticates by the session service, gives each request its loaders, names engines that
//! failed, and notes what shoppers did after the answer went out.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_graphql::{Request, Response, Value};
use async_graphql_value::ConstValue;
use async_trait::async_trait;
use axum::http::{HeaderValue, header};
use futures::{StreamExt, stream::BoxStream};
use resolvers::{
    RequestData,
    tokens::{Keeping, SentTokens, TokenChange},
};
use services::{
    activity::{Activity, Deed},
    kernel::{
        caller::{Caller, Owner},
        clock::Timestamp,
        events::Act,
    },
    sessions::{
        self, Sessions,
        tokens::{GUEST_TTL, REFRESH_TTL},
    },
};

use crate::{
    edge::{
        AuthError, Completed, Gateway, Outcome, RequestMeta,
        cookies::{self, Kept},
        gateway::Asked,
    },
    wiring::House,
};

/// Root fields that say the same to everybody without a session.
const PUBLIC: [&str; 7] = ["search", "item", "category", "topCategories", "suggest", "serviceability", "__typename"];
/// How long a public answer is given again: stock counts and ages (`asOf`, `tatHours`) may lag by so much, and a new item
/// is still found within a second.
const KEPT: Duration = Duration::from_millis(500);

/// The schema with its services.
pub struct SchemaGateway {
    schema: resolvers::Served,
    sdl: String,
    shop: Arc<resolvers::Shop>,
    sessions: Sessions,
    activity: Activity,
    public_version: Arc<AtomicU64>,
}

impl SchemaGateway {
    /// Over a house. With `production` the schema keeps its names to itself; with `federation` it is a subgraph, too.
    pub fn new(house: &House, production: bool, federation: bool) -> Self {
        let shop = house.shop.clone();
        let schema = resolvers::Served::new(&shop, !production, federation);
        let sdl = schema.sdl();
        Self {
            schema,
            sdl,
            sessions: shop.sessions.clone(),
            shop: Arc::new(shop),
            activity: house.activity.clone(),
            public_version: Arc::clone(&house.public_version),
        }
    }

    fn data(&self, meta: &RequestMeta) -> Arc<RequestData> {
        let address = meta.address.map(|a| a.to_string()).unwrap_or_default();
        let data = RequestData::new(Arc::clone(&self.shop), meta.caller, address, meta.request_id.to_string());
        let sent = |kept: &Kept| SentTokens { refresh: kept.refresh.clone(), guest: kept.guest.clone() };
        Arc::new(match &meta.kept {
            Some(kept) => data.keeping(Keeping::new(sent(kept))),
            None => data,
        })
    }
}

#[async_trait]
impl Gateway for SchemaGateway {
    fn sdl(&self) -> &str {
        &self.sdl
    }

    async fn authenticate(&self, bearer: Option<&str>) -> Result<Caller, AuthError> {
        let Some(token) = bearer else { return Ok(Caller::anonymous()) };
        self.sessions.caller(token).await.map_err(|e| match e {
            sessions::Error::ExpiredToken => AuthError::Expired,
            sessions::Error::Engine(_) => AuthError::Unavailable,
            _ => AuthError::Invalid,
        })
    }

    async fn has_ended(&self, caller: &Caller) -> bool {
        self.sessions.has_ended(caller).await
    }

    async fn execute(&self, request: Request, meta: RequestMeta) -> Response {
        let data = self.data(&meta);
        let mut response = self.schema.execute(request.data(Arc::clone(&data))).await;
        if let Some(change) = data.kept().and_then(Keeping::take_change) {
            let set = cookies_of(&change, self.shop.clock.now());
            response.http_headers.extend(set.into_iter().map(|cookie| (header::SET_COOKIE, cookie)));
        }
        with_degraded(response, &data)
    }

    fn subscribe(&self, request: Request, meta: RequestMeta) -> BoxStream<'static, Response> {
        let data = self.data(&meta);
        let stream = self.schema.execute_stream(request.data(Arc::clone(&data)));
        stream.map(move |response| with_degraded(response, &data)).boxed()
    }

    /// Answers of callers without a session depend on nobody, so they are given again until the data changes.
    fn share(&self, asked: &Asked<'_>, meta: &RequestMeta) -> Option<String> {
        let public = meta.caller.owner.is_none() && asked.root_fields.iter().all(|f| PUBLIC.contains(&f.as_str()));
        public.then(|| format!("public:{}", self.public_version.load(Ordering::Acquire)))
    }

    fn keep_for(&self, _response: &Response, _meta: &RequestMeta) -> Duration {
        KEPT
    }

    fn completed(&self, done: Completed) {
        let Some(owner) = done.meta.caller.owner else { return };
        if !matches!(done.outcome, Outcome::Ok | Outcome::Partial) {
            return;
        }
        for call in done.root_calls() {
            match call.field.as_str() {
                "search" => self.searched(owner, &call.arguments),
                "item" => self.viewed(owner, &call.arguments),
                _ => {}
            }
        }
    }
}

impl SchemaGateway {
    fn searched(&self, owner: Owner, arguments: &BTreeMap<String, ConstValue>) {
        let Some(words) = text(arguments.get("query")).filter(|w| !w.trim().is_empty()) else { return };
        let pincode = text(arguments.get("deliverTo")).and_then(|p| p.parse().ok());
        self.activity.note(Deed {
            owner: owner.uuid(),
            act: Act::Searched,
            item: None,
            category: None,
            pincode,
            text: Some(words.to_owned()),
            count: 1,
        });
    }

    /// Notes a look at an item. Its id and category are asked for beside the answer, from the cache that the answer filled.
    fn viewed(&self, owner: Owner, arguments: &BTreeMap<String, ConstValue>) {
        let Some(ConstValue::Object(by)) = arguments.get("by") else { return };
        let id = text(by.get("id")).and_then(resolvers::ids::item);
        let slug = text(by.get("slug")).map(str::to_owned);
        let (items, activity) = (self.shop.items.clone(), self.activity.clone());
        tokio::spawn(async move {
            let found = match (id, slug) {
                (Some(id), _) => items.items(&[id]).await.ok().and_then(|mut f| f.remove(&id)),
                (None, Some(slug)) => {
                    items.by_slugs(std::slice::from_ref(&slug)).await.ok().and_then(|mut f| f.remove(&slug))
                }
                (None, None) => None,
            };
            if let Some(item) = found {
                let (owner, act) = (owner.uuid(), Act::Viewed);
                activity.note(Deed {
                    owner,
                    act,
                    item: Some(item.id),
                    category: Some(item.category),
                    pincode: None,
                    text: None,
                    count: 1,
                });
            }
        });
    }
}

fn text(value: Option<&ConstValue>) -> Option<&str> {
    match value {
        Some(ConstValue::String(text)) => Some(text),
        _ => None,
    }
}

/// The cookies of a change of tokens. Who signed in is a guest no more, and a guest has nothing to refresh.
fn cookies_of(change: &TokenChange, now: Timestamp) -> Vec<HeaderValue> {
    let (access, refresh, guest) = match change {
        TokenChange::Forget => (None, None, None),
        TokenChange::Keep(tokens) => (
            Some((tokens.access.as_str(), tokens.expires_at.since(now).as_secs())),
            tokens.refresh.as_deref().map(|token| (token, REFRESH_TTL.as_secs())),
            tokens.guest.as_deref().map(|token| (token, GUEST_TTL.as_secs())),
        ),
    };
    let all = [(cookies::ACCESS, access), (cookies::REFRESH, refresh), (cookies::GUEST, guest)];
    all.into_iter().filter_map(|(name, kept)| cookies::setting(name, kept)).collect()
}

/// Names the engines that failed while the answer was made.
fn with_degraded(response: Response, data: &RequestData) -> Response {
    let names = resolvers::degraded(data);
    if names.is_empty() {
        return response;
    }
    let names = names.into_iter().map(Value::from).collect();
    response.extension("degraded", Value::List(names))
}
