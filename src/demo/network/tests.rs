//! The network as a whole: it is connected, who reaches what, and it is always the same.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::LazyLock,
};

use services::{
    kernel::{handling::HandlingClass, pincodes::Pincode},
    logistics::{LaneEnd, NodeKind},
};

use super::{couriers::*, *};

static NETWORK: LazyLock<Network> = LazyLock::new(network);

fn couriers_by_pincode(n: &Network) -> BTreeMap<Pincode, BTreeSet<&str>> {
    let mut by: BTreeMap<Pincode, BTreeSet<&str>> = BTreeMap::new();
    for reach in &n.reaches {
        for pincode in &reach.pincodes {
            assert!(
                by.entry(*pincode).or_default().insert(&reach.courier),
                "{pincode} has two stations of {}",
                reach.courier
            );
        }
    }
    by
}

/// Nodes that a courier alone brings goods to, from some warehouse.
fn reached_by<'a>(n: &'a Network, courier: &str, from: &'a str) -> BTreeSet<&'a str> {
    let mut ways: HashMap<&str, Vec<&str>> = HashMap::new();
    for lane in n.lanes.iter().filter(|l| l.courier == courier) {
        if let LaneEnd::Node(to) = &lane.to {
            ways.entry(&lane.from).or_default().push(to);
        }
    }
    let (mut seen, mut todo) = (BTreeSet::from([from]), vec![from]);
    while let Some(at) = todo.pop() {
        todo.extend(ways.get(at).into_iter().flatten().filter(|to| seen.insert(**to)));
    }
    seen
}

#[test]
fn the_counts_are_those_of_a_country() {
    let n = &*NETWORK;
    let count = |kind| n.nodes.iter().filter(|x| x.kind == kind).count();
    assert_eq!((count(NodeKind::Warehouse), count(NodeKind::Hub), count(NodeKind::Station)), (40, 36, 745));
    assert_eq!(n.couriers.len(), 5);
    assert!((4_000..9_000).contains(&n.lanes.len()), "{}", n.lanes.len());
}

#[test]
fn some_pincodes_are_reached_by_few_and_some_by_none() {
    let by = couriers_by_pincode(&NETWORK);
    let none = table().places().len() - by.len();
    assert!((24..=60).contains(&none), "{none}");
    let mut counts = [0_usize; 6];
    by.values().for_each(|c| counts[c.len()] += 1);
    assert!(counts[1] > 500 && counts[2] > 2_000 && counts[3] > 2_000 && counts[4] > 300, "{counts:?}");
    for island in ["744101", "682551"] {
        assert_eq!(by[&island.parse().expect("a pincode")], BTreeSet::from([SURFACE]));
    }
    let metro = &by[&"560001".parse().expect("a pincode")];
    assert!([AIR, SURFACE, SOUTH, HEAVY].iter().all(|c| metro.contains(c)), "{metro:?}");
    let north_east = &by[&"781001".parse().expect("a pincode")];
    assert!([AIR, SURFACE, EAST, HEAVY].iter().all(|c| north_east.contains(c)), "{north_east:?}");
}

#[test]
fn every_reach_has_a_station_with_a_round_and_sorted_pincodes() {
    let n = &*NETWORK;
    let stations: BTreeSet<_> = n.nodes.iter().filter(|x| x.kind == NodeKind::Station).map(|x| &x.code).collect();
    let rounds: BTreeSet<_> =
        n.lanes.iter().filter(|l| l.to == LaneEnd::Doors).map(|l| (&l.courier, &l.from)).collect();
    for r in &n.reaches {
        assert!(
            stations.contains(&r.station) && rounds.contains(&(&r.courier, &r.station)),
            "{} {}",
            r.courier,
            r.station
        );
        assert!(!r.pincodes.is_empty() && r.pincodes.windows(2).all(|w| w[0] < w[1]));
        assert!(r.pincodes.iter().all(|p| table().get(*p).is_some()));
    }
}

#[test]
fn lanes_are_whole() {
    let n = &*NETWORK;
    let codes: BTreeSet<_> = n.nodes.iter().map(|x| x.code.as_str()).collect();
    assert_eq!(n.lanes.iter().map(|l| &l.code).collect::<BTreeSet<_>>().len(), n.lanes.len());
    for l in &n.lanes {
        assert!(codes.contains(l.from.as_str()), "{}", l.code);
        if let LaneEnd::Node(to) = &l.to {
            assert!(codes.contains(to.as_str()) && *to != l.from, "{}", l.code);
        }
        assert!(!l.departures.is_empty() && l.departures.windows(2).all(|w| w[0] < w[1]), "{}", l.code);
        assert!(l.departures.iter().all(|d| *d < 1_440) && l.weekdays != 0 && !l.carries.is_empty(), "{}", l.code);
        assert!((10..8_000).contains(&l.transit_minutes), "{} {}", l.code, l.transit_minutes);
    }
    assert!(n.lanes.iter().any(|l| matches!(l.to, LaneEnd::Pincode(_))), "some villages have rounds of their own");
}

#[test]
fn whoever_reaches_a_door_can_bring_goods_to_its_station() {
    let n = &*NETWORK;
    let warehouses: Vec<_> =
        n.nodes.iter().filter(|x| x.kind == NodeKind::Warehouse).map(|x| x.code.as_str()).collect();
    for courier in &n.couriers {
        let brought: BTreeSet<_> = warehouses.iter().flat_map(|w| reached_by(n, &courier.code, w)).collect();
        for r in n.reaches.iter().filter(|r| r.courier == courier.code) {
            assert!(brought.contains(r.station.as_str()), "{} {}", r.courier, r.station);
        }
    }
    // The two that are everywhere bring goods from every warehouse to every station of theirs.
    for courier in [SURFACE, HEAVY] {
        for w in &warehouses {
            let brought = reached_by(n, courier, w);
            assert!(
                n.reaches.iter().filter(|r| r.courier == courier).all(|r| brought.contains(r.station.as_str())),
                "{courier} {w}"
            );
        }
    }
}

#[test]
fn large_and_dangerous_goods_have_a_way_and_none_of_it_by_air() {
    let n = &*NETWORK;
    for class in HandlingClass::ALL {
        assert!(n.lanes.iter().any(|l| l.takes(class)), "{class:?}");
    }
    assert!(n.lanes.iter().filter(|l| l.courier == AIR).all(|l| l.carries == [HandlingClass::Standard]));
}

#[test]
fn it_is_always_the_same() {
    let text = serde_json::to_string(&*NETWORK).expect("plain data");
    assert_eq!(
        super::super::draw::fingerprint(&text),
        12_405_032_989_555_347_400,
        "the network changed: is that meant?"
    );
}
