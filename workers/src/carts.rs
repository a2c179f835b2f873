//! Keeps carts in step with what happened elsewhere: takes ordered lines out, and finishes the move of what a guest had
//! when a sign-in was cut short.

use async_trait::async_trait;
use services::{
    carts::{self, Carts},
    kernel::{
        caller::Owner,
        error::{EngineError, EngineResult},
        events::{Delivered, OrdersEvent, Topic, UsersEvent},
        ids::{GuestId, ShopperId},
    },
    orders::Orders,
    sessions::{MoveError, Moves},
    wishlists,
};

use crate::consumer::{Handler, payload};

/// See the module.
pub struct CartKeeper {
    /// Carts.
    pub carts: Carts,
    /// Moves what a guest had.
    pub moves: Moves,
    /// Gives a guest's orders to the shopper.
    pub orders: Orders,
}

#[async_trait]
impl Handler for CartKeeper {
    fn group(&self) -> &'static str {
        "carts"
    }
    fn topics(&self) -> &'static [Topic] {
        &[Topic::Orders, Topic::Users]
    }
    async fn handle(&self, delivered: &Delivered) -> EngineResult<()> {
        match delivered.topic {
            Topic::Orders => self.ordered(payload(delivered)?).await,
            _ => self.merged(payload(delivered)?).await,
        }
    }
}

impl CartKeeper {
    async fn ordered(&self, event: OrdersEvent) -> EngineResult<()> {
        let OrdersEvent::OrderStepped { order, owner, sequence, from_cart, lines, .. } = event;
        // The first step of an order only: a later one may name the shopper who took a guest's order over, whose own cart
        // must keep its lines.
        if !from_cart || sequence != 1 {
            return Ok(());
        }
        let taken = lines.iter().map(|l| (l.variant, l.quantity)).collect();
        // A guest's and a shopper's ids are of one space; the store keys by the id alone.
        self.carts.take_ordered(Owner::Shopper(ShopperId(owner)), taken, format!("order:{order}")).await
    }

    async fn merged(&self, event: UsersEvent) -> EngineResult<()> {
        let UsersEvent::GuestMerged { shopper, guest } = event else { return Ok(()) };
        let guest = GuestId(guest);
        self.moves.merge_guest(guest, shopper).await.map_err(engine_error)?;
        self.orders.adopt(guest, shopper).await?;
        Ok(())
    }
}

/// A failed store says itself whether a retry helps; a refusal stays one.
fn engine_error(error: MoveError) -> EngineError {
    match error {
        MoveError::Cart(carts::Error::Engine(e)) | MoveError::Wishlist(wishlists::Error::Engine(e)) => e,
        refused => EngineError::permanent("carts", refused.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_store_is_tried_again_and_a_refusal_is_not() {
        let busy = || EngineError::retryable("carts", "busy");
        assert!(engine_error(MoveError::Cart(carts::Error::Engine(busy()))).retryable);
        assert!(engine_error(MoveError::Wishlist(wishlists::Error::Engine(busy()))).retryable);
        let broken = EngineError::permanent("carts", "broken");
        assert!(!engine_error(MoveError::Cart(carts::Error::Engine(broken))).retryable);
        assert!(!engine_error(MoveError::Cart(carts::Error::KeyReused)).retryable);
    }
}
