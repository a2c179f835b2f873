//! What a session is, for a client and for the store.

use serde::{Deserialize, Serialize};

use crate::kernel::{
    clock::Timestamp,
    ids::{GuestId, SessionId, ShopperId},
};

/// What a client keeps between requests.
#[derive(Clone, PartialEq, Eq)]
pub struct Tokens {
    /// Sent as `Authorization: Bearer …`; a signed JWT of at most 15 minutes.
    pub access: String,
    /// The access token is good until then.
    pub expires_at: Timestamp,
    /// Opaque, used once; `None` for a guest.
    pub refresh: Option<String>,
    /// For a guest: given to sign-in or sign-up so that cart and wishlist move in.
    pub guest: Option<String>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// A sign-in: the family of refresh tokens that descend from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub shopper: ShopperId,
    /// SHA-256 of the refresh token that is good now, hexadecimal.
    pub refresh_hash: String,
    /// The refresh token is good until then.
    pub expires_at: Timestamp,
    /// It was ended, or a used token came again.
    pub revoked: bool,
}

/// What became of a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotated {
    /// It was good; the new one is stored.
    Done(Session),
    /// It was used before: the whole family is revoked now.
    Replayed,
    /// There is no such token, or it is too old or revoked.
    Unknown,
}

/// The second factor of an account.
#[derive(Clone, PartialEq, Eq)]
pub struct Factor {
    /// The app's secret, sealed.
    pub sealed: String,
    /// It counts; else it waits for a first code.
    pub confirmed: bool,
    /// The last step whose code was used.
    pub last_step: i64,
}

impl std::fmt::Debug for Factor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Factor").field("confirmed", &self.confirmed).finish_non_exhaustive()
    }
}

/// A guest whose things may be merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guest {
    /// Its id.
    pub id: GuestId,
    /// Into whom it was merged.
    pub merged_into: Option<ShopperId>,
}
