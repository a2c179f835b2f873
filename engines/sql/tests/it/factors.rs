//! The contract of second factors, and signing in with one over real stores.

use std::{sync::Arc, time::Duration};

use engine_sql::{args, factors::SqlFactorStore};
use services::{
    kernel::{clock::Clock, ids::ShopperId},
    sessions::{Error, SignIn, Tokens, factors_contract, totp},
};

use crate::{
    people::{PASSWORD, Shop, shop, shop_with_tries},
    support::db,
};

const CLIENT: &str = "127.0.0.1";
const EMAIL: &str = "asha@example.org";

macro_rules! factors_contract {
    ($($name:ident),+ $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let t = db().await;
            factors_contract::$name(Arc::new(SqlFactorStore::new(t.db.clone()))).await;
        }
    )+};
}
factors_contract! {
    a_factor_waits_until_it_is_confirmed,
    a_step_is_used_once,
    a_recovery_code_is_used_once,
}

/// An account with a second factor.
struct Owner {
    shopper: ShopperId,
    secret: Vec<u8>,
    recovery: Vec<String>,
}

impl Owner {
    fn code(&self, s: &Shop) -> String {
        totp::code_at(&self.secret, s.fresh.clock.now())
    }
}

/// What an app reads from the secret as it was told.
fn bytes(base32: &str) -> Vec<u8> {
    let (mut held, mut bits, mut bytes) = (0_u32, 0, Vec::new());
    for letter in base32.bytes() {
        let value = if letter.is_ascii_digit() { letter - b'2' + 26 } else { letter - b'A' };
        held = (held << 5) | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 255).expect("a byte"));
        }
    }
    bytes
}

async fn with_factor(s: &Shop) -> Owner {
    let (_, shopper) = s.sign_up(EMAIL, None).await.expect("signs up");
    let begun = s.sessions.begin_totp(shopper, PASSWORD.to_owned(), CLIENT).await.expect("begins");
    assert!(begun.uri.contains(&begun.secret) && begun.uri.starts_with("otpauth://totp/"), "{}", begun.uri);
    let secret = bytes(&begun.secret);
    let code = totp::code_at(&secret, s.fresh.clock.now());
    let recovery = s.sessions.confirm_totp(shopper, &code, CLIENT).await.expect("confirms");
    s.fresh.clock.advance(Duration::from_secs(60));
    Owner { shopper, secret, recovery }
}

async fn sign_in(s: &Shop, password: &str, code: Option<&str>) -> Result<Tokens, Error> {
    let input = SignIn {
        email: EMAIL.to_owned(),
        password: password.to_owned(),
        one_time_code: code.map(str::to_owned),
        guest_token: None,
        client: CLIENT.to_owned(),
    };
    s.sessions.sign_in(input).await.map(|(tokens, _)| tokens)
}

#[tokio::test]
async fn a_code_is_asked_for_after_the_right_password_only_and_taken_once() {
    let s = shop().await;
    let owner = with_factor(&s).await;
    let code = owner.code(&s);
    assert!(matches!(sign_in(&s, "wrong", None).await, Err(Error::WrongCredentials)));
    assert!(matches!(sign_in(&s, "wrong", Some(&code)).await, Err(Error::WrongCredentials)), "it is not used up");
    assert!(matches!(sign_in(&s, PASSWORD, None).await, Err(Error::TotpRequired)));
    for wrong in ["", "000000", "no code", "12345678"] {
        let refused = sign_in(&s, PASSWORD, Some(wrong)).await;
        assert!(matches!(refused, Err(Error::WrongCode(_))), "{wrong}: {refused:?}");
    }
    sign_in(&s, PASSWORD, Some(&code)).await.expect("signs in");
    assert!(matches!(sign_in(&s, PASSWORD, Some(&code)).await, Err(Error::WrongCode(_))), "a code is good once");
    s.fresh.clock.advance(Duration::from_secs(30));
    sign_in(&s, PASSWORD, Some(&owner.code(&s))).await.expect("the next one is good");
}

#[tokio::test]
async fn a_recovery_code_stands_in_once() {
    let s = shop().await;
    let owner = with_factor(&s).await;
    assert_eq!(owner.recovery.len(), 10);
    let typed = owner.recovery[0].to_lowercase().replace('-', " ");
    sign_in(&s, PASSWORD, Some(&typed)).await.expect("signs in");
    assert!(matches!(sign_in(&s, PASSWORD, Some(&owner.recovery[0])).await, Err(Error::WrongCode(_))));
    sign_in(&s, PASSWORD, Some(&owner.recovery[9])).await.expect("another is still good");
}

#[tokio::test]
async fn a_factor_that_was_not_confirmed_asks_for_nothing() {
    let s = shop().await;
    let (_, me) = s.sign_up(EMAIL, None).await.expect("signs up");
    let confirm = async |code: &str| s.sessions.confirm_totp(me, code, CLIENT).await;
    assert!(matches!(confirm("123456").await, Err(Error::WrongFactorState(_))), "nothing was begun");
    let refused = s.sessions.begin_totp(me, "wrong".to_owned(), CLIENT).await;
    assert!(matches!(refused, Err(Error::WrongPassword("password"))));
    s.sessions.begin_totp(me, PASSWORD.to_owned(), CLIENT).await.expect("begins");
    assert!(matches!(confirm("no code").await, Err(Error::WrongCode(_))));
    sign_in(&s, PASSWORD, None).await.expect("signs in without a code");
}

#[tokio::test]
async fn a_factor_is_taken_off_by_who_has_both() {
    let s = shop().await;
    let owner = with_factor(&s).await;
    let off = async |password: &str, code: &str| {
        s.sessions.disable_totp(owner.shopper, password.to_owned(), code, CLIENT).await
    };
    let code = owner.code(&s);
    assert!(matches!(off("wrong", &code).await, Err(Error::WrongPassword("password"))));
    assert!(matches!(off(PASSWORD, "000000").await, Err(Error::WrongCode(_))));
    let again = s.sessions.begin_totp(owner.shopper, PASSWORD.to_owned(), CLIENT).await;
    assert!(matches!(again, Err(Error::WrongFactorState(_))), "there is one already");
    off(PASSWORD, &code).await.expect("takes it off");
    sign_in(&s, PASSWORD, None).await.expect("signs in without a code");
    assert!(matches!(off(PASSWORD, &owner.recovery[0]).await, Err(Error::WrongFactorState(_))), "there is none");
}

#[tokio::test]
async fn a_new_password_takes_no_factor_off() {
    let s = shop().await;
    let owner = with_factor(&s).await;
    s.sessions.request_password_reset(EMAIL, CLIENT).await.expect("is asked for");
    let mail = s.mail().await;
    let token = mail.text.lines().find(|l| l.len() == 43 && !l.contains(' ')).expect("a token");
    s.sessions.reset_password(token, "another good password".to_owned(), CLIENT).await.expect("resets");
    assert!(matches!(sign_in(&s, "another good password", None).await, Err(Error::TotpRequired)));
    sign_in(&s, "another good password", Some(&owner.code(&s))).await.expect("signs in with both");
}

#[tokio::test]
async fn the_database_holds_neither_the_secret_nor_the_codes() {
    let s = shop().await;
    let owner = with_factor(&s).await;
    let read = async |sql: &str| s.fresh.db.read("sessions", sql, args![]).await.expect("reads");
    let sealed = read("SELECT sealed FROM second_factors").await[0].text(0).expect("a text");
    assert!(sealed.starts_with("k1:") && !sealed.contains(&totp::base32(&owner.secret)), "{sealed}");
    let codes = read("SELECT code_hash FROM recovery_codes").await;
    assert_eq!(codes.len(), 10);
    assert!(codes.iter().all(|row| row.text(0).expect("a text").len() == 64));
}

#[tokio::test]
async fn codes_are_counted_beside_passwords() {
    // Two tries for each of: sign-up, begin, confirm, the first sign-in, its code, the second sign-in; none for its code.
    let s = shop_with_tries(12).await;
    let owner = with_factor(&s).await;
    assert!(matches!(sign_in(&s, PASSWORD, Some("000000")).await, Err(Error::WrongCode(_))));
    let refused = sign_in(&s, PASSWORD, Some(&owner.code(&s))).await;
    assert!(matches!(refused, Err(Error::TooMany { .. })), "{refused:?}");
}
