//! Random histories of checkout against the real store: whatever happens in whatever order, the books agree after each
//! step. A failure shrinks to a short history.

use std::{sync::Arc, time::Duration};

use engine_sql::{books::SqlBooksStore, inventory::SqlInventoryStore, orders::SqlOrderStore};
use proptest::{prelude::*, test_runner::TestCaseError};
use services::{
    kernel::ids::{RefundId, ReturnId, ShipmentId},
    orders::{
        CourierUpdate, Decision, LineUnits, OnUnavailable, Order, OrderState, PaymentChoice, ReturnAct, ReturnLine,
        ReturnWish,
        contract::{
            World,
            world::{NOW, RESERVATION, candidate, shopper},
        },
        ports::{
            AskingReturn, Cancelling, ChargeNote, ChargeWork, HandlingReturn, NewShipment, Once, Placed, RefundNote,
            Settling, Verdict,
        },
    },
    reconciliation::verify,
};

use crate::support;

/// Orders of one history.
const ORDERS: usize = 6;

#[derive(Clone, Debug)]
enum Act {
    Place { lines: Vec<(u128, u32)>, cash: bool, on_unavailable: OnUnavailable },
    Tell { order: usize, succeeded: bool, message: u8 },
    Answer { succeeded: bool },
    Expire { order: usize, late: bool },
    Cancel { order: usize, line: Option<usize>, key: u8 },
    CancelUnits { order: usize, line: usize, units: u32, key: u8 },
    Ask { order: usize, line: usize, units: u32, key: u8 },
    Handle { order: usize, which: usize, act: u8, key: u8 },
    Pack { order: usize },
    Follow { order: usize, state: OrderState },
    Refund { succeeded: bool },
    Retry { order: usize },
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let order = 0..ORDERS;
    let mode =
        prop_oneof![Just(OnUnavailable::Reject), Just(OnUnavailable::DropLines), Just(OnUnavailable::TakeAvailable)];
    let lines = prop::collection::btree_map(1_u128..4, 1_u32..4, 1..4).prop_map(|m| m.into_iter().collect::<Vec<_>>());
    let state = prop_oneof![Just(OrderState::Shipped), Just(OrderState::OutForDelivery), Just(OrderState::Delivered)];
    let act = prop_oneof![
        4 => (lines, prop::bool::weighted(0.2), mode)
            .prop_map(|(lines, cash, on_unavailable)| Act::Place { lines, cash, on_unavailable }),
        4 => (order.clone(), any::<bool>(), 0_u8..4).prop_map(|(order, succeeded, message)| Act::Tell { order, succeeded, message }),
        3 => prop::bool::weighted(0.7).prop_map(|succeeded| Act::Answer { succeeded }),
        2 => (order.clone(), prop::bool::weighted(0.7)).prop_map(|(order, late)| Act::Expire { order, late }),
        3 => (order.clone(), prop::option::of(0_usize..3), 0_u8..6).prop_map(|(order, line, key)| Act::Cancel { order, line, key }),
        2 => (order.clone(), 0_usize..3, 1_u32..4, 0_u8..6).prop_map(|(order, line, units, key)| Act::CancelUnits { order, line, units, key }),
        3 => (order.clone(), 0_usize..3, 1_u32..3, 0_u8..6).prop_map(|(order, line, units, key)| Act::Ask { order, line, units, key }),
        4 => (order.clone(), 0_usize..3, 0_u8..6, 0_u8..20).prop_map(|(order, which, act, key)| Act::Handle { order, which, act, key }),
        3 => order.clone().prop_map(|order| Act::Pack { order }),
        2 => (order.clone(), state).prop_map(|(order, state)| Act::Follow { order, state }),
        1 => any::<bool>().prop_map(|succeeded| Act::Refund { succeeded }),
        1 => order.prop_map(|order| Act::Retry { order }),
    ];
    prop::collection::vec(act, 1..40)
}

struct History {
    w: World,
    orders: Vec<Order>,
}

impl History {
    async fn read(&self, i: usize) -> Option<Order> {
        match self.orders.get(i) {
            Some(order) => Some(self.w.read(order).await),
            None => None,
        }
    }

    async fn act(&mut self, n: usize, act: Act) {
        match act {
            Act::Place { lines, cash, on_unavailable } => self.place(n, &lines, cash, on_unavailable, None).await,
            Act::Retry { order } => {
                let Some(old) = self.read(order).await else { return };
                if matches!(old.state, OrderState::Failed | OrderState::Expired) {
                    let lines: Vec<_> = old.lines.iter().map(|l| (l.variant.0.as_u128(), l.quantity)).collect();
                    self.place(n, &lines, false, OnUnavailable::Reject, Some(&old)).await;
                }
            }
            Act::Tell { order, succeeded, message } => {
                let Some(order) = self.orders.get(order) else { return };
                let settling = Settling {
                    payment: order.payment.id,
                    verdict: verdict(succeeded),
                    amount: Some(order.total),
                    message: Some(format!("message {message}")),
                    refund: RefundId(self.w.id()),
                };
                self.w.orders.settle(settling, NOW).await.expect("an answer");
            }
            Act::Answer { succeeded } => self.answer(succeeded).await,
            Act::Expire { order, late } => {
                let Some(order) = self.orders.get(order) else { return };
                let at = if late { NOW + RESERVATION } else { NOW };
                self.w.orders.expire(order.id, at).await.expect("an answer");
            }
            Act::Cancel { order, line, key } => {
                let Some(order) = self.orders.get(order) else { return };
                let lines: Vec<_> = line.iter().filter_map(|i| order.lines.get(*i)).map(|l| l.id).collect();
                self.w.cancel(order, &lines, &format!("cancel {key}")).await;
            }
            Act::CancelUnits { order, line, units, key } => {
                let Some(order) = self.orders.get(order) else { return };
                let Some(line) = order.lines.get(line) else { return };
                let key = format!("units {key}");
                let cancelling = Cancelling {
                    owner: order.owner,
                    order: order.id,
                    lines: vec![LineUnits { line: line.id, quantity: Some(units) }],
                    reason: None,
                    once: Once { operation: "cancelOrder", key: key.clone(), input_hash: key },
                    refund: RefundId(self.w.id()),
                };
                self.w.orders.cancel(cancelling, NOW).await.expect("an answer");
            }
            Act::Ask { order, line, units, key } => {
                let Some(order) = self.orders.get(order) else { return };
                let Some(line) = order.lines.get(line) else { return };
                let key = format!("ask {key}");
                let asking = AskingReturn {
                    owner: order.owner,
                    order: order.id,
                    id: ReturnId(self.w.id()),
                    lines: vec![ReturnWish { line: line.id, quantity: units, reason: "why not".into() }],
                    once: Once { operation: "requestReturn", key: key.clone(), input_hash: key },
                };
                self.w.orders.ask_return(asking, NOW).await.expect("an answer");
            }
            Act::Handle { order, which, act, key } => {
                let Some(order) = self.read(order).await else { return };
                let Some(sent) = order.returns.get(which) else { return };
                let decide = |l: &ReturnLine| {
                    let restocked = if act == 2 { l.quantity } else { 0 };
                    let written_off = if act == 3 { l.quantity } else { u32::from(act == 4) };
                    let refused = l.quantity.saturating_sub(restocked + written_off);
                    Decision { line: l.line, restocked, written_off, refused }
                };
                let act = match act {
                    0 => ReturnAct::PickUp,
                    1 => ReturnAct::Receive,
                    _ => ReturnAct::Decide(sent.lines.iter().map(decide).collect()),
                };
                let key = format!("handle {key}");
                let once = Once { operation: "decideReturn", key: key.clone(), input_hash: key };
                let refund = RefundId(self.w.id());
                let handling = HandlingReturn { by: shopper(), id: sent.id, act, once, refund };
                self.w.orders.handle_return(handling, NOW).await.expect("an answer");
            }
            Act::Pack { order } => self.pack(order).await,
            Act::Follow { order, state } => {
                let Some(order) = self.read(order).await else { return };
                for parcel in order.shipments {
                    let Some(tracking_number) = parcel.tracking_number else { continue };
                    let update = CourierUpdate { courier: parcel.courier, tracking_number, state, at: NOW };
                    self.w.orders.follow(update, NOW).await.expect("an answer");
                }
            }
            Act::Refund { succeeded } => {
                let note = if succeeded { RefundNote::Succeeded } else { RefundNote::Failed };
                for job in self.w.orders.claim_refunds(9, Duration::ZERO, NOW).await.expect("jobs") {
                    self.w.orders.note_refund(job.refund, note, NOW).await.expect("an answer");
                }
            }
        }
    }

    async fn place(&mut self, n: usize, lines: &[(u128, u32)], cash: bool, mode: OnUnavailable, again: Option<&Order>) {
        if self.orders.len() == ORDERS {
            return;
        }
        let mut quote = self.w.draw_up(shopper(), lines);
        quote.retry_of = again.map(|o| o.id);
        self.w.orders.save_quote(quote.clone(), NOW).await.expect("saved");
        let from = [candidate("BLR1", 48), candidate("DEL1", 40)];
        let mut placing = self.w.placing_from(&quote, &format!("place {n}"), &from);
        placing.on_unavailable = mode;
        if cash {
            placing.plan.choice = PaymentChoice::CashOnDelivery;
        }
        if let Placed::Done { order, .. } = self.w.orders.place(placing, NOW).await.expect("an answer") {
            assert!(order.total.minor <= quote.total.minor, "never above the quote's total");
            self.orders.push(*order);
        }
    }

    /// A worker that takes the due charge jobs, as [`services::orders::Orders`] does.
    async fn answer(&self, succeeded: bool) {
        for job in self.w.orders.claim_charges(9, Duration::ZERO, NOW).await.expect("jobs") {
            if job.work == ChargeWork::CallOff && !succeeded {
                self.w.orders.note_charge(job.order, ChargeNote::CalledOff, NOW).await.expect("noted");
                continue;
            }
            let refund = RefundId(self.w.id());
            let settling =
                Settling { payment: job.payment, verdict: verdict(succeeded), amount: None, message: None, refund };
            self.w.orders.settle(settling, NOW).await.expect("an answer");
        }
    }

    async fn pack(&self, order: usize) {
        let Some(order) = self.read(order).await else { return };
        let mut parcels = Vec::new();
        for warehouse in ["BLR1", "DEL1"] {
            let lines: Vec<_> = order.lines.iter().filter(|l| l.warehouse == warehouse).map(|l| l.id).collect();
            let id = ShipmentId(self.w.id());
            parcels.push(NewShipment {
                id,
                warehouse: warehouse.into(),
                courier: "UDAAN".into(),
                lines,
                expected_by: NOW,
            });
        }
        self.w.orders.pack(order.id, parcels, NOW).await.expect("an answer");
        for parcel in self.w.orders.to_book(9).await.expect("a read") {
            self.w.orders.book(parcel.id, parcel.id.to_string(), NOW).await.expect("an answer");
        }
    }
}

fn verdict(succeeded: bool) -> Verdict {
    if succeeded {
        Verdict::Succeeded { reference: None }
    } else {
        Verdict::Declined { reference: None, reason: "no".into() }
    }
}

async fn run(acts: Vec<Act>) -> Result<(), TestCaseError> {
    let t = support::db().await;
    let orders = Arc::new(SqlOrderStore::new(t.db.clone()));
    let w = World::new(orders, Arc::new(SqlInventoryStore::new(t.db.clone())));
    let books = SqlBooksStore::new(t.db.clone());
    for (v, blr, del) in [(1, 4, 2), (2, 3, 0), (3, 1, 5)] {
        w.receive(v, "BLR1", blr).await;
        if del > 0 {
            w.receive(v, "DEL1", del).await;
        }
    }
    let mut history = History { w, orders: Vec::new() };
    let mut fates: Vec<Option<OrderState>> = vec![None; ORDERS];
    for (n, act) in acts.into_iter().enumerate() {
        history.act(n, act.clone()).await;
        let findings = verify(&books, NOW).await.expect("the books are read");
        prop_assert!(findings.is_empty(), "after {act:?}: {findings:#?}");
        for (i, fate) in fates.iter_mut().enumerate().take(history.orders.len()) {
            let now = history.read(i).await.map(|o| o.state);
            let dead = matches!(*fate, Some(OrderState::Failed | OrderState::Expired | OrderState::Cancelled));
            prop_assert!(!dead || now == *fate, "order {i} was {fate:?} and is {now:?} after {act:?}");
            *fate = now;
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 400, ..ProptestConfig::default() })]
    #[test]
    fn whatever_happens_the_books_agree(acts in acts()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        runtime.block_on(run(acts))?;
    }
}
