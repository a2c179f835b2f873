//! Checks what is put on a wishlist against items and limits, then changes the store in one step.

use std::{collections::HashMap, sync::Arc};

use super::{
    error::Error,
    model::{NewWish, WishlistLine},
    ports::{Wished, WishlistStore},
};
use crate::{
    items::Items,
    kernel::{
        caller::Owner,
        clock::{Clock, Timestamp},
        error::EngineResult,
        ids::{GuestId, ShopperId, VariantId, WishlistId, WishlistLineId},
        limits::{INPUT_LINES_MAX, PAGE_MAX},
        pages::{Page, Window},
    },
};

/// What a change of a wishlist met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WishlistAnswer {
    /// What was not done.
    pub problems: Vec<WishProblem>,
    /// Lines that were removed.
    pub removed: Vec<WishlistLineId>,
}

/// A line of the input that was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WishProblem {
    /// Position in the input.
    pub line: usize,
    /// Why.
    pub kind: WishProblemKind,
}

/// Why a line of the input was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WishProblemKind {
    /// There is no such variant, or it is no longer sold.
    NoSuchVariant,
    /// There is no such line.
    NoSuchLine,
    /// The list is full.
    Full,
}

/// The wishlist service. Cheap to clone.
#[derive(Clone)]
pub struct Wishlists {
    store: Arc<dyn WishlistStore>,
    items: Items,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Wishlists {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wishlists")
    }
}

impl Wishlists {
    /// Over a store.
    pub fn new(store: Arc<dyn WishlistStore>, items: Items, clock: Arc<dyn Clock>) -> Self {
        Self { store, items, clock }
    }
    /// The owner's wishlist id.
    pub async fn id(&self, owner: Owner) -> EngineResult<WishlistId> {
        self.store.id_of(owner).await
    }
    /// Lines, newest first.
    pub async fn lines(
        &self,
        owner: Owner,
        window: Window<(Timestamp, WishlistLineId)>,
    ) -> EngineResult<Page<WishlistLine>> {
        self.store.lines(owner, window).await
    }
    /// How many lines there are.
    pub async fn count(&self, owner: Owner) -> EngineResult<u64> {
        self.store.count(owner).await
    }
    /// The owner's lines among these ids.
    pub async fn lines_by_ids(
        &self,
        owner: Owner,
        ids: &[WishlistLineId],
    ) -> EngineResult<HashMap<WishlistLineId, WishlistLine>> {
        self.store.lines_by_ids(owner, ids).await
    }

    /// Puts variants on; what is there already stays as it is.
    ///
    /// # Errors
    /// Too many lines, or a failed store. Lines that cannot be done are in the answer.
    pub async fn add(&self, owner: Owner, variants: Vec<VariantId>) -> Result<WishlistAnswer, Error> {
        if variants.len() > INPUT_LINES_MAX {
            return Err(Error::TooManyLines(INPUT_LINES_MAX));
        }
        let items = self.items.items_of_variants(&variants).await?;
        let (mut wishes, mut positions, mut problems) = (Vec::new(), Vec::new(), Vec::new());
        for (line, variant) in variants.into_iter().enumerate() {
            match items.get(&variant).filter(|i| !i.withdrawn).and_then(|i| i.variant(variant)) {
                Some(v) => {
                    wishes.push(NewWish { variant, price: v.price });
                    positions.push(line);
                }
                None => problems.push(WishProblem { line, kind: WishProblemKind::NoSuchVariant }),
            }
        }
        let wished =
            if wishes.is_empty() { Vec::new() } else { self.store.add(owner, wishes, self.clock.now()).await? };
        let full = wished.into_iter().zip(positions).filter(|(w, _)| *w == Wished::Full);
        problems.extend(full.map(|(_, line)| WishProblem { line, kind: WishProblemKind::Full }));
        problems.sort_by_key(|p| p.line);
        Ok(WishlistAnswer { problems, removed: Vec::new() })
    }

    /// Takes lines off.
    ///
    /// # Errors
    /// Too many lines, or a failed store.
    pub async fn remove(&self, owner: Owner, ids: Vec<WishlistLineId>) -> Result<WishlistAnswer, Error> {
        if ids.len() > PAGE_MAX {
            return Err(Error::TooManyLines(PAGE_MAX));
        }
        let removed = self.store.remove(owner, ids.clone(), self.clock.now()).await?;
        let missing = ids.iter().enumerate().filter(|(_, id)| !removed.contains(id));
        let problems = missing.map(|(line, _)| WishProblem { line, kind: WishProblemKind::NoSuchLine }).collect();
        Ok(WishlistAnswer { problems, removed })
    }

    /// Moves a guest's list onto a shopper's, once.
    pub async fn merge(&self, guest: GuestId, shopper: ShopperId) -> EngineResult<()> {
        self.store.merge(guest, shopper, self.clock.now()).await
    }
}
