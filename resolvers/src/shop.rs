//! The services behind the schema, as one value that the composition root puts together. It holds no state of a request
//! and no rule.

use std::sync::Arc;

use services::{
    activity::Activity,
    carts::Carts,
    history::History,
    inventory::Inventory,
    items::Items,
    kernel::{clock::Clock, events::EventLog, ids::IdSource},
    logistics::ports::NetworkStore,
    notifications::{Notifications, Outgoing},
    orders::Orders,
    recommendations::Recommendations,
    reconciliation::BooksStore,
    search::Search,
    serviceability::Serviceability,
    sessions::{Moves, Sessions},
    trends::Trends,
    users::Users,
    wishlists::Wishlists,
};

/// All services that resolvers call. Each is a cheap handle.
#[derive(Clone)]
pub struct Shop {
    /// Items and categories.
    pub items: Items,
    /// Stock.
    pub inventory: Inventory,
    /// Delivery promises.
    pub serviceability: Serviceability,
    /// Accounts and addresses.
    pub users: Users,
    /// Sign-in and guests.
    pub sessions: Sessions,
    /// Carts.
    pub carts: Carts,
    /// Wishlists.
    pub wishlists: Wishlists,
    /// Moves between carts and wishlists.
    pub moves: Moves,
    /// Search.
    pub search: Search,
    /// Quotes and orders.
    pub orders: Orders,
    /// Orders of long ago, in one list with the live ones.
    pub history: History,
    /// Messages to shoppers.
    pub notifications: Notifications,
    /// Notices on their way, and what shoppers want of them.
    pub outgoing: Outgoing,
    /// What shoppers do.
    pub activity: Activity,
    /// What goes with what.
    pub recommendations: Recommendations,
    /// What moves in the shop.
    pub trends: Trends,
    /// What wakes subscriptions.
    pub log: Arc<dyn EventLog>,
    /// The delivery network, for staff.
    pub network: Arc<dyn NetworkStore>,
    /// What reconciliation reads, for operators.
    pub books: Arc<dyn BooksStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl std::fmt::Debug for Shop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shop").finish_non_exhaustive()
    }
}
