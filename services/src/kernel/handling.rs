//! How goods must be handled: what couriers and lanes say they carry, and what items say they are.

use serde::{Deserialize, Serialize};

/// How a parcel must be handled; couriers and lanes say which they carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HandlingClass {
    /// Anything a van or an aeroplane takes.
    #[default]
    Standard,
    /// Two people and a lorry: refrigerators, sofas.
    Large,
    /// Not by air: liquids, batteries, aerosols.
    Hazardous,
}

impl HandlingClass {
    /// All classes.
    pub const ALL: [Self; 3] = [Self::Standard, Self::Large, Self::Hazardous];
    /// Short name, as in index terms and settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::Large => "LARGE",
            Self::Hazardous => "HAZARDOUS",
        }
    }
}
