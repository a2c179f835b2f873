//! What a courier asks for a parcel, by distance band and handling class. Whole money throughout; the distance only
//! chooses the band.

use super::atlas::chord2_of_km;
use crate::{
    kernel::{handling::HandlingClass, money::Money},
    logistics::Courier,
};

/// Charges per class, nearest band first.
#[derive(Clone, Debug)]
pub(crate) struct Tariff {
    bands: Vec<(f64, [Money; 3])>,
    free: Money,
}

impl Tariff {
    /// From a courier's rates. A special handling charge in another currency than the rate is left out, with a warning.
    pub(crate) fn new(courier: &Courier) -> Self {
        let mut rates = courier.rates.clone();
        rates.sort_by_key(|r| r.up_to_km);
        let special = courier.special_handling_charge;
        let charge = |rate: Money, class: HandlingClass| match class {
            HandlingClass::Standard => rate,
            HandlingClass::Large | HandlingClass::Hazardous => rate.plus(special).unwrap_or_else(|error| {
                tracing::warn!(courier.code = courier.code, %error, "the special handling charge is left out");
                rate
            }),
        };
        let bands = rates.iter().map(|r| (chord2_of_km(r.up_to_km), HandlingClass::ALL.map(|c| charge(r.charge, c))));
        Self { bands: bands.collect(), free: Money::zero(special.currency) }
    }
    /// The charge over a distance, given as squared chord. Beyond the last band the last band's; nothing when the
    /// courier has no rates.
    pub(crate) fn charge(&self, chord2: f64, class: HandlingClass) -> Money {
        let band = self.bands.iter().find(|(up_to, _)| chord2 <= *up_to).or(self.bands.last());
        band.map_or(self.free, |(_, charges)| charges[class as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logistics::Rate;

    #[test]
    fn the_first_band_that_covers_the_distance_is_charged() {
        let rate = |up_to_km, paise| Rate { up_to_km, charge: Money::inr(paise) };
        let courier = Courier {
            code: "UDAAN".into(),
            name: "Udaan".into(),
            rates: vec![rate(3_500, 9_000), rate(100, 3_000), rate(500, 5_000)],
            special_handling_charge: Money::inr(20_000),
        };
        let tariff = Tariff::new(&courier);
        let paise = |km, class| tariff.charge(chord2_of_km(km), class).minor;
        assert_eq!(paise(0, HandlingClass::Standard), 3_000);
        assert_eq!(paise(100, HandlingClass::Standard), 3_000);
        assert_eq!(paise(101, HandlingClass::Standard), 5_000);
        assert_eq!(paise(9_999, HandlingClass::Large), 29_000);
        assert_eq!(
            Tariff::new(&Courier { rates: Vec::new(), ..courier }).charge(0.0, HandlingClass::Large),
            Money::inr(0)
        );
    }
}
