//! What staff do.

use async_graphql::{Context, InputObject, Object, Result};
use services::kernel::caller::Role;

use super::{
    courier_updates::{self, RecordCourierUpdateInput, RecordCourierUpdatePayload},
    lanes::{self, LaneInput},
    network::Lane,
    returns::{self, DecideReturnInput, HandleReturnPayload, PickUpReturnInput, ReceiveReturnInput},
    stock::{self, AdjustStockInput, AdjustStockPayload, ReceiveStockInput, ReceiveStockPayload, check_key},
};
use crate::{
    context::{Asking, Scope},
    error::{Attempt, Stop, Telling, payload},
};

/// What `saveLane` needs.
#[derive(InputObject)]
pub struct SaveLaneInput {
    /// The lane.
    pub lane: LaneInput,
    /// Made by the caller, up to 255 characters; saving the same lane again changes nothing.
    pub idempotency_key: String,
}

payload! {
    /// What `saveLane` answers.
    SaveLanePayload {
        /// The lane after it.
        lane: Lane,
    }
}

/// The part of the mutation root for staff.
#[derive(Default)]
pub struct StaffMutation;

#[Object]
impl StaffMutation {
    /// Warehouse: goods that came in.
    async fn receive_stock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: ReceiveStockInput,
    ) -> Option<Result<ReceiveStockPayload>> {
        let done = stock::receive(&ctx.scope(), input).await;
        ctx.request().renew();
        ctx.answer(done)
    }
    /// Warehouse: a count that differs, with its reason.
    async fn adjust_stock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: AdjustStockInput,
    ) -> Option<Result<AdjustStockPayload>> {
        let done = stock::adjust(&ctx.scope(), input).await;
        ctx.request().renew();
        ctx.answer(done)
    }
    /// Warehouse: what a shopper sends back is on its way.
    async fn pick_up_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: PickUpReturnInput,
    ) -> Option<Result<HandleReturnPayload>> {
        let done = returns::pick_up(&ctx.scope(), input).await;
        ctx.request().renew();
        ctx.answer(done)
    }
    /// Warehouse: what a shopper sent back is here.
    async fn receive_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: ReceiveReturnInput,
    ) -> Option<Result<HandleReturnPayload>> {
        let done = returns::receive(&ctx.scope(), input).await;
        ctx.request().renew();
        ctx.answer(done)
    }
    /// Warehouse: what becomes of each unit that was sent back; stock and money go back once.
    async fn decide_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: DecideReturnInput,
    ) -> Option<Result<HandleReturnPayload>> {
        let done = returns::decide(&ctx.scope(), input).await;
        ctx.request().renew();
        ctx.answer(done)
    }
    /// Operator: a new or changed lane; promises follow within a second.
    async fn save_lane(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: SaveLaneInput,
    ) -> Option<Result<SaveLanePayload>> {
        let done = save_lane(&ctx.scope(), &input).await;
        ctx.request().renew();
        ctx.answer(done)
    }
    /// Courier: what happened to a parcel; old and repeated updates do no harm.
    async fn record_courier_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: RecordCourierUpdateInput,
    ) -> Option<Result<RecordCourierUpdatePayload>> {
        let done = courier_updates::record(&ctx.scope(), input).await;
        ctx.request().renew();
        ctx.answer(done)
    }
}

async fn save_lane(scope: &Scope, input: &SaveLaneInput) -> Attempt<SaveLanePayload> {
    scope.require(Role::Operator)?;
    check_key(&input.idempotency_key)?;
    let store = &scope.shop.network;
    let lane = lanes::decode(&input.lane, &store.network().await?).map_err(Stop::Told)?;
    // Saving what is so already would make every reader recompute for nothing.
    if store.lane(&lane.code).await?.as_ref() != Some(&lane) {
        store.save_lane(lane.clone(), scope.shop.clock.now()).await?;
    }
    Ok(SaveLanePayload { lane: Some(Lane(lane)), ..Default::default() })
}
