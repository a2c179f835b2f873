//! `make soak-malformed`: a running shop under a million malformed requests, and what must hold for all of them: no 5xx,
//! no panic, no text of the inside in an answer, memory that stays flat, and a shop that is alive and right at the end.
//!
//! A closed loop over keep-alive connections from a seed: the same seed sends the same requests. The same requests go to
//! a bare axum route that answers 400, and the two rates are printed side by side. Every process here was started here.
//!
//! Reading order: `shapes` (what is sent), `wire` (a connection that survives anything), `judge` (what an answer may
//! hold), `load` (the loop), `run` (one whole soak).

#[path = "../../../../examples/bench/client.rs"]
#[allow(dead_code)]
mod client;
mod judge;
mod load;
#[path = "../../../../examples/bench/process.rs"]
#[allow(dead_code)]
mod process;
mod run;
mod shapes;
mod wire;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

/// Sends malformed requests to a shop of its own.
#[derive(Parser)]
#[command(name = "soak", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// How many requests.
    #[arg(long, default_value_t = 1_000_000)]
    requests: u64,
    /// Connections at the same time.
    #[arg(long, default_value_t = 32)]
    connections: u64,
    /// The same seed sends the same requests.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only shapes whose name contains this.
    #[arg(long)]
    only: Option<String>,
    /// The program to send them to [default: the one built beside this program].
    #[arg(long, value_name = "FILE")]
    chowk: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Answers 400 to everything on a free port; `soak` starts this itself.
    #[command(hide = true)]
    Bare,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => return failed(&e.into()),
    };
    let done = runtime.block_on(async {
        match arguments.command {
            Some(Command::Bare) => run::bare().await,
            None => {
                let soak = run::Soak {
                    requests: arguments.requests,
                    connections: arguments.connections.max(1),
                    seed: arguments.seed,
                    only: arguments.only,
                    chowk: arguments.chowk.map_or_else(process::beside, Ok)?,
                };
                soak.run().await
            }
        }
    });
    done.map_or_else(|e| failed(&e), |()| ExitCode::SUCCESS)
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("soak: {error:#}");
    ExitCode::FAILURE
}
