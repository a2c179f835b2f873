//! Changing a cart. Each answers with the cart after it; lines that could not be done are told one by one.

use async_graphql::{Context, ID, InputObject, Object, Result};
use services::{
    carts::CartAnswer,
    kernel::{caller::Owner, ids::VariantId, limits::INPUT_LINES_MAX},
    sessions::MoveError,
};

use super::types::Cart;
use crate::{
    context::{Asking, Scope},
    error::{Attempt, ErrorCode, Stop, Telling, UserError, Warning, areas, owner, payload},
    ids::{self, Identified},
    wishlists::types::Wishlist,
};

/// A variant and how many.
#[derive(Clone, Debug, InputObject)]
pub struct CartLineInput {
    /// What.
    pub variant_id: ID,
    /// How many, 1 to 99.
    #[graphql(default = 1)]
    pub quantity: i32,
}

/// What `addCartLines` needs.
#[derive(InputObject)]
pub struct AddCartLinesInput {
    /// At most 50.
    pub lines: Vec<CartLineInput>,
    /// Made by the caller, up to 255 characters; the same key with the same input does it once.
    pub idempotency_key: String,
}
payload! {
    /// What `addCartLines` answers.
    AddCartLinesPayload {
        /// The cart after it.
        cart: Cart,
    }
}

/// A line and its new quantity.
#[derive(InputObject)]
pub struct CartLineQuantityInput {
    /// Which line.
    pub line_id: ID,
    /// How many, 0 to 99.
    pub quantity: i32,
}

/// What `updateCartLines` needs.
#[derive(InputObject)]
pub struct UpdateCartLinesInput {
    /// At most 50.
    pub lines: Vec<CartLineQuantityInput>,
}
payload! {
    /// What `updateCartLines` answers.
    UpdateCartLinesPayload {
        /// The cart after it.
        cart: Cart,
    }
}

/// What `removeCartLines` needs.
#[derive(InputObject)]
pub struct RemoveCartLinesInput {
    /// At most 100.
    pub line_ids: Vec<ID>,
}
payload! {
    /// What `removeCartLines` answers.
    RemoveCartLinesPayload {
        /// The cart after it.
        cart: Cart,
    }
}

/// What `moveCartLinesToWishlist` needs.
#[derive(InputObject)]
pub struct MoveCartLinesToWishlistInput {
    /// At most 50.
    pub line_ids: Vec<ID>,
    /// Made by the caller, up to 255 characters; the same key with the same input does it once.
    pub idempotency_key: String,
}
payload! {
    /// What `moveCartLinesToWishlist` answers.
    MoveCartLinesToWishlistPayload {
        /// The wishlist after it.
        wishlist: Wishlist,
        /// The cart after it.
        cart: Cart,
    }
}

/// The part of the mutation root about carts.
#[derive(Default)]
pub struct CartsMutation;

#[Object]
impl CartsMutation {
    /// Put variants into the cart; a variant that is there already gets more.
    async fn add_cart_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: AddCartLinesInput,
    ) -> Option<Result<AddCartLinesPayload>> {
        let done = add(&ctx.scope(), input).await;
        ctx.request().renew();
        ctx.answer(done.map(|(cart, errors, warnings)| AddCartLinesPayload { cart, errors, warnings }))
    }
    /// Set quantities; 0 removes.
    async fn update_cart_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: UpdateCartLinesInput,
    ) -> Option<Result<UpdateCartLinesPayload>> {
        let done = update(&ctx.scope(), input).await;
        ctx.request().renew();
        ctx.answer(done.map(|(cart, errors, warnings)| UpdateCartLinesPayload { cart, errors, warnings }))
    }
    /// Take lines out.
    async fn remove_cart_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: RemoveCartLinesInput,
    ) -> Option<Result<RemoveCartLinesPayload>> {
        let done = remove(&ctx.scope(), &input.line_ids).await;
        ctx.request().renew();
        ctx.answer(done.map(|(cart, errors, warnings)| RemoveCartLinesPayload { cart, errors, warnings }))
    }
    /// Move lines from the cart to the wishlist, each once.
    async fn move_cart_lines_to_wishlist(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: MoveCartLinesToWishlistInput,
    ) -> Option<Result<MoveCartLinesToWishlistPayload>> {
        let done = to_wishlist(&ctx.scope(), input).await;
        ctx.request().renew();
        ctx.answer(done)
    }
}

/// The cart after a change, what was not done, and what was done otherwise than asked.
pub type Told = (Option<Cart>, Vec<UserError>, Vec<Warning>);

/// What a cart answered, as told. `list` is the name of the list in the input.
pub fn told(answer: CartAnswer, list: &str) -> Told {
    let mut errors: Vec<UserError> = answer.problems.iter().map(areas::cart_problem).collect();
    if list != "lines" {
        for error in &mut errors {
            if let UserError::SimpleError(e) = error {
                e.path = e.path.get(1).map_or_else(Vec::new, |line| vec![list.to_owned(), line.clone()]);
            }
        }
    }
    (Some(answer.cart.into()), errors, answer.warnings.iter().map(areas::cart_warning).collect())
}

/// Ids of a list in the input; the first bad one is told with its place.
pub fn list_ids<I: Identified>(given: &[ID], list: &str, most: usize) -> Attempt<Vec<I>> {
    if given.len() > most {
        return Err(Stop::simple(
            ErrorCode::LimitExceeded,
            format!("at most {most} at once: send them in parts"),
            &[list],
        ));
    }
    ids::parse_all(given).map_err(|(i, e)| Stop::Told(vec![UserError::bad_id(&e, &[list, &i.to_string()])]))
}

/// The variants of lines in the input, with their quantities; the first bad id is told with its place.
pub fn wanted(lines: &[CartLineInput]) -> Attempt<Vec<(VariantId, i64)>> {
    if lines.len() > INPUT_LINES_MAX {
        let message = format!("at most {INPUT_LINES_MAX} lines at once: send them in parts");
        return Err(Stop::simple(ErrorCode::LimitExceeded, message, &["lines"]));
    }
    let line = |(i, line): (usize, &CartLineInput)| {
        let bad = |e| Stop::Told(vec![UserError::bad_id(&e, &["lines", &i.to_string(), "variantId"])]);
        Ok((ids::parse(&line.variant_id).map_err(bad)?, i64::from(line.quantity)))
    };
    lines.iter().enumerate().map(line).collect()
}

async fn add(scope: &Scope, input: AddCartLinesInput) -> Attempt<Told> {
    let owner = owner(scope)?;
    let lines = wanted(&input.lines)?;
    Ok(told(scope.shop.carts.add(owner, lines, input.idempotency_key).await?, "lines"))
}

async fn update(scope: &Scope, input: UpdateCartLinesInput) -> Attempt<Told> {
    let owner = owner(scope)?;
    let line = |(i, line): (usize, &CartLineQuantityInput)| {
        let bad = |e| Stop::Told(vec![UserError::bad_id(&e, &["lines", &i.to_string(), "lineId"])]);
        Ok((ids::parse(&line.line_id).map_err(bad)?, i64::from(line.quantity)))
    };
    let lines = input.lines.iter().enumerate().map(line).collect::<Attempt<Vec<_>>>()?;
    Ok(told(scope.shop.carts.update(owner, lines).await?, "lines"))
}

async fn remove(scope: &Scope, line_ids: &[ID]) -> Attempt<Told> {
    let owner = owner(scope)?;
    let lines = list_ids(line_ids, "lineIds", services::kernel::limits::CART_LINES_MAX)?;
    Ok(told(scope.shop.carts.remove(owner, lines).await?, "lineIds"))
}

async fn to_wishlist(scope: &Scope, input: MoveCartLinesToWishlistInput) -> Attempt<MoveCartLinesToWishlistPayload> {
    let owner: Owner = owner(scope)?;
    let lines = list_ids(&input.line_ids, "lineIds", INPUT_LINES_MAX)?;
    let answer = scope.shop.moves.cart_to_wishlist(owner, lines, input.idempotency_key).await.map_err(moved)?;
    let (cart, errors, warnings) = told(answer, "lineIds");
    let wishlist = Some(Wishlist::of(&scope.shop, owner).await?);
    Ok(MoveCartLinesToWishlistPayload { wishlist, cart, errors, warnings })
}

/// A move fails as the side that refused it.
pub fn moved(error: MoveError) -> Stop {
    match error {
        MoveError::Cart(e) => e.into(),
        MoveError::Wishlist(e) => e.into(),
    }
}
