//! One whole soak: the shop started and warmed, the requests, the bare route, the verdict.

use std::{
    collections::BTreeMap, fs::File, net::SocketAddr, path::PathBuf, process::Command, sync::Arc, time::Duration,
};

use anyhow::Context;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
    serve::ListenerExt,
};
use serde_json::json;

use super::{
    client::Connection,
    judge,
    load::{Load, Tally},
    process::{Served, chowk},
    shapes::{self, Shape},
};

/// Requests before memory is read for the first time; a fifth of a shorter run.
const WARM_UP: u64 = 100_000;
/// What memory may grow by after that.
const GROWTH_MAX_KIB: u64 = 8 * 1024;
/// Parts of the run after each of which memory is printed.
const PARTS: u64 = 9;
/// Left alone for so long before memory is read: threads of the shop that have nothing to do end after ten seconds, and
/// give back what they held.
const IDLE: Duration = Duration::from_secs(12);
/// Readings of memory, a quarter of a second apart; the lowest counts, as what was freed goes back bit by bit.
const READINGS: usize = 8;
/// Bytes of a body, as the shop takes them.
const BODY_MAX: usize = 64 * 1024;
/// A question with one right answer: whether the shop is alive and right.
const QUESTION: &str =
    "{ search(query: \"television\", deliverTo: \"560001\", first: 5) { totalCount nodes { title } } }";

/// What to do.
pub struct Soak {
    /// How many requests.
    pub requests: u64,
    /// Connections at the same time.
    pub connections: u64,
    /// For the same requests again.
    pub seed: u64,
    /// Only shapes whose name contains this.
    pub only: Option<String>,
    /// The program.
    pub chowk: PathBuf,
}

impl Soak {
    /// Runs it and prints on the way.
    pub async fn run(&self) -> anyhow::Result<()> {
        let mut shapes = shapes::all();
        shapes.retain(|s| self.only.as_ref().is_none_or(|only| s.name.contains(only.as_str())));
        anyhow::ensure!(!shapes.is_empty(), "no shape has such a name");
        let shapes: Arc<[Shape]> = shapes.into();
        println!(
            "{} requests in {} shapes over {} connections, seed {}",
            self.requests,
            shapes.len(),
            self.connections,
            self.seed
        );

        let folder = tempfile::tempdir()?;
        let (data, log) = (folder.path().join("data"), folder.path().join("log"));
        let seeded = chowk(&self.chowk, &data, "seed").output().context("the shop's program does not start")?;
        anyhow::ensure!(
            seeded.status.success(),
            "the demonstration cannot be made: {}",
            String::from_utf8_lossy(&seeded.stderr)
        );
        let shop = Served::start(chowk(&self.chowk, &data, "serve").stderr(File::create(&log)?))?;
        let right = ready(shop.address).await?;

        let load = self.load(shop.address, &shapes, true);
        let warm = WARM_UP.min(self.requests / 5);
        let mut tally = load.send(0, warm).await?;
        let warmed = settled(&shop).await?;
        println!("after {warm:>8}: {warmed} KiB, {:.0} requests/s", tally.rate());
        let mut sent = warm;
        for part in 1..=PARTS {
            if !tally.wrong.is_empty() {
                break;
            }
            let upto = warm + (self.requests - warm) * part / PARTS;
            let some = load.send(sent, upto - sent).await?;
            println!("after {upto:>8}: {} KiB, {:.0} requests/s", shop.resident_kib()?, some.rate());
            tally.add(some);
            sent = upto;
        }
        let held = settled(&shop).await?;
        print_statuses(&tally);

        let mut wrong = tally.wrong.clone();
        match ask(shop.address).await {
            Ok(now) if now == right => {}
            Ok(now) => wrong.push(format!("the shop answers {now} where it answered {right}")),
            Err(e) => wrong.push(format!("the shop is not alive: {e:#}")),
        }
        let grown = held.saturating_sub(warmed);
        if grown > GROWTH_MAX_KIB {
            wrong.push(format!("memory grew by {grown} KiB, at most {GROWTH_MAX_KIB}"));
        }
        if tally.requests() != self.requests && wrong.is_empty() {
            wrong.push(format!("{} requests were sent", tally.requests()));
        }
        shop.stop()?;
        let lines = std::fs::read_to_string(&log)?;
        wrong.extend(judge::wrong_lines(&lines).into_iter().take(10).map(|line| format!("in the log: {line}")));

        let bare = self.beside_a_bare_route(&shapes).await?;
        println!(
            "{:.0} requests/s; a bare route {:.0}: {:.2} of it. Memory {warmed} -> {held} KiB (+{grown}, at most {GROWTH_MAX_KIB}); \
             {} connections, {:.0} s.",
            tally.rate(),
            bare.rate(),
            tally.rate() / bare.rate(),
            tally.opened,
            tally.took.as_secs_f64(),
        );
        anyhow::ensure!(wrong.is_empty(), "{} things are wrong:\n  {}", wrong.len(), wrong.join("\n  "));
        println!("no 5xx, no panic, nothing of the inside told, memory flat, the shop alive and right");
        Ok(())
    }

    fn load(&self, to: SocketAddr, shapes: &Arc<[Shape]>, judged: bool) -> Load {
        Load { to, shapes: Arc::clone(shapes), connections: self.connections, seed: self.seed, judged }
    }

    async fn beside_a_bare_route(&self, shapes: &Arc<[Shape]>) -> anyhow::Result<Tally> {
        let bare = Served::start(Command::new(std::env::current_exe()?).arg("bare"))?;
        let tally = self.load(bare.address, shapes, false).send(0, (self.requests / 10).max(1_000)).await?;
        bare.stop()?;
        Ok(tally)
    }
}

/// What the shop holds once it has come to rest, in KiB.
async fn settled(shop: &Served) -> anyhow::Result<u64> {
    tokio::time::sleep(IDLE).await;
    let mut lowest = u64::MAX;
    for _ in 0..READINGS {
        ask(shop.address).await?;
        tokio::time::sleep(Duration::from_millis(250)).await;
        lowest = lowest.min(shop.resident_kib()?);
    }
    Ok(lowest)
}

async fn ready(address: SocketAddr) -> anyhow::Result<String> {
    for _ in 0..300 {
        let (status, _) = Connection::open(address).await?.get("/health/ready").await?;
        if status.is_success() {
            return ask(address).await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    anyhow::bail!("the shop does not become ready")
}

async fn ask(address: SocketAddr) -> anyhow::Result<String> {
    let data = Connection::open(address).await?.data(QUESTION, &json!({}), None).await?;
    anyhow::ensure!(
        data["search"]["nodes"].as_array().is_some_and(|found| found.len() == 5),
        "it finds too little: {data}"
    );
    Ok(data.to_string())
}

fn print_statuses(tally: &Tally) {
    let mut by_shape: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for ((shape, status), count) in &tally.statuses {
        let word = if *status == 0 { "no answer".to_owned() } else { status.to_string() };
        by_shape.entry(shape).or_default().push(format!("{word} {count}"));
    }
    for (shape, statuses) in by_shape {
        println!("  {shape:<24} {}", statuses.join(", "));
    }
}

/// Answers 400 to everything, after it has read the body.
pub async fn bare() -> anyhow::Result<()> {
    let refuse = |asked: Request<Body>| async {
        let declared = asked.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
        // A body that is too large by its own word may never come. One that breaks off is refused like any other.
        if declared.is_none_or(|bytes| bytes <= BODY_MAX) {
            let _ = to_bytes(asked.into_body(), BODY_MAX).await;
        }
        let json = [(header::CONTENT_TYPE, "application/json; charset=utf-8")];
        (StatusCode::BAD_REQUEST, json, r#"{"errors":[{"message":"The body is not valid JSON."}]}"#)
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("the bare route listens on http://{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| {
        // Without it the comparison would be with a slower route; it fails only on a closed socket.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, Router::new().fallback(refuse)).await?;
    Ok(())
}
