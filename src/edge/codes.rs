//! The closed set of protocol error codes that `errors[].extensions.code` may carry, and how an error gets one.
//! Domain errors (sold out, price changed) are not here: they are typed data of a payload.

use async_graphql::{ErrorExtensionValues, ServerError, Value};

/// The document is not GraphQL.
pub const GRAPHQL_PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
/// The document does not fit the schema.
pub const GRAPHQL_VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";
/// A variable, an argument or a request parameter has the wrong shape.
pub const BAD_USER_INPUT: &str = "BAD_USER_INPUT";
/// No valid token.
pub const UNAUTHENTICATED: &str = "UNAUTHENTICATED";
/// The caller lacks the role.
pub const FORBIDDEN: &str = "FORBIDDEN";
/// There is no such thing, or it is not the caller's.
pub const NOT_FOUND: &str = "NOT_FOUND";
/// The list that the cursor names is gone.
pub const CURSOR_EXPIRED: &str = "CURSOR_EXPIRED";
/// The cursor was never given out.
pub const INVALID_CURSOR: &str = "INVALID_CURSOR";
/// An engine behind the field is down.
pub const UNAVAILABLE: &str = "UNAVAILABLE";
/// The deadline passed.
pub const TIMEOUT: &str = "TIMEOUT";
/// The document asks for too much.
pub const COST_EXCEEDED: &str = "COST_EXCEEDED";
/// Too many requests of one caller.
pub const RATE_LIMITED: &str = "RATE_LIMITED";
/// The hash of a persisted query is not known: send the text along.
pub const PERSISTED_QUERY_NOT_FOUND: &str = "PERSISTED_QUERY_NOT_FOUND";
/// The hash of a persisted query is not that of the text sent with it.
pub const PERSISTED_QUERY_HASH_MISMATCH: &str = "PERSISTED_QUERY_HASH_MISMATCH";
/// Only documents known at start are run here.
pub const TRUSTED_DOCUMENTS_ONLY: &str = "TRUSTED_DOCUMENTS_ONLY";
/// The HTTP method does not fit the operation.
pub const METHOD_NOT_ALLOWED: &str = "METHOD_NOT_ALLOWED";
/// The body's or the answer's media type is not spoken here.
pub const UNSUPPORTED_MEDIA_TYPE: &str = "UNSUPPORTED_MEDIA_TYPE";
/// The body or message is too large.
pub const PAYLOAD_TOO_LARGE: &str = "PAYLOAD_TOO_LARGE";
/// A defect; its cause is in the log under the request id.
pub const INTERNAL: &str = "INTERNAL";
/// Too many operations at once: try again shortly.
pub const OVERLOADED: &str = "OVERLOADED";

/// Every code that leaves the edge.
pub const ALL: [&str; 20] = [
    GRAPHQL_PARSE_FAILED,
    GRAPHQL_VALIDATION_FAILED,
    BAD_USER_INPUT,
    UNAUTHENTICATED,
    FORBIDDEN,
    NOT_FOUND,
    CURSOR_EXPIRED,
    INVALID_CURSOR,
    UNAVAILABLE,
    TIMEOUT,
    COST_EXCEEDED,
    RATE_LIMITED,
    PERSISTED_QUERY_NOT_FOUND,
    PERSISTED_QUERY_HASH_MISMATCH,
    TRUSTED_DOCUMENTS_ONLY,
    METHOD_NOT_ALLOWED,
    UNSUPPORTED_MEDIA_TYPE,
    PAYLOAD_TOO_LARGE,
    INTERNAL,
    OVERLOADED,
];

/// The code of the set that equals `code`; `None` for any other text.
pub fn known(code: &str) -> Option<&'static str> {
    ALL.into_iter().find(|c| *c == code)
}

/// The code that an error carries, when it is one of the set.
pub fn of(error: &ServerError) -> Option<&'static str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => known(code),
        Value::Enum(code) => known(code.as_str()),
        _ => None,
    }
}

/// Gives an error its code.
pub fn tag(mut error: ServerError, code: &'static str) -> ServerError {
    error.extensions.get_or_insert_with(ErrorExtensionValues::default).set("code", code);
    error
}

/// A new error with its code.
pub fn error(code: &'static str, message: impl Into<String>) -> ServerError {
    tag(ServerError::new(message, None), code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_by_its_text_and_nothing_else_is() {
        for code in ALL {
            assert_eq!(known(code), Some(code));
            assert_eq!(of(&error(code, "x")), Some(code));
        }
        assert_eq!(known("SQLITE_BUSY"), None);
        assert_eq!(of(&ServerError::new("x", None)), None);
    }

    #[test]
    fn the_set_holds_no_code_twice() {
        let distinct: std::collections::BTreeSet<_> = ALL.into_iter().collect();
        assert_eq!(distinct.len(), ALL.len());
    }
}
