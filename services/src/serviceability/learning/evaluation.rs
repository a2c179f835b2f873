//! How promises would have held: on five folds, each promised by what the other four teach, and walking forward month by
//! month, each promised by what had arrived before it began. The second is the honest one: the first may learn a lane's
//! days from later parcels, as every fold does, and is there to be compared with others.

use super::{
    lanes::Percentiles,
    model::{FOLDS, Row, Shipments},
    promise::{Aim, PromiseModel},
};

/// Percentiles of plain lanes that are shown.
const PLAIN: [f64; 3] = [0.8, 0.9, 0.95];
/// A month is promised when so many had arrived before it.
const PAST_MIN: usize = 500;

/// One way to promise, over the same shipments.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Outcome {
    /// Shipments promised.
    pub shipments: usize,
    kept: usize,
    days: i64,
}

impl Outcome {
    fn add(&mut self, row: &Row, promised: i32) {
        self.shipments += 1;
        self.kept += usize::from(row.days() <= promised);
        self.days += i64::from(promised);
    }

    fn join(&mut self, other: &Self) {
        self.shipments += other.shipments;
        self.kept += other.kept;
        self.days += other.days;
    }

    /// Share that arrived on or before the promised day, 0 to 1.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.kept as f64 / self.shipments.max(1) as f64
    }

    /// Mean of the promised days.
    #[must_use]
    pub fn mean_days(&self) -> f64 {
        self.days as f64 / self.shipments.max(1) as f64
    }
}

/// Ways to promise side by side: the shop's own, lane p80, p90 and p95, ours at the shop's share, ours at its mean.
pub type Ways = [Outcome; 6];
/// Their names, in the order of [`Ways`].
pub const WAYS: [&str; 6] = ["shop", "lane p80", "lane p90", "lane p95", "ours, shop's share", "ours, shop's mean"];

/// Everything that `evaluate` finds.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Over all five folds.
    pub folds: Ways,
    /// Per month of the orders, as `2017-03`, walking forward.
    pub months: Vec<(String, Ways)>,
    /// Over all those months.
    pub forward: Ways,
}

/// Compares the ways. Shipments without a promise of the shop are learnt from, but not compared.
#[must_use]
pub fn evaluate(shipments: &Shipments) -> Evaluation {
    let all: Vec<&Row> = shipments.rows.iter().collect();
    let mut folds = Ways::default();
    for fold in 0..FOLDS {
        let (test, train): (Vec<&Row>, Vec<&Row>) = all.iter().partition(|r| r.fold % FOLDS == fold);
        join(&mut folds, &compared(shipments, &train, &train, &test));
    }
    let (mut months, mut forward) = (Vec::new(), Ways::default());
    let mut numbers: Vec<i32> = all.iter().map(|r| r.month()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    for month in numbers {
        let test: Vec<&Row> = all.iter().filter(|r| r.month() == month).copied().collect();
        let first = test.iter().map(|r| r.ordered).min().unwrap_or(0);
        let train: Vec<&Row> = all.iter().filter(|r| r.delivered < first).copied().collect();
        if train.len() < PAST_MIN {
            continue;
        }
        let ways = compared(shipments, &train, &all, &test);
        join(&mut forward, &ways);
        months.push((format!("{}-{:02}", month / 12, month % 12 + 1), ways));
    }
    Evaluation { folds, months, forward }
}

fn join(into: &mut Ways, other: &Ways) {
    into.iter_mut().zip(other).for_each(|(a, b)| a.join(b));
}

fn compared(shipments: &Shipments, train: &[&Row], known: &[&Row], test: &[&Row]) -> Ways {
    let plain = Percentiles::fit(shipments, train.iter().copied());
    let model = PromiseModel::fit(shipments, train, known);
    // The aims are the shop's own figures over the past, not over the shipments that are promised.
    let mut past = Outcome::default();
    train.iter().filter_map(|r| r.promised.map(|p| (r, p))).for_each(|(r, p)| past.add(r, p));
    let margins = [model.margin(Aim::Share(past.share())), model.margin(Aim::MeanDays(past.mean_days()))];
    let mut ways = Ways::default();
    for row in test {
        let Some(promised) = row.promised else { continue };
        ways[0].add(row, promised);
        for (way, share) in ways[1..4].iter_mut().zip(PLAIN) {
            way.add(row, plain.days(row, share));
        }
        for (way, margin) in ways[4..].iter_mut().zip(margins) {
            way.add(row, model.days(row, margin));
        }
    }
    ways
}
