//! Choosing whether one is recorded, and taking a model back.

use async_graphql::{Context, InputObject, Object, Result};
use services::kernel::caller::Role;

use crate::{
    context::{Asking, Scope},
    error::{Attempt, ErrorCode, Stop, Telling, owner, payload},
    viewer::types::Viewer,
};

/// What `saveActivityChoice` needs.
#[derive(InputObject)]
pub struct SaveActivityChoiceInput {
    /// Whether what the caller does is recorded from now on.
    pub recorded: bool,
    /// Erases what was recorded until now.
    #[graphql(default = false)]
    pub erase: bool,
}

payload! {
    /// What `saveActivityChoice` answers.
    SaveActivityChoicePayload {
        /// The caller after it.
        viewer: Viewer,
    }
}

/// What `withdrawRecommendationModel` needs.
#[derive(InputObject)]
pub struct WithdrawRecommendationModelInput {
    /// The version that is served now; naming it makes a repeated call harmless.
    pub model_version: String,
}

payload! {
    /// What `withdrawRecommendationModel` answers.
    WithdrawRecommendationModelPayload {
        /// The version that is served after it.
        model_version: String,
    }
}

/// The part of the mutation root about recommendations and activity.
#[derive(Default)]
pub struct RecommendationsMutation;

#[Object]
impl RecommendationsMutation {
    /// Choose whether searches, looks and purchases are recorded for recommendations; orders are kept in any case.
    async fn save_activity_choice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: SaveActivityChoiceInput,
    ) -> Option<Result<SaveActivityChoicePayload>> {
        let done = choose(&ctx.scope(), &input).await;
        ctx.request().renew();
        ctx.answer(done)
    }
    /// Operator: serve the recommendation model before the present one again, until a newer one is learnt.
    async fn withdraw_recommendation_model(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: WithdrawRecommendationModelInput,
    ) -> Option<Result<WithdrawRecommendationModelPayload>> {
        let done = withdraw(&ctx.scope(), &input).await;
        ctx.request().renew();
        ctx.answer(done)
    }
}

async fn choose(scope: &Scope, input: &SaveActivityChoiceInput) -> Attempt<SaveActivityChoicePayload> {
    let owner = owner(scope)?;
    scope.shop.activity.choose(owner.uuid(), input.recorded).await?;
    if input.erase {
        scope.shop.activity.forget(owner.uuid()).await?;
    }
    Ok(SaveActivityChoicePayload { viewer: Viewer::of(scope), ..Default::default() })
}

async fn withdraw(
    scope: &Scope,
    input: &WithdrawRecommendationModelInput,
) -> Attempt<WithdrawRecommendationModelPayload> {
    scope.require(Role::Operator)?;
    let recommendations = &scope.shop.recommendations;
    let version = input.model_version.parse().ok();
    let done = match version {
        Some(version) => recommendations.take_back(version).await?,
        None => false,
    };
    if !done {
        let message = "it is not the version that is served, or there is none before it";
        return Err(Stop::simple(ErrorCode::InvalidInput, message.to_owned(), &["modelVersion"]));
    }
    let model = recommendations.model().await?;
    Ok(WithdrawRecommendationModelPayload { model_version: model.map(|m| m.version.to_string()), ..Default::default() })
}
