//! `chowk dead-letters`: what no worker could handle.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::{
    settings::Settings,
    wiring::{self, Ambient, databases::Databases},
};

use super::serve::lock;

/// Rows listed at once.
const LISTED: usize = 1_000;

/// See [`Action`].
#[derive(Args)]
pub struct DeadLetters {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Subcommand)]
enum Action {
    /// One JSON object per line: number, group, topic, offset, reason, event.
    List,
    /// Hands events to their worker again; those that are handled now leave the list.
    Replay {
        /// Numbers from the list; all without any.
        ids: Vec<i64>,
    },
}

/// Lists or replays.
///
/// # Errors
/// A failed database.
pub async fn run(settings: Settings, command: DeadLetters) -> anyhow::Result<ExitCode> {
    match command.action.unwrap_or(Action::List) {
        Action::List => {
            let Ambient { clock, ids } = Ambient::default();
            let databases = Databases::open(&settings, &clock, &ids).await?;
            for letter in wiring::events::outbox(&databases).dead_letters(LISTED).await? {
                println!("{}", serde_json::to_string(&letter)?);
            }
            Ok(ExitCode::SUCCESS)
        }
        Action::Replay { ids } => {
            // The consumers change what a running shop holds in its own memory and index.
            let _lock = lock(&settings)?;
            let house = wiring::build(&settings, Ambient::default()).await?;
            let letters = house.log.dead_letters(LISTED).await?;
            let (mut done, mut failed) = (0, 0);
            for letter in letters.into_iter().filter(|l| ids.is_empty() || ids.contains(&l.id)) {
                match wiring::workers::replay(&house, &settings, &letter).await {
                    Ok(()) => {
                        house.log.settle_dead_letter(letter.id).await?;
                        done += 1;
                    }
                    Err(e) => {
                        eprintln!("chowk: dead letter {} stays: {e}", letter.id);
                        failed += 1;
                    }
                }
            }
            println!("{done} replayed, {failed} still dead");
            Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}
