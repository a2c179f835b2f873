//! What staff read.

use async_graphql::{Context, ID, Object, Result};
use services::kernel::caller::Role;

use super::{
    network::{Courier, LaneConnection},
    stock::{self, StockLevel},
};
use crate::{
    context::{Asking, Scope},
    error::{Attempt, Telling},
    serviceability::query::variants,
};

/// The part of the query root for staff.
#[derive(Default)]
pub struct StaffQuery;

#[Object]
impl StaffQuery {
    /// Warehouse staff and operators: stock of variants, per warehouse.
    async fn stock_levels(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which variants, at most 100.")] variant_ids: Vec<ID>,
    ) -> Option<Result<Vec<StockLevel>>> {
        let scope = ctx.scope();
        ctx.tell(levels(&scope, &variant_ids).await)
    }
    /// Operator: lanes, by their names.
    async fn lanes(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 50, desc = "Page size, at most 100.")] first: i32,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
    ) -> Option<Result<LaneConnection>> {
        let scope = ctx.scope();
        ctx.tell(lanes(&scope, first, after.as_deref()).await)
    }
    /// Operator: courier partners, and how far they reach.
    async fn couriers(&self, ctx: &Context<'_>) -> Option<Result<Vec<Courier>>> {
        let scope = ctx.scope();
        ctx.tell(couriers(&scope).await)
    }
}

async fn levels(scope: &Scope, variant_ids: &[ID]) -> Attempt<Vec<StockLevel>> {
    scope.require_any(&[Role::Warehouse, Role::Operator])?;
    stock::levels(scope, &variants(variant_ids)?).await
}

async fn lanes(scope: &Scope, first: i32, after: Option<&str>) -> Attempt<LaneConnection> {
    scope.require(Role::Operator)?;
    LaneConnection::read(scope, first, after).await
}

async fn couriers(scope: &Scope) -> Attempt<Vec<Courier>> {
    scope.require(Role::Operator)?;
    Ok(Courier::all(scope).await?)
}
