//! The closed loop: so many connections, each with one operation at a time, until the time or the count is over.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context;
use axum::body::Bytes;
use serde_json::Value;

use crate::{
    client::{Call, Connection, is_good},
    documents,
    process::Served,
};

/// Operations of one run, over all connections.
const OPERATIONS_MAX: usize = 400_000;
/// How long after its time a run may take for its last answers.
const LAST_ANSWERS: Duration = Duration::from_secs(60);

/// What one operation is.
#[derive(Clone)]
pub enum Load {
    /// One of these calls, each in its turn.
    Rotate(Vec<Call>),
    /// All of these calls, one after the other.
    Sequence(Vec<Call>),
    /// A guest comes, takes one unit of a variant into the cart, asks for a quote and orders; variants in their turn.
    Checkout(Vec<String>),
}

/// What a run found.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Operations that were answered well.
    pub done: usize,
    /// Operations that were refused or failed.
    pub failed: usize,
    /// What was answered to the first failed one.
    pub first_failure: Option<String>,
    /// From the first to the last answer.
    pub took: Duration,
    /// Processor time of the server.
    pub cpu: Duration,
    /// Microseconds of each operation, sorted.
    pub latencies_us: Vec<u32>,
}

impl Tally {
    /// Operations a second.
    pub fn rate(&self) -> f64 {
        self.done as f64 / self.took.as_secs_f64().max(f64::EPSILON)
    }
    /// Processor microseconds of the server for an operation.
    pub fn cpu_us(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.done.max(1) as f64
    }
    /// A percentile in milliseconds.
    pub fn percentile_ms(&self, percent: usize) -> f64 {
        percentile(&self.latencies_us, percent).map_or(f64::NAN, |us| f64::from(us) / 1e3)
    }
    /// Two runs as one.
    pub fn and(mut self, other: Self) -> Self {
        self.done += other.done;
        self.failed += other.failed;
        self.first_failure = self.first_failure.or(other.first_failure);
        self.took += other.took;
        self.cpu += other.cpu;
        self.latencies_us.extend(other.latencies_us);
        self.latencies_us.sort_unstable();
        self
    }
}

/// A percentile of sorted values, by the nearest rank.
pub fn percentile<T: Copy>(sorted: &[T], percent: usize) -> Option<T> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

/// Runs a load against a child for a time.
pub async fn run(served: &Served, load: &Arc<Load>, connections: usize, time: Duration) -> anyhow::Result<Tally> {
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        open.push(Connection::open(served.address).await?);
    }
    let turns = Arc::new(AtomicUsize::new(0));
    let cpu = served.cpu()?;
    let begun = Instant::now();
    let tasks: Vec<_> = open
        .into_iter()
        .map(|connection| {
            let worker =
                Worker { connection, load: Arc::clone(load), turns: Arc::clone(&turns), tally: Tally::default() };
            tokio::spawn(worker.work(begun + time))
        })
        .collect();
    let mut all = Tally::default();
    for task in tasks {
        let one = tokio::time::timeout(time + LAST_ANSWERS, task).await.context("an answer never came")???;
        all = all.and(one);
    }
    all.took = begun.elapsed();
    all.cpu = served.cpu()?.saturating_sub(cpu);
    Ok(all)
}

/// What is asked and answered in one operation.
pub async fn once(address: SocketAddr, load: &Load) -> anyhow::Result<Vec<Said>> {
    let mut connection = Connection::open(address).await?;
    let mut answers = Vec::new();
    let (good, failure) = operation(&mut connection, load, 0, &mut answers).await?;
    anyhow::ensure!(good, "the shop refuses what is to be measured: {}", failure.unwrap_or_default());
    Ok(answers)
}

struct Worker {
    connection: Connection,
    load: Arc<Load>,
    turns: Arc<AtomicUsize>,
    tally: Tally,
}

impl Worker {
    async fn work(mut self, until: Instant) -> anyhow::Result<Tally> {
        let mut answers = Vec::with_capacity(4);
        while Instant::now() < until {
            let turn = self.turns.fetch_add(1, Ordering::Relaxed);
            if turn >= OPERATIONS_MAX {
                break;
            }
            answers.clear();
            let begun = Instant::now();
            let (good, failure) = operation(&mut self.connection, &self.load, turn, &mut answers).await?;
            if good {
                self.tally.done += 1;
                self.tally.latencies_us.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
            } else {
                self.tally.failed += 1;
                self.tally.first_failure = self.tally.first_failure.or(failure);
            }
        }
        Ok(self.tally)
    }
}

/// A request and its answer.
pub type Said = (Call, Bytes);
/// Whether it went well, else what was answered.
type Told = (bool, Option<String>);

async fn operation(
    connection: &mut Connection,
    load: &Load,
    turn: usize,
    answers: &mut Vec<Said>,
) -> anyhow::Result<Told> {
    match load {
        Load::Rotate(calls) => call(connection, &calls[turn % calls.len()], answers).await,
        Load::Sequence(calls) => {
            for one in calls {
                let told = call(connection, one, answers).await?;
                if !told.0 {
                    return Ok(told);
                }
            }
            Ok((true, None))
        }
        Load::Checkout(variants) => checkout(connection, &variants[turn % variants.len()], answers).await,
    }
}

async fn call(connection: &mut Connection, call: &Call, answers: &mut Vec<Said>) -> anyhow::Result<Told> {
    let (status, body) = connection.post(call).await?;
    let good = is_good(status, &body);
    let failure = (!good).then(|| format!("{status} {}", String::from_utf8_lossy(&body[..body.len().min(600)])));
    answers.push((call.clone(), body));
    Ok((good, failure))
}

/// The data of the last answer.
fn last(answers: &[Said]) -> anyhow::Result<Value> {
    let (_, answer) = answers.last().context("nothing was answered")?;
    let mut answer: Value = serde_json::from_slice(answer)?;
    Ok(answer["data"].take())
}

async fn checkout(connection: &mut Connection, variant: &str, answers: &mut Vec<Said>) -> anyhow::Result<Told> {
    let told = call(connection, &documents::session(), answers).await?;
    if !told.0 {
        return Ok(told);
    }
    let session = last(answers)?;
    let token = session["startGuestSession"]["session"]["accessToken"]
        .as_str()
        .context("a session without a token")?
        .to_owned();
    for next in [documents::add(variant, &token), documents::quote_cart(&token)] {
        let told = call(connection, &next, answers).await?;
        if !told.0 {
            return Ok(told);
        }
    }
    let quoted = last(answers)?;
    let place = documents::place(&quoted["checkoutQuote"]["quote"], &token);
    call(connection, &place, answers).await
}
