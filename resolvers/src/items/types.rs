//! An item as GraphQL shows it: a cheap handle; what costs a call goes through a loader.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use services::{
    items::{self, AttributeDefinition},
    kernel::{
        error::EngineResult,
        ids::{ItemId, VariantId},
        limits::{IMAGES_MAX, PAGE_MAX},
    },
    serviceability::Goods,
};

pub use super::variant::Variant;
use super::{
    attributes::Attribute,
    category::Category,
    inputs::OptionInput,
    variant::{SelectedOption, VariantConnection},
};
use crate::{
    context::{Asking, Scope},
    error::{Attempt, Refused, Telling},
    ids,
    money::Money,
    pages::{VariantCursor, forwards},
    recommendations::types::{About, RecommendationKind, RecommendationList},
    scalars::{DateTime, Pincode, int},
    serviceability::types::{Delivery, best},
};

/// What is shown: one page of the shop. What is bought is one of its variants; every item has at least one.
#[derive(Clone, Debug)]
pub struct Item(pub Arc<items::Item>);

impl Item {
    /// An item that is sold; `None` when there is none, or it was withdrawn and the caller is not an operator.
    pub async fn find(scope: &Scope, id: ItemId) -> EngineResult<Option<Self>> {
        Ok(Self::shown(scope, scope.loaders.item(id).await?))
    }
    /// The same by slug.
    pub async fn find_by_slug(scope: &Scope, slug: String) -> EngineResult<Option<Self>> {
        Ok(Self::shown(scope, scope.loaders.item_by_slug(slug).await?))
    }
    fn shown(scope: &Scope, item: Option<Arc<items::Item>>) -> Option<Self> {
        let staff = scope.caller.has(services::kernel::caller::Role::Operator);
        item.filter(|i| staff || !i.withdrawn).map(Self)
    }
    /// Its variants, as what is asked about a delivery.
    fn goods(&self) -> Vec<Goods> {
        self.0.variants.iter().map(|v| goods(&self.0, v.id)).collect()
    }
    async fn attributes_of(&self, scope: &Scope, keys: Option<Vec<String>>) -> Attempt<Vec<Attribute>> {
        let tree = scope.shop.items.tree().await?;
        let definitions: Vec<&AttributeDefinition> = tree.definitions(self.0.category).into_iter().collect();
        let wanted = |key: &str| keys.as_ref().is_none_or(|keys| keys.iter().any(|k| k == key));
        let shown = self.0.attributes.iter().filter(|a| wanted(&a.key));
        Ok(shown.map(|a| Attribute::of(a, definitions.iter().find(|d| d.key == a.key).copied())).collect())
    }
    async fn best_delivery(&self, scope: &Scope, asked: Option<Pincode>) -> Attempt<Option<Delivery>> {
        let Some(to) = scope.deliver_to(asked).await? else { return Ok(None) };
        let answers = scope.loaders.deliveries(&self.goods(), to).await?;
        Ok(best(&answers).map(Delivery::from))
    }
}

/// One unit of a variant, as what is asked about a delivery.
pub fn goods(item: &items::Item, variant: VariantId) -> Goods {
    Goods { variant, handling: item.handling, quantity: 1 }
}

/// What is shown: one page of the shop. What is bought is one of its variants; every item has at least one.
#[Object]
impl Item {
    /// See `Node.id`.
    pub async fn id(&self) -> ID {
        ids::of(self.0.id)
    }
    /// As in the address; it may change, the id does not.
    fn slug(&self) -> &str {
        &self.0.slug
    }
    /// As shown.
    fn title(&self) -> &str {
        &self.0.title
    }
    /// Maker or brand; null when unknown.
    fn brand(&self) -> Option<&str> {
        self.0.brand.as_deref()
    }
    /// Longer text, plain.
    fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }
    /// Where it stands in the shop. Null only when it cannot be told now.
    async fn category(&self, ctx: &Context<'_>) -> Option<async_graphql::Result<Category>> {
        let scope = ctx.scope();
        ctx.tell_maybe(Category::find(&scope, self.0.category).await.map_err(Into::into))
    }
    /// Pictures, the main one first.
    fn images(&self, #[graphql(default = 10, desc = "At most 20.")] first: i32) -> Vec<Image> {
        let most = usize::try_from(first).unwrap_or(0).min(IMAGES_MAX);
        self.0.images.iter().take(most).map(Image::from).collect()
    }
    /// Lowest and highest price over its variants.
    fn price_range(&self) -> async_graphql::Result<PriceRange> {
        let range = self.0.price_range().map(|(min, max)| PriceRange { min: min.into(), max: max.into() });
        range.ok_or_else(|| Refused::NotFound("variant of the item").error())
    }
    /// What buyers think; null before the first rating.
    fn rating(&self) -> Option<Rating> {
        self.0.rating.map(|r| Rating { average: tenths(r.average), count: int(r.count) })
    }
    /// Attributes, all or those asked for, in the category's order. Null only when they cannot be told now.
    async fn attributes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these keys.")] keys: Option<Vec<String>>,
    ) -> Option<async_graphql::Result<Vec<Attribute>>> {
        let scope = ctx.scope();
        ctx.tell(self.attributes_of(&scope, keys).await)
    }
    /// What a shopper chooses between, such as size and colour; empty for a single variant.
    fn options(&self) -> Vec<ItemOption> {
        self.0.options.iter().map(|o| ItemOption { name: o.name.clone(), values: o.values.clone() }).collect()
    }
    /// What can be bought.
    async fn variants(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 50, desc = "Page size, at most 100.")] first: i32,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
    ) -> Option<async_graphql::Result<VariantConnection>> {
        let window = forwards::<VariantCursor>(first, after.as_deref(), PAGE_MAX);
        ctx.tell(window.map(|w| VariantConnection::of(&self.0, &w)).map_err(Into::into))
    }
    /// The variant with these options; without any, the one shown first.
    fn variant(&self, #[graphql(desc = "Chosen options.")] options: Option<Vec<OptionInput>>) -> Option<Variant> {
        let chosen = options.unwrap_or_default();
        Variant::first_with(&self.0, &chosen)
    }
    /// The best over its variants: can it be brought, and when. Null when there is no delivery location, or it cannot be
    /// told now.
    async fn delivery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where to; else the caller's delivery location.")] deliver_to: Option<Pincode>,
    ) -> Option<async_graphql::Result<Delivery>> {
        let scope = ctx.scope();
        ctx.tell_maybe(self.best_delivery(&scope, deliver_to).await)
    }
    /// Items that go with it, best first, each with its reason. Null only when they cannot be told now.
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How they go together.")] kind: RecommendationKind,
        #[graphql(default = 10, desc = "At most, 1 to 50.")] first: i32,
    ) -> Option<async_graphql::Result<RecommendationList>> {
        let scope = ctx.scope();
        ctx.tell(RecommendationList::read(&scope, About::Item(self.0.id, kind.into()), first).await)
    }
    /// When anything above last changed.
    fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

/// One digit after the point, as ratings are shown.
fn tenths(average: f32) -> f64 {
    (f64::from(average) * 10.0).round() / 10.0
}

/// One thing to choose.
#[derive(Clone, Debug, SimpleObject)]
pub struct ItemOption {
    /// Such as Size.
    pub name: String,
    /// What can be chosen, in the seller's order.
    pub values: Vec<String>,
}

impl From<&items::SelectedOption> for SelectedOption {
    fn from(o: &items::SelectedOption) -> Self {
        Self { name: o.name.clone(), value: o.value.clone() }
    }
}

/// A picture.
#[derive(Clone, Debug, SimpleObject)]
pub struct Image {
    /// Where it is.
    pub url: String,
    /// What it shows, for those who cannot see it.
    pub alt: String,
    /// Pixels; null when unknown.
    pub width: Option<i32>,
    /// Pixels; null when unknown.
    pub height: Option<i32>,
}

impl From<&items::Image> for Image {
    fn from(i: &items::Image) -> Self {
        Self { url: i.url.clone(), alt: i.alt.clone(), width: i.width.map(int), height: i.height.map(int) }
    }
}

/// From the cheapest variant to the dearest.
#[derive(Clone, Debug, SimpleObject)]
pub struct PriceRange {
    /// The cheapest.
    pub min: Money,
    /// The dearest.
    pub max: Money,
}

/// What buyers think.
#[derive(Clone, Debug, SimpleObject)]
pub struct Rating {
    /// 1 to 5.
    pub average: f64,
    /// How many rated.
    pub count: i32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratings_show_one_digit() {
        assert_eq!(tenths(4.2), 4.2);
        assert_eq!(tenths(3.96), 4.0);
    }
}
