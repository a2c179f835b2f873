//! A variant as GraphQL shows it: the item that holds it and its place there.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use services::{
    inventory,
    items::{self},
    kernel::{error::EngineResult, ids::VariantId, pages::Window},
};

use super::{
    inputs::OptionInput,
    types::{Image, Item, goods},
};
use crate::{
    context::{Asking, Scope},
    error::{Attempt, Telling},
    ids,
    money::Money,
    pages::{PageInfo, VariantCursor, cursor},
    scalars::{Pincode, int},
    serviceability::types::Delivery,
};

/// What is bought: one option of an item, with a price and a stock of its own.
#[derive(Clone, Debug)]
pub struct Variant {
    item: Arc<items::Item>,
    index: usize,
}

impl Variant {
    /// A variant of an item; `None` when it has no such one.
    pub fn of(item: Arc<items::Item>, id: VariantId) -> Option<Self> {
        let index = item.variants.iter().position(|v| v.id == id)?;
        Some(Self { item, index })
    }
    /// A variant by id, also of a withdrawn item.
    pub async fn find(scope: &Scope, id: VariantId) -> Attempt<Option<Self>> {
        let item = scope.loaders.item_of(id).await?;
        Ok(item.and_then(|item| Self::of(item, id)))
    }
    /// The first variant with all these options.
    pub fn first_with(item: &Arc<items::Item>, chosen: &[OptionInput]) -> Option<Self> {
        let has =
            |v: &items::Variant, o: &OptionInput| v.options.iter().any(|s| s.name == o.name && s.value == o.value);
        let index = item.variants.iter().position(|v| chosen.iter().all(|o| has(v, o)))?;
        Some(Self { item: Arc::clone(item), index })
    }
    /// Its id in the shop.
    pub fn key(&self) -> VariantId {
        self.row().id
    }
    /// What one costs now.
    pub fn price_now(&self) -> services::kernel::money::Money {
        self.row().price
    }
    fn row(&self) -> &items::Variant {
        self.item.variants.get(self.index).expect("handles are made only of places that their item has")
    }
    async fn delivery_to(&self, scope: &Scope, asked: Option<Pincode>) -> Attempt<Option<Delivery>> {
        let Some(to) = scope.deliver_to(asked).await? else { return Ok(None) };
        let answer = scope.loaders.delivery(goods(&self.item, self.row().id), to).await?;
        Ok(answer.map(|d| Delivery::from(&*d)))
    }
    async fn stock(&self, scope: &Scope) -> EngineResult<Availability> {
        if self.item.withdrawn {
            return Ok(Availability::SoldOut);
        }
        let availability = scope.loaders.availability(self.row().id).await?;
        Ok(availability.map_or(Availability::SoldOut, Into::into))
    }
}

/// What is bought: one option of an item, with a price and a stock of its own.
#[Object]
impl Variant {
    /// See `Node.id`.
    pub async fn id(&self) -> ID {
        ids::of(self.row().id)
    }
    /// The seller's own number for it.
    fn sku(&self) -> &str {
        &self.row().sku
    }
    /// The item it belongs to.
    fn item(&self) -> Item {
        Item(Arc::clone(&self.item))
    }
    /// The item's title with the chosen options.
    fn title(&self) -> String {
        self.item.variant_title(self.row())
    }
    /// What was chosen to get here.
    fn options(&self) -> Vec<SelectedOption> {
        self.row().options.iter().map(SelectedOption::from).collect()
    }
    /// The main picture of this variant.
    fn image(&self) -> Option<Image> {
        let own = self.row().image.and_then(|i| self.item.images.get(usize::try_from(i).ok()?));
        own.or_else(|| self.item.images.first()).map(Image::from)
    }
    /// What one costs.
    fn price(&self) -> Money {
        self.row().price.into()
    }
    /// The price before a reduction; null when there is none.
    fn list_price(&self) -> Option<Money> {
        self.row().list_price.map(Money)
    }
    /// Whether any warehouse has it; the promise is in `delivery`. Null only when it cannot be told now.
    async fn availability(&self, ctx: &Context<'_>) -> Option<async_graphql::Result<Availability>> {
        let scope = ctx.scope();
        ctx.tell(self.stock(&scope).await.map_err(Into::into))
    }
    /// Can it be brought, and when. Null when there is no delivery location, or it cannot be told now.
    async fn delivery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where to; else the caller's delivery location.")] deliver_to: Option<Pincode>,
    ) -> Option<async_graphql::Result<Delivery>> {
        let scope = ctx.scope();
        ctx.tell_maybe(self.delivery_to(&scope, deliver_to).await)
    }
}

/// Roughly how many there are.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "inventory::Availability")]
pub enum Availability {
    /// Enough.
    InStock,
    /// Nearly gone.
    LowStock,
    /// None.
    SoldOut,
}

/// One thing chosen.
#[derive(Clone, Debug, SimpleObject)]
pub struct SelectedOption {
    /// Such as Size.
    pub name: String,
    /// Such as XL.
    pub value: String,
}

/// A page of variants.
#[derive(Clone, Debug, SimpleObject)]
pub struct VariantConnection {
    /// Variants with their cursors.
    pub edges: Vec<VariantEdge>,
    /// The variants alone.
    pub nodes: Vec<Variant>,
    /// Where the page stands.
    pub page_info: PageInfo,
    /// All of them.
    pub total_count: i32,
}

/// A variant in a list.
#[derive(Clone, Debug, SimpleObject)]
pub struct VariantEdge {
    /// Its place.
    pub cursor: String,
    /// The variant.
    pub node: Variant,
}

impl VariantConnection {
    /// The page of an item's variants; a position counts from 1.
    pub fn of(item: &Arc<items::Item>, window: &Window<VariantCursor>) -> Self {
        let total = item.variants.len();
        let (from, to) = match window {
            Window::Forwards { after, limit } => {
                let from = after.map_or(0, |c| usize::try_from(c.0).unwrap_or(usize::MAX)).min(total);
                (from, from.saturating_add(*limit).min(total))
            }
            Window::Backwards { before, limit } => {
                let to =
                    before.map_or(total, |c| usize::try_from(c.0).unwrap_or(usize::MAX).saturating_sub(1)).min(total);
                (to.saturating_sub(*limit), to)
            }
        };
        let place = |index: usize| cursor(&VariantCursor::new(index as u64 + 1));
        let nodes: Vec<Variant> = (from..to).map(|index| Variant { item: Arc::clone(item), index }).collect();
        let edges = nodes.iter().map(|v| VariantEdge { cursor: place(v.index), node: v.clone() }).collect();
        let page_info = PageInfo {
            has_next_page: to < total,
            has_previous_page: from > 0,
            start_cursor: (from < to).then(|| place(from)),
            end_cursor: (from < to).then(|| place(to - 1)),
        };
        Self { edges, nodes, page_info, total_count: int(total) }
    }
}
