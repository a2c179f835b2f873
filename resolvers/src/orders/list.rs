//! A list of orders: newest first, in pages in either direction.

use async_graphql::{InputObject, SimpleObject};
use services::{
    history::service::ENGINE,
    kernel::{caller::Owner, ids::OrderId},
    orders::OrderFilter,
};

pub use super::events::OrderEdge;
use super::types::{Order, OrderState};
use crate::{
    context::RequestData,
    error::{Attempt, Refused},
    pages::{OrderCursor, PageInfo, cursor, either_way, map_window},
    scalars::DateTime,
    viewer::types::ORDERS_MAX,
};

/// Longest text of a filter, bytes.
const TEXT_MAX: usize = 256;
/// Page size when none is asked for.
const USUAL: i32 = 20;

/// Narrowing of a list of orders.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OrderFilterInput {
    /// In one of these states.
    pub states: Option<Vec<OrderState>>,
    /// Placed at or after.
    pub from: Option<DateTime>,
    /// Placed before.
    pub until: Option<DateTime>,
    /// Words in the titles.
    pub text: Option<String>,
}

impl OrderFilterInput {
    fn decode(self) -> Result<OrderFilter, Refused> {
        if self.text.as_ref().is_some_and(|t| t.len() > TEXT_MAX) {
            return Err(Refused::Argument("filter.text", format!("at most {TEXT_MAX} bytes")));
        }
        Ok(OrderFilter {
            states: self.states.unwrap_or_default().into_iter().map(Into::into).collect(),
            from: self.from.map(|t| t.0),
            until: self.until.map(|t| t.0),
            text: self.text.filter(|t| !t.trim().is_empty()),
        })
    }
}

/// Which page is wanted.
#[derive(Clone, Debug, Default)]
pub struct OrderPaging {
    /// Page size forwards.
    pub first: Option<i32>,
    /// Continue after this cursor.
    pub after: Option<String>,
    /// Page size backwards.
    pub last: Option<i32>,
    /// Continue before this cursor.
    pub before: Option<String>,
}

/// A page of orders.
#[derive(Clone, Debug, SimpleObject)]
pub struct OrderConnection {
    /// Orders with their cursors.
    pub edges: Vec<OrderEdge>,
    /// The orders alone.
    pub nodes: Vec<Order>,
    /// Where the page stands.
    pub page_info: PageInfo,
    /// Orders of this page are missing: the archive could not be reached, or what it holds of them cannot be read.
    pub archive_missing: bool,
}

impl OrderConnection {
    /// A page of an owner's orders.
    pub async fn read(
        request: &RequestData,
        owner: Owner,
        filter: OrderFilterInput,
        paging: OrderPaging,
    ) -> Attempt<Self> {
        let OrderPaging { first, after, last, before } = paging;
        let window =
            either_way::<OrderCursor>((first, after.as_deref()), (last, before.as_deref()), USUAL, ORDERS_MAX)?;
        let window = map_window(window, |c| (c.0, c.1));
        let page = request.shop().history.list(owner, filter.decode()?, window).await?;
        let archive_missing = !page.untold.is_empty();
        if archive_missing {
            request.degrade(ENGINE);
        }
        let page_info = PageInfo::of(&page.positions, |p| cursor(&OrderCursor::new(p.0, OrderId(p.1))));
        let nodes: Vec<Order> = page.orders.into_iter().map(Order::from).collect();
        let place = |o: &Order| cursor(&OrderCursor::new(o.0.created_at, o.0.id));
        let edges = nodes.iter().map(|o| OrderEdge { cursor: place(o), node: o.clone() }).collect();
        Ok(Self { edges, nodes, page_info, archive_missing })
    }
}
