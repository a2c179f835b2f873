//! The lanes of the demo: from warehouses to hubs, between hubs, down to the stations and out to the doors, each as long
//! as its distance takes.

use std::collections::{BTreeMap, BTreeSet};

use services::{
    kernel::pincodes::{
        Pincode,
        table::{Table, table},
    },
    logistics::{Lane, LaneEnd, Node, Reach},
};

use super::{
    super::draw::Draw,
    couriers::{AIR, EAST, HEAVY, SOUTH, SURFACE, carries, is_island, is_remote},
    places::{Places, km, minutes, of_node, of_place},
};

const EVERY_DAY: u8 = 0b111_1111;
const MONDAY_TO_SATURDAY: u8 = 0b011_1111;
const MONDAY_WEDNESDAY_FRIDAY: u8 = 0b001_0101;
const TUESDAY_FRIDAY: u8 = 0b001_0010;
/// Where aeroplanes land.
const AIR_HUBS: [&str; 16] = [
    "H-DEL", "H-BOM", "H-BLR", "H-MAA", "H-HYD", "H-CCU", "H-AMD", "H-PNQ", "H-JAI", "H-LKO", "H-PAT", "H-GAU",
    "H-BBI", "H-COK", "H-IDR", "H-NAG",
];
const SOUTH_HUBS: [&str; 10] =
    ["H-BLR", "H-MAA", "H-HYD", "H-COK", "H-CJB", "H-IXM", "H-TRV", "H-VTZ", "H-GOI", "H-HBX"];
const EAST_HUBS: [&str; 8] = ["H-CCU", "H-PAT", "H-GAU", "H-IXA", "H-BBI", "H-RNC", "H-IXB", "H-DIB"];
/// Express lorries run between all of these.
const TRUNK: [&str; 8] = ["H-DEL", "H-BOM", "H-BLR", "H-MAA", "H-HYD", "H-CCU", "H-AMD", "H-GAU"];
const ISLAND_HUB: &str = "H-IXZ";
/// Hubs that a surface hub has lorries to.
const NEIGHBOURS: usize = 6;
/// A partner picks up at warehouses no farther than this from a hub of its own.
const PICK_UP_KM: f64 = 160.0;
/// A van drives straight from a warehouse to stations no farther than this.
const DIRECT_KM: f64 = 50.0;
/// Doors in remote districts farther than this from their station are served twice a week.
const OUTLYING_KM: f64 = 55.0;

/// Whether a hub is one of a partner's.
pub fn has_hub(courier: &str, hub: &str) -> bool {
    match courier {
        AIR => AIR_HUBS.contains(&hub),
        SOUTH => SOUTH_HUBS.contains(&hub),
        EAST => EAST_HUBS.contains(&hub),
        HEAVY => !["H-DIB", ISLAND_HUB].contains(&hub),
        _ => true,
    }
}

/// All lanes, by code.
pub fn lanes(places: &Places, reaches: &[Reach]) -> Vec<Lane> {
    let mut out = Lanes { places, by_code: BTreeMap::new() };
    for courier in [AIR, SURFACE, SOUTH, EAST, HEAVY] {
        let hubs: Vec<&Node> = places.hubs.iter().filter(|h| has_hub(courier, &h.code)).collect();
        let stations: Vec<&Node> = stations_of(courier, places, reaches);
        out.pick_ups(courier, &hubs);
        out.between_hubs(courier, &hubs);
        out.down_to_stations(courier, &hubs, &stations);
        out.direct(courier, &stations);
    }
    for reach in reaches {
        out.doors(reach, table());
    }
    out.by_code.into_values().collect()
}

fn stations_of<'a>(courier: &str, places: &'a Places, reaches: &[Reach]) -> Vec<&'a Node> {
    let codes: BTreeSet<&str> = reaches.iter().filter(|r| r.courier == courier).map(|r| r.station.as_str()).collect();
    places.stations.iter().filter(|s| codes.contains(s.code.as_str())).collect()
}

/// When something leaves, a little different on every lane.
fn departures(code: &str, at: &[u16]) -> Vec<u16> {
    let shift = u16::try_from(Draw::named(code).below(4)).unwrap_or(0) * 15;
    at.iter().map(|minute| minute + shift).collect()
}

struct Lanes<'a> {
    places: &'a Places,
    by_code: BTreeMap<String, Lane>,
}

impl Lanes<'_> {
    fn add(&mut self, courier: &str, from: &Node, to: LaneEnd, transit_minutes: u32, at: &[u16], weekdays: u8) {
        let end = match &to {
            LaneEnd::Node(code) => code.clone(),
            LaneEnd::Doors => "DOORS".to_owned(),
            LaneEnd::Pincode(pincode) => pincode.to_string(),
        };
        let code = format!("{courier}-{}-{end}", from.code);
        let lane = Lane {
            courier: courier.to_owned(),
            from: from.code.clone(),
            to,
            transit_minutes,
            departures: departures(&code, at),
            weekdays,
            carries: carries(courier),
            capacity_per_day: None,
            active: true,
            code: code.clone(),
        };
        self.by_code.insert(code, lane);
    }

    fn node(&mut self, courier: &str, from: &Node, to: &Node, transit_minutes: u32, at: &[u16], weekdays: u8) {
        self.add(courier, from, LaneEnd::Node(to.code.clone()), transit_minutes, at, weekdays);
    }

    /// From each warehouse to the partner's nearest hub.
    fn pick_ups(&mut self, courier: &str, hubs: &[&Node]) {
        for warehouse in &self.places.warehouses {
            let Some((hub, far)) = nearest(warehouse, hubs).into_iter().next() else { continue };
            if far > PICK_UP_KM && ![SURFACE, HEAVY].contains(&courier) {
                continue;
            }
            let (at, weekdays): (&[u16], u8) = match courier {
                AIR => (&[540, 780, 1_020, 1_260], EVERY_DAY),
                SURFACE => (&[660, 960, 1_260], EVERY_DAY),
                HEAVY => (&[1_020], MONDAY_TO_SATURDAY),
                _ => (&[720, 1_140], MONDAY_TO_SATURDAY),
            };
            self.node(courier, warehouse, hub, minutes(far, 35.0, 30), at, weekdays);
        }
    }

    fn between_hubs(&mut self, courier: &str, hubs: &[&Node]) {
        for from in hubs.iter().filter(|h| h.code != ISLAND_HUB) {
            let mainland: Vec<&Node> =
                hubs.iter().copied().filter(|h| h.code != from.code && h.code != ISLAND_HUB).collect();
            for (rank, (to, far)) in nearest(from, &mainland).into_iter().enumerate() {
                let trunk = TRUNK.contains(&from.code.as_str()) && TRUNK.contains(&to.code.as_str());
                match courier {
                    AIR => self.node(AIR, from, to, minutes(far, 650.0, 135), &[330, 810, 1_350], EVERY_DAY),
                    SOUTH | EAST => self.node(courier, from, to, minutes(far, 38.0, 60), &[420, 1_230], EVERY_DAY),
                    SURFACE if rank < NEIGHBOURS || trunk => {
                        self.both(
                            SURFACE,
                            from,
                            to,
                            minutes(far, if trunk { 44.0 } else { 36.0 }, 60),
                            &[240, 840, 1_320],
                            EVERY_DAY,
                        );
                    }
                    HEAVY if rank < NEIGHBOURS || trunk => {
                        self.both(HEAVY, from, to, minutes(far, 28.0, 120), &[1_200], MONDAY_TO_SATURDAY);
                    }
                    _ => {}
                }
            }
        }
        if courier == SURFACE {
            self.ship("H-MAA", ISLAND_HUB, 3_720);
        }
    }

    /// There and back, so that a hub which is nobody's neighbour is still reached.
    fn both(&mut self, courier: &str, a: &Node, b: &Node, transit_minutes: u32, at: &[u16], weekdays: u8) {
        self.node(courier, a, b, transit_minutes, at, weekdays);
        self.node(courier, b, a, transit_minutes, at, weekdays);
    }

    fn ship(&mut self, from: &str, to: &str, transit_minutes: u32) {
        let places = self.places;
        let find = |code: &str| places.hubs.iter().chain(&places.stations).find(|n| n.code == code);
        if let (Some(from), Some(to)) = (find(from), find(to)) {
            self.node(SURFACE, from, to, transit_minutes, &[900], TUESDAY_FRIDAY);
        }
    }

    /// From the nearest hubs down to the stations; to islands from their port alone.
    fn down_to_stations(&mut self, courier: &str, hubs: &[&Node], stations: &[&Node]) {
        for station in stations {
            let state = state_of(station);
            if state == "Lakshadweep" {
                self.ship("H-COK", &station.code, 1_500);
                continue;
            }
            let near: Vec<&Node> =
                hubs.iter().copied().filter(|h| is_island(state) == (h.code == ISLAND_HUB)).collect();
            let count = if [AIR, HEAVY].contains(&courier) { 1 } else { 2 };
            for (hub, far) in nearest(station, &near).into_iter().take(count) {
                let (speed, at): (f64, &[u16]) = match courier {
                    AIR => (40.0, &[300, 690, 1_005]),
                    HEAVY => (26.0, &[270]),
                    _ if far < 120.0 => (34.0, &[270, 840]),
                    _ => (32.0, &[255]),
                };
                let weekdays = if courier == HEAVY { MONDAY_TO_SATURDAY } else { EVERY_DAY };
                self.node(courier, hub, station, minutes(far, speed, 30), at, weekdays);
            }
        }
    }

    /// The same day: from a warehouse straight to the stations of its city.
    fn direct(&mut self, courier: &str, stations: &[&Node]) {
        let (at, speed): (&[u16], f64) = match courier {
            AIR => (&[420, 720], 25.0),
            HEAVY => (&[450], 20.0),
            _ => return,
        };
        for warehouse in &self.places.warehouses {
            for (station, far) in nearest(warehouse, stations).into_iter().take_while(|(_, far)| *far <= DIRECT_KM) {
                self.node(courier, warehouse, station, minutes(far, speed, 20), at, MONDAY_TO_SATURDAY);
            }
        }
    }

    /// From a station out: one round for all its doors, and one of its own for each outlying village.
    fn doors(&mut self, reach: &Reach, table: &Table) {
        let Some(station) = self.places.stations.iter().find(|s| s.code == reach.station) else { return };
        let district = table.district(station.pincode);
        let remote = district.is_some_and(|d| is_remote(&d.state, &d.name));
        let (transit, at, weekdays): (u32, &[u16], u8) = match reach.courier.as_str() {
            AIR => (240, &[480, 870], EVERY_DAY),
            HEAVY => (540, &[510], MONDAY_TO_SATURDAY),
            _ if remote => (660, &[450], MONDAY_WEDNESDAY_FRIDAY),
            _ => (480, &[510], MONDAY_TO_SATURDAY),
        };
        self.add(&reach.courier, station, LaneEnd::Doors, transit, at, weekdays);
        let far_off = |p: &&Pincode| table.get(**p).is_some_and(|x| km(of_place(x), of_node(station)) > OUTLYING_KM);
        for pincode in reach.pincodes.iter().filter(far_off).filter(|_| remote) {
            self.add(&reach.courier, station, LaneEnd::Pincode(*pincode), 1_200, &[420], TUESDAY_FRIDAY);
        }
    }
}

fn state_of(station: &Node) -> &'static str {
    table().district(station.pincode).map_or("", |d| d.state.as_str())
}

/// The others with their distance, nearest first.
fn nearest<'a>(from: &Node, others: &[&'a Node]) -> Vec<(&'a Node, f64)> {
    let mut out: Vec<_> = others.iter().map(|n| (*n, km(of_node(from), of_node(n)))).collect();
    out.sort_by(|a, b| a.1.total_cmp(&b.1).then_with(|| a.0.code.cmp(&b.0.code)));
    out
}
