//! One-time codes by the clock (RFC 6238: HMAC-SHA-1, six digits, 30 seconds), as authenticator apps reckon them. Pure.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

use crate::kernel::clock::Timestamp;

/// Seconds that a code is shown.
const STEP_SECONDS: i64 = 30;
/// Steps before and after the present one whose codes are taken: clocks differ, and people type slowly.
const STEPS_AROUND: i64 = 1;
const DIGITS: usize = 6;
const ISSUER: &str = "Chowk";

/// The step whose code fits; only steps after `used` count, so that a code is good once.
pub fn matching_step(secret: &[u8], code: &str, used: i64, now: Timestamp) -> Option<i64> {
    let present = now.seconds() / STEP_SECONDS;
    let fits = |step: &i64| bool::from(code_of(secret, *step).as_bytes().ct_eq(code.as_bytes()));
    (present - STEPS_AROUND..=present + STEPS_AROUND).filter(|step| *step > used).find(fits)
}

/// The code of an instant, as an app shows it.
pub fn code_at(secret: &[u8], at: Timestamp) -> String {
    code_of(secret, at.seconds() / STEP_SECONDS)
}

fn code_of(secret: &[u8], step: i64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 15);
    let bits = u32::from_be_bytes([digest[at] & 0x7f, digest[at + 1], digest[at + 2], digest[at + 3]]);
    format!("{:0DIGITS$}", bits % 1_000_000)
}

/// Whether a text may be such a code; else it is taken for a recovery code.
pub fn is_code(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|b| b.is_ascii_digit())
}

/// Bytes in base 32 without padding (RFC 4648), as apps take secrets.
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut text, mut held, mut bits) = (String::with_capacity(bytes.len() * 8 / 5 + 1), 0_u32, 0);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(LETTERS[(held >> bits) as usize & 31]));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(LETTERS[(held << (5 - bits)) as usize & 31]));
    }
    text
}

/// What an app reads from a picture: whose code it is, and how it is reckoned.
pub fn uri(secret: &str, email: &str) -> String {
    let mut label = String::with_capacity(email.len());
    for byte in email.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            label.push(char::from(byte));
        } else {
            label.push_str(&format!("%{byte:02X}"));
        }
    }
    format!(
        "otpauth://totp/{ISSUER}:{label}?secret={secret}&issuer={ISSUER}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of the examples in RFC 6238.
    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            let at = Timestamp::from_seconds(seconds);
            assert_eq!(code_at(SECRET, at), code);
            assert_eq!(matching_step(SECRET, code, 0, at), Some(seconds / 30));
        }
    }

    #[test]
    fn a_code_is_taken_a_step_early_or_late_and_once() {
        let (now, step) = (Timestamp::from_seconds(1_790_000_000), 1_790_000_000 / 30);
        let code = code_at(SECRET, now);
        let at = |steps: i64| Timestamp::from_seconds(now.seconds() + steps * 30);
        for (steps, found) in [(-2, None), (-1, Some(step)), (0, Some(step)), (1, Some(step)), (2, None)] {
            assert_eq!(matching_step(SECRET, &code, 0, at(steps)), found, "{steps}");
        }
        assert_eq!(matching_step(SECRET, &code, step, now), None, "it was used");
        for wrong in ["", "12345", "abcdef", "1234567"] {
            assert_eq!(matching_step(SECRET, wrong, 0, now), None);
        }
    }

    #[test]
    fn secrets_are_written_as_apps_take_them() {
        for (bytes, text) in [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
        let uri = uri("MZXW6", "a+b@example.org");
        assert!(uri.starts_with("otpauth://totp/Chowk:a%2Bb@example.org?secret=MZXW6&issuer=Chowk"), "{uri}");
    }
}
