//! What every transport shares before an operation runs: find its document, measure it, hold the limits, coerce its
//! variables. Running it is `running.rs`'s business, HTTP statuses and socket messages are the transports'.

use std::{net::IpAddr, sync::Arc};

use async_graphql::Variables;
use async_graphql_parser::types::OperationType;
use axum::http::StatusCode;
use futures::future::BoxFuture;
use services::kernel::{caller::Caller, clock::Clock, ids::IdSource};

use super::{
    codes,
    coerce::Coercion,
    config::EdgeConfig,
    cost::{self, Told},
    documents::{self, Document, Documents, Found},
    gateway::{AuthError, Gateway, RequestMeta},
    lanes::Lanes,
    params::Params,
    rates::{Class, Rates},
    refusal::Refusal,
    scalars::Scalars,
    schema_map::SchemaMap,
    shared::SharedAnswers,
    telemetry,
};

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
#[derive(Clone)]
pub struct Prepared {
    /// Query, mutation or subscription.
    pub kind: OperationType,
    pub(super) document: Arc<Document>,
    pub(super) operation_name: Option<String>,
    pub(super) root_fields: Vec<String>,
    pub(super) class: Class,
    pub(super) variables: Arc<Variables>,
    pub(super) told: Option<Told>,
    pub(super) transport: Transport,
    /// The document as it was found, when it is not held yet: the engine's validation has the last word on it.
    pub(super) unproven: Option<Arc<Found>>,
}

/// What runs operations for all transports.
pub struct Operations {
    pub(super) gateway: Arc<dyn Gateway>,
    pub(super) config: EdgeConfig,
    pub(super) lanes: Lanes,
    rates: Option<Rates>,
    pub(super) shared: SharedAnswers,
    pub(super) documents: Documents,
    map: SchemaMap,
    scalars: Scalars,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
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
        let (lanes, rates) = (Lanes::new(&config.limits), config.limits.rates.as_ref().map(Rates::new));
        let documents = Documents::new(&config.trusted, &config.limits);
        let (scalars, shared) = (config.scalars.clone(), SharedAnswers::new(config.shared_bytes));
        Ok(Self { gateway, config, lanes, rates, shared, documents, map, scalars, clock, ids })
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
    pub async fn authenticate(&self, bearer: Option<&str>) -> Result<Caller, Refusal> {
        self.gateway.authenticate(bearer).await.map_err(|e| match e {
            AuthError::Unavailable => {
                Refusal::http(StatusCode::SERVICE_UNAVAILABLE, codes::UNAVAILABLE, e.to_string()).retrying(1)
            }
            AuthError::Invalid | AuthError::Expired => {
                Refusal::http(StatusCode::UNAUTHORIZED, codes::UNAUTHENTICATED, e.to_string())
            }
        })
    }

    /// Waits until the session of a caller has ended; for ever for whoever has none. Cancel-safe.
    pub fn session_end(&self, caller: Caller) -> BoxFuture<'static, ()> {
        if caller.session.is_none() {
            return Box::pin(std::future::pending());
        }
        let (gateway, every) = (Arc::clone(&self.gateway), self.config.session_check);
        Box::pin(async move {
            while !gateway.has_ended(&caller).await {
                tokio::time::sleep(every).await;
            }
        })
    }

    /// Counts a request by its address, before anything of it is read.
    pub fn knock(&self, address: Option<IpAddr>) -> Result<(), Refusal> {
        self.rates.as_ref().map_or(Ok(()), |rates| rates.knock(address))
    }

    /// Counts an operation by who asks for it and what it does.
    pub fn admit(&self, prepared: &Prepared, meta: &RequestMeta) -> Result<(), Refusal> {
        let Some(rates) = &self.rates else { return Ok(()) };
        let admitted = rates.admit(prepared.class, &prepared.root_fields, meta);
        if let Err(refusal) = &admitted {
            telemetry::refused(prepared.transport, refusal.code());
        }
        admitted
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

        let kind = operation.ty;
        let operation_name = document.name_of(operation).map(str::to_owned);
        let root_fields: Vec<_> =
            document.root_fields(operation).into_iter().map(|f| f.name.node.to_string()).collect();
        let class = self.config.classes.of(kind, &root_fields);
        let unproven = (found.fresh || found.persist.is_some()).then(|| Arc::new(found));
        let variables = Arc::new(variables);
        Ok(Prepared { kind, document, operation_name, root_fields, class, variables, told, transport, unproven })
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
