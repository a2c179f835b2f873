//! Quoting, placing, and placing again after a refused or late payment.

use async_graphql::{Context, Object, Result};
use services::orders::{PlaceOrder, Placement, WantedLine};

use super::{
    inputs::{CheckoutQuoteInput, PlaceOrderInput, RetryPaymentInput, decode_address, decode_lines},
    types::CheckoutQuote,
};
use crate::{
    context::{Asking, Scope},
    error::{Attempt, Stop, Telling, UserError, areas, owner, payload},
    ids,
    orders::types::Order,
};

payload! {
    /// What `checkoutQuote` answers.
    CheckoutQuotePayload {
        /// The quote; null when a line stands in the way.
        quote: CheckoutQuote,
    }
}
payload! {
    /// What `placeOrder` answers.
    PlaceOrderPayload {
        /// The order after it; null when nothing was done.
        order: Order,
        /// For a guest: opens the order again by `guestOrder`.
        guest_token: String,
    }
}
payload! {
    /// What `retryPayment` answers.
    RetryPaymentPayload {
        /// The new order; null when nothing was done.
        order: Order,
        /// For a guest: opens the order again by `guestOrder`.
        guest_token: String,
    }
}

/// The part of the mutation root about checkout.
#[derive(Default)]
pub struct CheckoutMutation;

#[Object]
impl CheckoutMutation {
    /// Freeze prices, charges and promises for the cart, or for the lines given.
    async fn checkout_quote(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: CheckoutQuoteInput,
    ) -> Option<Result<CheckoutQuotePayload>> {
        let done = quote(&ctx.scope(), input).await;
        ctx.request().renew();
        ctx.answer(done)
    }
    /// Order what was quoted: stock is held at once, then the payment is taken.
    async fn place_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: PlaceOrderInput,
    ) -> Option<Result<PlaceOrderPayload>> {
        let done = place(&ctx.scope(), input).await;
        ctx.request().renew();
        ctx.answer(done)
    }
    /// Place the same lines again as a new order, after a refused or late payment.
    async fn retry_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: RetryPaymentInput,
    ) -> Option<Result<RetryPaymentPayload>> {
        let done = retry(&ctx.scope(), input).await;
        ctx.request().renew();
        ctx.answer(done)
    }
}

async fn quote(scope: &Scope, input: CheckoutQuoteInput) -> Attempt<CheckoutQuotePayload> {
    let owner = owner(scope)?;
    let from_cart = input.lines.is_none();
    let lines = match &input.lines {
        Some(lines) => decode_lines(lines)?,
        None => cart_lines(scope, owner).await?,
    };
    let (address, email) = decode_address(&scope.shop, owner, input.address_id, input.address).await?;
    let quote = scope.shop.orders.quote(owner, lines, from_cart, address, email).await?;
    Ok(CheckoutQuotePayload { quote: Some(quote.into()), ..Default::default() })
}

async fn cart_lines(scope: &Scope, owner: services::kernel::caller::Owner) -> Attempt<Vec<WantedLine>> {
    let cart = scope.shop.carts.cart(owner).await?;
    Ok(cart.lines.iter().map(|l| WantedLine { variant: l.variant, quantity: l.quantity }).collect())
}

async fn place(scope: &Scope, input: PlaceOrderInput) -> Attempt<PlaceOrderPayload> {
    let owner = owner(scope)?;
    let request = PlaceOrder {
        quote: ids::parse(&input.quote_id).map_err(|e| Stop::Told(vec![UserError::bad_id(&e, &["quoteId"])]))?,
        expected_total: input.expected_total.into(),
        payment: input.payment.decode()?,
        on_unavailable: input.on_unavailable.into(),
        idempotency_key: input.idempotency_key,
    };
    let Placement { order, warnings, guest_token } = scope.shop.orders.place(owner, request).await?;
    let warnings = warnings.iter().map(areas::placement_warning).collect();
    Ok(PlaceOrderPayload { order: Some(order.into()), guest_token, warnings, ..Default::default() })
}

async fn retry(scope: &Scope, input: RetryPaymentInput) -> Attempt<RetryPaymentPayload> {
    let owner = owner(scope)?;
    let order = ids::parse(&input.order_id).map_err(|e| Stop::Told(vec![UserError::bad_id(&e, &["orderId"])]))?;
    let payment = input.payment.decode()?;
    let total = input.expected_total.into();
    let placed = scope.shop.orders.retry(owner, order, total, payment, input.idempotency_key).await?;
    let warnings = placed.warnings.iter().map(areas::placement_warning).collect();
    let guest_token = placed.guest_token;
    Ok(RetryPaymentPayload { order: Some(placed.order.into()), guest_token, warnings, ..Default::default() })
}
