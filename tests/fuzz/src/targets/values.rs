//! Values in words: amounts, instants, pincodes, and the scalars of the schema.

use async_graphql_value::ConstValue;
use services::kernel::{
    clock::Timestamp,
    money::{AMOUNT_MAX, Currency, Money},
    pincodes::Pincode,
};

use super::is_for_clients;

/// A text as each kind of value: refused in words, or read so that writing gives what was read.
pub fn text(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for code in ["INR", "JPY", "KWD"] {
        amount(text, code.parse().expect("a currency"));
    }
    match text.parse::<Currency>() {
        Ok(currency) => assert_eq!(currency.code(), text),
        Err(why) => is_for_clients(&why.to_string()),
    }
    match text.parse::<Pincode>() {
        Ok(pincode) => assert_eq!(pincode.to_string(), text),
        Err(why) => is_for_clients(&why.to_string()),
    }
    if let Some(at) = Timestamp::parse_rfc3339(text) {
        assert_eq!(Timestamp::parse_rfc3339(&at.to_rfc3339()), Some(at), "{text}");
    }
    for (name, check) in resolvers::scalar_validators() {
        for value in [ConstValue::String(text.to_owned()), ConstValue::Enum(async_graphql::Name::new("X"))] {
            if let Err(why) = check(&value) {
                assert!(!why.is_empty(), "{name}");
                is_for_clients(&why);
            }
        }
    }
}

fn amount(text: &str, currency: Currency) {
    let money = match Money::parse_major(text, currency) {
        Ok(money) => money,
        Err(why) => return is_for_clients(&why.to_string()),
    };
    assert!((0..=AMOUNT_MAX).contains(&money.minor), "{money:?}");
    let digits = currency.minor_digits();
    let scale = 10_i64.pow(digits);
    let written = if digits == 0 {
        money.minor.to_string()
    } else {
        format!("{}.{:0width$}", money.minor / scale, money.minor % scale, width = digits as usize)
    };
    assert_eq!(Money::parse_major(&written, currency), Ok(money), "{text}");
    let shown: String = money.formatted().chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    assert_eq!(Money::parse_major(shown.trim_start_matches('.'), currency), Ok(money), "{}", money.formatted());
}

/// Two amounts: sixteen bytes of minor units and four of a quantity. Arithmetic is exact or refused.
pub fn amounts(bytes: &[u8]) {
    let mut numbers = [0_u8; 20];
    numbers.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    let number = |from: usize| i64::from_le_bytes(numbers[from..from + 8].try_into().expect("eight bytes"));
    let quantity = u32::from_le_bytes(numbers[16..].try_into().expect("four bytes"));
    let (a, b) = (number(0), number(8));
    let exact = [
        (Money::inr(a).plus(Money::inr(b)), i128::from(a) + i128::from(b)),
        (Money::inr(a).minus(Money::inr(b)), i128::from(a) - i128::from(b)),
        (Money::inr(a).times(quantity), i128::from(a) * i128::from(quantity)),
    ];
    for (told, exact) in exact {
        match told {
            Ok(money) => assert_eq!(i128::from(money.minor), exact),
            Err(_) => assert!(exact.abs() > i128::from(AMOUNT_MAX), "{exact} was refused"),
        }
        assert!(exact.abs() <= i128::from(AMOUNT_MAX) || told.is_err(), "{exact} was taken");
    }
    let at = Timestamp::from_micros(a);
    assert!(!at.to_rfc3339().is_empty() && at.seconds() <= at.minutes().saturating_mul(60).saturating_add(59));
    let _ = at.since(Timestamp::from_micros(b));
    let _ = (
        at + std::time::Duration::from_micros(b.unsigned_abs()),
        at - std::time::Duration::from_micros(b.unsigned_abs()),
    );
}

/// Texts that are values.
pub fn examples() -> Vec<Vec<u8>> {
    [
        "1,299.50",
        "0.10",
        ".5",
        "INR",
        "560001",
        "2026-11-20T06:00:00Z",
        "2026-11-20T06:00:00.123456+05:30",
        "9007199254740.991",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

/// Words of values.
pub const WORDS: &[&str] = &[
    "0",
    "9",
    ".",
    ",",
    "-",
    "+",
    ":",
    "T",
    "Z",
    "z",
    "e",
    "INF",
    "99999999999999999999",
    "60",
    "é",
    " ",
    "₹",
    "\u{660}",
];
