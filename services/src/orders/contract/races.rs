//! What races must end in one outcome.

use std::{collections::HashSet, sync::Arc};

use super::world::{NOW, RESERVATION, World, candidate, shopper};
use crate::{
    kernel::{
        caller::Owner,
        ids::{RefundId, ShopperId},
    },
    orders::{
        OrderState,
        ports::{Placed, Settled, Settling, Verdict},
    },
};

fn buyer(n: u32) -> Owner {
    Owner::Shopper(ShopperId(uuid::Uuid::from_u128(0x7_0000 + u128::from(n))))
}

pub(super) async fn three_hundred_buyers_share_a_hundred_units(w: World) {
    w.receive(1, "BLR1", 60).await;
    w.receive(1, "DEL1", 40).await;
    let w = Arc::new(w);
    let buyers = (0..300).map(|n| {
        let w = Arc::clone(&w);
        tokio::spawn(async move {
            let quote = w.quote(buyer(n), &[(1, 1)]).await;
            let from = [candidate("BLR1", 48), candidate("DEL1", 48)];
            let placed = w.orders.place(w.placing_from(&quote, "k", &from), NOW).await.expect("an answer");
            match placed {
                Placed::Done { .. } => true,
                Placed::Short(_) => false,
                other => panic!("neither placed nor short: {other:?}"),
            }
        })
    });
    let outcomes = futures::future::try_join_all(buyers).await.expect("no buyer panics");
    assert_eq!(outcomes.iter().filter(|o| **o).count(), 100, "neither oversold nor undersold");
    assert_eq!((w.level(1, "BLR1").await, w.level(1, "DEL1").await), ((0, 60, 0), (0, 40, 0)));
}

pub(super) async fn twenty_messages_have_one_effect(w: World) {
    w.receive(1, "BLR1", 5).await;
    let order = w.order(&[(1, 2)]).await;
    let w = Arc::new(w);
    let messages = (0..20).map(|n| {
        let w = Arc::clone(&w);
        let settling = Settling {
            payment: order.payment.id,
            verdict: Verdict::Succeeded { reference: None },
            amount: Some(order.total),
            // Half of them are the same message again, half are others that say the same.
            message: Some(if n % 2 == 0 { "one".into() } else { format!("other {n}") }),
            refund: RefundId(w.id()),
        };
        tokio::spawn(async move { w.orders.settle(settling, NOW).await.expect("an answer") })
    });
    let outcomes = futures::future::try_join_all(messages).await.expect("none panics");
    assert_eq!(outcomes.iter().filter(|o| matches!(o, Settled::Done(..))).count(), 1, "{outcomes:?}");
    assert!(outcomes.iter().all(|o| matches!(o, Settled::Done(..) | Settled::Already(_))), "{outcomes:?}");
    let order = w.read(&order).await;
    assert_eq!((order.state, order.sequence, order.refunds.len()), (OrderState::Placed, 2, 0));
    assert_eq!(w.level(1, "BLR1").await, (3, 0, 2));
}

pub(super) async fn success_and_expiry_end_in_one_fate(w: World) {
    w.receive(1, "BLR1", 60).await;
    let mut orders = Vec::new();
    for _ in 0..30 {
        orders.push(w.order(&[(1, 1)]).await);
    }
    let w = Arc::new(w);
    let over = NOW + RESERVATION;
    let races = orders.iter().enumerate().map(|(n, order)| {
        let (w, order) = (Arc::clone(&w), order.clone());
        tokio::spawn(async move {
            let success = async { w.settle(&order, Verdict::Succeeded { reference: None }, over).await };
            let expiry = async { w.orders.expire(order.id, over).await.expect("an answer") };
            if n % 2 == 0 {
                let (s, e) = futures::join!(success, expiry);
                (s, e)
            } else {
                let (e, s) = futures::join!(expiry, success);
                (s, e)
            }
        })
    });
    let outcomes = futures::future::try_join_all(races).await.expect("none panics");
    let mut sold = 0;
    for (order, (settled, expired)) in orders.iter().zip(outcomes) {
        let order = w.read(order).await;
        if expired {
            assert_eq!((settled, order.state), (Settled::Late(order.id), OrderState::Expired));
            assert_eq!(order.refunds.iter().map(|r| r.amount).collect::<Vec<_>>(), [order.total]);
        } else {
            assert_eq!((settled, order.state), (Settled::Done(order.id, OrderState::Placed), OrderState::Placed));
            assert!(order.refunds.is_empty());
            sold += 1;
        }
        assert_eq!(order.sequence, 2);
    }
    assert_eq!(w.level(1, "BLR1").await, (60 - sold, 0, sold));
}

pub(super) async fn one_key_makes_one_order(w: World) {
    w.receive(1, "BLR1", 60).await;
    let quote = w.quote(shopper(), &[(1, 1)]).await;
    let w = Arc::new(w);
    let tries = (0..20).map(|_| {
        let (w, quote) = (Arc::clone(&w), quote.clone());
        tokio::spawn(async move {
            match w.orders.place(w.placing(&quote, "k"), NOW).await.expect("an answer") {
                Placed::Done { order, .. } => order.id,
                Placed::Answered(answered) => answered.order,
                other => panic!("{other:?}"),
            }
        })
    });
    let ids: HashSet<_> = futures::future::try_join_all(tries).await.expect("none panics").into_iter().collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(w.level(1, "BLR1").await, (59, 1, 0));
}

pub(super) async fn orders_of_many_lines_never_hold_half(w: World) {
    for v in 1..=4 {
        w.receive(v, "BLR1", 10).await;
    }
    let w = Arc::new(w);
    let buyers = (0..40_u32).map(|n| {
        let w = Arc::clone(&w);
        tokio::spawn(async move {
            // Lines in every order, so that locks taken in the order of the lines would meet head on.
            let mut lines = [(1, 1), (2, 1), (3, 1), (4, 1)];
            lines.rotate_left(n as usize % 4);
            if n % 2 == 0 {
                lines.reverse();
            }
            let quote = w.quote(buyer(n), &lines).await;
            matches!(w.orders.place(w.placing(&quote, "k"), NOW).await.expect("an answer"), Placed::Done { .. })
        })
    });
    let placed = futures::future::try_join_all(buyers).await.expect("none panics").into_iter().filter(|p| *p).count();
    assert_eq!(placed, 10);
    for v in 1..=4 {
        assert_eq!(w.level(v, "BLR1").await, (0, 10, 0));
    }
}
