//! Any object by its id. Nothing is told of what is not the caller's: it is null, as if it were not there.

use std::sync::Arc;

use async_graphql::{Context, ID, Interface, Object, Result};
use futures::future::join_all;
use services::kernel::{
    ids::{
        AddressId, CartId, CartLineId, CategoryId, ItemId, NotificationId, OrderId, QuoteId, ReturnId, ShopperId,
        VariantId, WishlistId, WishlistLineId,
    },
    limits::PAGE_MAX,
};
use uuid::Uuid;

use crate::{
    carts::types::{Cart, CartLine},
    checkout::types::CheckoutQuote,
    context::{Asking, Scope},
    error::{Attempt, Refused, Telling},
    ids::{self, Key, Kind},
    items::{category::Category, types::Item, variant::Variant},
    notifications::types::Notification,
    orders::{
        returns::Return,
        types::{Order, OrderLine, Payment, Refund, Shipment},
    },
    staff::network::{Courier, Lane},
    viewer::types::{Address, Shopper},
    wishlists::types::{Wishlist, WishlistLine},
};

/// Anything with a globally unique id that `node` can fetch again.
#[derive(Interface, Clone, Debug)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque and stable; safe as a cache key."))]
pub enum Node {
    /// What is shown.
    Item(Item),
    /// What is bought.
    Variant(Variant),
    /// A branch of the shop.
    Category(Category),
    /// The caller's account.
    Shopper(Shopper),
    /// An address of the caller.
    Address(Address),
    /// The caller's cart.
    Cart(Cart),
    /// A line of it.
    CartLine(CartLine),
    /// The caller's wishlist.
    Wishlist(Wishlist),
    /// A line of it.
    WishlistLine(WishlistLine),
    /// A quote of the caller.
    CheckoutQuote(CheckoutQuote),
    /// An order of the caller.
    Order(Order),
    /// A line of it.
    OrderLine(OrderLine),
    /// A parcel of it.
    Shipment(Shipment),
    /// Its payment.
    Payment(Payment),
    /// A refund of it.
    Refund(Refund),
    /// Something sent back of it.
    Return(Return),
    /// A message of the shop to the caller.
    Notification(Notification),
    /// A lane, for operators.
    Lane(Lane),
    /// A courier partner, for operators.
    Courier(Courier),
}

/// The part of the query root about ids.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Any object by its id; null when there is none or it is not yours.
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "The object's id.")] id: ID) -> Option<Result<Node>> {
        let scope = ctx.scope();
        ctx.tell_maybe(find(&scope, &id).await)
    }
    /// Up to 100 objects by id, in the order asked, null where there is none.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The objects' ids, at most 100.")] ids: Vec<ID>,
    ) -> Option<Result<Vec<Option<Result<Node>>>>> {
        if ids.len() > PAGE_MAX {
            return Some(Err(Refused::Argument("ids", format!("at most {PAGE_MAX} at once")).error()));
        }
        let scope = ctx.scope();
        let found = join_all(ids.iter().map(|id| find(&scope, id))).await;
        Some(Ok(found.into_iter().map(|node| ctx.tell_maybe(node)).collect()))
    }
}

async fn find(scope: &Scope, id: &ID) -> Attempt<Option<Node>> {
    match ids::decode(id) {
        Some((kind, Key::Whole(uuid))) => whole(scope, kind, uuid).await,
        Some((kind, Key::Part(order, uuid))) => part(scope, kind, OrderId(order), uuid).await,
        Some((kind, Key::Code(code))) => coded(scope, kind, &code).await,
        None => Ok(None),
    }
}

async fn whole(scope: &Scope, kind: Kind, uuid: Uuid) -> Attempt<Option<Node>> {
    Ok(match kind {
        Kind::Item => Item::find(scope, ItemId(uuid)).await?.map(Node::Item),
        Kind::Variant => Variant::find(scope, VariantId(uuid)).await?.map(Node::Variant),
        Kind::Category => Category::find(scope, CategoryId(uuid)).await?.map(Node::Category),
        Kind::Shopper => Shopper::find(scope, ShopperId(uuid)).await?.map(Node::Shopper),
        Kind::Order => scope.loaders.order(OrderId(uuid)).await?.map(|o| Node::Order(Order(o))),
        _ => own(scope, kind, uuid).await?,
    })
}

/// What is the caller's, by an id that says nothing about whose it is.
async fn own(scope: &Scope, kind: Kind, uuid: Uuid) -> Attempt<Option<Node>> {
    let Some(owner) = scope.caller.owner else { return Ok(None) };
    let shop = &scope.shop;
    Ok(match kind {
        Kind::Address => match owner.shopper() {
            Some(shopper) => shop.users.address(shopper, AddressId(uuid)).await?.map(|a| Node::Address(a.into())),
            None => None,
        },
        Kind::Cart => {
            Some(shop.carts.cart(owner).await?).filter(|c| c.id == CartId(uuid)).map(|c| Node::Cart(c.into()))
        }
        Kind::CartLine => {
            let cart = Cart::from(shop.carts.cart(owner).await?);
            cart.all_lines().into_iter().find(|l| l.row().id == CartLineId(uuid)).map(Node::CartLine)
        }
        Kind::Wishlist => {
            Some(Wishlist::of(shop, owner).await?).filter(|w| w.has_id(WishlistId(uuid))).map(Node::Wishlist)
        }
        Kind::Notification => Notification::find(scope, owner, NotificationId(uuid)).await?.map(Node::Notification),
        Kind::WishlistLine => {
            let id = WishlistLineId(uuid);
            let mut found = shop.wishlists.lines_by_ids(owner, &[id]).await?;
            found.remove(&id).map(|l| Node::WishlistLine(WishlistLine(l)))
        }
        Kind::Quote => {
            let quote = shop.orders.find_quote(owner, QuoteId(uuid)).await?;
            quote.map(|q| Node::CheckoutQuote(q.into()))
        }
        _ => None,
    })
}

/// A part of an order of the caller.
async fn part(scope: &Scope, kind: Kind, order: OrderId, uuid: Uuid) -> Attempt<Option<Node>> {
    let Some(order) = scope.loaders.order(order).await?.map(Order) else { return Ok(None) };
    Ok(match kind {
        Kind::OrderLine => order.all_lines().find(|l| l.row().id.0 == uuid).map(Node::OrderLine),
        Kind::Shipment => order.all_shipments().find(|s| s.row().id.0 == uuid).map(Node::Shipment),
        Kind::Refund => order.all_refunds().find(|r| r.row().id.0 == uuid).map(Node::Refund),
        Kind::Return => Return::find(&order.0, ReturnId(uuid)).map(Node::Return),
        Kind::Payment => (order.0.payment.id.0 == uuid).then(|| Node::Payment(Payment(Arc::clone(&order.0)))),
        _ => None,
    })
}

/// A thing of the delivery network, for operators only.
async fn coded(scope: &Scope, kind: Kind, code: &str) -> Attempt<Option<Node>> {
    if !scope.caller.has(services::kernel::caller::Role::Operator) {
        return Ok(None);
    }
    Ok(match kind {
        Kind::Lane => scope.shop.network.lane(code).await?.map(|l| Node::Lane(Lane(l))),
        Kind::Courier => Courier::find(scope, code).await?.map(Node::Courier),
        _ => None,
    })
}
