//! The second factor of an account: codes of an authenticator app.

use async_graphql::{Context, InputObject, Object, Result};
use services::kernel::ids::ShopperId;

use crate::{
    context::{Asking, RequestData},
    error::{Attempt, ErrorCode, Stop, Telling, payload},
    viewer::types::Viewer,
};

/// What `beginTotp` needs.
#[derive(InputObject)]
pub struct BeginTotpInput {
    /// The password of the account.
    pub password: String,
}
payload! {
    /// What `beginTotp` answers, once: the secret cannot be read again.
    BeginTotpPayload {
        /// For typing into an app: base 32.
        secret: String,
        /// For a picture that an app reads: `otpauth://totp/…`.
        uri: String,
    }
}

/// What `confirmTotp` needs.
#[derive(InputObject)]
pub struct ConfirmTotpInput {
    /// What the app shows now: six digits.
    pub code: String,
}
payload! {
    /// What `confirmTotp` answers, once: the codes cannot be read again.
    ConfirmTotpPayload {
        /// Each stands in for a code of the app, once.
        recovery_codes: Vec<String>,
    }
}

/// What `disableTotp` needs.
#[derive(InputObject)]
pub struct DisableTotpInput {
    /// The password of the account.
    pub password: String,
    /// What the app shows now, or a recovery code.
    pub code: String,
}
payload! {
    /// What `disableTotp` answers.
    DisableTotpPayload {
        /// The caller, who needs no code any more.
        viewer: Viewer,
    }
}

/// The part of the mutation root about second factors.
#[derive(Default)]
pub struct TotpMutation;

#[Object]
impl TotpMutation {
    /// Make the secret of a second factor for an authenticator app. It counts when `confirmTotp` was given a code of it.
    async fn begin_totp(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: BeginTotpInput,
    ) -> Option<Result<BeginTotpPayload>> {
        ctx.answer(begin(ctx.request(), input).await)
    }
    /// Confirm that the app shows the right codes. From now on `signIn` needs one, as `oneTimeCode`.
    async fn confirm_totp(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: ConfirmTotpInput,
    ) -> Option<Result<ConfirmTotpPayload>> {
        ctx.answer(confirm(ctx.request(), &input.code).await)
    }
    /// Take the second factor off, with both factors.
    async fn disable_totp(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: DisableTotpInput,
    ) -> Option<Result<DisableTotpPayload>> {
        ctx.answer(disable(ctx.request(), input).await)
    }
}

async fn begin(request: &RequestData, input: BeginTotpInput) -> Attempt<BeginTotpPayload> {
    let (sessions, client) = (&request.shop().sessions, request.client_address());
    let made = sessions.begin_totp(account(request)?, input.password, client).await?;
    Ok(BeginTotpPayload { secret: Some(made.secret), uri: Some(made.uri), ..Default::default() })
}

async fn confirm(request: &RequestData, code: &str) -> Attempt<ConfirmTotpPayload> {
    let (sessions, client) = (&request.shop().sessions, request.client_address());
    let codes = sessions.confirm_totp(account(request)?, code, client).await?;
    Ok(ConfirmTotpPayload { recovery_codes: Some(codes), ..Default::default() })
}

async fn disable(request: &RequestData, input: DisableTotpInput) -> Attempt<DisableTotpPayload> {
    let (sessions, client) = (&request.shop().sessions, request.client_address());
    sessions.disable_totp(account(request)?, input.password, &input.code, client).await?;
    Ok(DisableTotpPayload { viewer: Viewer::of(&request.scope()), ..Default::default() })
}

/// The account of the caller.
fn account(request: &RequestData) -> Attempt<ShopperId> {
    let guest = || Stop::simple(ErrorCode::Forbidden, "sign in first: a second factor belongs to an account", &[]);
    request.scope().caller.shopper().ok_or_else(guest)
}
