//! What is sent back, as GraphQL shows it, and asking for it. What staff do with it is in `staff/returns.rs`.

use std::sync::Arc;

use async_graphql::{Enum, ID, InputObject, Object};
use services::{
    kernel::{ids::OrderId, limits::INPUT_LINES_MAX},
    orders::{self, ReturnWish},
};

use super::types::{Order, OrderLine, Refund};
use crate::{
    context::Scope,
    error::{Attempt, ErrorCode, Stop, UserError, owner, payload},
    ids,
    scalars::{DateTime, int},
};

/// Where something sent back stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "orders::ReturnState")]
pub enum ReturnState {
    /// Asked for by the shopper.
    Requested,
    /// On its way back.
    PickedUp,
    /// At the warehouse, not looked at yet.
    Received,
    /// Units were taken back; the money is on its way, or was paid in cash and is settled by people.
    Accepted,
    /// The money went back.
    Refunded,
    /// Nothing was taken back.
    Refused,
}

/// Something sent back, or to be sent back.
#[derive(Clone, Debug)]
pub struct Return {
    order: Arc<orders::Order>,
    index: usize,
}

impl Return {
    /// All of an order.
    pub fn all(order: &Arc<orders::Order>) -> Vec<Self> {
        (0..order.returns.len()).map(|index| Self { order: Arc::clone(order), index }).collect()
    }
    /// One of an order.
    pub fn find(order: &Arc<orders::Order>, id: services::kernel::ids::ReturnId) -> Option<Self> {
        Self::all(order).into_iter().find(|r| r.row().id == id)
    }
    /// What it holds.
    pub fn row(&self) -> &orders::Return {
        self.order.returns.get(self.index).expect("handles are made only of places that their order has")
    }
}

/// Something sent back, or to be sent back.
#[Object]
impl Return {
    /// See `Node.id`.
    pub async fn id(&self) -> ID {
        ids::part(self.order.id, self.row().id)
    }
    /// The number of its order, for people and parcels.
    fn order_number(&self) -> &str {
        &self.order.number
    }
    /// Where it stands.
    fn state(&self) -> ReturnState {
        self.row().state.into()
    }
    /// What is sent back.
    fn lines(&self) -> Vec<ReturnLine> {
        let rows = self.row().lines.iter();
        rows.map(|row| ReturnLine { order: Arc::clone(&self.order), row: row.clone() }).collect()
    }
    /// When it was asked for.
    fn requested_at(&self) -> DateTime {
        self.row().requested_at.into()
    }
    /// The money that goes back for it; null when none does, and until it was decided.
    fn refund(&self) -> Option<Refund> {
        let id = self.row().refund?;
        Order(Arc::clone(&self.order)).all_refunds().find(|r| r.row().id == id)
    }
}

/// A line of what is sent back.
#[derive(Clone, Debug)]
pub struct ReturnLine {
    order: Arc<orders::Order>,
    row: orders::ReturnLine,
}

/// A line of what is sent back.
#[Object]
impl ReturnLine {
    /// The order's line; null only when it cannot be told now.
    fn line(&self) -> Option<OrderLine> {
        Order(Arc::clone(&self.order)).all_lines().find(|l| l.row().id == self.row.line)
    }
    /// Units.
    fn quantity(&self) -> i32 {
        int(self.row.quantity)
    }
    /// Why, for people.
    fn reason(&self) -> &str {
        &self.row.reason
    }
    /// Units that were fit for sale; 0 until decided.
    fn restocked(&self) -> i32 {
        int(self.row.restocked)
    }
    /// Units that were taken back broken; 0 until decided.
    fn written_off(&self) -> i32 {
        int(self.row.written_off)
    }
    /// Units that were not taken back; 0 until decided.
    fn refused(&self) -> i32 {
        int(self.row.refused)
    }
}

/// What `requestReturn` needs.
#[derive(InputObject)]
pub struct RequestReturnInput {
    /// Which one.
    pub order_id: ID,
    /// At most 50, no line twice.
    pub lines: Vec<ReturnLineInput>,
    /// Made by the caller, up to 255 characters; the same key with the same input does it once.
    pub idempotency_key: String,
}

/// A line to send back.
#[derive(InputObject)]
pub struct ReturnLineInput {
    /// Which line.
    pub line_id: ID,
    /// How many.
    pub quantity: i32,
    /// Why, for people.
    pub reason: String,
}

payload! {
    /// What `requestReturn` answers.
    RequestReturnPayload {
        /// The order after it; null when nothing was done.
        order: Order,
        /// The return that was asked for; null when nothing was done.
        requested: Return,
    }
}

/// Asks to send units of lines back.
pub async fn request(scope: &Scope, input: RequestReturnInput) -> Attempt<RequestReturnPayload> {
    let owner = owner(scope)?;
    let order: OrderId =
        ids::parse(&input.order_id).map_err(|e| Stop::Told(vec![UserError::bad_id(&e, &["orderId"])]))?;
    if input.lines.len() > INPUT_LINES_MAX {
        let message = format!("at most {INPUT_LINES_MAX} lines at once: send them in parts");
        return Err(Stop::simple(ErrorCode::LimitExceeded, message, &["lines"]));
    }
    let lines = input.lines.into_iter().enumerate().map(|(i, line)| wish(i, line)).collect::<Attempt<Vec<_>>>()?;
    let (order, id) = scope.shop.orders.request_return(owner, order, lines, input.idempotency_key).await?;
    let order = Arc::new(order);
    let requested = Return::find(&order, id);
    Ok(RequestReturnPayload { order: Some(Order(order)), requested, ..Default::default() })
}

fn wish(i: usize, line: ReturnLineInput) -> Attempt<ReturnWish> {
    let quantity = units(line.quantity, &["lines", &i.to_string(), "quantity"])?;
    let bad = |e| Stop::Told(vec![UserError::bad_id(&e, &["lines", &i.to_string(), "lineId"])]);
    Ok(ReturnWish { line: ids::parse(&line.line_id).map_err(bad)?, quantity, reason: line.reason })
}

/// A quantity of the input that is one or more.
pub fn units(given: i32, path: &[&str]) -> Attempt<u32> {
    let good = u32::try_from(given).ok().filter(|n| *n > 0);
    good.ok_or_else(|| Stop::simple(ErrorCode::InvalidInput, "a quantity is 1 or more: leave the line out", path))
}
