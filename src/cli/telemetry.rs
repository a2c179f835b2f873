//! Log lines: for people or for machines, on standard error, so that standard output holds answers only.

use tracing_subscriber::EnvFilter;

use crate::settings::{LogFormat, Settings};

/// Starts logging. Commands other than `serve` log warnings only.
///
/// # Errors
/// When `log` is no filter.
pub fn start(settings: &Settings, quiet: bool) -> anyhow::Result<()> {
    let words = if quiet && settings.log == "info" { "warn" } else { &settings.log };
    let filter = EnvFilter::try_new(words).map_err(|e| anyhow::anyhow!("`log`: {e}: write it as info,chowk=debug"))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match settings.log_format {
        LogFormat::Text => lines.with_target(false).init(),
        LogFormat::Json => lines.json().init(),
    }
    Ok(())
}
