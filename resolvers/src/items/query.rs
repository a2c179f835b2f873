//! Reading items and categories.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, OneofObject, Result};

use super::{category::Category, types::Item};
use crate::{
    context::{Asking, Scope},
    error::{Attempt, Refused, Telling},
    ids,
};

/// How an item is named.
#[derive(OneofObject)]
pub enum ItemRef {
    /// By id.
    Id(ID),
    /// By the slug in its address.
    Slug(String),
}

/// The part of the query root about items and categories.
#[derive(Default)]
pub struct ItemsQuery;

#[Object]
impl ItemsQuery {
    /// One item, by id or by slug; null when there is none or it is no longer sold.
    async fn item(&self, ctx: &Context<'_>, #[graphql(desc = "Which one.")] by: ItemRef) -> Option<Result<Item>> {
        let scope = ctx.scope();
        ctx.tell_maybe(item(&scope, by).await)
    }
    /// One category by its slug; null when there is none.
    async fn category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The category's slug.")] slug: String,
    ) -> Option<Result<Category>> {
        let scope = ctx.scope();
        ctx.tell_maybe(category(&scope, &slug).await)
    }
    /// The categories at the top of the tree, in the shop's order.
    async fn top_categories(&self, ctx: &Context<'_>) -> Option<Result<Vec<Category>>> {
        let scope = ctx.scope();
        ctx.tell(top(&scope).await)
    }
}

async fn item(scope: &Scope, by: ItemRef) -> Attempt<Option<Item>> {
    match by {
        ItemRef::Id(id) => {
            let id = ids::parse(&id).map_err(|e| Refused::Argument("by.id", e.to_string()))?;
            Ok(Item::find(scope, id).await?)
        }
        ItemRef::Slug(slug) => Ok(Item::find_by_slug(scope, slug).await?),
    }
}

async fn category(scope: &Scope, slug: &str) -> Attempt<Option<Category>> {
    let tree = scope.shop.items.tree().await?;
    let id = tree.by_slug(slug).map(|c| c.id);
    Ok(id.and_then(|id| Category::of(tree, id)))
}

async fn top(scope: &Scope) -> Attempt<Vec<Category>> {
    let tree = scope.shop.items.tree().await?;
    let ids: Vec<_> = tree.top().into_iter().map(|c| c.id).collect();
    Ok(Category::all(&Arc::clone(&tree), ids))
}
