//! Asking about delivery before anything is in a cart.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use services::kernel::{ids::VariantId, limits::PAGE_MAX};

use super::types::Delivery;
use crate::{
    context::{Asking, Scope},
    error::{Attempt, Refused, Telling},
    ids,
    items::{types::goods, variant::Variant},
    scalars::Pincode,
};

/// The answer for one variant.
#[derive(Clone, Debug, SimpleObject)]
pub struct VariantServiceability {
    /// Which variant.
    pub variant: Variant,
    /// Can it be brought, and when. Null only when it cannot be told now.
    pub delivery: Option<Delivery>,
}

/// The part of the query root about delivery.
#[derive(Default)]
pub struct ServiceabilityQuery;

#[Object]
impl ServiceabilityQuery {
    /// For up to 100 variants: can each be brought to the pincode, and when. Variants that do not exist are left out.
    async fn serviceability(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which variants, at most 100.")] variant_ids: Vec<ID>,
        #[graphql(desc = "Where to.")] deliver_to: Pincode,
    ) -> Option<Result<Vec<VariantServiceability>>> {
        let scope = ctx.scope();
        ctx.tell(answers(&scope, &variant_ids, deliver_to).await)
    }
}

async fn answers(scope: &Scope, variant_ids: &[ID], to: Pincode) -> Attempt<Vec<VariantServiceability>> {
    let ids = variants(variant_ids)?;
    let items = scope.loaders.items_of(&ids).await?;
    let known: Vec<_> = ids.iter().filter_map(|id| Some((*id, items.get(id)?))).collect();
    let goods: Vec<_> = known.iter().map(|(id, item)| goods(item, *id)).collect();
    let deliveries = scope.loaders.deliveries(&goods, to.0).await?;
    let answer = |((id, item), delivery): ((VariantId, &std::sync::Arc<_>), _)| {
        let variant = Variant::of(std::sync::Arc::clone(item), id)?;
        let delivery: &services::serviceability::Delivery = delivery;
        Some(VariantServiceability { variant, delivery: Some(delivery.into()) })
    };
    Ok(known.into_iter().zip(deliveries.iter().map(|d| &**d)).filter_map(answer).collect())
}

/// The variants of an argument `variantIds`.
pub fn variants(given: &[ID]) -> Attempt<Vec<VariantId>> {
    if given.len() > PAGE_MAX {
        return Err(Refused::Argument("variantIds", format!("at most {PAGE_MAX} at once")).into());
    }
    Ok(ids::parse_all(given).map_err(|(_, e)| Refused::Argument("variantIds", e.to_string()))?)
}
