//! Prints how long a sign-in takes for an address without an account and for a wrong password, so that anybody can see
//! whether time tells them apart. A figure of the machine it runs on, so nothing is asserted; that both do the same work is
//! held by tests. `make signin-timing`, or with a number of tries.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use engine_sql::{
    Db, carts::SqlCartStore, factors::SqlFactorStore, items::SqlItemStore, sessions::SqlSessionStore,
    users::SqlUserStore, wishlists::SqlWishlistStore,
};
use services::{
    carts::Carts,
    items::Items,
    kernel::{
        clock::{Clock, SystemClock, Timestamp},
        error::EngineResult,
        ids::{IdSource, SystemIds},
    },
    sessions::{Moves, SealingKeys, SessionParts, Sessions, SignIn, SignUp, TokenKeys, ports::RateLimiter},
    wishlists::Wishlists,
};

const PASSWORD: &str = "a good long password";
const CLIENT: &str = "127.0.0.1";
/// Tries of each kind, unless said otherwise.
const TRIES: usize = 100;

/// Lets everybody through.
struct Unlimited;

#[async_trait]
impl RateLimiter for Unlimited {
    async fn take(&self, _: &str, _: u32, _: u32, _: Timestamp) -> EngineResult<Result<(), Timestamp>> {
        Ok(Ok(()))
    }
}

#[tokio::main]
async fn main() {
    let tries = std::env::args().nth(1).map_or(TRIES, |n| n.parse().expect("a number of tries"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sessions = sessions(&folder.path().join("timing.db").display().to_string()).await;
    let (email, password, name) = ("asha@example.org".to_owned(), PASSWORD.to_owned(), "Asha".to_owned());
    let made = SignUp { email, password, name, guest_token: None, client: CLIENT.to_owned() };
    sessions.sign_up(made).await.expect("an account");
    let kinds = [("unknown address", "nobody@example.org"), ("wrong password", "asha@example.org")];
    let mut took = [Vec::with_capacity(tries), Vec::with_capacity(tries)];
    // In turn, so that what else the machine does falls on both alike.
    for _ in 0..tries.max(1) {
        for ((_, email), took) in kinds.iter().zip(&mut took) {
            took.push(try_once(&sessions, email).await);
        }
    }
    println!("{:<16}{:>10}{:>10}{:>10}", "sign-in", "p10 ms", "median", "p90");
    let mut medians = Vec::new();
    for ((kind, _), took) in kinds.iter().zip(&mut took) {
        took.sort_unstable();
        let at = |percent: usize| took[(took.len() - 1) * percent / 100].as_secs_f64() * 1e3;
        println!("{kind:<16}{:>10.2}{:>10.2}{:>10.2}", at(10), at(50), at(90));
        medians.push(at(50));
    }
    println!("the medians differ by {:.1} %", (medians[0] / medians[1] - 1.0).abs() * 100.0);
}

async fn try_once(sessions: &Sessions, email: &str) -> Duration {
    let (email, password, client) = (email.to_owned(), "not the password".to_owned(), CLIENT.to_owned());
    let input = SignIn { email, password, one_time_code: None, guest_token: None, client };
    let began = Instant::now();
    sessions.sign_in(input).await.expect_err("is refused");
    began.elapsed()
}

async fn sessions(path: &str) -> Sessions {
    let (clock, ids): (Arc<dyn Clock>, Arc<dyn IdSource>) = (Arc::new(SystemClock), Arc::new(SystemIds));
    let db = Db::open(&format!("sqlite:{path}"), clock.clone(), ids.clone()).await.expect("a database");
    let items = Items::new(Arc::new(SqlItemStore::new(db.clone())), clock.clone(), ids.clone());
    let carts = Carts::new(Arc::new(SqlCartStore::new(db.clone())), items.clone(), clock.clone());
    let wishlists = Wishlists::new(Arc::new(SqlWishlistStore::new(db.clone())), items, clock.clone());
    Sessions::new(SessionParts {
        users: Arc::new(SqlUserStore::new(db.clone())),
        store: Arc::new(SqlSessionStore::new(db.clone())),
        factors: Arc::new(SqlFactorStore::new(db)),
        limiter: Arc::new(Unlimited),
        mailer: None,
        moves: Moves::new(carts, wishlists),
        keys: TokenKeys::parse("k1:for the time it takes").expect("a key"),
        sealing: SealingKeys::parse("k1:for the time it takes").expect("a key"),
        clock,
        ids,
    })
}
