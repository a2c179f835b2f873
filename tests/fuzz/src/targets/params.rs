//! Parameters of a GraphQL request: a body, a query string.

use async_graphql_value::ConstValue;
use chowk::edge::{codes, params::Params, refusal::Refusal};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::is_clear;

/// A body. What is taken is complete, means the same however it is read, and is the same after it was written again.
pub fn body(bytes: &[u8]) {
    let taken = Params::from_body(bytes);
    if let Ok(json) = serde_json::from_slice::<Value>(bytes) {
        let slowly = Params::from_json(json);
        match (&taken, &slowly) {
            (Ok(quick), Ok(slow)) => assert_eq!(quick, slow, "both readings agree"),
            (Err(quick), Err(slow)) => assert_eq!(quick.errors[0].message, slow.errors[0].message),
            _ => panic!("one reading takes what the other refuses: {taken:?}, {slowly:?}"),
        }
    }
    judge(taken, |params| Params::from_body(as_json(params).to_string().as_bytes()));
}

/// A query string, the same way.
pub fn query(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    judge(Params::from_query(text), |params| Params::from_query(&as_query(params)));
}

fn judge(taken: Result<Params, Refusal>, again: impl Fn(&Params) -> Result<Params, Refusal>) {
    match taken {
        Err(refusal) => {
            is_clear(&refusal);
            assert_eq!((refusal.status.as_u16(), refusal.code()), (400, codes::BAD_USER_INPUT));
        }
        Ok(params) => {
            // Where there is a document too, a malformed hash is found when the document is.
            let hash = params.persisted_hash().unwrap_or_else(|refusal| {
                is_clear(&refusal);
                None
            });
            assert!(params.query.is_some() || params.document_id.is_some() || hash.is_some(), "{params:?}");
            assert!(params.operation_name.as_deref() != Some(""), "an empty name is none");
            assert!(hash.is_none_or(|h| h.len() == 64 && h.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))));
            assert_eq!(again(&params).expect("what was taken is taken again"), params);
        }
    }
}

fn as_json(params: &Params) -> Value {
    let variables: Value = serde_json::to_value(&params.variables).expect("variables are JSON");
    json!({
        "query": params.query,
        "operationName": params.operation_name,
        "variables": variables,
        "extensions": params.extensions.as_ref().map(extensions),
        "documentId": params.document_id,
    })
}

fn extensions(given: &std::collections::BTreeMap<String, ConstValue>) -> Value {
    given.iter().map(|(key, value)| (key.clone(), value.clone().into_json().expect("a value of JSON"))).collect()
}

fn as_query(params: &Params) -> String {
    let Value::Object(fields) = as_json(params) else { return String::new() };
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields {
        match value {
            Value::Null => {}
            Value::String(text) => drop(query.append_pair(&name, &text)),
            other => drop(query.append_pair(&name, &other.to_string())),
        }
    }
    query.finish()
}
