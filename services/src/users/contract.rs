//! What every store of `users` must hold, for engines to run: one function per promise of the port. Each makes accounts of
//! its own, so that they run on one database in any order and again.

use std::{collections::HashSet, sync::Arc};

use super::{
    model::{Address, PostalAddress, Shopper},
    ports::UserStore,
};
use crate::kernel::{
    caller::{Role, Roles},
    clock::Timestamp,
    ids::{AddressId, GuestId, IdSource, ShopperId, SupplierId, SystemIds},
    pincodes::Pincode,
};

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(NOW.seconds() + seconds)
}

fn pincode(number: u32) -> Pincode {
    Pincode::new(number).expect("six digits make a pincode")
}

fn shopper() -> Shopper {
    let id = ShopperId(SystemIds.next(NOW));
    Shopper {
        id,
        email: format!("{id}@example.org"),
        name: "आशा Rao".to_owned(),
        roles: Roles::default().with(Role::Shopper).with(Role::Supplier),
        supplier: Some(SupplierId(SystemIds.next(NOW))),
        courier: Some("bluedart".to_owned()),
        delivery_pincode: Some(pincode(560_001)),
        created_at: NOW,
    }
}

async fn account(store: &Arc<dyn UserStore>) -> ShopperId {
    let shopper = shopper();
    let id = shopper.id;
    assert!(store.create(shopper, "hash".to_owned(), NOW).await.expect("creates"));
    id
}

fn address(shopper: ShopperId, street: &str, is_default: bool) -> Address {
    let postal = PostalAddress {
        recipient: "आशा Rao".to_owned(),
        phone: "+91 98450 12345".to_owned(),
        lines: vec![street.to_owned(), "near the \"temple\"".to_owned()],
        city: "Bengaluru".to_owned(),
        state: "Karnataka".to_owned(),
        pincode: pincode(560_001),
    };
    Address { id: AddressId(SystemIds.next(NOW)), shopper, postal, is_default }
}

async fn book(store: &Arc<dyn UserStore>, shopper: ShopperId) -> Vec<Address> {
    store.addresses_of(&[shopper]).await.expect("reads").remove(&shopper).unwrap_or_default()
}

/// What was created is read back whole, by id and by e-mail; nobody else is.
pub async fn an_account_is_found_by_id_and_by_email(store: Arc<dyn UserStore>) {
    let asha = shopper();
    let plain = Shopper { supplier: None, courier: None, delivery_pincode: None, ..shopper() };
    for s in [&asha, &plain] {
        assert!(store.create(s.clone(), format!("hash of {}", s.id), NOW).await.expect("creates"));
        let (found, hash) = store.shopper_by_email(&s.email).await.expect("reads").expect("is there");
        assert_eq!((found, hash), (s.clone(), format!("hash of {}", s.id)));
    }
    let nobody = ShopperId(SystemIds.next(NOW));
    let found = store.shoppers_by_ids(&[asha.id, nobody, plain.id]).await.expect("reads");
    assert_eq!(found.len(), 2);
    assert_eq!((&found[&asha.id], &found[&plain.id]), (&asha, &plain));
    assert_eq!(store.shopper_by_email("nobody@example.org").await.expect("reads"), None);
    assert!(store.shoppers_by_ids(&[]).await.expect("reads").is_empty());
}

/// More ids than one statement takes are answered all the same.
pub async fn more_ids_than_one_statement_takes(store: Arc<dyn UserStore>) {
    let there = account(&store).await;
    let mut ids: Vec<_> = (0..1_200).map(|_| ShopperId(SystemIds.next(NOW))).collect();
    ids.push(there);
    let found = store.shoppers_by_ids(&ids).await.expect("reads");
    assert_eq!(found.keys().copied().collect::<Vec<_>>(), [there]);
}

/// A taken e-mail or id is refused, and who has it keeps it; addresses that differ in an accent are different.
pub async fn an_email_belongs_to_one_account(store: Arc<dyn UserStore>) {
    let first = shopper();
    assert!(store.create(first.clone(), "first".to_owned(), NOW).await.expect("creates"));
    let second = Shopper { email: first.email.clone(), name: "Somebody else".to_owned(), ..shopper() };
    assert!(!store.create(second.clone(), "second".to_owned(), NOW).await.expect("answers"));
    let same_id = Shopper { id: first.id, ..shopper() };
    assert!(!store.create(same_id, "third".to_owned(), NOW).await.expect("answers"));
    let (found, hash) = store.shopper_by_email(&first.email).await.expect("reads").expect("is there");
    assert_eq!((found, hash.as_str()), (first.clone(), "first"));
    assert!(store.shoppers_by_ids(&[second.id]).await.expect("reads").is_empty());
    let accented = Shopper { email: first.email.replace("example", "éxample"), ..shopper() };
    assert!(store.create(accented, "fourth".to_owned(), NOW).await.expect("creates"));
}

/// Of many who want one e-mail at the same time, one gets it.
pub async fn a_race_for_an_email_has_one_winner(store: Arc<dyn UserStore>) {
    let email = shopper().email;
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let (store, s) = (Arc::clone(&store), Shopper { email: email.clone(), ..shopper() });
            tokio::spawn(async move { store.create(s, "hash".to_owned(), NOW).await.expect("answers") })
        })
        .collect();
    let mut winners = 0;
    for task in tasks {
        winners += usize::from(task.await.expect("joins"));
    }
    assert_eq!(winners, 1);
}

/// A hash is put in place of the one that was read, and not of another; delivery pincodes are set, also to nothing.
pub async fn hash_and_pincode_are_set(store: Arc<dyn UserStore>) {
    let s = shopper();
    assert!(store.create(s.clone(), "old".to_owned(), NOW).await.expect("creates"));
    let rehash =
        async |old: &str, new: &str| store.rehash(s.id, old.to_owned(), new.to_owned()).await.expect("answers");
    assert!(rehash("old", "new").await);
    assert!(!rehash("old", "newer").await, "somebody was quicker");
    store.set_delivery_pincode(s.id, Some(pincode(110_001)), at(2)).await.expect("sets");
    let (found, hash) = store.shopper_by_email(&s.email).await.expect("reads").expect("is there");
    assert_eq!((found.delivery_pincode, hash.as_str()), (Some(pincode(110_001)), "new"));
    store.set_delivery_pincode(s.id, None, at(3)).await.expect("sets");
    let found = store.shoppers_by_ids(&[s.id]).await.expect("reads");
    assert_eq!(found[&s.id], Shopper { delivery_pincode: None, ..s });
}

/// Saving an address as default takes the mark off the others; the default one is listed first, then the newest.
pub async fn an_address_book_has_at_most_one_default(store: Arc<dyn UserStore>) {
    let (me, other) = (account(&store).await, account(&store).await);
    let (a, b, c) = (address(me, "A", true), address(me, "B", true), address(me, "C", false));
    let theirs = address(other, "Z", true);
    for (n, x) in [&a, &b, &c, &theirs].into_iter().enumerate() {
        let n = i64::try_from(n).expect("is small");
        assert!(store.save_address(x.clone(), at(n)).await.expect("saves"));
    }
    let a = Address { is_default: false, ..a };
    assert_eq!(book(&store, me).await, [b.clone(), c.clone(), a.clone()]);
    assert_eq!(book(&store, other).await, [theirs], "another account's default is another matter");

    let a = Address { is_default: true, postal: PostalAddress { city: "मैसूर".to_owned(), ..a.postal }, ..a };
    assert!(store.save_address(a.clone(), at(9)).await.expect("replaces"));
    let b = Address { is_default: false, ..b };
    assert_eq!(book(&store, me).await, [a.clone(), c, b], "a replaced address keeps its age");
    let a = Address { is_default: false, ..a };
    assert!(store.save_address(a, at(10)).await.expect("replaces"));
    assert!(book(&store, me).await.iter().all(|x| !x.is_default));
}

/// Many defaults saved at the same time leave one.
pub async fn a_race_for_the_default_has_one_winner(store: Arc<dyn UserStore>) {
    let me = account(&store).await;
    let tasks: Vec<_> = (0..10)
        .map(|n| {
            let (store, a) = (Arc::clone(&store), address(me, &format!("{n}"), true));
            tokio::spawn(async move { store.save_address(a, at(n)).await.expect("saves") })
        })
        .collect();
    for task in tasks {
        assert!(task.await.expect("joins"));
    }
    let book = book(&store, me).await;
    assert_eq!((book.len(), book.iter().filter(|a| a.is_default).count()), (10, 1));
}

/// An address under the id of another account's is refused and leaves that one as it was; nor can it be removed.
pub async fn another_accounts_address_is_out_of_reach(store: Arc<dyn UserStore>) {
    let (me, other) = (account(&store).await, account(&store).await);
    let (mine, theirs) = (address(me, "mine", true), address(other, "theirs", true));
    assert!(store.save_address(mine.clone(), NOW).await.expect("saves"));
    assert!(store.save_address(theirs.clone(), NOW).await.expect("saves"));
    let grab = Address { id: theirs.id, ..address(me, "grabbed", true) };
    assert!(!store.save_address(grab, at(1)).await.expect("answers"));
    assert!(!store.remove_address(me, theirs.id, at(1)).await.expect("answers"));
    assert_eq!((book(&store, me).await, book(&store, other).await), (vec![mine.clone()], vec![theirs.clone()]));

    let found = store.addresses_by_ids(&[mine.id, theirs.id, AddressId(SystemIds.next(NOW))]).await.expect("reads");
    assert_eq!(found.len(), 2);
    assert_eq!((&found[&mine.id], &found[&theirs.id]), (&mine, &theirs));
    assert!(store.remove_address(me, mine.id, at(2)).await.expect("removes"));
    assert!(!store.remove_address(me, mine.id, at(3)).await.expect("answers"));
    assert!(book(&store, me).await.is_empty());
}

/// Books of several accounts come in one answer, each with its own addresses.
pub async fn books_are_read_in_one_go(store: Arc<dyn UserStore>) {
    let (a, b, empty) = (account(&store).await, account(&store).await, account(&store).await);
    for (who, street) in [(a, "1"), (b, "2"), (a, "3")] {
        assert!(store.save_address(address(who, street, false), NOW).await.expect("saves"));
    }
    let books = store.addresses_of(&[a, b, empty]).await.expect("reads");
    let streets = |who| -> HashSet<String> {
        books.get(&who).into_iter().flatten().map(|x: &Address| x.postal.lines[0].clone()).collect()
    };
    assert_eq!(streets(a), HashSet::from(["1".to_owned(), "3".to_owned()]));
    assert_eq!(streets(b), HashSet::from(["2".to_owned()]));
    assert!(streets(empty).is_empty());
}

/// Where a guest's things go is set, changed and taken back, whether or not the guest was known.
pub async fn a_guest_has_a_pincode(store: Arc<dyn UserStore>) {
    let (guest, other) = (GuestId(SystemIds.next(NOW)), GuestId(SystemIds.next(NOW)));
    assert_eq!(store.guest_pincode(guest).await.expect("reads"), None);
    for wanted in [Some(pincode(110_001)), Some(pincode(110_001)), Some(pincode(400_001)), None] {
        store.set_guest_pincode(guest, wanted, NOW).await.expect("sets");
        assert_eq!(store.guest_pincode(guest).await.expect("reads"), wanted);
    }
    assert_eq!(store.guest_pincode(other).await.expect("reads"), None);
}
