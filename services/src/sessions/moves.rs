//! Moves between a cart and a wishlist, which live in separate stores: each step is idempotent by an id of the move, so a
//! crash in the middle is finished by the same request again.

use crate::{
    carts::{self, CartAnswer, Carts},
    kernel::{
        caller::Owner,
        ids::{CartLineId, GuestId, ShopperId, WishlistLineId},
        limits::INPUT_LINES_MAX,
    },
    wishlists::{self, Wishlists},
};

/// Why a move did not happen.
#[derive(Debug, Clone, thiserror::Error)]
pub enum MoveError {
    /// From the cart.
    #[error(transparent)]
    Cart(#[from] carts::Error),
    /// From the wishlist.
    #[error(transparent)]
    Wishlist(#[from] wishlists::Error),
}

impl From<crate::kernel::error::EngineError> for MoveError {
    fn from(e: crate::kernel::error::EngineError) -> Self {
        Self::Cart(e.into())
    }
}

/// Moves lines. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Moves {
    carts: Carts,
    wishlists: Wishlists,
}

impl Moves {
    /// Between these two.
    pub fn new(carts: Carts, wishlists: Wishlists) -> Self {
        Self { carts, wishlists }
    }

    /// Moves lines of the wishlist into the cart, each once. A line that the cart cannot take stays on the list.
    ///
    /// # Errors
    /// A bad or reused key, too many lines, or a failed store.
    pub async fn wishlist_to_cart(
        &self,
        owner: Owner,
        lines: Vec<WishlistLineId>,
        key: String,
    ) -> Result<CartAnswer, MoveError> {
        self.carts.claim(owner, &lines, key).await?;
        let there = self.wishlists.lines_by_ids(owner, &lines).await?;
        let mut answer = CartAnswer { cart: self.carts.cart(owner).await?, warnings: Vec::new(), problems: Vec::new() };
        for (position, id) in lines.iter().enumerate() {
            // A line that is gone was moved before, by this request or another.
            let Some(line) = there.get(id) else { continue };
            let put = self.carts.put(owner, vec![(line.variant, 1)], format!("wishlist-line:{id}")).await?;
            answer.cart = put.cart;
            answer.warnings.extend(put.warnings.into_iter().map(|w| carts::CartWarning { line: position, ..w }));
            if put.problems.is_empty() {
                self.wishlists.remove(owner, vec![*id]).await?;
            }
            answer.problems.extend(put.problems.into_iter().map(|p| carts::CartProblem { line: position, ..p }));
        }
        Ok(answer)
    }

    /// Moves lines of the cart to the wishlist, each once.
    ///
    /// # Errors
    /// A bad or reused key, too many lines, or a failed store.
    pub async fn cart_to_wishlist(
        &self,
        owner: Owner,
        lines: Vec<CartLineId>,
        key: String,
    ) -> Result<CartAnswer, MoveError> {
        if lines.len() > INPUT_LINES_MAX {
            return Err(carts::Error::TooManyLines(INPUT_LINES_MAX).into());
        }
        self.carts.claim(owner, &lines, key).await?;
        let cart = self.carts.cart(owner).await?;
        let moving: Vec<_> = cart.lines.iter().filter(|l| lines.contains(&l.id)).map(|l| (l.id, l.variant)).collect();
        if moving.is_empty() {
            return Ok(CartAnswer { cart, warnings: Vec::new(), problems: Vec::new() });
        }
        let wished = self.wishlists.add(owner, moving.iter().map(|(_, variant)| *variant).collect()).await?;
        let full = |i: usize| wished.problems.iter().any(|p| p.line == i && p.kind == wishlists::WishProblemKind::Full);
        let moved = moving.iter().enumerate().filter(|(i, _)| !full(*i)).map(|(_, (id, _))| *id).collect();
        Ok(self.carts.remove(owner, moved).await?)
    }

    /// Moves all that a guest had to a shopper, once.
    ///
    /// # Errors
    /// A failed store: the same again later finishes it.
    pub async fn merge_guest(&self, guest: GuestId, shopper: ShopperId) -> Result<(), MoveError> {
        self.carts.merge(guest, shopper).await?;
        self.wishlists.merge(guest, shopper).await?;
        Ok(())
    }
}
