//! Settings: the compiled-in defaults, then a file, then the environment, then flags; checked as a whole before anything
//! starts. Each setting is described once, in `default.toml`.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

use serde::Deserialize;
use toml::{Table, Value};

mod check;
mod secret;

pub use secret::Secret;

/// The defaults, with their descriptions.
pub const DEFAULTS: &str = include_str!("default.toml");

/// Settings that are secrets: hidden when printed, and readable from a file by `<name>_file`.
const SECRETS: [&str; 5] =
    ["token_keys", "sealing_keys", "payments_webhook_secret", "couriers_webhook_secret", "cursor_key"];

/// Names of the environment that tests and scripts read; they are no settings of the shop.
const NOT_SETTINGS: [&str; 2] = ["CHOWK_SHARED_DATA", "CHOWK_BIN"];

/// How the names begin by which tests find real engines; they are no settings of the shop either.
const FOR_TESTS: &str = "CHOWK_TEST_";

/// The settings in force; see `default.toml` for what each means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each is described in default.toml, next to its default")]
pub struct Settings {
    pub listen: SocketAddr,
    pub data: PathBuf,
    pub production: bool,
    pub roles: Vec<String>,
    pub log: String,
    pub log_format: LogFormat,
    pub database_url: String,
    pub carts_url: String,
    pub wishlists_url: String,
    pub items_url: String,
    pub search_url: String,
    pub archive_url: String,
    pub events_url: String,
    pub cache_url: String,
    pub payments_url: String,
    pub mail_url: String,
    pub mail_from: String,
    #[serde(with = "duration")]
    pub events_retention: Duration,
    #[serde(with = "duration")]
    pub archive_after: Duration,
    #[serde(with = "duration")]
    pub quote_ttl: Duration,
    #[serde(with = "duration")]
    pub reservation_ttl: Duration,
    #[serde(with = "duration")]
    pub return_window: Duration,
    #[serde(with = "duration")]
    pub sweep: Duration,
    pub limits: LimitsProfile,
    pub allow_origins: Vec<String>,
    pub cookies: bool,
    pub trusted_proxies: usize,
    pub trusted_documents_only: bool,
    pub federation: bool,
    pub token_keys: Secret,
    pub sealing_keys: Secret,
    pub payments_webhook_secret: Secret,
    pub couriers_webhook_secret: Secret,
    pub cursor_key: Secret,
    pub allow_sandbox: bool,
    pub freeze_couriers: bool,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// Which limits hold at the edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LimitsProfile {
    /// Those of a public shop.
    Standard,
    /// None, for load tests.
    Off,
}

/// Why the settings were refused: one sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadSetting(pub String);

/// Where settings come from besides the defaults.
#[derive(Debug, Default)]
pub struct Sources {
    /// Text of the `--config` file, with its name for messages.
    pub file: Option<(String, String)>,
    /// The environment.
    pub environment: BTreeMap<String, String>,
    /// `name=value` of flags, in order.
    pub flags: Vec<(String, String)>,
}

impl Settings {
    /// Merges the sources and checks the whole.
    ///
    /// # Errors
    /// One sentence that names the setting and says what to do.
    pub fn load(sources: &Sources) -> Result<Self, BadSetting> {
        let table = merged(sources)?;
        let settings: Self =
            Value::Table(table).try_into().map_err(|e: toml::de::Error| BadSetting(e.message().to_owned()))?;
        check::check(&settings)?;
        Ok(settings)
    }

    /// The effective settings as TOML, secrets hidden.
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn print(sources: &Sources) -> Result<String, BadSetting> {
        Self::load(sources)?;
        let mut table = merged(sources)?;
        for name in SECRETS {
            table.insert(name.to_owned(), Value::String("(hidden)".to_owned()));
        }
        for (name, value) in &mut table {
            if name.ends_with("_url")
                && let Value::String(url) = value
            {
                *url = secret::without_password(url);
            }
        }
        Ok(table.to_string())
    }

    /// Whether the search index lives in a folder of one process.
    pub fn search_in_process(&self) -> bool {
        self.search_url.is_empty() || self.search_url.starts_with("tantivy:")
    }

    /// Where the database is.
    pub fn database_url(&self) -> String {
        if self.database_url.is_empty() {
            format!("sqlite:{}", self.data.join("chowk.db").display())
        } else {
            self.database_url.clone()
        }
    }
    /// Where carts are.
    pub fn carts_url(&self) -> String {
        if self.carts_url.is_empty() { self.database_url() } else { self.carts_url.clone() }
    }
    /// Where wishlists are.
    pub fn wishlists_url(&self) -> String {
        if self.wishlists_url.is_empty() { self.database_url() } else { self.wishlists_url.clone() }
    }
    /// Where items are.
    pub fn items_url(&self) -> String {
        if self.items_url.is_empty() { self.database_url() } else { self.items_url.clone() }
    }
    /// Where orders of long ago are.
    pub fn archive_url(&self) -> String {
        if self.archive_url.is_empty() { self.database_url() } else { self.archive_url.clone() }
    }
    /// The folder of the search index.
    pub fn search_folder(&self) -> PathBuf {
        match self.search_url.strip_prefix("tantivy:") {
            Some(path) if !path.is_empty() => PathBuf::from(path),
            _ => self.data.join("search"),
        }
    }
}

fn merged(sources: &Sources) -> Result<Table, BadSetting> {
    let mut table: Table = DEFAULTS.parse().expect("the compiled-in defaults are TOML; a test reads them");
    if let Some((name, text)) = &sources.file {
        let file: Table =
            text.parse().map_err(|e: toml::de::Error| BadSetting(format!("{name} is not TOML: {}", e.message())))?;
        for (key, value) in file {
            set(&mut table, &key, value, name)?;
        }
    }
    for (name, value) in &sources.environment {
        if NOT_SETTINGS.contains(&name.as_str()) || name.starts_with(FOR_TESTS) {
            continue;
        }
        if let Some(key) = name.strip_prefix("CHOWK_") {
            set_text(&mut table, &key.to_lowercase(), value, name)?;
        }
    }
    for (key, value) in &sources.flags {
        set_text(&mut table, key, value, &format!("--{}", key.replace('_', "-")))?;
    }
    Ok(table)
}

fn set_text(table: &mut Table, key: &str, text: &str, from: &str) -> Result<(), BadSetting> {
    let value = match table.get(key) {
        Some(Value::Boolean(_)) => match text {
            "1" | "true" | "yes" => Value::Boolean(true),
            "0" | "false" | "no" | "" => Value::Boolean(false),
            _ => return Err(BadSetting(format!("{from}: `{text}` is neither true nor false: write 1 or 0"))),
        },
        Some(Value::Integer(_)) => {
            let number = text.parse().map_err(|_| BadSetting(format!("{from}: `{text}` is not a whole number")))?;
            Value::Integer(number)
        }
        Some(Value::Array(_)) => Value::Array(
            text.split(',').map(str::trim).filter(|t| !t.is_empty()).map(|t| Value::String(t.to_owned())).collect(),
        ),
        _ => Value::String(text.to_owned()),
    };
    set(table, key, value, from)
}

fn set(table: &mut Table, key: &str, value: Value, from: &str) -> Result<(), BadSetting> {
    if let Some(secret) = key.strip_suffix("_file").filter(|k| SECRETS.contains(k)) {
        let Value::String(path) = &value else { return Err(BadSetting(format!("{from}: `{key}` names a file"))) };
        let text = std::fs::read_to_string(path).map_err(|e| {
            BadSetting(format!("{from}: the file of `{secret}` cannot be read ({e}): give a readable path"))
        })?;
        table.insert(secret.to_owned(), Value::String(text.trim().to_owned()));
        return Ok(());
    }
    match table.get(key) {
        None => Err(BadSetting(unknown(table, key, from))),
        Some(old) if old.type_str() != value.type_str() => {
            Err(BadSetting(format!("{from}: `{key}` takes a {}, not a {}", old.type_str(), value.type_str())))
        }
        Some(_) => {
            table.insert(key.to_owned(), value);
            Ok(())
        }
    }
}

fn unknown(table: &Table, key: &str, from: &str) -> String {
    let near = table
        .keys()
        .filter(|k| k.contains(key) || key.contains(k.as_str()) || k.split('_').next() == key.split('_').next());
    match near.min_by_key(|k| k.len().abs_diff(key.len())) {
        Some(near) => format!("{from}: there is no setting `{key}`: did you mean `{near}`?"),
        None => format!("{from}: there is no setting `{key}`: `chowk config` lists them"),
    }
}

mod duration {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, de::Error};

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Duration, D::Error> {
        let text = String::deserialize(d)?;
        humantime::parse_duration(&text)
            .map_err(|_| D::Error::custom(format!("`{text}` is not a duration: write it as 90s, 15m or 7d")))
    }
}

#[cfg(test)]
mod tests;
