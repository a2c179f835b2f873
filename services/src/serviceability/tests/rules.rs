//! One rule each, on a network small enough to reckon by hand.

use super::{
    super::{NotDeliverableReason, compiler::Compiler, model::Delivery},
    fixture::*,
};
use crate::{
    kernel::{handling::HandlingClass, money::Money},
    logistics::{Lane, LaneEnd, Network, NodeKind},
};

const STANDARD: HandlingClass = HandlingClass::Standard;

/// W0 hands over within 60 minutes, leaves for the station at 18:00, is there at 22:00, needs 30 minutes; the van leaves
/// at 09:00 and is done by 19:00. Nobody works on Sunday.
fn network() -> Network {
    let weekdays = 0b011_1111;
    let nodes = vec![
        node("W0", NodeKind::Warehouse, 60),
        node("W1", NodeKind::Warehouse, 60),
        node("S0", NodeKind::Station, 30),
    ];
    let lanes = vec![
        Lane { weekdays, ..lane("UDAAN", "W0", to("S0"), 18 * 60, 240) },
        Lane { weekdays, ..lane("UDAAN", "S0", LaneEnd::Doors, 9 * 60, 600) },
    ];
    let reaches = vec![reach("UDAAN", "S0", &[560_001])];
    Network { version: 1, nodes, couriers: vec![courier("UDAAN", 4_000)], lanes, reaches }
}

fn with(change: impl FnOnce(&mut Network)) -> Compiler {
    let mut network = network();
    change(&mut network);
    Compiler::new(network)
}

fn reason(delivery: Delivery) -> NotDeliverableReason {
    match delivery {
        Delivery::NotDeliverable { reason, .. } => reason,
        Delivery::Deliverable(promise) => panic!("promised {promise:?}"),
    }
}

#[test]
fn a_promise_is_reckoned_by_hand() {
    // Tuesday: ordered by 17:00 it is on the van on Wednesday.
    let t = at("2026-11-24T10:00:00+05:30");
    let p = promise(&with(|_| ()), STANDARD, "W0", pin(560_001), t).unwrap();
    assert_eq!(p.promised_by, at("2026-11-25T19:00:00+05:30"));
    assert_eq!(p.order_within, at("2026-11-24T17:00:00+05:30"));
    assert_eq!(
        (p.tat_hours, p.charge, p.warehouse.as_str(), p.courier.as_str()),
        (33, Money::inr(4_000), "W0", "UDAAN")
    );
}

#[test]
fn a_microsecond_after_the_cut_off_it_is_a_day_later() {
    let t = at("2026-11-24T17:00:00.000001+05:30");
    let p = promise(&with(|_| ()), STANDARD, "W0", pin(560_001), t).unwrap();
    assert_eq!(p.promised_by, at("2026-11-26T19:00:00+05:30"));
    assert_eq!(p.order_within, at("2026-11-25T17:00:00+05:30"));
}

#[test]
fn a_sunday_is_waited_out_and_the_cut_off_stays_saturday() {
    // Saturday's lorry waits at the station until Monday's van.
    let t = at("2026-11-27T18:00:00+05:30");
    let p = promise(&with(|_| ()), STANDARD, "W0", pin(560_001), t).unwrap();
    assert_eq!(p.promised_by, at("2026-11-30T19:00:00+05:30"));
    assert_eq!(p.order_within, at("2026-11-28T17:00:00+05:30"));
}

#[test]
fn a_fast_lane_that_meets_the_same_van_only_prolongs_the_cut_off() {
    let fast = |n: &mut Network| n.lanes.push(lane("UDAAN", "W0", to("S0"), 23 * 60, 60));
    let p = promise(&with(fast), STANDARD, "W0", pin(560_001), at("2026-11-24T10:00:00+05:30")).unwrap();
    assert_eq!(p.promised_by, at("2026-11-25T19:00:00+05:30"));
    assert_eq!(p.order_within, at("2026-11-24T22:00:00+05:30"));
}

#[test]
fn each_refusal_has_its_reason() {
    let t = at("2026-11-24T10:00:00+05:30");
    let ask = |c: &Compiler, class, stock: &[&str], to| reason(delivery(c, class, stock, pin(to), t));
    let all = with(|_| ());
    assert_eq!(ask(&all, STANDARD, &["W0"], 999_999), NotDeliverableReason::PincodeUnknown);
    assert_eq!(ask(&all, STANDARD, &["W0"], 110_001), NotDeliverableReason::NoCourier);
    assert_eq!(ask(&all, STANDARD, &["W1"], 560_001), NotDeliverableReason::NoStockInReach);
    assert_eq!(ask(&all, STANDARD, &[], 560_001), NotDeliverableReason::NoStockInReach);
    assert_eq!(ask(&all, STANDARD, &["NOWHERE"], 560_001), NotDeliverableReason::NoStockInReach);
    let light = with(|n| n.lanes[1].carries = vec![STANDARD]);
    assert_eq!(ask(&light, HandlingClass::Large, &["W0"], 560_001), NotDeliverableReason::CannotCarry);
    let closed = with(|n| n.lanes[0].active = false);
    assert_eq!(ask(&closed, STANDARD, &["W0"], 560_001), NotDeliverableReason::NoCourier);
}

#[test]
fn a_lane_of_capacity_zero_is_closed_and_any_other_capacity_is_open() {
    let t = at("2026-11-24T10:00:00+05:30");
    for (capacity, open) in [(Some(0), false), (Some(1), true), (None, true)] {
        let c = with(|n| n.lanes[0].capacity_per_day = capacity);
        assert_eq!(promise(&c, STANDARD, "W0", pin(560_001), t).is_some(), open, "{capacity:?}");
    }
}

#[test]
fn a_lane_to_the_pincode_replaces_the_stations_doors() {
    let t = at("2026-11-24T10:00:00+05:30");
    let own = lane("UDAAN", "S0", LaneEnd::Pincode(pin(560_001)), 12 * 60, 60);
    let arrival =
        |own: Lane, class| promise(&with(|n| n.lanes.push(own)), class, "W0", pin(560_001), t).map(|p| p.promised_by);
    assert_eq!(arrival(own.clone(), STANDARD), Some(at("2026-11-25T13:00:00+05:30")));
    let narrow = Lane { carries: vec![STANDARD], ..own.clone() };
    assert_eq!(arrival(narrow, HandlingClass::Large), None, "it replaces for every class");
    assert_eq!(
        arrival(Lane { capacity_per_day: Some(0), ..own.clone() }, STANDARD),
        None,
        "so a pincode can be closed"
    );
    let off = Lane { active: false, ..own };
    assert_eq!(arrival(off, STANDARD), Some(at("2026-11-25T19:00:00+05:30")), "a lane out of use replaces nothing");
}

#[test]
fn the_earlier_courier_wins_and_the_cheaper_one_when_they_tie() {
    let t = at("2026-11-24T10:00:00+05:30");
    let second = |paise, van| {
        with(move |n| {
            n.couriers.push(courier("ASHVA", paise));
            n.lanes.push(lane("ASHVA", "W0", to("S0"), 19 * 60, 60));
            n.lanes.push(lane("ASHVA", "S0", LaneEnd::Doors, van, 600));
            n.reaches.push(reach("ASHVA", "S0", &[560_001]));
        })
    };
    let best = |c: &Compiler| promise(c, STANDARD, "W0", pin(560_001), t).unwrap();
    let earlier = best(&second(9_000, 8 * 60));
    assert_eq!((earlier.courier.as_str(), earlier.charge), ("ASHVA", Money::inr(9_000)));
    assert_eq!(earlier.promised_by, at("2026-11-25T18:00:00+05:30"));
    assert_eq!(best(&second(3_000, 9 * 60)).courier, "ASHVA");
    let cheaper = best(&second(9_000, 9 * 60));
    assert_eq!(cheaper.courier, "UDAAN");
    assert_eq!(cheaper.order_within, at("2026-11-24T18:00:00+05:30"), "the other courier still arrives then");
}

#[test]
fn quantities_must_come_from_one_warehouse() {
    let t = at("2026-11-24T10:00:00+05:30");
    let both = with(|n| n.lanes.push(lane("UDAAN", "W1", to("S0"), 20 * 60, 240)));
    let table = both.table();
    let stock = levels(vec![level(1, "W0", 2), level(1, "W1", 3), level(2, "W0", 9)]);
    let mut lookup = super::super::lookup::Lookup::new(&table, pin(560_001), now(t));
    let mut from = |n, quantity| {
        let promises = lookup.promises(&goods(n, STANDARD, quantity), &stock);
        promises.into_iter().map(|p| p.warehouse).collect::<Vec<_>>()
    };
    assert_eq!(from(1, 2), ["W1", "W0"], "both arrive with the same van; W1 may be ordered from for longer");
    assert_eq!(from(1, 3), ["W1"]);
    assert!(from(1, 4).is_empty());
    assert_eq!(from(2, 9), ["W0"]);
    assert!(from(3, 1).is_empty());
}

#[test]
fn a_lane_that_takes_longer_than_any_promise_is_not_offered() {
    let t = at("2026-11-24T10:00:00+05:30");
    let slow = with(|n| n.lanes[0].transit_minutes = u32::MAX);
    assert_eq!(promise(&slow, STANDARD, "W0", pin(560_001), t), None);
}
