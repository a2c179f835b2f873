//! The caller as GraphQL shows them. A viewer is a cheap handle; each field that costs a call may fail alone.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use services::{
    kernel::{
        caller::{self, Owner},
        ids::ShopperId,
        limits::PAGE_MAX,
    },
    users,
};

use crate::{
    carts::types::Cart,
    context::{Asking, Scope},
    error::{Attempt, Telling},
    ids,
    notifications::{
        preferences::{self, NotificationPreference},
        types::NotificationConnection,
    },
    orders::list::{OrderConnection, OrderFilterInput, OrderPaging},
    pages::either_way,
    recommendations::types::{About, RecommendationList},
    scalars::Pincode,
    shop::Shop,
    wishlists::types::Wishlist,
};

/// Most rows of a page of orders.
pub const ORDERS_MAX: usize = PAGE_MAX / 2;

/// The caller, and all that is theirs.
#[derive(Clone, Copy, Debug)]
pub struct Viewer(pub Owner);

impl Viewer {
    /// The caller of a scope; `None` before any session.
    pub fn of(scope: &Scope) -> Option<Self> {
        scope.caller.owner.map(Self)
    }
    async fn account(self, scope: &Scope) -> Attempt<Option<Shopper>> {
        let Some(id) = self.0.shopper() else { return Ok(None) };
        Shopper::find(scope, id).await
    }
    async fn messages(
        self,
        shop: &Shop,
        forwards: (Option<i32>, Option<&str>),
        backwards: (Option<i32>, Option<&str>),
    ) -> Attempt<NotificationConnection> {
        let window = either_way(forwards, backwards, 20, NotificationConnection::MOST)?;
        NotificationConnection::read(shop, self.0, window).await
    }
    async fn address_book(self, scope: &Scope) -> Attempt<Vec<Address>> {
        let Some(id) = self.0.shopper() else { return Ok(Vec::new()) };
        Ok(scope.shop.users.addresses(id).await?.into_iter().map(Address::from).collect())
    }
}

/// The caller, and all that is theirs.
#[Object]
impl Viewer {
    /// The account; null for a guest.
    async fn shopper(&self, ctx: &Context<'_>) -> Option<Result<Shopper>> {
        let scope = ctx.scope();
        ctx.tell_maybe(self.account(&scope).await)
    }
    /// Where things go unless said otherwise; null until chosen.
    async fn delivery_location(&self, ctx: &Context<'_>) -> Option<Result<DeliveryLocation>> {
        let location = ctx.scope().location().await;
        ctx.tell_maybe(location.map(|l| l.map(DeliveryLocation::from)).map_err(Into::into))
    }
    /// The one open cart. Null only when it cannot be had now.
    async fn cart(&self, ctx: &Context<'_>) -> Option<Result<Cart>> {
        let cart = ctx.shop().carts.cart(self.0).await;
        ctx.tell(cart.map(Cart::from).map_err(Into::into))
    }
    /// The wishlist. Null only when it cannot be had now.
    async fn wishlist(&self, ctx: &Context<'_>) -> Option<Result<Wishlist>> {
        ctx.tell(Wishlist::of(ctx.shop(), self.0).await)
    }
    /// Orders, newest first, live and archived in one list. Null only when they cannot be had now.
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrow down.")] filter: Option<OrderFilterInput>,
        #[graphql(desc = "Page size forwards, at most 50.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
        #[graphql(desc = "Page size backwards, at most 50.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor.")] before: Option<String>,
    ) -> Option<Result<OrderConnection>> {
        let paging = OrderPaging { first, after, last, before };
        ctx.tell(OrderConnection::read(ctx.request(), self.0, filter.unwrap_or_default(), paging).await)
    }
    /// Messages of the shop, newest first. Null only when they cannot be had now.
    async fn notifications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size forwards, at most 50.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
        #[graphql(desc = "Page size backwards, at most 50.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor.")] before: Option<String>,
    ) -> Option<Result<NotificationConnection>> {
        let page = self.messages(ctx.shop(), (first, after.as_deref()), (last, before.as_deref())).await;
        ctx.tell(page)
    }
    /// Which notices come by which channel, for each kind and channel that may be chosen; empty for a guest, who gets all.
    /// Null only when they cannot be had now.
    async fn notification_preferences(&self, ctx: &Context<'_>) -> Option<Result<Vec<NotificationPreference>>> {
        ctx.tell(preferences::of(ctx.shop(), self.0).await)
    }
    /// Items that the caller may like, best first, each with its reason. Null only when they cannot be told now.
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 10, desc = "At most, 1 to 50.")] first: i32,
    ) -> Option<Result<RecommendationList>> {
        let scope = ctx.scope();
        ctx.tell(RecommendationList::read(&scope, About::Viewer(None), first).await)
    }
    /// Saved addresses, the default one first; empty for a guest. Null only when they cannot be had now.
    async fn addresses(&self, ctx: &Context<'_>) -> Option<Result<Vec<Address>>> {
        let scope = ctx.scope();
        ctx.tell(self.address_book(&scope).await)
    }
}

/// An account.
#[derive(Clone, Debug)]
pub struct Shopper(pub Arc<users::Shopper>);

impl Shopper {
    /// An account, only the caller's own.
    pub async fn find(scope: &Scope, id: ShopperId) -> Attempt<Option<Self>> {
        if scope.caller.shopper() != Some(id) {
            return Ok(None);
        }
        Ok(scope.shop.users.shopper(id).await?.map(Self))
    }
}

/// An account.
#[Object]
impl Shopper {
    /// See `Node.id`.
    pub async fn id(&self) -> ID {
        ids::of(self.0.id)
    }
    /// As the shopper wants to be called.
    fn name(&self) -> &str {
        &self.0.name
    }
    /// Where mail goes.
    fn email(&self) -> &str {
        &self.0.email
    }
    /// What the account may do besides shopping.
    fn roles(&self) -> Vec<Role> {
        self.0.roles.list().into_iter().map(Role::from).collect()
    }
    /// Whether signing in needs a code of an authenticator app, too. Null only when it cannot be told now.
    async fn second_factor_enabled(&self, ctx: &Context<'_>) -> Option<Result<bool>> {
        ctx.tell(ctx.shop().sessions.has_second_factor(self.0.id).await.map_err(Into::into))
    }
}

/// What an account may do.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "caller::Role")]
pub enum Role {
    /// Buy.
    Shopper,
    /// Send items, prices and stock.
    Supplier,
    /// Receive, count and ship stock.
    Warehouse,
    /// Tell where parcels are.
    Courier,
    /// Run the shop.
    Operator,
}

/// Where things go.
#[derive(Clone, Debug, SimpleObject)]
pub struct DeliveryLocation {
    /// The pincode.
    pub pincode: Pincode,
    /// The district, for people; null when unknown.
    pub district: Option<String>,
}

impl From<users::DeliveryLocation> for DeliveryLocation {
    fn from(l: users::DeliveryLocation) -> Self {
        Self { pincode: l.pincode.into(), district: l.district }
    }
}

/// A postal address.
#[derive(Clone, Debug)]
pub struct Address(pub users::Address);

impl From<users::Address> for Address {
    fn from(address: users::Address) -> Self {
        Self(address)
    }
}

/// A postal address.
#[Object]
impl Address {
    /// See `Node.id`.
    pub async fn id(&self) -> ID {
        ids::of(self.0.id)
    }
    /// Who receives.
    fn recipient(&self) -> &str {
        &self.0.postal.recipient
    }
    /// Telephone for the courier.
    fn phone(&self) -> &str {
        &self.0.postal.phone
    }
    /// House, street and so on.
    fn lines(&self) -> &[String] {
        &self.0.postal.lines
    }
    /// Town.
    fn city(&self) -> &str {
        &self.0.postal.city
    }
    /// State.
    fn state(&self) -> &str {
        &self.0.postal.state
    }
    /// The pincode.
    fn pincode(&self) -> Pincode {
        self.0.postal.pincode.into()
    }
    /// Taken when none is named.
    fn is_default(&self) -> bool {
        self.0.is_default
    }
}
