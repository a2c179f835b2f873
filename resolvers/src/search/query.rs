//! Searching and completing.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use services::{
    kernel::limits::{FILTERS_MAX, PAGE_MAX, QUERY_MAX},
    search::SearchRequest,
};

use super::{
    inputs::{FilterInput, SearchSort},
    types::{SearchConnection, SuggestionList},
};
use crate::{
    context::{Asking, Scope},
    error::{Attempt, Refused, Telling},
    pages::page_size,
    scalars::Pincode,
};

/// Most completions of one answer.
const SUGGESTIONS_MAX: usize = 20;

/// The part of the query root about search.
#[derive(Default)]
pub struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Items that match, best first; by default only those that reach the shopper. Null when the index is down.
    #[expect(clippy::too_many_arguments, reason = "one argument of the schema each")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(default, desc = "Words to look for; empty lists everything.")] query: String,
        #[graphql(desc = "Where to; else the caller's delivery location, else delivery is not looked at.")]
        deliver_to: Option<Pincode>,
        #[graphql(default, desc = "All must hold; values inside one filter are alternatives.")] filters: Vec<
            FilterInput,
        >,
        #[graphql(default_with = "SearchSort::Relevance", desc = "The order of the hits.")] sort: SearchSort,
        #[graphql(default = true, desc = "Leave out what cannot be delivered.")] deliverable_only: bool,
        #[graphql(desc = "Leave out what takes longer, in hours from now.")] max_tat_hours: Option<i32>,
        #[graphql(default = 24, desc = "Page size, at most 100.")] first: i32,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
    ) -> Option<Result<SearchConnection>> {
        let asked = Asked { query, deliver_to, filters, sort, deliverable_only, max_tat_hours, first, after };
        let scope = ctx.scope();
        let found = search(&scope, asked).await;
        if let Ok(page) = &found {
            page.0.degraded.iter().for_each(|engine| ctx.request().degrade(engine));
        }
        ctx.tell(found)
    }
    /// Completions while typing: queries, categories and items. Null when the index is down.
    async fn suggest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What has been typed.")] prefix: String,
        #[graphql(default = 8, desc = "At most 20.")] first: i32,
    ) -> Option<Result<SuggestionList>> {
        let scope = ctx.scope();
        ctx.tell(suggest(&scope, &prefix, first).await)
    }
}

struct Asked {
    query: String,
    deliver_to: Option<Pincode>,
    filters: Vec<FilterInput>,
    sort: SearchSort,
    deliverable_only: bool,
    max_tat_hours: Option<i32>,
    first: i32,
    after: Option<String>,
}

async fn search(scope: &Scope, asked: Asked) -> Attempt<SearchConnection> {
    if asked.query.len() > QUERY_MAX {
        return Err(Refused::Argument("query", format!("at most {QUERY_MAX} bytes")).into());
    }
    if asked.filters.len() > FILTERS_MAX {
        return Err(Refused::Argument("filters", format!("at most {FILTERS_MAX} filters")).into());
    }
    let request = SearchRequest {
        text: asked.query,
        filters: asked.filters.into_iter().map(FilterInput::decode).collect::<Attempt<_>>()?,
        sort: asked.sort.into(),
        deliver_to: scope.deliver_to(asked.deliver_to).await?,
        deliverable_only: asked.deliverable_only,
        max_tat_hours: asked.max_tat_hours.map(hours).transpose()?,
        first: page_size("first", asked.first, PAGE_MAX)?,
        after: asked.after,
    };
    Ok(SearchConnection(Arc::new(scope.shop.search.search(request).await?)))
}

fn hours(given: i32) -> Result<u32, Refused> {
    u32::try_from(given).map_err(|_| Refused::Argument("maxTatHours", "hours from now are not negative".to_owned()))
}

async fn suggest(scope: &Scope, prefix: &str, first: i32) -> Attempt<SuggestionList> {
    if prefix.len() > QUERY_MAX {
        return Err(Refused::Argument("prefix", format!("at most {QUERY_MAX} bytes")).into());
    }
    let limit = page_size("first", first, SUGGESTIONS_MAX)?;
    let (queries, categories, items) = scope.shop.search.suggest(prefix, limit).await?;
    Ok(SuggestionList { queries, categories, items })
}
