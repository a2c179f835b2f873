//! Questions to one point in time of the index: all that one search asks sees the same state.

use std::collections::HashMap;

use reqwest::Method;
use serde_json::{Map, Value, json};
use services::{
    kernel::error::{EngineError, EngineResult},
    search::ports::IndexError,
};

use crate::client::{Answer, Body, Client, ENGINE, Kind, error_type, refused};

/// How long the server keeps a point in time after its last use: a little longer than a list is held.
pub(crate) const KEPT: &str = "6m";
/// How long the server itself works on one question.
const WORK_MAX: &str = "2s";

/// A point in time.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    client: Client,
    pit: String,
}

impl Snapshot {
    /// A point in time by its name on the server.
    pub(crate) fn new(client: Client, pit: String) -> Self {
        Self { client, pit }
    }

    /// Its name on the server.
    pub(crate) fn pit(&self) -> &str {
        &self.pit
    }

    /// Asks questions in one call; the answers come in their order. Each is whole or an error.
    pub(crate) async fn ask(&self, questions: Vec<Value>) -> Result<Vec<Value>, IndexError> {
        let mut lines = String::new();
        for mut question in questions {
            question["pit"] = json!({ "id": self.pit, "keep_alive": KEPT });
            question["timeout"] = json!(WORK_MAX);
            lines.push_str("{\"allow_partial_search_results\":false}\n");
            lines.push_str(&question.to_string());
            lines.push('\n');
        }
        let answer = self.client.call(Kind::Read, Method::POST, "_msearch", Body::Lines(lines)).await?;
        let mut answer = match answer {
            Answer::Done(value) => value,
            Answer::Otherwise(status, value) => return Err(refused(status, &value).into()),
        };
        let Value::Array(answers) = answer["responses"].take() else {
            return Err(EngineError::permanent(ENGINE, "the server answered no list of answers").into());
        };
        answers.into_iter().map(whole).collect()
    }

    /// Counts what each query matches, all in one call.
    pub(crate) async fn counts(&self, queries: Vec<Value>) -> Result<Vec<u64>, IndexError> {
        if queries.is_empty() {
            return Ok(Vec::new());
        }
        let asked = queries.len();
        let answers = self.ask(vec![counting(queries)]).await?;
        Ok(counted(answers.first().unwrap_or(&Value::Null), asked))
    }

    /// In how many items each word stands, by its indexed form.
    pub(crate) async fn items_with(&self, stems: Vec<String>) -> Result<HashMap<String, u64>, IndexError> {
        let queries = stems.iter().map(|s| with_word(s)).collect();
        Ok(stems.iter().cloned().zip(self.counts(queries).await?).collect())
    }

    /// Lets the server forget it. Failing that, it forgets by itself.
    pub(crate) async fn close(self) {
        let body = Body::Json(json!({ "id": self.pit }));
        if let Err(e) = self.client.call(Kind::Write, Method::DELETE, "_pit", body).await {
            tracing::debug!(error = %e, "a point in time stays until the server drops it");
        }
    }
}

/// Items with a word.
pub(crate) fn with_word(stem: &str) -> Value {
    json!({ "term": { "all": stem } })
}

/// The question how many match each query.
pub(crate) fn counting(queries: Vec<Value>) -> Value {
    let named: Map<String, Value> = queries.into_iter().enumerate().map(|(at, q)| (at.to_string(), q)).collect();
    json!({ "size": 0, "track_total_hits": false, "aggs": { "counts": { "filters": { "filters": named } } } })
}

/// The counts of an answer to [`counting`].
pub(crate) fn counted(answer: &Value, asked: usize) -> Vec<u64> {
    let buckets = &answer["aggregations"]["counts"]["buckets"];
    (0..asked).map(|at| buckets[at.to_string()]["doc_count"].as_u64().unwrap_or(0)).collect()
}

/// An answer, if it is one of the whole index in time.
fn whole(answer: Value) -> Result<Value, IndexError> {
    if answer["error"].is_object() {
        if error_type(&answer) == "search_context_missing_exception" {
            return Err(IndexError::GenerationGone);
        }
        let status = answer["status"].as_u64().and_then(|s| u16::try_from(s).ok()).unwrap_or(500);
        let status = reqwest::StatusCode::from_u16(status).unwrap_or(reqwest::StatusCode::INTERNAL_SERVER_ERROR);
        return Err(refused(status, &answer).into());
    }
    if answer["timed_out"] == true || answer["_shards"]["failed"].as_u64() != Some(0) {
        return Err(EngineError::retryable(ENGINE, "the server answered from a part of the index only").into());
    }
    Ok(answer)
}

/// What a point in time of an index or an alias is called on the server.
pub(crate) async fn open(client: &Client, index: &str) -> EngineResult<Snapshot> {
    let path = format!("{index}/_pit?keep_alive={KEPT}&allow_partial_search_results=false");
    let answer = client.call(Kind::Read, Method::POST, &path, Body::Empty).await?.done()?;
    match answer["id"].as_str() {
        Some(pit) => Ok(Snapshot::new(client.clone(), pit.to_owned())),
        None => Err(EngineError::permanent(ENGINE, "the server opened a point in time without a name")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_an_answer_is_none() {
        let with = |timed_out: bool, failed: u32| json!({ "timed_out": timed_out, "_shards": { "failed": failed } });
        assert!(whole(with(false, 0)).is_ok());
        for partial in [with(true, 0), with(false, 1), json!({})] {
            assert!(matches!(whole(partial), Err(IndexError::Engine(e)) if e.retryable));
        }
        let gone =
            json!({ "status": 404, "error": { "root_cause": [{ "type": "search_context_missing_exception" }] } });
        assert!(matches!(whole(gone), Err(IndexError::GenerationGone)));
    }
}
