//! What every network store must hold, for engines to run on a fresh, empty store each.

use std::sync::Arc;

use super::{
    model::{Courier, Lane, LaneEnd, Network, Node, NodeKind, Rate, Reach},
    ports::NetworkStore,
};
use crate::kernel::{clock::Timestamp, handling::HandlingClass, money::Money, pages::Window, pincodes::Pincode};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

/// Runs everything; `fresh` makes an empty store each time.
pub async fn suite<F: Future<Output = Arc<dyn NetworkStore>>>(fresh: impl Fn() -> F) {
    an_empty_network_is_version_zero(&*fresh().await).await;
    a_network_comes_back_as_it_was_put(&*fresh().await).await;
    changes_are_told_from_any_version(&*fresh().await).await;
    too_many_changes_mean_read_again(&*fresh().await).await;
    every_writer_gets_its_own_version(fresh().await).await;
    a_reader_never_sees_half_a_replacement(fresh().await).await;
    lanes_are_paged_both_ways(&*fresh().await).await;
}

fn pincode(n: u32) -> Pincode {
    Pincode::new(560_000 + n).expect("six digits")
}

/// A lane to play with.
pub fn lane(n: u32, transit_minutes: u32) -> Lane {
    Lane {
        code: format!("L-{n:04}"),
        courier: "UDAAN".to_owned(),
        from: "BLR1".to_owned(),
        to: match n % 3 {
            0 => LaneEnd::Node("H-BLR".to_owned()),
            1 => LaneEnd::Doors,
            _ => LaneEnd::Pincode(pincode(n)),
        },
        transit_minutes,
        departures: vec![360, 1_080],
        weekdays: 0b011_1111,
        carries: HandlingClass::ALL.to_vec(),
        capacity_per_day: n.is_multiple_of(2).then_some(500),
        active: true,
    }
}

fn reach(station: u32, pincodes: u32) -> Reach {
    Reach {
        courier: "UDAAN".to_owned(),
        station: format!("S-{station:03}"),
        pincodes: (0..pincodes).map(pincode).collect(),
    }
}

/// A network with so many lanes and stations.
pub fn network(lanes: u32, stations: u32) -> Network {
    let node = |code: String, kind| Node {
        name: format!("केंद्र {code} 🏬"),
        code,
        kind,
        latitude: 12.971_6,
        longitude: 77.594_6,
        pincode: pincode(1),
        handling_minutes: 90,
    };
    let stations_nodes = (0..stations).map(|n| node(format!("S-{n:03}"), NodeKind::Station));
    Network {
        version: 0,
        nodes: std::iter::once(node("BLR1".to_owned(), NodeKind::Warehouse)).chain(stations_nodes).collect(),
        couriers: vec![Courier {
            code: "UDAAN".to_owned(),
            name: "Udaan Express".to_owned(),
            rates: vec![
                Rate { up_to_km: 100, charge: Money::inr(4_000) },
                Rate { up_to_km: 5_000, charge: Money::inr(9_900) },
            ],
            special_handling_charge: Money::inr(15_000),
        }],
        lanes: (0..lanes).map(|n| lane(n, 60)).collect(),
        reaches: (0..stations).map(|n| reach(n, 25)).collect(),
    }
}

async fn an_empty_network_is_version_zero(store: &dyn NetworkStore) {
    assert_eq!(store.network().await.expect("a read"), Network::default());
    assert_eq!(store.version().await.expect("a read"), 0);
    assert_eq!(store.lane("L-0001").await.expect("a read"), None);
    let changes = store.changes_after(0).await.expect("a read").expect("nothing changed");
    assert_eq!((changes.version, changes.lanes.len(), changes.reaches.len()), (0, 0, 0));
}

async fn a_network_comes_back_as_it_was_put(store: &dyn NetworkStore) {
    assert_eq!(store.replace(network(700, 120), NOW).await.expect("a write"), 1);
    let read = store.network().await.expect("a read");
    assert_eq!(read, Network { version: 1, ..network(700, 120) });
    assert_eq!(store.lane("L-0699").await.expect("a read"), Some(lane(699, 60)));
    assert_eq!(store.lane("l-0699").await.expect("a read"), None, "codes are compared letter by letter");
    assert_eq!(store.couriers().await.expect("a read"), network(0, 0).couriers);
    assert_eq!(store.replace(network(2, 1), NOW).await.expect("a write"), 2);
    assert_eq!(store.network().await.expect("a read"), Network { version: 2, ..network(2, 1) });
}

async fn changes_are_told_from_any_version(store: &dyn NetworkStore) {
    assert_eq!(store.replace(network(3, 2), NOW).await.expect("a write"), 1);
    assert_eq!(store.save_lane(lane(1, 99), NOW).await.expect("a write"), 2);
    assert_eq!(store.save_lane(lane(7, 50), NOW).await.expect("a write"), 3);
    assert_eq!(store.save_reach(reach(1, 3), NOW).await.expect("a write"), 4);
    assert_eq!(store.save_reach(reach(9, 3), NOW).await.expect("a write"), 5);
    assert_eq!(store.changes_after(0).await.expect("a read"), None, "everything was replaced after that");
    let changes = store.changes_after(1).await.expect("a read").expect("few changes");
    assert_eq!(changes.version, 5);
    assert_eq!(changes.lanes, [lane(1, 99), lane(7, 50)]);
    assert_eq!(changes.reaches, [reach(1, 3), reach(9, 3)]);
    let changes = store.changes_after(3).await.expect("a read").expect("few changes");
    assert_eq!((changes.lanes.len(), changes.reaches.len()), (0, 2));
    let read = store.network().await.expect("a read");
    assert_eq!((read.version, read.lanes.len(), read.reaches.len()), (5, 4, 3));
    assert_eq!(store.lane("L-0001").await.expect("a read"), Some(lane(1, 99)));
}

async fn too_many_changes_mean_read_again(store: &dyn NetworkStore) {
    store.replace(network(3, 2), NOW).await.expect("a write");
    for n in 0..600 {
        store.save_lane(lane(n, 99), NOW).await.expect("a write");
    }
    assert_eq!(store.changes_after(1).await.expect("a read"), None);
    let changes = store.changes_after(598).await.expect("a read").expect("three changes");
    assert_eq!((changes.version, changes.lanes.len()), (601, 3));
}

async fn every_writer_gets_its_own_version(store: Arc<dyn NetworkStore>) {
    let writers = (0..30_u32).map(|n| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.save_lane(lane(n % 5, n), NOW).await.expect("a write") })
    });
    let mut versions = futures::future::try_join_all(writers).await.expect("no writer panics");
    versions.sort_unstable();
    assert_eq!(versions, (1..=30).collect::<Vec<u64>>());
    assert_eq!(store.version().await.expect("a read"), 30);
}

async fn a_reader_never_sees_half_a_replacement(store: Arc<dyn NetworkStore>) {
    store.replace(network(0, 0), NOW).await.expect("a write");
    let writing = Arc::clone(&store);
    let writer = tokio::spawn(async move {
        for n in 1..=20 {
            writing.replace(network(n, n), NOW).await.expect("a write");
        }
    });
    for _ in 0..20 {
        let read = store.network().await.expect("a read");
        assert_eq!(read.lanes.len() as u64, read.version - 1, "version {}", read.version);
        assert_eq!(read.reaches.len(), read.lanes.len());
    }
    writer.await.expect("the writer does not panic");
}

async fn lanes_are_paged_both_ways(store: &dyn NetworkStore) {
    store.replace(network(10, 0), NOW).await.expect("a write");
    let codes = |lanes: &[Lane]| lanes.iter().map(|l| l.code.clone()).collect::<Vec<_>>();
    let page = store.lanes(Window::Forwards { after: None, limit: 4 }).await.expect("a read");
    assert_eq!(codes(&page.rows), ["L-0000", "L-0001", "L-0002", "L-0003"]);
    assert!(page.has_next && !page.has_previous);
    let after = Some("L-0007".to_owned());
    let page = store.lanes(Window::Forwards { after, limit: 4 }).await.expect("a read");
    assert_eq!(codes(&page.rows), ["L-0008", "L-0009"]);
    assert!(!page.has_next && page.has_previous);
    let before = Some("L-0003".to_owned());
    let page = store.lanes(Window::Backwards { before, limit: 2 }).await.expect("a read");
    assert_eq!(codes(&page.rows), ["L-0001", "L-0002"]);
    assert!(page.has_next && page.has_previous);
    let page = store.lanes(Window::Backwards { before: None, limit: 3 }).await.expect("a read");
    assert_eq!(codes(&page.rows), ["L-0007", "L-0008", "L-0009"]);
}
