//! New passwords over real stores: who may set one, what it ends, and what it does not tell.

use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use engine_sql::{args, sessions::SqlSessionStore, users::SqlUserStore};
use services::{
    kernel::{clock::Clock, ids::ShopperId},
    sessions::{ChangePassword, Error, Tokens, ports::SessionStore},
    users::ports::UserStore,
};

use crate::people::{PASSWORD, Shop, refresh_token, shop, shop_with_tries};

const NEW: &str = "another good password";
const CLIENT: &str = "127.0.0.1";

async fn change(s: &Shop, shopper: ShopperId, current: &str, new: &str) -> Result<Tokens, Error> {
    let (current, new, client) = (current.to_owned(), new.to_owned(), CLIENT.to_owned());
    s.sessions.change_password(ChangePassword { shopper, current, new, client }).await
}

async fn reset(s: &Shop, token: &str, new: &str) -> Result<(), Error> {
    s.sessions.reset_password(token, new.to_owned(), CLIENT).await
}

/// The token of the message that is sent for an address.
async fn token(s: &Shop, email: &str) -> String {
    s.sessions.request_password_reset(email, CLIENT).await.expect("is asked for");
    let mail = s.mail().await;
    assert_eq!(mail.to, email);
    mail.text.lines().find(|l| l.len() == 43 && !l.contains(' ')).expect("a line with the token").to_owned()
}

async fn is_dead(s: &Shop, tokens: &Tokens) -> bool {
    let access = s.sessions.caller(&tokens.access).await;
    let refreshed = s.sessions.refresh(refresh_token(tokens)).await;
    matches!((access, refreshed), (Err(Error::InvalidToken), Err(Error::InvalidToken)))
}

#[tokio::test]
async fn a_changed_password_ends_every_other_session() {
    let s = shop().await;
    let (here, me) = s.sign_up("asha@example.org", None).await.expect("signs up");
    let (there, _) = s.sign_in("asha@example.org", PASSWORD, None).await.expect("signs in");
    let (theirs, _) = s.sign_up("ravi@example.org", None).await.expect("signs up");
    assert!(s.sessions.caller(&there.access).await.is_ok());
    let next = change(&s, me, PASSWORD, NEW).await.expect("changes");
    assert!(is_dead(&s, &here).await && is_dead(&s, &there).await);
    for alive in [&next, &theirs] {
        assert!(s.sessions.caller(&alive.access).await.is_ok());
        s.sessions.refresh(refresh_token(alive)).await.expect("refreshes");
    }
    assert!(matches!(s.sign_in("asha@example.org", PASSWORD, None).await, Err(Error::WrongCredentials)));
    s.sign_in("asha@example.org", NEW, None).await.expect("signs in with the new one");
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it_only() {
    let s = shop().await;
    let (tokens, me) = s.sign_up("asha@example.org", None).await.expect("signs up");
    for (current, new) in [("wrong", NEW), ("", NEW)] {
        let refused = change(&s, me, current, new).await;
        assert!(matches!(refused, Err(Error::WrongPassword("currentPassword"))), "{refused:?}");
    }
    let refused = change(&s, me, PASSWORD, "short").await;
    assert!(matches!(refused, Err(Error::Invalid { field: "newPassword", .. })), "{refused:?}");
    assert!(s.sessions.caller(&tokens.access).await.is_ok(), "nothing ended");
    s.sign_in("asha@example.org", PASSWORD, None).await.expect("nothing changed");
}

#[tokio::test]
async fn a_reset_token_sets_a_password_once_and_ends_every_session() {
    let s = shop().await;
    let (old, _) = s.sign_up("asha@example.org", None).await.expect("signs up");
    let token = token(&s, "asha@example.org").await;
    let short = reset(&s, &token, "short").await;
    assert!(matches!(short, Err(Error::Invalid { field: "newPassword", .. })), "{short:?}");
    reset(&s, &token, NEW).await.expect("a refused password used nothing up");
    assert!(is_dead(&s, &old).await);
    let again = reset(&s, &token, "a third good password").await;
    assert!(matches!(again, Err(Error::WrongReset)), "{again:?}");
    s.sign_in("asha@example.org", NEW, None).await.expect("signs in");
}

#[tokio::test]
async fn used_expired_and_unknown_reset_tokens_are_refused_alike() {
    let s = shop().await;
    s.sign_up("asha@example.org", None).await.expect("signs up");
    let used = token(&s, "asha@example.org").await;
    reset(&s, &used, NEW).await.expect("resets");
    let replaced = token(&s, "asha@example.org").await;
    let late = token(&s, "asha@example.org").await;
    s.fresh.clock.advance(Duration::from_secs(30 * 60));
    let mut said = Vec::new();
    for token in [used.as_str(), &replaced, &late, "never given out", ""] {
        let before = s.sessions.passwords().computed();
        let refused = reset(&s, token, "a third good password").await.expect_err("is refused");
        assert_eq!(s.sessions.passwords().computed() - before, 1, "the same work");
        said.push(format!("{refused:?}: {refused}"));
    }
    assert!(said.windows(2).all(|w| w[0] == w[1]), "{said:?}");
    s.sign_in("asha@example.org", NEW, None).await.expect("nothing changed");
}

#[tokio::test]
async fn asking_for_a_reset_answers_alike_and_sends_to_accounts_only() {
    let s = shop().await;
    s.sign_up("asha@example.org", None).await.expect("signs up");
    for nobody in ["nobody@example.org", "no address", ""] {
        s.sessions.request_password_reset(nobody, CLIENT).await.expect("answers as for an account");
    }
    s.sessions.request_password_reset(" Asha@Example.ORG ", CLIENT).await.expect("answers");
    let mail = s.mail().await;
    assert_eq!(mail.to, "asha@example.org", "the first message is that to an account");
    let kept = s.fresh.db.read("sessions", "SELECT token_hash FROM password_resets", args![]).await.expect("reads");
    assert_eq!(kept.len(), 1);
    assert!(!mail.text.contains(&kept[0].text(0).expect("a hash")), "the token itself is not kept");
}

#[tokio::test]
async fn asking_too_often_is_refused_whether_or_not_there_is_an_account() {
    let s = shop_with_tries(2).await;
    s.sessions.request_password_reset("nobody@example.org", CLIENT).await.expect("the first is let through");
    for email in ["nobody@example.org", "asha@example.org"] {
        let refused = s.sessions.request_password_reset(email, CLIENT).await;
        assert!(matches!(refused, Err(Error::TooMany { .. })), "{refused:?}");
    }
    let before = s.sessions.passwords().computed();
    assert!(matches!(reset(&s, "token", NEW).await, Err(Error::TooMany { .. })));
    assert_eq!(s.sessions.passwords().computed(), before, "refused before any work");
}

#[tokio::test]
async fn no_event_of_a_new_password_holds_a_secret() {
    let s = shop().await;
    let (_, me) = s.sign_up("asha@example.org", None).await.expect("signs up");
    let token = token(&s, "asha@example.org").await;
    reset(&s, &token, NEW).await.expect("resets");
    change(&s, me, NEW, PASSWORD).await.expect("changes");
    let told = s.fresh.events("ShopperChanged").await;
    assert_eq!(told.len(), 3, "made, reset, changed");
    let expected = serde_json::json!({ "type": "ShopperChanged", "shopper": me.to_string() });
    assert!(told.iter().all(|e| *e == expected), "{told:?}");
}

#[tokio::test]
async fn a_weak_hash_is_made_anew_by_the_next_sign_in() {
    let s = shop().await;
    let (_, me) = s.sign_up("asha@example.org", None).await.expect("signs up");
    let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8_192, 1, 1, None).expect("parameters"));
    let weak = weak.hash_password(PASSWORD.as_bytes()).expect("hashes").to_string();
    let users = SqlUserStore::new(s.fresh.db.clone());
    let stored = async || users.shopper_by_email("asha@example.org").await.expect("reads").expect("is there").1;
    assert!(users.rehash(me, stored().await, weak).await.expect("sets"));
    let wrong = s.sign_in("asha@example.org", "wrong", None).await;
    assert!(matches!(wrong, Err(Error::WrongCredentials)));
    assert!(stored().await.starts_with("$argon2id$v=19$m=8192,t=1"), "a wrong password changes nothing");
    s.sign_in("asha@example.org", PASSWORD, None).await.expect("signs in");
    let better = stored().await;
    assert!(better.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{better}");
    s.sign_in("asha@example.org", PASSWORD, None).await.expect("signs in");
    assert_eq!(stored().await, better, "once");
}

#[tokio::test]
async fn an_access_token_dies_with_its_session() {
    let s = shop().await;
    let (mine, me) = s.sign_up("asha@example.org", None).await.expect("signs up");
    let (other, _) = s.sign_in("asha@example.org", PASSWORD, None).await.expect("signs in");
    assert!(s.sessions.caller(&mine.access).await.is_ok());
    s.sessions.sign_out(refresh_token(&mine)).await.expect("signs out");
    assert!(is_dead(&s, &mine).await);
    assert!(s.sessions.caller(&other.access).await.is_ok());
    // As another process ends it: this one hears of it with its next reading.
    let elsewhere = SqlSessionStore::new(s.fresh.db.clone());
    elsewhere.revoke_all(me, s.fresh.clock.now()).await.expect("ends");
    assert!(s.sessions.caller(&other.access).await.is_ok(), "within two seconds it is not known yet");
    s.fresh.clock.advance(Duration::from_secs(2));
    assert!(matches!(s.sessions.caller(&other.access).await, Err(Error::InvalidToken)));
}
