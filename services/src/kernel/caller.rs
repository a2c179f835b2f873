//! Who calls: nobody yet, a guest, or a signed-in shopper with roles.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    clock::Timestamp,
    ids::{GuestId, SessionId, ShopperId},
};

/// Whose a cart, a wishlist or an order is: a guest's or a shopper's. Both are UUIDs of one space, so a store keys by
/// [`Owner::uuid`] alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Owner {
    /// A session without an account.
    Guest(GuestId),
    /// An account.
    Shopper(ShopperId),
}

impl Owner {
    /// The key in a store.
    pub fn uuid(&self) -> Uuid {
        match self {
            Self::Guest(id) => id.0,
            Self::Shopper(id) => id.0,
        }
    }
    /// The account; `None` for a guest.
    pub fn shopper(&self) -> Option<ShopperId> {
        match self {
            Self::Guest(_) => None,
            Self::Shopper(id) => Some(*id),
        }
    }
}

/// What an account may do besides shopping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
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

impl Role {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Shopper, Self::Supplier, Self::Warehouse, Self::Courier, Self::Operator];
}

/// A set of roles, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Roles(pub u8);

impl Roles {
    /// With one more.
    #[must_use]
    pub fn with(self, role: Role) -> Self {
        Self(self.0 | 1 << role as u8)
    }
    /// Whether the role is there.
    pub fn has(self, role: Role) -> bool {
        self.0 & (1 << role as u8) != 0
    }
    /// The roles, in the order of [`Role::ALL`].
    pub fn list(self) -> Vec<Role> {
        Role::ALL.into_iter().filter(|r| self.has(*r)).collect()
    }
}

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The guest or shopper; `None` before any session.
    pub owner: Option<Owner>,
    /// What they may do.
    pub roles: Roles,
    /// The sign-in; `None` for guests and before any session.
    pub session: Option<SessionId>,
    /// The access token is good until then.
    pub expires_at: Option<Timestamp>,
}

impl Caller {
    /// Nobody yet.
    pub const fn anonymous() -> Self {
        Self { owner: None, roles: Roles(0), session: None, expires_at: None }
    }
    /// The account; `None` for guests and before any session.
    pub fn shopper(&self) -> Option<ShopperId> {
        self.owner.and_then(|o| o.shopper())
    }
    /// Whether the caller has the role.
    pub fn has(&self, role: Role) -> bool {
        self.roles.has(role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_a_set() {
        let r = Roles::default().with(Role::Shopper).with(Role::Operator);
        assert!(r.has(Role::Operator) && !r.has(Role::Courier));
        assert_eq!(r.list(), vec![Role::Shopper, Role::Operator]);
    }
}
