//! The contract of `users` on SQLite, and what the store says on the log.

use engine_sql::users::SqlUserStore;
use services::{
    kernel::{
        caller::Roles,
        clock::Clock,
        ids::{AddressId, IdSource, ShopperId, SystemIds},
    },
    users::{Address, PostalAddress, Shopper, ports::UserStore},
};

use crate::support::{contract_tests, db};

contract_tests! {
    users on SqlUserStore::new:
    an_account_is_found_by_id_and_by_email,
    more_ids_than_one_statement_takes,
    an_email_belongs_to_one_account,
    a_race_for_an_email_has_one_winner,
    hash_and_pincode_are_set,
    an_address_book_has_at_most_one_default,
    a_race_for_the_default_has_one_winner,
    another_accounts_address_is_out_of_reach,
    books_are_read_in_one_go,
    a_guest_has_a_pincode,
}

#[tokio::test]
async fn every_change_of_an_account_is_told_once() {
    let t = db().await;
    let store = SqlUserStore::new(t.db.clone());
    let (me, now) = (ShopperId(SystemIds.next(t.clock.now())), t.clock.now());
    let shopper = Shopper {
        id: me,
        email: "asha@example.org".into(),
        name: "Asha".into(),
        roles: Roles::default(),
        supplier: None,
        courier: None,
        delivery_pincode: None,
        created_at: now,
    };
    let postal = PostalAddress {
        recipient: "Asha".into(),
        phone: "+91 98450 12345".into(),
        lines: vec!["12 MG Road".into()],
        city: "Bengaluru".into(),
        state: "Karnataka".into(),
        pincode: "560001".parse().expect("a pincode"),
    };
    let address = Address { id: AddressId(SystemIds.next(now)), shopper: me, postal, is_default: true };
    assert!(store.create(shopper.clone(), "hash".into(), now).await.expect("creates"));
    assert!(!store.create(shopper, "hash".into(), now).await.expect("answers"));
    assert!(store.save_address(address.clone(), now).await.expect("saves"));
    let stranger = ShopperId(SystemIds.next(now));
    assert!(!store.save_address(Address { shopper: stranger, ..address.clone() }, now).await.expect("answers"));
    assert!(store.remove_address(me, address.id, now).await.expect("removes"));
    assert!(!store.remove_address(me, address.id, now).await.expect("answers"));
    store.set_delivery_pincode(me, None, now).await.expect("sets");
    store.set_delivery_pincode(stranger, None, now).await.expect("finds nobody");
    let told = t.events("ShopperChanged").await;
    assert_eq!(told.len(), 4, "made, address saved, address removed, pincode set");
    assert!(told.iter().all(|e| e["shopper"] == me.to_string()));
}
