//! What is charged besides the lines, and which ways to pay are offered. Pure; whole minor units; every sum is checked.
//!
//! Discounts and taxes are deliberately not here: prices hold all taxes, and the shop has no coupons.

use std::collections::BTreeMap;

use super::model::{NamedCharge, QuoteLine};
use crate::{
    kernel::{
        handling::HandlingClass,
        money::{Money, MoneyError},
    },
    payments::PaymentMethod,
};

/// Machine name of the delivery charge.
pub const DELIVERY: &str = "delivery";
/// Machine name of the charge for paying in cash.
pub const CASH_ON_DELIVERY: &str = "cash_on_delivery";

/// The shop's charges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeTable {
    /// Delivery is free from this sum of lines on.
    pub free_delivery_from: Money,
    /// Added when paid in cash. With an amount above zero, `expectedTotal` must hold it.
    pub cash_on_delivery: Money,
    /// Cash is taken up to this total.
    pub cash_on_delivery_max: Money,
    /// The largest total of an order.
    pub total_max: Money,
}

impl Default for ChargeTable {
    fn default() -> Self {
        Self {
            free_delivery_from: Money::inr(49_900),
            // Nothing by default: a quote's total is what is sent back as `expectedTotal`, whatever the way to pay.
            cash_on_delivery: Money::inr(0),
            cash_on_delivery_max: Money::inr(5_000_000),
            total_max: Money::inr(10_000_000_000),
        }
    }
}

/// What a line weighs in the charges.
#[derive(Clone, Copy, Debug)]
pub struct Charged<'a> {
    /// Where its parcel starts.
    pub warehouse: &'a str,
    /// Who carries its parcel.
    pub courier: &'a str,
    /// Price times quantity.
    pub total: Money,
    /// What a parcel with it costs.
    pub delivery: Money,
}

impl<'a> Charged<'a> {
    /// From a line of a quote.
    pub fn of(line: &'a QuoteLine) -> Self {
        Self { warehouse: &line.warehouse, courier: &line.courier, total: line.total, delivery: line.delivery }
    }
}

/// The sum of lines.
pub fn subtotal(lines: &[Charged<'_>]) -> Result<Money, MoneyError> {
    let currency = lines.first().map_or(crate::kernel::money::Currency::INR, |l| l.total.currency);
    Money::sum(currency, lines.iter().map(|l| l.total))
}

impl ChargeTable {
    /// Delivery: each parcel (lines of one warehouse and courier) costs its dearest line's charge; free from a subtotal
    /// on. Answers no charge at all for an empty order.
    pub fn delivery(&self, lines: &[Charged<'_>]) -> Result<Option<NamedCharge>, MoneyError> {
        if lines.is_empty() {
            return Ok(None);
        }
        let subtotal = subtotal(lines)?;
        let mut parcels: BTreeMap<(&str, &str), Money> = BTreeMap::new();
        for line in lines {
            let charge = parcels.entry((line.warehouse, line.courier)).or_insert(line.delivery);
            if line.delivery.minor > charge.minor {
                *charge = line.delivery;
            }
        }
        let free =
            subtotal.currency == self.free_delivery_from.currency && subtotal.minor >= self.free_delivery_from.minor;
        let amount =
            if free { Money::zero(subtotal.currency) } else { Money::sum(subtotal.currency, parcels.into_values())? };
        let label = if amount.minor == 0 { "Free delivery" } else { "Delivery" };
        Ok(Some(NamedCharge { key: DELIVERY.into(), label: label.into(), amount }))
    }

    /// What paying this way adds.
    pub fn for_method(&self, method: PaymentMethod) -> Option<NamedCharge> {
        (method == PaymentMethod::CashOnDelivery && self.cash_on_delivery.minor > 0).then(|| NamedCharge {
            key: CASH_ON_DELIVERY.into(),
            label: "Cash on delivery".into(),
            amount: self.cash_on_delivery,
        })
    }

    /// The ways to pay for such goods at such a total: cash not above its limit and not for what must not travel with
    /// cash in the van's till (hazardous goods go by partners that take none).
    pub fn methods(&self, total: Money, handling: impl IntoIterator<Item = HandlingClass>) -> Vec<PaymentMethod> {
        let hazardous = handling.into_iter().any(|h| h == HandlingClass::Hazardous);
        let mut methods = vec![PaymentMethod::Card, PaymentMethod::Upi];
        let cash =
            total.currency == self.cash_on_delivery_max.currency && total.minor <= self.cash_on_delivery_max.minor;
        if cash && !hazardous {
            methods.push(PaymentMethod::CashOnDelivery);
        }
        methods
    }
}

/// Lines and charges together.
pub fn total(subtotal: Money, charges: &[NamedCharge]) -> Result<Money, MoneyError> {
    charges.iter().try_fold(subtotal, |sum, c| sum.plus(c.amount))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::money::AMOUNT_MAX;
    use proptest::prelude::*;

    fn line(warehouse: &'static str, total: i64, delivery: i64) -> Charged<'static> {
        Charged { warehouse, courier: "C", total: Money::inr(total), delivery: Money::inr(delivery) }
    }

    #[test]
    fn each_parcel_costs_its_dearest_line() {
        let table = ChargeTable::default();
        let charge = table.delivery(&[line("A", 100, 4_000), line("A", 100, 9_000), line("B", 100, 5_000)]);
        assert_eq!(charge.unwrap().unwrap().amount, Money::inr(14_000));
    }

    #[test]
    fn delivery_is_free_from_the_limit_on() {
        let table = ChargeTable::default();
        assert_eq!(table.delivery(&[line("A", 49_899, 4_000)]).unwrap().unwrap().amount, Money::inr(4_000));
        assert_eq!(table.delivery(&[line("A", 49_900, 4_000)]).unwrap().unwrap().amount, Money::inr(0));
        assert_eq!(table.delivery(&[]).unwrap(), None);
    }

    #[test]
    fn cash_has_a_limit_and_does_not_travel_with_hazardous_goods() {
        let table = ChargeTable::default();
        let cash = |paise, class| table.methods(Money::inr(paise), [class]).contains(&PaymentMethod::CashOnDelivery);
        assert!(cash(5_000_000, HandlingClass::Standard));
        assert!(!cash(5_000_001, HandlingClass::Standard));
        assert!(!cash(100, HandlingClass::Hazardous));
        assert!(table.for_method(PaymentMethod::CashOnDelivery).is_none());
        let dear = ChargeTable { cash_on_delivery: Money::inr(2_500), ..table };
        assert_eq!(dear.for_method(PaymentMethod::CashOnDelivery).unwrap().amount, Money::inr(2_500));
        assert!(dear.for_method(PaymentMethod::Card).is_none());
    }

    #[test]
    fn sums_beyond_the_largest_amount_are_refused() {
        assert_eq!(subtotal(&[line("A", AMOUNT_MAX, 0), line("A", 1, 0)]), Err(MoneyError::TooLarge));
        let charge = NamedCharge { key: "x".into(), label: "x".into(), amount: Money::inr(1) };
        assert_eq!(total(Money::inr(AMOUNT_MAX), &[charge]), Err(MoneyError::TooLarge));
    }

    proptest! {
        #[test]
        fn a_total_is_its_lines_and_charges(amounts in prop::collection::vec((1_i64..1_000_000, 0_i64..20_000), 1..20)) {
            let lines: Vec<_> = amounts.iter().map(|(t, d)| line("A", *t, *d)).collect();
            let delivery = ChargeTable::default().delivery(&lines).unwrap().unwrap();
            let sum = subtotal(&lines).unwrap();
            let all = total(sum, std::slice::from_ref(&delivery)).unwrap();
            prop_assert_eq!(all.minor, amounts.iter().map(|(t, _)| t).sum::<i64>() + delivery.amount.minor);
        }
    }
}
