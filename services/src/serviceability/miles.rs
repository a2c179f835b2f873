//! The last mile of one courier: for each pincode its station, and per handling class the step function from the station
//! to the doors.
//!
//! A lane to one pincode that is in use replaces the station's lanes to doors there, for every class, also when it is of
//! capacity zero: so one pincode can be closed or narrowed. Only lanes of the pincode's own station count.

use std::collections::{HashMap, HashSet};

use super::{
    atlas::Atlas,
    graph::{Sites, lane_steps},
    steps::{Rows, RowsBuilder, Step, worthwhile},
};
use crate::{
    kernel::handling::HandlingClass,
    logistics::{Lane, LaneEnd, Reach},
};

const NOWHERE: u32 = u32::MAX;

/// Last miles by the pincode's index.
#[derive(Debug)]
pub(crate) struct Miles {
    stations: Vec<u32>,
    cells: [Vec<u32>; 3],
    rows: Rows,
}

impl Miles {
    /// Nothing is reached.
    pub(crate) fn none() -> Self {
        let len = Atlas::india().len();
        Self { stations: vec![NOWHERE; len], cells: [(); 3].map(|()| vec![0; len]), rows: RowsBuilder::new().finish() }
    }
    /// The station of a pincode, by its index among stations.
    pub(crate) fn station(&self, pin: usize) -> Option<usize> {
        self.stations.get(pin).filter(|s| **s != NOWHERE).map(|s| *s as usize)
    }
    /// From the station to the doors of a pincode; empty when the class is not brought there.
    pub(crate) fn steps(&self, pin: usize, class: HandlingClass) -> &[Step] {
        self.rows.get(self.cells[class as usize][pin])
    }
    /// The same with other reaches and with the touched entries computed anew; and how many those were.
    pub(crate) fn with(&self, reaches: &Stations, lanes: &MileLanes<'_>, touched: &TouchedMiles) -> (Self, usize) {
        let (mut rows, mut moved, mut doors) = (RowsBuilder::new(), HashMap::new(), HashMap::new());
        let mut cells = [(); 3].map(|()| vec![0; reaches.0.len()]);
        let mut count = 0;
        for (pin, station) in reaches.0.iter().enumerate() {
            for class in HandlingClass::ALL {
                let c = class as usize;
                if self.stations[pin] == *station && !touched.holds(lanes, *station, pin, class) {
                    let old = self.cells[c][pin];
                    cells[c][pin] = *moved.entry(old).or_insert_with(|| rows.add(self.rows.get(old)));
                    continue;
                }
                count += 1;
                cells[c][pin] = match lanes.own(*station, pin) {
                    Some(own) => rows.add(&steps(own, class)),
                    None => {
                        *doors.entry((*station, c)).or_insert_with(|| rows.add(&steps(lanes.doors(*station), class)))
                    }
                };
            }
        }
        (Self { stations: reaches.0.clone(), cells, rows: rows.finish() }, count)
    }
    /// Bytes on the heap.
    pub(crate) fn bytes(&self) -> usize {
        self.stations.len() * 4 * size_of::<u32>() + self.rows.bytes()
    }
}

fn steps(lanes: &[&Lane], class: HandlingClass) -> Vec<Step> {
    worthwhile(lanes.iter().filter(|l| l.takes(class)).flat_map(|l| lane_steps(l)).collect())
}

/// The station of each pincode for one courier.
#[derive(Debug)]
pub(crate) struct Stations(Vec<u32>);

impl Stations {
    /// From a courier's reaches in the order of their stations' codes: of two that claim a pincode the first has it,
    /// whichever was saved last, so that a process that followed the changes agrees with one that read them all.
    pub(crate) fn new<'a>(sites: &Sites, reaches: impl Iterator<Item = &'a Reach>) -> Self {
        let mut stations = vec![NOWHERE; Atlas::india().len()];
        for reach in reaches {
            let station = sites.station_index(&reach.station).and_then(|s| u32::try_from(s).ok());
            let pins = reach.pincodes.iter().filter_map(|p| Atlas::india().index(*p));
            for (station, pin) in station.into_iter().flat_map(|s| pins.clone().map(move |p| (s, p))) {
                if stations[pin] == NOWHERE {
                    stations[pin] = station;
                }
            }
        }
        Self(stations)
    }
}

/// The lanes of one courier that lead to doors.
#[derive(Debug, Default)]
pub(crate) struct MileLanes<'a> {
    doors: HashMap<u32, Vec<&'a Lane>>,
    own: HashMap<(u32, usize), Vec<&'a Lane>>,
}

impl<'a> MileLanes<'a> {
    /// Sorts them by station and pincode.
    pub(crate) fn new(sites: &Sites, lanes: impl Iterator<Item = &'a Lane>) -> Self {
        let mut sorted = Self::default();
        for lane in lanes {
            match mile(sites, lane) {
                Some((station, None)) => sorted.doors.entry(station).or_default().push(lane),
                Some((station, Some(pin))) if lane.active => sorted.own.entry((station, pin)).or_default().push(lane),
                _ => {}
            }
        }
        sorted
    }
    fn doors(&self, station: u32) -> &[&'a Lane] {
        self.doors.get(&station).map_or(&[], Vec::as_slice)
    }
    fn own(&self, station: u32, pin: usize) -> Option<&[&'a Lane]> {
        self.own.get(&(station, pin)).map(Vec::as_slice)
    }
}

/// Where a last mile begins, and its pincode when it has one.
fn mile(sites: &Sites, lane: &Lane) -> Option<(u32, Option<usize>)> {
    let station = sites.station_index(&lane.from).and_then(|s| u32::try_from(s).ok())?;
    match lane.to {
        LaneEnd::Node(_) => None,
        LaneEnd::Doors => Some((station, None)),
        LaneEnd::Pincode(pincode) => Some((station, Some(Atlas::india().index(pincode)?))),
    }
}

/// The entries that a change of lanes may move.
#[derive(Debug, Default)]
pub(crate) struct TouchedMiles {
    doors: HashSet<(u32, usize)>,
    pins: HashSet<(u32, usize)>,
}

impl TouchedMiles {
    /// Also what a lane, as it was or as it is, leads to.
    pub(crate) fn add(&mut self, sites: &Sites, lane: &Lane) {
        match mile(sites, lane) {
            Some((station, None)) => self.doors.extend(lane.carries.iter().map(|c| (station, *c as usize))),
            Some(own @ (_, Some(pin))) => _ = self.pins.insert((own.0, pin)),
            None => {}
        }
    }
    fn holds(&self, lanes: &MileLanes<'_>, station: u32, pin: usize, class: HandlingClass) -> bool {
        self.pins.contains(&(station, pin))
            || self.doors.contains(&(station, class as usize)) && lanes.own(station, pin).is_none()
    }
    /// Nothing is touched.
    pub(crate) fn is_empty(&self) -> bool {
        self.doors.is_empty() && self.pins.is_empty()
    }
}
