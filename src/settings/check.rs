//! Settings as a whole: what contradicts what. Each refusal is one sentence that says what to do.

use super::{BadSetting, DEFAULTS, LimitsProfile, Secret, Settings};
use std::time::Duration;

/// Schemes that this build has, per setting, and what the others need.
const SCHEMES: [(&str, &[&str]); 9] = [
    ("database_url", &["sqlite:", "mysql:"]),
    ("carts_url", &["sqlite:", "mysql:"]),
    ("wishlists_url", &["sqlite:", "mysql:"]),
    ("items_url", ITEMS),
    ("search_url", SEARCHES),
    ("events_url", EVENTS),
    ("cache_url", CACHES),
    ("payments_url", &["sandbox:"]),
    ("mail_url", MAILS),
];
const CACHES: &[&str] = if cfg!(feature = "redis") { &["memory:", "redis:", "rediss:"] } else { &["memory:"] };
const ITEMS: &[&str] =
    if cfg!(feature = "mongodb") { &["sqlite:", "mysql:", "mongodb:", "mongodb+srv:"] } else { &["sqlite:", "mysql:"] };
const SEARCHES: &[&str] = if cfg!(feature = "elasticsearch") {
    &["tantivy:", "elasticsearch:", "elasticsearch+https:"]
} else {
    &["tantivy:"]
};
const EVENTS: &[&str] = if cfg!(feature = "kafka") { &["outbox:", "kafka:"] } else { &["outbox:"] };
const MAILS: &[&str] = if cfg!(feature = "smtp") { &["inapp:", "smtp:", "smtps:"] } else { &["inapp:"] };
/// Schemes that a feature of the build brings, each named like its engine.
const BROUGHT: [(&str, &str); 9] = [
    ("kafka", "kafka"),
    ("redis", "redis"),
    ("rediss", "redis"),
    ("mongodb", "mongodb"),
    ("mongodb+srv", "mongodb"),
    ("smtp", "smtp"),
    ("smtps", "smtp"),
    ("elasticsearch", "elasticsearch"),
    ("elasticsearch+https", "elasticsearch"),
];
/// Schemes of engines that live in the process: they refuse to be split over processes.
const IN_PROCESS: [&str; 3] = ["sqlite:", "tantivy:", "memory:"];
/// Names of the roles of a process.
const ROLES: [&str; 3] = ["all", "api", "workers"];

pub(super) fn check(s: &Settings) -> Result<(), BadSetting> {
    for (name, schemes) in SCHEMES {
        let url = url_of(s, name);
        if !url.is_empty() && !schemes.iter().any(|scheme| url.starts_with(scheme)) {
            let scheme = url.split_once(':').map_or(url, |(scheme, _)| scheme);
            let instead = schemes.join(" or ");
            let brought = BROUGHT.iter().find(|(known, _)| *known == scheme);
            return refuse(brought.map_or_else(
                || format!("`{name}`: there is no {scheme} for it: use {instead}"),
                |(_, feature)| {
                    format!("`{name}`: this build has no {scheme}: use {instead}, or cargo build --features {feature}")
                },
            ));
        }
        if url.starts_with("redis") && url::Url::parse(url).map_or(true, |u| u.host_str().is_none_or(str::is_empty)) {
            return refuse(format!("`{name}`: the URL is malformed: write redis://user:password@host:port"));
        }
        // Several hosts parted by commas are good for the driver, which reads the rest at the start.
        let hosts = url.split_once("://").map_or("", |(_, rest)| rest);
        if url.starts_with("mongodb") && (hosts.is_empty() || hosts.starts_with(['/', '?'])) {
            return refuse(format!("`{name}`: the URL is malformed: write mongodb://user:password@host:port/database"));
        }
        if url.starts_with("elasticsearch") && (hosts.is_empty() || hosts.starts_with(['/', '?'])) {
            return refuse(format!(
                "`{name}`: the URL is malformed: write elasticsearch://user:password@host:port/prefix, or elasticsearch+https:"
            ));
        }
        if url.starts_with("kafka:") && (hosts.is_empty() || hosts.starts_with(['/', '?'])) {
            return refuse(format!("`{name}`: the URL is malformed: write kafka://host:port,host:port?prefix=NAME"));
        }
        if url.starts_with("mysql:") && url::Url::parse(url).is_err() {
            return refuse(format!("`{name}`: the URL is malformed: write mysql://user:password@host:port/database"));
        }
    }
    times(s)?;
    roles(s)?;
    keys(s)?;
    if s.federation && s.trusted_documents_only {
        return refuse(
            "`federation` is for documents that a gateway writes, which `trusted_documents_only` refuses: turn that off here and hold the list of documents in the gateway",
        );
    }
    if s.production { production(s) } else { Ok(()) }
}

fn times(s: &Settings) -> Result<(), BadSetting> {
    for (name, value) in [("quote_ttl", s.quote_ttl), ("reservation_ttl", s.reservation_ttl), ("sweep", s.sweep)] {
        if value < Duration::from_millis(10) {
            return refuse(format!("`{name}` must be 10ms or longer"));
        }
    }
    if s.sweep > s.reservation_ttl {
        return refuse(
            "`sweep` is longer than `reservation_ttl`: orders would be held far beyond their deadline; lower `sweep`",
        );
    }
    if s.events_retention < Duration::from_secs(3_600) {
        return refuse("`events_retention` must be 1h or longer, so that a consumer that was away can catch up");
    }
    Ok(())
}

fn roles(s: &Settings) -> Result<(), BadSetting> {
    if s.roles.is_empty() {
        return refuse("`roles` is empty: write \"all\", \"api\" or \"workers\"");
    }
    for role in &s.roles {
        if !ROLES.contains(&role.as_str()) && !crate::wiring::roles::WORKERS.contains(&role.as_str()) {
            return refuse(format!(
                "`roles`: there is no role `{role}`: use {} or workers of {}",
                ROLES.join(", "),
                crate::wiring::roles::WORKERS.join(", ")
            ));
        }
    }
    let split = !s.roles.iter().any(|r| r == "all");
    let urls = [
        s.database_url(),
        s.carts_url(),
        s.wishlists_url(),
        s.items_url(),
        with_default(&s.search_url, "tantivy:"),
        s.cache_url.clone(),
    ];
    match urls.iter().find(|u| IN_PROCESS.iter().any(|scheme| u.starts_with(scheme))) {
        Some(url) if split => refuse(format!(
            "`roles` splits the shop over processes, but {} lives inside one: run all roles, or point every URL at a server",
            url.split_once(':').map_or("an engine", |(scheme, _)| scheme)
        )),
        _ => Ok(()),
    }
}

fn keys(s: &Settings) -> Result<(), BadSetting> {
    for (name, keys) in [("token_keys", &s.token_keys), ("sealing_keys", &s.sealing_keys)] {
        let good = |pair: &str| pair.split_once(':').is_some_and(|(id, secret)| !id.is_empty() && secret.len() >= 32);
        if !keys.reveal().split(',').all(good) {
            return refuse(format!(
                "`{name}`: write `id:secret`, the secret 32 characters or longer; newest first, parted by commas"
            ));
        }
    }
    for (name, secret) in named_secrets(s) {
        if secret.reveal().split(',').any(|part| part.len() < 16) {
            return refuse(format!("`{name}` must be 16 characters or longer"));
        }
    }
    Ok(())
}

fn production(s: &Settings) -> Result<(), BadSetting> {
    let defaults: toml::Table = DEFAULTS.parse().expect("the compiled-in defaults are TOML; a test reads them");
    for (name, secret) in
        named_secrets(s).into_iter().chain([("token_keys", &s.token_keys), ("sealing_keys", &s.sealing_keys)])
    {
        let default = defaults.get(name).and_then(|v| v.as_str()).unwrap_or_default();
        if secrets_in(secret.reveal()).any(|part| secrets_in(default).any(|known| known == part)) {
            return refuse(format!(
                "`{name}` still holds its demonstration value: set CHOWK_{} or CHOWK_{}_FILE",
                name.to_uppercase(),
                name.to_uppercase()
            ));
        }
    }
    if s.payments_url.starts_with("sandbox:") && !s.allow_sandbox {
        return refuse(
            "`payments_url` is the sandbox, which takes no real money: set a provider, or CHOWK_ALLOW_SANDBOX=1 for a rehearsal",
        );
    }
    if s.limits == LimitsProfile::Off {
        return refuse("`limits` is \"off\": a public shop needs them; set CHOWK_LIMITS=standard");
    }
    Ok(())
}

/// The secrets of a list `id:secret,id:secret` or `secret,secret`.
fn secrets_in(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(|part| part.trim().split_once(':').map_or(part.trim(), |(_, secret)| secret))
}

fn named_secrets(s: &Settings) -> Vec<(&'static str, &Secret)> {
    vec![
        ("payments_webhook_secret", &s.payments_webhook_secret),
        ("couriers_webhook_secret", &s.couriers_webhook_secret),
        ("cursor_key", &s.cursor_key),
    ]
}

fn url_of<'s>(s: &'s Settings, name: &str) -> &'s str {
    match name {
        "database_url" => &s.database_url,
        "carts_url" => &s.carts_url,
        "wishlists_url" => &s.wishlists_url,
        "items_url" => &s.items_url,
        "search_url" => &s.search_url,
        "events_url" => &s.events_url,
        "cache_url" => &s.cache_url,
        "payments_url" => &s.payments_url,
        _ => &s.mail_url,
    }
}

fn with_default(url: &str, default: &str) -> String {
    if url.is_empty() { default.to_owned() } else { url.to_owned() }
}

fn refuse(sentence: impl Into<String>) -> Result<(), BadSetting> {
    Err(BadSetting(sentence.into()))
}
