//! Sign-up, sign-in, guests, refresh and sign-out. After each, the rest of the answer is the new caller's.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use services::{
    kernel::caller::Caller,
    sessions::{SignIn, SignUp, Tokens},
};

use crate::{
    context::{Asking, RequestData},
    error::{Attempt, ErrorCode, Stop, Telling, payload},
    scalars::{DateTime, Pincode},
    shop::Shop,
    tokens::TokenChange,
    viewer::types::Viewer,
};

/// What a client keeps between requests.
#[derive(Clone, SimpleObject)]
pub struct Session {
    /// Sent as `Authorization: Bearer …`; empty when the tokens are in cookies.
    pub access_token: String,
    /// The access token is good until then.
    pub expires_at: DateTime,
    /// Traded by `refreshSession`; null for a guest, and when the tokens are in cookies.
    pub refresh_token: Option<String>,
    /// For a guest: given to `signIn` or `signUp`; null when the tokens are in cookies.
    pub guest_token: Option<String>,
}

impl From<Tokens> for Session {
    fn from(t: Tokens) -> Self {
        Self { access_token: t.access, expires_at: t.expires_at.into(), refresh_token: t.refresh, guest_token: t.guest }
    }
}

/// What `startGuestSession` needs.
#[derive(InputObject)]
pub struct StartGuestSessionInput {
    /// Where things go.
    pub deliver_to: Option<Pincode>,
}
payload! {
    /// What `startGuestSession` answers.
    StartGuestSessionPayload {
        /// The new session.
        session: Session,
        /// The caller from now on.
        viewer: Viewer,
    }
}

/// What `signUp` needs.
#[derive(InputObject)]
pub struct SignUpInput {
    /// Where mail goes.
    pub email: String,
    /// 12 characters or more.
    pub password: String,
    /// As the shopper wants to be called.
    pub name: String,
    /// A guest session whose cart and wishlist move in, once.
    pub guest_token: Option<String>,
}
payload! {
    /// What `signUp` answers.
    SignUpPayload {
        /// The new session.
        session: Session,
        /// The caller from now on.
        viewer: Viewer,
    }
}

/// What `signIn` needs.
#[derive(InputObject)]
pub struct SignInInput {
    /// The account.
    pub email: String,
    /// Its password.
    pub password: String,
    /// What the authenticator app shows, or a recovery code: needed after TOTP_REQUIRED.
    pub one_time_code: Option<String>,
    /// A guest session whose cart and wishlist move in, once.
    pub guest_token: Option<String>,
}
payload! {
    /// What `signIn` answers.
    SignInPayload {
        /// The new session.
        session: Session,
        /// The caller from now on.
        viewer: Viewer,
    }
}

/// What `refreshSession` needs.
#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// From the session; taken from the cookie when left out.
    pub refresh_token: Option<String>,
}
payload! {
    /// What `refreshSession` answers.
    RefreshSessionPayload {
        /// The new session.
        session: Session,
        /// The caller from now on.
        viewer: Viewer,
    }
}

/// What `signOut` needs.
#[derive(InputObject)]
pub struct SignOutInput {
    /// From the session; taken from the cookie when left out.
    pub refresh_token: Option<String>,
}
payload! {
    /// What `signOut` answers.
    SignOutPayload {
        /// The caller from now on: nobody.
        viewer: Viewer,
    }
}

/// The part of the mutation root about sessions.
#[derive(Default)]
pub struct SessionsMutation;

#[Object]
impl SessionsMutation {
    /// Begin without an account; the cart lives in the session.
    async fn start_guest_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: StartGuestSessionInput,
    ) -> Option<Result<StartGuestSessionPayload>> {
        let opened = start_guest(ctx.shop(), ctx.request(), input).await;
        ctx.answer(opened.map(|(session, viewer)| StartGuestSessionPayload { session, viewer, ..Default::default() }))
    }
    /// Make an account and sign in.
    async fn sign_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: SignUpInput,
    ) -> Option<Result<SignUpPayload>> {
        let opened = sign_up(ctx.shop(), ctx.request(), input).await;
        ctx.answer(opened.map(|(session, viewer)| SignUpPayload { session, viewer, ..Default::default() }))
    }
    /// Sign in; the same answer and the same time for an unknown address and a wrong password. An account with a second
    /// factor answers TOTP_REQUIRED to the right password alone.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: SignInInput,
    ) -> Option<Result<SignInPayload>> {
        let opened = sign_in(ctx.shop(), ctx.request(), input).await;
        ctx.answer(opened.map(|(session, viewer)| SignInPayload { session, viewer, ..Default::default() }))
    }
    /// A new access token for a refresh token, which is used up; used twice, the whole session ends.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: RefreshSessionInput,
    ) -> Option<Result<RefreshSessionPayload>> {
        let opened = refresh(ctx.shop(), ctx.request(), input.refresh_token).await;
        ctx.answer(opened.map(|(session, viewer)| RefreshSessionPayload { session, viewer, ..Default::default() }))
    }
    /// End the session. A token that is not known is no error: the session is over either way.
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: SignOutInput,
    ) -> Option<Result<SignOutPayload>> {
        ctx.answer(sign_out(ctx.shop(), ctx.request(), input.refresh_token).await)
    }
}

pub(super) type Opened = (Option<Session>, Option<Viewer>);

async fn start_guest(shop: &Shop, request: &RequestData, input: StartGuestSessionInput) -> Attempt<Opened> {
    let (tokens, _) = shop.sessions.start_guest(input.deliver_to.map(|p| p.0)).await?;
    opened(shop, request, tokens)
}

async fn sign_up(shop: &Shop, request: &RequestData, input: SignUpInput) -> Attempt<Opened> {
    let SignUpInput { email, password, name, guest_token } = input;
    let guest_token = guest_token.or_else(|| request.kept()?.sent().guest.clone());
    let client = request.client_address().to_owned();
    let (tokens, _) = shop.sessions.sign_up(SignUp { email, password, name, guest_token, client }).await?;
    opened(shop, request, tokens)
}

async fn sign_in(shop: &Shop, request: &RequestData, input: SignInInput) -> Attempt<Opened> {
    let SignInInput { email, password, one_time_code, guest_token } = input;
    let guest_token = guest_token.or_else(|| request.kept()?.sent().guest.clone());
    let client = request.client_address().to_owned();
    let (tokens, _) = shop.sessions.sign_in(SignIn { email, password, one_time_code, guest_token, client }).await?;
    opened(shop, request, tokens)
}

async fn refresh(shop: &Shop, request: &RequestData, token: Option<String>) -> Attempt<Opened> {
    let (tokens, _) = shop.sessions.refresh(&refresh_token(request, token)?).await?;
    opened(shop, request, tokens)
}

async fn sign_out(shop: &Shop, request: &RequestData, token: Option<String>) -> Attempt<SignOutPayload> {
    match (refresh_token(request, token), request.kept()) {
        (Ok(token), _) => shop.sessions.sign_out(&token).await?,
        // A guest has none; its cookies are forgotten all the same.
        (Err(_), Some(_)) => {}
        (Err(stop), None) => return Err(stop),
    }
    if let Some(kept) = request.kept() {
        kept.change(TokenChange::Forget);
    }
    request.become_caller(Caller::anonymous());
    Ok(SignOutPayload::default())
}

/// The refresh token that was given, else the one that the client keeps in a cookie.
fn refresh_token(request: &RequestData, given: Option<String>) -> Attempt<String> {
    let none = || Stop::simple(ErrorCode::InvalidInput, "give the refresh token of the session", &["refreshToken"]);
    given.or_else(|| request.kept()?.sent().refresh.clone()).ok_or_else(none)
}

/// The rest of the answer is the new caller's, as the new token says.
pub(super) fn opened(shop: &Shop, request: &RequestData, tokens: Tokens) -> Attempt<Opened> {
    let caller = shop.sessions.authenticate(&tokens.access)?;
    let scope = request.become_caller(caller);
    let session = match request.kept() {
        Some(kept) => {
            let expires_at = tokens.expires_at.into();
            kept.change(TokenChange::Keep(tokens));
            Session { access_token: String::new(), expires_at, refresh_token: None, guest_token: None }
        }
        None => tokens.into(),
    };
    Ok((Some(session), Viewer::of(&scope)))
}
