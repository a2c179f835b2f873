//! A request that is turned away before anything was run: which errors, under which HTTP status. What happens inside a
//! running operation is not a refusal (see `reply.rs`).

use async_graphql::ServerError;
use axum::http::StatusCode;

use super::{codes, cost::Told};

/// Why a request was not run.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The HTTP status.
    pub status: StatusCode,
    /// The request was good HTTP and GraphQL refused it: clients of `application/json` see 200, as that media type has it.
    pub well_formed: bool,
    /// What is told; never empty.
    pub errors: Vec<ServerError>,
    /// What the document would have cost, where that was measured.
    pub cost: Option<Told>,
    /// The methods of an `Allow` header.
    pub allow: Option<&'static str>,
    /// Seconds of a `Retry-After` header.
    pub retry_after_s: Option<u32>,
}

impl Refusal {
    /// GraphQL refuses a well-formed request.
    pub fn graphql(code: &'static str, message: impl Into<String>) -> Self {
        Self::graphql_all(vec![codes::error(code, message)])
    }
    /// GraphQL refuses a well-formed request for several reasons; each error carries its code already.
    pub fn graphql_all(errors: Vec<ServerError>) -> Self {
        debug_assert!(!errors.is_empty(), "a refusal says why");
        Self {
            status: StatusCode::BAD_REQUEST,
            well_formed: true,
            errors,
            cost: None,
            allow: None,
            retry_after_s: None,
        }
    }
    /// HTTP refuses: the status is the same for every media type.
    pub fn http(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, well_formed: false, ..Self::graphql(code, message) }
    }
    /// A request parameter is missing or has the wrong type.
    pub fn parameter(message: impl Into<String>) -> Self {
        Self::http(StatusCode::BAD_REQUEST, codes::BAD_USER_INPUT, message)
    }
    /// Too much is going on: to be tried again after so many seconds.
    pub fn overloaded() -> Self {
        let message = "Too many operations are running; try again shortly.";
        Self::http(StatusCode::SERVICE_UNAVAILABLE, codes::OVERLOADED, message).retrying(1)
    }
    /// To be tried again after so many seconds: told by the header and by `extensions.retryAfter`.
    #[must_use]
    pub fn retrying(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        for error in &mut self.errors {
            error.extensions.get_or_insert_with(Default::default).set("retryAfter", seconds);
        }
        self
    }
    /// With the methods that would do.
    #[must_use]
    pub fn allowing(self, methods: &'static str) -> Self {
        Self { allow: Some(methods), ..self }
    }
    /// With what the document would have cost.
    #[must_use]
    pub fn costing(self, told: Told) -> Self {
        Self { cost: Some(told), ..self }
    }
    /// The code of the first error.
    pub fn code(&self) -> &'static str {
        self.errors.first().and_then(codes::of).unwrap_or(codes::INTERNAL)
    }
}
