//! What a change of one lane touches, counted.

use std::sync::Arc;

use super::{super::compiler::Compiler, fixture::*};
use crate::{
    kernel::handling::HandlingClass,
    logistics::{Lane, LaneEnd, Network, NodeKind, Reach, ports::NetworkChanges},
};

/// Two warehouses and two stations around one hub, and a third station behind the second warehouse only. Two couriers
/// run the same; one reaches two pincodes from S0 and one from S1.
fn network() -> Network {
    use NodeKind::{Hub, Station, Warehouse};
    let nodes = vec![
        node("W0", Warehouse, 60),
        node("W1", Warehouse, 60),
        node("H0", Hub, 30),
        node("S0", Station, 30),
        node("S1", Station, 30),
        node("S2", Station, 30),
    ];
    let mut lanes = Vec::new();
    for c in COURIERS {
        lanes.extend([
            lane(c, "W0", to("H0"), 18 * 60, 240),
            lane(c, "W1", to("H0"), 19 * 60, 240),
            lane(c, "H0", to("S0"), 60, 240),
            lane(c, "H0", to("S1"), 60, 300),
            lane(c, "W1", to("S2"), 60, 300),
            lane(c, "S0", LaneEnd::Doors, 9 * 60, 600),
            lane(c, "S1", LaneEnd::Doors, 9 * 60, 600),
        ]);
    }
    let reaches = vec![
        reach("UDAAN", "S0", &[110_001, 400_001]),
        reach("UDAAN", "S1", &[560_001]),
        reach("ASHVA", "S0", &[110_001]),
    ];
    Network { version: 1, nodes, couriers: COURIERS.map(|c| courier(c, 3_000)).to_vec(), lanes, reaches }
}

fn change(lanes: Vec<Lane>, reaches: Vec<Reach>) -> NetworkChanges {
    NetworkChanges { version: 2, lanes, reaches }
}

fn counts(lane: Lane) -> (usize, usize) {
    let done = Compiler::new(network()).apply(change(vec![lane], Vec::new()));
    (done.rows, done.last_miles)
}

fn slower(lane: Lane) -> Lane {
    Lane { transit_minutes: lane.transit_minutes + 60, ..lane }
}

#[test]
fn the_same_lane_again_touches_nothing() {
    assert_eq!(counts(lane("UDAAN", "W0", to("H0"), 18 * 60, 240)), (0, 0));
}

#[test]
fn a_first_lane_touches_its_warehouse_and_the_stations_beyond() {
    // One warehouse, two stations; the three classes travel alike and share their rows.
    assert_eq!(counts(slower(lane("UDAAN", "W0", to("H0"), 18 * 60, 240))), (2, 0));
    assert_eq!(counts(slower(lane("UDAAN", "W1", to("S2"), 60, 300))), (1, 0));
}

#[test]
fn a_hub_lane_touches_the_warehouses_behind_and_one_station() {
    assert_eq!(counts(slower(lane("UDAAN", "H0", to("S0"), 60, 240))), (2, 0));
}

#[test]
fn a_class_that_leaves_a_lane_is_touched_alone() {
    let narrow = Lane { carries: vec![HandlingClass::Standard], ..lane("UDAAN", "H0", to("S0"), 60, 240) };
    let mut compiler = Compiler::new(network());
    let before = compiler.table();
    assert_eq!(compiler.apply(change(vec![narrow], Vec::new())).rows, 2, "large and hazardous go on sharing");
    let (old, new) = (&before.couriers[1], &compiler.table().couriers[1]);
    assert!(Arc::ptr_eq(&old.planes[0], &new.planes[0]));
    assert!(!Arc::ptr_eq(&old.planes[1], &new.planes[1]));
    assert!(Arc::ptr_eq(&new.planes[1], &new.planes[2]));
    assert!(new.plane(HandlingClass::Large).steps(0, 0).is_empty());
    assert!(!new.plane(HandlingClass::Standard).steps(0, 0).is_empty());
}

#[test]
fn other_couriers_keep_their_tables() {
    let mut compiler = Compiler::new(network());
    let before = compiler.table();
    compiler.apply(change(vec![slower(lane("UDAAN", "H0", to("S0"), 60, 240))], Vec::new()));
    let after = compiler.table();
    assert_eq!((before.couriers[0].code.as_str(), after.couriers[0].code.as_str()), ("ASHVA", "ASHVA"));
    assert!((0..3).all(|c| Arc::ptr_eq(&before.couriers[0].planes[c], &after.couriers[0].planes[c])));
    assert!(Arc::ptr_eq(&before.couriers[0].miles, &after.couriers[0].miles));
    assert!(Arc::ptr_eq(&before.couriers[1].miles, &after.couriers[1].miles));
}

#[test]
fn a_lane_to_doors_touches_last_miles_only() {
    // Two pincodes and three classes.
    assert_eq!(counts(slower(lane("UDAAN", "S0", LaneEnd::Doors, 9 * 60, 600))), (0, 6));
    assert_eq!(counts(lane("UDAAN", "S0", LaneEnd::Pincode(pin(400_001)), 600, 90)), (0, 3));
    // Not its station: nothing changes.
    assert_eq!(counts(lane("UDAAN", "S1", LaneEnd::Pincode(pin(400_001)), 600, 90)), (0, 0));
}

#[test]
fn a_pincode_with_its_own_lane_is_not_touched_by_the_stations() {
    let mut network = network();
    network.lanes.push(lane("UDAAN", "S0", LaneEnd::Pincode(pin(400_001)), 600, 90));
    let doors = slower(lane("UDAAN", "S0", LaneEnd::Doors, 9 * 60, 600));
    let done = Compiler::new(network).apply(change(vec![doors], Vec::new()));
    assert_eq!((done.rows, done.last_miles), (0, 3));
}

#[test]
fn a_lane_that_moves_to_another_courier_touches_both() {
    let moved = Lane { courier: "ASHVA".into(), ..lane("UDAAN", "H0", to("S0"), 60, 240) };
    assert_eq!(counts(moved), (4, 0));
}

#[test]
fn a_new_reach_touches_the_pincodes_that_change_station() {
    let mut compiler = Compiler::new(network());
    let done = compiler.apply(change(Vec::new(), vec![reach("UDAAN", "S0", &[110_001])]));
    assert_eq!((done.rows, done.last_miles), (0, 3));
    let t = at("2026-11-24T10:00:00+05:30");
    assert_eq!(promise(&compiler, HandlingClass::Standard, "W0", pin(400_001), t), None);
    assert!(promise(&compiler, HandlingClass::Standard, "W0", pin(110_001), t).is_some());
}

#[test]
fn unknown_places_and_couriers_ask_for_the_whole_network() {
    let compiler = Compiler::new(network());
    let knows = |lane| compiler.knows(&change(vec![lane], Vec::new()));
    assert!(knows(lane("UDAAN", "H0", to("S2"), 1, 1)));
    assert!(!knows(lane("UDAAN", "H9", to("S2"), 1, 1)));
    assert!(!knows(lane("UDAAN", "H0", to("S9"), 1, 1)));
    assert!(!knows(lane("NEW", "H0", to("S2"), 1, 1)));
    assert!(!compiler.knows(&change(Vec::new(), vec![reach("UDAAN", "S9", &[])])));
}
