//! New passwords: changed by who knows the old one, or set anew by who reads the account's mail.

use async_graphql::{Context, InputObject, Object, Result};
use services::sessions::ChangePassword;

use super::mutation::{Opened, Session, opened};
use crate::{
    context::{Asking, RequestData},
    error::{Attempt, ErrorCode, Stop, Telling, payload},
    shop::Shop,
    viewer::types::Viewer,
};

/// What `changePassword` needs.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The password that the account has now.
    pub current_password: String,
    /// 12 characters or more.
    pub new_password: String,
}
payload! {
    /// What `changePassword` answers.
    ChangePasswordPayload {
        /// A new session in place of this one.
        session: Session,
        /// The caller from now on.
        viewer: Viewer,
    }
}

/// What `requestPasswordReset` needs.
#[derive(InputObject)]
pub struct RequestPasswordResetInput {
    /// The account.
    pub email: String,
}
payload! {
    /// What `requestPasswordReset` answers: the same whether or not there is such an account.
    RequestPasswordResetPayload {
        /// For how many minutes the token of the message works.
        minutes: i32,
    }
}

/// What `resetPassword` needs.
#[derive(InputObject)]
pub struct ResetPasswordInput {
    /// From the message.
    pub token: String,
    /// 12 characters or more.
    pub new_password: String,
}
payload! {
    /// What `resetPassword` answers.
    ResetPasswordPayload {
        /// The caller, who signs in with the new password next.
        viewer: Viewer,
    }
}

/// The part of the mutation root about passwords.
#[derive(Default)]
pub struct PasswordsMutation;

#[Object]
impl PasswordsMutation {
    /// Set a new password. Every session of the account ends, with access tokens within seconds; the answer is a new one.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: ChangePasswordInput,
    ) -> Option<Result<ChangePasswordPayload>> {
        let done = change(ctx.shop(), ctx.request(), input).await;
        ctx.answer(done.map(|(session, viewer)| ChangePasswordPayload { session, viewer, ..Default::default() }))
    }
    /// Send a token for `resetPassword` to the account's mailbox. Answers the same for an address without an account.
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: RequestPasswordResetInput,
    ) -> Option<Result<RequestPasswordResetPayload>> {
        let asked = ctx.shop().sessions.request_password_reset(&input.email, ctx.request().client_address()).await;
        ctx.answer(asked.map_err(Into::into).map(|ttl| {
            let minutes = i32::try_from(ttl.as_secs() / 60).ok();
            RequestPasswordResetPayload { minutes, ..Default::default() }
        }))
    }
    /// Set a new password with a token, which is used up. Every session of the account ends; sign in next.
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: ResetPasswordInput,
    ) -> Option<Result<ResetPasswordPayload>> {
        let ResetPasswordInput { token, new_password } = input;
        let client = ctx.request().client_address();
        let done = ctx.shop().sessions.reset_password(&token, new_password, client).await;
        let viewer = Viewer::of(&ctx.scope());
        ctx.answer(done.map_err(Into::into).map(|()| ResetPasswordPayload { viewer, ..Default::default() }))
    }
}

async fn change(shop: &Shop, request: &RequestData, input: ChangePasswordInput) -> Attempt<Opened> {
    let ChangePasswordInput { current_password: current, new_password: new } = input;
    let guest = || Stop::simple(ErrorCode::Forbidden, "sign in first: a password belongs to an account", &[]);
    let shopper = request.scope().caller.shopper().ok_or_else(guest)?;
    let client = request.client_address().to_owned();
    let tokens = shop.sessions.change_password(ChangePassword { shopper, current, new, client }).await?;
    opened(shop, request, tokens)
}
