//! The outcome of a payment, deadlines, charge and refund jobs.

use std::time::Duration;

use super::world::{NOW, RESERVATION, World};
use crate::{
    kernel::{events::OrderStep, ids::RefundId, money::Money},
    orders::{
        Order, OrderState,
        ports::{ChargeNote, ChargeWork, RefundNote, Settled, Settling, Verdict},
    },
    payments::{PaymentState, RefundState},
};

const LEASE: Duration = Duration::from_secs(30);

async fn steps(w: &World, order: &Order) -> Vec<OrderStep> {
    w.orders.events(order.id, 0, 100).await.expect("a read").into_iter().map(|e| e.step).collect()
}

pub(super) async fn success_places_and_failure_releases(w: &World) {
    w.receive(1, "BLR1", 5).await;
    w.receive(2, "BLR1", 5).await;
    let good = w.paid(&[(2, 1), (1, 2)]).await;
    assert_eq!((good.state, good.pay_by, good.payment.state), (OrderState::Placed, None, PaymentState::Succeeded));
    assert!(good.lines.iter().all(|l| l.state == OrderState::Placed));
    assert_eq!(good.payment.provider_reference.as_deref(), Some("ref"));
    assert_eq!((w.level(1, "BLR1").await, w.level(2, "BLR1").await), ((3, 0, 2), (4, 0, 1)));

    let bad = w.order(&[(1, 3)]).await;
    assert_eq!(w.decline(&bad).await, Settled::Done(bad.id, OrderState::Failed));
    let bad = w.read(&bad).await;
    assert_eq!((bad.state, bad.payment.state), (OrderState::Failed, PaymentState::Declined));
    assert_eq!(w.level(1, "BLR1").await, (3, 0, 2));
    assert_eq!(steps(w, &bad).await, [OrderStep::Created, OrderStep::Failed]);

    // What comes twice or contradicts changes nothing.
    assert_eq!(w.succeed(&good).await, Settled::Already(good.id));
    assert_eq!(w.decline(&good).await, Settled::Already(good.id));
    assert_eq!(w.decline(&bad).await, Settled::Already(bad.id));
    assert_eq!(w.read(&good).await, good);
    assert_eq!(steps(w, &good).await, [OrderStep::Created, OrderStep::Placed]);
}

pub(super) async fn a_late_success_is_refunded_once(w: &World) {
    w.receive(1, "BLR1", 5).await;
    let failed = w.order(&[(1, 1)]).await;
    w.decline(&failed).await;
    let expired = w.order(&[(1, 1)]).await;
    assert!(w.orders.expire(expired.id, NOW + RESERVATION).await.expect("an answer"));
    for (order, state) in [(failed, OrderState::Failed), (expired, OrderState::Expired)] {
        assert_eq!(w.succeed(&order).await, Settled::Late(order.id));
        assert_eq!(w.succeed(&order).await, Settled::Already(order.id));
        let order = w.read(&order).await;
        assert_eq!(order.state, state, "it never becomes placed");
        let refunds: Vec<_> = order.refunds.iter().map(|r| (r.amount, r.state)).collect();
        assert_eq!(refunds, [(order.total, RefundState::Pending)]);
    }
    assert_eq!(w.level(1, "BLR1").await, (5, 0, 0));
}

pub(super) async fn messages_count_once_and_must_name_the_amount(w: &World) {
    w.receive(1, "BLR1", 5).await;
    let (a, b) = (w.order(&[(1, 1)]).await, w.order(&[(1, 1)]).await);
    let message = |order: &Order, id: &str, amount: Money, succeeded: bool| Settling {
        payment: order.payment.id,
        verdict: if succeeded {
            Verdict::Succeeded { reference: None }
        } else {
            Verdict::Declined { reference: None, reason: "no".into() }
        },
        amount: Some(amount),
        message: Some(id.into()),
        refund: RefundId(w.id()),
    };
    let settle = async |s| w.orders.settle(s, NOW).await.expect("the store answers");
    assert_eq!(settle(message(&a, "m1", Money::inr(1), true)).await, Settled::WrongAmount(a.id));
    assert_eq!(w.read(&a).await.state, OrderState::Created);
    assert_eq!(settle(message(&a, "m1", a.total, false)).await, Settled::Done(a.id, OrderState::Failed));
    assert_eq!(settle(message(&a, "m1", a.total, true)).await, Settled::Already(a.id), "the id was used");
    assert_eq!(settle(message(&a, "m2", a.total, true)).await, Settled::Late(a.id));
    assert_eq!(settle(message(&b, "m3", b.total, true)).await, Settled::Done(b.id, OrderState::Placed));
    let mut nobody = message(&b, "m4", b.total, true);
    nobody.payment = crate::kernel::ids::PaymentId(w.id());
    assert_eq!(settle(nobody).await, Settled::NoSuchPayment);
}

pub(super) async fn expiry_waits_for_its_time(w: &World) {
    w.receive(1, "BLR1", 5).await;
    let (a, b) = (w.order(&[(1, 2)]).await, w.paid(&[(1, 1)]).await);
    let over = NOW + RESERVATION;
    let early = over - Duration::from_micros(1);
    assert!(w.orders.due(10, early).await.expect("a read").is_empty());
    assert!(!w.orders.expire(a.id, early).await.expect("an answer"));
    assert_eq!(w.orders.due(10, over).await.expect("a read"), [a.id]);
    assert!(w.orders.expire(a.id, over).await.expect("an answer"));
    assert!(!w.orders.expire(a.id, over).await.expect("an answer"), "once");
    assert!(!w.orders.expire(b.id, over).await.expect("an answer"), "paid in time");
    let a = w.read(&a).await;
    assert_eq!((a.state, a.payment.state, a.pay_by), (OrderState::Expired, PaymentState::Cancelled, None));
    assert_eq!(w.level(1, "BLR1").await, (4, 0, 1));
    assert!(w.orders.due(10, over).await.expect("a read").is_empty());
}

pub(super) async fn charge_jobs_are_leased_and_remembered(w: &World) {
    w.receive(1, "BLR1", 5).await;
    let order = w.order(&[(1, 1)]).await;
    let claim = async |at| w.orders.claim_charges(10, LEASE, at).await.expect("jobs");
    let jobs = claim(NOW).await;
    assert_eq!(jobs.len(), 1);
    let job = &jobs[0];
    assert_eq!((job.order, job.payment, job.amount), (order.id, order.payment.id, order.total));
    assert_eq!((job.work, job.tries, job.token.as_str()), (ChargeWork::Charge, 1, "tok_succeeds"));
    assert!(job.key.starts_with(&order.id.to_string()), "{}", job.key);
    assert!(claim(NOW).await.is_empty(), "it is leased");
    // The worker died: the next one asks what became of the charge, under the same key.
    let again = claim(NOW + LEASE).await;
    assert_eq!((again[0].work, again[0].tries, &again[0].key), (ChargeWork::Find, 2, &job.key));
    let at = NOW + Duration::from_secs(60);
    let later = ChargeNote::Later { at, reference: Some("r".into()), redirect_url: Some("https://pay.example".into()) };
    w.orders.note_charge(order.id, later, NOW).await.expect("noted");
    let seen = w.read(&order).await.payment;
    assert_eq!(
        (seen.provider_reference.as_deref(), seen.redirect_url.as_deref()),
        (Some("r"), Some("https://pay.example"))
    );
    assert!(claim(at - Duration::from_micros(1)).await.is_empty());
    assert_eq!(claim(at).await.len(), 1);
    w.succeed(&order).await;
    assert!(claim(at + LEASE).await.is_empty(), "settled: nothing left to do");
    assert_eq!(w.read(&order).await.payment.redirect_url, None);
}

pub(super) async fn dead_orders_call_their_charge_off(w: &World) {
    w.receive(1, "BLR1", 5).await;
    let (asked, unasked) = (w.order(&[(1, 1)]).await, w.order(&[(1, 1)]).await);
    let jobs = w.orders.claim_charges(1, LEASE, NOW).await.expect("jobs");
    let (asked, unasked) = if jobs[0].order == asked.id { (asked, unasked) } else { (unasked, asked) };
    let over = NOW + RESERVATION;
    for order in [&asked, &unasked] {
        assert!(w.orders.expire(order.id, over).await.expect("an answer"));
    }
    let jobs = w.orders.claim_charges(10, LEASE, over).await.expect("jobs");
    assert_eq!(jobs.iter().map(|j| (j.order, j.work)).collect::<Vec<_>>(), [(asked.id, ChargeWork::CallOff)]);
    w.orders.note_charge(asked.id, ChargeNote::CalledOff, over).await.expect("noted");
    assert!(w.orders.claim_charges(10, LEASE, over + LEASE).await.expect("jobs").is_empty());
}

pub(super) async fn refund_jobs_end_once(w: &World) {
    w.receive(1, "BLR1", 5).await;
    let order = w.paid(&[(1, 2)]).await;
    w.cancel(&order, &[], "c").await;
    let claim = async |at| w.orders.claim_refunds(10, LEASE, at).await.expect("jobs");
    let jobs = claim(NOW).await;
    assert_eq!((jobs.len(), jobs[0].amount, jobs[0].order, jobs[0].tries), (1, order.total, order.id, 1));
    assert!(jobs[0].charge_key.starts_with(&order.id.to_string()));
    assert!(claim(NOW).await.is_empty(), "it is leased");
    assert_eq!(claim(NOW + LEASE).await[0].tries, 2);
    let refund = jobs[0].refund;
    let later = NOW + Duration::from_secs(300);
    w.orders.note_refund(refund, RefundNote::Later(later), NOW).await.expect("noted");
    assert!(claim(later - Duration::from_micros(1)).await.is_empty());
    w.orders.note_refund(refund, RefundNote::Succeeded, later).await.expect("noted");
    w.orders.note_refund(refund, RefundNote::Failed, later).await.expect("noted");
    assert_eq!(w.read(&order).await.refunds[0].state, RefundState::Succeeded, "the first word counts");
    assert!(claim(later + LEASE).await.is_empty());
}
