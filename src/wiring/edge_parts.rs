//! What the edge is given besides the gateway: checks of scalars, the storefront's documents, the metrics' recorder.

use std::{collections::HashMap, sync::OnceLock};

use metrics_exporter_prometheus::PrometheusHandle;

use crate::edge::{
    documents::{Trusted, sha256_hex},
    rates::{Class, Classes},
    scalars::Scalars,
    telemetry,
};

/// The storefront's named documents, put into the binary.
static DOCUMENTS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/operations.rs"));

/// Checks of the schema's own scalars, run before an operation is.
pub fn scalars() -> Scalars {
    resolvers::scalar_validators().into_iter().fold(Scalars::default(), |all, (name, check)| all.with(name, check))
}

/// Root fields that are counted and queued apart from their kind.
pub fn classes() -> Classes {
    let of = |class, fields: &[&'static str]| fields.iter().map(|f| (*f, class)).collect::<Vec<_>>();
    let session = ["startGuestSession", "signUp", "signIn", "refreshSession", "signOut"];
    let password =
        ["changePassword", "requestPasswordReset", "resetPassword", "beginTotp", "confirmTotp", "disableTotp"];
    let checkout = ["checkoutQuote", "placeOrder", "retryPayment", "cancelOrder"];
    let all = [
        of(Class::Search, &["search", "suggest"]),
        of(Class::Session, &session),
        of(Class::Session, &password),
        of(Class::Checkout, &checkout),
    ];
    Classes::new(all.into_iter().flatten())
}

/// The storefront's documents by hash and by name; `only`: no others are run.
pub fn trusted(only: bool) -> Trusted {
    let mut by_id = HashMap::new();
    for (name, text) in DOCUMENTS {
        by_id.insert(sha256_hex(text), (*text).to_owned());
        by_id.insert((*name).to_owned(), (*text).to_owned());
    }
    Trusted { by_id, only }
}

/// The recorder behind `/metrics`; one per process.
pub fn metrics() -> Option<PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    // Another recorder in the process (a test's) keeps its place.
    RECORDER.get_or_init(|| telemetry::exporter().ok()?.install_recorder().ok()).clone()
}
