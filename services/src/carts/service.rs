//! Checks what is put into a cart against items and limits, then changes the store in one step.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    error::Error,
    model::{Cart, CartChange, Changed, NewLine},
    ports::{CartStore, MoveId},
};
use crate::{
    items::Items,
    kernel::{
        caller::Owner,
        clock::{Clock, Timestamp},
        error::EngineResult,
        ids::{CartId, CartLineId, GuestId, ShopperId, VariantId},
        limits::{CART_LINES_MAX, IDEMPOTENCY_KEY_MAX, INPUT_LINES_MAX, QUANTITY_MAX},
        text::hex,
    },
};

/// A cart after a change, and what the change met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CartAnswer {
    /// The cart as it is now.
    pub cart: Cart,
    /// What was done otherwise than asked.
    pub warnings: Vec<CartWarning>,
    /// What was not done.
    pub problems: Vec<CartProblem>,
}

/// A quantity was lowered to the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CartWarning {
    /// Position in the input.
    pub line: usize,
    /// The quantity now.
    pub quantity: u32,
}

/// A line of the input that was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CartProblem {
    /// Position in the input.
    pub line: usize,
    /// Why.
    pub kind: ProblemKind,
}

/// Why a line of the input was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The quantity is not within the limits.
    Quantity(i64),
    /// There is no such variant, or it is no longer sold.
    NoSuchVariant,
    /// There is no such line in the cart.
    NoSuchLine,
    /// The cart is full.
    Full,
}

/// The cart service. Cheap to clone.
#[derive(Clone)]
pub struct Carts {
    store: Arc<dyn CartStore>,
    items: Items,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Carts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Carts")
    }
}

impl Carts {
    /// Over a store.
    pub fn new(store: Arc<dyn CartStore>, items: Items, clock: Arc<dyn Clock>) -> Self {
        Self { store, items, clock }
    }

    /// The owner's cart; an empty one before the first line.
    pub async fn cart(&self, owner: Owner) -> EngineResult<Cart> {
        Ok(self.store.cart(owner).await?.unwrap_or_else(|| empty(owner)))
    }

    /// Puts variants in; one that is there already gets more. All that can be done is done, in one step, once per key.
    ///
    /// # Errors
    /// A bad or reused key, too many lines, or a failed store. Lines that cannot be done are in the answer.
    pub async fn add(&self, owner: Owner, lines: Vec<(VariantId, i64)>, key: String) -> Result<CartAnswer, Error> {
        check_key(&key)?;
        check_count(lines.len())?;
        let once = MoveId { key, input_hash: hash(&lines) };
        let variants: Vec<VariantId> = lines.iter().map(|(v, _)| *v).collect();
        let items = self.items.items_of_variants(&variants).await?;
        let mut plan = Plan::default();
        for (line, (variant, quantity)) in lines.into_iter().enumerate() {
            let price = items.get(&variant).filter(|i| !i.withdrawn).and_then(|i| i.variant(variant)).map(|v| v.price);
            match (price, amount(quantity, 1)) {
                (None, _) => plan.refuse(line, ProblemKind::NoSuchVariant),
                (_, None) => plan.refuse(line, ProblemKind::Quantity(quantity)),
                (Some(price), Some(quantity)) => plan.push(line, CartChange::Add(NewLine { variant, quantity, price })),
            }
        }
        self.run(owner, plan, Some(once)).await
    }

    /// Sets quantities; 0 removes.
    ///
    /// # Errors
    /// Too many lines, or a failed store. Lines that cannot be done are in the answer.
    pub async fn update(&self, owner: Owner, lines: Vec<(CartLineId, i64)>) -> Result<CartAnswer, Error> {
        check_count(lines.len())?;
        let mut plan = Plan::default();
        for (line, (id, quantity)) in lines.into_iter().enumerate() {
            match amount(quantity, 0) {
                None => plan.refuse(line, ProblemKind::Quantity(quantity)),
                Some(quantity) => plan.push(line, CartChange::SetQuantity(id, quantity)),
            }
        }
        self.run(owner, plan, None).await
    }

    /// Takes lines out.
    ///
    /// # Errors
    /// More lines than a cart holds, or a failed store.
    pub async fn remove(&self, owner: Owner, lines: Vec<CartLineId>) -> Result<CartAnswer, Error> {
        if lines.len() > CART_LINES_MAX {
            return Err(Error::TooManyLines(CART_LINES_MAX));
        }
        let mut plan = Plan::default();
        for (line, id) in lines.into_iter().enumerate() {
            plan.push(line, CartChange::Remove(id));
        }
        self.run(owner, plan, None).await
    }

    /// Claims a key for an input, without changing anything: the first step of a move. Tells whether the same input had
    /// claimed it before.
    ///
    /// # Errors
    /// A bad or reused key, or a failed store.
    pub async fn claim(&self, owner: Owner, input: &(impl std::fmt::Debug + Sync), key: String) -> Result<bool, Error> {
        check_key(&key)?;
        let once = MoveId { key: format!("move:{key}"), input_hash: hash(input) };
        let claimed = self.store.apply(owner, Vec::new(), Some(once), self.clock.now()).await?;
        Ok(claimed.map_err(|_| Error::KeyReused)?.repeated)
    }

    /// The second half of a move from the wishlist: puts variants in, once per move.
    ///
    /// # Errors
    /// As [`Carts::add`].
    pub async fn put(
        &self,
        owner: Owner,
        variants: Vec<(VariantId, u32)>,
        move_id: String,
    ) -> Result<CartAnswer, Error> {
        self.add(owner, variants.into_iter().map(|(v, q)| (v, i64::from(q))).collect(), move_id).await
    }

    /// Takes what was ordered out of the cart, once per order.
    pub async fn take_ordered(
        &self,
        owner: Owner,
        variants: Vec<(VariantId, u32)>,
        move_id: String,
    ) -> EngineResult<()> {
        let once = MoveId { key: move_id, input_hash: hash(&variants) };
        let changes = variants.into_iter().map(|(v, q)| CartChange::Take(v, q)).collect();
        // A reused id can only be this same order's: it was done.
        let _ = self.store.apply(owner, changes, Some(once), self.clock.now()).await?;
        Ok(())
    }

    /// Moves a guest's cart into a shopper's, once.
    pub async fn merge(&self, guest: GuestId, shopper: ShopperId) -> EngineResult<()> {
        self.store.merge(guest, shopper, self.clock.now()).await
    }

    async fn run(&self, owner: Owner, plan: Plan, once: Option<MoveId>) -> Result<CartAnswer, Error> {
        let Plan { changes, positions, mut problems } = plan;
        if changes.is_empty() {
            return Ok(CartAnswer { cart: self.cart(owner).await?, warnings: Vec::new(), problems });
        }
        let applied = self.store.apply(owner, changes, once, self.clock.now()).await?.map_err(|_| Error::KeyReused)?;
        let mut warnings = Vec::new();
        for (outcome, line) in applied.outcomes.into_iter().zip(positions) {
            match outcome {
                Changed::Done => {}
                Changed::Capped(quantity) => warnings.push(CartWarning { line, quantity }),
                Changed::NoSuchLine => problems.push(CartProblem { line, kind: ProblemKind::NoSuchLine }),
                Changed::Full => problems.push(CartProblem { line, kind: ProblemKind::Full }),
            }
        }
        problems.sort_by_key(|p| p.line);
        Ok(CartAnswer { cart: applied.cart, warnings, problems })
    }
}

#[derive(Default)]
struct Plan {
    changes: Vec<CartChange>,
    positions: Vec<usize>,
    problems: Vec<CartProblem>,
}

impl Plan {
    fn push(&mut self, line: usize, change: CartChange) {
        self.changes.push(change);
        self.positions.push(line);
    }
    fn refuse(&mut self, line: usize, kind: ProblemKind) {
        self.problems.push(CartProblem { line, kind });
    }
}

fn amount(quantity: i64, least: u32) -> Option<u32> {
    u32::try_from(quantity).ok().filter(|q| (least..=QUANTITY_MAX).contains(q))
}

fn check_key(key: &str) -> Result<(), Error> {
    if (1..=IDEMPOTENCY_KEY_MAX).contains(&key.len()) { Ok(()) } else { Err(Error::BadKey) }
}

fn check_count(n: usize) -> Result<(), Error> {
    if n <= INPUT_LINES_MAX { Ok(()) } else { Err(Error::TooManyLines(INPUT_LINES_MAX)) }
}

fn hash(input: &impl std::fmt::Debug) -> String {
    hex(&Sha256::digest(format!("{input:?}").as_bytes()))
}

/// The cart of an owner who never put anything in. Its id follows from the owner's, so that it stays the same.
pub fn empty(owner: Owner) -> Cart {
    let id = CartId(Uuid::new_v5(&owner.uuid(), b"cart"));
    Cart { id, lines: Vec::new(), version: 0, updated_at: Timestamp::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_have_bounds() {
        assert_eq!(amount(1, 1), Some(1));
        assert_eq!(amount(0, 0), Some(0));
        for bad in [0, -1, 100, i64::from(i32::MAX), i64::MIN] {
            assert_eq!(amount(bad, 1), None, "{bad}");
        }
    }

    #[test]
    fn an_empty_cart_keeps_its_id() {
        let owner = Owner::Guest(GuestId(Uuid::from_u128(5)));
        assert_eq!(empty(owner).id, empty(owner).id);
        assert_ne!(empty(owner).id, empty(Owner::Guest(GuestId(Uuid::from_u128(6)))).id);
    }
}
