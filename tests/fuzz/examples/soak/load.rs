//! The loop: so many connections, each sends its next request when the last one is answered.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    judge,
    shapes::{Dice, Sent, Shape},
    wire::Wire,
};

/// Wrong answers after which a run stops.
const WRONG_MAX: usize = 5;

/// What became of some requests.
#[derive(Default)]
pub struct Tally {
    /// Requests by shape and status.
    pub statuses: BTreeMap<(&'static str, u16), u64>,
    /// Connections opened.
    pub opened: u64,
    /// Wrong answers, with the request.
    pub wrong: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

impl Tally {
    /// Requests sent.
    pub fn requests(&self) -> u64 {
        self.statuses.values().sum()
    }
    /// Requests a second.
    pub fn rate(&self) -> f64 {
        self.requests() as f64 / self.took.as_secs_f64().max(1e-9)
    }
    /// Both together.
    pub fn add(&mut self, other: Self) {
        for (key, count) in other.statuses {
            *self.statuses.entry(key).or_default() += count;
        }
        self.opened += other.opened;
        self.wrong.extend(other.wrong);
        self.took += other.took;
    }
}

/// Requests from a seed to an address.
pub struct Load {
    /// Where to.
    pub to: SocketAddr,
    /// What.
    pub shapes: Arc<[Shape]>,
    /// How many connections at the same time.
    pub connections: u64,
    /// The same seed makes the same requests.
    pub seed: u64,
    /// Whether answers are judged.
    pub judged: bool,
}

impl Load {
    /// Sends so many requests; `from` is the number of the first.
    pub async fn send(&self, from: u64, requests: u64) -> anyhow::Result<Tally> {
        let begun = Instant::now();
        let next = Arc::new(AtomicU64::new(0));
        let mut lanes = tokio::task::JoinSet::new();
        for lane in 0..self.connections {
            let lane = Lane {
                wire: Wire::new(self.to, lane),
                seed: self.seed,
                from,
                shapes: Arc::clone(&self.shapes),
                next: Arc::clone(&next),
                requests,
                judged: self.judged,
            };
            lanes.spawn(lane.run());
        }
        let mut tally = Tally::default();
        while let Some(done) = lanes.join_next().await {
            tally.add(done??);
        }
        tally.took = begun.elapsed();
        Ok(tally)
    }
}

struct Lane {
    wire: Wire,
    seed: u64,
    from: u64,
    shapes: Arc<[Shape]>,
    next: Arc<AtomicU64>,
    requests: u64,
    judged: bool,
}

impl Lane {
    async fn run(mut self) -> anyhow::Result<Tally> {
        let mut tally = Tally::default();
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.requests || tally.wrong.len() >= WRONG_MAX {
                break;
            }
            let number = self.from + number;
            let shape = &self.shapes[usize::try_from(number).unwrap_or(0) % self.shapes.len()];
            let (bytes, sent) = (shape.make)(&mut Dice::new(self.seed, number));
            let status = match sent {
                Sent::Left => {
                    self.wire.leave(&bytes).await?;
                    0
                }
                Sent::Whole | Sent::Broken => {
                    let answer = self.wire.ask(&bytes).await;
                    let (status, wrong) = match &answer {
                        Ok(answer) => (answer.status, judge::wrong(answer, sent == Sent::Broken)),
                        Err(e) => (0, Some(format!("{e:#}"))),
                    };
                    if let Some(why) = wrong.filter(|_| self.judged) {
                        let shown = bytes[..bytes.len().min(1_500)].escape_ascii();
                        tally.wrong.push(format!("request {number}, {}: {why}\n    after {shown}", shape.name));
                    }
                    status
                }
            };
            *tally.statuses.entry((shape.name, status)).or_default() += 1;
        }
        tally.opened = self.wire.opened;
        Ok(tally)
    }
}
