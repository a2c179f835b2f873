//! The way to all that is the caller's.

use async_graphql::{Context, Object, Result};

use super::types::Viewer;
use crate::context::Asking;

/// The part of the query root about the caller.
#[derive(Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// The caller: a guest or a signed-in shopper; null before any session.
    async fn viewer(&self, ctx: &Context<'_>) -> Option<Result<Viewer>> {
        Viewer::of(&ctx.scope()).map(Ok)
    }
}
