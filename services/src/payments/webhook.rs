//! The shop's own webhook signature, used by the sandbox provider and by couriers:
//! `Chowk-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`, with a window of 300 seconds.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::kernel::{clock::Timestamp, text::hex};

/// How far the signature's time may lie from now, seconds.
pub const WINDOW_SECONDS: i64 = 300;

/// Signs a body.
pub fn sign(secret: &[u8], body: &[u8], at: Timestamp) -> String {
    format!("t={},v1={}", at.seconds(), hex(&mac(secret, at.seconds(), body)))
}

/// Whether the header signs the body with one of the secrets (two during a rotation), at about this time.
pub fn verify(secrets: &[&[u8]], header: &str, body: &[u8], now: Timestamp) -> bool {
    let mut time = None;
    let mut given = Vec::new();
    for part in header.split(',').take(8) {
        match part.trim().split_once('=') {
            Some(("t", t)) => time = t.parse::<i64>().ok(),
            Some(("v1", v)) => given.push(v.to_ascii_lowercase()),
            _ => {}
        }
    }
    let Some(time) = time else { return false };
    let in_time = time.checked_sub(now.seconds()).is_some_and(|d| d.unsigned_abs() <= WINDOW_SECONDS.unsigned_abs());
    let mut good = false;
    for secret in secrets {
        let expected = hex(&mac(secret, time, body));
        for v in &given {
            good |= bool::from(expected.as_bytes().ct_eq(v.as_bytes()));
        }
    }
    in_time && good
}

fn mac(secret: &[u8], time: i64, body: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(time.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_body_secret_and_time_only() {
        let now = Timestamp::from_seconds(1_790_000_000);
        let header = sign(b"secret", b"{}", now);
        assert!(verify(&[b"other", b"secret"], &header, b"{}", now));
        assert!(!verify(&[b"other"], &header, b"{}", now));
        assert!(!verify(&[b"secret"], &header, b"{ }", now));
        assert!(verify(&[b"secret"], &header, b"{}", Timestamp::from_seconds(now.seconds() + 300)));
        assert!(!verify(&[b"secret"], &header, b"{}", Timestamp::from_seconds(now.seconds() + 301)));
        assert!(!verify(&[b"secret"], &header, b"{}", Timestamp::from_seconds(now.seconds() - 301)));
        for junk in ["", "t=,v1=", "v1=aa", "t=x,v1=zz", "t=-9223372036854775808,v1=00"] {
            assert!(!verify(&[b"secret"], junk, b"{}", now), "{junk}");
        }
        let farthest = format!("t={},v1=00", i64::MIN + now.seconds());
        assert!(!verify(&[b"secret"], &farthest, b"{}", now), "{farthest}");
    }
}
