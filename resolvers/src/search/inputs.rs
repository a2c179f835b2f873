//! Filters and orders as callers send them, and what the search service takes.

use async_graphql::{Enum, ID, InputObject, OneofObject};
use services::{
    kernel::money::Currency,
    search::{self, Filter},
};

use crate::{
    error::{Attempt, Refused},
    ids,
    money::MoneyInput,
};

/// One narrowing of a search.
#[derive(Clone, Debug, OneofObject)]
pub enum FilterInput {
    /// In one of these categories or below.
    CategoryIds(Vec<ID>),
    /// Of one of these brands.
    Brands(Vec<String>),
    /// Costs between these.
    Price(PriceFilterInput),
    /// Rated at least so, 1 to 5.
    MinRating(f64),
    /// An attribute of its category.
    Attribute(AttributeFilterInput),
}

/// Bounds of a price, either may be left out.
#[derive(Clone, Debug, InputObject)]
pub struct PriceFilterInput {
    /// Not less.
    pub min: Option<MoneyInput>,
    /// Not more.
    pub max: Option<MoneyInput>,
}

/// An attribute and what it must be.
#[derive(Clone, Debug, InputObject)]
pub struct AttributeFilterInput {
    /// Machine name, as in `Facet.key`.
    pub key: String,
    /// What it must be.
    pub is: AttributeConditionInput,
}

/// A condition on an attribute.
#[derive(Clone, Debug, OneofObject)]
pub enum AttributeConditionInput {
    /// One of these words.
    AnyOf(Vec<String>),
    /// A number between these.
    Between(NumberRangeInput),
    /// Yes or no.
    Holds(bool),
}

/// Bounds of a number in the attribute's unit, either may be left out.
#[derive(Clone, Debug, InputObject)]
pub struct NumberRangeInput {
    /// Not less.
    pub min: Option<f64>,
    /// Not more.
    pub max: Option<f64>,
}

/// The order of hits.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "search::SearchSort")]
pub enum SearchSort {
    /// Best match first.
    Relevance,
    /// Cheapest first.
    PriceAsc,
    /// Dearest first.
    PriceDesc,
    /// Best rated first.
    Rating,
    /// Newest first.
    Newest,
    /// Soonest at the door first; needs a delivery location.
    FastestDelivery,
}

impl FilterInput {
    /// As the search service takes it.
    pub fn decode(self) -> Attempt<Filter> {
        Ok(match self {
            Self::CategoryIds(given) => Filter::Categories(
                ids::parse_all(&given).map_err(|(_, e)| Refused::Argument("filters.categoryIds", e.to_string()))?,
            ),
            Self::Brands(brands) => Filter::Brands(brands),
            Self::Price(PriceFilterInput { min, max }) => Filter::Price(
                min.map(|m| rupees(m, "filters.price.min")).transpose()?,
                max.map(|m| rupees(m, "filters.price.max")).transpose()?,
            ),
            Self::MinRating(rating) => Filter::MinRating(stars(rating)?),
            Self::Attribute(AttributeFilterInput { key, is }) => match is {
                AttributeConditionInput::AnyOf(words) => Filter::AttributeWords(key, words),
                AttributeConditionInput::Between(NumberRangeInput { min, max }) => {
                    Filter::AttributeRange(key, min, max)
                }
                AttributeConditionInput::Holds(holds) => Filter::AttributeFlag(key, holds),
            },
        })
    }
}

/// Minor units of a bound; the shop's prices are in one currency, and another one cannot be compared with them.
fn rupees(bound: MoneyInput, argument: &'static str) -> Attempt<i64> {
    if bound.currency_code.0 != Currency::INR {
        return Err(Refused::Argument(argument, "prices are in INR: give the bound in INR".to_owned()).into());
    }
    Ok(bound.amount.0)
}

/// A rating of 1 to 5, told as tenths so that it is exact.
fn stars(rating: f64) -> Attempt<f32> {
    if !(1.0..=5.0).contains(&rating) {
        return Err(Refused::Argument("filters.minRating", "a rating is 1 to 5".to_owned()).into());
    }
    #[expect(clippy::cast_possible_truncation, reason = "a rating between 1 and 5 needs no more digits")]
    let stars = rating as f32;
    Ok(stars)
}

#[cfg(test)]
mod tests {
    use services::kernel::ids::{CategoryId, ItemId};
    use uuid::Uuid;

    use super::*;
    use crate::scalars::{CurrencyCode, Long};

    #[test]
    fn filters_decode_and_bad_ones_are_refused() {
        let category = CategoryId(Uuid::from_u128(5));
        let decoded = FilterInput::CategoryIds(vec![ids::of(category)]).decode();
        assert_eq!(decoded.ok(), Some(Filter::Categories(vec![category])));
        let wrong = FilterInput::CategoryIds(vec![ids::of(ItemId(Uuid::from_u128(5)))]).decode();
        assert!(wrong.is_err());
        let price = |code: &str| {
            let min = MoneyInput { amount: Long(500), currency_code: CurrencyCode(code.parse().expect("a code")) };
            FilterInput::Price(PriceFilterInput { min: Some(min), max: None }).decode()
        };
        assert_eq!(price("INR").ok(), Some(Filter::Price(Some(500), None)));
        assert!(price("USD").is_err(), "dollars are not compared with rupees");
        assert!(FilterInput::MinRating(6.0).decode().is_err());
        assert!(FilterInput::MinRating(f64::NAN).decode().is_err());
        assert_eq!(FilterInput::MinRating(4.0).decode().ok(), Some(Filter::MinRating(4.0)));
    }
}
