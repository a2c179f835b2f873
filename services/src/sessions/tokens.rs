//! Access tokens: JWTs of one pinned algorithm, checked by key id, audience, issuer and time. And the opaque secrets of
//! refresh and guest tokens, which are stored only as hashes.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::error::Error;
use crate::kernel::{
    caller::{Caller, Owner, Roles},
    clock::Timestamp,
    ids::{GuestId, SessionId, ShopperId},
    text::hex,
};

/// How long an access token is good.
pub const ACCESS_TTL: Duration = Duration::from_secs(15 * 60);
/// How long a guest's token is good: a guest has no refresh token.
pub const GUEST_TTL: Duration = Duration::from_secs(30 * 24 * 3_600);
/// How long a refresh token is good.
pub const REFRESH_TTL: Duration = Duration::from_secs(30 * 24 * 3_600);
/// How far a token's beginning may lie in the future, seconds: clocks of several machines differ.
const LEEWAY_SECONDS: i64 = 30;
const ISSUER: &str = "chowk";
const AUDIENCE: &str = "chowk-storefront";

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    gst: bool,
    rol: u8,
    sid: Option<Uuid>,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// The keys that sign access tokens; the first signs, all are accepted.
#[derive(Clone)]
pub struct TokenKeys(Vec<(String, EncodingKey, DecodingKey)>);

impl std::fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(id, ..)| id)).finish()
    }
}

impl TokenKeys {
    /// From `id:secret,id:secret`, newest first; `None` when there is none or a part has no id.
    pub fn parse(text: &str) -> Option<Self> {
        let keys = text.split(',').map(|part| {
            let (id, secret) = part.trim().split_once(':')?;
            let bytes = secret.as_bytes();
            (!id.is_empty() && !bytes.is_empty())
                .then(|| (id.to_owned(), EncodingKey::from_secret(bytes), DecodingKey::from_secret(bytes)))
        });
        keys.collect::<Option<Vec<_>>>().filter(|k| !k.is_empty()).map(Self)
    }

    /// A token for a caller, good until the caller's `expires_at`.
    ///
    /// # Errors
    /// When the caller has no owner or no end.
    pub fn issue(&self, caller: &Caller, now: Timestamp) -> Result<String, Error> {
        let (Some(owner), Some(end), Some((id, key, _))) = (caller.owner, caller.expires_at, self.0.first()) else {
            return Err(Error::InvalidToken);
        };
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: owner.uuid(),
            gst: owner.shopper().is_none(),
            rol: caller.roles.0,
            sid: caller.session.map(|s| s.0),
            iat: now.seconds(),
            nbf: now.seconds(),
            exp: end.seconds(),
        };
        let header = Header { kid: Some(id.clone()), ..Header::new(Algorithm::HS256) };
        encode(&header, &claims, key).map_err(|_| Error::InvalidToken)
    }

    /// Who a token speaks for.
    ///
    /// # Errors
    /// [`Error::ExpiredToken`] when its time is over, [`Error::InvalidToken`] for anything else that is wrong with it.
    pub fn read(&self, token: &str, now: Timestamp) -> Result<Caller, Error> {
        let header = decode_header(token).map_err(|_| Error::InvalidToken)?;
        let kid = header.kid.ok_or(Error::InvalidToken)?;
        let (.., key) = self.0.iter().find(|(id, ..)| *id == kid).ok_or(Error::InvalidToken)?;
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_audience(&[AUDIENCE]);
        rules.set_issuer(&[ISSUER]);
        rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        // Time is told by the shop's clock, below.
        rules.validate_exp = false;
        let claims = decode::<Claims>(token, key, &rules).map_err(|_| Error::InvalidToken)?.claims;
        if claims.nbf > now.seconds() + LEEWAY_SECONDS {
            return Err(Error::InvalidToken);
        }
        if claims.exp <= now.seconds() {
            return Err(Error::ExpiredToken);
        }
        let owner = if claims.gst { Owner::Guest(GuestId(claims.sub)) } else { Owner::Shopper(ShopperId(claims.sub)) };
        Ok(Caller {
            owner: Some(owner),
            roles: if claims.gst { Roles::default() } else { Roles(claims.rol) },
            session: claims.sid.map(SessionId),
            expires_at: Some(Timestamp::from_seconds(claims.exp)),
        })
    }
}

/// 256 random bits as text, from two draws.
pub fn opaque(a: u128, b: u128) -> String {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(&a.to_be_bytes());
    bytes[16..].copy_from_slice(&b.to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// SHA-256 as hexadecimal: what a store keeps of an opaque token.
pub fn hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::caller::Role;

    const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

    fn keys(text: &str) -> TokenKeys {
        TokenKeys::parse(text).expect("keys")
    }
    fn caller() -> Caller {
        Caller {
            owner: Some(Owner::Shopper(ShopperId(Uuid::from_u128(9)))),
            roles: Roles::default().with(Role::Shopper),
            session: Some(SessionId(Uuid::from_u128(3))),
            expires_at: Some(NOW + ACCESS_TTL),
        }
    }
    fn forged(alg: &str, claims: &serde_json::Value) -> String {
        let part = |v: &serde_json::Value| URL_SAFE_NO_PAD.encode(v.to_string());
        format!("{}.{}.{}", part(&serde_json::json!({"alg": alg, "typ": "JWT", "kid": "a"})), part(claims), "")
    }

    #[test]
    fn a_token_speaks_for_its_caller_until_it_expires() {
        let k = keys("a:0123456789abcdef0123456789abcdef");
        let token = k.issue(&caller(), NOW).expect("issues");
        assert_eq!(k.read(&token, NOW).expect("reads"), caller());
        let last = Timestamp::from_seconds((NOW + ACCESS_TTL).seconds() - 1);
        assert!(k.read(&token, last).is_ok());
        assert!(matches!(k.read(&token, NOW + ACCESS_TTL), Err(Error::ExpiredToken)));
    }

    #[test]
    fn keys_rotate_by_their_ids() {
        let old = keys("a:0123456789abcdef0123456789abcdef");
        let both = keys("b:fedcba9876543210fedcba9876543210,a:0123456789abcdef0123456789abcdef");
        let token = old.issue(&caller(), NOW).expect("issues");
        assert!(both.read(&token, NOW).is_ok());
        let token = both.issue(&caller(), NOW).expect("issues");
        assert!(matches!(old.read(&token, NOW), Err(Error::InvalidToken)));
        assert!(TokenKeys::parse("nocolon").is_none() && TokenKeys::parse("").is_none());
    }

    #[test]
    fn forged_tokens_are_refused() {
        let k = keys("a:0123456789abcdef0123456789abcdef");
        let good = k.issue(&caller(), NOW).expect("issues");
        let claims = |iss: &str, aud: &str, nbf: i64| {
            serde_json::json!({"iss": iss, "aud": aud, "sub": Uuid::from_u128(9), "gst": false, "rol": 31, "sid": null,
                "iat": NOW.seconds(), "nbf": nbf, "exp": NOW.seconds() + 600})
        };
        let sign = |claims: &serde_json::Value, secret: &str, alg: Algorithm| {
            let header = Header { kid: Some("a".into()), ..Header::new(alg) };
            encode(&header, claims, &EncodingKey::from_secret(secret.as_bytes())).expect("signs")
        };
        let fine = claims(ISSUER, AUDIENCE, NOW.seconds());
        let secret = "0123456789abcdef0123456789abcdef";
        assert!(k.read(&sign(&fine, secret, Algorithm::HS256), NOW).is_ok(), "the forger's tools work");
        for (what, token) in [
            ("no algorithm", forged("none", &fine)),
            ("another algorithm", sign(&fine, secret, Algorithm::HS384)),
            ("another secret", sign(&fine, "another-secret-another-secret-00", Algorithm::HS256)),
            ("another issuer", sign(&claims("evil", AUDIENCE, NOW.seconds()), secret, Algorithm::HS256)),
            ("another audience", sign(&claims(ISSUER, "staff", NOW.seconds()), secret, Algorithm::HS256)),
            ("not yet good", sign(&claims(ISSUER, AUDIENCE, NOW.seconds() + 3_600), secret, Algorithm::HS256)),
            ("cut", good[..good.len() - 2].to_owned()),
            ("nothing", String::new()),
            ("junk", "a.b.c".to_owned()),
        ] {
            assert!(matches!(k.read(&token, NOW), Err(Error::InvalidToken)), "{what}");
        }
    }
}
