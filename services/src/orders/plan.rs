//! From a quote to an order: what is written once it is known what stock allows. Pure: the store says what was taken,
//! the plan says what the order is then.

use super::{
    charges::{self, ChargeTable, Charged},
    model::{NamedCharge, Order, OrderLine, OrderState, PaymentChoice, PlacementWarning, Quote},
    ports::{Candidate, needs_provider},
};
use crate::{
    kernel::{
        clock::Timestamp,
        ids::{OrderId, OrderLineId, PaymentId},
        money::{Money, MoneyError},
    },
    payments::{Payment, PaymentState},
};

/// An order to be, with all the ids that it will need.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its id.
    pub order: OrderId,
    /// Its number for people.
    pub number: String,
    /// Its payment.
    pub payment: PaymentId,
    /// The quote behind it.
    pub quote: Quote,
    /// The id of each line of the quote, should it become a line of the order.
    pub line_ids: Vec<OrderLineId>,
    /// How it is paid.
    pub choice: PaymentChoice,
    /// The shop's charges.
    pub table: ChargeTable,
}

/// What stock gave for a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// From where.
    pub from: Candidate,
    /// How many: at least 1, at most what the quote says.
    pub quantity: u32,
}

/// An order as it is to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The order.
    pub order: Order,
    /// What was left out.
    pub warnings: Vec<PlacementWarning>,
}

impl Plan {
    /// The order for what was taken (one entry per line of the quote, `None` for a dropped one), and what was left out.
    /// The total is never above the quote's. `None` when nothing was taken.
    pub fn write(
        &self,
        taken: &[Option<Taken>],
        now: Timestamp,
        pay_by: Timestamp,
    ) -> Result<Option<Written>, MoneyError> {
        debug_assert_eq!(taken.len(), self.quote.lines.len());
        let paid_by_provider = needs_provider(self.choice.method());
        let state = if paid_by_provider { OrderState::Created } else { OrderState::Placed };
        let mut lines = Vec::with_capacity(taken.len());
        let mut deliveries = Vec::with_capacity(taken.len());
        let mut warnings = Vec::new();
        for ((quoted, id), got) in self.quote.lines.iter().zip(&self.line_ids).zip(taken) {
            let quantity = got.as_ref().map_or(0, |t| t.quantity);
            if quantity < quoted.quantity {
                let title = quoted.title.clone();
                warnings.push(PlacementWarning {
                    variant: quoted.variant,
                    title,
                    wanted: quoted.quantity,
                    taken: quantity,
                });
            }
            let Some(got) = got.as_ref().filter(|t| t.quantity > 0) else { continue };
            deliveries.push(got.from.delivery);
            lines.push(OrderLine {
                id: *id,
                variant: quoted.variant,
                item: quoted.item,
                title: quoted.title.clone(),
                handling: quoted.handling,
                quantity,
                unit_price: quoted.unit_price,
                total: quoted.unit_price.times(quantity)?,
                state,
                promised_by: quoted.promised_by,
                warehouse: got.from.warehouse.clone(),
                courier: got.from.courier.clone(),
                shipment: None,
                cancelled: 0,
                coming_back: 0,
                returned: 0,
            });
        }
        if lines.is_empty() {
            return Ok(None);
        }
        let (charges, total) = self.charge(&lines, &deliveries)?;
        let order = Order {
            id: self.order,
            number: self.number.clone(),
            owner: self.quote.owner,
            email: self.quote.email.clone(),
            state,
            created_at: now,
            pay_by: paid_by_provider.then_some(pay_by),
            lines,
            shipments: Vec::new(),
            address: self.quote.address.clone(),
            charges,
            total,
            payment: Payment {
                id: self.payment,
                order: self.order,
                method: self.choice.method(),
                amount: total,
                state: if paid_by_provider { PaymentState::Pending } else { PaymentState::Succeeded },
                provider_reference: None,
                redirect_url: None,
            },
            refunds: Vec::new(),
            returns: Vec::new(),
            retry_of: self.quote.retry_of,
            sequence: 1,
            from_cart: self.quote.from_cart,
            archived: false,
        };
        Ok(Some(Written { order, warnings }))
    }

    /// Delivery as the lines now cost it, but never more than was quoted; what the way to pay adds; and the total.
    fn charge(&self, lines: &[OrderLine], deliveries: &[Money]) -> Result<(Vec<NamedCharge>, Money), MoneyError> {
        let charged: Vec<Charged<'_>> = lines
            .iter()
            .zip(deliveries)
            .map(|(l, d)| Charged { warehouse: &l.warehouse, courier: &l.courier, total: l.total, delivery: *d })
            .collect();
        let quoted = self.quote.charges.iter().find(|c| c.key == charges::DELIVERY);
        let mut all: Vec<NamedCharge> = Vec::new();
        if let (Some(fresh), Some(quoted)) = (self.table.delivery(&charged)?, quoted) {
            all.push(if fresh.amount.minor < quoted.amount.minor { fresh } else { quoted.clone() });
        }
        all.extend(self.table.for_method(self.choice.method()));
        let total = charges::total(charges::subtotal(&charged)?, &all)?;
        Ok((all, total))
    }

    /// What the shopper must have seen: the quote's total with what the way to pay adds.
    pub fn expected_total(quote: &Quote, choice: &PaymentChoice, table: &ChargeTable) -> Result<Money, MoneyError> {
        let added: Vec<NamedCharge> = table.for_method(choice.method()).into_iter().collect();
        charges::total(quote.total, &added)
    }
}
