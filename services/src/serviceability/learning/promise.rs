//! Days of a promise: the expected logarithm of the days, the usual distance from it, and how many such distances a
//! promise must add so that the wanted share of shipments keeps it.
//!
//! A further day of promise keeps more parcels where days are sure than where they are not. So days are given where they
//! keep most: each promise ends where one more day would keep equally many, and no promise is shorter than one that
//! [`FLOOR`] of such parcels keep, or the slowest lanes would pay for all others.
//!
//! What was learnt of the days is corrected by how the parcels of the last weeks went. Only parcels that had *arrived*
//! before the day of the order count there, so nothing is known too early.

use super::{
    additive::Additive,
    model::{DESTINATION, FACTORS, Row, Shipments},
};

/// Rows by which effects are drawn to nothing: destination, lane, area, seller, class, weekday.
const PULL: [f64; FACTORS] = [5.0, 10.0, 12.0, 6.0, 20.0, 20.0];
/// The same for the distances, which are noisier.
const PULL_WIDTH: [f64; FACTORS] = [20.0, 40.0, 60.0, 40.0, 60.0, 60.0];
/// Days that the recent past reaches back.
const RECENT_DAYS: i32 = 21;
/// Rows by which the recent past is drawn to nothing: the network's, a destination's.
const PULL_RECENT: [f64; 2] = [30.0, 15.0];
/// The logarithm of the longest promise, about 400 days.
const DAYS_LN_MAX: f64 = 6.0;
/// A distance is never taken for less than this part of the usual one.
const WIDTH_MIN: f64 = 0.4;
/// Parts in which the training rows are predicted by the others, to learn the margin honestly.
const CROSS: u64 = 4;
/// The least share that a single promise is meant to hold.
const FLOOR: f64 = 0.8;
/// How fast the share of late parcels may fall per usual distance, as a rate; beyond that the fit is an accident.
const TAIL: (f64, f64) = (0.5, 5.0);
/// Halvings when a margin is looked for.
const HALVINGS: usize = 40;

/// What a promise shall hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Aim {
    /// This share of the shipments arrives in time, 0 to 1.
    Share(f64),
    /// Promises are so many days on average.
    MeanDays(f64),
}

/// What is expected of a row: the logarithm of its days plus one, and the usual distance from that.
type Expected = (f64, f64);

/// How the parcels that arrived lately differ from what was expected, by day of arrival.
struct Recent {
    first: i32,
    /// Running sum and count up to the day before.
    network: Vec<(f64, f64)>,
    destinations: Vec<Vec<(f64, f64)>>,
}

impl Recent {
    fn new(rows: &[&Row], level: &Additive, destinations: usize) -> Self {
        let first = rows.iter().map(|r| r.delivered).min().unwrap_or(0);
        let last = rows.iter().map(|r| r.delivered).max().unwrap_or(0);
        let days = usize::try_from(last - first + 2).expect("the last day is not before the first");
        let mut network = vec![(0.0, 0.0); days];
        let mut by_destination = vec![vec![(0.0, 0.0); days]; destinations];
        for row in rows {
            let at = (row.delivered - first) as usize + 1;
            let left = logarithm(row) - level.value(row);
            for sums in [&mut network, &mut by_destination[row.keys[DESTINATION]]] {
                sums[at].0 += left;
                sums[at].1 += 1.0;
            }
        }
        for sums in by_destination.iter_mut().chain([&mut network]) {
            for at in 1..days {
                sums[at] = (sums[at].0 + sums[at - 1].0, sums[at].1 + sums[at - 1].1);
            }
        }
        Self { first, network, destinations: by_destination }
    }

    /// The network's and the destination's shift before the row's day.
    fn before(&self, row: &Row) -> [f64; 2] {
        let shift = |sums: &[(f64, f64)], pull: f64| {
            let at = |day: i32| sums[(day - self.first).clamp(0, sums.len() as i32 - 1) as usize];
            let (to, from) = (at(row.ordered), at(row.ordered - RECENT_DAYS));
            (to.0 - from.0) / (to.1 - from.1 + pull)
        };
        let network = shift(&self.network, PULL_RECENT[0]);
        let destination = shift(&self.destinations[row.keys[DESTINATION]], PULL_RECENT[1]);
        [network, destination]
    }
}

/// Level, slopes of the recent past, and width, without the margin.
struct Shape {
    level: Additive,
    slopes: [f64; 2],
    width: Additive,
    usual: f64,
}

impl Shape {
    fn fit(rows: &[&Row], sizes: [usize; FACTORS]) -> Self {
        let values: Vec<f64> = rows.iter().map(|r| logarithm(r)).collect();
        let mut level = Additive::fit(rows, &values, sizes, PULL);
        let recent = Recent::new(rows, &level, sizes[DESTINATION]);
        let shifts: Vec<[f64; 2]> = rows.iter().map(|r| recent.before(r)).collect();
        let left: Vec<f64> = rows.iter().zip(&values).map(|(r, v)| v - level.value(r)).collect();
        let slopes = slopes(&shifts, &left);
        let steady: Vec<f64> = values.iter().zip(&shifts).map(|(v, s)| v - weighed(slopes, *s)).collect();
        level = Additive::fit(rows, &steady, sizes, PULL);
        let distances: Vec<f64> = rows.iter().zip(&steady).map(|(r, v)| (v - level.value(r)).abs()).collect();
        let usual = distances.iter().sum::<f64>() / distances.len().max(1) as f64;
        let width = Additive::fit(rows, &distances, sizes, PULL_WIDTH);
        Self { level, slopes, width, usual }
    }

    fn expected(&self, recent: &Recent, row: &Row) -> Expected {
        let width = self.width.value(row).max(self.usual * WIDTH_MIN);
        (self.level.value(row) + weighed(self.slopes, recent.before(row)), width)
    }
}

/// Promises by what was learnt.
pub struct PromiseModel {
    shape: Shape,
    recent: Recent,
    /// What the training rows were expected to take by a model that had not seen them, and what they took.
    proof: Vec<(Expected, i32)>,
    late: Late,
}

/// How lateness is spread, in usual distances: the distance that `FLOOR` keep, and the rate of the tail behind it.
#[derive(Clone, Copy)]
struct Late {
    floor: f64,
    rate: f64,
}

impl Late {
    fn fit(proof: &[(Expected, i32)]) -> Self {
        let distance = |((level, width), days): &(Expected, i32)| (f64::from(days + 1).ln() - level) / width.max(1e-6);
        let mut distances: Vec<f64> = proof.iter().map(distance).collect();
        distances.sort_unstable_by(f64::total_cmp);
        let at = (distances.len() as f64 * FLOOR) as usize;
        let floor = distances.get(at).copied().unwrap_or(0.0);
        let tail = distances.get(at..).unwrap_or_default();
        let excess = tail.iter().map(|d| d - floor).sum::<f64>() / tail.len().max(1) as f64;
        Self { floor, rate: (1.0 / excess.max(1e-6)).clamp(TAIL.0, TAIL.1) }
    }

    /// Whole days that end where one more day would keep as many parcels as the margin says; a greater margin is later.
    fn whole_days(self, (level, width): Expected, margin: f64) -> i32 {
        let width = width.max(1e-6);
        // The density over days at distance z is e^(-rate z) / (width e^(level + width z)): its logarithm is -margin.
        let distance = ((margin - width.ln() - level) / (self.rate + width)).max(self.floor);
        ((level + distance * width).min(DAYS_LN_MAX).exp() - 1.0).round().max(1.0) as i32
    }
}

impl PromiseModel {
    /// Learns from `train`; `known` are the shipments whose arrival may be looked at once it is in the past.
    pub(super) fn fit(shipments: &Shipments, train: &[&Row], known: &[&Row]) -> Self {
        let sizes = shipments.sizes;
        let mut proof = Vec::with_capacity(train.len());
        for part in 0..CROSS {
            // The fold's own digits are used up by the comparison; the next ones part the training rows.
            let inside = |r: &&&Row| (r.fold / 1_000) % CROSS == part;
            let others: Vec<&Row> = train.iter().filter(|r| !inside(r)).copied().collect();
            let shape = Shape::fit(&others, sizes);
            let recent = Recent::new(&others, &shape.level, sizes[DESTINATION]);
            proof.extend(train.iter().filter(inside).map(|r| (shape.expected(&recent, r), r.days())));
        }
        let shape = Shape::fit(train, sizes);
        let recent = Recent::new(known, &shape.level, sizes[DESTINATION]);
        let late = Late::fit(&proof);
        Self { shape, recent, proof, late }
    }

    /// How sparing a further day must be to be given still: the least margin that reaches the aim.
    #[must_use]
    pub fn margin(&self, aim: Aim) -> f64 {
        let (mut low, mut high) = (-15.0, 40.0);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            if self.reaches(middle, aim) {
                high = middle;
            } else {
                low = middle;
            }
        }
        high
    }

    fn reaches(&self, margin: f64, aim: Aim) -> bool {
        let count = self.proof.len().max(1) as f64;
        match aim {
            Aim::Share(share) => {
                let kept = self.proof.iter().filter(|(e, days)| *days <= self.late.whole_days(*e, margin)).count();
                kept as f64 / count >= share
            }
            Aim::MeanDays(mean) => {
                self.proof.iter().map(|(e, _)| f64::from(self.late.whole_days(*e, margin))).sum::<f64>() / count >= mean
            }
        }
    }

    /// Whole days to promise.
    pub(super) fn days(&self, row: &Row, margin: f64) -> i32 {
        self.late.whole_days(self.shape.expected(&self.recent, row), margin)
    }
}

fn logarithm(row: &Row) -> f64 {
    f64::from(row.days() + 1).ln()
}

fn weighed(slopes: [f64; 2], shifts: [f64; 2]) -> f64 {
    slopes[0] * shifts[0] + slopes[1] * shifts[1]
}

/// Least squares for two columns without a constant; columns that say nothing get no slope.
fn slopes(shifts: &[[f64; 2]], left: &[f64]) -> [f64; 2] {
    let (mut aa, mut ab, mut bb, mut ay, mut by) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for ([a, b], y) in shifts.iter().zip(left) {
        aa += a * a;
        ab += a * b;
        bb += b * b;
        ay += a * y;
        by += b * y;
    }
    let determinant = aa * bb - ab * ab;
    if determinant.abs() < 1e-9 {
        return [0.0, 0.0];
    }
    [(ay * bb - by * ab) / determinant, (by * aa - ay * ab) / determinant]
}
