//! What one request knows: who calls, the loaders that batch its reads, where its things go unless said otherwise, and
//! which engines failed on the way. Nothing here outlives the request, except for subscriptions, which renew their scope
//! before each event so that no loader answers from an old one.

use std::{collections::BTreeSet, sync::Arc};

use async_graphql::Context;
use parking_lot::{Mutex, RwLock};
use services::{
    kernel::{
        caller::{Caller, Role},
        clock::Timestamp,
        error::EngineResult,
        pincodes::Pincode,
    },
    users::DeliveryLocation,
};

use crate::{
    error::{Attempt, Refused},
    loaders::Loaders,
    shop::Shop,
    tokens::Keeping,
};

/// What one request knows. The composition root puts it into each `async_graphql::Request` as data, behind an `Arc` of
/// which it keeps one to ask [`degraded`] after the execution.
pub struct RequestData {
    shop: Arc<Shop>,
    scope: RwLock<Arc<Scope>>,
    degraded: Mutex<BTreeSet<&'static str>>,
    client_address: String,
    request_id: String,
    kept: Option<Keeping>,
}

impl RequestData {
    /// Of a caller. `client_address` is what tries to sign in are counted by; `request_id` names the request in the log.
    pub fn new(shop: Arc<Shop>, caller: Caller, client_address: String, request_id: String) -> Self {
        let scope = RwLock::new(Arc::new(Scope::new(Arc::clone(&shop), caller)));
        Self { shop, scope, degraded: Mutex::default(), client_address, request_id, kept: None }
    }
    /// Of a client that keeps its tokens with the transport.
    #[must_use]
    pub fn keeping(self, kept: Keeping) -> Self {
        Self { kept: Some(kept), ..self }
    }
    /// The tokens of a client that keeps them with the transport; `None`: it reads them in answers.
    pub fn kept(&self) -> Option<&Keeping> {
        self.kept.as_ref()
    }
    /// Where the request comes from.
    pub fn client_address(&self) -> &str {
        &self.client_address
    }
    /// Names the request in the log.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }
    /// The services.
    pub fn shop(&self) -> &Shop {
        &self.shop
    }
    /// What the resolvers of the answer share now.
    pub fn scope(&self) -> Arc<Scope> {
        Arc::clone(&self.scope.read())
    }
    /// Starts over with empty loaders: after a write, and before each event of a subscription.
    pub fn renew(&self) -> Arc<Scope> {
        let caller = self.scope().caller;
        self.become_caller(caller)
    }
    /// Goes on as another caller: after a sign-in.
    pub fn become_caller(&self, caller: Caller) -> Arc<Scope> {
        let scope = Arc::new(Scope::new(Arc::clone(&self.shop), caller));
        *self.scope.write() = Arc::clone(&scope);
        scope
    }
    /// Notes that an engine failed.
    pub fn degrade(&self, engine: &'static str) {
        self.degraded.lock().insert(engine);
    }
}

impl std::fmt::Debug for RequestData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RequestData").field("request_id", &self.request_id).finish_non_exhaustive()
    }
}

/// The engines that failed while the answer was made, sorted; asked once per answer (a subscription's next event starts
/// with none).
pub fn degraded(request: &RequestData) -> Vec<&'static str> {
    std::mem::take(&mut *request.degraded.lock()).into_iter().collect()
}

/// What the resolvers of one answer share.
pub struct Scope {
    /// The services.
    pub shop: Arc<Shop>,
    /// Who calls.
    pub caller: Caller,
    /// When the answer was begun; every promise in it is counted from here.
    pub now: Timestamp,
    /// Batched reads.
    pub loaders: Loaders,
}

impl Scope {
    /// With empty loaders.
    pub fn new(shop: Arc<Shop>, caller: Caller) -> Self {
        let now = shop.clock.now();
        let loaders = Loaders::new(&shop, caller.owner, now);
        Self { shop, caller, now, loaders }
    }
    /// Where the caller's things go unless said otherwise; asked once.
    pub async fn location(&self) -> EngineResult<Option<DeliveryLocation>> {
        let Some(owner) = self.caller.owner else { return Ok(None) };
        self.loaders.location(owner).await
    }
    /// Where to: what was asked for, else the caller's location, else nowhere.
    pub async fn deliver_to(&self, asked: Option<crate::scalars::Pincode>) -> EngineResult<Option<Pincode>> {
        match asked {
            Some(pincode) => Ok(Some(pincode.0)),
            None => Ok(self.location().await?.map(|l| l.pincode)),
        }
    }
    /// Refuses callers without the role.
    pub fn require(&self, role: Role) -> Attempt<()> {
        self.require_any(&[role])
    }
    /// Refuses callers with none of the roles.
    pub fn require_any(&self, roles: &[Role]) -> Attempt<()> {
        if roles.iter().any(|r| self.caller.has(*r)) {
            return Ok(());
        }
        Err(match self.caller.owner {
            None => Refused::Unauthenticated,
            Some(_) => Refused::Forbidden(format!("this needs the role {}", names(roles))),
        }
        .into())
    }
}

fn names(roles: &[Role]) -> String {
    let names: Vec<_> = roles.iter().map(|r| format!("{r:?}").to_uppercase()).collect();
    names.join(" or ")
}

/// What resolvers ask of their context.
pub trait Asking<'a> {
    /// The services.
    fn shop(&self) -> &'a Shop;
    /// The request.
    fn request(&self) -> &'a Arc<RequestData>;
    /// What the resolvers of this answer share.
    fn scope(&self) -> Arc<Scope>;
}

impl<'a> Asking<'a> for Context<'a> {
    fn shop(&self) -> &'a Shop {
        self.request().shop()
    }
    fn request(&self) -> &'a Arc<RequestData> {
        self.data::<Arc<RequestData>>().expect("every request is given its data by the composition root")
    }
    fn scope(&self) -> Arc<Scope> {
        self.request().scope()
    }
}
