//! The contract of `carts` on SQLite, and what the store says on the log.

use std::time::Duration;

use engine_sql::{args, carts::SqlCartStore};
use serde_json::json;
use services::{
    carts::{
        CartChange, NewLine,
        ports::{CartStore, MoveId},
    },
    kernel::{
        caller::Owner,
        clock::Clock,
        ids::{CartLineId, GuestId, IdSource, ShopperId, SystemIds, VariantId},
        money::Money,
    },
};

use crate::support::{contract_tests, db};

contract_tests! {
    carts on SqlCartStore::new:
    a_cart_begins_with_its_first_line,
    lines_stand_newest_first,
    adding_twice_adds_up,
    quantities_are_capped,
    a_full_cart_takes_no_further_line,
    lines_are_set_and_removed,
    ordered_units_are_taken,
    a_key_works_once,
    a_key_can_be_claimed,
    a_refusal_does_not_use_up_its_key,
    merging_twice_merges_once,
    merging_stops_at_a_full_cart,
    adding_at_the_same_time_loses_nothing,
    one_key_at_the_same_time_is_done_once,
    merging_while_the_guest_adds_loses_nothing,
}

#[tokio::test]
async fn a_list_of_changes_is_told_once_and_a_refusal_never() {
    let t = db().await;
    let (store, now) = (SqlCartStore::new(t.db.clone()), t.clock.now());
    let (guest, shopper) = (GuestId(SystemIds.next(now)), ShopperId(SystemIds.next(now)));
    let owner = Owner::Guest(guest);
    let (a, b) = (VariantId(SystemIds.next(now)), VariantId(SystemIds.next(now)));
    let add = |variant| CartChange::Add(NewLine { variant, quantity: 1, price: Money::inr(100) });
    let once = || Some(MoveId { key: "k".into(), input_hash: "x".into() });
    for _ in 0..2 {
        store.apply(owner, vec![add(a), add(b)], once(), now).await.expect("applies").expect("is the same input");
    }
    let gone = CartChange::Remove(CartLineId(SystemIds.next(now)));
    store.apply(owner, vec![gone], None, now).await.expect("answers").expect("has no key");
    for _ in 0..2 {
        store.merge(guest, shopper, now).await.expect("merges");
    }
    let told = t.events("CartChanged").await;
    // What moved over was told when the guest put it in.
    let expected = [(guest.to_string(), vec![a, b]), (shopper.to_string(), vec![])];
    assert_eq!(told, expected.map(|(owner, added)| json!({ "type": "CartChanged", "owner": owner, "added": added })));
}

#[tokio::test]
async fn old_keys_are_forgotten() {
    let t = db().await;
    let (store, now) = (SqlCartStore::new(t.db.clone()), t.clock.now());
    let owner = Owner::Guest(GuestId(SystemIds.next(now)));
    let claim =
        |key: &str, now| store.apply(owner, Vec::new(), Some(MoveId { key: key.into(), input_hash: "x".into() }), now);
    claim("a", now).await.expect("answers").expect("is new");
    claim("b", now + Duration::from_secs(29 * 86_400)).await.expect("answers").expect("is new");
    assert!(claim("a", now + Duration::from_secs(29 * 86_400)).await.expect("answers").expect("is known").repeated);
    claim("c", now + Duration::from_secs(31 * 86_400)).await.expect("answers").expect("is new");
    let rows = t.db.read("carts", "SELECT move_key FROM cart_moves ORDER BY move_key", args![]).await.expect("reads");
    assert_eq!(rows.iter().map(|r| r.text(0).expect("text")).collect::<Vec<_>>(), ["b", "c"]);
}
