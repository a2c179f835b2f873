//! One courier and one handling class: for each warehouse and station the number of a step function, each function kept
//! once. Stations lie outside, so that one pincode against all warehouses reads neighbouring cells.

use std::collections::HashMap;

use super::{
    graph::{Leg, Sites, Ways, stations_beyond, warehouses_behind},
    search::search,
    steps::{Rows, RowsBuilder, Step},
};

/// A table of arrivals.
#[derive(Debug)]
pub(crate) struct Plane {
    warehouses: usize,
    grid: Vec<u32>,
    rows: Rows,
}

impl Plane {
    /// Computes it from the lanes.
    pub(crate) fn new(sites: &Sites, ways: &Ways) -> Self {
        let empty = Self { warehouses: sites.warehouses, grid: Vec::new(), rows: RowsBuilder::new().finish() };
        let grid = vec![0; sites.warehouses * sites.stations];
        let all = Touched { cells: vec![true; grid.len()] };
        Self { grid, ..empty }.with(sites, ways, &all)
    }
    /// The same table with the touched cells computed anew.
    pub(crate) fn with(&self, sites: &Sites, ways: &Ways, touched: &Touched) -> Self {
        let (mut rows, mut moved) = (RowsBuilder::new(), HashMap::new());
        let mut grid = vec![0; self.grid.len()];
        for (cell, old) in self.grid.iter().enumerate().filter(|(cell, _)| !touched.cells[*cell]) {
            grid[cell] = *moved.entry(*old).or_insert_with(|| rows.add(self.rows.get(*old)));
        }
        for found in search(sites, ways, &touched.warehouses(sites)) {
            for (station, steps) in found.stations.iter().enumerate() {
                let cell = cell(sites.warehouses, found.warehouse, station);
                if touched.cells[cell] {
                    grid[cell] = rows.add(steps);
                }
            }
        }
        Self { warehouses: self.warehouses, grid, rows: rows.finish() }
    }
    /// From ready for pick-up to arrival at the station; empty when it is not reached.
    pub(crate) fn steps(&self, warehouse: usize, station: usize) -> &[Step] {
        self.rows.get(self.grid[cell(self.warehouses, warehouse, station)])
    }
    /// Whether the station is reached.
    pub(crate) fn reaches(&self, warehouse: usize, station: usize) -> bool {
        self.grid[cell(self.warehouses, warehouse, station)] != 0
    }
    /// Bytes on the heap.
    pub(crate) fn bytes(&self) -> usize {
        self.grid.len() * size_of::<u32>() + self.rows.bytes()
    }
}

fn cell(warehouses: usize, warehouse: usize, station: usize) -> usize {
    station * warehouses + warehouse
}

/// The cells that a change of lanes may move.
#[derive(Debug)]
pub(crate) struct Touched {
    cells: Vec<bool>,
}

impl Touched {
    /// No cell.
    pub(crate) fn none(sites: &Sites) -> Self {
        Self { cells: vec![false; sites.warehouses * sites.stations] }
    }
    /// Also what lies on both sides of a leg, in the graph that has it.
    pub(crate) fn add(&mut self, sites: &Sites, ways: &Ways, leg: &Leg<'_>) {
        let stations = stations_beyond(sites, ways, leg.to);
        for warehouse in warehouses_behind(sites, ways, leg.from) {
            for station in &stations {
                self.cells[cell(sites.warehouses, warehouse, *station)] = true;
            }
        }
    }
    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.cells.iter().filter(|t| **t).count()
    }
    fn warehouses(&self, sites: &Sites) -> Vec<usize> {
        let touched = |w: &usize| self.cells.iter().skip(*w).step_by(sites.warehouses).any(|t| *t);
        (0..sites.warehouses).filter(touched).collect()
    }
}
