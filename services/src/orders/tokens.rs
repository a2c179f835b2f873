//! Hashes and tokens of orders: the hash that tells whether a key came with the same input, the token that opens a
//! guest's order, the number that people read out on the telephone.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::kernel::ids::OrderId;

/// The hash of an input, hexadecimal: the same input, the same text.
pub fn input_hash(input: &impl Serialize) -> String {
    let text = serde_json::to_vec(input).expect("inputs hold only plain data, which JSON can always express");
    Sha256::digest(&text).iter().fold(String::with_capacity(64), |mut s, b| {
        s.push(char::from_digit(u32::from(b >> 4), 16).unwrap_or('0'));
        s.push(char::from_digit(u32::from(b & 15), 16).unwrap_or('0'));
        s
    })
}

/// The token that opens an order. It follows from the order and the secret, so that the same key gets the same answer.
pub fn guest_token(secret: &[u8], order: OrderId) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(b"guest order ");
    mac.update(order.0.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// Whether a token opens an order; takes the same time whatever it is.
pub fn opens(secret: &[u8], order: OrderId, token: &str) -> bool {
    guest_token(secret, order).as_bytes().ct_eq(token.as_bytes()).into()
}

/// A number for people: `CH` and ten characters out of 32 that are not mistaken for one another.
pub fn order_number(random: u128) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    (0..10).fold(String::from("CH"), |mut s, i| {
        let digit = (random >> (i * 5)) & 31;
        s.push(char::from(LETTERS[usize::try_from(digit).unwrap_or(0)]));
        s
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn the_same_input_gives_the_same_hash() {
        assert_eq!(input_hash(&("a", 1)), input_hash(&("a", 1)));
        assert_ne!(input_hash(&("a", 1)), input_hash(&("a", 2)));
        assert_eq!(input_hash(&()).len(), 64);
    }

    #[test]
    fn a_token_opens_its_own_order_only() {
        let (a, b) = (OrderId(Uuid::from_u128(1)), OrderId(Uuid::from_u128(2)));
        let token = guest_token(b"s", a);
        assert!(opens(b"s", a, &token));
        assert!(
            !opens(b"s", b, &token) && !opens(b"t", a, &token) && !opens(b"s", a, "") && !opens(b"s", a, &token[1..])
        );
    }

    #[test]
    fn numbers_are_short_and_readable() {
        let n = order_number(u128::MAX);
        assert_eq!(n, "CHZZZZZZZZZZ");
        assert_eq!(order_number(0), "CH0000000000");
        assert!(!order_number(0x1234_5678_9abc_def0).contains(['I', 'L', 'O', 'U']));
    }
}
