//! A cart as GraphQL shows it: its lines are there at once; today's prices, stock and promises come through loaders.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use services::{
    carts,
    kernel::{
        ids::VariantId,
        money::{Currency, Money as Amount},
    },
    serviceability::Goods,
};

use super::notes::notes;
use crate::{
    context::{Asking, Scope},
    error::{Attempt, Refused, Telling, UserError},
    ids,
    items::variant::Variant,
    money::Money,
    recommendations::types::{About, RecommendationList},
    scalars::{DateTime, int},
};

/// What somebody is about to buy.
#[derive(Clone, Debug)]
pub struct Cart(pub Arc<carts::Cart>);

impl From<carts::Cart> for Cart {
    fn from(cart: carts::Cart) -> Self {
        Self(Arc::new(cart))
    }
}

impl Cart {
    /// Its lines, newest first.
    pub fn all_lines(&self) -> Vec<CartLine> {
        (0..self.0.lines.len()).map(|index| CartLine { cart: Arc::clone(&self.0), index }).collect()
    }
    async fn sum(&self, scope: &Scope) -> Attempt<Money> {
        let variants: Vec<VariantId> = self.0.lines.iter().map(|l| l.variant).collect();
        let items = scope.loaders.items_of(&variants).await?;
        let totals = self.0.lines.iter().filter_map(|line| {
            let price = items.get(&line.variant)?.variant(line.variant)?.price;
            Some(price.times(line.quantity))
        });
        let sum = totals.collect::<Result<Vec<Amount>, _>>().and_then(|t| Amount::sum(Currency::INR, t));
        Ok(sum.map_err(|e| Refused::Argument("subtotal", e.to_string()))?.into())
    }
}

/// What somebody is about to buy.
#[Object]
impl Cart {
    /// See `Node.id`.
    pub async fn id(&self) -> ID {
        ids::of(self.0.id)
    }
    /// Newest first, at most 100.
    fn lines(&self) -> Vec<CartLine> {
        self.all_lines()
    }
    /// Sum of the lines at today's prices, without delivery. Null only when it cannot be told now.
    async fn subtotal(&self, ctx: &Context<'_>) -> Option<Result<Money>> {
        let scope = ctx.scope();
        ctx.tell(self.sum(&scope).await)
    }
    /// Items that go with the caller's cart, best first, each with its reason. Null only when they cannot be told now.
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 10, desc = "At most, 1 to 50.")] first: i32,
    ) -> Option<Result<RecommendationList>> {
        let scope = ctx.scope();
        ctx.tell(RecommendationList::read(&scope, About::Cart, first).await)
    }
    /// Units over all lines.
    fn total_quantity(&self) -> i32 {
        int(self.0.lines.iter().map(|l| u64::from(l.quantity)).sum::<u64>())
    }
    /// When it last changed.
    fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

/// A variant in a cart.
#[derive(Clone, Debug)]
pub struct CartLine {
    cart: Arc<carts::Cart>,
    index: usize,
}

impl CartLine {
    /// What it holds.
    pub fn row(&self) -> &carts::CartLine {
        self.cart.lines.get(self.index).expect("handles are made only of places that their cart has")
    }
    async fn price_now(&self, scope: &Scope) -> Attempt<Option<Money>> {
        let row = self.row();
        let Some(item) = scope.loaders.item_of(row.variant).await? else { return Ok(None) };
        let total = item.variant(row.variant).map(|v| v.price.times(row.quantity)).transpose();
        Ok(total.map_err(|e| Refused::Argument("total", e.to_string()))?.map(Money))
    }
    async fn known(&self, scope: &Scope) -> Attempt<Vec<UserError>> {
        let row = self.row();
        let item = scope.loaders.item_of(row.variant).await?;
        let to = scope.deliver_to(None).await?;
        // Asked together, so that the promise stands in the same batch as those of the variants beside it.
        let (levels, delivery) = futures::join!(scope.loaders.levels(row.variant), async {
            match (&item, to) {
                (Some(item), Some(to)) => {
                    let goods = Goods { variant: row.variant, handling: item.handling, quantity: row.quantity };
                    scope.loaders.delivery(goods, to).await
                }
                _ => Ok(None),
            }
        });
        let (levels, delivery) = (levels?, delivery?);
        Ok(notes(row, item.as_deref(), &levels, delivery.as_deref()))
    }
}

/// A variant in a cart.
#[Object]
impl CartLine {
    /// See `Node.id`.
    pub async fn id(&self) -> ID {
        ids::of(self.row().id)
    }
    /// What; null when it is gone, or cannot be told now.
    async fn variant(&self, ctx: &Context<'_>) -> Option<Result<Variant>> {
        let scope = ctx.scope();
        ctx.tell_maybe(Variant::find(&scope, self.row().variant).await)
    }
    /// How many, 1 to 99.
    fn quantity(&self) -> i32 {
        int(self.row().quantity)
    }
    /// Price of one when it was added.
    fn price_when_added(&self) -> Money {
        self.row().price_when_added.into()
    }
    /// Today's price times quantity; null when it is gone, or cannot be told now.
    async fn total(&self, ctx: &Context<'_>) -> Option<Result<Money>> {
        let scope = ctx.scope();
        ctx.tell_maybe(self.price_now(&scope).await)
    }
    /// What the shopper should know: a price that moved, stock that ran low, an address it does not reach. Null only when
    /// it cannot be told now.
    async fn notes(&self, ctx: &Context<'_>) -> Option<Result<Vec<UserError>>> {
        let scope = ctx.scope();
        ctx.tell(self.known(&scope).await)
    }
}
