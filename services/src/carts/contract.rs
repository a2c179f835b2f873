//! What every store of `carts` must hold, for engines to run: one function per promise of the port. Each makes owners of
//! its own, so that they run on one database in any order and again.

use std::{collections::HashSet, sync::Arc, time::Duration};

use super::{
    model::{Cart, CartChange, CartLine, Changed, NewLine},
    ports::{Applied, CartStore, KeyReused, MoveId},
};
use crate::kernel::{
    caller::Owner,
    clock::Timestamp,
    ids::{CartLineId, GuestId, IdSource, ShopperId, SystemIds, VariantId},
    limits::{CART_LINES_MAX, QUANTITY_MAX},
    money::Money,
};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

fn at(seconds: u64) -> Timestamp {
    NOW + Duration::from_secs(seconds)
}

fn guest() -> GuestId {
    GuestId(SystemIds.next(NOW))
}

fn shopper() -> ShopperId {
    ShopperId(SystemIds.next(NOW))
}

fn variant() -> VariantId {
    VariantId(SystemIds.next(NOW))
}

fn add(variant: VariantId, quantity: u32) -> CartChange {
    CartChange::Add(NewLine { variant, quantity, price: Money::inr(199_900) })
}

fn key(key: &str, input: &str) -> Option<MoveId> {
    Some(MoveId { key: key.to_owned(), input_hash: input.to_owned() })
}

type Store = Arc<dyn CartStore>;

async fn apply(store: &Store, owner: Owner, changes: Vec<CartChange>, now: Timestamp) -> Applied {
    let applied = store.apply(owner, changes, None, now).await.expect("applies").expect("has no key");
    assert!(!applied.repeated);
    assert_eq!(store.cart(owner).await.expect("reads").as_ref(), Some(&applied.cart), "the answer is what is stored");
    applied
}

async fn cart(store: &Store, owner: Owner) -> Cart {
    store.cart(owner).await.expect("reads").expect("is there")
}

fn quantities(cart: &Cart) -> Vec<(VariantId, u32)> {
    cart.lines.iter().map(|l| (l.variant, l.quantity)).collect()
}

fn line(cart: &Cart, variant: VariantId) -> &CartLine {
    cart.lines.iter().find(|l| l.variant == variant).expect("the line is there")
}

/// There is no cart before the first line; then it has an id that stays and a version that grows.
pub async fn a_cart_begins_with_its_first_line(store: Store) {
    let (owner, other) = (Owner::Guest(guest()), Owner::Shopper(shopper()));
    assert_eq!(store.cart(owner).await.expect("reads"), None);
    let v = variant();
    let first = apply(&store, owner, vec![add(v, 2)], at(1)).await;
    assert_eq!(first.outcomes, [Changed::Done]);
    let l = line(&first.cart, v);
    assert_eq!((l.quantity, l.price_when_added, l.added_at), (2, Money::inr(199_900), at(1)));
    let second = apply(&store, owner, vec![add(variant(), 1)], at(2)).await.cart;
    assert_eq!((second.id, second.updated_at, second.lines.len()), (first.cart.id, at(2), 2));
    assert!(second.version > first.cart.version);
    assert_eq!(store.cart(other).await.expect("reads"), None, "another owner has another cart");
    assert_ne!(apply(&store, other, vec![add(v, 1)], at(3)).await.cart.id, second.id);
}

/// Lines stand newest first, those of one change in the order given, also when the clock stands or goes back.
pub async fn lines_stand_newest_first(store: Store) {
    let owner = Owner::Guest(guest());
    let v: Vec<_> = (0..5).map(|_| variant()).collect();
    apply(&store, owner, vec![add(v[0], 1), add(v[1], 1), add(v[2], 1)], at(5)).await;
    apply(&store, owner, vec![add(v[3], 1)], at(5)).await;
    let seen = apply(&store, owner, vec![add(v[4], 1), add(v[0], 1)], at(4)).await.cart;
    assert_eq!(seen.lines.iter().map(|l| l.variant).collect::<Vec<_>>(), [v[4], v[3], v[2], v[1], v[0]]);
}

/// A variant stands in a cart once: adding it again adds to the line, which keeps its id, age and price.
pub async fn adding_twice_adds_up(store: Store) {
    let (owner, v) = (Owner::Guest(guest()), variant());
    let before = apply(&store, owner, vec![add(v, 2)], at(1)).await.cart;
    let dearer = CartChange::Add(NewLine { variant: v, quantity: 3, price: Money::inr(5) });
    let after = apply(&store, owner, vec![dearer, add(v, 1)], at(2)).await;
    assert_eq!(after.outcomes, [Changed::Done, Changed::Done]);
    assert_eq!(after.cart.lines, [CartLine { quantity: 6, ..before.lines[0].clone() }]);
}

/// No line holds more than the limit; what was asked beyond it is told.
pub async fn quantities_are_capped(store: Store) {
    let (owner, a, b) = (Owner::Guest(guest()), variant(), variant());
    let applied =
        apply(&store, owner, vec![add(a, QUANTITY_MAX - 1), add(a, 1), add(a, 5), add(b, u32::MAX)], NOW).await;
    let capped = Changed::Capped(QUANTITY_MAX);
    assert_eq!(applied.outcomes, [Changed::Done, Changed::Done, capped, capped]);
    assert_eq!(quantities(&applied.cart), [(b, QUANTITY_MAX), (a, QUANTITY_MAX)]);
    let set = CartChange::SetQuantity(line(&applied.cart, a).id, QUANTITY_MAX + 1);
    let applied = apply(&store, owner, vec![set, add(b, u32::MAX)], at(1)).await;
    assert_eq!(applied.outcomes, [capped, capped]);
    assert_eq!(quantities(&applied.cart), [(b, QUANTITY_MAX), (a, QUANTITY_MAX)]);
}

/// A full cart takes no further line, but more of a line that it has; the rest of the changes is done.
pub async fn a_full_cart_takes_no_further_line(store: Store) {
    let owner = Owner::Guest(guest());
    let v: Vec<_> = (0..CART_LINES_MAX).map(|_| variant()).collect();
    apply(&store, owner, v.iter().map(|v| add(*v, 1)).collect(), NOW).await;
    let late = variant();
    let applied =
        apply(&store, owner, vec![add(late, 1), add(v[0], 1), CartChange::Take(v[1], 1), add(late, 2)], at(1)).await;
    assert_eq!(applied.outcomes, [Changed::Full, Changed::Done, Changed::Done, Changed::Done]);
    assert_eq!(applied.cart.lines.len(), CART_LINES_MAX);
    assert_eq!((line(&applied.cart, v[0]).quantity, line(&applied.cart, late).quantity), (2, 2));
}

/// Quantities are set; 0 removes; a line that is not the owner's is told and not touched.
pub async fn lines_are_set_and_removed(store: Store) {
    let (owner, other) = (Owner::Guest(guest()), Owner::Shopper(shopper()));
    let (a, b, c) = (variant(), variant(), variant());
    let mine = apply(&store, owner, vec![add(a, 5), add(b, 5), add(c, 5)], NOW).await.cart;
    let theirs = apply(&store, other, vec![add(a, 7)], NOW).await.cart;
    let foreign = theirs.lines[0].id;
    let changes = vec![
        CartChange::SetQuantity(line(&mine, a).id, 2),
        CartChange::SetQuantity(line(&mine, b).id, 0),
        CartChange::Remove(line(&mine, c).id),
        CartChange::Remove(line(&mine, c).id),
        CartChange::SetQuantity(foreign, 1),
        CartChange::SetQuantity(CartLineId(SystemIds.next(NOW)), 1),
        CartChange::Remove(foreign),
    ];
    let applied = apply(&store, owner, changes, at(1)).await;
    let none = Changed::NoSuchLine;
    assert_eq!(applied.outcomes, [Changed::Done, Changed::Done, Changed::Done, none, none, none, none]);
    assert_eq!(quantities(&applied.cart), [(a, 2)]);
    assert_eq!(cart(&store, other).await, theirs);
    let empty = apply(&store, owner, vec![CartChange::Remove(line(&mine, a).id)], at(2)).await.cart;
    assert_eq!((empty.id, empty.lines.len()), (mine.id, 0), "an emptied cart is still the same cart");
}

/// What was ordered is taken out, never more than is there.
pub async fn ordered_units_are_taken(store: Store) {
    let (owner, a, b, c) = (Owner::Guest(guest()), variant(), variant(), variant());
    apply(&store, owner, vec![add(a, 5), add(b, 2), add(c, 1)], NOW).await;
    let takes =
        vec![CartChange::Take(a, 2), CartChange::Take(b, 2), CartChange::Take(c, 9), CartChange::Take(variant(), 1)];
    let applied = apply(&store, owner, takes, at(1)).await;
    assert_eq!(applied.outcomes, [Changed::Done; 4]);
    assert_eq!(quantities(&applied.cart), [(a, 3)]);
}

/// Changes under a key that was used before are not done again: the first outcomes come back, with the cart of now.
pub async fn a_key_works_once(store: Store) {
    let (owner, a) = (Owner::Guest(guest()), variant());
    let changes = vec![add(a, 60), add(a, 60), CartChange::Remove(CartLineId(SystemIds.next(NOW)))];
    let first = store.apply(owner, changes.clone(), key("k-1", "x"), NOW).await.expect("applies").expect("is new");
    assert!(!first.repeated);
    assert_eq!(first.outcomes, [Changed::Done, Changed::Capped(QUANTITY_MAX), Changed::NoSuchLine]);
    let between = apply(&store, owner, vec![CartChange::SetQuantity(first.cart.lines[0].id, 3)], at(1)).await.cart;
    let again = store.apply(owner, changes.clone(), key("k-1", "x"), at(2)).await.expect("answers").expect("is known");
    assert_eq!(again, Applied { cart: between.clone(), outcomes: first.outcomes, repeated: true });
    let other = store.apply(owner, vec![add(a, 1)], key("k-1", "y"), at(3)).await.expect("answers");
    assert_eq!(other, Err(KeyReused));
    assert_eq!(cart(&store, owner).await, between, "neither did anything");

    let case =
        store.apply(owner, vec![add(a, 1)], key("K-1", "z"), at(4)).await.expect("applies").expect("is another key");
    assert_eq!((case.repeated, case.cart.lines[0].quantity), (false, 4));
    let someone = Owner::Shopper(shopper());
    let theirs =
        store.apply(someone, vec![add(a, 1)], key("k-1", "y"), NOW).await.expect("applies").expect("is their key");
    assert!(!theirs.repeated, "keys are each owner's own");
}

/// A key can be claimed without a change, and does not make a cart.
pub async fn a_key_can_be_claimed(store: Store) {
    let owner = Owner::Guest(guest());
    let long = "k".repeat(260);
    for repeated in [false, true] {
        let claim = store.apply(owner, Vec::new(), key(&long, "x"), NOW).await.expect("answers").expect("fits");
        assert_eq!((claim.repeated, claim.cart.lines.len(), claim.outcomes.len()), (repeated, 0, 0));
    }
    assert_eq!(store.apply(owner, Vec::new(), key(&long, "y"), NOW).await.expect("answers"), Err(KeyReused));
    assert_eq!(store.cart(owner).await.expect("reads"), None);
}

/// When nothing of a list could be done, its key is not used up: the same may be tried again when there is room.
pub async fn a_refusal_does_not_use_up_its_key(store: Store) {
    let owner = Owner::Guest(guest());
    let v: Vec<_> = (0..CART_LINES_MAX).map(|_| variant()).collect();
    apply(&store, owner, v.iter().map(|v| add(*v, 1)).collect(), NOW).await;
    let late = vec![add(variant(), 1)];
    let refused = store.apply(owner, late.clone(), key("late", "x"), at(1)).await.expect("answers").expect("is new");
    assert_eq!((refused.outcomes, refused.repeated), (vec![Changed::Full], false));
    apply(&store, owner, vec![CartChange::Take(v[0], 1)], at(2)).await;
    let done = store.apply(owner, late, key("late", "x"), at(3)).await.expect("applies").expect("is new");
    assert_eq!((done.outcomes, done.repeated, done.cart.lines.len()), (vec![Changed::Done], false, CART_LINES_MAX));
}

/// A guest's lines go over once, quantities added up to the limit; the guest's cart is gone.
pub async fn merging_twice_merges_once(store: Store) {
    let (g, s) = (guest(), shopper());
    let (both, much, new, newer, own) = (variant(), variant(), variant(), variant(), variant());
    apply(&store, Owner::Shopper(s), vec![add(both, 2), add(much, 90), add(own, 1)], NOW).await;
    apply(&store, Owner::Guest(g), vec![add(both, 3), add(much, 90), add(new, 4), add(newer, 1)], at(1)).await;
    for n in 2..5 {
        store.merge(g, s, at(n)).await.expect("merges");
        let merged = cart(&store, Owner::Shopper(s)).await;
        assert_eq!(quantities(&merged), [(newer, 1), (new, 4), (own, 1), (much, QUANTITY_MAX), (both, 5)]);
        assert_eq!(store.cart(Owner::Guest(g)).await.expect("reads"), None);
    }
    store.merge(guest(), s, at(6)).await.expect("a guest without a cart is no error");
    apply(&store, Owner::Guest(g), vec![add(own, 1)], at(7)).await;
    store.merge(g, s, at(8)).await.expect("what came later goes over too");
    assert_eq!(line(&cart(&store, Owner::Shopper(s)).await, own).quantity, 2);
}

/// A merged cart has no more lines than a cart may have; the shopper's own stay.
pub async fn merging_stops_at_a_full_cart(store: Store) {
    let (g, s) = (guest(), shopper());
    let v: Vec<_> = (0..120).map(|_| variant()).collect();
    apply(&store, Owner::Shopper(s), v[..60].iter().map(|v| add(*v, 1)).collect(), NOW).await;
    apply(&store, Owner::Guest(g), v[59..].iter().map(|v| add(*v, 1)).collect(), at(1)).await;
    store.merge(g, s, at(2)).await.expect("merges");
    let merged = cart(&store, Owner::Shopper(s)).await;
    let held: HashSet<VariantId> = merged.lines.iter().map(|l| l.variant).collect();
    assert_eq!((merged.lines.len(), held.len()), (CART_LINES_MAX, CART_LINES_MAX));
    assert!(v[..60].iter().all(|v| held.contains(v)));
    assert_eq!(line(&merged, v[59]).quantity, 2);
}

/// Two tabs and twenty of them lose nothing, whether they add the same or different things.
pub async fn adding_at_the_same_time_loses_nothing(store: Store) {
    let (owner, same) = (Owner::Guest(guest()), variant());
    let tasks: Vec<_> = (0..20)
        .map(|n| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.apply(owner, vec![add(same, 1), add(variant(), 1)], None, at(n)).await })
        })
        .collect();
    for task in tasks {
        let applied = task.await.expect("joins").expect("applies").expect("has no key");
        assert_eq!(applied.outcomes, [Changed::Done, Changed::Done]);
    }
    let after = cart(&store, owner).await;
    assert_eq!((after.lines.len(), line(&after, same).quantity), (21, 20));
}

/// One key sent twenty times at the same time is done once.
pub async fn one_key_at_the_same_time_is_done_once(store: Store) {
    let (owner, v) = (Owner::Guest(guest()), variant());
    let tasks: Vec<_> = (0..20)
        .map(|n| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.apply(owner, vec![add(v, 1)], key("same", "x"), at(n)).await })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        let applied = task.await.expect("joins").expect("applies").expect("is the same input");
        done += usize::from(!applied.repeated);
        assert_eq!((applied.outcomes, applied.cart.lines[0].quantity), (vec![Changed::Done], 1));
    }
    assert_eq!(done, 1);
}

/// Merging and adding at the same time keep every unit: it is in one of the two carts.
pub async fn merging_while_the_guest_adds_loses_nothing(store: Store) {
    let (g, s, v) = (guest(), shopper(), variant());
    let adders = (0..20).map(|n| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            store.apply(Owner::Guest(g), vec![add(v, 1)], None, at(n)).await.expect("applies").expect("has no key");
        })
    });
    let mergers = (0..5).map(|n| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.merge(g, s, at(n)).await.expect("merges") })
    });
    for task in adders.chain(mergers).collect::<Vec<_>>() {
        task.await.expect("joins");
    }
    store.merge(g, s, at(30)).await.expect("merges the rest");
    assert_eq!(quantities(&cart(&store, Owner::Shopper(s)).await), [(v, 20)]);
}
