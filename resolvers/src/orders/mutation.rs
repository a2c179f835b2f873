//! Calling off.

use async_graphql::{Context, ID, InputObject, Object, Result};
use services::kernel::{
    ids::{OrderId, OrderLineId},
    limits::CART_LINES_MAX,
};

use super::types::Order;
use crate::{
    carts::mutation::list_ids,
    context::{Asking, Scope},
    error::{Attempt, Stop, Telling, UserError, owner, payload},
    ids,
};

/// What `cancelOrder` needs.
#[derive(InputObject)]
pub struct CancelOrderInput {
    /// Which one.
    pub order_id: ID,
    /// Only these lines; the whole order without them.
    pub line_ids: Option<Vec<ID>>,
    /// For people.
    pub reason: Option<String>,
    /// Made by the caller, up to 255 characters; the same key with the same input does it once.
    pub idempotency_key: String,
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
    /// Call off an order, or lines of it, before it is shipped; stock and money go back once.
    async fn cancel_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: CancelOrderInput,
    ) -> Option<Result<CancelOrderPayload>> {
        let done = cancel(&ctx.scope(), input).await;
        ctx.request().renew();
        ctx.answer(done)
    }
}

async fn cancel(scope: &Scope, input: CancelOrderInput) -> Attempt<CancelOrderPayload> {
    let owner = owner(scope)?;
    let order: OrderId =
        ids::parse(&input.order_id).map_err(|e| Stop::Told(vec![UserError::bad_id(&e, &["orderId"])]))?;
    let lines: Vec<OrderLineId> = match &input.line_ids {
        // An empty list names no line; the service would take it as the whole order.
        Some(given) if given.is_empty() => {
            let message = "name at least one line, or leave lineIds out to call off the whole order";
            return Err(Stop::simple(crate::error::ErrorCode::InvalidInput, message, &["lineIds"]));
        }
        Some(given) => list_ids(given, "lineIds", CART_LINES_MAX)?,
        None => Vec::new(),
    };
    let order = scope.shop.orders.cancel(owner, order, lines, input.reason, input.idempotency_key).await?;
    Ok(CancelOrderPayload { order: Some(order.into()), ..Default::default() })
}
