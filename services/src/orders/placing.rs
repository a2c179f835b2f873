//! Placing what was quoted, and placing a failed order's lines again.
//!
//! The first try asks the store for exactly the quoted warehouses, which needs no look at stock at all. Only when that
//! falls short are other warehouses looked up, and only those are offered whose promise is not later.

use std::{collections::HashSet, sync::Arc};

use parking_lot::Mutex;
use uuid::Uuid;

use super::{
    error::Error,
    model::{
        Obstacle, OnUnavailable, Order, OrderState, PaymentChoice, PlaceOrder, Placement, Quote, QuoteLine, WantedLine,
    },
    plan::Plan,
    ports::{Answered, Candidate, Once, Placed, Placing, Shortage},
    quoting::Wanted,
    service::Orders,
    tokens,
};
use crate::{
    kernel::{
        caller::Owner,
        error::EngineError,
        ids::{OrderId, OrderLineId, PaymentId},
        money::Money,
    },
    serviceability::{Goods, Promise},
};

/// Longest payment token or UPI address, bytes.
const TOKEN_MAX: usize = 255;

/// The keys that are being worked on in this process. The store decides between processes.
#[derive(Clone, Default)]
pub(super) struct InFlight(Arc<Mutex<HashSet<WorkedOn>>>);

type WorkedOn = (Uuid, &'static str, String);

/// A key that is being worked on, until this is dropped.
pub(super) struct Turn {
    all: InFlight,
    key: WorkedOn,
}

impl InFlight {
    fn take(&self, owner: Owner, once: &Once) -> Result<Turn, Error> {
        let key = (owner.uuid(), once.operation, once.key.clone());
        if self.0.lock().insert(key.clone()) { Ok(Turn { all: self.clone(), key }) } else { Err(Error::InProgress) }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.all.0.lock().remove(&self.key);
    }
}

impl Orders {
    pub(super) async fn place_quoted(&self, owner: Owner, request: PlaceOrder) -> Result<Placement, Error> {
        let input = ("placeOrder", request.quote, request.expected_total, &request.payment, request.on_unavailable);
        let input_hash = tokens::input_hash(&input);
        let once = Once { operation: "placeOrder", key: request.idempotency_key, input_hash };
        let _turn = self.in_flight.take(owner, &once)?;
        if let Some(answered) = self.parts.store.answered(owner, once.operation, &once.key).await? {
            return self.answer_again(owner, &once, answered).await;
        }
        check_payment(&request.payment)?;
        let quote = self.parts.store.quote(request.quote).await?.filter(|q| q.owner == owner);
        let quote = quote.ok_or_else(|| Error::Obstacles(vec![Obstacle::NoSuchQuote]))?;
        self.check_total(&quote, request.expected_total, &request.payment)?;
        self.place_now(quote, request.payment, request.on_unavailable, once).await
    }

    pub(super) async fn place_again(
        &self,
        owner: Owner,
        order: OrderId,
        expected_total: Money,
        payment: PaymentChoice,
        key: String,
    ) -> Result<Placement, Error> {
        let input_hash = tokens::input_hash(&("retryPayment", order, expected_total, &payment));
        let once = Once { operation: "retryPayment", key, input_hash };
        let _turn = self.in_flight.take(owner, &once)?;
        if let Some(answered) = self.parts.store.answered(owner, once.operation, &once.key).await? {
            return self.answer_again(owner, &once, answered).await;
        }
        check_payment(&payment)?;
        let old = self.one(owner, order).await?;
        if !matches!(old.state, OrderState::Failed | OrderState::Expired) {
            let message = "only an order whose payment failed or came too late can be tried again".into();
            return Err(Error::WrongState { state: old.state, message });
        }
        let lines = old.lines.iter().map(|l| WantedLine { variant: l.variant, quantity: l.quantity }).collect();
        let wanted = Wanted {
            owner,
            lines,
            from_cart: old.from_cart,
            address: old.address,
            email: old.email,
            retry_of: Some(old.id),
        };
        let quote = self.draw_up(wanted).await?;
        self.check_total(&quote, expected_total, &payment)?;
        self.parts.store.save_quote(quote.clone(), self.now()).await?;
        self.place_now(quote, payment, OnUnavailable::Reject, once).await
    }

    fn check_total(&self, quote: &Quote, expected: Money, payment: &PaymentChoice) -> Result<(), Error> {
        let total = Plan::expected_total(quote, payment, &self.settings.charges)
            .map_err(|e| Error::Invalid { field: "payment", message: e.to_string() })?;
        if expected != total {
            return Err(Error::Obstacles(vec![Obstacle::TotalMismatch { total }]));
        }
        if self.payment_methods(quote).contains(&payment.method()) {
            return Ok(());
        }
        let message = String::from(
            "this order cannot be paid in cash: it is too large, or holds goods that may not travel so; pay by card or UPI",
        );
        Err(Error::Obstacles(vec![Obstacle::PaymentNotOffered { message }]))
    }

    /// What was answered before under the key, resolved anew.
    async fn answer_again(&self, owner: Owner, once: &Once, answered: Answered) -> Result<Placement, Error> {
        if answered.input_hash != once.input_hash {
            return Err(Error::KeyReused);
        }
        let order = self.one(owner, answered.order).await?;
        Ok(self.placement(order, answered.warnings))
    }

    fn placement(&self, order: Order, warnings: Vec<super::model::PlacementWarning>) -> Placement {
        let guest_token = self.guest_token(&order);
        Placement { order, warnings, guest_token }
    }

    async fn place_now(
        &self,
        quote: Quote,
        choice: PaymentChoice,
        on_unavailable: OnUnavailable,
        once: Once,
    ) -> Result<Placement, Error> {
        let now = self.now();
        let ids = &self.parts.ids;
        let plan = Plan {
            order: OrderId(ids.next(now)),
            number: tokens::order_number(ids.random()),
            payment: PaymentId(ids.next(now)),
            line_ids: quote.lines.iter().map(|_| OrderLineId(ids.next(now))).collect(),
            table: self.settings.charges.clone(),
            quote,
            choice,
        };
        let candidates = plan.quote.lines.iter().map(|l| vec![quoted_warehouse(l)]).collect();
        let reservation = self.settings.reservation_ttl;
        let mut placing = Placing { plan, candidates, on_unavailable: OnUnavailable::Reject, once, reservation };
        let mut placed = self.parts.store.place(placing.clone(), now).await?;
        let mut full = Vec::new();
        if matches!(placed, Placed::Short(_)) {
            (placing.candidates, full) = self.other_warehouses(&placing.plan.quote).await?;
            placing.on_unavailable = on_unavailable;
            placed = self.parts.store.place(placing.clone(), self.now()).await?;
        }
        match placed {
            Placed::Done { order, warnings } => {
                if let Some(at) = order.pay_by {
                    self.watch(order.id, at).await;
                }
                Ok(self.placement(*order, warnings))
            }
            Placed::Answered(answered) => self.answer_again(placing.plan.quote.owner, &placing.once, answered).await,
            Placed::Short(short) => Err(Error::Obstacles(obstacles(&placing.plan.quote, &short, &full))),
            Placed::QuoteUsed(order) => Err(Error::Obstacles(vec![Obstacle::QuoteUsed { order }])),
            Placed::QuoteExpired => Err(Error::Obstacles(vec![Obstacle::QuoteExpired])),
            Placed::NoSuchQuote => Err(Error::Obstacles(vec![Obstacle::NoSuchQuote])),
        }
    }

    /// For each line the warehouses that keep the quote's promise, the quoted one first; and the promises of all that
    /// have enough, to tell a shopper what could be promised instead.
    async fn other_warehouses(&self, quote: &Quote) -> Result<(Vec<Vec<Candidate>>, Vec<Vec<Promise>>), EngineError> {
        let goods = |quantity: fn(&QuoteLine) -> u32| -> Vec<Goods> {
            let of = |l: &QuoteLine| Goods { variant: l.variant, handling: l.handling, quantity: quantity(l) };
            quote.lines.iter().map(of).collect()
        };
        let (to, paid_at) = (quote.address.pincode, quote.expires_at);
        let serviceability = &self.parts.serviceability;
        let any = serviceability.from_warehouses(&goods(|_| 1), to, paid_at).await?;
        let full = serviceability.from_warehouses(&goods(|l| l.quantity), to, paid_at).await?;
        let candidates = quote.lines.iter().zip(&any).map(|(line, promises)| candidates(line, promises)).collect();
        Ok((candidates, full))
    }
}

fn quoted_warehouse(line: &QuoteLine) -> Candidate {
    Candidate {
        warehouse: line.warehouse.clone(),
        courier: line.courier.clone(),
        promised_by: line.promised_by,
        delivery: line.delivery,
    }
}

/// The quoted warehouse, then those whose promise is not later.
fn candidates(line: &QuoteLine, promises: &[Promise]) -> Vec<Candidate> {
    let others = promises.iter().filter(|p| p.warehouse != line.warehouse && p.promised_by <= line.promised_by);
    let other = |p: &Promise| Candidate {
        warehouse: p.warehouse.clone(),
        courier: p.courier.clone(),
        promised_by: p.promised_by,
        delivery: p.charge,
    };
    std::iter::once(quoted_warehouse(line)).chain(others.map(other)).collect()
}

/// What stands in the way of lines that fell short: a later promise where another warehouse has enough, else too few.
fn obstacles(quote: &Quote, short: &[Shortage], full: &[Vec<Promise>]) -> Vec<Obstacle> {
    let told = |s: &Shortage| {
        let line = quote.lines.get(s.line)?;
        let later = full.get(s.line).and_then(|p| p.iter().find(|p| p.promised_by > line.promised_by));
        Some(match later {
            Some(p) => Obstacle::PromiseChanged {
                line: s.line,
                variant: line.variant,
                was: line.promised_by,
                now: Some(p.promised_by),
            },
            None => Obstacle::InsufficientStock { line: s.line, variant: line.variant, available: s.available },
        })
    };
    short.iter().filter_map(told).collect()
}

/// A token must be one: no card number ever comes in here.
fn check_payment(choice: &PaymentChoice) -> Result<(), Error> {
    let (text, field) = match choice {
        PaymentChoice::Card(token) => (token, "cardToken"),
        PaymentChoice::Upi(address) => (address, "upiId"),
        PaymentChoice::CashOnDelivery => return Ok(()),
    };
    let invalid = |message: &str| Err(Error::Invalid { field, message: message.into() });
    if text.is_empty() || text.len() > TOKEN_MAX || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return invalid("1 to 255 bytes without spaces");
    }
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let plain = text.chars().all(|c| c.is_ascii_digit() || c == '-');
    if matches!(choice, PaymentChoice::Card(_)) && plain && digits >= 12 {
        return invalid("this looks like a card number: send the provider's token instead");
    }
    if matches!(choice, PaymentChoice::Upi(_)) && !text.contains('@') {
        return invalid("a UPI address looks like name@bank");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::ids::GuestId;

    #[test]
    fn card_numbers_are_refused() {
        assert!(check_payment(&PaymentChoice::Card("tok_succeeds".into())).is_ok());
        assert!(check_payment(&PaymentChoice::Card("4111-1111-1111-1111".into())).is_err());
        assert!(check_payment(&PaymentChoice::Card("4111111111111111".into())).is_err());
        assert!(check_payment(&PaymentChoice::Card(String::new())).is_err());
        assert!(check_payment(&PaymentChoice::Card("x".repeat(256))).is_err());
        assert!(check_payment(&PaymentChoice::Upi("asha@okbank".into())).is_ok());
        assert!(check_payment(&PaymentChoice::Upi("asha".into())).is_err());
        assert!(check_payment(&PaymentChoice::CashOnDelivery).is_ok());
    }

    #[test]
    fn a_key_is_worked_on_by_one_at_a_time() {
        let all = InFlight::default();
        let owner = Owner::Guest(GuestId(Uuid::from_u128(1)));
        let once = |key: &str| Once { operation: "placeOrder", key: key.into(), input_hash: String::new() };
        let turn = all.take(owner, &once("a"));
        assert!(matches!(all.take(owner, &once("a")), Err(Error::InProgress)));
        assert!(all.take(owner, &once("b")).is_ok());
        drop(turn);
        assert!(all.take(owner, &once("a")).is_ok());
    }
}
