//! Which pincodes exist, where they lie and what their district is called: read once from a compact table in the
//! repository (facts of India Post under the Government Open Data License - India; see `services/data/README.md`). It
//! does not know who delivers there: that is the delivery network's.

use std::sync::LazyLock;

use super::Pincode;

/// What is known of one pincode.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The pincode.
    pub pincode: Pincode,
    /// Degrees north.
    pub latitude: f32,
    /// Degrees east.
    pub longitude: f32,
    /// Index of its district in [`Table::districts`].
    pub district: u16,
}

/// A district of India.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct District {
    /// As shown, such as Bengaluru Urban.
    pub name: String,
    /// Its state or union territory.
    pub state: String,
}

/// All pincodes, ordered by number.
#[derive(Debug)]
pub struct Table {
    places: Vec<Place>,
    /// The districts that `Place::district` points into.
    pub districts: Vec<District>,
}

const PINCODES: &str = include_str!("../../../data/pincodes.csv");
const DISTRICTS: &str = include_str!("../../../data/districts.csv");

static TABLE: LazyLock<Table> = LazyLock::new(Table::read);

/// The table, read on first use.
pub fn table() -> &'static Table {
    &TABLE
}

impl Table {
    /// What is known of a pincode; `None` when there is no such pincode.
    pub fn get(&self, pincode: Pincode) -> Option<&Place> {
        self.places.binary_search_by_key(&pincode, |p| p.pincode).ok().map(|i| &self.places[i])
    }
    /// Its district; `None` when there is no such pincode.
    pub fn district(&self, pincode: Pincode) -> Option<&District> {
        self.get(pincode).and_then(|p| self.districts.get(usize::from(p.district)))
    }
    /// All places, by number.
    pub fn places(&self) -> &[Place] {
        &self.places
    }
    fn read() -> Self {
        let mut places = Vec::with_capacity(PINCODES.len() / 24);
        places.extend(PINCODES.lines().skip(1).map(|line| place(line).expect("built in, and a test reads every row")));
        let districts = DISTRICTS.lines().skip(1).map(|line| {
            let (name, state) = line.split_once(',').expect("built in, and a test reads every row");
            District { name: name.to_owned(), state: state.to_owned() }
        });
        Self { places, districts: districts.collect() }
    }
}

fn place(line: &str) -> Option<Place> {
    let mut cells = line.split(',');
    Some(Place {
        pincode: cells.next()?.parse().ok()?,
        latitude: cells.next()?.parse().ok()?,
        longitude: cells.next()?.parse().ok()?,
        district: cells.next()?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pincode(text: &str) -> Pincode {
        text.parse().expect("a pincode")
    }

    #[test]
    fn every_row_is_read_in_order() {
        let t = table();
        assert_eq!(t.places().len(), 19_586);
        assert_eq!(t.places().len(), PINCODES.lines().count() - 1);
        assert_eq!(t.districts.len(), 745);
        assert!(t.places().windows(2).all(|w| w[0].pincode < w[1].pincode));
    }

    #[test]
    fn every_place_is_inside_india_and_in_a_district() {
        let t = table();
        for p in t.places() {
            assert!((6.7..=37.1).contains(&p.latitude) && (68.1..=97.5).contains(&p.longitude), "{p:?}");
            assert!(usize::from(p.district) < t.districts.len(), "{p:?}");
        }
        assert!(t.districts.iter().all(|d| !d.name.is_empty() && !d.state.is_empty()));
        let states: std::collections::BTreeSet<_> = t.districts.iter().map(|d| &d.state).collect();
        assert_eq!(states.len(), 36);
    }

    #[test]
    fn known_pincodes_are_where_they_belong() {
        let known = [
            ("110001", 28.62, 77.22, "New Delhi", "Delhi"),
            ("400001", 18.94, 72.83, "Mumbai", "Maharashtra"),
            ("560001", 12.98, 77.59, "Bengaluru Urban", "Karnataka"),
            ("744101", 11.67, 92.74, "South Andamans", "Andaman and Nicobar Islands"),
            ("781001", 26.19, 91.75, "Kamrup Metro", "Assam"),
            // Without coordinates, and with impossible ones, in the source.
            ("682555", 10.6, 72.6, "Lakshadweep", "Lakshadweep"),
            ("387120", 22.7, 72.8, "Kheda", "Gujarat"),
            ("276201", 26.05, 83.1, "Azamgarh", "Uttar Pradesh"),
            ("230002", 25.9, 81.94, "Pratapgarh", "Uttar Pradesh"),
        ];
        for (text, latitude, longitude, district, state) in known {
            let p = table().get(pincode(text)).expect(text);
            assert!((p.latitude - latitude).abs() < 0.6 && (p.longitude - longitude).abs() < 0.6, "{p:?}");
            let d = table().district(pincode(text)).expect(text);
            assert_eq!((d.name.as_str(), d.state.as_str()), (district, state));
        }
    }

    #[test]
    fn a_pincode_that_was_never_given_is_absent() {
        assert_eq!(table().get(pincode("999999")), None);
        assert_eq!(table().district(pincode("100000")), None);
    }

    /// The source scatters some districts over 1,500 km; the repaired table keeps neighbours together.
    #[test]
    fn places_of_a_district_lie_together() {
        let t = table();
        let mut boxes = vec![(f32::MAX, f32::MIN, f32::MAX, f32::MIN); t.districts.len()];
        for p in t.places() {
            let b = &mut boxes[usize::from(p.district)];
            *b = (b.0.min(p.latitude), b.1.max(p.latitude), b.2.min(p.longitude), b.3.max(p.longitude));
        }
        for (b, d) in boxes.iter().zip(&t.districts) {
            assert!(b.1 - b.0 < 4.6 && b.3 - b.2 < 4.0, "{d:?} spans {b:?}");
        }
    }
}
