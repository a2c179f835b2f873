//! Reading recommendations.

use async_graphql::{Context, ID, Object, OneofObject, Result};
use services::recommendations::service::Beside;

use super::{
    activity::{self, ActivityOf, ActivityRecord},
    types::{About, RecommendationList},
};
use crate::{
    context::Asking,
    error::{Attempt, Refused, Telling},
    ids,
};

/// What recommendations are about.
#[derive(OneofObject)]
pub enum RecommendationFor {
    /// The caller: `true`. What moves in the shop when little is known.
    Viewer(bool),
    /// The caller inside a category.
    CategoryId(ID),
    /// Items looked at by those who look at this one.
    SimilarToItemId(ID),
    /// Items bought with this one.
    WithItemId(ID),
    /// What goes with the caller's cart: `true`.
    Cart(bool),
}

impl RecommendationFor {
    fn about(&self) -> Attempt<About> {
        let bad = |e: ids::BadId| Refused::Argument("for", e.to_string());
        Ok(match self {
            Self::Viewer(_) => About::Viewer(None),
            Self::CategoryId(id) => About::Viewer(Some(ids::parse(id).map_err(bad)?)),
            Self::SimilarToItemId(id) => About::Item(ids::parse(id).map_err(bad)?, Beside::Similar),
            Self::WithItemId(id) => About::Item(ids::parse(id).map_err(bad)?, Beside::BoughtTogether),
            Self::Cart(_) => About::Cart,
        })
    }
}

/// The part of the query root about recommendations and activity.
#[derive(Default)]
pub struct RecommendationsQuery;

#[Object]
impl RecommendationsQuery {
    /// Items that may be wanted, best first, each with its reason.
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "for", desc = "What about.")] about: RecommendationFor,
        #[graphql(default = 10, desc = "At most, 1 to 50.")] first: i32,
    ) -> Option<Result<RecommendationList>> {
        let scope = ctx.scope();
        let about = match about.about() {
            Ok(about) => about,
            Err(stop) => return ctx.tell(Err(stop)),
        };
        ctx.tell(RecommendationList::read(&scope, about, first).await)
    }
    /// Operator: what a shopper did, or what was done with an item, newest first; under pseudonyms.
    async fn activity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose, or about what.")] of: ActivityOf,
        #[graphql(default = 50, desc = "At most, 1 to 100.")] first: i32,
    ) -> Option<Result<Vec<ActivityRecord>>> {
        let scope = ctx.scope();
        ctx.tell(activity::read(&scope, of, first).await)
    }
}
