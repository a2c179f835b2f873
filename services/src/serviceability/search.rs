//! Earliest arrivals from one warehouse at all stations, for a whole week at once: one label-setting search per departure
//! of the warehouse, the latest departure first. Labels stay between the searches, so each settles only the places that
//! it reaches sooner than every later departure does; what it settles is exactly a step worth keeping.
//!
//! Departures never overtake (a lane's step function keeps only those worth waiting for), so the first time that a place
//! is settled is final.

use std::{cmp::Reverse, collections::BinaryHeap, thread};

use petgraph::{graph::NodeIndex, visit::EdgeRef};

use super::{
    graph::{Sites, Ways},
    steps::{Step, TRAVEL_MAX, next},
    week::{Minute, WEEK},
};

/// Threads that search side by side at most.
const THREADS_MAX: usize = 8;

/// The steps from a warehouse to each station.
pub(crate) struct FromWarehouse {
    /// The warehouse's index.
    pub warehouse: usize,
    /// By the station's index; empty when it is not reached.
    pub stations: Vec<Vec<Step>>,
}

/// Searches from several warehouses, on as many threads as there are cores.
pub(crate) fn search(sites: &Sites, ways: &Ways, warehouses: &[usize]) -> Vec<FromWarehouse> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
    let share = warehouses.len().div_ceil(threads).max(1);
    let one =
        |share: &[usize]| -> Vec<FromWarehouse> { share.iter().map(|w| Search::new(sites, ways).from(*w)).collect() };
    if warehouses.len() <= 1 {
        return one(warehouses);
    }
    thread::scope(|scope| {
        let running: Vec<_> = warehouses.chunks(share).map(|share| scope.spawn(move || one(share))).collect();
        let done = running.into_iter().map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        done.flatten().collect()
    })
}

struct Search<'a> {
    sites: &'a Sites,
    ways: &'a Ways,
    /// The earliest arrival so far, by node.
    arrivals: Vec<i64>,
    open: BinaryHeap<Reverse<(i64, u32)>>,
}

impl<'a> Search<'a> {
    fn new(sites: &'a Sites, ways: &'a Ways) -> Self {
        Self { sites, ways, arrivals: vec![i64::MAX; sites.len()], open: BinaryHeap::new() }
    }

    fn from(mut self, warehouse: usize) -> FromWarehouse {
        let mut stations = vec![Vec::new(); self.sites.stations];
        let firsts = self.first_hops(warehouse);
        // The week after comes first: its Monday bounds what the Sunday before is worth.
        for week in [WEEK, 0] {
            for together in firsts.chunk_by(|a, b| a.0.leaves() == b.0.leaves()) {
                let leaves = together[0].0.leaves();
                for (step, to) in together {
                    let hop = next(std::slice::from_ref(step), Minute(week + leaves));
                    self.reach(*to, hop.map_or(i64::MAX, |h| h.arrives.0), week + leaves);
                }
                self.settle(week + leaves, |station, travel| {
                    if week == 0 {
                        stations[station].push(Step::new(minutes(leaves), minutes(travel)));
                    }
                });
            }
        }
        stations.iter_mut().for_each(|steps| steps.reverse());
        FromWarehouse { warehouse, stations }
    }

    /// All departures of a warehouse with where they lead, the latest first.
    fn first_hops(&self, warehouse: usize) -> Vec<(Step, u32)> {
        let edges = self.ways.edges(NodeIndex::new(warehouse));
        let mut firsts: Vec<(Step, u32)> =
            edges.flat_map(|e| e.weight().iter().map(move |s| (*s, node(e.target())))).collect();
        firsts.sort_unstable_by(|a, b| b.cmp(a));
        firsts
    }

    fn reach(&mut self, place: u32, arrives: i64, leaves: i64) {
        let best = &mut self.arrivals[place as usize];
        if arrives < *best && arrives - leaves <= i64::from(TRAVEL_MAX) {
            *best = arrives;
            self.open.push(Reverse((arrives, place)));
        }
    }

    /// Settles everything that is open, telling the stations with their minutes of travel.
    fn settle(&mut self, leaves: i64, mut settled: impl FnMut(usize, i64)) {
        let ways = self.ways;
        while let Some(Reverse((arrives, place))) = self.open.pop() {
            if arrives > self.arrivals[place as usize] {
                continue;
            }
            if let Some(station) = self.sites.as_station(place) {
                settled(station, arrives - leaves);
            }
            let ready = Minute(arrives).plus(self.sites.site(place as usize).handling);
            for edge in ways.edges(NodeIndex::from(place)) {
                if let Some(taken) = next(edge.weight(), ready) {
                    self.reach(node(edge.target()), taken.arrives.0, leaves);
                }
            }
        }
    }
}

fn node(index: NodeIndex) -> u32 {
    u32::try_from(index.index()).expect("the graph numbers its nodes in 32 bits")
}

fn minutes(value: i64) -> u16 {
    u16::try_from(value).expect("departures lie within a week and travels within their maximum")
}
