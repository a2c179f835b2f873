//! What a store of `sessions` must hold about new passwords, for engines to run beside their store of `users`, which has the
//! accounts. Each function makes accounts of its own, so that they run on one database in any order and again.

use std::{sync::Arc, time::Duration};

use super::{
    model::{Rotated, Session},
    ports::SessionStore,
};
use crate::{
    kernel::{
        caller::{Role, Roles},
        clock::Timestamp,
        ids::{IdSource, SessionId, ShopperId, SystemIds},
    },
    users::{Shopper, ports::UserStore},
};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
const TTL: Duration = Duration::from_secs(1_800);

fn at(seconds: u64) -> Timestamp {
    NOW + Duration::from_secs(seconds)
}

fn hash() -> String {
    format!("{:032x}{:032x}", SystemIds.random(), SystemIds.random())
}

fn session(shopper: ShopperId) -> Session {
    let id = SessionId(SystemIds.next(NOW));
    Session { id, shopper, refresh_hash: hash(), expires_at: NOW + Duration::from_secs(86_400), revoked: false }
}

/// The two stores over one database.
#[derive(Clone)]
#[expect(missing_docs, reason = "each part is what its type says")]
pub struct Stores {
    pub users: Arc<dyn UserStore>,
    pub sessions: Arc<dyn SessionStore>,
}

impl Stores {
    async fn account(&self) -> Shopper {
        let id = ShopperId(SystemIds.next(NOW));
        let shopper = Shopper {
            id,
            email: format!("{id}@example.org"),
            name: "Asha".to_owned(),
            roles: Roles::default().with(Role::Shopper),
            supplier: None,
            courier: None,
            delivery_pincode: None,
            created_at: NOW,
        };
        assert!(self.users.create(shopper.clone(), "old".to_owned(), NOW).await.expect("creates"));
        shopper
    }
    async fn password(&self, shopper: &Shopper) -> String {
        self.users.shopper_by_email(&shopper.email).await.expect("reads").expect("is there").1
    }
    async fn opened(&self, shopper: &Shopper) -> Session {
        let session = session(shopper.id);
        self.sessions.open(session.clone(), NOW).await.expect("opens");
        session
    }
    async fn live(&self, session: &Session) -> bool {
        self.sessions.is_live(session.id, at(9)).await.expect("reads")
    }
    async fn reset(&self, shopper: &Shopper) -> String {
        let token = hash();
        self.sessions.open_reset(shopper.id, token.clone(), NOW + TTL).await.expect("keeps");
        token
    }
    async fn use_reset(&self, token: &str, new: &str, now: Timestamp) -> Option<ShopperId> {
        self.sessions.use_reset(token.to_owned(), new.to_owned(), now).await.expect("answers")
    }
    async fn change(&self, old: &str, new: &str, next: &Session) -> bool {
        let (old, new) = (old.to_owned(), new.to_owned());
        self.sessions.change_password(old, new, next.clone(), at(1)).await.expect("answers")
    }
}

/// A change ends every session of the account but the one that it opens, and no other account's; the old hash must be the
/// stored one.
pub async fn a_changed_password_leaves_one_session(s: Stores) {
    let (me, other) = (s.account().await, s.account().await);
    let (here, there, theirs) = (s.opened(&me).await, s.opened(&me).await, s.opened(&other).await);
    let (next, late) = (session(me.id), session(me.id));
    assert!(s.change("old", "new", &next).await);
    assert_eq!((s.password(&me).await, s.password(&other).await), ("new".to_owned(), "old".to_owned()));
    assert!(!s.live(&here).await && !s.live(&there).await && s.live(&next).await && s.live(&theirs).await);
    assert!(!s.change("old", "newer", &late).await, "somebody was quicker");
    assert!(s.live(&next).await && !s.live(&late).await && s.password(&me).await == "new");
    let traded = s.sessions.rotate(there.refresh_hash, hash(), at(99), at(2)).await.expect("answers");
    assert_eq!(traded, Rotated::Unknown);
}

/// A reset token works once and ends every session; unknown, used and late ones do nothing.
pub async fn a_reset_token_works_once_and_in_time(s: Stores) {
    let me = s.account().await;
    let (session, token) = (s.opened(&me).await, s.reset(&me).await);
    assert_eq!(s.use_reset(&hash(), "x", at(1)).await, None, "nobody has this token");
    assert_eq!(s.use_reset(&token, "x", NOW + TTL).await, None, "its time is over");
    assert!(s.live(&session).await && s.password(&me).await == "old");
    let last = Timestamp::from_micros((NOW + TTL).micros() - 1);
    assert_eq!(s.use_reset(&token, "new", last).await, Some(me.id));
    assert!(!s.live(&session).await && s.password(&me).await == "new");
    let after = s.opened(&me).await;
    assert_eq!(s.use_reset(&token, "newer", at(2)).await, None, "it was used");
    assert!(s.live(&after).await && s.password(&me).await == "new");
}

/// A newer reset token takes the place of the older one, and a changed password makes either worthless.
pub async fn only_the_newest_reset_token_works(s: Stores) {
    let me = s.account().await;
    let (first, second) = (s.reset(&me).await, s.reset(&me).await);
    assert_eq!(s.use_reset(&first, "x", at(1)).await, None);
    assert_eq!(s.use_reset(&second, "new", at(1)).await, Some(me.id));
    let third = s.reset(&me).await;
    assert!(s.change("new", "newer", &session(me.id)).await);
    assert_eq!(s.use_reset(&third, "x", at(2)).await, None);
    assert_eq!(s.password(&me).await, "newer");
}

/// Of many who use one reset token at the same time, one sets the password.
pub async fn a_race_for_a_reset_has_one_winner(s: Stores) {
    let me = s.account().await;
    let token = s.reset(&me).await;
    let tasks: Vec<_> = (0..10)
        .map(|n| {
            let (s, token) = (s.clone(), token.clone());
            tokio::spawn(async move { s.use_reset(&token, &format!("new {n}"), at(1)).await.map(|_| n) })
        })
        .collect();
    let mut winners = Vec::new();
    for task in tasks {
        winners.extend(task.await.expect("joins"));
    }
    assert_eq!(winners.len(), 1);
    assert_eq!(s.password(&me).await, format!("new {}", winners[0]));
}
