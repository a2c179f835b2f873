//! One operation from its parameters to its answer, the same for every transport: find the document, measure it, hold
//! the limits, coerce the variables, run it within its deadline, mask, count, and tell the gateway. HTTP statuses and
//! socket messages are the transports' business.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::{Request, ServerError, Variables};
use async_graphql_parser::types::OperationType;
use axum::http::StatusCode;
use futures::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use services::kernel::{clock::Clock, ids::IdSource};
use tokio::sync::Semaphore;
use tracing::Instrument;

use super::{
    codes,
    coerce::Coercion,
    config::EdgeConfig,
    cost::{self, Told},
    documents::{self, Document, Documents},
    gateway::{AuthError, Completed, Gateway, Outcome, RequestMeta},
    params::Params,
    refusal::Refusal,
    reply::Reply,
    scalars::Scalars,
    schema_map::SchemaMap,
    telemetry,
};

/// Until a free slot must have come up; after it the operation is refused.
const SLOT_WAIT: Duration = Duration::from_secs(1);

/// The transport that brought an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// HTTP GET: changes nothing.
    Get,
    /// HTTP POST.
    Post,
    /// A socket.
    Socket,
    /// A stream of events; on GET it changes nothing either.
    Events {
        /// Opened by GET.
        get: bool,
    },
}

impl Transport {
    /// A word for metrics and logs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Get | Self::Post => "http",
            Self::Socket => "socket",
            Self::Events { .. } => "events",
        }
    }
    const fn streams(self) -> bool {
        matches!(self, Self::Socket | Self::Events { .. })
    }
    const fn safe_only(self) -> bool {
        matches!(self, Self::Get | Self::Events { get: true })
    }
}

/// An operation that may be run.
pub struct Prepared {
    /// Query, mutation or subscription.
    pub kind: OperationType,
    request: Request,
    document: Arc<Document>,
    operation_name: Option<String>,
    root_fields: Vec<String>,
    variables: Arc<Variables>,
    told: Option<Told>,
    transport: Transport,
}

/// What runs operations for all transports.
pub struct Operations {
    gateway: Arc<dyn Gateway>,
    documents: Documents,
    map: SchemaMap,
    scalars: Scalars,
    config: EdgeConfig,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    slots: Arc<Semaphore>,
}

impl Operations {
    /// With empty caches; the SDL of the gateway must parse.
    pub fn try_new(
        gateway: Arc<dyn Gateway>,
        config: EdgeConfig,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Result<Self, super::EdgeError> {
        let map = SchemaMap::parse(gateway.sdl())?;
        let slots = Arc::new(Semaphore::new(config.limits.in_flight.min(Semaphore::MAX_PERMITS)));
        let documents = Documents::new(&config.trusted, &config.limits);
        Ok(Self { gateway, documents, map, scalars: config.scalars.clone(), config, clock, ids, slots })
    }

    /// The settings.
    pub fn config(&self) -> &EdgeConfig {
        &self.config
    }
    /// The clock.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }
    /// A new request id.
    pub fn request_id(&self) -> Arc<str> {
        self.ids.next(self.clock.now()).simple().to_string().into()
    }

    /// Who calls, or the refusal of their token.
    pub async fn authenticate(&self, bearer: Option<&str>) -> Result<services::kernel::caller::Caller, Refusal> {
        self.gateway.authenticate(bearer).await.map_err(|e| match e {
            AuthError::Unavailable => Refusal {
                retry_after_s: Some(1),
                ..Refusal::http(StatusCode::SERVICE_UNAVAILABLE, codes::UNAVAILABLE, e.to_string())
            },
            AuthError::Invalid | AuthError::Expired => {
                Refusal::http(StatusCode::UNAUTHORIZED, codes::UNAUTHENTICATED, e.to_string())
            }
        })
    }

    /// Everything that can be said against a request before it runs.
    pub fn prepare(&self, params: Params, transport: Transport) -> Result<Prepared, Refusal> {
        let prepared = self.try_prepare(params, transport);
        if let Err(refusal) = &prepared {
            telemetry::refused(transport, refusal.code());
        }
        prepared
    }

    fn try_prepare(&self, params: Params, transport: Transport) -> Result<Prepared, Refusal> {
        let found = self.documents.find(&params, &self.map, &self.scalars)?;
        let document = found.document.clone();
        let operation = document.operation(params.operation_name.as_deref())?;
        fits_transport(operation.ty, transport)?;

        let limits = &self.config.limits;
        let mut variables = params.variables;
        let measure = documents::measured(&document, operation, &variables, &self.map, &self.config.cost_rules)?;
        let told = limits.cost.map(|maximum| Told { requested: measure.cost, maximum });
        cost::check(&measure, limits, self.config.introspection)?;
        let coercion =
            Coercion { map: &self.map, scalars: &self.scalars, list_items: limits.list_items, errors: limits.errors };
        let errors = coercion.variables(operation, &mut variables);
        if !errors.is_empty() {
            return Err(Refusal::graphql_all(errors));
        }
        self.documents.keep(&found);

        let kind = operation.ty;
        let operation_name = document.name_of(operation).map(str::to_owned);
        let root_fields = document.root_fields(operation).map(|f| f.name.node.to_string()).collect();
        let mut request = Request::new(&*document.text);
        request.operation_name.clone_from(&operation_name);
        request.variables = variables.clone();
        request.set_parsed_query(document.parsed.clone());
        if !self.config.introspection {
            request = request.disable_introspection();
        }
        let variables = Arc::new(variables);
        Ok(Prepared { kind, request, document, operation_name, root_fields, variables, told, transport })
    }

    /// Runs a query or mutation to its answer. A mutation goes on when the caller of this future leaves.
    pub async fn run(&self, prepared: Prepared, meta: RequestMeta) -> Result<Reply, Refusal> {
        let began = Instant::now();
        let (request, done) = prepared.split(meta);
        let slot = tokio::time::timeout(SLOT_WAIT, self.slots.clone().acquire_owned()).await;
        let Ok(Ok(slot)) = slot else {
            telemetry::refused(done.transport, codes::OVERLOADED);
            return Err(Refusal::overloaded());
        };
        let (gateway, request_meta) = (self.gateway.clone(), done.meta.clone());
        let execution = async move {
            let response = AssertUnwindSafe(gateway.execute(request, request_meta)).catch_unwind().await;
            drop(slot);
            response
        };
        let execution = execution.instrument(done.span());
        let execution: BoxFuture<'static, _> = if done.kind == OperationType::Mutation {
            let task = tokio::spawn(execution);
            async move { task.await.unwrap_or_else(|e| Err(Box::new(e))) }.boxed()
        } else {
            execution.boxed()
        };
        let reply = match tokio::time::timeout(self.config.limits.operation_wait, execution).await {
            Ok(Ok(response)) => Ok(self.reply(response, &done)),
            Ok(Err(_panic)) => Err(panicked(&done.meta.request_id)),
            Err(_late) => Err(late(done.kind)),
        };
        let outcome = reply.as_ref().map_or_else(|refusal| Outcome::Failed(refusal.code()), Reply::outcome);
        telemetry::answered(done.transport, done.kind, outcome, began.elapsed());
        let gateway = self.gateway.clone();
        let completed = done.completed(began.elapsed(), outcome);
        tokio::spawn(async move { gateway.completed(completed) });
        reply
    }

    /// Runs an operation of any kind as a stream of answers; dropping it ends a subscription.
    pub fn follow(self: &Arc<Self>, prepared: Prepared, meta: RequestMeta) -> BoxStream<'static, Reply> {
        let this = self.clone();
        if prepared.kind != OperationType::Subscription {
            let once = async move { this.run(prepared, meta).await.unwrap_or_else(Reply::from_refusal) };
            return stream::once(once).boxed();
        }
        let (request, done) = prepared.split(meta);
        let span = done.span();
        let mut responses = span.in_scope(|| self.gateway.subscribe(request, done.meta.clone()));
        let responses = stream::poll_fn(move |context| {
            let _entered = span.enter();
            responses.poll_next_unpin(context)
        });
        let mut watch =
            Following { gateway: self.gateway.clone(), began: Instant::now(), outcome: Outcome::Ok, done: Some(done) };
        telemetry::subscriptions(1);
        let replies = AssertUnwindSafe(responses).catch_unwind().scan(false, move |ended, response| {
            let reply = (!*ended).then(|| {
                *ended = response.is_err();
                let reply = watch.reply(&this, response);
                watch.outcome = reply.outcome();
                reply
            });
            futures::future::ready(reply)
        });
        replies.boxed()
    }

    fn reply(&self, response: async_graphql::Response, done: &Done) -> Reply {
        let reply = Reply::from_response(response, &done.meta.request_id, self.config.limits.errors);
        match done.told {
            Some(told) => reply.with_cost(told),
            None => reply,
        }
    }
}

/// What remains of an operation while it runs.
struct Done {
    kind: OperationType,
    document: Arc<Document>,
    operation_name: Option<String>,
    root_fields: Vec<String>,
    variables: Arc<Variables>,
    told: Option<Told>,
    transport: Transport,
    meta: RequestMeta,
}

impl Prepared {
    fn split(self, meta: RequestMeta) -> (Request, Done) {
        let Self { kind, request, document, operation_name, root_fields, variables, told, transport } = self;
        (request, Done { kind, document, operation_name, root_fields, variables, told, transport, meta })
    }
}

impl Done {
    fn span(&self) -> tracing::Span {
        tracing::info_span!(
            "graphql.operation",
            request.id = &*self.meta.request_id,
            operation.kind = %self.kind,
            operation.name = self.operation_name.as_deref().unwrap_or_default(),
            transport = self.transport.word(),
        )
    }
    fn completed(self, duration: Duration, outcome: Outcome) -> Completed {
        let Self { kind, document, operation_name, root_fields, variables, meta, .. } = self;
        Completed { operation_name, kind, root_fields, meta, duration, outcome, document, variables }
    }
}

/// A running subscription; tells the gateway when it ends, however it ends.
struct Following {
    gateway: Arc<dyn Gateway>,
    began: Instant,
    outcome: Outcome,
    done: Option<Done>,
}

impl Following {
    fn reply<P>(&self, operations: &Operations, response: Result<async_graphql::Response, P>) -> Reply {
        match (response, &self.done) {
            (Ok(response), Some(done)) => operations.reply(response, done),
            (Err(_panic), Some(done)) => Reply::from_refusal(panicked(&done.meta.request_id)),
            (_, None) => Reply::default(),
        }
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        telemetry::subscriptions(-1);
        if let Some(done) = self.done.take() {
            telemetry::answered(done.transport, done.kind, self.outcome, self.began.elapsed());
            self.gateway.completed(done.completed(self.began.elapsed(), self.outcome));
        }
    }
}

fn fits_transport(kind: OperationType, transport: Transport) -> Result<(), Refusal> {
    if transport.safe_only() && !documents::is_safe(kind) {
        let message = "Mutations are taken by POST only.";
        return Err(Refusal::http(StatusCode::METHOD_NOT_ALLOWED, codes::METHOD_NOT_ALLOWED, message).allowing("POST"));
    }
    if kind == OperationType::Subscription && !transport.streams() {
        let message = "Subscriptions are answered as text/event-stream or over a socket.";
        return Err(Refusal::http(StatusCode::NOT_ACCEPTABLE, codes::UNSUPPORTED_MEDIA_TYPE, message));
    }
    Ok(())
}

fn panicked(request_id: &str) -> Refusal {
    tracing::error!(request.id = request_id, "an operation panicked");
    let mut error: ServerError = codes::error(codes::INTERNAL, "Something went wrong here.");
    if let Some(extensions) = &mut error.extensions {
        extensions.set("requestId", request_id);
    }
    let refusal = Refusal::graphql_all(vec![error]);
    Refusal { status: StatusCode::INTERNAL_SERVER_ERROR, well_formed: false, ..refusal }
}

fn late(kind: OperationType) -> Refusal {
    let message = if kind == OperationType::Mutation {
        "The answer took too long. It may still be done: ask again with the same idempotency key."
    } else {
        "The answer took too long."
    };
    Refusal::http(StatusCode::GATEWAY_TIMEOUT, codes::TIMEOUT, message)
}
