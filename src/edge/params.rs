//! The parameters of a GraphQL request, from a JSON body, a query string or a socket message. Shapes only: what the
//! document says and whether the variables fit is looked at later.

use std::collections::BTreeMap;

use async_graphql::Variables;
use async_graphql_value::ConstValue;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value as Json;
use url::form_urlencoded;

use super::{codes, refusal::Refusal};

/// What a client asks to run.
#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Params {
    /// The document; `None` when only its id is given.
    pub query: Option<String>,
    /// Which of its operations.
    pub operation_name: Option<String>,
    /// By name; not yet coerced.
    pub variables: Variables,
    /// Among them `persistedQuery`.
    pub extensions: Option<BTreeMap<String, ConstValue>>,
    /// The id of a trusted document.
    pub document_id: Option<String>,
}

impl Params {
    /// From a body of `application/json`.
    pub fn from_body(body: &[u8]) -> Result<Self, Refusal> {
        // The typed reading is the quick way; when it fails, the slow one finds words for why. It would take a list for
        // the parameters in their order, so only objects go this way.
        let object = body.trim_ascii_start().starts_with(b"{");
        match serde_json::from_slice::<Self>(body) {
            Ok(params) if object => params.complete(),
            _ => {
                let json: Json = serde_json::from_slice(body).map_err(|_| {
                    Refusal::http(StatusCode::BAD_REQUEST, codes::BAD_USER_INPUT, "The body is not valid JSON.")
                })?;
                Self::from_json(json)
            }
        }
    }

    /// From a JSON value: the payload of a socket's message, or a body.
    pub fn from_json(json: Json) -> Result<Self, Refusal> {
        let mut fields = match json {
            Json::Object(fields) => fields,
            Json::Array(_) => {
                return Err(Refusal::parameter("Batches are not taken: send one operation in a request."));
            }
            _ => return Err(Refusal::parameter("The request must be a JSON object.")),
        };
        let params = Self {
            query: text(fields.remove("query"), "query")?,
            operation_name: text(fields.remove("operationName"), "operationName")?,
            variables: Variables::from_value(map(fields.remove("variables"), "variables")?),
            extensions: match map(fields.remove("extensions"), "extensions")? {
                ConstValue::Object(entries) => Some(entries.into_iter().map(|(k, v)| (k.to_string(), v)).collect()),
                _ => None,
            },
            document_id: text(fields.remove("documentId"), "documentId")?,
        };
        params.complete()
    }

    /// From the query string of a GET; `variables` and `extensions` are JSON texts.
    pub fn from_query(query: &str) -> Result<Self, Refusal> {
        let mut fields = serde_json::Map::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = match name.as_ref() {
                "query" | "operationName" | "documentId" => Json::String(value.into_owned()),
                "variables" | "extensions" if value.is_empty() => Json::Null,
                "variables" | "extensions" => serde_json::from_str(&value)
                    .map_err(|_| Refusal::parameter(format!("The parameter \"{name}\" is not valid JSON.")))?,
                _ => continue,
            };
            if fields.insert(name.to_string(), value).is_some() {
                return Err(Refusal::parameter(format!("The parameter \"{name}\" is given twice.")));
            }
        }
        Self::from_json(Json::Object(fields))
    }

    fn complete(mut self) -> Result<Self, Refusal> {
        self.operation_name = self.operation_name.filter(|name| !name.is_empty());
        if self.query.is_none() && self.document_id.is_none() && self.persisted_hash()?.is_none() {
            return Err(Refusal::parameter("The parameter \"query\" is missing."));
        }
        Ok(self)
    }

    /// The SHA-256 of an automatically persisted query, as 64 hexadecimal digits in lower case.
    pub fn persisted_hash(&self) -> Result<Option<String>, Refusal> {
        let persisted = match self.extensions.as_ref().and_then(|e| e.get("persistedQuery")) {
            None | Some(ConstValue::Null) => return Ok(None),
            Some(ConstValue::Object(persisted)) => persisted,
            Some(_) => return Err(Refusal::parameter("\"extensions.persistedQuery\" must be an object.")),
        };
        let version = persisted.get("version");
        if !matches!(version, Some(ConstValue::Number(n)) if n.as_u64() == Some(1)) {
            return Err(Refusal::parameter("\"extensions.persistedQuery.version\" must be 1."));
        }
        match persisted.get("sha256Hash") {
            Some(ConstValue::String(hash)) if hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => {
                Ok(Some(hash.to_ascii_lowercase()))
            }
            _ => Err(Refusal::parameter("\"extensions.persistedQuery.sha256Hash\" must be 64 hexadecimal digits.")),
        }
    }
}

fn text(value: Option<Json>, name: &str) -> Result<Option<String>, Refusal> {
    match value {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::parameter(format!("The parameter \"{name}\" must be a string."))),
    }
}

fn map(value: Option<Json>, name: &str) -> Result<ConstValue, Refusal> {
    let wrong = || Refusal::parameter(format!("The parameter \"{name}\" must be an object."));
    match value {
        None | Some(Json::Null) => Ok(ConstValue::Null),
        Some(value @ Json::Object(_)) => ConstValue::from_json(value).map_err(|_| wrong()),
        Some(_) => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(params: Result<Params, Refusal>) -> String {
        params.map_or_else(|r| r.errors[0].message.clone(), |_| "accepted".to_owned())
    }

    #[test]
    fn a_body_gives_all_parameters() {
        let body = br#"{"query":"{a}","operationName":"Q","variables":{"n":1},"extensions":{"x":{"y":[1]}}}"#;
        let params = Params::from_body(body).expect("good");
        assert_eq!(params.operation_name.as_deref(), Some("Q"));
        assert_eq!(params.variables.len(), 1);
        assert!(params.extensions.is_some_and(|e| e.contains_key("x")));
    }

    #[test]
    fn a_list_is_no_object_with_its_parameters_in_order() {
        for list in [r#"["{a}"]"#, r#" ["{a}", "Q", {}, {}, null]"#, "[]"] {
            let told = told(Params::from_body(list.as_bytes()));
            assert_eq!(told, "Batches are not taken: send one operation in a request.", "{list}");
        }
    }

    #[test]
    fn nulls_are_absent() {
        let body = br#"{"query":"{a}","operationName":null,"variables":null,"extensions":null}"#;
        assert_eq!(Params::from_body(body).expect("good"), Params { query: Some("{a}".into()), ..Params::default() });
    }

    #[test]
    fn wrong_types_are_named() {
        for (body, says) in [
            (r#"{"query":0}"#, "The parameter \"query\" must be a string."),
            (r#"{"query":"{a}","operationName":[]}"#, "The parameter \"operationName\" must be a string."),
            (r#"{"query":"{a}","variables":"x"}"#, "The parameter \"variables\" must be an object."),
            (r#"{"query":"{a}","extensions":["x"]}"#, "The parameter \"extensions\" must be an object."),
            (r#"{"notquery":"{a}"}"#, "The parameter \"query\" is missing."),
            (r#"[{"query":"{a}"}]"#, "Batches are not taken: send one operation in a request."),
            ("{ \"not a JSON", "The body is not valid JSON."),
            ("", "The body is not valid JSON."),
            ("7", "The request must be a JSON object."),
        ] {
            assert_eq!(told(Params::from_body(body.as_bytes())), says, "{body}");
        }
    }

    #[test]
    fn a_query_string_carries_json_in_variables() {
        let params =
            Params::from_query("query=%7Ba%7D&variables=%7B%22n%22%3A1%7D&operationName=Q&other=1").expect("good");
        assert_eq!((params.query.as_deref(), params.operation_name.as_deref()), (Some("{a}"), Some("Q")));
        assert_eq!(params.variables.len(), 1);
        assert_eq!(told(Params::from_query("query=a&variables=%7B")), "The parameter \"variables\" is not valid JSON.");
        assert_eq!(told(Params::from_query("query=a&query=b")), "The parameter \"query\" is given twice.");
        assert_eq!(told(Params::from_query("")), "The parameter \"query\" is missing.");
    }

    #[test]
    fn a_persisted_hash_is_checked_for_its_shape() {
        let with = |p: &str| Params::from_body(format!(r#"{{"extensions":{{"persistedQuery":{p}}}}}"#).as_bytes());
        let hash = "A".repeat(64);
        let good = with(&format!(r#"{{"version":1,"sha256Hash":"{hash}"}}"#)).expect("good");
        assert_eq!(good.persisted_hash().expect("good"), Some("a".repeat(64)));
        for bad in [
            "1".to_owned(),
            format!(r#"{{"version":2,"sha256Hash":"{hash}"}}"#),
            r#"{"version":1,"sha256Hash":"xyz"}"#.into(),
        ] {
            assert!(with(&bad).is_err(), "{bad}");
        }
    }
}
