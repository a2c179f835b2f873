//! The custom scalars. Each has one `parse`, used by the resolvers and, through [`scalar_validators`], by the edge, which
//! refuses a malformed value before anything runs.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use async_graphql_value::ConstValue;
use services::kernel::{
    clock::Timestamp,
    money::{AMOUNT_MAX, Currency},
    pincodes::Pincode as KernelPincode,
};

/// Says why a value is not of a scalar.
pub type Validator = fn(&ConstValue) -> Result<(), String>;

/// By the name of each custom scalar, what refuses values that are not of it.
pub fn scalar_validators() -> Vec<(&'static str, Validator)> {
    vec![
        ("Pincode", |v| pincode(v).map(drop)),
        ("Long", |v| long(v).map(drop)),
        ("CurrencyCode", |v| currency(v).map(drop)),
        ("DateTime", |v| instant(v).map(drop)),
    ]
}

fn pincode(value: &ConstValue) -> Result<KernelPincode, String> {
    let text = text(value).ok_or("a pincode is a text of six digits, the first not zero, such as \"560001\"")?;
    text.parse().map_err(|e: services::kernel::pincodes::NoPincode| e.to_string())
}

fn long(value: &ConstValue) -> Result<i64, String> {
    match value {
        ConstValue::Number(n) => n.as_i64().filter(|n| n.unsigned_abs() <= AMOUNT_MAX.unsigned_abs()),
        _ => None,
    }
    .ok_or_else(|| "a whole number between -(2^53-1) and 2^53-1 is needed".to_owned())
}

fn currency(value: &ConstValue) -> Result<Currency, String> {
    let text = text(value).ok_or("a currency code is a text of three capital letters, such as \"INR\"")?;
    text.parse().map_err(|e: services::kernel::money::MoneyError| e.to_string())
}

fn instant(value: &ConstValue) -> Result<Timestamp, String> {
    text(value)
        .filter(|t| t.len() <= 40)
        .and_then(Timestamp::parse_rfc3339)
        .ok_or_else(|| "an instant is a text as in RFC 3339, such as \"2026-01-31T10:00:00Z\"".to_owned())
}

fn text(value: &ConstValue) -> Option<&str> {
    match value {
        ConstValue::String(text) => Some(text),
        _ => None,
    }
}

macro_rules! scalar {
    ($(#[$doc:meta])* $name:ident($inner:ty), $parse:ident, |$this:ident| $value:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(pub $inner);

        $(#[$doc])*
        #[Scalar]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                $parse(&value).map(Self).map_err(InputValueError::custom)
            }
            fn to_value(&self) -> Value {
                let $this = self;
                $value
            }
        }

        impl From<$inner> for $name {
            fn from(value: $inner) -> Self {
                Self(value)
            }
        }
    };
}

scalar! {
    /// A postal index number of India: six digits, the first not zero.
    Pincode(KernelPincode), pincode, |v| Value::String(v.0.to_string())
}
scalar! {
    /// A whole number from -(2^53-1) to 2^53-1, sent as a JSON number.
    Long(i64), long, |v| Value::from(v.0)
}
scalar! {
    /// An ISO 4217 alphabetic code, such as INR.
    CurrencyCode(Currency), currency, |v| Value::from(v.0.code())
}
scalar! {
    /// An instant, RFC 3339 in UTC.
    DateTime(Timestamp), instant, |v| Value::String(v.0.to_rfc3339())
}

/// A count as GraphQL's 32-bit `Int`; more than that is told as the most.
pub fn int(n: impl TryInto<i32>) -> i32 {
    n.try_into().unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(scalar: &str, json: &str) -> bool {
        let value: ConstValue = serde_json::from_str(json).expect("JSON");
        let validators = scalar_validators();
        let (_, check) = validators.iter().find(|(name, _)| *name == scalar).expect("registered");
        check(&value).is_ok()
    }

    #[test]
    fn each_scalar_takes_its_values_and_no_others() {
        let cases: [(&str, &[&str], &[&str]); 4] = [
            ("Pincode", &[r#""560001""#], &[r#""060001""#, r#""56001""#, "560001", "null", "[]", r#""56000a""#]),
            ("Long", &["0", "-7", "9007199254740991"], &["9007199254740992", "1.5", r#""7""#, "null"]),
            ("CurrencyCode", &[r#""INR""#], &[r#""inr""#, r#""INRX""#, "1"]),
            ("DateTime", &[r#""2026-01-31T10:00:00Z""#, r#""2026-01-31T15:30:00+05:30""#], &[r#""2026-01-31""#, "5"]),
        ];
        for (scalar, good, bad) in cases {
            good.iter().for_each(|json| assert!(accepts(scalar, json), "{scalar} {json}"));
            bad.iter().for_each(|json| assert!(!accepts(scalar, json), "{scalar} {json}"));
        }
    }

    #[test]
    fn scalars_round_trip() {
        let value = Pincode("560001".parse().expect("a pincode")).to_value();
        assert_eq!(Pincode::parse(value).ok().map(|p| p.0.number()), Some(560_001));
        let value = Long(-5).to_value();
        assert_eq!(Long::parse(value).ok(), Some(Long(-5)));
        let value = DateTime(Timestamp::from_micros(1_790_000_000_123_456)).to_value();
        assert_eq!(DateTime::parse(value).ok().map(|t| t.0.micros()), Some(1_790_000_000_123_456));
        let value = CurrencyCode(Currency::INR).to_value();
        assert_eq!(CurrencyCode::parse(value).ok(), Some(CurrencyCode(Currency::INR)));
    }
}
