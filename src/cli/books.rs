//! `chowk schema`, `chowk verify`, `chowk migrate`: small commands over the whole house.

use std::{process::ExitCode, sync::Arc};

use clap::Args;
use engine_sql::{archive::SqlOrderArchive, books::SqlBooksStore};
use services::reconciliation::{self, Finding};

use crate::{
    settings::Settings,
    wiring::{Ambient, House, databases::Databases},
};

/// What `chowk schema` is asked for.
#[derive(Args)]
pub struct Schema {
    /// The subgraph's SDL for a composer of Apollo Federation 2; served with the setting `federation`.
    #[arg(long)]
    federation: bool,
}

/// Prints the SDL.
///
/// # Errors
/// None; commands answer alike.
pub fn schema(command: &Schema) -> anyhow::Result<ExitCode> {
    print!("{}", if command.federation { resolvers::federation::sdl() } else { resolvers::bare_sdl() });
    Ok(ExitCode::SUCCESS)
}

/// What disagrees between orders, stock and money; empty is good.
///
/// # Errors
/// A failed database.
pub async fn findings(house: &House) -> anyhow::Result<Vec<Finding>> {
    Ok(reconciliation::verify(house.books.as_ref(), house.clock.now()).await?)
}

/// Proves the invariants over the live data; exit code 1 on drift. It only reads, and may run beside `serve`.
///
/// # Errors
/// A failed database.
pub async fn verify(settings: Settings) -> anyhow::Result<ExitCode> {
    let Ambient { clock, ids } = Ambient::default();
    let databases = Databases::open(&settings, &clock, &ids).await?;
    let archive = Arc::new(SqlOrderArchive::new(databases.archive));
    let books = SqlBooksStore::with_archive(databases.main, archive);
    let findings = reconciliation::verify(&books, clock.now()).await?;
    for (rule, meaning) in reconciliation::RULES {
        let broken = findings.iter().filter(|f| f.rule == *rule).count();
        println!("{rule:4} {:8} {meaning}", if broken == 0 { "holds".to_owned() } else { format!("{broken} broken") });
    }
    for finding in &findings {
        println!("{} {}: {}", finding.rule, finding.subject, finding.message);
    }
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Brings the tables up to date.
///
/// # Errors
/// When a database refuses.
pub async fn migrate(settings: Settings) -> anyhow::Result<ExitCode> {
    let Ambient { clock, ids } = Ambient::default();
    Databases::open(&settings, &clock, &ids).await?;
    println!("the tables are up to date");
    Ok(ExitCode::SUCCESS)
}
