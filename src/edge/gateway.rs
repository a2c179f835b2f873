//! The one arrow out of the edge: what must be there to run an operation. The edge knows HTTP, sockets, documents and
//! limits; behind this trait is the schema with its resolvers, sessions and caches.

use std::{collections::BTreeMap, net::IpAddr, sync::Arc, time::Duration};

use async_graphql::{Request, Response, Variables};
use async_graphql_parser::types::OperationType;
use async_graphql_value::ConstValue;
use async_trait::async_trait;
use futures::stream::BoxStream;
use services::kernel::{caller::Caller, clock::Timestamp};

use super::{cookies::Kept, documents::Document};

/// Why a token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// It was not made here, or was revoked.
    #[error("The token is not valid.")]
    Invalid,
    /// Its time is over.
    #[error("The token has expired: refresh the session.")]
    Expired,
    /// It cannot be checked now.
    #[error("Tokens cannot be checked now; try again shortly.")]
    Unavailable,
}

/// What is known about a request besides its document.
#[derive(Clone, Debug)]
pub struct RequestMeta {
    /// Who calls.
    pub caller: Caller,
    /// Told back to the client and written to the log.
    pub request_id: Arc<str>,
    /// The tokens that the client keeps in cookies; `None`: it reads them in answers.
    pub kept: Option<Arc<Kept>>,
    /// Where the client is; `None` when the transport does not tell.
    pub address: Option<IpAddr>,
    /// When the operation began.
    pub now: Timestamp,
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Data and no errors.
    Ok,
    /// Data, and errors of single fields.
    Partial,
    /// Nothing was run; why, by its code.
    Refused(&'static str),
    /// The operation ran and gave no data; why, by the code of its first error.
    Failed(&'static str),
}

impl Outcome {
    /// A word for metrics and logs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Partial => "partial",
            Self::Refused(_) => "refused",
            Self::Failed(_) => "failed",
        }
    }
}

/// A call of a root field.
#[derive(Clone, Debug, PartialEq)]
pub struct RootCall {
    /// The field's name in the schema.
    pub field: String,
    /// Its arguments as given, variables put in; defaults are left out.
    pub arguments: BTreeMap<String, ConstValue>,
}

/// An operation that is about to run, as far as its answer may depend on it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Query or mutation.
    pub kind: OperationType,
    /// The operation's name in its document.
    pub operation_name: Option<&'a str>,
    /// All fields at its root, those inside fragments too.
    pub root_fields: &'a [String],
    /// Coerced.
    pub variables: &'a Variables,
}

/// An operation that was answered.
#[derive(Clone, Debug)]
pub struct Completed {
    /// The operation's name in its document.
    pub operation_name: Option<String>,
    /// Query, mutation or subscription.
    pub kind: OperationType,
    /// The names of the fields at its root, in order, fragments unfolded.
    pub root_fields: Vec<String>,
    /// Who called, where from, and when.
    pub meta: RequestMeta,
    /// From the parsed request to the answer.
    pub duration: Duration,
    /// How it ended.
    pub outcome: Outcome,
    pub(super) document: Arc<Document>,
    pub(super) variables: Arc<Variables>,
}

impl Completed {
    /// The calls at the root with their arguments: what was searched, which item was looked at.
    pub fn root_calls(&self) -> Vec<RootCall> {
        let Ok(operation) = self.document.operation(self.operation_name.as_deref()) else { return Vec::new() };
        let value =
            |name: async_graphql_value::Name| Ok::<_, ()>(self.variables.get(&name).cloned().unwrap_or_default());
        let calls = self.document.root_fields(operation).into_iter().map(|field| RootCall {
            field: field.name.node.to_string(),
            arguments: field
                .arguments
                .iter()
                .filter_map(|(name, v)| Some((name.node.to_string(), v.node.clone().into_const_with(value).ok()?)))
                .collect(),
        });
        calls.collect()
    }
}

/// What runs operations.
///
/// Promises: `execute` and `subscribe` get documents that are within the limits and variables that fit their types.
/// A future of a query may be dropped when its client leaves; that of a mutation is always run to its end. Errors whose
/// `extensions.code` is not in [`super::codes::ALL`] are told as `INTERNAL` and logged.
#[async_trait]
pub trait Gateway: Send + Sync + 'static {
    /// The SDL, parsed once at start for the cost walk and the coercion.
    fn sdl(&self) -> &str;
    /// Who calls: from the bearer token of the `Authorization` header or of `connection_init`. Without a token: nobody yet.
    async fn authenticate(&self, bearer: Option<&str>) -> Result<Caller, AuthError>;
    /// Whether a caller who was authenticated before must go now, because their session has ended since.
    async fn has_ended(&self, caller: &Caller) -> bool;
    /// Runs a query or mutation. Cookies that the response sets go out with the answer over plain HTTP.
    async fn execute(&self, request: Request, meta: RequestMeta) -> Response;
    /// Runs a subscription. Dropping the stream ends it.
    fn subscribe(&self, request: Request, meta: RequestMeta) -> BoxStream<'static, Response>;
    /// The scope within which the answer of a query may be given to other callers with the same document and variables:
    /// everything else that it depends on, such as the promise zone and the version of the data. `None`, as by default,
    /// runs each query by itself. Only for queries none of whose fields looks at who calls.
    fn share(&self, asked: &Asked<'_>, meta: &RequestMeta) -> Option<String> {
        let _ = (asked, meta);
        None
    }
    /// For how long an answer in a scope of [`Gateway::share`] may be given again; answers with errors never are.
    fn keep_for(&self, response: &Response, meta: &RequestMeta) -> Duration {
        let _ = (response, meta);
        Duration::ZERO
    }
    /// Told after the answer was handed over, also when it was shared; never delays it.
    fn completed(&self, done: Completed);
}
