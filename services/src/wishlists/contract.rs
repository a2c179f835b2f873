//! What every store of `wishlists` must hold, for engines to run: one function per promise of the port. Each makes owners
//! of its own, so that they run on one database in any order and again.

use std::{collections::HashSet, sync::Arc, time::Duration};

use super::{
    model::{NewWish, WishlistLine},
    ports::{Wished, WishlistStore},
};
use crate::kernel::{
    caller::Owner,
    clock::Timestamp,
    ids::{GuestId, IdSource, ShopperId, SystemIds, VariantId, WishlistLineId},
    limits::WISHLIST_LINES_MAX,
    money::Money,
    pages::{Page, Window},
};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

type Store = Arc<dyn WishlistStore>;
type Place = (Timestamp, WishlistLineId);

fn at(seconds: u64) -> Timestamp {
    NOW + Duration::from_secs(seconds)
}

fn guest() -> GuestId {
    GuestId(SystemIds.next(NOW))
}

fn shopper() -> ShopperId {
    ShopperId(SystemIds.next(NOW))
}

fn variants(n: usize) -> Vec<VariantId> {
    (0..n).map(|_| VariantId(SystemIds.next(NOW))).collect()
}

fn wishes(variants: &[VariantId]) -> Vec<NewWish> {
    variants.iter().map(|v| NewWish { variant: *v, price: Money::inr(199_900) }).collect()
}

async fn add(store: &Store, owner: Owner, variants: &[VariantId], now: Timestamp) -> Vec<Wished> {
    store.add(owner, wishes(variants), now).await.expect("adds")
}

async fn page(store: &Store, owner: Owner, window: Window<Place>) -> Page<WishlistLine> {
    store.lines(owner, window).await.expect("reads")
}

async fn all(store: &Store, owner: Owner) -> Vec<WishlistLine> {
    page(store, owner, Window::Forwards { after: None, limit: 2 * WISHLIST_LINES_MAX }).await.rows
}

fn place(line: &WishlistLine) -> Place {
    (line.added_at, line.id)
}

fn names(lines: &[WishlistLine]) -> Vec<VariantId> {
    lines.iter().map(|l| l.variant).collect()
}

/// A wishlist has an id for ever, from the first question on, and each owner another.
pub async fn an_owner_has_one_id(store: Store) {
    let (owner, other) = (Owner::Guest(guest()), Owner::Shopper(shopper()));
    let id = store.id_of(owner).await.expect("answers");
    add(&store, owner, &variants(1), NOW).await;
    assert_eq!(store.id_of(owner).await.expect("answers"), id);
    assert_ne!(store.id_of(other).await.expect("answers"), id);
    assert_eq!((store.count(owner).await.expect("counts"), store.count(other).await.expect("counts")), (1, 0));
}

/// A variant stands on a list once: adding it again changes nothing, neither its price nor its place.
pub async fn adding_twice_adds_once(store: Store) {
    let (owner, v) = (Owner::Guest(guest()), variants(2));
    assert_eq!(add(&store, owner, &[v[0], v[0], v[1]], at(1)).await, [Wished::Done; 3]);
    let before = all(&store, owner).await;
    assert_eq!(names(&before), [v[1], v[0]]);
    assert_eq!((before[1].price_when_added, before[1].added_at), (Money::inr(199_900), at(1)));
    let cheaper = vec![NewWish { variant: v[0], price: Money::inr(1) }];
    assert_eq!(store.add(owner, cheaper, at(9)).await.expect("answers"), [Wished::Done]);
    assert_eq!(all(&store, owner).await, before);
    assert_eq!(store.count(owner).await.expect("counts"), 2);
    let other = Owner::Guest(guest());
    add(&store, other, &v, NOW).await;
    assert_eq!((all(&store, owner).await.len(), all(&store, other).await.len()), (2, 2), "lists do not share lines");
}

/// Lines stand newest first, those of one call in the order given, also when the clock stands or goes back.
pub async fn lines_stand_newest_first(store: Store) {
    let (owner, v) = (Owner::Guest(guest()), variants(6));
    add(&store, owner, &v[..3], at(5)).await;
    add(&store, owner, &v[3..5], at(5)).await;
    add(&store, owner, &v[5..], at(4)).await;
    assert_eq!(names(&all(&store, owner).await), v.iter().rev().copied().collect::<Vec<_>>());
}

/// Pages forwards and backwards show every line once, in the same order, and tell where the ends are.
pub async fn pages_go_both_ways(store: Store) {
    let (owner, v) = (Owner::Guest(guest()), variants(23));
    for (n, chunk) in v.chunks(5).enumerate() {
        add(&store, owner, chunk, at(n as u64)).await;
    }
    let whole = all(&store, owner).await;
    let (mut seen, mut after) = (Vec::new(), None);
    for n in 0.. {
        let p = page(&store, owner, Window::Forwards { after, limit: 5 }).await;
        assert_eq!((p.has_previous, p.has_next, p.rows.len()), (n > 0, n < 4, if n < 4 { 5 } else { 3 }));
        after = p.rows.last().map(place);
        seen.extend(p.rows);
        if !p.has_next {
            break;
        }
    }
    assert_eq!(seen, whole);
    let (mut seen, mut before) = (Vec::new(), None);
    for n in 0.. {
        let p = page(&store, owner, Window::Backwards { before, limit: 5 }).await;
        assert_eq!((p.has_next, p.has_previous, p.rows.len()), (n > 0, n < 4, if n < 4 { 5 } else { 3 }));
        before = p.rows.first().map(place);
        seen.splice(0..0, p.rows);
        if !p.has_previous {
            break;
        }
    }
    assert_eq!(seen, whole);
    let end = page(&store, owner, Window::Forwards { after: whole.last().map(place), limit: 5 }).await;
    assert!(end.rows.is_empty() && !end.has_next && end.has_previous);
}

/// While lines come and go, somebody who pages sees each line that stays once, and none twice.
pub async fn pages_hold_while_lines_come_and_go(store: Store) {
    let (owner, v) = (Owner::Guest(guest()), variants(30));
    add(&store, owner, &v, NOW).await;
    let first = page(&store, owner, Window::Forwards { after: None, limit: 10 }).await.rows;
    let last = first.last().map(place);
    let whole = all(&store, owner).await;
    // A line seen, the line that the page ended with, and one not yet seen go; newer ones come.
    let gone: Vec<_> = [0, 9, 15].into_iter().map(|i| whole[i].id).collect();
    assert_eq!(store.remove(owner, gone, at(1)).await.expect("removes").len(), 3);
    add(&store, owner, &variants(7), at(2)).await;
    let rest = page(&store, owner, Window::Forwards { after: last, limit: 100 }).await;
    let expected: Vec<_> = whole[10..].iter().filter(|l| l.id != whole[15].id).cloned().collect();
    assert_eq!((rest.rows, rest.has_next), (expected, false));
    let back = page(&store, owner, Window::Backwards { before: last, limit: 8 }).await;
    assert_eq!((back.rows, back.has_previous), (whole[1..9].to_vec(), true), "the newer ones come before");
}

/// Lines are looked up and removed by id, an owner's own only; what was there is answered.
pub async fn lines_are_the_owners_own(store: Store) {
    let (owner, other) = (Owner::Guest(guest()), Owner::Shopper(shopper()));
    add(&store, owner, &variants(3), NOW).await;
    add(&store, other, &variants(1), NOW).await;
    let (mine, theirs) = (all(&store, owner).await, all(&store, other).await);
    let unknown = WishlistLineId(SystemIds.next(NOW));
    let asked = [mine[0].id, theirs[0].id, unknown, mine[2].id];
    let found = store.lines_by_ids(owner, &asked).await.expect("reads");
    assert_eq!(found.len(), 2);
    assert_eq!((&found[&mine[0].id], &found[&mine[2].id]), (&mine[0], &mine[2]));
    let removed = store.remove(owner, asked.to_vec(), at(1)).await.expect("removes");
    assert_eq!(removed, [mine[0].id, mine[2].id]);
    assert!(store.remove(owner, asked.to_vec(), at(2)).await.expect("answers").is_empty());
    assert_eq!((all(&store, owner).await, all(&store, other).await), (vec![mine[1].clone()], theirs));
    assert!(store.lines_by_ids(owner, &[]).await.expect("reads").is_empty());
}

/// A full list takes nothing new; what is on it already is no refusal, and a removal makes room.
pub async fn a_full_list_takes_nothing_new(store: Store) {
    let (owner, v) = (Owner::Guest(guest()), variants(WISHLIST_LINES_MAX + 1));
    for chunk in v[..WISHLIST_LINES_MAX - 1].chunks(100) {
        add(&store, owner, chunk, NOW).await;
    }
    let late = v[WISHLIST_LINES_MAX];
    let answers = add(&store, owner, &[v[WISHLIST_LINES_MAX - 1], late, v[0]], at(1)).await;
    assert_eq!(answers, [Wished::Done, Wished::Full, Wished::Done]);
    assert_eq!(store.count(owner).await.expect("counts"), WISHLIST_LINES_MAX as u64);
    let oldest = all(&store, owner).await.last().map(|l| l.id).expect("is there");
    assert_eq!(store.remove(owner, vec![oldest], at(2)).await.expect("removes"), [oldest]);
    assert_eq!(add(&store, owner, &[late], at(3)).await, [Wished::Done]);
}

/// A guest's lines go over once, in their order, and not twice onto the list; the guest's list is empty.
pub async fn merging_twice_merges_once(store: Store) {
    let (g, s, v) = (guest(), shopper(), variants(4));
    add(&store, Owner::Shopper(s), &[v[0], v[1]], NOW).await;
    let cheap = vec![NewWish { variant: v[1], price: Money::inr(1) }];
    store.add(Owner::Guest(g), cheap, at(1)).await.expect("adds");
    add(&store, Owner::Guest(g), &[v[2], v[3]], at(1)).await;
    let own = all(&store, Owner::Shopper(s)).await;
    for n in 2..5 {
        store.merge(g, s, at(n)).await.expect("merges");
        let merged = all(&store, Owner::Shopper(s)).await;
        assert_eq!(names(&merged), [v[3], v[2], v[1], v[0]]);
        assert_eq!(merged[2..], own, "what the shopper had stays as it was");
        assert_eq!(store.count(Owner::Guest(g)).await.expect("counts"), 0);
    }
    store.merge(guest(), s, at(6)).await.expect("a guest without a list is no error");
}

/// A merged list is no longer than a list may be.
pub async fn merging_stops_at_a_full_list(store: Store) {
    let (g, s, v) = (guest(), shopper(), variants(WISHLIST_LINES_MAX + 20));
    add(&store, Owner::Shopper(s), &v[..WISHLIST_LINES_MAX - 10], NOW).await;
    add(&store, Owner::Guest(g), &v[WISHLIST_LINES_MAX - 11..], at(1)).await;
    store.merge(g, s, at(2)).await.expect("merges");
    assert_eq!(store.count(Owner::Shopper(s)).await.expect("counts"), WISHLIST_LINES_MAX as u64);
    assert_eq!(store.count(Owner::Guest(g)).await.expect("counts"), 0);
}

/// Adding at the same time keeps every line once and the limit.
pub async fn adding_at_the_same_time_keeps_the_limit(store: Store) {
    let (owner, v) = (Owner::Guest(guest()), variants(WISHLIST_LINES_MAX - 10));
    add(&store, owner, &v, NOW).await;
    let same = variants(1)[0];
    let tasks: Vec<_> = (0..20)
        .map(|n| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { add(&store, owner, &[same, variants(1)[0]], at(n)).await })
        })
        .collect();
    let mut full = 0;
    for task in tasks {
        let answers = task.await.expect("joins");
        assert_eq!(answers[0], Wished::Done);
        full += usize::from(answers[1] == Wished::Full);
    }
    let lines = all(&store, owner).await;
    let distinct: HashSet<VariantId> = lines.iter().map(|l| l.variant).collect();
    assert_eq!((lines.len(), distinct.len(), full), (WISHLIST_LINES_MAX, WISHLIST_LINES_MAX, 11));
}

/// Merging and adding at the same time keep every line: it is on one of the two lists.
pub async fn merging_while_the_guest_adds_loses_nothing(store: Store) {
    let (g, s, v) = (guest(), shopper(), variants(20));
    let adders = v.clone().into_iter().map(|v| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { assert_eq!(add(&store, Owner::Guest(g), &[v], NOW).await, [Wished::Done]) })
    });
    let mergers = (0..5).map(|n| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.merge(g, s, at(n)).await.expect("merges") })
    });
    for task in adders.chain(mergers).collect::<Vec<_>>() {
        task.await.expect("joins");
    }
    store.merge(g, s, at(30)).await.expect("merges the rest");
    let held: HashSet<VariantId> = names(&all(&store, Owner::Shopper(s)).await).into_iter().collect();
    assert_eq!(held, v.into_iter().collect());
}
