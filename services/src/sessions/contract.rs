//! What every store of `sessions` must hold, for engines to run: one function per promise of the port. Each makes accounts
//! and guests of its own, so that they run on one database in any order and again.

use std::{sync::Arc, time::Duration};

use super::{
    model::{Guest, Rotated, Session},
    ports::SessionStore,
};
use crate::kernel::{
    clock::Timestamp,
    ids::{GuestId, IdSource, SessionId, ShopperId, SystemIds},
};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
const TTL: Duration = Duration::from_secs(3_600);

fn at(seconds: u64) -> Timestamp {
    NOW + Duration::from_secs(seconds)
}

/// 64 characters, as a SHA-256 in hexadecimal has.
fn hash() -> String {
    format!("{:032x}{:032x}", SystemIds.random(), SystemIds.random())
}

fn shopper() -> ShopperId {
    ShopperId(SystemIds.next(NOW))
}

async fn opened(store: &Arc<dyn SessionStore>, shopper: ShopperId, now: Timestamp) -> Session {
    let id = SessionId(SystemIds.next(now));
    let session = Session { id, shopper, refresh_hash: hash(), expires_at: now + TTL, revoked: false };
    store.open(session.clone(), now).await.expect("opens");
    session
}

async fn rotate(store: &Arc<dyn SessionStore>, old: &str, new: &str, now: Timestamp) -> Rotated {
    store.rotate(old.to_owned(), new.to_owned(), now + TTL, now).await.expect("answers")
}

async fn live(store: &Arc<dyn SessionStore>, session: &Session, now: Timestamp) -> bool {
    store.is_live(session.id, now).await.expect("reads")
}

/// A refresh token is traded for the next one, which is traded in its turn; the session stays the same.
pub async fn a_refresh_token_is_traded_for_the_next(store: Arc<dyn SessionStore>) {
    let session = opened(&store, shopper(), NOW).await;
    let mut token = session.refresh_hash.clone();
    for n in 1..=3 {
        let next = hash();
        let traded = rotate(&store, &token, &next, at(n)).await;
        let expected = Session { refresh_hash: next.clone(), expires_at: at(n) + TTL, ..session.clone() };
        assert_eq!(traded, Rotated::Done(expected));
        token = next;
    }
    assert!(live(&store, &session, at(4)).await);
    assert_eq!(rotate(&store, &hash(), &hash(), at(4)).await, Rotated::Unknown, "nobody has this token");
    assert!(!store.is_live(SessionId(SystemIds.next(NOW)), NOW).await.expect("reads"));
}

/// A token that was used before ends the whole family: the good one of it is worth nothing any more.
pub async fn a_replayed_token_ends_the_family(store: Arc<dyn SessionStore>) {
    let who = shopper();
    let (session, other) = (opened(&store, who, NOW).await, opened(&store, who, NOW).await);
    let (second, third) = (hash(), hash());
    assert!(matches!(rotate(&store, &session.refresh_hash, &second, at(1)).await, Rotated::Done(_)));
    assert!(matches!(rotate(&store, &second, &third, at(2)).await, Rotated::Done(_)));
    assert_eq!(rotate(&store, &session.refresh_hash, &hash(), at(3)).await, Rotated::Replayed);
    assert_eq!(rotate(&store, &third, &hash(), at(4)).await, Rotated::Unknown);
    assert!(!live(&store, &session, at(4)).await);
    assert!(live(&store, &other, at(4)).await, "another sign-in of the account lives on");
}

/// Of two who trade one token at the same time, one wins, and the session is dead afterwards: one of them is a thief.
pub async fn a_race_for_a_token_ends_the_session(store: Arc<dyn SessionStore>) {
    for _ in 0..10 {
        let session = opened(&store, shopper(), NOW).await;
        let tasks: Vec<_> = (0..2)
            .map(|_| {
                let (store, old, new) = (Arc::clone(&store), session.refresh_hash.clone(), hash());
                tokio::spawn(async move { (rotate(&store, &old, &new, at(1)).await, new) })
            })
            .collect();
        let (mut won, mut replayed) = (Vec::new(), 0);
        for task in tasks {
            match task.await.expect("joins") {
                (Rotated::Done(_), new) => won.push(new),
                (Rotated::Replayed, _) => replayed += 1,
                (Rotated::Unknown, _) => panic!("the token was known to both"),
            }
        }
        assert_eq!((won.len(), replayed), (1, 1));
        assert!(!live(&store, &session, at(2)).await);
        assert_eq!(rotate(&store, &won[0], &hash(), at(2)).await, Rotated::Unknown);
    }
}

/// A token is good before its end and not at it; trading it gives a new end.
pub async fn a_token_ends_with_its_time(store: Arc<dyn SessionStore>) {
    let (kept, lost) = (opened(&store, shopper(), NOW).await, opened(&store, shopper(), NOW).await);
    let end = NOW + TTL;
    let last = Timestamp::from_micros(end.micros() - 1);
    assert!(live(&store, &lost, last).await && !live(&store, &lost, end).await);
    let next = hash();
    assert!(matches!(rotate(&store, &kept.refresh_hash, &next, last).await, Rotated::Done(_)));
    assert_eq!(rotate(&store, &lost.refresh_hash, &hash(), end).await, Rotated::Unknown);
    assert!(live(&store, &kept, end).await, "the new token has its own time");
    // Tidying up on the way must not hit the living.
    for n in 0..5 {
        opened(&store, shopper(), end + Duration::from_secs(n)).await;
    }
    assert!(matches!(rotate(&store, &next, &hash(), end + Duration::from_secs(9)).await, Rotated::Done(_)));
    assert_eq!(rotate(&store, &lost.refresh_hash, &hash(), end + Duration::from_secs(9)).await, Rotated::Unknown);
}

/// Signing out ends the session of the token, old or new, and no other.
pub async fn a_session_is_ended_by_its_token(store: Arc<dyn SessionStore>) {
    let who = shopper();
    let (session, other) = (opened(&store, who, NOW).await, opened(&store, who, NOW).await);
    let next = hash();
    assert!(matches!(rotate(&store, &session.refresh_hash, &next, at(1)).await, Rotated::Done(_)));
    assert!(store.revoke_by_token(session.refresh_hash.clone(), at(2)).await.expect("ends"));
    assert!(!live(&store, &session, at(2)).await);
    assert_eq!(rotate(&store, &next, &hash(), at(3)).await, Rotated::Unknown);
    assert!(!store.revoke_by_token(hash(), at(3)).await.expect("answers"), "nobody has this token");
    assert!(live(&store, &other, at(3)).await);
}

/// All sessions of an account end together; other accounts' do not.
pub async fn all_sessions_of_an_account_end(store: Arc<dyn SessionStore>) {
    let (who, someone) = (shopper(), shopper());
    let (a, b) = (opened(&store, who, NOW).await, opened(&store, who, NOW).await);
    let theirs = opened(&store, someone, NOW).await;
    store.revoke_all(who, at(1)).await.expect("ends");
    assert!(!live(&store, &a, at(1)).await && !live(&store, &b, at(1)).await);
    assert_eq!(rotate(&store, &b.refresh_hash, &hash(), at(2)).await, Rotated::Unknown);
    assert!(matches!(rotate(&store, &theirs.refresh_hash, &hash(), at(2)).await, Rotated::Done(_)));
}

/// A guest is found by its token and merged into one account, once.
pub async fn a_guest_is_merged_once(store: Arc<dyn SessionStore>) {
    let (guest, token, into) = (GuestId(SystemIds.next(NOW)), hash(), shopper());
    store.open_guest(guest, token.clone(), NOW).await.expect("opens");
    let read = store.guest_by_token(token.clone()).await.expect("reads");
    assert_eq!(read, Some(Guest { id: guest, merged_into: None }));
    assert_eq!(store.guest_by_token(hash()).await.expect("reads"), None);
    assert!(store.mark_merged(guest, into, at(1)).await.expect("marks"));
    assert!(!store.mark_merged(guest, into, at(2)).await.expect("answers"));
    assert!(!store.mark_merged(guest, shopper(), at(2)).await.expect("answers"));
    assert!(!store.mark_merged(GuestId(SystemIds.next(NOW)), into, at(2)).await.expect("answers"), "no such guest");
    let read = store.guest_by_token(token).await.expect("reads");
    assert_eq!(read, Some(Guest { id: guest, merged_into: Some(into) }));
}

/// Of many accounts that want one guest at the same time, one gets it.
pub async fn a_race_for_a_guest_has_one_winner(store: Arc<dyn SessionStore>) {
    let (guest, token) = (GuestId(SystemIds.next(NOW)), hash());
    store.open_guest(guest, token.clone(), NOW).await.expect("opens");
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let (store, into) = (Arc::clone(&store), shopper());
            tokio::spawn(async move { (store.mark_merged(guest, into, at(1)).await.expect("answers"), into) })
        })
        .collect();
    let mut winners = Vec::new();
    for task in tasks {
        if let (true, into) = task.await.expect("joins") {
            winners.push(into);
        }
    }
    assert_eq!(winners.len(), 1);
    let read = store.guest_by_token(token).await.expect("reads").expect("is there");
    assert_eq!(read.merged_into, Some(winners[0]));
}

/// Ended sessions are told from an instant on, each with the instant of its first end.
pub async fn ended_sessions_are_told_with_their_instant(store: Arc<dyn SessionStore>) {
    let who = shopper();
    let (out, replayed, all) =
        (opened(&store, who, NOW).await, opened(&store, who, NOW).await, opened(&store, who, NOW).await);
    let next = hash();
    assert!(store.revoke_by_token(out.refresh_hash.clone(), at(1)).await.expect("ends"));
    assert!(matches!(rotate(&store, &replayed.refresh_hash, &next, at(2)).await, Rotated::Done(_)));
    assert_eq!(rotate(&store, &replayed.refresh_hash, &hash(), at(3)).await, Rotated::Replayed);
    store.revoke_all(who, at(4)).await.expect("ends");
    let mine = [out.id, replayed.id, all.id];
    let told = async |since: Timestamp| {
        let mut told = store.ended_since(since, 1_000).await.expect("reads");
        told.retain(|(session, _)| mine.contains(session));
        told
    };
    assert_eq!(told(at(0)).await, [(out.id, at(1)), (replayed.id, at(3)), (all.id, at(4))]);
    assert_eq!(told(at(3)).await, [(replayed.id, at(3)), (all.id, at(4))]);
    assert_eq!(store.ended_since(at(1), 1).await.expect("reads").len(), 1);
    assert_eq!(told(at(5)).await, []);
}
