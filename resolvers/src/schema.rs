//! The roots, merged from one struct per area, and the schema made of them. No extension is registered (each would cost
//! every field a boxed hook) and no guard is used (a guard on a nullable field nulls its parent): roles are checked in the
//! bodies, limits are kept by the edge.

use std::sync::Arc;

use async_graphql::{MergedObject, MergedSubscription, SDLExportOptions};
use services::kernel::caller::Caller;

use crate::{
    carts::{mutation::CartsMutation, subscription::CartsSubscription},
    checkout::mutation::CheckoutMutation,
    context::RequestData,
    fanout::Fanout,
    items::{mutation::ItemsMutation, query::ItemsQuery},
    node::NodeQuery,
    orders::{mutation::OrdersMutation, query::OrdersQuery, subscription::OrdersSubscription},
    search::query::SearchQuery,
    serviceability::query::ServiceabilityQuery,
    sessions::mutation::SessionsMutation,
    shop::Shop,
    staff::{mutation::StaffMutation, query::StaffQuery},
    viewer::{mutation::ViewerMutation, query::ViewerQuery},
    wishlists::mutation::WishlistsMutation,
};

/// What a storefront can read. Every field is nullable: a failing engine nulls its own answer and is named in
/// `extensions.degraded`.
#[derive(MergedObject, Default)]
pub struct Query(NodeQuery, ViewerQuery, ItemsQuery, SearchQuery, ServiceabilityQuery, OrdersQuery, StaffQuery);

/// What a storefront can do. Each answers with what changed, so that a client's cache follows. A null payload means that
/// it was not done and may be tried again with the same key.
#[derive(MergedObject, Default)]
pub struct Mutation(
    SessionsMutation,
    ViewerMutation,
    CartsMutation,
    WishlistsMutation,
    CheckoutMutation,
    OrdersMutation,
    ItemsMutation,
    StaffMutation,
);

/// What a storefront can follow.
#[derive(MergedSubscription, Default)]
pub struct Subscription(OrdersSubscription, CartsSubscription);

/// The schema.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// The schema over a shop. The tail of the log that wakes subscriptions starts with the first subscriber.
pub fn schema(shop: Arc<Shop>) -> Schema {
    let fanout = Fanout::new(Arc::clone(&shop.log));
    builder().data(fanout).data(shop).finish()
}

/// What goes into each `async_graphql::Request` as data; keep a clone for [`crate::context::degraded`].
pub fn request(shop: &Arc<Shop>, caller: Caller, client_address: String, request_id: String) -> RequestData {
    RequestData::new(Arc::clone(shop), caller, client_address, request_id)
}

/// The SDL, with descriptions; the same for every build: types by name, fields in the order of the source.
pub fn sdl() -> String {
    let schema = builder().finish();
    schema.sdl_with_options(SDLExportOptions::new().prefer_single_line_descriptions())
}

fn builder() -> async_graphql::SchemaBuilder<Query, Mutation, Subscription> {
    async_graphql::Schema::build(Query::default(), Mutation::default(), Subscription::default())
}
