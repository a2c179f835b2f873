//! An independent answer to "ordered then, there by when": relaxes the raw lanes over calendar dates until nothing
//! improves. Slow, and shares no code with the table.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Duration, FixedOffset};

use crate::{
    kernel::{
        clock::Timestamp,
        handling::HandlingClass,
        money::Money,
        pincodes::{Pincode, table::table},
    },
    logistics::{Courier, Lane, LaneEnd, Network, NodeKind},
};

/// The best over couriers from one warehouse: arrival, and the lowest charge among those that arrive then.
pub(super) fn best(
    network: &Network,
    warehouse: &str,
    class: HandlingClass,
    to: Pincode,
    ordered: Timestamp,
) -> Option<(Timestamp, i64)> {
    let arrivals = network.couriers.iter().filter_map(|c| {
        let arrives = arrival(network, &c.code, warehouse, class, to, ordered)?;
        Some((arrives, charge(network, c, warehouse, class, to).minor))
    });
    arrivals.min()
}

/// When one courier arrives.
fn arrival(
    network: &Network,
    courier: &str,
    warehouse: &str,
    class: HandlingClass,
    to: Pincode,
    ordered: Timestamp,
) -> Option<Timestamp> {
    let reach = network.reaches.iter().filter(|r| r.courier == courier && r.pincodes.contains(&to));
    let station = reach.map(|r| r.station.as_str()).min()?;
    let lanes: Vec<&Lane> = network.lanes.iter().filter(|l| l.courier == courier).collect();
    let ready = ready_times(network, &lanes, warehouse, class, ordered);
    let ready_at_station = *ready.get(station)?;
    let own = LaneEnd::Pincode(to);
    let closed_off = lanes.iter().any(|l| l.active && l.from == station && l.to == own);
    let last_miles =
        lanes.iter().filter(|l| l.from == station && l.to == if closed_off { own.clone() } else { LaneEnd::Doors });
    last_miles.filter_map(|l| ride(l, class, ready_at_station)).min()
}

fn ready_times<'a>(
    network: &'a Network,
    lanes: &[&'a Lane],
    warehouse: &'a str,
    class: HandlingClass,
    ordered: Timestamp,
) -> HashMap<&'a str, Timestamp> {
    let minutes = |t: Timestamp, m: u32| t + std::time::Duration::from_secs(u64::from(m) * 60);
    let node = |code: &str| network.nodes.iter().find(|n| n.code == code);
    let mut ready = HashMap::from([(warehouse, minutes(ordered, node(warehouse).unwrap().handling_minutes))]);
    loop {
        let mut better = false;
        for lane in lanes {
            let LaneEnd::Node(to) = &lane.to else { continue };
            let Some(there) = node(to).filter(|n| n.kind != NodeKind::Warehouse) else { continue };
            let Some(arrives) = ready.get(lane.from.as_str()).and_then(|r| ride(lane, class, *r)) else { continue };
            let then = minutes(arrives, there.handling_minutes);
            if ready.get(to.as_str()).is_none_or(|known| then < *known) {
                ready.insert(to, then);
                better = true;
            }
        }
        if !better {
            return ready;
        }
    }
}

/// When goods that are at the lane's beginning arrive at its end.
fn ride(lane: &Lane, class: HandlingClass, ready: Timestamp) -> Option<Timestamp> {
    if !lane.active || lane.capacity_per_day == Some(0) || !lane.carries.contains(&class) {
        return None;
    }
    let india = FixedOffset::east_opt(330 * 60).unwrap();
    let here: DateTime<FixedOffset> = ready.to_chrono().with_timezone(&india);
    let midnight = here.date_naive().and_hms_opt(0, 0, 0).unwrap().and_local_timezone(india).unwrap();
    for day in 0..=7 {
        let date = midnight + Duration::days(day);
        if lane.weekdays & (1 << date.weekday().num_days_from_monday()) == 0 {
            continue;
        }
        let mut leaves = lane.departures.iter().map(|d| date + Duration::minutes(i64::from(*d)));
        if let Some(leaves) = leaves.find(|l| *l >= here) {
            return Some(
                Timestamp::from_micros(leaves.timestamp_micros())
                    + std::time::Duration::from_secs(u64::from(lane.transit_minutes) * 60),
            );
        }
    }
    None
}

/// By the haversine formula, in kilometres.
fn distance_km(a: (f32, f32), b: (f32, f32)) -> f64 {
    let r = |d: f32| f64::from(d).to_radians();
    let h =
        ((r(b.0) - r(a.0)) / 2.0).sin().powi(2) + r(a.0).cos() * r(b.0).cos() * ((r(b.1) - r(a.1)) / 2.0).sin().powi(2);
    2.0 * 6_371.008_8 * h.sqrt().asin()
}

fn charge(network: &Network, courier: &Courier, warehouse: &str, class: HandlingClass, to: Pincode) -> Money {
    let from = network.nodes.iter().find(|n| n.code == warehouse).unwrap();
    let place = table().get(to).unwrap();
    let km = distance_km((from.latitude, from.longitude), (place.latitude, place.longitude));
    let rate = courier.rates.iter().find(|r| km <= f64::from(r.up_to_km)).or(courier.rates.last()).unwrap().charge;
    if class == HandlingClass::Standard { rate } else { rate.plus(courier.special_handling_charge).unwrap() }
}
