//! New passwords: changed by who knows the old one, or set anew by who reads the account's mail. Either ends every session
//! of the account, so that a thief's ends, too.

use std::time::Duration;

use super::{
    error::Error,
    model::Tokens,
    passwords::PASSWORD_MAX,
    service::{ACCOUNT_TRIES, Sessions, check_password},
    tokens::hash,
};
use crate::{
    kernel::{
        error::{EngineError, EngineResult},
        ids::ShopperId,
        mail::Mail,
    },
    users::{Shopper, rules},
};

/// How long a reset token is good.
pub const RESET_TTL: Duration = Duration::from_secs(30 * 60);
/// Messages about resets that are on their way at the same time.
pub(super) const RESETS_AT_ONCE: usize = 64;
/// Resets asked for one address in a row, and how many come back per minute: each is a message in somebody's mailbox.
const RESET_TRIES: (u32, u32) = (3, 1);

/// What a change of a password needs. `client` is the address that tries are counted by.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is what its name says")]
pub struct ChangePassword {
    pub shopper: ShopperId,
    pub current: String,
    pub new: String,
    pub client: String,
}

impl Sessions {
    /// Sets a new password for who knows the current one. Every session of the account ends; the answer is a new one.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], a new password that breaks the rules, too many tries, or a failed store.
    pub async fn change_password(&self, input: ChangePassword) -> Result<Tokens, Error> {
        let ChangePassword { shopper, current, new, client } = input;
        check_password("newPassword", &new)?;
        let (shopper, old_hash) = self.prove_password(shopper, "currentPassword", current, &client).await?;
        let new_hash = self.0.passwords.hash(new).await?;
        let now = self.0.clock.now();
        let (next, refresh) = self.next_session(shopper.id, now);
        let session = next.id;
        if !self.0.store.change_password(old_hash, new_hash, next, now).await? {
            return Err(Error::WrongPassword("currentPassword"));
        }
        self.sessions_ended();
        self.tokens(&shopper, session, refresh, now)
    }

    /// The account, and its hash, of who gives its password along with a change; `field` is the input's name.
    pub(super) async fn prove_password(
        &self,
        shopper: ShopperId,
        field: &'static str,
        password: String,
        client: &str,
    ) -> Result<(Shopper, String), Error> {
        self.count_try("password", client, &shopper.to_string(), ACCOUNT_TRIES).await?;
        let mut found = self.0.users.shoppers_by_ids(&[shopper]).await?;
        let email = found.remove(&shopper).ok_or(Error::InvalidToken)?.email;
        let (shopper, hash) = self.0.users.shopper_by_email(&email).await?.ok_or(Error::InvalidToken)?;
        let password = if password.len() > PASSWORD_MAX { String::new() } else { password };
        let fits = self.0.passwords.verify(password, Some(hash.clone())).await?;
        if fits { Ok((shopper, hash)) } else { Err(Error::WrongPassword(field)) }
    }

    /// Sends a token that sets a new password to the mailbox of an account. Whether there is one is found out after the
    /// answer, beside it, so that neither words nor time tell. Answers how long the token will be good.
    ///
    /// # Errors
    /// Too many tries, a shop that sends no mail, or more requests than it can follow.
    pub async fn request_password_reset(&self, email: &str, client: &str) -> Result<Duration, Error> {
        self.count_try("reset", client, email, RESET_TRIES).await?;
        if self.0.mailer.is_none() {
            return Err(EngineError::permanent("mail", "`mail_url` names nothing that reaches a mailbox").into());
        }
        let place = std::sync::Arc::clone(&self.0.resets).try_acquire_owned();
        let place = place.map_err(|_| EngineError::retryable("mail", "too many messages are on their way"))?;
        let (this, email) = (self.clone(), rules::normal_email(email));
        tokio::spawn(async move {
            if let Some(email) = email
                && let Err(error) = this.send_reset(&email).await
            {
                tracing::warn!(%error, "a message about a new password was not sent");
            }
            drop(place);
        });
        Ok(RESET_TTL)
    }

    async fn send_reset(&self, email: &str) -> EngineResult<()> {
        let (Some((shopper, _)), Some(mailer)) = (self.0.users.shopper_by_email(email).await?, &self.0.mailer) else {
            return Ok(());
        };
        let (token, now) = (self.secret(), self.0.clock.now());
        self.0.store.open_reset(shopper.id, hash(&token), now + RESET_TTL).await?;
        let minutes = RESET_TTL.as_secs() / 60;
        let text = format!(
            "Somebody, we hope you, asked for a new password for your account.\n\n\
             This code sets one. It works once, for {minutes} minutes:\n\n{token}\n\n\
             If it was not you, do nothing: the password stays as it is.\n"
        );
        mailer.send(Mail { to: shopper.email, subject: "A new password for your account".to_owned(), text }).await
    }

    /// Sets a new password with a token from a message. Every session of the account ends; signing in is another step.
    ///
    /// # Errors
    /// [`Error::WrongReset`] for a token that is unknown, used or too old; a password that breaks the rules, too many tries,
    /// or a failed store.
    pub async fn reset_password(&self, token: &str, new: String, client: &str) -> Result<(), Error> {
        let token_hash = hash(token.trim());
        self.count_try("reset-with", client, &token_hash, ACCOUNT_TRIES).await?;
        check_password("newPassword", &new)?;
        let new_hash = self.0.passwords.hash(new).await?;
        let used = self.0.store.use_reset(token_hash, new_hash, self.0.clock.now()).await?;
        used.ok_or(Error::WrongReset)?;
        self.sessions_ended();
        Ok(())
    }
}
