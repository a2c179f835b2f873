//! Signs up, in and out; refreshes; tells who calls.

use std::{ops::Deref, sync::Arc};

use tokio::sync::Semaphore;

use super::{
    ended::Ended,
    error::Error,
    model::{Rotated, Session, Tokens},
    moves::Moves,
    passwords::{PASSWORD_MAX, PASSWORD_MIN, Passwords},
    ports::{FactorStore, RateLimiter, SessionStore},
    recovery::RESETS_AT_ONCE,
    sealing::SealingKeys,
    tokens::{ACCESS_TTL, GUEST_TTL, REFRESH_TTL, TokenKeys, hash, opaque},
};
use crate::{
    kernel::{
        caller::{Caller, Owner, Role, Roles},
        clock::{Clock, Timestamp},
        error::EngineError,
        ids::{GuestId, IdSource, SessionId, ShopperId},
        mail::Mailer,
        pincodes::{Pincode, table::table},
    },
    users::{Shopper, ports::UserStore, rules},
};

/// Tries of one account in a row, and how many come back per minute.
pub(super) const ACCOUNT_TRIES: (u32, u32) = (10, 6);
/// Tries of one client address in a row, and how many come back per minute.
const CLIENT_TRIES: (u32, u32) = (60, 60);

/// What sign-up needs. `client` is the address that tries are counted by.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is what its name says")]
pub struct SignUp {
    pub email: String,
    pub password: String,
    pub name: String,
    pub guest_token: Option<String>,
    pub client: String,
}

/// What sign-in needs. `client` is the address that tries are counted by.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is what its name says")]
pub struct SignIn {
    pub email: String,
    pub password: String,
    pub one_time_code: Option<String>,
    pub guest_token: Option<String>,
    pub client: String,
}

/// What sessions are made of.
#[expect(missing_docs, reason = "each part is what its type says")]
pub struct SessionParts {
    pub users: Arc<dyn UserStore>,
    pub store: Arc<dyn SessionStore>,
    pub factors: Arc<dyn FactorStore>,
    pub limiter: Arc<dyn RateLimiter>,
    /// `None`: the shop reaches no mailbox, so passwords cannot be reset.
    pub mailer: Option<Arc<dyn Mailer>>,
    pub moves: Moves,
    pub keys: TokenKeys,
    /// Seal the secrets of second factors.
    pub sealing: SealingKeys,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdSource>,
}

/// The session service. Cheap to clone.
#[derive(Clone)]
pub struct Sessions(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) parts: SessionParts,
    pub(super) passwords: Passwords,
    pub(super) resets: Arc<Semaphore>,
    ended: Ended,
}

impl Deref for Inner {
    type Target = SessionParts;
    fn deref(&self) -> &SessionParts {
        &self.parts
    }
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions")
    }
}

impl Sessions {
    /// Over its stores.
    pub fn new(parts: SessionParts) -> Self {
        let resets = Arc::new(Semaphore::new(RESETS_AT_ONCE));
        Self(Arc::new(Inner { parts, passwords: Passwords::default(), resets, ended: Ended::default() }))
    }

    /// The password hasher, for accounts that are made elsewhere (the demo).
    pub fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    /// Begins without an account.
    ///
    /// # Errors
    /// A pincode that does not exist, or a failed store.
    pub async fn start_guest(&self, deliver_to: Option<Pincode>) -> Result<(Tokens, GuestId), Error> {
        if let Some(pincode) = deliver_to.filter(|p| table().get(*p).is_none()) {
            return Err(invalid("deliverTo", format!("there is no pincode {pincode}: check the six digits")));
        }
        let now = self.0.clock.now();
        let guest = GuestId(self.0.ids.next(now));
        let token = self.secret();
        self.0.store.open_guest(guest, hash(&token), now).await?;
        if deliver_to.is_some() {
            self.0.users.set_guest_pincode(guest, deliver_to, now).await?;
        }
        let expires_at = now + GUEST_TTL;
        let caller = Caller {
            owner: Some(Owner::Guest(guest)),
            roles: Roles::default(),
            session: None,
            expires_at: Some(expires_at),
        };
        let access = self.0.keys.issue(&caller, now)?;
        Ok((Tokens { access, expires_at, refresh: None, guest: Some(token) }, guest))
    }

    /// Makes an account and signs in.
    ///
    /// # Errors
    /// Broken rules, a taken e-mail address, too many tries, or a failed store.
    pub async fn sign_up(&self, input: SignUp) -> Result<(Tokens, ShopperId), Error> {
        self.count_try("sign-up", &input.client, &input.email, ACCOUNT_TRIES).await?;
        let email = rules::normal_email(&input.email)
            .ok_or_else(|| invalid("email", "write an address such as name@example.org"))?;
        if !rules::is_name(&input.name) {
            return Err(invalid("name", "write 1 to 200 characters"));
        }
        check_password("password", &input.password)?;
        let now = self.0.clock.now();
        let password_hash = self.0.passwords.hash(input.password).await?;
        let shopper = Shopper {
            id: ShopperId(self.0.ids.next(now)),
            email,
            name: input.name,
            roles: Roles::default().with(Role::Shopper),
            supplier: None,
            courier: None,
            delivery_pincode: None,
            created_at: now,
        };
        if !self.0.users.create(shopper.clone(), password_hash, now).await? {
            return Err(invalid("email", "this address cannot be used for a new account: sign in, or use another"));
        }
        self.take_over(input.guest_token, shopper.id, now).await?;
        self.open(&shopper, now).await
    }

    /// Signs in. An unknown address and a wrong password give the same answer after the same work; a second factor is asked
    /// for after the right password only.
    ///
    /// # Errors
    /// [`Error::WrongCredentials`], [`Error::TotpRequired`], [`Error::WrongCode`], too many tries, or a failed store.
    pub async fn sign_in(&self, input: SignIn) -> Result<(Tokens, ShopperId), Error> {
        self.count_try("sign-in", &input.client, &input.email, ACCOUNT_TRIES).await?;
        let found = match rules::normal_email(&input.email) {
            Some(email) => self.0.users.shopper_by_email(&email).await?,
            None => None,
        };
        let (shopper, stored) = found.unzip();
        let password: String = if input.password.len() > PASSWORD_MAX { String::new() } else { input.password };
        let fits = self.0.passwords.verify(password.clone(), stored.clone()).await?;
        let shopper = shopper.filter(|_| fits).ok_or(Error::WrongCredentials)?;
        self.check_factor(shopper.id, input.one_time_code.as_deref(), &input.client).await?;
        if let Some(old) = stored.filter(|hash| Passwords::is_weak(hash)) {
            self.0.users.rehash(shopper.id, old, self.0.passwords.hash(password).await?).await?;
        }
        let now = self.0.clock.now();
        self.take_over(input.guest_token, shopper.id, now).await?;
        self.open(&shopper, now).await
    }

    /// A new access token for a refresh token, which is used up. A used one that comes again ends the whole session.
    ///
    /// # Errors
    /// [`Error::InvalidToken`], or a failed store.
    pub async fn refresh(&self, refresh_token: &str) -> Result<(Tokens, ShopperId), Error> {
        let now = self.0.clock.now();
        let new = self.secret();
        match self.0.store.rotate(hash(refresh_token), hash(&new), now + REFRESH_TTL, now).await? {
            Rotated::Done(session) => {
                let mut found = self.0.users.shoppers_by_ids(&[session.shopper]).await?;
                let shopper = found.remove(&session.shopper).ok_or(Error::InvalidToken)?;
                Ok((self.tokens(&shopper, session.id, new, now)?, shopper.id))
            }
            Rotated::Replayed => {
                self.0.ended.read_soon();
                Err(Error::InvalidToken)
            }
            Rotated::Unknown => Err(Error::InvalidToken),
        }
    }

    /// Ends the session. A token that is not known is no error: the session is over either way.
    ///
    /// # Errors
    /// A failed store.
    pub async fn sign_out(&self, refresh_token: &str) -> Result<(), Error> {
        self.0.store.revoke_by_token(hash(refresh_token), self.0.clock.now()).await?;
        self.0.ended.read_soon();
        Ok(())
    }

    /// Who calls with an access token. That of an ended session is refused: at once where it was ended, and within
    /// [`READ_EVERY`](super::ended::READ_EVERY) in other processes. While the store cannot be asked, what was known last
    /// holds, so that a token outlives its session by [`ACCESS_TTL`] at most.
    ///
    /// # Errors
    /// [`Error::ExpiredToken`] or [`Error::InvalidToken`].
    pub async fn caller(&self, access_token: &str) -> Result<Caller, Error> {
        let caller = self.authenticate(access_token)?;
        if self.has_ended(&caller).await { Err(Error::InvalidToken) } else { Ok(caller) }
    }

    /// Whether the session that a caller came with has ended since; known within [`READ_EVERY`](super::ended::READ_EVERY).
    /// While the store cannot be asked, what was known last counts.
    pub async fn has_ended(&self, caller: &Caller) -> bool {
        match caller.session {
            Some(session) => self.0.ended.holds(session, &*self.0.store, self.0.clock.now()).await,
            None => false,
        }
    }

    /// Ended sessions are looked up anew with the next call: some were ended here.
    pub(super) fn sessions_ended(&self) {
        self.0.ended.read_soon();
    }

    /// Who an access token speaks for, as far as the token itself tells.
    ///
    /// # Errors
    /// [`Error::ExpiredToken`] or [`Error::InvalidToken`].
    pub fn authenticate(&self, access_token: &str) -> Result<Caller, Error> {
        self.0.keys.read(access_token, self.0.clock.now())
    }

    async fn open(&self, shopper: &Shopper, now: Timestamp) -> Result<(Tokens, ShopperId), Error> {
        let (session, refresh) = self.next_session(shopper.id, now);
        let id = session.id;
        self.0.store.open(session, now).await?;
        Ok((self.tokens(shopper, id, refresh, now)?, shopper.id))
    }

    /// A session to be stored, and its refresh token.
    pub(super) fn next_session(&self, shopper: ShopperId, now: Timestamp) -> (Session, String) {
        let refresh = self.secret();
        let (id, refresh_hash) = (SessionId(self.0.ids.next(now)), hash(&refresh));
        (Session { id, shopper, refresh_hash, expires_at: now + REFRESH_TTL, revoked: false }, refresh)
    }

    pub(super) fn tokens(
        &self,
        shopper: &Shopper,
        session: SessionId,
        refresh: String,
        now: Timestamp,
    ) -> Result<Tokens, Error> {
        let expires_at = now + ACCESS_TTL;
        let owner = Some(Owner::Shopper(shopper.id));
        let caller = Caller { owner, roles: shopper.roles, session: Some(session), expires_at: Some(expires_at) };
        Ok(Tokens { access: self.0.keys.issue(&caller, now)?, expires_at, refresh: Some(refresh), guest: None })
    }

    /// Moves what a guest had to the account, once. The event written with the mark lets a worker finish it after a crash.
    async fn take_over(&self, token: Option<String>, shopper: ShopperId, now: Timestamp) -> Result<(), Error> {
        let Some(token) = token else { return Ok(()) };
        let Some(guest) = self.0.store.guest_by_token(hash(&token)).await? else { return Ok(()) };
        let mine = match guest.merged_into {
            Some(into) if into == shopper => {
                // Told once more: what another tab ordered as the guest since then moves, too.
                self.0.store.mark_merged(guest.id, shopper, now).await?;
                true
            }
            Some(_) => false,
            None => self.0.store.mark_merged(guest.id, shopper, now).await?,
        };
        if mine && let Err(e) = self.0.moves.merge_guest(guest.id, shopper).await {
            tracing::warn!(error = %e, "what the guest had is moved later, by the worker");
        }
        Ok(())
    }

    /// Counts a try by its client and by its account, each with what is tried. The account is what the caller names, known
    /// or not.
    pub(super) async fn count_try(
        &self,
        what: &str,
        client: &str,
        account: &str,
        account_tries: (u32, u32),
    ) -> Result<(), Error> {
        let now = self.0.clock.now();
        let account = hash(&account.trim().to_lowercase());
        for (key, (burst, rate)) in
            [(format!("{what}:client:{client}"), CLIENT_TRIES), (format!("{what}:account:{account}"), account_tries)]
        {
            match self.0.limiter.take(&key, burst, rate, now).await {
                Ok(Ok(())) => {}
                Ok(Err(retry_at)) => return Err(Error::TooMany { retry_at }),
                // A limiter that is down must not lock everybody out.
                Err(EngineError { message, .. }) => tracing::warn!(%message, "tries are not counted"),
            }
        }
        Ok(())
    }

    pub(super) fn secret(&self) -> String {
        opaque(self.0.ids.random(), self.0.ids.random())
    }
}

/// A password that an account may have from now on.
pub(super) fn check_password(field: &'static str, password: &str) -> Result<(), Error> {
    if password.chars().count() < PASSWORD_MIN {
        return Err(invalid(field, format!("use {PASSWORD_MIN} characters or more")));
    }
    if password.len() > PASSWORD_MAX {
        return Err(invalid(field, format!("use at most {PASSWORD_MAX} bytes")));
    }
    Ok(())
}

fn invalid(field: &'static str, message: impl Into<String>) -> Error {
    Error::Invalid { field, message: message.into() }
}
