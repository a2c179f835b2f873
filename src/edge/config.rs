//! The settings of the edge. Reading them from the command line or a file is the composition root's business.

use std::time::Duration;

use super::{cost::CostRules, documents::Trusted, limits::Limits, rates::Classes, scalars::Scalars};

/// How the edge behaves.
#[derive(Clone, Debug)]
pub struct EdgeConfig {
    /// All bounds.
    pub limits: Limits,
    /// Prices that the schema does not tell.
    pub cost_rules: CostRules,
    /// Which root fields are counted apart.
    pub classes: Classes,
    /// Checks of custom scalars.
    pub scalars: Scalars,
    /// Documents known at start.
    pub trusted: Trusted,
    /// Answer `__schema` and `__type`; off in production.
    pub introspection: bool,
    /// Serve `/schema.graphql`; off in production.
    pub sdl: bool,
    /// Origins besides the shop's own that browsers may call from, such as `https://shop.example`.
    pub allowed_origins: Vec<String>,
    /// Keep the tokens of browsers that ask for it in cookies.
    pub cookies: bool,
    /// Proxies in front that append to `X-Forwarded-For`; 0 takes the connection's own address.
    pub trusted_proxies: usize,
    /// Bytes of answers that callers share.
    pub shared_bytes: u64,
    /// Between signs of life on sockets and event streams.
    pub keep_alive: Duration,
    /// Between looks at whether the session of an open socket or event stream has ended.
    pub session_check: Duration,
    /// For running operations to end when the process is told to stop.
    pub grace: Duration,
}

impl Default for EdgeConfig {
    fn default() -> Self {
        Self {
            limits: Limits::standard(),
            cost_rules: CostRules::default(),
            classes: Classes::default(),
            scalars: Scalars::default(),
            trusted: Trusted::default(),
            introspection: true,
            sdl: true,
            allowed_origins: Vec::new(),
            cookies: false,
            trusted_proxies: 0,
            shared_bytes: 64 * 1024 * 1024,
            keep_alive: Duration::from_secs(15),
            session_check: Duration::from_secs(2),
            grace: Duration::from_secs(10),
        }
    }
}
