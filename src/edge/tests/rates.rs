//! Every rate just under and just over, by caller, by address, by class and by field.

use super::*;
use services::kernel::{
    caller::Caller,
    clock::{Clock, SystemClock},
    ids::ShopperId,
};

fn rates() -> CallerRates {
    let few = |burst| Rate::new(burst, 1);
    CallerRates {
        all: few(40),
        field: few(3),
        searches: few(4),
        reads: few(20),
        subscriptions: few(2),
        writes: few(5),
        sessions: few(1),
        checkouts: few(2),
    }
}

fn meta(shopper: Option<u128>, address: [u8; 4]) -> RequestMeta {
    let owner = shopper.map(|n| Owner::Shopper(ShopperId(Uuid::from_u128(n))));
    RequestMeta {
        caller: Caller { owner, ..Caller::anonymous() },
        request_id: "r".into(),
        kept: None,
        address: Some(address.into()),
        now: SystemClock.now(),
    }
}

/// How many of a hundred are let in.
fn admitted(rates: &Rates, class: Class, fields: impl Fn(usize) -> Vec<String>, meta: &RequestMeta) -> usize {
    (0..100).filter(|n| rates.admit(class, &fields(*n), meta).is_ok()).count()
}

#[test]
fn each_class_of_a_caller_is_let_in_up_to_its_burst_and_then_refused() {
    for class in Class::ALL {
        let all = Rates::new(&rates());
        // Fields that differ, so that only the class can refuse.
        let fields = |n: usize| vec![format!("field{n}")];
        let me = meta(Some(1), [10, 0, 0, 1]);
        assert_eq!(admitted(&all, class, fields, &me), rates().of(class).burst as usize, "{class:?}");
        // Another caller of the same address still is.
        assert!(all.admit(class, &[], &meta(Some(2), [10, 0, 0, 1])).is_ok(), "{class:?}");
    }
}

#[test]
fn an_address_may_do_five_times_what_a_caller_may_whoever_calls() {
    let all = Rates::new(&rates());
    let let_in = (0..100).filter(|n| all.admit(Class::Search, &[], &meta(Some(*n), [10, 0, 0, 1])).is_ok()).count();
    assert_eq!(let_in, 20);
    assert!(all.admit(Class::Search, &[], &meta(Some(1_000), [10, 0, 0, 2])).is_ok());
    let knocks = (0..1_000).filter(|_| all.knock(Some([10, 0, 0, 1].into())).is_ok()).count();
    assert_eq!(knocks, 200);
    assert!(all.knock(None).is_ok(), "an unknown address is not counted");
}

#[test]
fn one_root_field_is_limited_by_itself() {
    let all = Rates::new(&rates());
    let me = meta(Some(1), [10, 0, 0, 1]);
    assert_eq!(admitted(&all, Class::Read, |_| vec!["orders".to_owned()], &me), 3);
    assert!(all.admit(Class::Read, &["cart".to_owned(), "cart".to_owned()], &me).is_ok());
}

#[test]
fn the_refusal_says_when_to_come_again() {
    let all = Rates::new(&rates());
    let me = meta(Some(1), [10, 0, 0, 1]);
    all.admit(Class::Session, &[], &me).expect("the first");
    let refused = all.admit(Class::Session, &[], &me).expect_err("the second");
    assert_eq!((refused.status, refused.code()), (StatusCode::TOO_MANY_REQUESTS, codes::RATE_LIMITED));
    assert!(refused.retry_after_s.is_some_and(|s| (55..=60).contains(&s)), "{refused:?}");
    let extensions = refused.errors[0].extensions.as_ref().expect("extensions");
    assert_eq!(extensions.get("retryAfter").map(ToString::to_string), refused.retry_after_s.map(|s| s.to_string()));
}

#[test]
fn addresses_of_one_ipv6_network_count_as_one() {
    let same = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9"].map(|a| network(a.parse().expect("an address")));
    assert_eq!(same[0], same[1]);
    let other: IpAddr = "2001:db8:1:3::1".parse().expect("an address");
    assert_ne!(network(other), same[0]);
    assert_eq!(network("::ffff:10.0.0.1".parse().expect("an address")), IpAddr::from([10, 0, 0, 1]));
}

#[test]
fn the_dearest_field_decides_the_class_of_a_document() {
    let classes = Classes::new([("search", Class::Search), ("placeOrder", Class::Checkout)]);
    let of = |kind, fields: &[&str]| classes.of(kind, &fields.iter().map(|f| (*f).to_owned()).collect::<Vec<_>>());
    assert_eq!(of(OperationType::Query, &["item", "search"]), Class::Search);
    assert_eq!(of(OperationType::Query, &["item"]), Class::Read);
    assert_eq!(of(OperationType::Mutation, &["addCartLines", "placeOrder"]), Class::Checkout);
    assert_eq!(of(OperationType::Mutation, &["addCartLines"]), Class::Write);
    assert_eq!(of(OperationType::Subscription, &["search"]), Class::Subscription);
}
