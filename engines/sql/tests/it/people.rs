//! The services of people over real stores: accounts and sessions, and what moves between carts and wishlists.

use std::sync::Arc;

use async_trait::async_trait;
use engine_sql::{
    Db, carts::SqlCartStore, factors::SqlFactorStore, items::SqlItemStore, sessions::SqlSessionStore,
    users::SqlUserStore, wishlists::SqlWishlistStore,
};
use services::{
    carts::{self, Carts, ProblemKind},
    items::{ItemDraft, Items, VariantDraft, variant_id},
    kernel::{
        caller::Owner,
        clock::{Clock, Timestamp},
        error::{EngineError, EngineResult},
        handling::HandlingClass,
        ids::{GuestId, IdSource, ShopperId, SupplierId, SystemIds, VariantId},
        limits::CART_LINES_MAX,
        mail::{Mail, Mailer},
        money::Money,
        pages::Window,
    },
    sessions::{
        Error, MoveError, Moves, SealingKeys, SessionParts, Sessions, SignIn, SignUp, TokenKeys, Tokens,
        ports::RateLimiter,
    },
    wishlists::{WishlistLine, Wishlists},
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use uuid::Uuid;

use crate::support::{self, TestDb};

pub(crate) const PASSWORD: &str = "correct horse battery";
const SUPPLIER: SupplierId = SupplierId(Uuid::from_u128(3));

/// Lets `tries` through, then nobody.
struct Tries(std::sync::atomic::AtomicI64);

#[async_trait]
impl RateLimiter for Tries {
    async fn take(&self, _: &str, _: u32, _: u32, now: Timestamp) -> EngineResult<Result<(), Timestamp>> {
        let left = self.0.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
        Ok(if left > 0 { Ok(()) } else { Err(now) })
    }
}

pub(crate) struct Shop {
    pub(crate) fresh: TestDb,
    items: Items,
    carts: Carts,
    wishlists: Wishlists,
    moves: Moves,
    pub(crate) sessions: Sessions,
    mails: tokio::sync::Mutex<UnboundedReceiver<Mail>>,
}

/// Hands messages to the test.
struct Sent(UnboundedSender<Mail>);

#[async_trait]
impl Mailer for Sent {
    async fn send(&self, mail: Mail) -> EngineResult<()> {
        self.0.send(mail).map_err(|_| EngineError::permanent("mail", "the test is over"))
    }
}

pub(crate) async fn shop() -> Shop {
    shop_with_tries(i64::MAX).await
}

pub(crate) async fn shop_with_tries(tries: i64) -> Shop {
    let fresh = support::db().await;
    let (db, clock, ids): (Db, Arc<dyn Clock>, Arc<dyn IdSource>) =
        (fresh.db.clone(), fresh.clock.clone(), Arc::new(SystemIds));
    let items = Items::new(Arc::new(SqlItemStore::new(db.clone())), clock.clone(), ids.clone());
    let carts = Carts::new(Arc::new(SqlCartStore::new(db.clone())), items.clone(), clock.clone());
    let wishlists = Wishlists::new(Arc::new(SqlWishlistStore::new(db.clone())), items.clone(), clock.clone());
    let moves = Moves::new(carts.clone(), wishlists.clone());
    let (sent, mails) = tokio::sync::mpsc::unbounded_channel();
    let sessions = Sessions::new(SessionParts {
        users: Arc::new(SqlUserStore::new(db.clone())),
        store: Arc::new(SqlSessionStore::new(db.clone())),
        factors: Arc::new(SqlFactorStore::new(db)),
        limiter: Arc::new(Tries(tries.into())),
        mailer: Some(Arc::new(Sent(sent))),
        moves: moves.clone(),
        keys: TokenKeys::parse("k1:a secret of the tests").expect("a key"),
        sealing: SealingKeys::parse("k1:another secret of the tests").expect("a key"),
        clock,
        ids,
    });
    Shop { fresh, items, carts, wishlists, moves, sessions, mails: mails.into() }
}

impl Shop {
    /// Puts items with these SKUs on sale; answers their variants.
    async fn sells(&self, skus: &[String]) -> Vec<VariantId> {
        let category = self.items.add_category(None, "Things".to_owned()).await.expect("a category").id;
        let draft = |sku: &String| ItemDraft {
            supplier: SUPPLIER,
            external_id: sku.clone(),
            version: None,
            category,
            title: format!("Thing {sku}"),
            brand: None,
            description: None,
            images: vec![],
            rating: None,
            attributes: vec![],
            handling: HandlingClass::Standard,
            variants: vec![VariantDraft {
                sku: sku.clone(),
                options: vec![],
                price: Money::inr(19_900),
                list_price: None,
            }],
        };
        for saved in self.items.save(skus.iter().map(draft).collect()).await.expect("saves") {
            saved.expect("is a good draft");
        }
        skus.iter().map(|sku| variant_id(SUPPLIER, sku)).collect()
    }

    pub(crate) async fn sign_up(&self, email: &str, guest_token: Option<String>) -> Result<(Tokens, ShopperId), Error> {
        let (email, password, name, client) =
            (email.to_owned(), PASSWORD.to_owned(), "आशा".to_owned(), "127.0.0.1".to_owned());
        self.sessions.sign_up(SignUp { email, password, name, guest_token, client }).await
    }

    pub(crate) async fn sign_in(
        &self,
        email: &str,
        password: &str,
        guest_token: Option<String>,
    ) -> Result<(Tokens, ShopperId), Error> {
        let (email, password, client) = (email.to_owned(), password.to_owned(), "127.0.0.1".to_owned());
        self.sessions.sign_in(SignIn { email, password, one_time_code: None, guest_token, client }).await
    }

    /// The next message that was sent.
    pub(crate) async fn mail(&self) -> Mail {
        self.mails.lock().await.recv().await.expect("the shop sends")
    }

    async fn cart(&self, owner: Owner) -> Vec<(VariantId, u32)> {
        self.carts.cart(owner).await.expect("reads").lines.iter().map(|l| (l.variant, l.quantity)).collect()
    }

    async fn wishes(&self, owner: Owner) -> Vec<WishlistLine> {
        self.wishlists.lines(owner, Window::Forwards { after: None, limit: 100 }).await.expect("reads").rows
    }
}

pub(crate) fn refresh_token(tokens: &Tokens) -> &str {
    tokens.refresh.as_deref().expect("an account has a refresh token")
}

fn skus(n: usize) -> Vec<String> {
    (0..n).map(|n| format!("sku-{n}")).collect()
}

#[tokio::test]
async fn a_session_lives_by_its_newest_token_and_dies_of_an_old_one() {
    let s = shop().await;
    let (_, me) = s.sign_up(" Asha@Example.org ", None).await.expect("signs up");
    let (first, again) = s.sign_in("ASHA@example.org", PASSWORD, None).await.expect("signs in");
    assert_eq!(me, again);
    let caller = s.sessions.authenticate(&first.access).expect("is good");
    assert_eq!(caller.owner, Some(Owner::Shopper(me)));

    s.fresh.clock.advance(std::time::Duration::from_secs(16 * 60));
    assert!(matches!(s.sessions.authenticate(&first.access), Err(Error::ExpiredToken)));
    let (second, who) = s.sessions.refresh(refresh_token(&first)).await.expect("refreshes");
    assert_eq!((who, s.sessions.authenticate(&second.access).expect("is good").session), (me, caller.session));

    let stolen = s.sessions.refresh(refresh_token(&first)).await;
    assert!(matches!(stolen, Err(Error::InvalidToken)), "{stolen:?}");
    let dead = s.sessions.refresh(refresh_token(&second)).await;
    assert!(matches!(dead, Err(Error::InvalidToken)), "{dead:?}");
    let (fresh, _) = s.sign_in("asha@example.org", PASSWORD, None).await.expect("signs in anew");
    s.sessions.sign_out(refresh_token(&fresh)).await.expect("signs out");
    assert!(matches!(s.sessions.refresh(refresh_token(&fresh)).await, Err(Error::InvalidToken)));
}

#[tokio::test]
async fn an_email_is_taken_whatever_its_case() {
    let s = shop().await;
    s.sign_up("asha@example.org", None).await.expect("signs up");
    let taken = s.sign_up("Asha@EXAMPLE.org", None).await;
    assert!(matches!(taken, Err(Error::Invalid { field: "email", .. })), "{taken:?}");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_cost_one_hash_each_and_sound_alike() {
    let s = shop().await;
    s.sign_up("asha@example.org", None).await.expect("signs up");
    let mut said = Vec::new();
    for (email, password) in
        [("nobody@example.org", PASSWORD), ("asha@example.org", "wrong"), ("no address", "x"), ("asha@example.org", "")]
    {
        let before = s.sessions.passwords().computed();
        let refused = s.sign_in(email, password, None).await.expect_err("is refused");
        assert!(matches!(refused, Error::WrongCredentials), "{refused:?}");
        assert_eq!(s.sessions.passwords().computed() - before, 1, "{email}");
        said.push(refused.to_string());
    }
    assert!(said.windows(2).all(|w| w[0] == w[1]));
}

#[tokio::test]
async fn too_many_tries_are_refused_before_any_work() {
    // A try takes from two buckets: the client's and the account's.
    let s = shop_with_tries(4).await;
    s.sign_up("asha@example.org", None).await.expect("signs up");
    s.sign_in("asha@example.org", PASSWORD, None).await.expect("signs in");
    let before = s.sessions.passwords().computed();
    let refused = s.sign_in("asha@example.org", PASSWORD, None).await;
    assert!(matches!(refused, Err(Error::TooMany { .. })), "{refused:?}");
    assert_eq!(s.sessions.passwords().computed(), before);
}

#[tokio::test]
async fn what_a_guest_had_moves_in_exactly_once() {
    let s = shop().await;
    let v = s.sells(&skus(3)).await;
    let (tokens, guest) = s.sessions.start_guest("560001".parse().ok()).await.expect("begins");
    let guest = Owner::Guest(guest);
    assert_eq!(s.sessions.authenticate(&tokens.access).expect("is good").owner, Some(guest));
    s.carts.add(guest, vec![(v[0], 2), (v[1], 1)], "a".into()).await.expect("adds");
    s.wishlists.add(guest, vec![v[2]]).await.expect("adds");
    let (_, me) = s.sign_up("asha@example.org", tokens.guest.clone()).await.expect("signs up");
    let me = Owner::Shopper(me);
    for _ in 0..3 {
        assert_eq!(s.cart(me).await, [(v[1], 1), (v[0], 2)]);
        assert_eq!(s.wishes(me).await.iter().map(|w| w.variant).collect::<Vec<_>>(), [v[2]]);
        assert_eq!((s.cart(guest).await, s.wishes(guest).await.len()), (vec![], 0));
        s.sign_in("asha@example.org", PASSWORD, tokens.guest.clone()).await.expect("signs in");
    }
    // The worker that hears of the merge does it again, and changes nothing.
    let told = s.fresh.events("GuestMerged").await;
    assert_eq!(told.len(), 4, "the sign-up and each sign-in with the guest's token tell it");
    let (Owner::Guest(g), Owner::Shopper(m)) = (guest, me) else { unreachable!("made above") };
    s.moves.merge_guest(g, m).await.expect("merges");
    assert_eq!(s.cart(me).await, [(v[1], 1), (v[0], 2)]);
}

#[tokio::test]
async fn a_guest_moves_into_one_account_only() {
    let s = shop().await;
    let v = s.sells(&skus(1)).await;
    let (tokens, guest) = s.sessions.start_guest(None).await.expect("begins");
    s.carts.add(Owner::Guest(guest), vec![(v[0], 1)], "a".into()).await.expect("adds");
    let (_, first) = s.sign_up("first@example.org", tokens.guest.clone()).await.expect("signs up");
    s.carts.add(Owner::Guest(guest), vec![(v[0], 5)], "b".into()).await.expect("the old token still adds");
    let (_, second) = s.sign_up("second@example.org", tokens.guest.clone()).await.expect("signs up");
    assert_eq!(s.cart(Owner::Shopper(second)).await, []);
    s.sign_in("first@example.org", PASSWORD, tokens.guest).await.expect("signs in");
    assert_eq!(s.cart(Owner::Shopper(first)).await, [(v[0], 6)]);
}

#[tokio::test]
async fn lines_move_to_the_cart_and_back_once_per_key() {
    let s = shop().await;
    let v = s.sells(&skus(3)).await;
    let me = Owner::Shopper(ShopperId(SystemIds.next(s.fresh.clock.now())));
    s.wishlists.add(me, v.clone()).await.expect("adds");
    let lines: Vec<_> = s.wishes(me).await.iter().map(|w| w.id).collect();
    for _ in 0..3 {
        let moved = s.moves.wishlist_to_cart(me, lines.clone(), "there".into()).await.expect("moves");
        assert!(moved.problems.is_empty() && moved.warnings.is_empty(), "{moved:?}");
        assert_eq!(moved.cart, s.carts.cart(me).await.expect("reads"));
        assert_eq!(
            (s.cart(me).await.iter().map(|l| l.1).collect::<Vec<_>>(), s.wishes(me).await.len()),
            (vec![1, 1, 1], 0)
        );
    }
    let reused = s.moves.wishlist_to_cart(me, lines[..1].to_vec(), "there".into()).await;
    assert!(matches!(reused, Err(MoveError::Cart(carts::Error::KeyReused))), "{reused:?}");

    let back: Vec<_> = s.carts.cart(me).await.expect("reads").lines.iter().take(2).map(|l| l.id).collect();
    for _ in 0..3 {
        s.moves.cart_to_wishlist(me, back.clone(), "back".into()).await.expect("moves");
        assert_eq!((s.cart(me).await.len(), s.wishes(me).await.len()), (1, 2));
    }
    let lines: Vec<_> = s.wishes(me).await.iter().map(|w| w.id).collect();
    s.moves.wishlist_to_cart(me, lines, "there again".into()).await.expect("moves");
    assert_eq!((s.cart(me).await.len(), s.wishes(me).await.len()), (3, 0));
}

#[tokio::test]
async fn a_move_that_stopped_half_way_is_finished_by_the_same_request() {
    let s = shop().await;
    let v = s.sells(&skus(1)).await;
    let me = Owner::Guest(GuestId(SystemIds.next(s.fresh.clock.now())));
    s.wishlists.add(me, v.clone()).await.expect("adds");
    let line = s.wishes(me).await[0].id;
    // As if the process had died between the two stores.
    s.carts.put(me, vec![(v[0], 1)], format!("wishlist-line:{line}")).await.expect("puts");
    s.moves.wishlist_to_cart(me, vec![line], "k".into()).await.expect("moves");
    assert_eq!((s.cart(me).await, s.wishes(me).await.len()), (vec![(v[0], 1)], 0));
}

#[tokio::test]
async fn a_wish_that_finds_the_cart_full_stays_and_moves_when_there_is_room() {
    let s = shop().await;
    let v = s.sells(&skus(CART_LINES_MAX + 1)).await;
    let me = Owner::Guest(GuestId(SystemIds.next(s.fresh.clock.now())));
    for (n, chunk) in v[..CART_LINES_MAX].chunks(50).enumerate() {
        s.carts.add(me, chunk.iter().map(|v| (*v, 1)).collect(), format!("{n}")).await.expect("adds");
    }
    s.wishlists.add(me, vec![v[CART_LINES_MAX]]).await.expect("adds");
    let line = s.wishes(me).await[0].id;
    let full = s.moves.wishlist_to_cart(me, vec![line], "1".into()).await.expect("answers");
    assert_eq!(full.problems.iter().map(|p| (p.line, p.kind)).collect::<Vec<_>>(), [(0, ProblemKind::Full)]);
    assert_eq!(s.wishes(me).await.len(), 1);
    let oldest = s.carts.cart(me).await.expect("reads").lines.last().map(|l| l.id).expect("is there");
    s.carts.remove(me, vec![oldest]).await.expect("removes");
    let moved = s.moves.wishlist_to_cart(me, vec![line], "2".into()).await.expect("moves");
    assert!(moved.problems.is_empty(), "{moved:?}");
    assert_eq!((s.cart(me).await[0], s.wishes(me).await.len()), ((v[CART_LINES_MAX], 1), 0));
}

#[tokio::test]
async fn lines_that_cannot_be_done_are_told_by_their_place() {
    let s = shop().await;
    let v = s.sells(&skus(1)).await;
    let me = Owner::Guest(GuestId(SystemIds.next(s.fresh.clock.now())));
    let unknown = VariantId(SystemIds.next(s.fresh.clock.now()));
    let lines = vec![(unknown, 1), (v[0], 0), (v[0], 60), (v[0], 60), (v[0], i64::MAX)];
    let answer = s.carts.add(me, lines.clone(), "k".into()).await.expect("answers");
    let told: Vec<_> = answer.problems.iter().map(|p| (p.line, p.kind)).collect();
    assert_eq!(
        told,
        [(0, ProblemKind::NoSuchVariant), (1, ProblemKind::Quantity(0)), (4, ProblemKind::Quantity(i64::MAX))]
    );
    assert_eq!(answer.warnings.iter().map(|w| (w.line, w.quantity)).collect::<Vec<_>>(), [(3, 99)]);
    let again = s.carts.add(me, lines, "k".into()).await.expect("answers");
    assert_eq!(again, answer, "the same request has the same answer");
    let reused = s.carts.add(me, vec![(v[0], 1)], "k".into()).await;
    assert!(matches!(reused, Err(carts::Error::KeyReused)), "{reused:?}");
}
