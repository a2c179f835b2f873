//! Where pincodes and nodes lie, for distance bands only. Floats stop here: a band's charge is whole money.

use std::sync::LazyLock;

use crate::kernel::pincodes::{self, Pincode};

const EARTH_KM: f64 = 6_371.008_8;

/// A point on the unit sphere.
pub(crate) type Point = [f64; 3];

/// From degrees north and east.
pub(crate) fn point(latitude: f32, longitude: f32) -> Point {
    let (lat, lon) = (f64::from(latitude).to_radians(), f64::from(longitude).to_radians());
    [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
}

/// The square of the straight line between two points through the sphere: it grows with the distance along the ground
/// and needs no trigonometry.
pub(crate) fn chord2(a: &Point, b: &Point) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum()
}

/// The same for a distance along the ground.
pub(crate) fn chord2_of_km(km: u32) -> f64 {
    let half = f64::from(km) / EARTH_KM / 2.0;
    if half >= std::f64::consts::FRAC_PI_2 { f64::INFINITY } else { (2.0 * half.sin()).powi(2) }
}

/// All pincodes with their points, ordered by number.
#[derive(Debug)]
pub(crate) struct Atlas {
    numbers: Vec<u32>,
    points: Vec<Point>,
}

static INDIA: LazyLock<Atlas> = LazyLock::new(|| {
    let places = pincodes::table::table().places();
    Atlas {
        numbers: places.iter().map(|p| p.pincode.number()).collect(),
        points: places.iter().map(|p| point(p.latitude, p.longitude)).collect(),
    }
});

impl Atlas {
    /// The pincodes of India.
    pub(crate) fn india() -> &'static Self {
        &INDIA
    }
    /// A pincode's index; `None` when there is no such pincode.
    pub(crate) fn index(&self, pincode: Pincode) -> Option<usize> {
        self.numbers.binary_search(&pincode.number()).ok()
    }
    /// The point at an index.
    pub(crate) fn point(&self, index: usize) -> &Point {
        &self.points[index]
    }
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.numbers.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bengaluru_to_delhi_is_between_1700_and_1800_km() {
        let between = chord2(&point(12.9716, 77.5946), &point(28.6139, 77.2090));
        assert!(between > chord2_of_km(1_700) && between < chord2_of_km(1_800));
        assert!(chord2_of_km(u32::MAX) > 4.0);
    }
}
