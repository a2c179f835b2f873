//! A feed's prices into rupees, in whole numbers only: a rate is a fraction, and the result is rounded up to what the
//! shop shows.

use serde_json::Value;

use super::profile::Prices;
use crate::kernel::{
    money::{AMOUNT_MAX, Currency, Money},
    text::beginning,
};

/// A positive decimal as a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    numerator: i128,
    denominator: i128,
}

impl Rate {
    /// From a decimal such as `83.25`, with at most six digits after the point.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let digits = |s: &str| s.chars().all(|c| c.is_ascii_digit());
        if whole.is_empty() || whole.len() > 9 || part.len() > 6 || !digits(whole) || !digits(part) {
            return None;
        }
        let numerator: i128 = format!("{whole}{part}").parse().ok()?;
        let denominator = 10_i128.pow(u32::try_from(part.len()).ok()?);
        (numerator > 0).then_some(Self { numerator, denominator })
    }
}

/// The price in rupees of what a column holds, or why there is none.
pub fn price(value: &Value, prices: &Prices) -> Result<Money, String> {
    let minor = if prices.minor_units { whole(value)? } else { major(value, prices.currency)? };
    if minor <= 0 {
        return Err(format!("the price is {}: a price is more than nothing", shown(value)));
    }
    let rate = Rate::parse(&prices.rate).ok_or("the profile's rate is no positive decimal")?;
    let own = prices.currency.minor_digits();
    let scale = |digits: u32| 10_i128.pow(digits);
    let numerator = i128::from(minor) * rate.numerator * scale(Currency::INR.minor_digits());
    let denominator = rate.denominator * scale(own);
    let step = i128::from(prices.round_to_paise.max(1));
    let steps = (numerator + denominator * step - 1) / (denominator * step);
    match i64::try_from(steps * step) {
        Ok(paise) if paise <= AMOUNT_MAX => Ok(Money::inr(paise)),
        _ => Err("the price is larger than the shop can handle".to_owned()),
    }
}

fn whole(value: &Value) -> Result<i64, String> {
    let found = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    found.ok_or_else(|| format!("the price {} is no whole number of minor units", shown(value)))
}

fn major(value: &Value, currency: Currency) -> Result<i64, String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        // A JSON number's own spelling, not a float made of it.
        Value::Number(number) => number.to_string(),
        _ => return Err(format!("the price {} is no amount", shown(value))),
    };
    Money::parse_major(&text, currency).map(|m| m.minor).map_err(|e| format!("the price is wrong: {e}"))
}

/// What a feed gave, as a refusal repeats it: the beginning is enough.
pub(super) fn shown(value: &Value) -> String {
    beginning(&value.to_string(), 40).to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn prices(currency: Currency, rate: &str, minor_units: bool, round_to_paise: u32) -> Prices {
        Prices { currency, rate: rate.to_owned(), minor_units, round_to_paise }
    }

    #[test]
    fn rupees_stay_what_they_are() {
        let own = Prices::default();
        assert_eq!(price(&json!("1,299.50"), &own), Ok(Money::inr(129_950)));
        assert_eq!(price(&json!(379), &own), Ok(Money::inr(37_900)));
        assert_eq!(price(&json!(19.99), &own), Ok(Money::inr(1_999)));
    }

    #[test]
    fn foreign_prices_are_rounded_up_to_the_step() {
        let cents = prices(Currency::USD, "83.25", true, 100);
        // 125.95 dollars are 10,485.3375 rupees.
        assert_eq!(price(&json!(12_595), &cents), Ok(Money::inr(1_048_600)));
        let exact = prices(Currency::USD, "80", false, 1);
        assert_eq!(price(&json!("49.99"), &exact), Ok(Money::inr(399_920)));
        let yen = prices("JPY".parse().expect("a currency"), "0.55", false, 1);
        assert_eq!(price(&json!(100), &yen), Ok(Money::inr(5_500)));
    }

    #[test]
    fn what_is_no_price_is_told() {
        let own = Prices::default();
        for bad in [json!("free"), json!(-1), json!(0), json!("0.00"), json!([1]), json!(1e300), json!("1.2345")] {
            assert!(price(&bad, &own).is_err(), "{bad}");
        }
        let cents = prices(Currency::USD, "80", true, 1);
        assert!(price(&json!(12.5), &cents).is_err());
    }

    #[test]
    fn rates_are_positive_decimals() {
        for bad in ["", "0", "0.00", "-1", "1e3", "1.2345678", "x", "."] {
            assert_eq!(Rate::parse(bad), None, "{bad}");
        }
        assert!(Rate::parse("83.25").is_some());
    }

    proptest! {
        #[test]
        fn rounding_never_loses_and_never_adds_a_step(cents in 1_i64..1_000_000_000, step in 1_u32..1_000) {
            let paise = price(&json!(cents), &prices(Currency::USD, "83.25", true, step)).expect("in range").minor;
            let exact = i128::from(cents) * 8_325;
            prop_assert!(i128::from(paise) * 100 >= exact);
            prop_assert!((i128::from(paise) - i128::from(step)) * 100 < exact);
            prop_assert_eq!(paise % i64::from(step), 0);
        }
    }
}
