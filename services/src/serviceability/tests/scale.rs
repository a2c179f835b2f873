//! A network of the size of India: prints how long things take, asserts only counts and bytes.

use std::{collections::HashMap, time::Instant};

use super::{
    super::{
        atlas::Atlas,
        compiler::Compiler,
        lookup::Lookup,
        steps::{RowsBuilder, Step},
    },
    fixture::*,
};
use crate::{
    kernel::{handling::HandlingClass, pincodes::table::table},
    logistics::{Lane, LaneEnd, Network, Node, NodeKind, Reach, ports::NetworkChanges},
};

/// Warehouses, hubs and stations; each courier runs from each warehouse to three hubs, between hubs nearby, from each
/// hub to its stations and from there to its share of all pincodes.
fn country(warehouses: usize, hubs: usize, stations: usize, couriers: usize) -> Network {
    let spread = |kind, letter: &str, n: usize| -> Vec<Node> {
        let place = |i: usize| &table().places()[i * (table().places().len() - 1) / n];
        let at = |i| Node {
            latitude: place(i).latitude,
            longitude: place(i).longitude,
            ..node(&format!("{letter}{i}"), kind, 30)
        };
        (0..n).map(at).collect()
    };
    let nodes = [
        spread(NodeKind::Warehouse, "W", warehouses),
        spread(NodeKind::Hub, "H", hubs),
        spread(NodeKind::Station, "S", stations),
    ];
    let (mut lanes, mut reaches) = (Vec::new(), Vec::new());
    for c in 0..couriers {
        let code = format!("C{c}");
        let mut run = |from: String, end: LaneEnd, seed: usize, times: usize| {
            let seed = seed.wrapping_mul(2_654_435_761) >> 7;
            let departures = (0..times).map(|i| u16::try_from((seed + i * 431) % 1_440).unwrap());
            let mut departures: Vec<u16> = departures.collect();
            departures.sort_unstable();
            let transit = u32::try_from(120 + seed % 900).unwrap();
            let weekdays = if seed.is_multiple_of(3) { 0b011_1111 } else { EVERY_DAY };
            // The last courier takes standard goods only on half of its lanes.
            let carries = if c == 0 && seed.is_multiple_of(2) {
                vec![HandlingClass::Standard]
            } else {
                HandlingClass::ALL.to_vec()
            };
            let lane = lane(&code, &from, end, 0, transit);
            lanes.push(Lane { code: format!("{code}-{}", lanes.len()), departures, weekdays, carries, ..lane });
        };
        for w in 0..warehouses {
            for i in 0..3 {
                run(format!("W{w}"), to(&format!("H{}", (w * hubs / warehouses + i) % hubs)), w * 31 + i + c, 3);
            }
        }
        for (h, i) in (0..hubs).flat_map(|h| (1..=4).map(move |i| (h, i))) {
            run(format!("H{h}"), to(&format!("H{}", (h + i * i) % hubs)), h * 17 + i + c, 2);
            run(format!("H{h}"), to(&format!("H{}", (h + hubs - i) % hubs)), h * 19 + i + c, 2);
        }
        for s in 0..stations {
            run(format!("H{}", s * hubs / stations), to(&format!("S{s}")), s * 13 + c, 2);
            run(format!("S{s}"), LaneEnd::Doors, s % 5 + c, 1);
        }
        let places = table().places();
        for s in 0..stations {
            let share = places.len() * s / stations..places.len() * (s + 1) / stations;
            let pincodes = places[share].iter().map(|p| p.pincode).collect();
            reaches.push(Reach { courier: code.clone(), station: format!("S{s}"), pincodes });
        }
    }
    let couriers = (0..couriers).map(|c| courier(&format!("C{c}"), 3_000)).collect();
    Network { version: 1, nodes: nodes.concat(), couriers, lanes, reaches }
}

#[test]
fn a_country_is_computed_once_and_then_only_what_a_lane_touches() {
    let network = country(40, 36, 750, 5);
    let lanes = network.lanes.len();
    let changed = Lane { transit_minutes: 7, ..network.lanes[0].clone() };
    let start = Instant::now();
    let mut compiler = Compiler::new(network);
    let built = start.elapsed();
    let start = Instant::now();
    let done = compiler.apply(NetworkChanges { version: 2, lanes: vec![changed], reaches: Vec::new() });
    println!(
        "40 warehouses, 750 stations, 5 couriers, {lanes} lanes: {built:?}; one lane {:?}: {done:?}",
        start.elapsed()
    );
    println!("{} bytes", compiler.table().bytes());
    // One warehouse, all stations, twice: standard goods and the rest travel differently with this courier.
    assert!(done.rows == 750 || done.rows == 1_500, "{done:?}");
    assert_eq!(done.last_miles, 0);

    let stock = levels((0..100).flat_map(|n| (0..40).map(move |w| level(n, &format!("W{w}"), 3))).collect());
    let page: Vec<_> = (0..100).map(|n| goods(n, HandlingClass::ALL[n as usize % 3], 1)).collect();
    let (table, t) = (compiler.table(), at("2026-11-24T10:00:00+05:30"));
    let start = Instant::now();
    let mut lookup = Lookup::new(&table, pin(560_001), now(t));
    let promised = page.iter().filter(|g| lookup.delivery(g, &stock).promise().is_some()).count();
    println!("a page of 100, each in 40 warehouses: {:?}", start.elapsed());
    assert_eq!(promised, 100);
    for turn in ["first", "again"] {
        let start = Instant::now();
        let pairs = Lookup::new(&table, pin(781_001), now(t)).pairs(None);
        println!("one pincode against 40 warehouses, 3 classes, {turn}: {:?}", start.elapsed());
        assert_eq!(pairs.len(), 120);
    }
}

/// The table of a hundred warehouses and all pincodes of India at once is held by every process.
#[test]
fn a_hundred_warehouses_and_all_pincodes_fit_well_under_a_hundred_megabytes() {
    let mut network = country(100, 36, 750, 5);
    // Enough to weigh it: the search is exact for each warehouse by itself.
    let start = Instant::now();
    network.lanes.retain(|l| l.courier == "C0" || l.courier == "C1");
    let two = Compiler::new(network).table().bytes();
    println!(
        "100 warehouses x {} pincodes: {two} bytes for two of five couriers, {:?}",
        Atlas::india().len(),
        start.elapsed()
    );
    assert!(two / 2 * 5 < 60_000_000, "{two}");
}

#[test]
fn equal_rows_take_no_room() {
    let mut rows = RowsBuilder::new();
    let row = [Step::new(600, 90), Step::new(2_040, 90)];
    let numbers: HashMap<u32, usize> = (0..1_000).map(|i| (rows.add(&row), i)).collect();
    assert_eq!((numbers.len(), rows.finish().bytes()), (1, 2 * 4 + 2 * 4));
}
