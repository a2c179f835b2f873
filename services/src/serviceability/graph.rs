//! The delivery graph of one courier and one handling class: nodes of the network, and between two of them the weekly
//! step function of all lanes that run there. Time-dependent: a lane is worth what its next departure makes it.
//! Capacities are not counted; only a lane of capacity zero is closed.

use std::collections::{BTreeMap, HashMap};

use petgraph::{
    graph::{DiGraph, NodeIndex},
    visit::{Bfs, Reversed},
};

use super::{
    atlas::{Point, point},
    steps::{Step, TRAVEL_MAX, worthwhile},
    week,
};
use crate::{
    kernel::handling::HandlingClass,
    logistics::{Lane, LaneEnd, Node, NodeKind},
};

/// A place, as the table needs it.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// Its code.
    pub code: String,
    /// Minutes from order to pick-up at a warehouse, from arrival to departure elsewhere.
    pub handling: u32,
    /// Where it lies.
    pub at: Point,
}

/// All places: warehouses first, then stations, then hubs, each by code. The index of a warehouse among warehouses is
/// its index here.
#[derive(Debug)]
pub(crate) struct Sites {
    sites: Vec<Site>,
    by_code: HashMap<String, u32>,
    /// How many warehouses.
    pub warehouses: usize,
    /// How many stations.
    pub stations: usize,
}

impl Sites {
    /// Orders the nodes of a network.
    pub(crate) fn new(nodes: &[Node]) -> Self {
        let rank = |n: &Node| match n.kind {
            NodeKind::Warehouse => 0,
            NodeKind::Station => 1,
            NodeKind::Hub => 2,
        };
        let mut nodes: Vec<&Node> = nodes.iter().collect();
        nodes.sort_by(|a, b| (rank(a), &a.code).cmp(&(rank(b), &b.code)));
        let count = |kind| nodes.iter().filter(|n| n.kind == kind).count();
        let (warehouses, stations) = (count(NodeKind::Warehouse), count(NodeKind::Station));
        let by_code = nodes.iter().zip(0..).map(|(n, i)| (n.code.clone(), i)).collect();
        let site =
            |n: &&Node| Site { code: n.code.clone(), handling: n.handling_minutes, at: point(n.latitude, n.longitude) };
        Self { sites: nodes.iter().map(site).collect(), by_code, warehouses, stations }
    }
    /// A place by its index.
    pub(crate) fn site(&self, index: usize) -> &Site {
        &self.sites[index]
    }
    /// A station by its index among stations.
    pub(crate) fn station(&self, station: usize) -> &Site {
        &self.sites[self.warehouses + station]
    }
    /// How many places.
    pub(crate) fn len(&self) -> usize {
        self.sites.len()
    }
    /// The index of a code.
    pub(crate) fn index(&self, code: &str) -> Option<u32> {
        self.by_code.get(code).copied()
    }
    /// The index of a warehouse's code among warehouses.
    pub(crate) fn warehouse(&self, code: &str) -> Option<usize> {
        self.index(code).map(|i| i as usize).filter(|i| *i < self.warehouses)
    }
    /// The index of a station's code among stations.
    pub(crate) fn station_index(&self, code: &str) -> Option<usize> {
        self.index(code).and_then(|i| self.as_station(i))
    }
    /// The index among stations of a place.
    pub(crate) fn as_station(&self, index: u32) -> Option<usize> {
        (index as usize).checked_sub(self.warehouses).filter(|s| *s < self.stations)
    }
    fn is_warehouse(&self, index: u32) -> bool {
        (index as usize) < self.warehouses
    }
}

/// Whether goods can be given to a lane.
pub(crate) fn is_open(lane: &Lane) -> bool {
    lane.active && lane.capacity_per_day != Some(0)
}

/// The steps of a lane; none when it is closed, never leaves or takes too long.
pub(crate) fn lane_steps(lane: &Lane) -> impl Iterator<Item = Step> {
    let travel = u16::try_from(lane.transit_minutes).ok().filter(|_| is_open(lane));
    travel.into_iter().flat_map(|travel| week::departures(lane).into_iter().map(move |d| Step::new(d, travel)))
}

/// What a lane between two nodes means for one handling class: two lanes of equal legs are the same to the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leg<'a> {
    /// From there.
    pub from: u32,
    /// To there.
    pub to: u32,
    lane: LegTimes<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LegTimes<'a> {
    transit: u32,
    departures: &'a [u16],
    weekdays: u8,
}

/// The leg that a lane is for a class; none when it is closed, leads to doors, into a warehouse or nowhere.
pub(crate) fn leg<'a>(sites: &Sites, lane: &'a Lane, class: HandlingClass) -> Option<Leg<'a>> {
    let LaneEnd::Node(to) = &lane.to else { return None };
    let (from, to) = (sites.index(&lane.from)?, sites.index(to)?);
    let usable = is_open(lane) && lane.takes(class) && from != to && !sites.is_warehouse(to);
    (usable && lane.transit_minutes <= TRAVEL_MAX).then(|| Leg {
        from,
        to,
        lane: LegTimes { transit: lane.transit_minutes, departures: &lane.departures, weekdays: lane.weekdays },
    })
}

/// A graph whose edges are step functions.
pub(crate) type Ways = DiGraph<(), Box<[Step]>>;

/// The graph of the lanes that take a class.
pub(crate) fn ways<'a>(sites: &Sites, lanes: impl Iterator<Item = &'a Lane>, class: HandlingClass) -> Ways {
    let mut between: BTreeMap<(u32, u32), Vec<Step>> = BTreeMap::new();
    for lane in lanes {
        if let Some(leg) = leg(sites, lane, class) {
            between.entry((leg.from, leg.to)).or_default().extend(lane_steps(lane));
        }
    }
    let mut ways = Ways::with_capacity(sites.len(), between.len());
    for _ in 0..sites.len() {
        ways.add_node(());
    }
    for ((from, to), steps) in between.into_iter().filter(|(_, steps)| !steps.is_empty()) {
        ways.add_edge(NodeIndex::from(from), NodeIndex::from(to), worthwhile(steps).into());
    }
    ways
}

/// The warehouses from which a place is reached.
pub(crate) fn warehouses_behind(sites: &Sites, ways: &Ways, place: u32) -> Vec<usize> {
    let (mut walk, mut found) = (Bfs::new(Reversed(ways), NodeIndex::from(place)), Vec::new());
    while let Some(n) = walk.next(Reversed(ways)) {
        found.extend((n.index() < sites.warehouses).then_some(n.index()));
    }
    found
}

/// The stations that are reached from a place, by their index among stations.
pub(crate) fn stations_beyond(sites: &Sites, ways: &Ways, place: u32) -> Vec<usize> {
    let (mut walk, mut found) = (Bfs::new(ways, NodeIndex::from(place)), Vec::new());
    while let Some(n) = walk.next(ways) {
        found.extend(u32::try_from(n.index()).ok().and_then(|i| sites.as_station(i)));
    }
    found
}
