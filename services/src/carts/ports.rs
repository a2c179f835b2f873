//! What carts need from a store.
//!
//! Promises: a list of changes is applied in one transaction with one `CartChanged` event; a change under a key that was
//! used before does nothing and answers as before with [`Applied::repeated`]; merging twice merges once.

use async_trait::async_trait;

use super::model::{Cart, CartChange, Changed};
use crate::kernel::{caller::Owner, clock::Timestamp, error::EngineResult, ids::GuestId, ids::ShopperId};

/// The answer to a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The cart after it.
    pub cart: Cart,
    /// One per change, in the order given.
    pub outcomes: Vec<Changed>,
    /// The key was used before with the same input: nothing was done now.
    pub repeated: bool,
}

/// A key was used before with another input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyReused;

/// Under which key a change happens once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveId {
    /// Made by the caller or by the move of a saga.
    pub key: String,
    /// Hash of the input, hexadecimal.
    pub input_hash: String,
}

/// The store of carts.
#[async_trait]
pub trait CartStore: Send + Sync + 'static {
    /// The owner's cart; `None` before the first line.
    async fn cart(&self, owner: Owner) -> EngineResult<Option<Cart>>;
    /// Applies changes, making the cart if needed.
    async fn apply(
        &self,
        owner: Owner,
        changes: Vec<CartChange>,
        once: Option<MoveId>,
        now: Timestamp,
    ) -> EngineResult<Result<Applied, KeyReused>>;
    /// Moves a guest's lines into a shopper's cart, adding quantities, once. The guest's cart is gone afterwards.
    async fn merge(&self, guest: GuestId, shopper: ShopperId, now: Timestamp) -> EngineResult<()>;
}
