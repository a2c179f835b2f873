//! Reading a guest's order without a session. Orders with a session are read through the viewer or `node`.

use async_graphql::{Context, Object, Result};

use super::types::Order;
use crate::{context::Asking, error::Telling};

/// The part of the query root about orders.
#[derive(Default)]
pub struct OrdersQuery;

#[Object]
impl OrdersQuery {
    /// A guest's order, by its number and the token given when it was placed; null when they do not fit together.
    async fn guest_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order's number.")] number: String,
        #[graphql(desc = "The token from `placeOrder`.")] token: String,
    ) -> Option<Result<Order>> {
        let order = ctx.shop().history.guest_order(&number, &token).await;
        ctx.tell_maybe(order.map(|o| o.map(Order::from)).map_err(Into::into))
    }
}
