//! The contract of `sessions` on SQLite, and what the store says on the log.

use std::{sync::Arc, time::Duration};

use engine_sql::{args, sessions::SqlSessionStore, users::SqlUserStore};
use services::{
    kernel::{
        clock::{Clock, Timestamp},
        ids::{GuestId, IdSource, SessionId, ShopperId, SystemIds},
    },
    sessions::{
        Session,
        passwords_contract::{self, Stores},
        ports::SessionStore,
    },
};

use crate::support::{contract_tests, db};

contract_tests! {
    sessions on SqlSessionStore::new:
    a_refresh_token_is_traded_for_the_next,
    a_replayed_token_ends_the_family,
    a_race_for_a_token_ends_the_session,
    a_token_ends_with_its_time,
    a_session_is_ended_by_its_token,
    all_sessions_of_an_account_end,
    a_guest_is_merged_once,
    a_race_for_a_guest_has_one_winner,
    ended_sessions_are_told_with_their_instant,
}

/// The functions of the contract about passwords, each over both stores on a fresh database.
macro_rules! passwords_contract {
    ($($name:ident),+ $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let t = db().await;
            let users = Arc::new(SqlUserStore::new(t.db.clone()));
            let sessions = Arc::new(SqlSessionStore::new(t.db.clone()));
            passwords_contract::$name(Stores { users, sessions }).await;
        }
    )+};
}
passwords_contract! {
    a_changed_password_leaves_one_session,
    a_reset_token_works_once_and_in_time,
    only_the_newest_reset_token_works,
    a_race_for_a_reset_has_one_winner,
}

#[tokio::test]
async fn a_merge_is_told_with_each_sign_in_of_its_shopper() {
    let t = db().await;
    let (store, now) = (SqlSessionStore::new(t.db.clone()), t.clock.now());
    let (guest, into) = (GuestId(SystemIds.next(now)), ShopperId(SystemIds.next(now)));
    store.open_guest(guest, "token".into(), now).await.expect("opens");
    assert!(store.mark_merged(guest, into, now).await.expect("marks"));
    assert!(!store.mark_merged(guest, into, now).await.expect("answers"));
    let another = ShopperId(SystemIds.next(now));
    assert!(!store.mark_merged(guest, another, now).await.expect("answers"));
    let told = t.events("GuestMerged").await;
    assert_eq!(told.len(), 2, "nothing is told of another shopper");
    for event in told {
        assert_eq!((&event["guest"], &event["shopper"]), (&guest.to_string().into(), &into.to_string().into()));
    }
}

#[tokio::test]
async fn what_expired_is_forgotten_bit_by_bit() {
    let t = db().await;
    let (store, now) = (SqlSessionStore::new(t.db.clone()), t.clock.now());
    let open = |n: u32, now: Timestamp| {
        let id = SessionId(SystemIds.next(now));
        let shopper = ShopperId(SystemIds.next(now));
        let expires_at = now + Duration::from_secs(60);
        Session { id, shopper, refresh_hash: format!("token {n}"), expires_at, revoked: false }
    };
    for n in 0..50 {
        store.open(open(n, now), now).await.expect("opens");
    }
    let later = now + Duration::from_secs(60);
    for n in 50..60 {
        store.open(open(n, later), later).await.expect("opens");
    }
    for table in ["sessions", "refresh_tokens"] {
        let rows = t.db.read("sessions", &format!("SELECT COUNT(*) FROM {table}"), args![]).await.expect("reads");
        assert_eq!(rows[0].int(0).expect("a count"), 10, "{table}");
    }
}
