//! The demo's delivery network: real pincodes and cities, invented partners. It is made, never fetched, and it is the same
//! every time.

use services::{
    kernel::pincodes::table::table,
    logistics::{Network, Node},
};

pub mod couriers;
mod lanes;
mod places;
mod reach;

/// Makes the network.
pub fn network() -> Network {
    let places = places::places(table());
    let is_air = |hub: &&Node| lanes::has_hub(couriers::AIR, &hub.code);
    let air_hubs: Vec<_> = places.hubs.iter().filter(is_air).map(places::of_node).collect();
    let reaches = reach::reaches(table(), &places, &air_hubs);
    let lanes = lanes::lanes(&places, &reaches);
    let nodes = [places.warehouses, places.hubs, places.stations].concat();
    Network { version: 1, nodes, couriers: couriers::couriers(), lanes, reaches }
}

#[cfg(test)]
mod tests;
