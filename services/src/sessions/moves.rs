//! Moves between a cart and a wishlist, which live in separate stores: each step is idempotent by an id of the move, so a
//! crash in the middle is finished by the same request again.

use crate::{
    carts::{self, CartAnswer, CartLine, CartProblem, Carts, ProblemKind},
    kernel::{
        caller::Owner,
        ids::{CartLineId, GuestId, ShopperId, VariantId, WishlistLineId},
        limits::INPUT_LINES_MAX,
    },
    wishlists::{self, WishProblem, WishProblemKind, Wishlists},
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
            answer.problems.extend(put.problems.into_iter().map(|p| CartProblem { line: position, ..p }));
        }
        Ok(answer)
    }

    /// Moves lines of the cart to the wishlist, each once. A line that the wishlist cannot take stays in the cart.
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
        let repeated = self.carts.claim(owner, &lines, key).await?;
        let cart = self.carts.cart(owner).await?;
        let Leaving { mut moving, mut problems } = Leaving::of(&lines, &cart.lines, repeated);
        if moving.is_empty() {
            return Ok(CartAnswer { cart, warnings: Vec::new(), problems });
        }
        let wished = self.wishlists.add(owner, moving.iter().map(|m| m.variant).collect()).await?;
        problems.extend(keep_refused(&mut moving, &wished.problems));
        // A line that went in between is on the wishlist now, so it is no problem of the move.
        let left = self.carts.remove(owner, moving.iter().map(|m| m.id).collect()).await?;
        problems.sort_by_key(|p| p.line);
        Ok(CartAnswer { cart: left.cart, warnings: left.warnings, problems })
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

/// A line of the cart that goes to the wishlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Moving {
    /// Position in the input.
    position: usize,
    id: CartLineId,
    variant: VariantId,
}

/// What of the input is in the cart, and what is not.
struct Leaving {
    moving: Vec<Moving>,
    problems: Vec<CartProblem>,
}

impl Leaving {
    /// Each line once. In a repeated request a line that is gone was moved by the first one.
    fn of(input: &[CartLineId], cart: &[CartLine], repeated: bool) -> Self {
        let mut leaving = Self { moving: Vec::new(), problems: Vec::new() };
        for (position, id) in input.iter().enumerate().filter(|(i, id)| !input[..*i].contains(id)) {
            match cart.iter().find(|l| l.id == *id) {
                Some(line) => leaving.moving.push(Moving { position, id: *id, variant: line.variant }),
                None if repeated => {}
                None => leaving.problems.push(CartProblem { line: position, kind: ProblemKind::NoSuchLine }),
            }
        }
        leaving
    }
}

/// Takes out of `moving` what the wishlist refused, which stays in the cart, and tells it at its position in the input.
fn keep_refused(moving: &mut Vec<Moving>, refused: &[WishProblem]) -> Vec<CartProblem> {
    let problem = |p: &WishProblem| {
        let kind = match p.kind {
            WishProblemKind::NoSuchVariant => ProblemKind::NoSuchVariant,
            WishProblemKind::NoSuchLine => ProblemKind::NoSuchLine,
            WishProblemKind::Full => ProblemKind::Full,
        };
        moving.get(p.line).map(|m| CartProblem { line: m.position, kind })
    };
    let problems: Vec<_> = refused.iter().filter_map(problem).collect();
    moving.retain(|m| problems.iter().all(|p| p.line != m.position));
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{
        clock::Timestamp,
        money::{Currency, Money},
    };
    use uuid::Uuid;

    fn id(n: u128) -> CartLineId {
        CartLineId(Uuid::from_u128(n))
    }

    fn cart(ids: &[u128]) -> Vec<CartLine> {
        let line = |n: &u128| CartLine {
            id: id(*n),
            variant: VariantId(Uuid::from_u128(100 + n)),
            quantity: 2,
            price_when_added: Money::new(1, Currency::INR),
            added_at: Timestamp::default(),
        };
        ids.iter().map(line).collect()
    }

    fn positions(moving: &[Moving]) -> Vec<(usize, CartLineId)> {
        moving.iter().map(|m| (m.position, m.id)).collect()
    }

    #[test]
    fn an_unknown_line_is_told_at_its_position_and_a_line_moves_once() {
        let (input, cart) = ([id(2), id(9), id(1), id(2)], cart(&[1, 2, 3]));
        let first = Leaving::of(&input, &cart, false);
        assert_eq!(positions(&first.moving), [(0, id(2)), (2, id(1))]);
        assert_eq!(first.problems, [CartProblem { line: 1, kind: ProblemKind::NoSuchLine }]);
        let again = Leaving::of(&input, &cart, true);
        assert_eq!((again.moving, again.problems), (first.moving, vec![]));
    }

    #[test]
    fn what_the_wishlist_refuses_stays_whatever_the_reason() {
        let cases = [
            (WishProblemKind::Full, ProblemKind::Full),
            (WishProblemKind::NoSuchVariant, ProblemKind::NoSuchVariant),
            (WishProblemKind::NoSuchLine, ProblemKind::NoSuchLine),
        ];
        for (kind, told) in cases {
            let mut moving = Leaving::of(&[id(9), id(1), id(2)], &cart(&[1, 2]), false).moving;
            // The second of those that move is the third of the input.
            let problems = keep_refused(&mut moving, &[WishProblem { line: 1, kind }]);
            assert_eq!(problems, [CartProblem { line: 2, kind: told }]);
            assert_eq!(positions(&moving), [(1, id(1))]);
        }
    }
}
