//! The five partners of the demo, all invented: what they ask and what they carry.

use services::{
    kernel::{handling::HandlingClass, money::Money},
    logistics::{Courier, Rate},
};

/// By air, between the large cities.
pub const AIR: &str = "VAYU";
/// By road, train and ship, everywhere.
pub const SURFACE: &str = "RAJPATH";
/// The south.
pub const SOUTH: &str = "DAKSHIN";
/// The east and the north-east.
pub const EAST: &str = "PURVI";
/// By lorry with two people.
pub const HEAVY: &str = "BHAR";

/// Kilometres of the price bands; the last covers the country.
const BANDS: [u32; 4] = [150, 600, 1_500, 5_000];

/// All partners.
pub fn couriers() -> Vec<Courier> {
    let courier = |code: &str, name: &str, rupees: [i64; 4], special: i64| Courier {
        code: code.to_owned(),
        name: name.to_owned(),
        rates: BANDS
            .iter()
            .zip(rupees)
            .map(|(up_to_km, r)| Rate { up_to_km: *up_to_km, charge: Money::inr(r * 100) })
            .collect(),
        special_handling_charge: Money::inr(special * 100),
    };
    vec![
        courier(AIR, "Vayuvek Air", [59, 89, 119, 149], 0),
        courier(SURFACE, "Rajpath Surface", [29, 39, 59, 79], 25),
        courier(SOUTH, "Dakshin Doot", [25, 35, 49, 69], 20),
        courier(EAST, "Purvi Parcel", [25, 39, 55, 75], 0),
        courier(HEAVY, "Bharvahak Freight", [399, 799, 1_299, 1_999], 150),
    ]
}

/// What a partner takes on board.
pub fn carries(courier: &str) -> Vec<HandlingClass> {
    use HandlingClass::{Hazardous, Large, Standard};
    match courier {
        HEAVY => vec![Large, Hazardous],
        SURFACE | SOUTH => vec![Standard, Hazardous],
        _ => vec![Standard],
    }
}

/// Whether a partner works in a state.
pub fn works_in(courier: &str, state: &str) -> bool {
    match courier {
        SOUTH => {
            ["Karnataka", "Tamil Nadu", "Kerala", "Andhra Pradesh", "Telangana", "Puducherry", "Goa"].contains(&state)
        }
        EAST => is_north_east(state) || ["West Bengal", "Bihar", "Jharkhand", "Odisha"].contains(&state),
        SURFACE => true,
        _ => !is_island(state),
    }
}

/// The states beyond the Siliguri corridor.
pub fn is_north_east(state: &str) -> bool {
    let beyond = ["Assam", "Arunachal Pradesh", "Nagaland", "Manipur", "Mizoram", "Tripura", "Meghalaya", "Sikkim"];
    beyond.contains(&state)
}

/// Reached by ship alone.
pub fn is_island(state: &str) -> bool {
    ["Andaman and Nicobar Islands", "Lakshadweep"].contains(&state)
}

/// Where roads are few and the van comes on some days only.
pub fn is_remote(state: &str, district: &str) -> bool {
    let hills = ["Lahul and Spiti", "Kinnaur", "Chamba", "Pithoragarh", "Uttarkashi", "Chamoli", "Kupwara", "Kishtwar"];
    is_island(state)
        || ["Ladakh", "Arunachal Pradesh", "Nagaland", "Manipur", "Mizoram", "Sikkim"].contains(&state)
        || hills.contains(&district)
}
