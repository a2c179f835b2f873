//! `chowk rebuild`: makes what is derived anew from the stores.

use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};

use super::serve::lock;
use crate::{
    settings::Settings,
    wiring::{self, Ambient},
};

/// See [`What`].
#[derive(Args)]
pub struct Rebuild {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// The search index, from items and stock. On a search server the shop goes on serving from the old index until the new
    /// one is whole; the index in the data folder belongs to one process, so the shop must be stopped for it.
    Search,
}

/// Makes the index anew and switches to it.
///
/// # Errors
/// When the house cannot be built, a store does not answer, or another process has the index open.
pub async fn run(settings: Settings, command: Rebuild) -> anyhow::Result<ExitCode> {
    let What::Search = command.what;
    let _lock = if settings.search_in_process() { Some(lock(&settings)?) } else { None };
    let house = wiring::build(&settings, Ambient::default()).await?;
    let items = house.shop.search.rebuild().await.context("the old index goes on serving")?;
    println!("{items} items indexed anew");
    Ok(ExitCode::SUCCESS)
}
