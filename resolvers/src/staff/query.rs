//! What staff read.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use services::{
    kernel::caller::Role,
    reconciliation::{Finding, verify_counted},
};

use super::{
    deliveries::{self, FailedDelivery},
    network::{Courier, LaneConnection},
    returns,
    stock::{self, StockLevel},
};
use crate::{
    context::{Asking, Scope},
    error::{Attempt, Telling},
    orders::returns::Return,
    scalars::{DateTime, Long},
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
    /// Operator: whether orders, stock and payments agree. Reads all of them, page by page.
    async fn reconciliation(&self, ctx: &Context<'_>) -> Option<Result<Reconciliation>> {
        let scope = ctx.scope();
        ctx.tell(books(&scope).await)
    }
    /// Warehouse staff and operators: returns that wait for a decision, oldest first.
    async fn open_returns(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 50, desc = "How many, at most 100.")] first: i32,
    ) -> Option<Result<Vec<Return>>> {
        let scope = ctx.scope();
        ctx.tell(returns::open(&scope, first).await)
    }
    /// Operator: notices that were given up after all their tries, newest first.
    async fn failed_deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 50, desc = "How many, at most 100.")] first: i32,
    ) -> Option<Result<Vec<FailedDelivery>>> {
        let scope = ctx.scope();
        ctx.tell(deliveries::failed(&scope, first).await)
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

/// Drifts that are told; more would not help anybody.
const DRIFTS_MAX: usize = 100;

/// Whether the books agree.
#[derive(Clone, Debug, SimpleObject)]
pub struct Reconciliation {
    /// When they were compared.
    pub as_of: DateTime,
    /// How many orders were compared.
    pub orders_checked: Long,
    /// How many stock levels were compared.
    pub levels_checked: Long,
    /// Where they differ, by rule, at most 100; empty is good.
    pub drifts: Vec<Drift>,
}

/// A place where the books differ.
#[derive(Clone, Debug, SimpleObject)]
pub struct Drift {
    /// Which rule is broken, such as I1.
    pub rule: String,
    /// What it is about.
    pub subject: String,
    /// What was expected and what was found.
    pub message: String,
}

impl From<Finding> for Drift {
    fn from(f: Finding) -> Self {
        Self { rule: f.rule.to_owned(), subject: f.subject, message: f.message }
    }
}

async fn books(scope: &Scope) -> Attempt<Reconciliation> {
    scope.require(Role::Operator)?;
    let found = verify_counted(&*scope.shop.books, scope.now).await?;
    let count = |n: u64| Long(i64::try_from(n).unwrap_or(i64::MAX));
    Ok(Reconciliation {
        as_of: found.as_of.into(),
        orders_checked: count(found.orders),
        levels_checked: count(found.levels),
        drifts: found.findings.into_iter().take(DRIFTS_MAX).map(Drift::from).collect(),
    })
}
