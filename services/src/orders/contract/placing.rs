//! Placing: what is written, under which key, and what a refusal leaves.

use std::time::Duration;

use super::world::{NOW, RESERVATION, World, candidate, guest, shopper, stranger, variant};
use crate::{
    kernel::{events::OrderStep, ids::QuoteId, money::Money},
    orders::{
        OnUnavailable, Order, OrderState, PaymentChoice, PlacementWarning,
        ports::{Answered, Placed, Placing, Settled, Shortage},
    },
    payments::{PaymentMethod, PaymentState},
};

async fn place(w: &World, placing: Placing) -> Placed {
    w.orders.place(placing, NOW).await.expect("the store answers")
}

pub(super) async fn placing_holds_stock_and_writes_everything(w: &World) {
    w.receive(1, "BLR1", 5).await;
    w.receive(2, "BLR1", 1).await;
    let quote = w.quote(shopper(), &[(2, 1), (1, 3)]).await;
    let order = w.place(w.placing(&quote, "k")).await;
    assert_eq!((w.level(1, "BLR1").await, w.level(2, "BLR1").await), ((2, 3, 0), (0, 1, 0)));
    assert_eq!((order.state, order.pay_by, order.sequence), (OrderState::Created, Some(NOW + RESERVATION), 1));
    assert_eq!((order.total, order.payment.amount), (Money::inr(44_000), Money::inr(44_000)));
    assert_eq!(order.payment.state, PaymentState::Pending);
    assert_eq!(order.lines.iter().map(|l| l.variant).collect::<Vec<_>>(), [variant(2), variant(1)]);
    assert_eq!(w.read(&order).await, order, "what is answered is what is read");
    assert_eq!(w.orders.order_by_number(&order.number).await.expect("a read"), Some(order.clone()));
    assert_eq!(w.orders.order_by_number("CH0").await.expect("a read"), None);
    let events = w.orders.events(order.id, 0, 10).await.expect("a read");
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].step, events[0].state, events[0].sequence), (OrderStep::Created, OrderState::Created, 1));
    assert_eq!(events[0].owner_sequence, 1);
}

pub(super) async fn cash_goes_straight_to_placed(w: &World) {
    w.receive(1, "BLR1", 5).await;
    let quote = w.quote(guest(), &[(1, 2)]).await;
    let mut placing = w.placing(&quote, "k");
    placing.plan.choice = PaymentChoice::CashOnDelivery;
    let order = w.place(placing).await;
    assert_eq!((order.state, order.pay_by), (OrderState::Placed, None));
    assert_eq!((order.payment.method, order.payment.state), (PaymentMethod::CashOnDelivery, PaymentState::Succeeded));
    assert_eq!(w.level(1, "BLR1").await, (3, 0, 2));
    assert_eq!(w.read(&order).await, order);
    let jobs = w.orders.claim_charges(10, Duration::from_secs(9), NOW).await.expect("jobs");
    assert!(jobs.is_empty(), "nothing is charged: {jobs:?}");
    assert_eq!(w.succeed(&order).await, Settled::NoSuchPayment, "a provider has no say in cash");
}

pub(super) async fn a_key_is_answered_again(w: &World) {
    w.receive(1, "BLR1", 5).await;
    let quote = w.quote(shopper(), &[(1, 1)]).await;
    let order = w.place(w.placing(&quote, "k")).await;
    let expected = Answered { input_hash: format!("hash of {}", quote.id), order: order.id, warnings: vec![] };
    assert_eq!(place(w, w.placing(&quote, "k")).await, Placed::Answered(expected.clone()));
    assert_eq!(w.orders.answered(shopper(), "placeOrder", "k").await.expect("a read"), Some(expected.clone()));
    assert_eq!(w.orders.answered(stranger(), "placeOrder", "k").await.expect("a read"), None);
    assert_eq!(w.orders.answered(shopper(), "cancelOrder", "k").await.expect("a read"), None);
    assert_eq!(w.orders.answered(shopper(), "placeOrder", "K").await.expect("a read"), None);
    // The same key for another quote: the store tells the first answer, and the other quote stays free.
    let other = w.quote(shopper(), &[(1, 1)]).await;
    assert_eq!(place(w, w.placing(&other, "k")).await, Placed::Answered(expected));
    w.place(w.placing(&other, "k2")).await;
    assert_eq!(w.level(1, "BLR1").await, (3, 2, 0));
}

pub(super) async fn a_quote_has_one_live_order(w: &World) {
    w.receive(1, "BLR1", 5).await;
    let quote = w.quote(shopper(), &[(1, 1)]).await;
    let first = w.place(w.placing(&quote, "a")).await;
    assert_eq!(place(w, w.placing(&quote, "b")).await, Placed::QuoteUsed(first.id));
    assert_eq!(w.decline(&first).await, Settled::Done(first.id, OrderState::Failed));
    let second = w.place(w.placing(&quote, "b")).await;
    assert_eq!(place(w, w.placing(&quote, "c")).await, Placed::QuoteUsed(second.id));
    assert_eq!(w.level(1, "BLR1").await, (4, 1, 0));
}

pub(super) async fn quotes_end_and_belong_to_their_owner(w: &World) {
    w.receive(1, "BLR1", 5).await;
    let quote = w.quote(shopper(), &[(1, 1)]).await;
    assert_eq!(w.orders.quote(quote.id).await.expect("a read"), Some(quote.clone()));
    assert_eq!(w.orders.quote(QuoteId(w.id())).await.expect("a read"), None);
    let unsaved = w.draw_up(shopper(), &[(1, 1)]);
    assert_eq!(place(w, w.placing(&unsaved, "a")).await, Placed::NoSuchQuote);
    let mut theirs = quote.clone();
    theirs.owner = stranger();
    assert_eq!(place(w, w.placing(&theirs, "a")).await, Placed::NoSuchQuote);
    let late = w.orders.place(w.placing(&quote, "a"), quote.expires_at).await.expect("the store answers");
    assert_eq!(late, Placed::QuoteExpired);
    let just = quote.expires_at - Duration::from_micros(1);
    let placed = w.orders.place(w.placing(&quote, "a"), just).await.expect("the store answers");
    assert!(matches!(placed, Placed::Done { .. }), "{placed:?}");
}

pub(super) async fn a_refusal_leaves_no_trace(w: &World) {
    w.receive(1, "BLR1", 5).await;
    w.receive(2, "BLR1", 1).await;
    w.receive(3, "BLR1", 5).await;
    let quote = w.quote(shopper(), &[(1, 2), (2, 2), (3, 1), (4, 1)]).await;
    let refused = place(w, w.placing(&quote, "k")).await;
    let short = vec![Shortage { line: 1, available: 1 }, Shortage { line: 3, available: 0 }];
    assert_eq!(refused, Placed::Short(short), "every short line is named");
    for (v, level) in [(1, (5, 0, 0)), (2, (1, 0, 0)), (3, (5, 0, 0))] {
        assert_eq!(w.level(v, "BLR1").await, level);
    }
    assert_eq!(w.orders.answered(shopper(), "placeOrder", "k").await.expect("a read"), None);
    assert!(w.orders.owner_events(shopper(), 0, 10).await.expect("a read").is_empty());
    assert_eq!(w.stock.ledger(None, 100).await.expect("a read").len(), 3, "only the receipts");
    // Once there is enough, the same key and quote go through.
    w.receive(2, "BLR1", 1).await;
    w.receive(4, "BLR1", 1).await;
    w.place(w.placing(&quote, "k")).await;
}

pub(super) async fn another_warehouse_may_step_in(w: &World) {
    w.receive(1, "BLR1", 1).await;
    w.receive(1, "DEL1", 2).await;
    w.receive(1, "BOM1", 9).await;
    let quote = w.quote(shopper(), &[(1, 2)]).await;
    let from = [candidate("BLR1", 48), candidate("DEL1", 40), candidate("BOM1", 44)];
    let order = w.place(w.placing_from(&quote, "k", &from)).await;
    assert_eq!(order.lines[0].warehouse, "DEL1", "the first that has all of it");
    assert_eq!(order.lines[0].promised_by, quote.lines[0].promised_by, "the promise stays the quote's");
    assert_eq!((w.level(1, "BLR1").await, w.level(1, "DEL1").await), ((1, 0, 0), (0, 2, 0)));
}

pub(super) async fn what_is_short_is_dropped_or_lowered_when_asked(w: &World) {
    w.receive(1, "BLR1", 3).await;
    w.receive(2, "BLR1", 9).await;
    w.receive(1, "DEL1", 4).await;
    let from = [candidate("BLR1", 48), candidate("DEL1", 40)];
    let quote = w.quote(shopper(), &[(1, 5), (2, 2), (3, 1)]).await;
    let mut drop = w.placing_from(&quote, "drop", &from);
    drop.on_unavailable = OnUnavailable::DropLines;
    let Placed::Done { order, warnings } = place(w, drop).await else { panic!("not placed") };
    assert_eq!(order.lines.iter().map(|l| (l.variant, l.quantity)).collect::<Vec<_>>(), [(variant(2), 2)]);
    assert!(order.total.minor <= quote.total.minor && order.payment.amount == order.total);
    assert_eq!(order.total, Money::inr(20_000), "delivery was free in the quote and stays so");
    let left_out: Vec<(u32, u32)> = warnings.iter().map(|w| (w.wanted, w.taken)).collect();
    assert_eq!(left_out, [(5, 0), (1, 0)]);

    let quote = w.quote(shopper(), &[(1, 5), (2, 2), (3, 1)]).await;
    let mut take = w.placing_from(&quote, "take", &from);
    take.on_unavailable = OnUnavailable::TakeAvailable;
    let Placed::Done { order, warnings } = place(w, take.clone()).await else { panic!("not placed") };
    let taken: Vec<_> = order.lines.iter().map(|l| (l.variant, l.quantity, l.warehouse.as_str())).collect();
    assert_eq!(taken, [(variant(1), 4, "DEL1"), (variant(2), 2, "BLR1")], "as many as the best one has");
    let warning = |v: u128, wanted, taken| PlacementWarning {
        variant: variant(v),
        title: format!("Thing {v} 'blue' 50%"),
        wanted,
        taken,
    };
    assert_eq!(warnings, [warning(1, 5, 4), warning(3, 1, 0)]);
    let Placed::Answered(again) = place(w, take).await else { panic!("not answered again") };
    assert_eq!((again.order, again.warnings), (order.id, warnings), "warnings are answered again too");

    let quote = w.quote(shopper(), &[(3, 1), (9, 2)]).await;
    let mut nothing = w.placing_from(&quote, "nothing", &from);
    nothing.on_unavailable = OnUnavailable::TakeAvailable;
    let refused = place(w, nothing).await;
    assert!(matches!(&refused, Placed::Short(s) if s.len() == 2), "nothing left is refused: {refused:?}");
}

pub(super) async fn a_failed_order_is_tried_again_once(w: &World) {
    w.receive(1, "BLR1", 5).await;
    let failed = w.order(&[(1, 1)]).await;
    w.decline(&failed).await;
    let again = |w: &World| {
        let mut quote = w.draw_up(shopper(), &[(1, 1)]);
        quote.retry_of = Some(failed.id);
        quote
    };
    let (first, second) = (again(w), again(w));
    w.orders.save_quote(first.clone(), NOW).await.expect("saved");
    w.orders.save_quote(second.clone(), NOW).await.expect("saved");
    let order = w.place(w.placing(&first, "r1")).await;
    assert_eq!(w.read(&order).await.retry_of, Some(failed.id));
    assert_eq!(place(w, w.placing(&second, "r2")).await, Placed::QuoteUsed(order.id));
    assert_eq!(w.read(&failed).await.state, OrderState::Failed, "a failed order stays failed");
    w.decline(&order).await;
    w.place(w.placing(&second, "r2")).await;
}

pub(super) async fn one_checkout_has_one_live_order(w: &World) {
    w.receive(1, "BLR1", 9).await;
    let quote = w.quote(shopper(), &[(1, 1)]).await;
    let again = async |tried: &Order| {
        let mut quote = w.draw_up(shopper(), &[(1, 1)]);
        quote.retry_of = Some(tried.id);
        w.orders.save_quote(quote.clone(), NOW).await.expect("saved");
        quote
    };
    let first = w.place(w.placing(&quote, "p1")).await;
    w.decline(&first).await;
    let retried = w.place(w.placing(&again(&first).await, "r1")).await;
    assert_eq!(place(w, w.placing(&quote, "p2")).await, Placed::QuoteUsed(retried.id), "it was tried again");
    w.decline(&retried).await;
    let third = w.place(w.placing(&again(&retried).await, "r2")).await;
    assert_eq!(place(w, w.placing(&quote, "p3")).await, Placed::QuoteUsed(third.id), "and again");
    assert_eq!(place(w, w.placing(&again(&first).await, "r3")).await, Placed::QuoteUsed(third.id));
    w.decline(&third).await;
    let anew = w.place(w.placing(&quote, "p4")).await;
    assert_eq!(place(w, w.placing(&again(&retried).await, "r4")).await, Placed::QuoteUsed(anew.id), "by its quote");
}
