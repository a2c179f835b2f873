//! `make bench`: the storefront's documents under load, beside a bare route that answers the very same bytes.
//!
//! A closed loop over loopback: each connection sends its next request when the last one is answered. Per document and
//! number of connections it runs the bare route, the shop, and the bare route again, so that what else the machine does
//! falls on both. It measures and prints; it asserts nothing about time, and it ends only processes that it started.
//!
//! Reading order: `plan` (what is measured), `documents` and `stage` (the requests and the data behind them), `load`
//! (the loop), `client`, `process` and `bare` (the two sides of the wire), `events` (the log, in this process), `report`.

mod bare;
mod client;
mod documents;
mod events;
mod load;
mod plan;
mod process;
mod report;
mod stage;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::{Parser, Subcommand};

/// Measures a shop of its own, beside a bare route.
#[derive(Parser)]
#[command(name = "bench", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Seconds that the shop is measured for per document and number of connections.
    #[arg(long, default_value_t = 2.0, value_parser = seconds)]
    seconds: f64,
    /// Numbers of connections, parted by commas.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 8, 32])]
    connections: Vec<usize>,
    /// Only documents whose name contains this.
    #[arg(long)]
    only: Option<String>,
    /// Writes the figures here, too, as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// The program to measure [default: the one built beside this program].
    #[arg(long, value_name = "FILE")]
    chowk: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Answers recorded bytes on a free port; `bench` starts this itself.
    #[command(hide = true)]
    Bare {
        /// One file per path: the first is answered on `/0`.
        answers: Vec<PathBuf>,
    },
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "write a number of seconds".to_owned())?;
    if (0.05..=60.0).contains(&seconds) { Ok(seconds) } else { Err("0.05 to 60 seconds".to_owned()) }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => return failed(&e.into()),
    };
    let done = runtime.block_on(async {
        match arguments.command {
            Some(Command::Bare { answers }) => bare::serve(&answers).await,
            None => {
                let plan = plan::Plan {
                    time: Duration::from_secs_f64(arguments.seconds),
                    connections: arguments.connections,
                    only: arguments.only,
                    chowk: arguments.chowk.map_or_else(process::beside, Ok)?,
                };
                let report = plan.run().await?;
                match arguments.json {
                    Some(path) => report.write_json(&path),
                    None => Ok(()),
                }
            }
        }
    });
    done.map_or_else(|e| failed(&e), |()| ExitCode::SUCCESS)
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("bench: {error:#}");
    ExitCode::FAILURE
}
