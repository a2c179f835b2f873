//! The contract of `wishlists` on SQLite, and what the store says on the log.

use engine_sql::wishlists::SqlWishlistStore;
use serde_json::json;
use services::{
    kernel::{
        caller::Owner,
        clock::Clock,
        ids::{GuestId, IdSource, ShopperId, SystemIds, VariantId},
        money::Money,
        pages::Window,
    },
    wishlists::{NewWish, ports::WishlistStore},
};

use crate::support::{contract_tests, db};

contract_tests! {
    wishlists on SqlWishlistStore::new:
    an_owner_has_one_id,
    adding_twice_adds_once,
    lines_stand_newest_first,
    pages_go_both_ways,
    pages_hold_while_lines_come_and_go,
    lines_are_the_owners_own,
    a_full_list_takes_nothing_new,
    merging_twice_merges_once,
    merging_stops_at_a_full_list,
    adding_at_the_same_time_keeps_the_limit,
    merging_while_the_guest_adds_loses_nothing,
}

#[tokio::test]
async fn a_change_is_told_once_and_a_repetition_never() {
    let t = db().await;
    let (store, now) = (SqlWishlistStore::new(t.db.clone()), t.clock.now());
    let (guest, shopper) = (GuestId(SystemIds.next(now)), ShopperId(SystemIds.next(now)));
    let (owner, variant) = (Owner::Guest(guest), VariantId(SystemIds.next(now)));
    for _ in 0..2 {
        store.add(owner, vec![NewWish { variant, price: Money::inr(100) }], now).await.expect("adds");
    }
    for _ in 0..2 {
        store.merge(guest, shopper, now).await.expect("merges");
    }
    let owner = Owner::Shopper(shopper);
    let page = store.lines(owner, Window::Forwards { after: None, limit: 1 }).await.expect("reads");
    for _ in 0..2 {
        store.remove(owner, vec![page.rows[0].id], now).await.expect("removes");
    }
    let told = t.events("WishlistChanged").await;
    // What moved over was told when the guest put it on.
    let expected = [(guest.0, vec![variant]), (shopper.0, vec![]), (shopper.0, vec![])];
    assert_eq!(
        told,
        expected.map(|(owner, added)| json!({ "type": "WishlistChanged", "owner": owner, "added": added }))
    );
}
