//! What the custom scalars of the schema accept, so that a malformed one is refused before anything runs. A scalar that
//! is not registered accepts everything here and is left to its resolver.

use std::collections::HashMap;

use async_graphql_value::ConstValue;
use services::kernel::clock::Timestamp;

/// Says why a value is not of the scalar; the text follows "Expected ".
pub type Check = fn(&ConstValue) -> Result<(), &'static str>;

/// The checks by the scalar's name.
#[derive(Clone, Debug)]
pub struct Scalars(HashMap<String, Check>);

impl Default for Scalars {
    fn default() -> Self {
        Self(HashMap::new())
            .with("Pincode", pincode)
            .with("Long", long)
            .with("CurrencyCode", currency_code)
            .with("DateTime", date_time)
    }
}

impl Scalars {
    /// With one more scalar, or another check for one.
    #[must_use]
    pub fn with(mut self, name: &str, check: Check) -> Self {
        self.0.insert(name.to_owned(), check);
        self
    }
    /// The check of a scalar.
    pub fn get(&self, name: &str) -> Option<Check> {
        self.0.get(name).copied()
    }
}

/// Six digits, the first not zero.
fn pincode(value: &ConstValue) -> Result<(), &'static str> {
    match value {
        ConstValue::String(s) if s.len() == 6 && s.bytes().all(|b| b.is_ascii_digit()) && !s.starts_with('0') => Ok(()),
        _ => Err("a pincode: a string of six digits, the first not 0"),
    }
}

/// Whole and exact as a JSON number.
fn long(value: &ConstValue) -> Result<(), &'static str> {
    const EXACT: u64 = (1 << 53) - 1;
    match value {
        ConstValue::Number(n) if n.as_i64().is_some_and(|n| n.unsigned_abs() <= EXACT) => Ok(()),
        _ => Err("a whole number between -(2^53-1) and 2^53-1"),
    }
}

/// Three capital letters.
fn currency_code(value: &ConstValue) -> Result<(), &'static str> {
    match value {
        ConstValue::String(s) if s.len() == 3 && s.bytes().all(|b| b.is_ascii_uppercase()) => Ok(()),
        _ => Err("a currency code: three capital letters"),
    }
}

/// RFC 3339.
fn date_time(value: &ConstValue) -> Result<(), &'static str> {
    match value {
        ConstValue::String(s) if s.len() <= 40 && Timestamp::parse_rfc3339(s).is_some() => Ok(()),
        _ => Err("an instant in RFC 3339, such as 2026-01-31T10:00:00Z"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(scalar: &str, json: &str) -> bool {
        let value: ConstValue = serde_json::from_str(json).expect("JSON");
        Scalars::default().get(scalar).expect("registered")(&value).is_ok()
    }

    #[test]
    fn each_scalar_takes_its_values_and_no_others() {
        for (scalar, good, bad) in [
            (
                "Pincode",
                vec![r#""560001""#],
                vec![r#""060001""#, r#""56001""#, r#""5600011""#, "560001", r#""56000a""#, "null"],
            ),
            (
                "Long",
                vec!["0", "-5", "9007199254740991"],
                vec!["9007199254740992", "1.5", r#""7""#, "18446744073709551615"],
            ),
            ("CurrencyCode", vec![r#""INR""#], vec![r#""inr""#, r#""INRX""#, r#""₹""#, "1"]),
            (
                "DateTime",
                vec![r#""2026-01-31T10:00:00Z""#, r#""2026-01-31T10:00:00.5+05:30""#],
                vec![r#""2026-01-31""#, r#""now""#, "5"],
            ),
        ] {
            for json in good {
                assert!(accepts(scalar, json), "{scalar} {json}");
            }
            for json in bad {
                assert!(!accepts(scalar, json), "{scalar} {json}");
            }
        }
    }
}
