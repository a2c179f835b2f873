//! The names under which the edge counts. Labels come from small closed sets, never from what a client sent.

use std::time::Duration;

use async_graphql_parser::types::OperationType;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use super::{drain::Drain, gateway::Outcome, operation::Transport};

/// Operations answered, by kind, outcome and transport.
pub const OPERATIONS: &str = "chowk_operations_total";
/// Seconds from the parsed request to the answer, by kind.
pub const DURATION: &str = "chowk_operation_duration_seconds";
/// Requests turned away before they ran, by code and transport.
pub const REFUSED: &str = "chowk_refused_total";
/// Open sockets.
pub const SOCKETS: &str = "chowk_sockets";
/// Running subscriptions.
pub const SUBSCRIPTIONS: &str = "chowk_subscriptions";
/// Sockets closed by the shop, by close code.
pub const CLOSED: &str = "chowk_sockets_closed_total";

/// Between two times that durations are taken into their histograms.
const GATHER_EVERY: Duration = Duration::from_secs(5);

/// Upper bounds of every histogram whose name ends in `_duration_seconds`.
pub const DURATION_BUCKETS: [f64; 13] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// An exporter that tells durations as histograms, to be installed by the composition root.
///
/// # Errors
/// Never with these bounds; the exporter refuses empty ones only.
pub fn exporter() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_duration_seconds".to_owned()), &DURATION_BUCKETS)
}

/// Takes measured durations into their histograms every few seconds until the drain begins. The exporter keeps each of
/// them until then or until somebody scrapes, so that without either memory would grow with every operation.
pub fn gather(metrics: PrometheusHandle, drain: Drain) {
    tokio::spawn(async move {
        let mut begun = std::pin::pin!(drain.begun());
        loop {
            tokio::select! {
                () = &mut begun => break,
                () = tokio::time::sleep(GATHER_EVERY) => metrics.run_upkeep(),
            }
        }
    });
}

/// Says what the names mean, to whatever recorder is installed.
pub fn describe() {
    metrics::describe_counter!(OPERATIONS, "Operations answered, by kind, outcome and transport.");
    metrics::describe_histogram!(DURATION, metrics::Unit::Seconds, "From the parsed request to the answer.");
    metrics::describe_counter!(REFUSED, "Requests turned away before they ran, by code and transport.");
    metrics::describe_gauge!(SOCKETS, "Open sockets.");
    metrics::describe_gauge!(SUBSCRIPTIONS, "Running subscriptions.");
    metrics::describe_counter!(CLOSED, "Sockets closed by the shop, by close code.");
}

const fn word(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}

/// An operation was answered.
pub fn answered(transport: Transport, kind: OperationType, outcome: Outcome, took: Duration) {
    let labels = [("kind", word(kind)), ("outcome", outcome.word()), ("transport", transport.word())];
    metrics::counter!(OPERATIONS, &labels).increment(1);
    metrics::histogram!(DURATION, "kind" => word(kind)).record(took.as_secs_f64());
}

/// A request was turned away.
pub fn refused(transport: Transport, code: &'static str) {
    metrics::counter!(REFUSED, "code" => code, "transport" => transport.word()).increment(1);
}

/// Subscriptions began or ended.
pub fn subscriptions(change: i32) {
    metrics::gauge!(SUBSCRIPTIONS).increment(f64::from(change));
}

/// Sockets opened or closed.
pub fn sockets(change: i32) {
    metrics::gauge!(SOCKETS).increment(f64::from(change));
}

/// The shop closed a socket.
pub fn closed(code: u16) {
    metrics::counter!(CLOSED, "code" => code.to_string()).increment(1);
}
