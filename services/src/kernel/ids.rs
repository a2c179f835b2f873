//! Typed ids. Each is a UUID: version 7 when the shop makes the thing (so that new rows lie together), version 5 when a
//! supplier's feed names it (so that the same row read twice is the same thing).

use std::{
    fmt,
    str::FromStr,
    sync::atomic::{AtomicU64, Ordering},
};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::clock::Timestamp;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { Ok(Self(Uuid::from_str(text)?)) }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self { Self(id) }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Self { id.0 }
        }
    )+};
}

ids! {
    /// What is shown: one page of the shop.
    ItemId,
    /// What is bought: one option of an item.
    VariantId,
    /// A branch of the category tree.
    CategoryId,
    /// An account.
    ShopperId,
    /// A guest: a session without an account.
    GuestId,
    /// A sign-in, the family of its refresh tokens.
    SessionId,
    /// A postal address.
    AddressId,
    /// A cart.
    CartId,
    /// A line of a cart.
    CartLineId,
    /// A wishlist.
    WishlistId,
    /// A line of a wishlist.
    WishlistLineId,
    /// A frozen checkout quote.
    QuoteId,
    /// An order.
    OrderId,
    /// A line of an order.
    OrderLineId,
    /// A parcel.
    ShipmentId,
    /// A payment of an order.
    PaymentId,
    /// Money on its way back.
    RefundId,
    /// Something sent back.
    ReturnId,
    /// Who sends items.
    SupplierId,
    /// A message of the shop to a shopper.
    NotificationId,
    /// A row of the stock ledger.
    LedgerId,
    /// A message on the log.
    EventId,
}

/// Makes ids. Passed in, so that tests and simulations repeat.
pub trait IdSource: Send + Sync + 'static {
    /// A new id, larger than those made at earlier instants.
    fn next(&self, now: Timestamp) -> Uuid;
    /// 128 random bits, for secrets and ids that must not be guessed.
    fn random(&self) -> u128;
}

/// UUID version 7 from the instant and the operating system's randomness.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemIds;

impl IdSource for SystemIds {
    fn next(&self, now: Timestamp) -> Uuid {
        let micros = now.micros().max(0).unsigned_abs();
        let nanos = u32::try_from(micros % 1_000_000).unwrap_or(0) * 1_000;
        Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, micros / 1_000_000, nanos))
    }
    fn random(&self) -> u128 {
        rand::random()
    }
}

/// Ids from a counter: the same seed gives the same ids.
#[derive(Debug)]
pub struct SeededIds {
    seed: u64,
    count: AtomicU64,
}

impl SeededIds {
    /// Starts anew from a seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, count: AtomicU64::new(0) }
    }
    fn draw(&self) -> u64 {
        let n = self.count.fetch_add(1, Ordering::Relaxed).wrapping_add(self.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let z = (n ^ (n >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

impl IdSource for SeededIds {
    fn next(&self, now: Timestamp) -> Uuid {
        let millis = now.micros().max(0).unsigned_abs() / 1_000;
        uuid::Builder::from_unix_timestamp_millis(
            millis,
            &self.random().to_be_bytes()[..10].try_into().unwrap_or([0; 10]),
        )
        .into_uuid()
    }
    fn random(&self) -> u128 {
        (u128::from(self.draw()) << 64) | u128::from(self.draw())
    }
}

/// The id of what a supplier calls `external_id`: the same words, the same id, on every machine.
pub fn named(kind: &str, supplier: SupplierId, external_id: &str) -> Uuid {
    Uuid::new_v5(&supplier.0, format!("{kind}:{external_id}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_ids_repeat_and_differ_by_kind() {
        let s = SupplierId(Uuid::from_u128(7));
        assert_eq!(named("item", s, "42"), named("item", s, "42"));
        assert_ne!(named("item", s, "42"), named("variant", s, "42"));
    }

    #[test]
    fn ids_of_later_instants_are_larger() {
        let a = SystemIds.next(Timestamp::from_seconds(1_000));
        let b = SystemIds.next(Timestamp::from_seconds(1_001));
        assert!(a < b);
    }

    #[test]
    fn seeded_ids_repeat() {
        let t = Timestamp::from_seconds(5);
        assert_eq!(SeededIds::new(3).next(t), SeededIds::new(3).next(t));
        assert_ne!(SeededIds::new(3).next(t), SeededIds::new(4).next(t));
        let s = SeededIds::new(1);
        assert_ne!(s.next(t), s.next(t));
    }
}
