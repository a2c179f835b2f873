//! Calling off and sending back.

use async_graphql::{Context, ID, InputObject, Object, Result};
use services::{
    kernel::{
        ids::{OrderId, OrderLineId},
        limits::CART_LINES_MAX,
    },
    orders::LineUnits,
};

use super::{
    returns::{self, RequestReturnInput, RequestReturnPayload, units},
    types::Order,
};
use crate::{
    carts::mutation::list_ids,
    context::{Asking, Scope},
    error::{Attempt, ErrorCode, Stop, Telling, UserError, owner, payload},
    ids,
};

/// What `cancelOrder` needs.
#[derive(InputObject)]
pub struct CancelOrderInput {
    /// Which one.
    pub order_id: ID,
    /// Only these lines; the whole order without them.
    pub line_ids: Option<Vec<ID>>,
    /// Only so many of these lines, at most 100; not together with `lineIds`.
    pub lines: Option<Vec<CancelLineInput>>,
    /// For people.
    pub reason: Option<String>,
    /// Made by the caller, up to 255 characters; the same key with the same input does it once.
    pub idempotency_key: String,
}

/// Units of a line to call off.
#[derive(InputObject)]
pub struct CancelLineInput {
    /// Which line.
    pub line_id: ID,
    /// How many; all that are left without it.
    pub quantity: Option<i32>,
}

payload! {
    /// What `cancelOrder` answers.
    CancelOrderPayload {
        /// The order after it; null when nothing was done.
        order: Order,
    }
}

/// The part of the mutation root about orders.
#[derive(Default)]
pub struct OrdersMutation;

#[Object]
impl OrdersMutation {
    /// Call off an order, or units of its lines, before it is shipped; stock and money go back once.
    async fn cancel_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: CancelOrderInput,
    ) -> Option<Result<CancelOrderPayload>> {
        let done = cancel(&ctx.scope(), input).await;
        ctx.request().renew();
        ctx.answer(done)
    }
    /// Send units of lines back, within the time that the shop gives after their arrival.
    async fn request_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: RequestReturnInput,
    ) -> Option<Result<RequestReturnPayload>> {
        let done = returns::request(&ctx.scope(), input).await;
        ctx.request().renew();
        ctx.answer(done)
    }
}

/// What of the order is called off; nothing named: all of it.
fn cancelled_lines(input: &CancelOrderInput) -> Attempt<Vec<LineUnits>> {
    // An empty list names no line; the service would take it as the whole order.
    let empty = |field: &str, count: Option<usize>| match count {
        Some(0) => {
            let message = format!("name at least one line, or leave {field} out to call off the whole order");
            Err(Stop::simple(ErrorCode::InvalidInput, message, &[field]))
        }
        _ => Ok(()),
    };
    empty("lineIds", input.line_ids.as_ref().map(Vec::len))?;
    empty("lines", input.lines.as_ref().map(Vec::len))?;
    match (&input.line_ids, &input.lines) {
        (Some(_), Some(_)) => {
            let message = "name lines by lineIds, or with their units by lines, not both";
            Err(Stop::simple(ErrorCode::InvalidInput, message, &["lines"]))
        }
        (Some(given), None) => {
            let ids: Vec<OrderLineId> = list_ids(given, "lineIds", CART_LINES_MAX)?;
            Ok(ids.into_iter().map(|line| LineUnits { line, quantity: None }).collect())
        }
        (None, Some(given)) => {
            let ids: Vec<ID> = given.iter().map(|l| l.line_id.clone()).collect();
            let ids: Vec<OrderLineId> = list_ids(&ids, "lines", CART_LINES_MAX)?;
            let quantity = |(i, line): (usize, &CancelLineInput)| {
                line.quantity.map(|n| units(n, &["lines", &i.to_string(), "quantity"])).transpose()
            };
            let quantities = given.iter().enumerate().map(quantity).collect::<Attempt<Vec<_>>>()?;
            Ok(ids.into_iter().zip(quantities).map(|(line, quantity)| LineUnits { line, quantity }).collect())
        }
        (None, None) => Ok(Vec::new()),
    }
}

async fn cancel(scope: &Scope, input: CancelOrderInput) -> Attempt<CancelOrderPayload> {
    let owner = owner(scope)?;
    let order: OrderId =
        ids::parse(&input.order_id).map_err(|e| Stop::Told(vec![UserError::bad_id(&e, &["orderId"])]))?;
    let lines = cancelled_lines(&input)?;
    let order = scope.shop.orders.cancel(owner, order, lines, input.reason, input.idempotency_key).await?;
    Ok(CancelOrderPayload { order: Some(order.into()), ..Default::default() })
}
