//! The second factor of an account, for those who want one: codes of an authenticator app, and recovery codes for when it
//! is lost. The app's secret is told once, when it is made.

use super::{
    error::Error,
    model::Factor,
    service::Sessions,
    tokens::hash,
    totp::{base32, is_code, matching_step, uri},
};
use crate::kernel::ids::ShopperId;

/// Tries of an account's codes in a row, and how many come back per minute: a code has a million values.
const CODE_TRIES: (u32, u32) = (5, 1);
/// Recovery codes of an account.
const RECOVERY_CODES: usize = 10;
/// Bytes of a recovery code: more than can be guessed, few enough to be typed.
const RECOVERY_BYTES: usize = 10;

/// What the owner of an account puts into an app.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is what its name says")]
pub struct AppSecret {
    pub secret: String,
    pub uri: String,
}

impl Sessions {
    /// Makes the secret of a second factor, which counts when a code of it was confirmed.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::WrongFactorState`] when there is one already, too many tries, or a failed store.
    pub async fn begin_totp(&self, shopper: ShopperId, password: String, client: &str) -> Result<AppSecret, Error> {
        let (shopper, _) = self.prove_password(shopper, "password", password, client).await?;
        // 160 bits, as long as the hash that uses them.
        let secret = [self.0.ids.random().to_be_bytes(), self.0.ids.random().to_be_bytes()].concat();
        let sealed = self.0.sealing.seal(&secret[..20], shopper.id.0, self.0.ids.random())?;
        if !self.0.factors.begin(shopper.id, sealed, self.0.clock.now()).await? {
            return Err(Error::WrongFactorState("the account has a second factor: take it off first"));
        }
        let secret = base32(&secret[..20]);
        Ok(AppSecret { uri: uri(&secret, &shopper.email), secret })
    }

    /// Confirms that the app shows the right codes: from now on signing in needs one. Answers the recovery codes, of which
    /// only hashes are kept.
    ///
    /// # Errors
    /// [`Error::WrongCode`], [`Error::WrongFactorState`] when nothing waits to be confirmed, too many tries, or a failed
    /// store.
    pub async fn confirm_totp(&self, shopper: ShopperId, code: &str, client: &str) -> Result<Vec<String>, Error> {
        self.count_try("code", client, &shopper.to_string(), CODE_TRIES).await?;
        let waits = self.0.factors.factor(shopper).await?.filter(|factor| !factor.confirmed);
        let nothing = || Error::WrongFactorState("no second factor waits to be confirmed: begin one first");
        let factor = waits.ok_or_else(nothing)?;
        let now = self.0.clock.now();
        let secret = self.0.sealing.open(&factor.sealed, shopper.0)?;
        let step = matching_step(&secret, code.trim(), factor.last_step, now).ok_or(Error::WrongCode("code"))?;
        let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code(self.0.ids.random())).collect();
        let hashes = codes.iter().map(|code| recovery_hash(code)).collect();
        if !self.0.factors.confirm(shopper, factor.sealed, step, hashes).await? {
            return Err(nothing());
        }
        Ok(codes)
    }

    /// Takes the second factor off, for who has both.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::WrongCode`], [`Error::WrongFactorState`] when there is none, too many tries, or a
    /// failed store.
    pub async fn disable_totp(
        &self,
        shopper: ShopperId,
        password: String,
        code: &str,
        client: &str,
    ) -> Result<(), Error> {
        self.prove_password(shopper, "password", password, client).await?;
        let none = Error::WrongFactorState("the account has no second factor");
        let factor = self.0.factors.factor(shopper).await?.filter(|factor| factor.confirmed).ok_or(none)?;
        self.prove_code(shopper, &factor, ("code", code), client).await?;
        self.0.factors.remove(shopper).await?;
        Ok(())
    }

    /// Whether signing in to an account needs a code, too; a factor that waits to be confirmed does not count.
    ///
    /// # Errors
    /// A failed store.
    pub async fn has_second_factor(&self, shopper: ShopperId) -> Result<bool, Error> {
        Ok(self.0.factors.factor(shopper).await?.is_some_and(|factor| factor.confirmed))
    }

    /// Asks who gave the right password for the second factor, if the account has one.
    pub(super) async fn check_factor(&self, shopper: ShopperId, code: Option<&str>, client: &str) -> Result<(), Error> {
        let Some(factor) = self.0.factors.factor(shopper).await?.filter(|factor| factor.confirmed) else {
            return Ok(());
        };
        self.prove_code(shopper, &factor, ("oneTimeCode", code.ok_or(Error::TotpRequired)?), client).await
    }

    /// Uses a code of the app, or a recovery code, up; it comes with the name of its input.
    async fn prove_code(
        &self,
        shopper: ShopperId,
        factor: &Factor,
        (field, code): (&'static str, &str),
        client: &str,
    ) -> Result<(), Error> {
        self.count_try("code", client, &shopper.to_string(), CODE_TRIES).await?;
        let code = code.trim();
        let good = if is_code(code) {
            let secret = self.0.sealing.open(&factor.sealed, shopper.0)?;
            match matching_step(&secret, code, factor.last_step, self.0.clock.now()) {
                Some(step) => self.0.factors.use_step(shopper, step).await?,
                None => false,
            }
        } else {
            self.0.factors.use_recovery(shopper, recovery_hash(code)).await?
        };
        if good { Ok(()) } else { Err(Error::WrongCode(field)) }
    }
}

/// Four groups of four letters and digits.
fn recovery_code(random: u128) -> String {
    let letters = base32(&random.to_be_bytes()[..RECOVERY_BYTES]);
    letters.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
}

/// The hash of a recovery code, however it was typed.
fn recovery_hash(code: &str) -> String {
    hash(&code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_code_is_known_however_it_is_typed() {
        let code = recovery_code(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
        assert_eq!(code, "AERU-KZ4J-VPG6-6AJD");
        assert!(!is_code(&code));
        for typed in ["aeru-kz4j-vpg6-6ajd", "AERUKZ4JVPG66AJD", " aeru kz4j vpg6 6ajd "] {
            assert_eq!(recovery_hash(typed), recovery_hash(&code), "{typed}");
        }
        assert_ne!(recovery_hash("AERU-KZ4J-VPG6-6AJE"), recovery_hash(&code));
    }
}
