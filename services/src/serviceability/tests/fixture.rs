//! Small networks: a builder for rules and a strategy for properties.

use std::collections::HashMap;

use proptest::{prelude::*, sample::select};
use uuid::Uuid;

use super::super::{
    compiler::Compiler,
    lookup::{Lookup, When},
    model::{Delivery, Goods, Promise},
};
use crate::{
    inventory::StockLevel,
    kernel::{clock::Timestamp, handling::HandlingClass, ids::VariantId, money::Money, pincodes::Pincode},
    logistics::{Courier, Lane, LaneEnd, Network, Node, NodeKind, Rate, Reach},
};

pub(super) const EVERY_DAY: u8 = 0b111_1111;

pub(super) fn pin(number: u32) -> Pincode {
    Pincode::new(number).unwrap()
}

pub(super) fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

pub(super) fn node(code: &str, kind: NodeKind, handling_minutes: u32) -> Node {
    let (latitude, longitude) = (12.97, 77.59);
    Node { code: code.into(), name: code.into(), kind, latitude, longitude, pincode: pin(560_001), handling_minutes }
}

pub(super) fn courier(code: &str, paise: i64) -> Courier {
    let rate = |up_to_km, times| Rate { up_to_km, charge: Money::inr(paise * times) };
    Courier {
        code: code.into(),
        name: code.into(),
        rates: vec![rate(250, 1), rate(1_000, 2), rate(4_000, 3)],
        special_handling_charge: Money::inr(5_000),
    }
}

/// A lane every day at one minute that takes everything.
pub(super) fn lane(courier: &str, from: &str, to: LaneEnd, departure: u16, transit_minutes: u32) -> Lane {
    Lane {
        code: format!("{courier}/{from}/{to:?}/{departure}"),
        courier: courier.into(),
        from: from.into(),
        to,
        transit_minutes,
        departures: vec![departure],
        weekdays: EVERY_DAY,
        carries: HandlingClass::ALL.to_vec(),
        capacity_per_day: None,
        active: true,
    }
}

pub(super) fn to(code: &str) -> LaneEnd {
    LaneEnd::Node(code.into())
}

pub(super) fn reach(courier: &str, station: &str, pincodes: &[u32]) -> Reach {
    Reach { courier: courier.into(), station: station.into(), pincodes: pincodes.iter().map(|p| pin(*p)).collect() }
}

pub(super) fn variant(n: u128) -> VariantId {
    VariantId(Uuid::from_u128(n))
}

pub(super) fn goods(n: u128, handling: HandlingClass, quantity: u32) -> Goods {
    Goods { variant: variant(n), handling, quantity }
}

pub(super) fn level(n: u128, warehouse: &str, available: u32) -> StockLevel {
    StockLevel { variant: variant(n), warehouse: warehouse.into(), available, reserved: 0, sold: 0 }
}

/// Levels by variant.
pub(super) fn levels(rows: Vec<StockLevel>) -> HashMap<VariantId, Vec<StockLevel>> {
    let mut levels: HashMap<VariantId, Vec<StockLevel>> = HashMap::new();
    for row in rows {
        levels.entry(row.variant).or_default().push(row);
    }
    levels
}

/// Asked and ordered at once.
pub(super) fn now(t: Timestamp) -> When {
    When { ready_from: t, asked_at: t, as_of: t }
}

/// One unit of a class in the warehouses given.
pub(super) fn delivery(
    compiler: &Compiler,
    class: HandlingClass,
    warehouses: &[&str],
    to: Pincode,
    t: Timestamp,
) -> Delivery {
    let stock = levels(warehouses.iter().map(|w| level(1, w, 1)).collect());
    Lookup::new(&compiler.table(), to, now(t)).delivery(&goods(1, class, 1), &stock)
}

pub(super) fn promise(
    compiler: &Compiler,
    class: HandlingClass,
    warehouse: &str,
    to: Pincode,
    t: Timestamp,
) -> Option<Promise> {
    delivery(compiler, class, &[warehouse], to, t).promise().cloned()
}

pub(super) const PINS: [u32; 4] = [110_001, 400_001, 560_001, 781_001];
pub(super) const WAREHOUSES: [&str; 3] = ["W0", "W1", "W2"];
const HUBS: [&str; 3] = ["H0", "H1", "H2"];
pub(super) const STATIONS: [&str; 3] = ["S0", "S1", "S2"];
pub(super) const COURIERS: [&str; 2] = ["ASHVA", "UDAAN"];

fn any_node(warehouses: bool) -> impl Strategy<Value = &'static str> {
    let from = if warehouses { 0 } else { 3 };
    select([WAREHOUSES, HUBS, STATIONS].concat()[from..].to_vec())
}

/// From and to, mostly as real networks have them, sometimes anything.
fn ends() -> impl Strategy<Value = (&'static str, LaneEnd)> {
    prop_oneof![
        4 => (select(&WAREHOUSES[..]), any_node(false)).prop_map(|(f, t)| (f, to(t))),
        2 => (select(&HUBS[..]), any_node(false)).prop_map(|(f, t)| (f, to(t))),
        4 => select(&STATIONS[..]).prop_map(|f| (f, LaneEnd::Doors)),
        1 => (select(&STATIONS[..]), select(&PINS[..])).prop_map(|(f, p)| (f, LaneEnd::Pincode(pin(p)))),
        1 => (any_node(true), any_node(true)).prop_map(|(f, t)| (f, to(t))),
    ]
}

fn departures() -> impl Strategy<Value = Vec<u16>> {
    // Half of them on the hour, so that arrivals tie and vans are caught to the minute.
    let one = prop_oneof![(0_u16..24).prop_map(|h| h * 60), 0_u16..1_440];
    prop::collection::btree_set(one, 1..4).prop_map(|d| d.into_iter().collect())
}

/// A lane of any kind; its code is one of sixty, so that a second one often replaces the first.
pub(super) fn any_lane() -> impl Strategy<Value = Lane> {
    let transit = prop_oneof![4 => (0_u32..40).prop_map(|h| h * 60), 4 => 1_u32..3_000, 1 => 9_000_u32..12_000];
    let carries = prop_oneof![
        2 => Just(HandlingClass::ALL.to_vec()),
        1 => prop::sample::subsequence(HandlingClass::ALL.to_vec(), 1..=3),
    ];
    let capacity = prop_oneof![12 => Just(None), 1 => Just(Some(0)), 1 => Just(Some(50))];
    let weekdays = prop_oneof![2 => Just(EVERY_DAY), 3 => 1_u8..128];
    let what = (0_u8..60, select(&COURIERS[..]), ends(), transit, departures());
    (what, weekdays, carries, capacity, prop::bool::weighted(0.9)).prop_map(
        |((n, courier, (from, to), transit_minutes, departures), weekdays, carries, capacity_per_day, active)| Lane {
            code: format!("L{n}"),
            courier: courier.into(),
            from: from.into(),
            to,
            transit_minutes,
            departures,
            weekdays,
            carries,
            capacity_per_day,
            active,
        },
    )
}

pub(super) fn any_reach() -> impl Strategy<Value = Reach> {
    (select(&COURIERS[..]), select(&STATIONS[..]), prop::sample::subsequence(PINS.to_vec(), 1..=4))
        .prop_map(|(c, s, pins)| reach(c, s, &pins))
}

pub(super) fn any_network() -> impl Strategy<Value = Network> {
    let place = (8.0_f32..35.0, 69.0_f32..96.0, prop_oneof![Just(0_u32), 0_u32..300]);
    let nodes = prop::collection::vec(place, 9);
    let lanes = prop::collection::btree_map(0_u8..60, any_lane(), 16..56);
    let reaches = prop::collection::vec(any_reach(), 2..9);
    (nodes, lanes, reaches).prop_map(|(places, lanes, reaches)| {
        let kinds = [(NodeKind::Warehouse, WAREHOUSES), (NodeKind::Hub, HUBS), (NodeKind::Station, STATIONS)];
        let codes = kinds.into_iter().flat_map(|(kind, codes)| codes.map(|c| (kind, c)));
        let nodes = codes.zip(places).map(|((kind, code), (latitude, longitude, handling))| Node {
            latitude,
            longitude,
            ..node(code, kind, handling)
        });
        let lanes = lanes.into_iter().map(|(n, lane)| Lane { code: format!("L{n}"), ..lane }).collect();
        let mut network = Network {
            version: 1,
            nodes: nodes.collect(),
            couriers: vec![courier("ASHVA", 3_000), courier("UDAAN", 4_500)],
            lanes,
            reaches: Vec::new(),
        };
        reaches.into_iter().for_each(|r| put_reach(&mut network, r));
        network
    })
}

/// Any microsecond of a month.
pub(super) fn any_instant() -> impl Strategy<Value = Timestamp> {
    let start = at("2026-11-01T00:00:00+05:30").micros();
    prop_oneof![
        (0_i64..30 * 1_440).prop_map(move |m| Timestamp::from_micros(start + m * 60_000_000)),
        (0_i64..30 * 86_400_000_000).prop_map(move |us| Timestamp::from_micros(start + us)),
    ]
}

pub(super) fn put_lane(network: &mut Network, lane: Lane) {
    network.lanes.retain(|l| l.code != lane.code);
    network.lanes.push(lane);
}

pub(super) fn put_reach(network: &mut Network, reach: Reach) {
    network.reaches.retain(|r| (&r.courier, &r.station) != (&reach.courier, &reach.station));
    network.reaches.push(reach);
}
