//! What a person types. Each command is a file of its own; all of them read the same settings.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::settings::{Settings, Sources};

pub mod books;
mod dead_letters;
pub mod import;
pub mod rebuild;
pub mod seed;
pub mod serve;
mod telemetry;

/// A GraphQL backend-for-frontend for a shop, from a supplier's feed to the doorstep.
#[derive(Parser)]
#[command(name = "chowk", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Common {
    /// A file of settings (TOML); `chowk config` shows every name.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Sets one setting, such as --set quote_ttl=5m; may be repeated.
    #[arg(long = "set", global = true, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// The folder of the embedded engines [default: ./data].
    #[arg(long, global = true, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Refuses demonstration secrets, accounts and the sandbox.
    #[arg(long, global = true)]
    production: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the shop: the API, its workers, GraphiQL.
    Serve(serve::Serve),
    /// Fills an empty shop with the demonstration catalogue, delivery network, stock and accounts.
    Seed,
    /// Takes items from a supplier's feeds.
    Import(import::Import),
    /// Prints the GraphQL schema.
    Schema(books::Schema),
    /// Prints the settings in force, secrets hidden.
    Config,
    /// Proves that orders, stock and money agree; exit code 1 when they do not.
    Verify,
    /// Makes anew what is derived, while the shop serves.
    Rebuild(rebuild::Rebuild),
    /// Lists the events that no worker could handle, or replays them.
    DeadLetters(dead_letters::DeadLetters),
    /// Brings the tables of the configured databases up to date.
    Migrate,
}

/// Reads the command line and runs it. Failures are one sentence on standard error.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("chowk: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let mut sources = sources(&cli.common)?;
    if let Command::Serve(serve) = &cli.command {
        sources.flags.extend(serve.flags());
    }
    if matches!(cli.command, Command::Config) {
        print!("{}", Settings::print(&sources)?);
        return Ok(ExitCode::SUCCESS);
    }
    let settings = Settings::load(&sources)?;
    let quiet = !matches!(cli.command, Command::Serve(_));
    telemetry::start(&settings, quiet)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(_) => serve::run(settings).await,
            Command::Seed => seed::run(settings).await,
            Command::Import(command) => import::run(settings, command).await,
            Command::Schema(command) => books::schema(&command),
            Command::Verify => books::verify(settings).await,
            Command::Rebuild(command) => rebuild::run(settings, command).await,
            Command::Migrate => books::migrate(settings).await,
            Command::DeadLetters(command) => dead_letters::run(settings, command).await,
            Command::Config => Ok(ExitCode::SUCCESS),
        }
    })
}

fn sources(common: &Common) -> anyhow::Result<Sources> {
    let mut flags = Vec::new();
    for pair in &common.set {
        let (name, value) = pair.split_once('=').ok_or_else(|| anyhow::anyhow!("--set {pair}: write NAME=VALUE"))?;
        flags.push((name.trim().to_owned(), value.to_owned()));
    }
    if let Some(data) = &common.data {
        flags.push(("data".to_owned(), data.display().to_string()));
    }
    if common.production {
        flags.push(("production".to_owned(), "true".to_owned()));
    }
    let file = match &common.config {
        Some(path) => {
            let text =
                std::fs::read_to_string(path).map_err(|e| anyhow::anyhow!("--config {}: {e}", path.display()))?;
            Some((path.display().to_string(), text))
        }
        None => None,
    };
    Ok(Sources { file, environment: std::env::vars().collect(), flags })
}
