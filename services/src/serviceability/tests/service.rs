//! The service on small working stores.

use std::{sync::Arc, time::Duration};

use super::{
    super::{NotDeliverableReason, Serviceability, model::Delivery},
    fixture::*,
    stores::{SmallInventoryStore, SmallNetworkStore},
};
use crate::{
    inventory::Inventory,
    kernel::{
        clock::{Clock, ManualClock},
        handling::HandlingClass,
    },
    logistics::{Lane, LaneEnd, Network, NodeKind, ports::NetworkStore},
};

const STANDARD: HandlingClass = HandlingClass::Standard;

struct World {
    service: Serviceability,
    network: Arc<SmallNetworkStore>,
    stock: Arc<SmallInventoryStore>,
    clock: Arc<ManualClock>,
}

fn small() -> Network {
    let nodes = vec![
        node("W0", NodeKind::Warehouse, 60),
        node("W1", NodeKind::Warehouse, 60),
        node("S0", NodeKind::Station, 30),
    ];
    let lanes = vec![
        lane("UDAAN", "W0", to("S0"), 18 * 60, 240),
        lane("UDAAN", "W1", to("S0"), 12 * 60, 240),
        lane("UDAAN", "S0", LaneEnd::Doors, 17 * 60, 120),
    ];
    let reaches = vec![reach("UDAAN", "S0", &[560_001])];
    Network { version: 7, nodes, couriers: vec![courier("UDAAN", 4_000)], lanes, reaches }
}

fn world() -> World {
    let network = Arc::new(SmallNetworkStore::new(small()));
    let stock = Arc::new(SmallInventoryStore::default());
    *stock.levels.lock() = vec![level(1, "W0", 5), level(2, "W0", 5), level(2, "W1", 1)];
    let clock = Arc::new(ManualClock::new(at("2026-11-24T10:00:00+05:30")));
    let service = Serviceability::new(network.clone(), Inventory::new(stock.clone(), clock.clone()), clock.clone());
    World { service, network, stock, clock }
}

#[tokio::test]
async fn a_page_costs_one_call_to_inventory_and_keeps_its_order() {
    let w = world();
    w.service.load().await.unwrap();
    let page = [goods(2, STANDARD, 1), goods(1, STANDARD, 1), goods(9, STANDARD, 1), goods(2, STANDARD, 2)];
    let got = w.service.deliveries(&page, pin(560_001)).await.unwrap();
    let from: Vec<_> = got.iter().map(|d| d.promise().map(|p| p.warehouse.as_str())).collect();
    assert_eq!(from, [Some("W1"), Some("W0"), None, Some("W0")]);
    assert_eq!(got[0].promise().unwrap().promised_by, at("2026-11-24T19:00:00+05:30"));
    assert!(matches!(got[2], Delivery::NotDeliverable { reason: NotDeliverableReason::NoStockInReach, .. }));
    assert_eq!(*w.stock.calls.lock(), 1);
    assert!(w.service.deliveries(&[], pin(560_001)).await.unwrap().is_empty());
    assert_eq!(*w.stock.calls.lock(), 1, "nothing asked, nothing called");
}

#[tokio::test]
async fn a_quote_is_promised_for_its_payment_and_hours_count_from_the_asking() {
    let w = world();
    w.service.load().await.unwrap();
    let paid_at = w.clock.now() + Duration::from_secs(2 * 3_600);
    let got = w.service.deliveries_at(&[goods(2, STANDARD, 1)], pin(560_001), paid_at).await.unwrap();
    let p = got[0].promise().unwrap();
    assert_eq!((p.promised_by, p.tat_hours), (at("2026-11-25T19:00:00+05:30"), 33));
    let each = w.service.from_warehouses(&[goods(2, STANDARD, 1)], pin(560_001), w.clock.now()).await.unwrap();
    let each: Vec<_> = each[0].iter().map(|p| p.warehouse.as_str()).collect();
    assert_eq!(each, ["W1", "W0"]);
}

#[tokio::test]
async fn before_the_first_reading_it_says_so_and_refresh_reads() {
    let w = world();
    let error = w.service.deliveries(&[goods(1, STANDARD, 1)], pin(560_001)).await.unwrap_err();
    assert!(error.retryable && error.engine == "serviceability");
    assert!(w.service.serving_pairs(pin(560_001), None).is_empty());
    assert!(w.service.refresh().await.unwrap());
    assert_eq!(w.service.version(), 7);
    assert!(!w.service.refresh().await.unwrap());
    assert_eq!(*w.network.whole_reads.lock(), 1);
}

#[tokio::test]
async fn a_saved_lane_is_followed_without_reading_the_network_again() {
    let w = world();
    w.service.load().await.unwrap();
    let now = w.clock.now();
    w.network.save_lane(lane("UDAAN", "W0", to("S0"), 11 * 60, 60), now).await.unwrap();
    let done = w.service.follow().await.unwrap().unwrap();
    assert_eq!((done.version, done.rows, done.last_miles, done.everything), (8, 1, 0, false));
    let w0 = Lane { transit_minutes: 30, ..lane("UDAAN", "W0", to("S0"), 11 * 60, 60) };
    w.network.save_lane(w0, now).await.unwrap();
    let done = w.service.follow().await.unwrap().unwrap();
    assert_eq!((done.version, done.rows, done.last_miles, done.everything), (9, 1, 0, false));
    assert_eq!(*w.network.whole_reads.lock(), 1);
    let got = w.service.deliveries(&[goods(1, STANDARD, 1)], pin(560_001)).await.unwrap();
    assert_eq!(got[0].promise().unwrap().promised_by, at("2026-11-24T19:00:00+05:30"));
}

#[tokio::test]
async fn a_replaced_network_is_read_whole() {
    let w = world();
    w.service.load().await.unwrap();
    let mut other = small();
    other.nodes.push(node("W2", NodeKind::Warehouse, 0));
    other.lanes.push(lane("UDAAN", "W2", to("S0"), 10 * 60, 60));
    w.network.replace(other, w.clock.now()).await.unwrap();
    assert!(w.service.follow().await.unwrap().unwrap().everything);
    let pairs = w.service.serving_pairs(pin(560_001), Some(9));
    let soon: Vec<_> = pairs.iter().map(|p| (p.warehouse.as_str(), p.handling)).collect();
    let by_code_and_class: Vec<_> = ["W1", "W2"].into_iter().flat_map(|w| HandlingClass::ALL.map(|c| (w, c))).collect();
    assert_eq!(soon, by_code_and_class);
}

#[tokio::test]
async fn an_answer_is_as_old_as_the_lanes_when_their_store_is_down() {
    let w = world();
    w.service.load().await.unwrap();
    let loaded_at = w.clock.now();
    w.clock.advance(Duration::from_secs(60));
    *w.network.down.lock() = true;
    assert!(w.service.refresh().await.is_err());
    let ask = async || {
        w.service.deliveries(&[goods(1, STANDARD, 1)], pin(560_001)).await.unwrap()[0].promise().unwrap().as_of
    };
    assert_eq!(ask().await, loaded_at);
    *w.network.down.lock() = false;
    assert!(!w.service.refresh().await.unwrap());
    assert_eq!(ask().await, w.clock.now());
}

#[tokio::test]
async fn a_network_whose_version_fell_back_is_read_whole() {
    let w = world();
    w.service.load().await.unwrap();
    w.network.save_lane(lane("UDAAN", "W1", to("S0"), 11 * 60, 60), w.clock.now()).await.unwrap();
    w.service.refresh().await.unwrap();
    w.network.set(small());
    assert!(w.service.follow().await.unwrap().unwrap().everything);
    assert_eq!(w.service.version(), 7);
}

#[tokio::test]
async fn a_pincode_is_checked_without_any_engine() {
    let place = world().service.check_pincode(pin(560_001)).unwrap();
    assert_eq!((place.pincode, place.state.as_str()), (pin(560_001), "Karnataka"));
    assert!(!place.district.is_empty());
    assert_eq!(world().service.check_pincode(pin(999_999)), None);
}

/// Readers ask while a lane goes to and fro: each answer is one of the two tables', never a mixture, and nobody waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_see_the_table_before_or_after_a_change() {
    let w = world();
    w.service.load().await.unwrap();
    let early = Lane { departures: vec![11 * 60 + 30], ..lane("UDAAN", "W0", to("S0"), 18 * 60, 240) };
    let late = lane("UDAAN", "W0", to("S0"), 18 * 60, 240);
    let stock = levels(vec![level(1, "W0", 1)]);
    let (t, service) = (w.clock.now(), w.service.clone());
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let reader = tokio::spawn(async move {
        let mut seen = std::collections::BTreeSet::new();
        while stopped.try_recv() == Err(tokio::sync::oneshot::error::TryRecvError::Empty) {
            let got = service.promise_with(&stock, &[goods(1, STANDARD, 1)], pin(560_001), t, t);
            let p = got[0].promise().unwrap();
            seen.insert((p.promised_by, p.order_within));
            tokio::task::yield_now().await;
        }
        seen
    });
    for lane in [early, late].iter().cycle().take(100) {
        w.network.save_lane(lane.clone(), t).await.unwrap();
        assert!(w.service.refresh().await.unwrap());
    }
    stop.send(()).unwrap();
    let before = (at("2026-11-25T19:00:00+05:30"), at("2026-11-24T17:00:00+05:30"));
    let after = (at("2026-11-24T19:00:00+05:30"), at("2026-11-24T10:30:00+05:30"));
    let seen = reader.await.unwrap();
    assert!(!seen.is_empty() && seen.iter().all(|s| [before, after].contains(s)), "{seen:?}");
}
