//! What is measured, in which order: start and idle memory of the shop, each document beside its bare route, the log.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;

use crate::{
    client::Connection,
    events,
    load::{self, Load},
    process::{Served, chowk},
    report::{Cell, Machine, Report, Shop},
    stage::{self, Scenario},
};

/// Until the shop must be ready after it listens.
const READY_WAIT: Duration = Duration::from_secs(60);
/// Left alone for so long before idle memory is read.
const IDLE: Duration = Duration::from_secs(2);
/// Operations from which the recorded answer is taken: the one of middle length.
const RECORDED: usize = 15;

/// What to measure.
pub struct Plan {
    /// Of the shop, per document and number of connections; the bare route gets half of it before and after.
    pub time: Duration,
    /// Numbers of connections.
    pub connections: Vec<usize>,
    /// Only documents whose name contains this.
    pub only: Option<String>,
    /// The program.
    pub chowk: PathBuf,
}

impl Plan {
    /// Measures everything and prints it on the way.
    pub async fn run(&self) -> anyhow::Result<Report> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        let machine = Machine::here(&self.chowk, self.time);
        machine.print();
        stage::seed(&self.chowk, &data)?;
        let (shop, started) = start(&self.chowk, &data).await?;
        tokio::time::sleep(IDLE).await;
        let mut told = Shop { started_ms: millis(started), idle_kib: shop.resident_kib()?, ..Shop::default() };
        let scenarios = stage::scenarios(shop.address).await?;
        told.facets = stage::facets(shop.address).await?;
        told.print_start();
        let mut cells = Vec::new();
        Cell::print_head();
        for scenario in scenarios.iter().filter(|s| self.only.as_ref().is_none_or(|o| s.name.contains(o.as_str()))) {
            cells.extend(self.document(&shop, scenario, folder.path()).await?);
        }
        told.loaded_kib = shop.resident_kib()?;
        told.stopped_ms = millis(shop.stop()?);
        let delay = events::measure().await?;
        let report = Report { machine, shop: told, cells, delay };
        report.print_rest();
        Ok(report)
    }

    async fn document(&self, shop: &Served, scenario: &Scenario, folder: &Path) -> anyhow::Result<Vec<Cell>> {
        let (bare, bare_load) = bare(shop, scenario, folder).await.with_context(|| scenario.name.to_owned())?;
        let mut cells = Vec::with_capacity(self.connections.len());
        for &connections in &self.connections {
            let warm = (self.time / 8).min(Duration::from_millis(250));
            load::run(shop, &scenario.load, connections, warm).await?;
            load::run(&bare, &bare_load, connections, warm).await?;
            let before = load::run(&bare, &bare_load, connections, self.time / 2).await?;
            let measured = load::run(shop, &scenario.load, connections, self.time).await?;
            let after = load::run(&bare, &bare_load, connections, self.time / 2).await?;
            let cell = Cell::of(scenario.name, connections, &measured, &before.and(after));
            cell.print();
            cells.push(cell);
        }
        Ok(cells)
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Starts the shop; answers how long it took until it was ready, too.
async fn start(program: &Path, data: &Path) -> anyhow::Result<(Served, Duration)> {
    let begun = Instant::now();
    let shop = Served::start(&mut chowk(program, data, "serve"))?;
    loop {
        let ready = match Connection::open(shop.address).await {
            Ok(mut connection) => connection.get("/health/ready").await.is_ok_and(|(status, _)| status.is_success()),
            Err(_) => false,
        };
        if ready {
            return Ok((shop, begun.elapsed()));
        }
        anyhow::ensure!(begun.elapsed() < READY_WAIT, "the shop does not become ready");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Records answers of the shop and starts a bare server that gives the same bytes to the same requests.
async fn bare(shop: &Served, scenario: &Scenario, folder: &Path) -> anyhow::Result<(Served, Arc<Load>)> {
    let recorded = recorded(shop, &scenario.load).await?;
    let calls = match scenario.load.as_ref() {
        Load::Rotate(calls) => calls.clone(),
        Load::Sequence(_) | Load::Checkout(_) => Vec::new(),
    };
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("bare");
    for (step, answer) in recorded.iter().enumerate() {
        let path = folder.join(format!("answer-{step}"));
        std::fs::write(&path, &answer.body)?;
        command.arg(path);
    }
    let bare = Served::start(&mut command)?;
    let load = if calls.is_empty() {
        Load::Sequence(recorded.iter().enumerate().map(|(step, a)| a.call.to(format!("/{step}"))).collect())
    } else {
        Load::Rotate(calls.iter().map(|c| c.to("/0".to_owned())).collect())
    };
    Ok((bare, Arc::new(load)))
}

struct Recorded {
    call: crate::client::Call,
    body: axum::body::Bytes,
}

async fn recorded(shop: &Served, load: &Load) -> anyhow::Result<Vec<Recorded>> {
    if let Load::Rotate(calls) = load {
        let mut answers = Vec::new();
        for call in calls.iter().take(RECORDED) {
            let answered = load::once(shop.address, &Load::Rotate(vec![call.clone()])).await?;
            answers.extend(answered.into_iter().map(|(call, body)| Recorded { call, body }));
        }
        answers.sort_by_key(|a| a.body.len());
        let middle = answers.len() / 2;
        return Ok(answers.into_iter().skip(middle).take(1).collect());
    }
    let answered = load::once(shop.address, load).await?;
    Ok(answered.into_iter().map(|(call, body)| Recorded { call, body }).collect())
}
