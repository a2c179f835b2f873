//! A wishlist as GraphQL shows it: an id and an owner; its lines are read page by page.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use services::{
    kernel::{
        caller::Owner,
        ids::{WishlistId, WishlistLineId},
        limits::PAGE_MAX,
        pages::Page,
    },
    wishlists,
};

use crate::{
    context::Asking,
    error::{Attempt, Telling},
    ids,
    items::variant::Variant,
    money::Money,
    pages::{PageInfo, WishlistCursor, cursor, forwards, map_window},
    scalars::{DateTime, int},
    shop::Shop,
};

/// What somebody may buy one day.
#[derive(Clone, Copy, Debug)]
pub struct Wishlist {
    id: WishlistId,
    owner: Owner,
}

impl Wishlist {
    /// The owner's.
    pub async fn of(shop: &Shop, owner: Owner) -> Attempt<Self> {
        Ok(Self { id: shop.wishlists.id(owner).await?, owner })
    }
    /// Whether it has this id.
    pub fn has_id(&self, id: WishlistId) -> bool {
        self.id == id
    }
    async fn page(&self, shop: &Shop, first: i32, after: Option<&str>) -> Attempt<WishlistLineConnection> {
        let window = forwards::<WishlistCursor>(first, after, PAGE_MAX)?;
        let window = map_window(window, |c| (c.0, WishlistLineId(c.1)));
        Ok(WishlistLineConnection { owner: self.owner, page: shop.wishlists.lines(self.owner, window).await? })
    }
}

/// What somebody may buy one day.
#[Object]
impl Wishlist {
    /// See `Node.id`.
    pub async fn id(&self) -> ID {
        ids::of(self.id)
    }
    /// Newest first. Null only when they cannot be had now.
    async fn lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 50, desc = "Page size, at most 100.")] first: i32,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
    ) -> Option<Result<WishlistLineConnection>> {
        ctx.tell(self.page(ctx.shop(), first, after.as_deref()).await)
    }
}

/// A variant on a wishlist.
#[derive(Clone, Debug)]
pub struct WishlistLine(pub wishlists::WishlistLine);

impl WishlistLine {
    fn cursor(line: &wishlists::WishlistLine) -> String {
        cursor(&WishlistCursor::new(line.added_at, line.id))
    }
}

/// A variant on a wishlist.
#[Object]
impl WishlistLine {
    /// See `Node.id`.
    pub async fn id(&self) -> ID {
        ids::of(self.0.id)
    }
    /// What; null when it is gone, or cannot be told now.
    async fn variant(&self, ctx: &Context<'_>) -> Option<Result<Variant>> {
        let scope = ctx.scope();
        ctx.tell_maybe(Variant::find(&scope, self.0.variant).await)
    }
    /// Since when.
    fn added_at(&self) -> DateTime {
        self.0.added_at.into()
    }
    /// Price of one when it was added.
    fn price_when_added(&self) -> Money {
        self.0.price_when_added.into()
    }
}

/// A page of a wishlist.
#[derive(Clone, Debug)]
pub struct WishlistLineConnection {
    owner: Owner,
    page: Page<wishlists::WishlistLine>,
}

/// A page of a wishlist.
#[Object]
impl WishlistLineConnection {
    /// Lines with their cursors.
    fn edges(&self) -> Vec<WishlistLineEdge> {
        let edge = |l: &wishlists::WishlistLine| WishlistLineEdge {
            cursor: WishlistLine::cursor(l),
            node: WishlistLine(l.clone()),
        };
        self.page.rows.iter().map(edge).collect()
    }
    /// The lines alone.
    fn nodes(&self) -> Vec<WishlistLine> {
        self.page.rows.iter().cloned().map(WishlistLine).collect()
    }
    /// Where the page stands.
    fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.page, WishlistLine::cursor)
    }
    /// All of them. Null only when it cannot be told now.
    async fn total_count(&self, ctx: &Context<'_>) -> Option<Result<i32>> {
        let count = ctx.shop().wishlists.count(self.owner).await;
        ctx.tell(count.map(int).map_err(Into::into))
    }
}

/// A wishlist's line in a list.
#[derive(Clone, Debug, SimpleObject)]
pub struct WishlistLineEdge {
    /// Its place.
    pub cursor: String,
    /// The line.
    pub node: WishlistLine,
}
