//! Secrets that must be read again, and so cannot be kept as hashes, are kept sealed (AES-256-GCM-SIV): a copy of the
//! database without the keys tells nothing, and what was sealed for one account opens for no other.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::kernel::error::{EngineError, EngineResult};

/// The keys that seal; the first one does, all of them open.
pub struct SealingKeys(Vec<(String, LessSafeKey)>);

impl std::fmt::Debug for SealingKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(id, _)| id)).finish()
    }
}

impl SealingKeys {
    /// From `id:secret,id:secret`, newest first; `None` when there is none or a part has no id.
    pub fn parse(text: &str) -> Option<Self> {
        let keys = text.split(',').map(|part| {
            let (id, secret) =
                part.trim().split_once(':').filter(|(id, secret)| !id.is_empty() && !secret.is_empty())?;
            let key = UnboundKey::new(&AES_256_GCM_SIV, &Sha256::digest(secret.as_bytes())).ok()?;
            Some((id.to_owned(), LessSafeKey::new(key)))
        });
        keys.collect::<Option<Vec<_>>>().filter(|k| !k.is_empty()).map(Self)
    }

    /// Seals a secret for an account; `random` should not come twice.
    ///
    /// # Errors
    /// When the cipher refuses, which it does for secrets of many gigabytes only.
    pub fn seal(&self, secret: &[u8], owner: Uuid, random: u128) -> EngineResult<String> {
        let refused = || EngineError::permanent("sessions", "a secret cannot be sealed");
        let (id, key) = self.0.first().ok_or_else(refused)?;
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&random.to_be_bytes()[..NONCE_LEN]);
        let mut sealed = secret.to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(owner.as_bytes()), &mut sealed)
            .map_err(|_| refused())?;
        let whole = [&nonce[..], &sealed].concat();
        Ok(format!("{id}:{}", URL_SAFE_NO_PAD.encode(whole)))
    }

    /// Opens what was sealed for an account.
    ///
    /// # Errors
    /// When no key here sealed it, it was altered, or it is another account's.
    pub fn open(&self, sealed: &str, owner: Uuid) -> EngineResult<Vec<u8>> {
        self.try_open(sealed, owner).ok_or_else(|| {
            EngineError::permanent("sessions", "a sealed secret cannot be opened: `sealing_keys` lacks its key")
        })
    }

    fn try_open(&self, sealed: &str, owner: Uuid) -> Option<Vec<u8>> {
        let (id, text) = sealed.split_once(':')?;
        let (_, key) = self.0.iter().find(|(known, _)| known == id)?;
        let mut whole = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, rest) = whole.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        key.open_in_place(nonce, Aad::from(owner.as_bytes()), rest).ok().map(|opened| opened.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: Uuid = Uuid::from_u128(1);

    fn keys(text: &str) -> SealingKeys {
        SealingKeys::parse(text).expect("keys")
    }

    #[test]
    fn a_sealed_secret_opens_for_its_account_and_key_only() {
        let k = keys("a:first secret");
        let sealed = k.seal(b"canary", ME, 7).expect("seals");
        assert!(sealed.starts_with("a:") && !sealed.contains("canary"), "{sealed}");
        assert_eq!(k.open(&sealed, ME).expect("opens"), b"canary");
        assert!(k.open(&sealed, Uuid::from_u128(2)).is_err(), "another account's");
        assert!(keys("a:another secret").open(&sealed, ME).is_err(), "another key");
        for broken in ["", "a:", "a:AAAA", "b:AAAA", &sealed[..sealed.len() - 2], &format!("{sealed}AA")] {
            assert!(k.open(broken, ME).is_err(), "{broken}");
        }
    }

    #[test]
    fn keys_rotate_by_their_ids() {
        let sealed = keys("a:first secret").seal(b"x", ME, 7).expect("seals");
        let both = keys("b:second secret, a:first secret");
        assert_eq!(both.open(&sealed, ME).expect("opens"), b"x");
        assert!(both.seal(b"x", ME, 7).expect("seals").starts_with("b:"));
        assert!(SealingKeys::parse("").is_none() && SealingKeys::parse("no id").is_none());
        assert_eq!(format!("{both:?}"), r#"["b", "a"]"#);
    }
}
