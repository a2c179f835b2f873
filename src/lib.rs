//! The composition root: command line, settings, wiring, roles, and the edge. It is the only place that knows engines;
//! it holds no rule of the shop.
//!
//! Reading order: `cli` (what a person types), `settings`, `wiring` (one file per port), `gateway` (how the edge runs
//! the schema), `edge`, and `demo` (the demonstration shop).

pub mod cli;
pub mod demo;
pub mod edge;
pub mod gateway;
pub mod images;
pub mod playground;
pub mod settings;
pub mod webhooks;
pub mod wiring;

/// One TLS back end for everything that speaks TLS in this process, in every build: clients that bring none of their own
/// find it here. To be called before the first client is made; a second call changes nothing.
pub fn choose_tls() {
    // An error means that one was chosen before.
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
}
