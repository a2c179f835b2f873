//! Which pincodes each partner of the demo reaches: most by several, many villages by one or two, islands by one, and a
//! few dozen by none.

use std::collections::{BTreeMap, BTreeSet};

use services::{
    kernel::pincodes::{
        Pincode,
        table::{Place, Table},
    },
    logistics::Reach,
};

use super::{
    couriers::{AIR, EAST, HEAVY, SOUTH, SURFACE, is_north_east, is_remote, works_in},
    places::{Places, Point, km, of_node, of_place},
};

/// Kilometres around an air hub that its couriers drive to.
const AIR_KM: f64 = 45.0;
/// Kilometres from a station that a lorry goes everywhere; beyond, to some villages only.
const HEAVY_KM: f64 = 35.0;
/// Remote pincodes, the farthest from any hub, that nobody goes to: so many of each state with remote districts.
const UNREACHED_OF_STATE: usize = 5;
/// Field post offices: no courier may go there.
const FIELD_POST: u32 = 900_000;

/// What is known of a pincode when a partner decides.
struct Door<'a> {
    place: &'a Place,
    state: &'a str,
    remote: bool,
    from_station: f64,
    from_air_hub: f64,
}

/// The reach of every partner, by partner and station.
pub fn reaches(table: &Table, places: &Places, air_hubs: &[Point]) -> Vec<Reach> {
    let nobody = unreached(table, places);
    let mut by: BTreeMap<(&str, usize), Vec<Pincode>> = BTreeMap::new();
    for place in table.places().iter().filter(|p| !nobody.contains(&p.pincode)) {
        let (at, district) = (of_place(place), usize::from(place.district));
        let d = &table.districts[district];
        let door = Door {
            place,
            state: &d.state,
            remote: is_remote(&d.state, &d.name),
            from_station: km(at, of_node(&places.stations[district])),
            from_air_hub: nearest(at, air_hubs.iter().copied()),
        };
        for courier in [AIR, SURFACE, SOUTH, EAST, HEAVY] {
            if works_in(courier, door.state) && goes(courier, &door) {
                by.entry((courier, district)).or_default().push(place.pincode);
            }
        }
    }
    let reach = |((courier, district), pincodes): ((&str, usize), Vec<Pincode>)| Reach {
        courier: courier.to_owned(),
        station: places.stations[district].code.clone(),
        pincodes,
    };
    by.into_iter().map(reach).collect()
}

/// Whether a partner that works in the state goes to a door. Shares of pincodes are taken by number, so that they look
/// scattered and stay the same.
fn goes(courier: &str, door: &Door<'_>) -> bool {
    let lot = door.place.pincode.number() * 7 % 100;
    match courier {
        AIR => door.from_air_hub <= AIR_KM,
        // In the hills of the north-east some places are left to the partner of the region.
        SURFACE => !(is_north_east(door.state) && door.remote && lot < 15),
        SOUTH => lot < 85,
        EAST => lot < 80 || is_north_east(door.state),
        _ => !door.remote && (door.from_station <= HEAVY_KM || lot < 60),
    }
}

/// The pincodes that no partner reaches.
pub fn unreached(table: &Table, places: &Places) -> BTreeSet<Pincode> {
    let hubs: Vec<Point> = places.hubs.iter().map(of_node).collect();
    let field = table.places().iter().map(|p| p.pincode).filter(|p| p.number() >= FIELD_POST);
    let mut remote: BTreeMap<&str, Vec<(f64, Pincode)>> = BTreeMap::new();
    for place in table.places().iter().filter(|p| p.pincode.number() < FIELD_POST) {
        let d = &table.districts[usize::from(place.district)];
        if is_remote(&d.state, &d.name) {
            let far = nearest(of_place(place), hubs.iter().copied());
            remote.entry(&d.state).or_default().push((far, place.pincode));
        }
    }
    let farthest = remote.into_values().flat_map(|mut of_state| {
        of_state.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        of_state.into_iter().take(UNREACHED_OF_STATE).map(|(_, pincode)| pincode)
    });
    field.chain(farthest).collect()
}

fn nearest(at: Point, points: impl Iterator<Item = Point>) -> f64 {
    points.map(|p| km(at, p)).fold(f64::INFINITY, f64::min)
}
