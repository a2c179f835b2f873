//! Money as GraphQL tells and takes it: whole minor units, never a float.

use async_graphql::{InputObject, Object};
use services::kernel::money::Money as Amount;

use crate::scalars::{CurrencyCode, Long};

/// An amount of money, in whole minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money(pub Amount);

impl From<Amount> for Money {
    fn from(amount: Amount) -> Self {
        Self(amount)
    }
}

/// An amount of money, in whole minor units.
#[Object(shareable)]
impl Money {
    /// Minor units: paise for INR.
    fn amount(&self) -> Long {
        Long(self.0.minor)
    }
    /// Currency of the amount.
    fn currency_code(&self) -> CurrencyCode {
        CurrencyCode(self.0.currency)
    }
    /// For people, such as ₹1,299.00.
    fn formatted(&self) -> String {
        self.0.formatted()
    }
}

/// An amount of money given by the caller.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct MoneyInput {
    /// Minor units.
    pub amount: Long,
    /// Currency of the amount.
    pub currency_code: CurrencyCode,
}

impl From<MoneyInput> for Amount {
    fn from(input: MoneyInput) -> Self {
        Self::new(input.amount.0, input.currency_code.0)
    }
}
