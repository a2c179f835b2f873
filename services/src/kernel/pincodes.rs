//! India's pincodes. This part knows only what a pincode looks like; which exist and where they lie is in [`table`].

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

pub mod table;

/// A postal index number of India: six digits, the first not zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pincode(u32);

/// The text is no pincode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a pincode: six digits, the first not zero, such as 560001")]
pub struct NoPincode(pub String);

impl Pincode {
    /// From its number; `None` outside 100000 to 999999.
    pub const fn new(number: u32) -> Option<Self> {
        if number >= 100_000 && number <= 999_999 { Some(Self(number)) } else { None }
    }
    /// Its number.
    pub const fn number(self) -> u32 {
        self.0
    }
}

impl FromStr for Pincode {
    type Err = NoPincode;
    fn from_str(text: &str) -> Result<Self, NoPincode> {
        let digits = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
        let number = if digits { text.parse().ok().and_then(Self::new) } else { None };
        number.ok_or_else(|| NoPincode(text.chars().take(16).collect()))
    }
}
impl TryFrom<String> for Pincode {
    type Error = NoPincode;
    fn try_from(text: String) -> Result<Self, NoPincode> {
        text.parse()
    }
}
impl From<Pincode> for String {
    fn from(p: Pincode) -> Self {
        p.to_string()
    }
}
impl fmt::Display for Pincode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_the_first_not_zero() {
        assert_eq!("560001".parse::<Pincode>().map(Pincode::number), Ok(560_001));
        for bad in ["", "56001", "5600011", "056001", "56000a", "५६०००१", " 560001", "+56001"] {
            assert!(bad.parse::<Pincode>().is_err(), "{bad}");
        }
    }
}
