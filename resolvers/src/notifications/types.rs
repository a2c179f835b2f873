//! A message and pages of them, newest first.

use async_graphql::{ComplexObject, Context, ID, Object, Result, SimpleObject};
use services::{
    kernel::{caller::Owner, ids::NotificationId, limits::PAGE_MAX, pages::Window},
    notifications,
};

use crate::{
    context::{Asking, Scope},
    error::{Attempt, Telling},
    ids,
    orders::types::Order,
    pages::{NotificationCursor, PageInfo, cursor, map_window},
    scalars::{DateTime, int},
    shop::Shop,
};

/// A message of the shop.
#[derive(Clone, Debug)]
pub struct Notification(pub notifications::Notification);

impl Notification {
    /// A message, only the caller's own.
    pub async fn find(scope: &Scope, owner: Owner, id: NotificationId) -> Attempt<Option<Self>> {
        Ok(scope.shop.notifications.by_ids(owner, &[id]).await?.pop().map(Self))
    }
    /// Its place in the list.
    pub fn cursor(&self) -> String {
        cursor(&NotificationCursor::new(self.0.at, self.0.id))
    }
}

/// A message of the shop.
#[Object]
impl Notification {
    /// See `Node.id`.
    pub async fn id(&self) -> ID {
        ids::of(self.0.id)
    }
    /// One line, for people.
    fn title(&self) -> &str {
        &self.0.title
    }
    /// The text, for people.
    fn body(&self) -> &str {
        &self.0.body
    }
    /// When it was told.
    fn at(&self) -> DateTime {
        self.0.at.into()
    }
    /// It was marked as seen.
    fn read(&self) -> bool {
        self.0.read
    }
    /// The order that it is about; null when it is about none, or the order cannot be had now.
    async fn order(&self, ctx: &Context<'_>) -> Option<Result<Order>> {
        let id = self.0.order?;
        let found = ctx.scope().loaders.order(id).await;
        ctx.tell_maybe(found.map(|o| o.map(Order)).map_err(Into::into))
    }
}

/// A message with its place in the list.
#[derive(Clone, Debug, SimpleObject)]
pub struct NotificationEdge {
    /// Its place.
    pub cursor: String,
    /// The message.
    pub node: Notification,
}

/// A page of messages.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct NotificationConnection {
    /// Messages with their cursors.
    pub edges: Vec<NotificationEdge>,
    /// The messages alone.
    pub nodes: Vec<Notification>,
    /// Where the page stands.
    pub page_info: PageInfo,
    #[graphql(skip)]
    owner: Owner,
}

#[ComplexObject]
impl NotificationConnection {
    /// How many messages in all are not marked as seen. Null only when it cannot be had now.
    async fn unread_count(&self, ctx: &Context<'_>) -> Option<Result<i32>> {
        ctx.tell(ctx.shop().notifications.unread(self.owner).await.map(int).map_err(Into::into))
    }
}

impl NotificationConnection {
    /// Most rows of a page.
    pub const MOST: usize = PAGE_MAX / 2;

    /// A page of an owner's messages.
    pub async fn read(shop: &Shop, owner: Owner, window: Window<NotificationCursor>) -> Attempt<Self> {
        let page = shop.notifications.list(owner, map_window(window, |c| (c.0, c.1))).await?.map(Notification);
        let page_info = PageInfo::of(&page, Notification::cursor);
        let edges = page.rows.iter().map(|n| NotificationEdge { cursor: n.cursor(), node: n.clone() }).collect();
        Ok(Self { edges, nodes: page.rows, page_info, owner })
    }
}
