//! A small shop behind the edge, on a real port, and the tables of rules that it must keep.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_graphql::{
    Enum, Error, ErrorExtensions, InputObject, InputValueError, InputValueResult, Object, OneofObject, Request,
    Response, Scalar, ScalarType, Schema, SimpleObject, Subscription, Value,
};
use async_trait::async_trait;
use futures::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use parking_lot::Mutex;
use services::kernel::{
    caller::{Caller, Owner},
    clock::{Clock, SystemClock},
    ids::{SessionId, ShopperId, SystemIds},
};
use tokio::{net::TcpListener, task::JoinHandle};

use super::{
    Asked, AuthError, Completed, Drain, EdgeConfig, Gateway, Health, Readiness, RequestMeta, Surroundings, router,
    serve,
};

mod http;
mod limits;
mod malformed;
mod operations;
mod sse;
mod ws;

/// A client for the shop: it needs a TLS back end even for plain requests in builds whose engines bring none of their own.
fn client() -> reqwest::Client {
    crate::choose_tls();
    reqwest::Client::new()
}

struct Pincode(String);

pub(super) fn pincode(value: &Value) -> Result<(), String> {
    match value {
        Value::String(s) if s.len() == 6 && !s.starts_with('0') => Ok(()),
        _ => Err("six digits, the first not 0".to_owned()),
    }
}

#[Scalar]
impl ScalarType for Pincode {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(s) if s.len() == 6 => Ok(Self(s)),
            other => Err(InputValueError::expected_type(other)),
        }
    }
    fn to_value(&self) -> Value {
        Value::from(self.0.clone())
    }
}

#[derive(Enum, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Up,
    Down,
}

#[derive(InputObject)]
struct LineInput {
    variant_id: async_graphql::ID,
    #[graphql(default = 1)]
    quantity: i32,
}

#[derive(OneofObject)]
enum ItemRef {
    Id(async_graphql::ID),
    Slug(String),
}

#[derive(SimpleObject, Clone)]
#[graphql(complex)]
struct Item {
    id: async_graphql::ID,
}

#[async_graphql::ComplexObject]
impl Item {
    async fn related(&self, #[graphql(default = 2)] first: i32) -> Vec<Item> {
        items(first)
    }
    async fn tags(&self) -> Vec<String> {
        vec!["new".to_owned()]
    }
}

#[derive(SimpleObject)]
struct Page {
    nodes: Vec<Item>,
}

fn items(n: i32) -> Vec<Item> {
    (0..n.clamp(0, 100)).map(|n| Item { id: n.into() }).collect()
}

struct Query;

#[Object]
impl Query {
    async fn hello(&self, #[graphql(default_with = "\"world\".to_owned()")] name: String) -> String {
        format!("Hello, {name}!")
    }
    async fn sum(&self, a: i32, b: Option<i32>) -> i32 {
        a + b.unwrap_or(0)
    }
    async fn items(&self, first: Option<i32>) -> Option<Vec<Item>> {
        Some(items(first.unwrap_or(3)))
    }
    async fn nodes(&self, ids: Vec<async_graphql::ID>) -> Vec<Option<Item>> {
        ids.into_iter().map(|id| Some(Item { id })).collect()
    }
    async fn search(&self, #[graphql(default = 24)] first: i32, sort: Option<Sort>) -> Option<Page> {
        let mut nodes = items(first);
        if sort == Some(Sort::Down) {
            nodes.reverse();
        }
        Some(Page { nodes })
    }
    async fn item(&self, by: ItemRef) -> Option<Item> {
        match by {
            ItemRef::Id(id) => Some(Item { id }),
            ItemRef::Slug(slug) => Some(Item { id: slug.into() }),
        }
    }
    async fn reach(&self, pincode: Option<Pincode>) -> Option<String> {
        pincode.map(|p| p.0)
    }
    async fn caller(&self, ctx: &async_graphql::Context<'_>) -> Option<String> {
        ctx.data_opt::<RequestMeta>().and_then(|m| m.caller.shopper()).map(|s| s.to_string())
    }
    async fn leak(&self) -> Option<Result<i32, Error>> {
        Some(Err(Error::new("SELECT password FROM accounts at /srv/db.sqlite")))
    }
    async fn missing(&self) -> Option<Result<i32, Error>> {
        Some(Err(Error::new("There is no such thing.").extend_with(|_, e| e.set("code", "NOT_FOUND"))))
    }
    async fn boom(&self, #[graphql(default = 0)] by: i32) -> i32 {
        assert!(by != 0, "the secret of the panic");
        by
    }
    async fn slow(&self) -> i32 {
        std::future::pending().await
    }
    /// Counts how often it is read, to tell a shared answer from a new one.
    async fn reads(&self, ctx: &async_graphql::Context<'_>) -> usize {
        ctx.data_unchecked::<Arc<AtomicUsize>>().fetch_add(1, Ordering::SeqCst) + 1
    }
    async fn large(&self) -> String {
        "long ".repeat(2_000)
    }
}

struct Mutation;

#[Object]
impl Mutation {
    async fn count(&self, ctx: &async_graphql::Context<'_>) -> usize {
        ctx.data_unchecked::<Arc<AtomicUsize>>().fetch_add(1, Ordering::SeqCst) + 1
    }
    async fn sign_in(&self, email: String) -> bool {
        !email.is_empty()
    }
    async fn add(&self, lines: Vec<LineInput>) -> i32 {
        lines.iter().filter(|l| !l.variant_id.is_empty()).map(|l| l.quantity).sum()
    }
    async fn count_after(&self, ctx: &async_graphql::Context<'_>, gate: bool) -> usize {
        if gate {
            let gate = ctx.data_unchecked::<Arc<Gate>>();
            gate.waiting.fetch_add(1, Ordering::SeqCst);
            gate.open.notified().await;
        }
        ctx.data_unchecked::<Arc<AtomicUsize>>().fetch_add(1, Ordering::SeqCst) + 1
    }
}

struct Subscriptions;

#[Subscription]
impl Subscriptions {
    async fn ticks(&self, n: i32) -> impl Stream<Item = i32> {
        stream::iter(0..n)
    }
    async fn forever(&self) -> impl Stream<Item = i32> {
        stream::iter(0..1).chain(stream::pending())
    }
    async fn flood(&self) -> impl Stream<Item = String> {
        stream::repeat_with(|| "x".repeat(16_000))
    }
    async fn refused(&self) -> Result<stream::Empty<i32>, Error> {
        Err(Error::new("There is no such order.").extend_with(|_, e| e.set("code", "NOT_FOUND")))
    }
}

/// Holds an operation until the test lets it go.
#[derive(Default)]
pub(super) struct Gate {
    pub(super) waiting: AtomicUsize,
    pub(super) open: tokio::sync::Notify,
}

/// The shop of these tests.
pub(super) struct TestGateway {
    schema: Schema<Query, Mutation, Subscriptions>,
    sdl: String,
    pub(super) counted: Arc<AtomicUsize>,
    pub(super) gate: Arc<Gate>,
    pub(super) done: Mutex<Vec<Completed>>,
    /// Whether the session of the token `session` has ended.
    pub(super) session_ended: AtomicBool,
}

impl TestGateway {
    pub(super) fn new() -> Self {
        let (counted, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(Gate::default()));
        let schema = Schema::build(Query, Mutation, Subscriptions).data(counted.clone()).data(gate.clone()).finish();
        Self { sdl: schema.sdl(), schema, counted, gate, done: Mutex::default(), session_ended: AtomicBool::new(false) }
    }
}

const SESSION: SessionId = SessionId(uuid::Uuid::from_u128(8));
pub(super) const SHOPPER: ShopperId = ShopperId(uuid::Uuid::from_u128(7));

#[async_trait]
impl Gateway for TestGateway {
    fn sdl(&self) -> &str {
        &self.sdl
    }
    async fn authenticate(&self, bearer: Option<&str>) -> Result<Caller, AuthError> {
        let shopper = Caller { owner: Some(Owner::Shopper(SHOPPER)), ..Caller::anonymous() };
        match bearer {
            None => Ok(Caller::anonymous()),
            Some("good") => Ok(shopper),
            Some("expired") => Err(AuthError::Expired),
            Some("down") => Err(AuthError::Unavailable),
            Some("hangs") => std::future::pending().await,
            Some("session") => Ok(Caller { session: Some(SESSION), ..shopper }),
            Some("short") => Ok(Caller { expires_at: Some(SystemClock.now() + Duration::from_millis(100)), ..shopper }),
            Some(_) => Err(AuthError::Invalid),
        }
    }
    async fn has_ended(&self, caller: &Caller) -> bool {
        caller.session == Some(SESSION) && self.session_ended.load(Ordering::Acquire)
    }
    async fn execute(&self, request: Request, meta: RequestMeta) -> Response {
        self.schema.execute(request.data(meta)).await.extension("degraded", Value::List(Vec::new()))
    }
    fn subscribe(&self, request: Request, meta: RequestMeta) -> BoxStream<'static, Response> {
        self.schema.execute_stream(request.data(meta)).boxed()
    }
    fn share(&self, asked: &Asked<'_>, meta: &RequestMeta) -> Option<String> {
        let public = asked.root_fields.iter().all(|f| f == "reads") && meta.caller.owner.is_none();
        public.then(String::new)
    }
    fn keep_for(&self, _response: &Response, _meta: &RequestMeta) -> Duration {
        Duration::from_secs(600)
    }
    fn completed(&self, done: Completed) {
        self.done.lock().push(done);
    }
}

/// A running shop.
pub(super) struct Running {
    pub(super) address: SocketAddr,
    pub(super) gateway: Arc<TestGateway>,
    pub(super) readiness: Readiness,
    pub(super) drain: Drain,
    pub(super) server: JoinHandle<std::io::Result<()>>,
}

impl Running {
    pub(super) async fn start(mut config: EdgeConfig) -> Self {
        config.scalars = config.scalars.with("Pincode", pincode);
        let gateway = Arc::new(TestGateway::new());
        let (readiness, drain) = (Readiness::new(), Drain::new());
        let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
        let around = Surroundings {
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds),
            readiness: readiness.clone(),
            metrics: Some(recorder.handle()),
            drain: drain.clone(),
        };
        let grace = config.grace;
        let routes = router(config, gateway.clone(), around).expect("the test schema parses");
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let server = tokio::spawn(serve(listener, routes, drain.clone(), grace));
        Self { address, gateway, readiness, drain, server }
    }
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

/// An edge that looks often at whether sessions have ended.
pub(super) fn watchful() -> EdgeConfig {
    EdgeConfig { session_check: Duration::from_millis(20), ..EdgeConfig::default() }
}

/// Waits until a condition holds, at most five seconds.
pub(super) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..500 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("did not come true within 5 s: {what}");
}
