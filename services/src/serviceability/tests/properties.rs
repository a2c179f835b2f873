//! On random small networks the table says what a brute-force search says, before and after random changes.

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use super::{
    super::{compiler::Compiler, lookup::Lookup, table::Table, week::Minute},
    brute,
    fixture::{self, *},
};
use crate::{
    kernel::{clock::Timestamp, handling::HandlingClass},
    logistics::{Lane, Network, Reach, ports::NetworkChanges},
};

/// A change of the network: lanes and reaches saved together.
fn any_change() -> impl Strategy<Value = (Vec<Lane>, Vec<Reach>)> {
    (prop::collection::vec(any_lane(), 0..4), prop::collection::vec(any_reach(), 0..2))
}

fn later(t: Timestamp) -> Timestamp {
    Timestamp::from_micros(t.micros() + 1)
}

/// Every warehouse, class and pincode at one moment.
fn agrees_with_brute_force(compiler: &Compiler, network: &Network, t: Timestamp) -> Result<(), TestCaseError> {
    for (class, warehouse, number) in every_question() {
        let got = promise(compiler, class, warehouse, pin(number), t);
        let said = got.as_ref().map(|p| (p.promised_by, p.charge.minor));
        prop_assert_eq!(
            said,
            brute::best(network, warehouse, class, pin(number), t),
            "{} {:?} {}",
            warehouse,
            class,
            number
        );
        let Some(promise) = got else { continue };
        let ordered = |at| brute::best(network, warehouse, class, pin(number), at).map(|(arrives, _)| arrives);
        prop_assert!(promise.order_within >= t);
        prop_assert_eq!(ordered(promise.order_within), Some(promise.promised_by), "the cut-off itself is in time");
        let moved = ordered(later(promise.order_within));
        let answered = fixture::promise(compiler, class, warehouse, pin(number), later(promise.order_within));
        prop_assert_eq!(answered.map(|p| p.promised_by), moved);
        prop_assert!(moved > Some(promise.promised_by), "a microsecond later moves it: {moved:?} after {promise:?}");
    }
    Ok(())
}

fn every_question() -> impl Iterator<Item = (HandlingClass, &'static str, u32)> {
    let classes = HandlingClass::ALL.into_iter();
    classes.flat_map(|c| WAREHOUSES.into_iter().flat_map(move |w| PINS.into_iter().map(move |p| (c, w, p))))
}

fn same_tables(a: &Table, b: &Table) -> Result<(), TestCaseError> {
    for (x, y) in a.couriers.iter().zip(&b.couriers) {
        for class in HandlingClass::ALL {
            for (w, s) in (0..a.sites.warehouses).flat_map(|w| (0..a.sites.stations).map(move |s| (w, s))) {
                prop_assert_eq!(
                    x.plane(class).steps(w, s),
                    y.plane(class).steps(w, s),
                    "{} {:?} {} {}",
                    x.code,
                    class,
                    w,
                    s
                );
            }
            for p in PINS.into_iter().filter_map(|p| Table::pin(pin(p))) {
                prop_assert_eq!(x.miles.station(p), y.miles.station(p));
                prop_assert_eq!(x.miles.steps(p, class), y.miles.steps(p, class));
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn the_table_says_what_a_brute_force_search_says(
        network in any_network(),
        moments in prop::collection::vec(any_instant(), 3),
    ) {
        let compiler = Compiler::new(network.clone());
        for t in moments {
            agrees_with_brute_force(&compiler, &network, t)?;
        }
    }

    #[test]
    fn following_changes_is_the_same_as_reading_everything_again(
        mut network in any_network(),
        changes in prop::collection::vec(any_change(), 1..5),
        t in any_instant(),
    ) {
        let mut compiler = Compiler::new(network.clone());
        for (lanes, reaches) in changes {
            lanes.iter().cloned().for_each(|l| put_lane(&mut network, l));
            reaches.iter().cloned().for_each(|r| put_reach(&mut network, r));
            network.version += 1;
            let changes = NetworkChanges { version: network.version, lanes, reaches };
            prop_assert!(compiler.knows(&changes));
            compiler.apply(changes);
            same_tables(&compiler.table(), &Compiler::new(network.clone()).table())?;
            prop_assert_eq!(compiler.version(), network.version);
        }
        agrees_with_brute_force(&compiler, &network, t)?;
    }

    #[test]
    fn who_orders_later_never_gets_it_sooner(
        network in any_network(),
        mut moments in prop::collection::vec(any_instant(), 2..8),
    ) {
        moments.sort();
        let compiler = Compiler::new(network);
        for (class, warehouse, number) in every_question() {
            let arrivals = moments.iter().map(|t| promise(&compiler, class, warehouse, pin(number), *t).map(|p| p.promised_by));
            let arrivals: Vec<_> = arrivals.collect();
            prop_assert!(arrivals.is_sorted(), "{arrivals:?}");
        }
    }

    /// With stock in all warehouses the earliest of them wins, and its cut-off is exact over all of them.
    #[test]
    fn the_best_warehouse_wins_and_its_cut_off_is_exact(network in any_network(), t in any_instant()) {
        let compiler = Compiler::new(network.clone());
        let all = |class, number, t| {
            let each = WAREHOUSES.into_iter().filter_map(|w| brute::best(&network, w, class, pin(number), t));
            each.min()
        };
        for (class, number) in HandlingClass::ALL.into_iter().flat_map(|c| PINS.map(|p| (c, p))) {
            let got = delivery(&compiler, class, &WAREHOUSES, pin(number), t).promise().cloned();
            prop_assert_eq!(got.as_ref().map(|p| (p.promised_by, p.charge.minor)), all(class, number, t));
            if let Some(promise) = got {
                let arrival = |t| all(class, number, t).map(|(arrives, _)| arrives);
                prop_assert_eq!(arrival(promise.order_within), Some(promise.promised_by));
                prop_assert!(arrival(later(promise.order_within)) > Some(promise.promised_by));
            }
        }
    }

    #[test]
    fn serving_pairs_are_the_promises_in_time(
        network in any_network(),
        t in any_instant(),
        max in prop::option::of(1_u32..200),
    ) {
        let (compiler, table) = { let c = Compiler::new(network); let t = c.table(); (c, t) };
        for number in PINS {
            let pairs = Lookup::new(&table, pin(number), now(t)).pairs(max);
            prop_assert!(pairs.is_sorted_by_key(|p| p.promised_by));
            let mut said: Vec<_> = pairs.into_iter().map(|p| (p.handling, p.warehouse, p.promised_by)).collect();
            said.sort();
            let mut expected = Vec::new();
            for (class, warehouse) in HandlingClass::ALL.into_iter().flat_map(|c| WAREHOUSES.map(|w| (c, w))) {
                let promise = promise(&compiler, class, warehouse, pin(number), t);
                let in_time = promise.filter(|p| max.is_none_or(|max| p.tat_hours <= max));
                expected.extend(in_time.map(|p| (class, warehouse.to_owned(), p.promised_by)));
            }
            prop_assert_eq!(said, expected);
        }
    }
}

/// The properties would hold of networks where nothing is reached; these are not such networks.
#[test]
fn random_networks_answer_both_ways() {
    let mut runner = TestRunner::deterministic();
    let (mut asked, mut promised, mut weekends) = (0, 0, 0);
    for _ in 0..64 {
        let (network, t) = (any_network(), any_instant()).new_tree(&mut runner).unwrap().current();
        let compiler = Compiler::new(network);
        for (class, warehouse, number) in every_question() {
            asked += 1;
            if let Some(p) = promise(&compiler, class, warehouse, pin(number), t) {
                promised += 1;
                weekends +=
                    usize::from(Minute::at_or_after(p.promised_by).in_week().0 > Minute::at_or_after(t).in_week().0);
            }
        }
    }
    println!("{promised} of {asked} promised, {weekends} of them in a later week");
    assert!(promised * 10 > asked && promised * 10 < asked * 9, "{promised} of {asked}");
    assert!(weekends * 10 > promised, "{weekends} of {promised}");
}
