//! Plain percentiles per lane, with fall-back from lane to destination to network: what is simple, can be loaded into a
//! network by hand, and is what the learnt promise is measured against.

use super::model::{DESTINATION, LANE, Row, Shipments, WEEKDAY};

/// A lane with fewer shipments answers by its destination, a destination by the network.
const LANE_MIN: usize = 20;

/// Days by lane, destination and network, sorted.
pub(super) struct Percentiles {
    lanes: Vec<Vec<i32>>,
    destinations: Vec<Vec<i32>>,
    network: Vec<i32>,
}

impl Percentiles {
    pub fn fit<'a>(shipments: &Shipments, train: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut lanes = vec![Vec::new(); shipments.sizes[LANE]];
        let mut destinations = vec![Vec::new(); shipments.sizes[DESTINATION]];
        let mut network = Vec::new();
        for row in train {
            lanes[row.keys[LANE]].push(row.days());
            destinations[row.keys[DESTINATION]].push(row.days());
            network.push(row.days());
        }
        lanes.iter_mut().chain(&mut destinations).chain([&mut network]).for_each(|d| d.sort_unstable());
        Self { lanes, destinations, network }
    }

    /// Whole days within which `share` of the shipments arrived.
    pub fn days(&self, row: &Row, share: f64) -> i32 {
        let of = [&self.lanes[row.keys[LANE]], &self.destinations[row.keys[DESTINATION]]];
        let days = of.into_iter().find(|d| d.len() >= LANE_MIN).unwrap_or(&self.network);
        percentile(days, share)
    }
}

/// The least of the sorted days that `share` of them do not exceed; 0 without any.
pub(super) fn percentile(sorted: &[i32], share: f64) -> i32 {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.max(1) - 1).or(sorted.last()).copied().unwrap_or(0)
}

/// What was seen on one lane on one weekday of orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneDays {
    /// Region or warehouse of departure.
    pub origin: String,
    /// Region of arrival.
    pub destination: String,
    /// Weekday of the order, 1 for Monday to 7 for Sunday.
    pub weekday: u32,
    /// Shipments of this lane and weekday.
    pub shipments: usize,
    /// Whole days within which 50, 80, 90 and 95 of 100 arrive.
    pub days: [i32; 4],
}

/// Percentiles per lane and weekday. A weekday with too few shipments answers by its lane, a lane by its destination,
/// a destination by the network.
#[must_use]
pub fn lane_days(shipments: &Shipments) -> Vec<LaneDays> {
    let percentiles = Percentiles::fit(shipments, &shipments.rows);
    let mut out = Vec::new();
    let mut of_lane: Vec<Vec<&Row>> = vec![Vec::new(); shipments.sizes[LANE]];
    for row in &shipments.rows {
        of_lane[row.keys[LANE]].push(row);
    }
    for (lane, rows) in of_lane.iter().enumerate() {
        let Some(any) = rows.first() else { continue };
        let (origin, destination) = &shipments.lanes[lane];
        for weekday in 0..7 {
            let mut days: Vec<i32> = rows.iter().filter(|r| weekday_of(r) == weekday).map(|r| r.days()).collect();
            days.sort_unstable();
            let at =
                |share| if days.len() >= LANE_MIN { percentile(&days, share) } else { percentiles.days(any, share) };
            out.push(LaneDays {
                origin: origin.clone(),
                destination: destination.clone(),
                weekday: weekday + 1,
                shipments: days.len(),
                days: [0.5, 0.8, 0.9, 0.95].map(at),
            });
        }
    }
    out.sort_by(|a, b| (&a.origin, &a.destination, a.weekday).cmp(&(&b.origin, &b.destination, b.weekday)));
    out
}

/// 0 for Monday.
fn weekday_of(row: &Row) -> u32 {
    debug_assert!(row.keys[WEEKDAY] < 7, "there are seven weekdays");
    // Day 1 of the common era was a Monday.
    (row.ordered - 1).rem_euclid(7).unsigned_abs()
}
