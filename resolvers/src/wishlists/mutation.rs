//! Changing a wishlist.

use async_graphql::{Context, ID, InputObject, Object, Result};
use services::kernel::limits::{INPUT_LINES_MAX, PAGE_MAX};

use super::types::Wishlist;
use crate::{
    carts::{
        mutation::{list_ids, moved, told},
        types::Cart,
    },
    context::{Asking, Scope},
    error::{Attempt, Telling, areas, owner, payload},
};

/// What `addWishlistLines` needs.
#[derive(InputObject)]
pub struct AddWishlistLinesInput {
    /// At most 50.
    pub variant_ids: Vec<ID>,
}
payload! {
    /// What `addWishlistLines` answers.
    AddWishlistLinesPayload {
        /// The wishlist after it.
        wishlist: Wishlist,
    }
}

/// What `removeWishlistLines` needs.
#[derive(InputObject)]
pub struct RemoveWishlistLinesInput {
    /// At most 100.
    pub line_ids: Vec<ID>,
}
payload! {
    /// What `removeWishlistLines` answers.
    RemoveWishlistLinesPayload {
        /// The wishlist after it.
        wishlist: Wishlist,
    }
}

/// What `moveWishlistLinesToCart` needs.
#[derive(InputObject)]
pub struct MoveWishlistLinesToCartInput {
    /// At most 50.
    pub line_ids: Vec<ID>,
    /// Made by the caller, up to 255 characters; the same key with the same input does it once.
    pub idempotency_key: String,
}
payload! {
    /// What `moveWishlistLinesToCart` answers.
    MoveWishlistLinesToCartPayload {
        /// The wishlist after it.
        wishlist: Wishlist,
        /// The cart after it.
        cart: Cart,
    }
}

/// The part of the mutation root about wishlists.
#[derive(Default)]
pub struct WishlistsMutation;

#[Object]
impl WishlistsMutation {
    /// Put variants on the wishlist; one that is there already stays as it is.
    async fn add_wishlist_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: AddWishlistLinesInput,
    ) -> Option<Result<AddWishlistLinesPayload>> {
        let done = add(&ctx.scope(), &input.variant_ids).await;
        ctx.request().renew();
        ctx.answer(done)
    }
    /// Take lines off the wishlist.
    async fn remove_wishlist_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: RemoveWishlistLinesInput,
    ) -> Option<Result<RemoveWishlistLinesPayload>> {
        let done = remove(&ctx.scope(), &input.line_ids).await;
        ctx.request().renew();
        ctx.answer(done)
    }
    /// Move lines from the wishlist into the cart, each once.
    async fn move_wishlist_lines_to_cart(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: MoveWishlistLinesToCartInput,
    ) -> Option<Result<MoveWishlistLinesToCartPayload>> {
        let done = to_cart(&ctx.scope(), input).await;
        ctx.request().renew();
        ctx.answer(done)
    }
}

async fn add(scope: &Scope, variant_ids: &[ID]) -> Attempt<AddWishlistLinesPayload> {
    let owner = owner(scope)?;
    let variants = list_ids(variant_ids, "variantIds", INPUT_LINES_MAX)?;
    let answer = scope.shop.wishlists.add(owner, variants).await?;
    let errors = answer.problems.iter().map(|p| areas::wish_problem(p, "variantIds")).collect();
    let wishlist = Some(Wishlist::of(&scope.shop, owner).await?);
    Ok(AddWishlistLinesPayload { wishlist, errors, ..Default::default() })
}

async fn remove(scope: &Scope, line_ids: &[ID]) -> Attempt<RemoveWishlistLinesPayload> {
    let owner = owner(scope)?;
    let lines = list_ids(line_ids, "lineIds", PAGE_MAX)?;
    let answer = scope.shop.wishlists.remove(owner, lines).await?;
    let errors = answer.problems.iter().map(|p| areas::wish_problem(p, "lineIds")).collect();
    let wishlist = Some(Wishlist::of(&scope.shop, owner).await?);
    Ok(RemoveWishlistLinesPayload { wishlist, errors, ..Default::default() })
}

async fn to_cart(scope: &Scope, input: MoveWishlistLinesToCartInput) -> Attempt<MoveWishlistLinesToCartPayload> {
    let owner = owner(scope)?;
    let lines = list_ids(&input.line_ids, "lineIds", INPUT_LINES_MAX)?;
    let answer = scope.shop.moves.wishlist_to_cart(owner, lines, input.idempotency_key).await.map_err(moved)?;
    let (cart, errors, warnings) = told(answer, "lineIds");
    let wishlist = Some(Wishlist::of(&scope.shop, owner).await?);
    Ok(MoveWishlistLinesToCartPayload { wishlist, cart, errors, warnings })
}
