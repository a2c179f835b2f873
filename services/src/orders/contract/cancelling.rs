//! Calling off: whole or by line, stock and money back exactly once.

use std::time::Duration;

use super::world::{NOW, World, stranger};
use crate::{
    kernel::{
        events::OrderStep,
        ids::{OrderLineId, RefundId},
        money::Money,
    },
    orders::{
        CourierUpdate, Order, OrderState, PaymentChoice,
        ports::{Cancelled, Cancelling, Once},
    },
    payments::PaymentState,
};

fn done(cancelled: Cancelled) -> Order {
    match cancelled {
        Cancelled::Done(order) => *order,
        other => panic!("not called off: {other:?}"),
    }
}

fn refunded(order: &Order) -> i64 {
    order.refunds.iter().map(|r| r.amount.minor).sum()
}

pub(super) async fn an_unpaid_order_is_cancelled_whole(w: &World) {
    w.receive(1, "BLR1", 5).await;
    w.receive(2, "BLR1", 5).await;
    let order = w.order(&[(1, 2), (2, 1)]).await;
    assert_eq!(w.cancel(&order, &[order.lines[0].id], "part").await, Cancelled::Unpaid);
    let order = done(w.cancel(&order, &[], "whole").await);
    assert_eq!((order.state, order.payment.state), (OrderState::Cancelled, PaymentState::Cancelled));
    assert_eq!((order.pay_by, order.refunds.len()), (None, 0));
    assert_eq!((w.level(1, "BLR1").await, w.level(2, "BLR1").await), ((5, 0, 0), (5, 0, 0)));
    assert!(w.orders.claim_charges(9, Duration::from_secs(9), NOW).await.expect("jobs").is_empty());
    // The money may come all the same.
    w.succeed(&order).await;
    assert_eq!(refunded(&w.read(&order).await), order.total.minor);
}

pub(super) async fn lines_are_cancelled_one_by_one_and_the_money_adds_up(w: &World) {
    w.receive(1, "BLR1", 5).await;
    w.receive(2, "BLR1", 5).await;
    // Two lines of ₹200 and ₹100, and ₹40 for delivery.
    let order = w.paid(&[(1, 2), (2, 1)]).await;
    let (first, second) = (order.lines[0].id, order.lines[1].id);
    let part = done(w.cancel(&order, &[first], "a").await);
    assert_eq!((part.state, part.lines[0].state), (OrderState::Placed, OrderState::Cancelled));
    assert_eq!(refunded(&part), 22_667, "two thirds of the charges go with two thirds of the goods");
    assert_eq!((w.level(1, "BLR1").await, w.level(2, "BLR1").await), ((5, 0, 0), (4, 0, 1)));
    assert_eq!(w.cancel(&order, &[first], "b").await, Cancelled::TooLate(OrderState::Cancelled));
    let all = done(w.cancel(&order, &[second], "c").await);
    assert_eq!(all.state, OrderState::Cancelled);
    assert_eq!(refunded(&all), 34_000, "with the last line all the rest goes back");
    assert_eq!(w.level(2, "BLR1").await, (5, 0, 0));
    assert_eq!(w.cancel(&order, &[], "d").await, Cancelled::TooLate(OrderState::Cancelled));
    let steps: Vec<_> =
        w.orders.events(order.id, 0, 9).await.expect("a read").iter().map(|e| (e.step, e.state)).collect();
    let expected = [
        (OrderStep::Created, OrderState::Created),
        (OrderStep::Placed, OrderState::Placed),
        (OrderStep::Cancelled, OrderState::Placed),
        (OrderStep::Cancelled, OrderState::Cancelled),
    ];
    assert_eq!(steps, expected);

    // Cash: nothing was paid, nothing goes back.
    let quote = w.quote(super::world::shopper(), &[(1, 1)]).await;
    let mut placing = w.placing(&quote, "cash");
    placing.plan.choice = PaymentChoice::CashOnDelivery;
    let cash = w.place(placing).await;
    let cash = done(w.cancel(&cash, &[], "e").await);
    assert_eq!((cash.state, cash.refunds.len()), (OrderState::Cancelled, 0));
    assert_eq!(w.level(1, "BLR1").await, (5, 0, 0));
}

pub(super) async fn what_left_cannot_be_cancelled(w: &World) {
    w.receive(1, "BLR1", 5).await;
    w.receive(2, "BLR1", 5).await;
    let order = w.paid(&[(1, 1), (2, 1)]).await;
    assert_eq!(w.cancel(&order, &[OrderLineId(w.id())], "x").await, Cancelled::NoSuchLine);
    let (_, number) = w.send(&order, &[0]).await;
    let (parcel, _) = w.send(&order, &[1]).await;
    let update =
        CourierUpdate { courier: "UDAAN".into(), tracking_number: number, state: OrderState::Shipped, at: NOW };
    w.orders.follow(update, NOW).await.expect("followed");
    assert_eq!(w.cancel(&order, &[], "a").await, Cancelled::TooLate(OrderState::Shipped), "whole: a line left");
    assert_eq!(w.cancel(&order, &[order.lines[0].id], "b").await, Cancelled::TooLate(OrderState::Shipped));
    let part = done(w.cancel(&order, &[order.lines[1].id], "c").await);
    assert_eq!((part.state, refunded(&part)), (OrderState::Shipped, 12_000));
    let gone = part.shipments.iter().find(|s| s.id == parcel).expect("the parcel is there");
    assert_eq!(gone.state, OrderState::Cancelled, "a parcel without anything in it is called off");
    assert_eq!((w.level(1, "BLR1").await, w.level(2, "BLR1").await), ((4, 0, 1), (5, 0, 0)));
}

pub(super) async fn cancelling_twice_is_once(w: &World) {
    w.receive(1, "BLR1", 5).await;
    let order = w.paid(&[(1, 1)]).await;
    let theirs = Cancelling {
        owner: stranger(),
        order: order.id,
        lines: vec![],
        reason: None,
        once: Once { operation: "cancelOrder", key: "k".into(), input_hash: "h".into() },
        refund: RefundId(w.id()),
    };
    assert_eq!(w.orders.cancel(theirs, NOW).await.expect("an answer"), Cancelled::NoSuchOrder);
    let first = done(w.cancel(&order, &[], "k").await);
    let Cancelled::Answered(again) = w.cancel(&order, &[], "k").await else { panic!("not answered again") };
    assert_eq!(again.order, order.id);
    let now = w.read(&order).await;
    assert_eq!((now.sequence, refunded(&now)), (first.sequence, Money::inr(14_000).minor));
    assert_eq!(w.level(1, "BLR1").await, (5, 0, 0));
}
