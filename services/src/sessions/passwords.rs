//! Passwords: Argon2id with the library's defaults (19 MiB, two passes), run beside the async threads, few at a time, so
//! that sign-ins cannot take the machine.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use crate::kernel::error::{EngineError, EngineResult};

/// Hashes computed at the same time.
const AT_ONCE: usize = 2;
/// Checked when there is no such account: as costly as a real one, and no password fits it.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlz$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// Characters that a password must have.
pub const PASSWORD_MIN: usize = 12;
/// Bytes that a password may have.
pub const PASSWORD_MAX: usize = 1_024;

/// Makes and checks password hashes. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Passwords {
    places: Arc<Semaphore>,
    computed: Arc<AtomicU64>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)), computed: Arc::default() }
    }
}

impl Passwords {
    /// How many hashes were computed: a test holds that both paths of a sign-in compute one.
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    /// The PHC string of a password.
    pub async fn hash(&self, password: String) -> EngineResult<String> {
        self.run(move || {
            let hash = Argon2::default().hash_password(password.as_bytes());
            hash.map(|h| h.to_string())
                .map_err(|e| EngineError::permanent("sessions", format!("the password cannot be hashed: {e}")))
        })
        .await
    }

    /// Whether the password fits the hash. Without a hash (there is no such account) the same work is done in vain.
    pub async fn verify(&self, password: String, hash: Option<String>) -> EngineResult<bool> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let fits = self
            .run(move || {
                let parsed = argon2::PasswordHash::new(&hash).map_err(|e| {
                    EngineError::permanent("sessions", format!("a stored password hash cannot be read: {e}"))
                })?;
                Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
            })
            .await?;
        Ok(fits && known)
    }

    /// Whether a stored hash costs less to guess than those that are made today; one that cannot be read is not weak, it is
    /// broken.
    pub fn is_weak(hash: &str) -> bool {
        let Ok(parsed) = argon2::PasswordHash::new(hash) else { return false };
        let (today, theirs) = (Params::default(), Params::try_from(&parsed));
        let as_dear = theirs.is_ok_and(|p| p.m_cost() >= today.m_cost() && p.t_cost() >= today.t_cost());
        parsed.algorithm.as_str() != Algorithm::default().as_str() || !as_dear
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> EngineResult<T> + Send + 'static) -> EngineResult<T> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|_| EngineError::retryable("sessions", "the shop is stopping"))?;
        self.computed.fetch_add(1, Ordering::Relaxed);
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(place);
            result
        });
        done.await.map_err(|_| EngineError::retryable("sessions", "the shop is stopping"))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_fits() {
        let p = Passwords::default();
        let hash = p.hash("correct horse battery".into()).await.expect("hashes");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(p.verify("correct horse battery".into(), Some(hash.clone())).await.expect("verifies"));
        assert!(!p.verify("correct horse batterz".into(), Some(hash)).await.expect("verifies"));
    }

    #[test]
    fn a_hash_of_less_work_is_weak() {
        let of = |head: &str| format!("{head}$bm9ib2R5IGhhcyB0aGlz$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        for weak in ["$argon2id$v=19$m=9216,t=4,p=1", "$argon2id$v=19$m=19456,t=1,p=1", "$argon2i$v=19$m=19456,t=2,p=1"]
        {
            assert!(Passwords::is_weak(&of(weak)), "{weak}");
        }
        for good in ["$argon2id$v=19$m=19456,t=2,p=1", "$argon2id$v=19$m=65536,t=3,p=1"] {
            assert!(!Passwords::is_weak(&of(good)), "{good}");
        }
        assert!(!Passwords::is_weak(NOBODY) && !Passwords::is_weak("no hash at all"));
    }

    #[tokio::test]
    async fn an_unknown_account_costs_the_same_work() {
        let p = Passwords::default();
        let hash = p.hash("a good long password".into()).await.expect("hashes");
        let ours = hash.split('$').take(4).collect::<Vec<_>>();
        assert_eq!(NOBODY.split('$').take(4).collect::<Vec<_>>(), ours, "same algorithm, same cost");
        for stored in [None, Some(hash)] {
            let before = p.computed();
            assert!(!p.verify("wrong".into(), stored).await.expect("verifies"));
            assert_eq!(p.computed() - before, 1);
        }
    }
}
