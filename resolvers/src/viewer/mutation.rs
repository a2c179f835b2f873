//! Choosing where things go, and keeping addresses.

use async_graphql::{Context, ID, InputObject, Object, Result};
use services::{
    kernel::ids::{AddressId, ShopperId},
    users::PostalAddress,
};

use super::types::{Address, Viewer};
use crate::{
    context::{Asking, Scope},
    error::{Attempt, ErrorCode, Stop, Telling, UserError, owner, payload},
    ids,
    scalars::Pincode,
};

/// What `setDeliveryLocation` needs.
#[derive(InputObject)]
pub struct SetDeliveryLocationInput {
    /// Where to.
    pub pincode: Pincode,
}

payload! {
    /// What `setDeliveryLocation` answers.
    SetDeliveryLocationPayload {
        /// The caller after it.
        viewer: Viewer,
    }
}

/// What `saveAddress` needs.
#[derive(InputObject)]
pub struct SaveAddressInput {
    /// Which one to change; a new one without it.
    pub id: Option<ID>,
    /// Who receives.
    pub recipient: String,
    /// Telephone for the courier.
    pub phone: String,
    /// House, street and so on, 1 to 4.
    pub lines: Vec<String>,
    /// Town.
    pub city: String,
    /// State.
    pub state: String,
    /// The pincode.
    pub pincode: Pincode,
    /// Take it when none is named.
    #[graphql(default = false)]
    pub is_default: bool,
}

payload! {
    /// What `saveAddress` answers.
    SaveAddressPayload {
        /// The address after it.
        address: Address,
        /// The caller after it.
        viewer: Viewer,
    }
}

/// What `removeAddress` needs.
#[derive(InputObject)]
pub struct RemoveAddressInput {
    /// Which one.
    pub id: ID,
}

payload! {
    /// What `removeAddress` answers.
    RemoveAddressPayload {
        /// The address that is gone.
        removed_id: ID,
        /// The caller after it.
        viewer: Viewer,
    }
}

/// The part of the mutation root about the caller.
#[derive(Default)]
pub struct ViewerMutation;

#[Object]
impl ViewerMutation {
    /// Choose where things go.
    async fn set_delivery_location(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: SetDeliveryLocationInput,
    ) -> Option<Result<SetDeliveryLocationPayload>> {
        let done = set_location(&ctx.scope(), input.pincode).await;
        ctx.request().renew();
        ctx.answer(done)
    }
    /// Add an address, or change one.
    async fn save_address(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: SaveAddressInput,
    ) -> Option<Result<SaveAddressPayload>> {
        let done = save(&ctx.scope(), input).await;
        ctx.request().renew();
        ctx.answer(done)
    }
    /// Forget an address.
    async fn remove_address(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: RemoveAddressInput,
    ) -> Option<Result<RemoveAddressPayload>> {
        let done = remove(&ctx.scope(), &input.id).await;
        ctx.request().renew();
        ctx.answer(done)
    }
}

async fn set_location(scope: &Scope, pincode: Pincode) -> Attempt<SetDeliveryLocationPayload> {
    let owner = owner(scope)?;
    scope.shop.users.set_delivery_location(owner, pincode.0).await?;
    Ok(SetDeliveryLocationPayload { viewer: Some(Viewer(owner)), ..Default::default() })
}

async fn save(scope: &Scope, input: SaveAddressInput) -> Attempt<SaveAddressPayload> {
    let shopper = account(scope)?;
    let id = input.id.as_ref().map(address_id).transpose()?;
    let SaveAddressInput { recipient, phone, lines, city, state, pincode, is_default, .. } = input;
    let postal = PostalAddress { recipient, phone, lines, city, state, pincode: pincode.0 };
    let address = scope.shop.users.save_address(shopper, id, postal, is_default).await?;
    let viewer = Viewer::of(scope);
    Ok(SaveAddressPayload { address: Some(address.into()), viewer, ..Default::default() })
}

async fn remove(scope: &Scope, id: &ID) -> Attempt<RemoveAddressPayload> {
    let shopper = account(scope)?;
    let address = address_id(id)?;
    scope.shop.users.remove_address(shopper, address).await?;
    Ok(RemoveAddressPayload { removed_id: Some(ids::of(address)), viewer: Viewer::of(scope), ..Default::default() })
}

fn address_id(id: &ID) -> Attempt<AddressId> {
    ids::parse(id).map_err(|e| Stop::Told(vec![UserError::bad_id(&e, &["id"])]))
}

/// The account of the caller; guests keep no addresses.
fn account(scope: &Scope) -> Attempt<ShopperId> {
    let guest = || Stop::simple(ErrorCode::Forbidden, "sign in first: addresses are kept with an account", &[]);
    scope.caller.shopper().ok_or_else(guest)
}
