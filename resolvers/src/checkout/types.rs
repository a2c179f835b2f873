//! A quote as GraphQL shows it.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use services::{
    orders::{self, NamedCharge},
    payments,
    users::PostalAddress,
};

use crate::{
    context::Asking,
    error::Telling,
    ids,
    items::variant::Variant,
    money::Money,
    scalars::{DateTime, Pincode, int},
};

/// Lines, prices, charges and promises, frozen until it expires. It holds no stock.
#[derive(Clone, Debug)]
pub struct CheckoutQuote(pub Arc<orders::Quote>);

impl From<orders::Quote> for CheckoutQuote {
    fn from(quote: orders::Quote) -> Self {
        Self(Arc::new(quote))
    }
}

/// Lines, prices, charges and promises, frozen until it expires. It holds no stock.
#[Object]
impl CheckoutQuote {
    /// See `Node.id`.
    pub async fn id(&self) -> ID {
        ids::of(self.0.id)
    }
    /// Good until then.
    fn expires_at(&self) -> DateTime {
        self.0.expires_at.into()
    }
    /// Where to, as it was when the quote was made.
    fn address(&self) -> OrderAddress {
        OrderAddress::from(&self.0.address)
    }
    /// What, at which price, promised for when.
    fn lines(&self) -> Vec<QuoteLine> {
        (0..self.0.lines.len()).map(|index| QuoteLine { quote: Arc::clone(&self.0), index }).collect()
    }
    /// Delivery and other charges.
    fn charges(&self) -> Vec<Charge> {
        self.0.charges.iter().map(Charge::from).collect()
    }
    /// What will be paid: to be sent back as `expectedTotal`.
    fn total(&self) -> Money {
        self.0.total.into()
    }
    /// Ways to pay for it.
    fn payment_methods(&self, ctx: &Context<'_>) -> Vec<PaymentMethod> {
        ctx.shop().orders.payment_methods(&self.0).into_iter().map(PaymentMethod::from).collect()
    }
}

/// A line of a quote.
#[derive(Clone, Debug)]
pub struct QuoteLine {
    quote: Arc<orders::Quote>,
    index: usize,
}

impl QuoteLine {
    fn row(&self) -> &orders::QuoteLine {
        self.quote.lines.get(self.index).expect("handles are made only of places that their quote has")
    }
}

/// A line of a quote.
#[Object]
impl QuoteLine {
    /// What; null when it is gone, or cannot be told now.
    async fn variant(&self, ctx: &Context<'_>) -> Option<Result<Variant>> {
        let scope = ctx.scope();
        ctx.tell_maybe(Variant::find(&scope, self.row().variant).await)
    }
    /// The title when it was quoted.
    fn title(&self) -> &str {
        &self.row().title
    }
    /// How many.
    fn quantity(&self) -> i32 {
        int(self.row().quantity)
    }
    /// Price of one.
    fn unit_price(&self) -> Money {
        self.row().unit_price.into()
    }
    /// Price times quantity.
    fn total(&self) -> Money {
        self.row().total.into()
    }
    /// It arrives by then, if paid before the quote expires.
    fn promised_by(&self) -> DateTime {
        self.row().promised_by.into()
    }
}

/// Something to pay besides the lines.
#[derive(Clone, Debug, SimpleObject)]
pub struct Charge {
    /// Machine name: delivery, cash_on_delivery, …
    pub key: String,
    /// As shown.
    pub label: String,
    /// How much.
    pub amount: Money,
}

impl From<&NamedCharge> for Charge {
    fn from(c: &NamedCharge) -> Self {
        Self { key: c.key.clone(), label: c.label.clone(), amount: c.amount.into() }
    }
}

/// A way to pay.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "payments::PaymentMethod")]
pub enum PaymentMethod {
    /// Card, by a token of the provider.
    Card,
    /// UPI, confirmed in another app.
    Upi,
    /// Cash when it arrives.
    CashOnDelivery,
}

/// An address as it was when the quote or the order was made.
#[derive(Clone, Debug, SimpleObject)]
pub struct OrderAddress {
    /// Who receives.
    pub recipient: String,
    /// House, street and so on.
    pub lines: Vec<String>,
    /// Town.
    pub city: String,
    /// State.
    pub state: String,
    /// The pincode.
    pub pincode: Pincode,
}

impl From<&PostalAddress> for OrderAddress {
    fn from(a: &PostalAddress) -> Self {
        Self {
            recipient: a.recipient.clone(),
            lines: a.lines.clone(),
            city: a.city.clone(),
            state: a.state.clone(),
            pincode: a.pincode.into(),
        }
    }
}
