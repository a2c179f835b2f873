//! What couriers tell about parcels.

use async_graphql::InputObject;
use services::{kernel::caller::Role, orders::CourierUpdate};

use super::stock::check_key;
use crate::{
    context::Scope,
    error::{Attempt, ErrorCode, Stop, payload},
    orders::types::{Order, OrderState, Shipment},
    scalars::DateTime,
};

/// What `recordCourierUpdate` needs.
#[derive(InputObject)]
pub struct RecordCourierUpdateInput {
    /// Which parcel.
    pub tracking_number: String,
    /// Where it stands: SHIPPED, OUT_FOR_DELIVERY or DELIVERED.
    pub state: OrderState,
    /// When it happened.
    pub at: DateTime,
    /// Whose parcel; needed from operators. A courier's account speaks for its own partner.
    pub courier_code: Option<String>,
    /// Made by the caller, up to 255 characters; the same key with the same input does it once.
    pub idempotency_key: String,
}

payload! {
    /// What `recordCourierUpdate` answers.
    RecordCourierUpdatePayload {
        /// The parcel after it.
        shipment: Shipment,
    }
}

/// Follows a courier's message. Old and repeated ones change nothing, so the key needs no memory.
pub async fn record(scope: &Scope, input: RecordCourierUpdateInput) -> Attempt<RecordCourierUpdatePayload> {
    scope.require_any(&[Role::Courier, Role::Operator])?;
    check_key(&input.idempotency_key)?;
    let courier = partner(scope, input.courier_code).await?;
    let update =
        CourierUpdate { courier, tracking_number: input.tracking_number, state: input.state.into(), at: input.at.0 };
    let moved = scope.shop.orders.courier_update(update).await?;
    let order = scope.shop.history.any(moved.order).await?.map(Order::from);
    let shipment = order.and_then(|o| o.all_shipments().find(|s| s.row().id == moved.id));
    Ok(RecordCourierUpdatePayload { shipment, ..Default::default() })
}

/// The partner that the caller speaks for.
async fn partner(scope: &Scope, given: Option<String>) -> Attempt<String> {
    if scope.caller.has(Role::Operator) {
        let missing = || Stop::simple(ErrorCode::InvalidInput, "say whose parcel it is", &["courierCode"]);
        return given.ok_or_else(missing);
    }
    let account = match scope.caller.shopper() {
        Some(id) => scope.shop.users.shopper(id).await?,
        None => None,
    };
    let own = account.and_then(|a| a.courier.clone());
    let nobody = || Stop::simple(ErrorCode::Forbidden, "this account speaks for no courier partner", &[]);
    let own = own.ok_or_else(nobody)?;
    if given.is_some_and(|g| g != own) {
        return Err(Stop::simple(ErrorCode::Forbidden, "this account speaks for another partner", &["courierCode"]));
    }
    Ok(own)
}
