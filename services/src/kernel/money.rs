//! Money in whole minor units. Nothing near a price is ever a float.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// An ISO 4217 alphabetic code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Indian rupee, the shop's own currency.
    pub const INR: Self = Self(*b"INR");
    /// United States dollar.
    pub const USD: Self = Self(*b"USD");
    /// Pound sterling.
    pub const GBP: Self = Self(*b"GBP");
    /// The three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
    /// How many minor digits the currency has, as in ISO 4217.
    pub fn minor_digits(&self) -> u32 {
        match &self.0 {
            b"JPY" | b"KRW" | b"VND" | b"CLP" | b"ISK" | b"XAF" | b"XOF" => 0,
            b"BHD" | b"KWD" | b"OMR" | b"TND" | b"JOD" | b"IQD" => 3,
            _ => 2,
        }
    }
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        match text.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(|l| l.is_ascii_uppercase()) => Ok(Self([*a, *b, *c])),
            _ => Err(MoneyError::NoCurrency(text.chars().take(16).collect())),
        }
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.code())
    }
}
impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What can go wrong with money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The code is not three capital letters.
    #[error("`{0}` is not a currency: use an ISO 4217 code such as INR")]
    NoCurrency(String),
    /// Two currencies in one sum.
    #[error("{0} and {1} cannot be added: the shop sells in one currency")]
    Mixed(Currency, Currency),
    /// Beyond 2^53 - 1 minor units, the largest whole number a JSON client can hold.
    #[error("the amount is larger than the shop can handle")]
    TooLarge,
    /// The text is no amount.
    #[error("`{0}` is not an amount: write digits, at most one decimal point")]
    NoAmount(String),
}

/// The largest amount, 2^53 - 1: what a JSON number carries exactly.
pub const AMOUNT_MAX: i64 = (1 << 53) - 1;

/// An amount in whole minor units (paise for INR).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units; negative only for differences.
    pub minor: i64,
    /// Its currency.
    pub currency: Currency,
}

impl Money {
    /// Minor units of a currency.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }
    /// Paise.
    pub const fn inr(paise: i64) -> Self {
        Self::new(paise, Currency::INR)
    }
    /// Nothing of a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }
    /// The sum; refused when the currencies differ or it grows beyond [`AMOUNT_MAX`].
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        Self::checked(self.minor.checked_add(other.minor), self.currency)
    }
    /// The difference; refused when the currencies differ.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        Self::checked(self.minor.checked_sub(other.minor), self.currency)
    }
    /// A price times a quantity.
    pub fn times(self, quantity: u32) -> Result<Self, MoneyError> {
        Self::checked(self.minor.checked_mul(i64::from(quantity)), self.currency)
    }
    /// The sum of amounts in one currency.
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::plus)
    }
    /// From text in major units, such as `1,299.50`: exact, digits beyond the minor ones are refused.
    pub fn parse_major(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let bad = || MoneyError::NoAmount(text.chars().take(32).collect());
        let clean: String = text.trim().chars().filter(|c| *c != ',').collect();
        let (whole, part) = clean.split_once('.').unwrap_or((&clean, ""));
        let digits = currency.minor_digits() as usize;
        let part = part.trim_end_matches('0');
        if whole.is_empty() && part.is_empty() || part.len() > digits {
            return Err(bad());
        }
        if !whole.chars().chain(part.chars()).all(|c| c.is_ascii_digit()) {
            return Err(bad());
        }
        let padded = format!("{whole}{part:0<digits$}");
        let minor = padded.trim_start_matches('0');
        let minor = if minor.is_empty() { Some(0) } else { minor.parse::<i64>().ok() };
        Self::checked(minor, currency)
    }
    /// For people: `₹1,29,900.00`, `$49.99`, `CHF 12.00`. Rupees are grouped the Indian way.
    pub fn formatted(&self) -> String {
        let digits = self.currency.minor_digits();
        let scale = 10_i64.pow(digits).unsigned_abs();
        let (whole, part) = (self.minor.unsigned_abs() / scale, self.minor.unsigned_abs() % scale);
        let sign = if self.minor < 0 { "-" } else { "" };
        let symbol = match self.currency.code() {
            "INR" => "₹".to_owned(),
            "USD" => "$".to_owned(),
            "GBP" => "£".to_owned(),
            "EUR" => "€".to_owned(),
            code => format!("{code} "),
        };
        let whole = grouped(&whole.to_string(), self.currency == Currency::INR);
        if digits == 0 {
            format!("{sign}{symbol}{whole}")
        } else {
            format!("{sign}{symbol}{whole}.{part:0>width$}", width = digits as usize)
        }
    }
    fn same(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency { Ok(()) } else { Err(MoneyError::Mixed(self.currency, other.currency)) }
    }
    fn checked(minor: Option<i64>, currency: Currency) -> Result<Self, MoneyError> {
        match minor {
            Some(minor) if minor.unsigned_abs() <= AMOUNT_MAX.unsigned_abs() => Ok(Self { minor, currency }),
            _ => Err(MoneyError::TooLarge),
        }
    }
}

fn grouped(digits: &str, indian: bool) -> String {
    let n = digits.len();
    let mut out = String::with_capacity(n + n / 2);
    for (i, c) in digits.chars().enumerate() {
        let left = n - i;
        let boundary =
            if indian { left == 3 || (left > 3 && (left - 3).is_multiple_of(2)) } else { left.is_multiple_of(3) };
        if i > 0 && boundary {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rupees_are_grouped_the_indian_way() {
        assert_eq!(Money::inr(12_990_000).formatted(), "₹1,29,900.00");
        assert_eq!(Money::inr(99_905).formatted(), "₹999.05");
        assert_eq!(Money::inr(-123_456_789).formatted(), "-₹12,34,567.89");
        assert_eq!(Money::new(1_234_567, Currency::USD).formatted(), "$12,345.67");
    }

    #[test]
    fn text_is_read_exactly_or_refused() {
        assert_eq!(Money::parse_major("1,299.5", Currency::INR), Ok(Money::inr(129_950)));
        assert_eq!(Money::parse_major("0.10", Currency::INR), Ok(Money::inr(10)));
        assert_eq!(Money::parse_major(".5", Currency::INR), Ok(Money::inr(50)));
        for bad in ["", ".", "1.234", "-5", "1e5", "NaN", "12 34", "₹5"] {
            assert!(Money::parse_major(bad, Currency::INR).is_err(), "{bad}");
        }
        assert_eq!(Money::parse_major("99999999999999999999", Currency::INR), Err(MoneyError::TooLarge));
    }

    #[test]
    fn currencies_do_not_mix() {
        assert_eq!(
            Money::inr(1).plus(Money::new(1, Currency::USD)),
            Err(MoneyError::Mixed(Currency::INR, Currency::USD))
        );
    }

    #[test]
    fn the_lowest_number_is_too_large_an_amount() {
        let lowest = Money::inr(i64::MIN);
        assert_eq!(lowest.plus(Money::inr(0)), Err(MoneyError::TooLarge));
        assert_eq!(lowest.minus(Money::inr(0)), Err(MoneyError::TooLarge));
        assert_eq!(lowest.times(1), Err(MoneyError::TooLarge));
    }

    proptest! {
        #[test]
        fn arithmetic_never_overflows_silently(a in any::<i64>(), q in any::<u32>()) {
            let m = Money::inr(a);
            if let Ok(t) = m.times(q) {
                prop_assert_eq!(i128::from(t.minor), i128::from(a) * i128::from(q));
                prop_assert!(t.minor.abs() <= AMOUNT_MAX);
            }
        }
        #[test]
        fn minor_units_survive_text(minor in 0_i64..AMOUNT_MAX) {
            let text = format!("{}.{:02}", minor / 100, minor % 100);
            prop_assert_eq!(Money::parse_major(&text, Currency::INR), Ok(Money::inr(minor)));
        }
    }
}
