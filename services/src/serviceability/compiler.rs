//! Makes tables from the network, and from a table and a change of the network the next table. It holds the network as
//! last read; one at a time works with it (the service guards it), readers see only finished tables.
//!
//! What a lane touches: the rows of its courier and classes between the warehouses behind it and the stations beyond it,
//! in the network before and after; a lane to doors only the last miles from its station.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    graph::{Leg, Sites, leg, ways},
    miles::{MileLanes, Miles, Stations, TouchedMiles},
    model::Recomputed,
    plane::{Plane, Touched},
    table::{CourierTable, Table},
    tariff::Tariff,
};
use crate::{
    kernel::handling::HandlingClass,
    logistics::{Lane, LaneEnd, Network, Reach, ports::NetworkChanges},
};

/// Lanes by code.
type Lanes = BTreeMap<String, Lane>;

/// The network as last read, with its table.
#[derive(Debug)]
pub(crate) struct Compiler {
    lanes: Lanes,
    reaches: BTreeMap<(String, String), Reach>,
    table: Table,
}

impl Compiler {
    /// Computes everything.
    pub(crate) fn new(network: Network) -> Self {
        let sites = Arc::new(Sites::new(&network.nodes));
        let lanes: Lanes = network.lanes.into_iter().map(|l| (l.code.clone(), l)).collect();
        let reaches = network.reaches.into_iter().map(|r| ((r.courier.clone(), r.station.clone()), r)).collect();
        let mut couriers = network.couriers;
        couriers.sort_by(|a, b| a.code.cmp(&b.code));
        let table = Table { version: network.version, sites, couriers: Vec::new() };
        let mut compiler = Self { lanes, reaches, table };
        compiler.table.couriers =
            couriers.iter().map(|c| compiler.courier(c.code.clone(), Arc::new(Tariff::new(c)))).collect();
        compiler
    }
    /// The table as it is now.
    pub(crate) fn table(&self) -> Table {
        self.table.clone()
    }
    /// The version of the network that it has seen.
    pub(crate) fn version(&self) -> u64 {
        self.table.version
    }
    /// Whether a change speaks only of places and couriers that are known; otherwise the network must be read again.
    pub(crate) fn knows(&self, changes: &NetworkChanges) -> bool {
        let node = |code: &str| self.table.sites.index(code).is_some();
        let courier = |code: &str| self.table.couriers.iter().any(|c| c.code == code);
        let end = |to: &LaneEnd| !matches!(to, LaneEnd::Node(code) if !node(code));
        changes.lanes.iter().all(|l| courier(&l.courier) && node(&l.from) && end(&l.to))
            && changes.reaches.iter().all(|r| courier(&r.courier) && node(&r.station))
    }
    /// Computes what a change touches.
    pub(crate) fn apply(&mut self, changes: NetworkChanges) -> Recomputed {
        let before = self.lanes.clone();
        let mut moved: Vec<(Option<Lane>, Lane)> = Vec::new();
        for lane in changes.lanes {
            let old = self.lanes.insert(lane.code.clone(), lane.clone());
            if old.as_ref() != Some(&lane) {
                moved.push((old, lane));
            }
        }
        let mut resorted = BTreeSet::new();
        for reach in changes.reaches {
            resorted.insert(reach.courier.clone());
            self.reaches.insert((reach.courier.clone(), reach.station.clone()), reach);
        }
        let mut count = Recomputed { version: changes.version, ..Recomputed::default() };
        let mut couriers = Vec::with_capacity(self.table.couriers.len());
        for courier in &self.table.couriers {
            let mut next = courier.clone();
            count.rows += self.move_planes(&mut next, &before, &moved);
            count.last_miles += self.move_miles(&mut next, &moved, resorted.contains(&courier.code));
            couriers.push(next);
        }
        self.table = Table { version: changes.version, sites: self.table.sites.clone(), couriers };
        count
    }

    fn courier(&self, code: String, tariff: Arc<Tariff>) -> CourierTable {
        let sites = &self.table.sites;
        let mut planes: Vec<Arc<Plane>> = Vec::new();
        for class in HandlingClass::ALL {
            let legs = |c| lanes_of(&self.lanes, &code).map(move |l| leg(sites, l, c));
            let alike = HandlingClass::ALL.into_iter().take(planes.len()).find(|c| legs(*c).eq(legs(class)));
            planes.push(match alike {
                Some(other) => planes[other as usize].clone(),
                None => Arc::new(Plane::new(sites, &ways(sites, lanes_of(&self.lanes, &code), class))),
            });
        }
        let miles = Miles::none().with(&self.stations(&code), &self.mile_lanes(&code), &TouchedMiles::default()).0;
        let planes = planes.try_into().expect("one was made for each class");
        CourierTable { code, tariff, planes, miles: Arc::new(miles) }
    }

    /// Brings a courier's planes up to date after lanes moved; answers how many rows that took.
    fn move_planes(&self, courier: &mut CourierTable, before: &Lanes, moved: &[(Option<Lane>, Lane)]) -> usize {
        let (sites, old) = (&self.table.sites, courier.planes.clone());
        let mut count = 0;
        for (c, class) in HandlingClass::ALL.into_iter().enumerate() {
            let legs = changed_legs(sites, moved, &courier.code, class);
            // A class that shared its plane with an earlier one and changes in the same way still shares it.
            let alike = (0..c).find(|d| {
                Arc::ptr_eq(&old[*d], &old[c])
                    && changed_legs(sites, moved, &courier.code, HandlingClass::ALL[*d]) == legs
            });
            if let Some(other) = alike {
                courier.planes[c] = courier.planes[other].clone();
            } else if !legs.is_empty() {
                let was = ways(sites, lanes_of(before, &courier.code), class);
                let is = ways(sites, lanes_of(&self.lanes, &courier.code), class);
                let mut touched = Touched::none(sites);
                for (old_leg, new_leg) in &legs {
                    old_leg.iter().for_each(|l| touched.add(sites, &was, l));
                    new_leg.iter().for_each(|l| touched.add(sites, &is, l));
                }
                count += touched.len();
                courier.planes[c] = Arc::new(old[c].with(sites, &is, &touched));
            }
        }
        count
    }

    /// Brings a courier's last miles up to date; answers how many entries that took.
    fn move_miles(&self, courier: &mut CourierTable, moved: &[(Option<Lane>, Lane)], resorted: bool) -> usize {
        let mut touched = TouchedMiles::default();
        let lanes = moved.iter().flat_map(|(was, is)| was.iter().chain([is]));
        lanes.filter(|l| l.courier == courier.code).for_each(|l| touched.add(&self.table.sites, l));
        if touched.is_empty() && !resorted {
            return 0;
        }
        let (stations, lanes) = (self.stations(&courier.code), self.mile_lanes(&courier.code));
        let (miles, count) = courier.miles.with(&stations, &lanes, &touched);
        courier.miles = Arc::new(miles);
        count
    }

    fn stations(&self, courier: &str) -> Stations {
        let of = self.reaches.iter().filter(|((c, _), _)| c == courier);
        Stations::new(&self.table.sites, of.map(|(_, reach)| reach))
    }

    fn mile_lanes(&self, courier: &str) -> MileLanes<'_> {
        MileLanes::new(&self.table.sites, lanes_of(&self.lanes, courier))
    }
}

fn lanes_of<'a>(lanes: &'a Lanes, courier: &str) -> impl Iterator<Item = &'a Lane> {
    lanes.values().filter(move |l| l.courier == courier)
}

/// The legs of a courier that are not what they were, for a class: before and after.
fn changed_legs<'a>(
    sites: &Sites,
    moved: &'a [(Option<Lane>, Lane)],
    courier: &str,
    class: HandlingClass,
) -> Vec<(Option<Leg<'a>>, Option<Leg<'a>>)> {
    let as_leg = |l: &'a Lane| leg(sites, l, class).filter(|_| l.courier == courier);
    let both = moved.iter().map(|(was, is)| (was.as_ref().and_then(as_leg), as_leg(is)));
    both.filter(|(was, is)| was != is).collect()
}
