//! What leaves the edge: the engine's response with its errors masked and capped, or a refusal, as JSON. Errors of the
//! closed set pass; of anything else the client sees only that it went wrong and under which id it was logged.

use std::collections::BTreeMap;

use async_graphql::{Response, ServerError, Value};
use axum::http::{HeaderValue, header};
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{codes, cost::Told, gateway::Outcome, refusal::Refusal};

/// An answer, ready to be written as JSON.
#[derive(Debug, Default, PartialEq)]
pub struct Reply {
    /// At most as many as the limits allow, each with a code of the closed set.
    pub errors: Vec<ServerError>,
    /// `None` when nothing was run: the answer then has no `data` at all.
    pub data: Option<Value>,
    /// Beside the engine's own: `cost`, `moreErrors`.
    pub extensions: BTreeMap<String, Value>,
    /// Beside the JSON: cookies to set.
    pub cookies: Vec<HeaderValue>,
}

impl Reply {
    /// Masks a response. One without data whose errors name no field was refused by validation: nothing was run.
    pub fn from_response(response: Response, request_id: &str, errors_max: usize) -> Self {
        let not_run = response.data == Value::Null
            && !response.errors.is_empty()
            && response.errors.iter().all(|e| e.path.is_empty());
        let cookies = response.http_headers.get_all(header::SET_COOKIE).iter().cloned().collect();
        let data = (!not_run).then_some(response.data);
        let mut reply = Self { errors: Vec::new(), data, extensions: response.extensions, cookies };
        let told = response.errors.len().min(errors_max);
        if response.errors.len() > told {
            reply.extensions.insert("moreErrors".to_owned(), Value::from(response.errors.len() - told));
        }
        reply.errors = response.errors.into_iter().take(told).map(|e| mask(e, not_run, request_id)).collect();
        reply
    }

    /// The reply of a refusal.
    pub fn from_refusal(refusal: Refusal) -> Self {
        let reply = Self { errors: refusal.errors, ..Self::default() };
        match refusal.cost {
            Some(told) => reply.with_cost(told),
            None => reply,
        }
    }

    /// With what the document costs.
    #[must_use]
    pub fn with_cost(mut self, told: Told) -> Self {
        let cost = [("requested", told.requested), ("maximum", told.maximum)];
        let cost = cost.into_iter().map(|(name, n)| (async_graphql::Name::new(name), Value::from(n))).collect();
        self.extensions.insert("cost".to_owned(), Value::Object(cost));
        self
    }

    /// Whether the operation ran at all.
    pub fn ran(&self) -> bool {
        self.data.is_some()
    }

    /// How it ended.
    pub fn outcome(&self) -> Outcome {
        let code = self.errors.first().map(|e| codes::of(e).unwrap_or(codes::INTERNAL));
        match (&self.data, code) {
            (_, None) => Outcome::Ok,
            (None, Some(code)) => Outcome::Refused(code),
            (Some(Value::Null), Some(code)) => Outcome::Failed(code),
            (Some(_), Some(_)) => Outcome::Partial,
        }
    }

    /// Without the names of the schema that validation suggests: " Did you mean …" is cut off, also where the library
    /// cannot be told to leave it out (arguments of directives).
    #[must_use]
    pub fn without_suggestions(mut self) -> Self {
        if !self.ran() {
            for error in &mut self.errors {
                // What is before it repeats the caller's own name, which a name of GraphQL keeps free of blanks.
                if let Some(at) = error.message.find(" Did you mean") {
                    error.message.truncate(at);
                }
            }
        }
        self
    }

    /// As JSON text.
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = Vec::with_capacity(1_024);
        if serde_json::to_writer(&mut json, self).is_err() {
            // Only a resolver's raw JSON can be broken; half an answer must not leave.
            tracing::error!("an answer could not be written as JSON");
            return br#"{"errors":[{"message":"Something went wrong here.","extensions":{"code":"INTERNAL"}}]}"#
                .to_vec();
        }
        json
    }
}

impl Serialize for Reply {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.errors.is_empty() {
            map.serialize_entry("errors", &self.errors)?;
        }
        if let Some(data) = &self.data {
            map.serialize_entry("data", data)?;
        }
        if !self.extensions.is_empty() {
            map.serialize_entry("extensions", &self.extensions)?;
        }
        map.end()
    }
}

fn mask(error: ServerError, not_run: bool, request_id: &str) -> ServerError {
    if codes::of(&error).is_some() {
        return error;
    }
    let carries_code = error.extensions.as_ref().is_some_and(|e| e.get("code").is_some());
    if not_run && !carries_code {
        let plain = ServerError { extensions: None, source: None, ..error };
        return codes::tag(plain, codes::GRAPHQL_VALIDATION_FAILED);
    }
    tracing::error!(request.id = request_id, cause = %error.message, path = ?error.path, "a resolver failed");
    let mut masked = codes::error(codes::INTERNAL, "Something went wrong here.");
    masked.locations = error.locations;
    masked.path = error.path;
    if let Some(extensions) = &mut masked.extensions {
        extensions.set("requestId", request_id);
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::PathSegment;

    fn failed(message: &str, code: Option<&str>, path: &[&str]) -> ServerError {
        let mut error = ServerError::new(message, None);
        error.path = path.iter().map(|p| PathSegment::Field((*p).to_owned())).collect();
        if let Some(code) = code {
            let mut extensions = async_graphql::ErrorExtensionValues::default();
            extensions.set("code", code);
            error.extensions = Some(extensions);
        }
        error
    }

    fn json(response: Response) -> serde_json::Value {
        serde_json::from_slice(&Reply::from_response(response, "r1", 10).to_json()).expect("JSON")
    }

    #[test]
    fn an_unknown_cause_is_told_as_internal_with_the_request_id() {
        let mut response = Response::new(Value::Null);
        response.errors = vec![failed("SELECT * FROM cards", None, &["a"]), failed("x", Some("SQLITE_FULL"), &["b"])];
        let json = json(response);
        assert_eq!(json["data"], serde_json::Value::Null);
        assert!(
            json.get("data").is_some() && !json.to_string().contains("SELECT") && !json.to_string().contains("SQLITE")
        );
        for error in json["errors"].as_array().expect("a list") {
            assert_eq!(error["extensions"], serde_json::json!({"code": "INTERNAL", "requestId": "r1"}));
        }
        assert_eq!(json["errors"][0]["path"], serde_json::json!(["a"]));
    }

    #[test]
    fn codes_of_the_set_pass_with_their_message() {
        let mut response = Response::new(Value::Null);
        response.errors = vec![failed("No such order.", Some("NOT_FOUND"), &["order"])];
        let json = json(response);
        assert_eq!(json["errors"][0]["message"], "No such order.");
        assert_eq!(json["errors"][0]["extensions"]["code"], "NOT_FOUND");
    }

    #[test]
    fn what_validation_refused_has_no_data() {
        let json = json(Response::from_errors(vec![failed("Unknown field", None, &[])]));
        assert!(json.get("data").is_none());
        assert_eq!(json["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    }

    #[test]
    fn suggestions_are_cut_off_what_validation_refused_and_nothing_else() {
        for (told, cut) in [
            (r#"Unknown field "nam" on type "Item". Did you mean "name"?"#, r#"Unknown field "nam" on type "Item"."#),
            (
                r#"Unknown argument "b" on field "item" of type "Query". Did you mean "by"?"#,
                r#"Unknown argument "b" on field "item" of type "Query"."#,
            ),
            (
                r#"Unknown argument "iff" on directive "skip". Did you mean "if"?"#,
                r#"Unknown argument "iff" on directive "skip"."#,
            ),
        ] {
            let refused = Response::from_errors(vec![failed(told, None, &[])]);
            let reply = Reply::from_response(refused, "r", 10).without_suggestions();
            assert_eq!(reply.errors[0].message, cut);
        }
        let mut ran = Response::new(Value::Null);
        ran.errors = vec![failed("No such size. Did you mean L?", Some("NOT_FOUND"), &["item"])];
        let reply = Reply::from_response(ran, "r", 10).without_suggestions();
        assert_eq!(reply.errors[0].message, "No such size. Did you mean L?");
    }

    #[test]
    fn errors_are_capped_and_the_rest_is_counted() {
        let json = json(Response::from_errors(vec![failed("Unknown field", None, &[]); 1_000]));
        assert_eq!(json["errors"].as_array().map(Vec::len), Some(10));
        assert_eq!(json["extensions"]["moreErrors"], 990);
    }

    #[test]
    fn outcomes_tell_refused_failed_and_partial_apart() {
        let of = |data: Value, errors: Vec<ServerError>| {
            let mut response = Response::new(data);
            response.errors = errors;
            Reply::from_response(response, "r", 10).outcome()
        };
        assert_eq!(of(Value::from(1), vec![]), Outcome::Ok);
        assert_eq!(of(Value::from(1), vec![failed("x", None, &["a"])]), Outcome::Partial);
        assert_eq!(of(Value::Null, vec![failed("x", Some("FORBIDDEN"), &["a"])]), Outcome::Failed("FORBIDDEN"));
        assert_eq!(of(Value::Null, vec![failed("x", None, &[])]), Outcome::Refused("GRAPHQL_VALIDATION_FAILED"));
    }

    #[test]
    fn degraded_passes_through_beside_the_cost() {
        let response = Response::new(Value::from(1)).extension("degraded", Value::from(vec!["search".to_owned()]));
        let reply = Reply::from_response(response, "r", 10).with_cost(Told { requested: 3, maximum: 9 });
        let json: serde_json::Value = serde_json::from_slice(&reply.to_json()).expect("JSON");
        assert_eq!(
            json["extensions"],
            serde_json::json!({"degraded": ["search"], "cost": {"requested": 3, "maximum": 9}})
        );
    }
}
