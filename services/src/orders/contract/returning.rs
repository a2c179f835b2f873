//! Units called off one by one, and units sent back: stock and money go back exactly once, never more than was bought.

use std::time::Duration;

use futures::future::join_all;

use super::world::{NOW, World, shopper, stranger};
use crate::{
    kernel::{
        events::OrderStep,
        ids::{RefundId, ReturnId},
    },
    orders::{
        CourierUpdate, Decision, LineUnits, Order, OrderState, PaymentChoice, ReturnAct, ReturnState, ReturnWish,
        ports::{AskingReturn, Cancelled, Cancelling, HandlingReturn, Once, RefundNote, ReturnAsked, ReturnHandled},
        tokens,
    },
};

fn back(order: &Order) -> i64 {
    order.refunds.iter().map(|r| r.amount.minor).sum()
}

async fn cancel_units(w: &World, order: &Order, line: usize, quantity: u32, key: &str) -> Cancelled {
    let cancelling = Cancelling {
        owner: order.owner,
        order: order.id,
        lines: vec![LineUnits { line: order.lines[line].id, quantity: Some(quantity) }],
        reason: None,
        once: Once { operation: "cancelOrder", key: key.into(), input_hash: format!("{line} {quantity}") },
        refund: RefundId(w.id()),
    };
    w.orders.cancel(cancelling, NOW).await.expect("an answer")
}

async fn ask(w: &World, order: &Order, line: usize, quantity: u32, key: &str) -> ReturnAsked {
    let wish = ReturnWish { line: order.lines[line].id, quantity, reason: "too small".into() };
    let asking = AskingReturn {
        owner: order.owner,
        order: order.id,
        id: ReturnId(w.id()),
        lines: vec![wish],
        once: Once { operation: "requestReturn", key: key.into(), input_hash: format!("{line} {quantity}") },
    };
    w.orders.ask_return(asking, NOW).await.expect("an answer")
}

async fn handle(w: &World, id: ReturnId, act: ReturnAct, key: &str) -> ReturnHandled {
    let operation = match &act {
        ReturnAct::PickUp => "pickUpReturn",
        ReturnAct::Receive => "receiveReturn",
        ReturnAct::Decide(_) => "decideReturn",
    };
    let once = Once { operation, key: key.into(), input_hash: tokens::input_hash(&format!("{id} {act:?}")) };
    let handling = HandlingReturn { by: stranger(), id, act, once, refund: RefundId(w.id()) };
    w.orders.handle_return(handling, NOW).await.expect("an answer")
}

fn asked(answer: ReturnAsked) -> Order {
    match answer {
        ReturnAsked::Done(order) => *order,
        other => panic!("not asked: {other:?}"),
    }
}

fn handled(answer: ReturnHandled) -> Order {
    match answer {
        ReturnHandled::Done(order) => *order,
        other => panic!("not handled: {other:?}"),
    }
}

fn newest(order: &Order) -> ReturnId {
    order.returns.last().expect("a return").id
}

fn decision(order: &Order, line: usize, restocked: u32, written_off: u32, refused: u32) -> ReturnAct {
    ReturnAct::Decide(vec![Decision { line: order.lines[line].id, restocked, written_off, refused }])
}

/// Two lines at ₹100, three units and one, and ₹40 for delivery.
async fn delivered(w: &World) -> Order {
    w.receive(1, "BLR1", 5).await;
    w.receive(2, "BLR1", 5).await;
    let order = w.paid(&[(1, 3), (2, 1)]).await;
    arrive(w, &order).await
}

async fn arrive(w: &World, order: &Order) -> Order {
    let positions: Vec<usize> = (0..order.lines.len()).collect();
    let (_, number) = w.send(order, &positions).await;
    let update =
        CourierUpdate { courier: "UDAAN".into(), tracking_number: number, state: OrderState::Delivered, at: NOW };
    w.orders.follow(update, NOW).await.expect("followed");
    w.read(order).await
}

pub(super) async fn units_are_cancelled_and_the_money_adds_up(w: &World) {
    w.receive(1, "BLR1", 5).await;
    // Three at ₹100 and ₹40 for delivery.
    let order = w.paid(&[(1, 3)]).await;
    let Cancelled::Done(part) = cancel_units(w, &order, 0, 1, "a").await else { panic!("not done") };
    assert_eq!((part.state, part.lines[0].cancelled, part.lines[0].live()), (OrderState::Placed, 1, 2));
    assert_eq!((back(&part), w.level(1, "BLR1").await), (11_334, (3, 0, 2)));
    let again = cancel_units(w, &order, 0, 1, "a").await;
    assert!(matches!(again, Cancelled::Answered(_)), "the same key does it once: {again:?}");
    let line = order.lines[0].id;
    assert_eq!(cancel_units(w, &order, 0, 3, "b").await, Cancelled::TooMany { line, left: 2 });
    let Cancelled::Done(part) = cancel_units(w, &order, 0, 1, "c").await else { panic!("not done") };
    assert_eq!(back(&part), 22_667);
    let Cancelled::Done(all) = w.cancel(&order, &[], "d").await else { panic!("not done") };
    assert_eq!((all.state, back(&all), all.refunds.len()), (OrderState::Cancelled, 34_000, 3));
    assert_eq!(w.level(1, "BLR1").await, (5, 0, 0));

    // What was not called off is what arrives and can be sent back.
    let order = w.paid(&[(1, 3)]).await;
    cancel_units(w, &order, 0, 1, "e").await;
    let order = arrive(w, &order).await;
    assert_eq!(ask(w, &order, 0, 3, "f").await, ReturnAsked::TooMany { line: order.lines[0].id, left: 2 });
    asked(ask(w, &order, 0, 2, "g").await);
}

pub(super) async fn a_return_gives_stock_and_money_back_once(w: &World) {
    let order = delivered(w).await;
    assert_eq!(order.total.minor, 44_000);
    let wanted = asked(ask(w, &order, 0, 2, "r").await);
    let id = newest(&wanted);
    assert_eq!((wanted.returns[0].state, wanted.lines[0].coming_back), (ReturnState::Requested, 2));
    assert!(matches!(ask(w, &order, 0, 2, "r").await, ReturnAsked::Answered(_)));
    let early = decision(&order, 0, 2, 0, 0);
    assert_eq!(handle(w, id, early, "early").await, ReturnHandled::WrongState(ReturnState::Requested));
    handled(handle(w, id, ReturnAct::PickUp, "p").await);
    handled(handle(w, id, ReturnAct::Receive, "c").await);
    let open: Vec<_> = w.orders.open_returns(9).await.expect("a read").into_iter().map(|(r, _)| r).collect();
    assert_eq!(open, [id]);
    assert_eq!(handle(w, id, decision(&order, 0, 1, 0, 0), "m").await, ReturnHandled::Miscounted);
    let done = handled(handle(w, id, decision(&order, 0, 1, 1, 0), "d").await);
    assert_eq!((done.state, done.lines[0].returned, done.lines[0].coming_back), (OrderState::Delivered, 2, 0));
    assert_eq!((done.returns[0].state, back(&done)), (ReturnState::Accepted, 22_000), "half of the goods and charges");
    assert_eq!(w.level(1, "BLR1").await, (3, 0, 1), "one fit for sale, one gone, one kept");
    for key in ["d", "other"] {
        let again = handle(w, id, decision(&order, 0, 1, 1, 0), key).await;
        assert!(!matches!(again, ReturnHandled::Done(_)), "{again:?}");
    }
    assert_eq!((back(&w.read(&order).await), w.level(1, "BLR1").await), (22_000, (3, 0, 1)));
    let job = w.orders.claim_refunds(9, Duration::from_secs(9), NOW).await.expect("jobs").remove(0);
    w.orders.note_refund(job.refund, RefundNote::Succeeded, NOW).await.expect("noted");
    assert_eq!(w.read(&order).await.returns[0].state, ReturnState::Refunded);

    // The rest comes back: the order ends, and all of the money is back.
    for (line, units, key) in [(0, 1, "s"), (1, 1, "t")] {
        let id = newest(&asked(ask(w, &order, line, units, key).await));
        handled(handle(w, id, ReturnAct::Receive, key).await);
        handled(handle(w, id, decision(&order, line, units, 0, 0), key).await);
    }
    let all = w.read(&order).await;
    assert_eq!((all.state, back(&all)), (OrderState::Returned, 44_000));
    assert_eq!(ask(w, &order, 0, 1, "u").await, ReturnAsked::NotDelivered(OrderState::Returned));
    let steps: Vec<_> = w.orders.events(order.id, 0, 99).await.expect("a read").iter().map(|e| e.step).collect();
    let count = |step| steps.iter().filter(|s| **s == step).count();
    assert_eq!((count(OrderStep::ReturnRequested), count(OrderStep::Returned)), (3, 3));
}

pub(super) async fn no_more_comes_back_than_was_bought(w: &World) {
    let order = delivered(w).await;
    let line = order.lines[0].id;
    assert_eq!(ask(w, &order, 0, 4, "a").await, ReturnAsked::TooMany { line, left: 3 });
    // Five race for three units.
    let keys = ["1", "2", "3", "4", "5"];
    let answers = join_all(keys.iter().map(|key| ask(w, &order, 0, 1, key))).await;
    let done = answers.iter().filter(|a| matches!(a, ReturnAsked::Done(_))).count();
    let refused = answers.iter().filter(|a| **a == ReturnAsked::TooMany { line, left: 0 }).count();
    assert_eq!((done, refused), (3, 2), "{answers:?}");
    // What is refused can be asked for again.
    let now = w.read(&order).await;
    let refused = handled(handle(w, now.returns[0].id, decision(&order, 0, 0, 0, 1), "no").await);
    let of = refused.returns.iter().find(|r| r.id == now.returns[0].id).expect("the return");
    assert_eq!((of.state, refused.lines[0].coming_back, back(&refused)), (ReturnState::Refused, 2, 0));
    asked(ask(w, &order, 0, 1, "6").await);
    // Two who decide about one return at once: it happens once.
    let id = now.returns[1].id;
    handled(handle(w, id, ReturnAct::Receive, "c").await);
    let both = join_all(["x", "y"].iter().map(|key| handle(w, id, decision(&order, 0, 1, 0, 0), key))).await;
    assert_eq!(both.iter().filter(|a| matches!(a, ReturnHandled::Done(_))).count(), 1, "{both:?}");
    assert_eq!((back(&w.read(&order).await), w.level(1, "BLR1").await), (11_000, (3, 0, 2)));
}

pub(super) async fn only_what_arrived_comes_back_and_only_to_its_owner(w: &World) {
    w.receive(1, "BLR1", 9).await;
    let order = w.paid(&[(1, 1)]).await;
    assert_eq!(ask(w, &order, 0, 1, "a").await, ReturnAsked::NotDelivered(OrderState::Placed));
    let order = arrive(w, &order).await;
    let mut theirs = order.clone();
    theirs.owner = stranger();
    assert_eq!(ask(w, &theirs, 0, 1, "b").await, ReturnAsked::NoSuchOrder);
    let nobody = handle(w, ReturnId(w.id()), ReturnAct::Receive, "n").await;
    assert_eq!(nobody, ReturnHandled::NoSuchReturn);

    // Cash: the stock comes back, no money goes back through the provider.
    let quote = w.quote(shopper(), &[(1, 1)]).await;
    let mut placing = w.placing(&quote, "cash");
    placing.plan.choice = PaymentChoice::CashOnDelivery;
    let cash = w.place(placing).await;
    let cash = arrive(w, &cash).await;
    let id = newest(&asked(ask(w, &cash, 0, 1, "c").await));
    handled(handle(w, id, ReturnAct::Receive, "d").await);
    let done = handled(handle(w, id, decision(&cash, 0, 1, 0, 0), "e").await);
    assert_eq!((done.state, done.refunds.len(), done.returns[0].refund), (OrderState::Returned, 0, None));
    assert_eq!(w.level(1, "BLR1").await, (8, 0, 1));
}
