//! Reading trends.

use async_graphql::{Context, Object, Result};

use super::types::{TrendKind, TrendReport, TrendWindow, Wanted};
use crate::{context::Asking, error::Telling};

/// The part of the query root about trends.
#[derive(Default)]
pub struct TrendsQuery;

#[Object]
impl TrendsQuery {
    /// What moved in the shop in a window that ends now. Counted within about a second, by the time at which things
    /// happened.
    async fn trending(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How far back.")] window: TrendWindow,
        #[graphql(desc = "What is counted.")] kind: TrendKind,
        #[graphql(default = 10, desc = "Lines at most, 1 to 100.")] first: i32,
    ) -> Option<Result<TrendReport>> {
        let scope = ctx.scope();
        let read = TrendReport::read(&scope, Wanted { window, kind, first }).await;
        ctx.tell(read.map(|(_, report)| report))
    }
}
