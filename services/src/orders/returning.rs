//! Sending back: the shopper asks, staff receive and decide. What the store refuses is told in the caller's words.

use std::collections::HashSet;

use super::{
    error::Error,
    model::{Order, OrderState},
    ports::{AskingReturn, HandlingReturn, Once, ReturnAsked, ReturnHandled},
    returns::{self, Return, ReturnAct, ReturnState, ReturnWish},
    service::{Orders, REASON_MAX, check_key, place_of},
    tokens,
};
use crate::kernel::{
    caller::Owner,
    error::EngineResult,
    ids::{OrderId, OrderLineId, RefundId, ReturnId},
    limits::{INPUT_LINES_MAX, PAGE_MAX},
};

impl Orders {
    /// Whether units of any line of an order may be sent back now.
    pub fn returnable(&self, order: &Order) -> bool {
        order.lines.iter().any(|line| self.line_returnable(order, line))
    }

    /// Whether units of a line may be sent back now.
    pub fn line_returnable(&self, order: &Order, line: &super::OrderLine) -> bool {
        let window = self.settings.return_window;
        !order.archived && !window.is_zero() && returns::is_returnable(order, line, window, self.now())
    }

    /// Asks to send units of lines back. Over all returns of a line never more than were bought.
    ///
    /// # Errors
    /// [`Error::TooMany`] tells how many are left; [`Error::WrongState`] when a line has not arrived or its time is over.
    pub async fn request_return(
        &self,
        owner: Owner,
        order: OrderId,
        lines: Vec<ReturnWish>,
        key: String,
    ) -> Result<(Order, ReturnId), Error> {
        check_key(&key)?;
        check_wishes(&lines)?;
        let given: Vec<OrderLineId> = lines.iter().map(|l| l.line).collect();
        let input_hash = tokens::input_hash(&("requestReturn", order, &lines));
        if let Some(before) = self.parts.store.answered(owner, "requestReturn", &key).await? {
            return self.asked_before(owner, before.order, before.input_hash == input_hash, &key).await;
        }
        let now = self.now();
        let found = self.one(owner, order).await?;
        for line in found.lines.iter().filter(|l| given.contains(&l.id) && returns::left(l) > 0) {
            if !self.line_returnable(&found, line) {
                let message = "the time to send it back is over".to_owned();
                return Err(Error::WrongState { state: line.state, message });
            }
        }
        let id = ReturnId(self.parts.ids.next(now));
        let once = Once { operation: "requestReturn", key: key.clone(), input_hash: input_hash.clone() };
        let asking = AskingReturn { owner, order, id, lines, once };
        match self.parts.store.ask_return(asking, now).await? {
            ReturnAsked::Done(order) => Ok((*order, id)),
            ReturnAsked::Answered(a) => self.asked_before(owner, a.order, a.input_hash == input_hash, &key).await,
            ReturnAsked::NoSuchOrder => Err(Error::NotFound("order")),
            ReturnAsked::NoSuchLine => Err(Error::NotFound("order line")),
            ReturnAsked::NotDelivered(state) => Err(Error::WrongState { state, message: not_delivered(state) }),
            ReturnAsked::TooMany { line, left } => Err(Error::TooMany { line: place_of(&given, line), left }),
        }
    }

    async fn asked_before(
        &self,
        owner: Owner,
        order: OrderId,
        same: bool,
        key: &str,
    ) -> Result<(Order, ReturnId), Error> {
        if !same {
            return Err(Error::KeyReused);
        }
        let order = self.one(owner, order).await?;
        let made = order.returns.iter().find(|r| r.once_key == key).map(|r| r.id);
        made.map(|id| (order, id)).ok_or(Error::NotFound("return"))
    }

    /// Staff: takes a return one step on. A decision moves stock and makes the refund due, once.
    ///
    /// # Errors
    /// [`Error::WrongState`] when the act is not for a return that stands there; [`Error::Invalid`] when decisions do not
    /// count each unit of each line once.
    pub async fn handle_return(
        &self,
        by: Owner,
        id: ReturnId,
        act: ReturnAct,
        key: String,
    ) -> Result<(Order, ReturnId), Error> {
        check_key(&key)?;
        let operation = match &act {
            ReturnAct::PickUp => "pickUpReturn",
            ReturnAct::Receive => "receiveReturn",
            ReturnAct::Decide(_) => "decideReturn",
        };
        let now = self.now();
        let input_hash = tokens::input_hash(&(operation, id, &act));
        let once = Once { operation, key, input_hash: input_hash.clone() };
        let refund = RefundId(self.parts.ids.next(now));
        match self.parts.store.handle_return(HandlingReturn { by, id, act, once, refund }, now).await? {
            ReturnHandled::Done(order) => Ok((*order, id)),
            ReturnHandled::Answered(a) if a.input_hash != input_hash => Err(Error::KeyReused),
            ReturnHandled::Answered(a) => {
                let order = self.any_by_ids(&[a.order]).await?.remove(&a.order);
                order.map(|o| (o, id)).ok_or(Error::NotFound("return"))
            }
            ReturnHandled::NoSuchReturn => Err(Error::NotFound("return")),
            ReturnHandled::WrongState(state) => {
                Err(Error::WrongState { state: OrderState::Delivered, message: wrong_step(state) })
            }
            ReturnHandled::Miscounted => Err(Error::Invalid {
                field: "lines",
                message: "name each line of the return once, with all of its units".into(),
            }),
        }
    }

    /// Staff: returns that wait for a decision, oldest first, with their orders; at most [`PAGE_MAX`].
    pub async fn open_returns(&self, limit: usize) -> EngineResult<Vec<(Order, Return)>> {
        let open = self.parts.store.open_returns(limit.min(PAGE_MAX)).await?;
        let orders: Vec<OrderId> = open.iter().map(|(_, order)| *order).collect();
        let found = self.any_by_ids(&orders).await?;
        let whole = |(id, order): (ReturnId, OrderId)| {
            let order = found.get(&order)?;
            order.returns.iter().find(|r| r.id == id).map(|r| (order.clone(), r.clone()))
        };
        Ok(open.into_iter().filter_map(whole).collect())
    }
}

fn check_wishes(lines: &[ReturnWish]) -> Result<(), Error> {
    let invalid = |message: String| Err(Error::Invalid { field: "lines", message });
    if lines.is_empty() || lines.len() > INPUT_LINES_MAX {
        return invalid(format!("name 1 to {INPUT_LINES_MAX} lines"));
    }
    let mut seen = HashSet::new();
    if !lines.iter().all(|l| seen.insert(l.line)) {
        return invalid("a line stands twice: put both into one".into());
    }
    if lines.iter().any(|l| l.quantity == 0) {
        return invalid("a quantity is 1 or more: leave the line out".into());
    }
    if lines.iter().any(|l| l.reason.trim().is_empty() || l.reason.len() > REASON_MAX) {
        return invalid(format!("say why in 1 to {REASON_MAX} bytes"));
    }
    Ok(())
}

fn not_delivered(state: OrderState) -> String {
    match state {
        OrderState::Returned => "all of it came back already".into(),
        OrderState::Created | OrderState::Placed | OrderState::Packed => {
            "it has not left yet: cancel it instead".into()
        }
        OrderState::Shipped | OrderState::OutForDelivery => "it has not arrived yet: wait for it first".into(),
        _ => "it has ended already: there is nothing to send back".into(),
    }
}

fn wrong_step(state: ReturnState) -> String {
    match state {
        ReturnState::Requested | ReturnState::PickedUp => {
            "it is not received yet: receive it first, or refuse all of it".into()
        }
        ReturnState::Received => "it is received already: decide about it".into(),
        ReturnState::Accepted | ReturnState::Refunded | ReturnState::Refused => "it was decided already".into(),
    }
}
