//! Reconciliation on SQL: a busy shop's books agree; each rule names the one row that was broken by hand.

use std::sync::Arc;

use engine_sql::{Backend, books::SqlBooksStore, inventory::SqlInventoryStore, orders::SqlOrderStore};
use services::{
    kernel::ids::{RefundId, ReturnId},
    orders::{
        CourierUpdate, Decision, Order, OrderState, PaymentChoice, ReturnAct, ReturnWish,
        contract::{
            World,
            world::{NOW, RESERVATION, shopper},
        },
        ports::{AskingReturn, HandlingReturn, Once, ReturnHandled},
    },
    reconciliation::{Finding, RULES, verify, verify_counted},
};

use crate::support::{self, TestDb};

/// A shop in which everything happened once.
async fn busy() -> (TestDb, World, Vec<Order>) {
    let fresh = support::db().await;
    let w =
        World::new(Arc::new(SqlOrderStore::new(fresh.db.clone())), Arc::new(SqlInventoryStore::new(fresh.db.clone())));
    w.receive(1, "BLR1", 50).await;
    w.receive(2, "BLR1", 50).await;
    let waiting = w.order(&[(1, 2), (2, 1)]).await;
    let paid = w.paid(&[(1, 1), (2, 2)]).await;
    let failed = w.order(&[(1, 3)]).await;
    w.decline(&failed).await;
    let late = w.order(&[(2, 1)]).await;
    assert!(w.orders.expire(late.id, NOW + RESERVATION).await.expect("expires"));
    w.succeed(&late).await;
    let part = w.paid(&[(1, 1), (2, 1)]).await;
    w.cancel(&part, &[part.lines[0].id], "part").await;
    let sent = w.paid(&[(1, 1)]).await;
    w.send(&sent, &[0]).await;
    let quote = w.quote(shopper(), &[(1, 1)]).await;
    let mut cash = w.placing(&quote, "cash");
    cash.plan.choice = PaymentChoice::CashOnDelivery;
    let cash = w.place(cash).await;
    let called_off = w.order(&[(1, 1)]).await;
    w.cancel(&called_off, &[], "whole").await;
    let returned = sent_back(&w).await;
    (fresh, w, vec![waiting, paid, failed, late, part, sent, cash, called_off, returned])
}

/// An order of two that arrived, of which one came back.
async fn sent_back(w: &World) -> Order {
    let order = w.paid(&[(2, 2)]).await;
    let (_, tracking_number) = w.send(&order, &[0]).await;
    let arrived = CourierUpdate { courier: "UDAAN".into(), tracking_number, state: OrderState::Delivered, at: NOW };
    w.orders.follow(arrived, NOW).await.expect("followed");
    let once = |operation| Once { operation, key: "k".into(), input_hash: "h".into() };
    let (id, line) = (ReturnId(w.id()), order.lines[0].id);
    let lines = vec![ReturnWish { line, quantity: 1, reason: "too small".into() }];
    let asking = AskingReturn { owner: order.owner, order: order.id, id, lines, once: once("requestReturn") };
    w.orders.ask_return(asking, NOW).await.expect("asked");
    let decided = ReturnAct::Decide(vec![Decision { line, restocked: 1, written_off: 0, refused: 0 }]);
    for (act, operation) in [(ReturnAct::Receive, "receiveReturn"), (decided, "decideReturn")] {
        let handling = HandlingReturn { by: shopper(), id, act, once: once(operation), refund: RefundId(w.id()) };
        let done = w.orders.handle_return(handling, NOW).await.expect("an answer");
        assert!(matches!(done, ReturnHandled::Done(_)), "{done:?}");
    }
    order
}

async fn found(t: &TestDb) -> Vec<Finding> {
    verify(&SqlBooksStore::new(t.db.clone()), NOW).await.expect("the books are read")
}

/// Breaks something beside the stores, and expects that exactly this rule is named, with these words. The statements name
/// rows by SQLite's `rowid`, so on another server they are not run; what the books hold there is proved by
/// [`a_busy_shops_books_agree`], and the rules that read them are the same.
async fn broken(sql: &str, rule: &str, words: &str) {
    let (t, _w, _) = busy().await;
    if t.db.backend() != Backend::Sqlite {
        assert_eq!(found(&t).await, [], "the books agree before anything is broken");
        return;
    }
    let raw = rusqlite::Connection::open(&t.path).expect("opens");
    assert_eq!(raw.execute(sql, []).expect("runs"), 1, "{sql} breaks one row");
    let findings = found(&t).await;
    let named = findings.iter().any(|f| f.rule == rule && f.message.contains(words));
    assert!(named, "{sql} should be named by {rule} with `{words}`: {findings:#?}");
    assert!(RULES.iter().any(|(r, _)| *r == rule));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_shops_books_agree() {
    let (t, _w, orders) = busy().await;
    let done = verify_counted(&SqlBooksStore::new(t.db.clone()), NOW).await.expect("the books are read");
    assert_eq!(done.findings, []);
    assert_eq!((done.orders, done.levels), (orders.len() as u64, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i1_names_a_level_that_is_not_its_ledgers() {
    broken("UPDATE stock_levels SET available = available + 1 WHERE rowid = 1", "I1", "the ledger says").await;
    broken("DELETE FROM stock_levels WHERE rowid = 2", "I1", "None").await;
    broken("DELETE FROM stock_ledger WHERE movement = 'RECEIVED' AND rowid = 1", "I1", "the ledger says").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i2_names_stock_that_nobody_holds() {
    let one = "(SELECT id FROM order_lines WHERE state = 'CREATED' LIMIT 1)";
    broken(&format!("DELETE FROM order_lines WHERE id = {one}"), "I2", "unpaid orders hold").await;
    broken(&format!("UPDATE order_lines SET state = 'PLACED' WHERE id = {one}"), "I2", "paid lines have").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i3_names_a_second_fate() {
    broken("UPDATE orders SET state = 'PLACED' WHERE state = 'FAILED'", "I3", "the order at Placed").await;
    broken("UPDATE order_events SET step = 'PLACED' WHERE step = 'EXPIRED'", "I4", "was sold").await;
    broken("DELETE FROM order_events WHERE step = 'EXPIRED'", "I3", "do not count").await;
    broken("UPDATE order_events SET at = at + 9 WHERE step = 'CREATED' AND order_id IN (SELECT id FROM orders WHERE state = 'FAILED')", "I3", "order of time").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i4_names_stock_that_did_not_go_back_once() {
    let released = "(SELECT rowid FROM stock_ledger WHERE movement = 'RELEASED' LIMIT 1)";
    broken(&format!("DELETE FROM stock_ledger WHERE rowid = {released}"), "I4", "was released").await;
    let restocked = "UPDATE stock_ledger SET quantity = quantity + 1 WHERE movement = 'RESTOCKED'";
    broken(restocked, "I4", "was restocked").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i5_names_money_that_is_missing() {
    broken("UPDATE refunds SET amount = amount + 1 WHERE cause = 'late'", "I5", "given back").await;
    broken("DELETE FROM refunds WHERE cause LIKE 'cancel:%'", "I5", "given back").await;
    let placed = "(SELECT id FROM payments WHERE captured > 0 LIMIT 1)";
    broken(&format!("UPDATE payments SET captured = 0 WHERE id = {placed}"), "I5", "live lines cost").await;
    broken("UPDATE payments SET captured = 5 WHERE method = 'CASH_ON_DELIVERY'", "I5", "cash").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i12_names_half_an_order() {
    let held = "(SELECT rowid FROM stock_ledger WHERE movement = 'RESERVED' LIMIT 1)";
    broken(&format!("DELETE FROM stock_ledger WHERE rowid = {held}"), "I12", "not one time").await;
    let line = "(SELECT id FROM order_lines WHERE state = 'CREATED' LIMIT 1)";
    broken(&format!("DELETE FROM order_lines WHERE id = {line}"), "I12", "a line that is not there").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i14_names_a_return_that_does_not_fit() {
    broken("UPDATE return_lines SET restocked = 0, written_off = 1", "I14", "returns took back").await;
    broken("UPDATE order_lines SET coming_back = 1 WHERE returned = 1", "I14", "open returns have").await;
    broken("UPDATE returns SET state = 'REFUSED'", "I14", "is Refused").await;
    broken("DELETE FROM refunds WHERE cause LIKE 'return:%'", "I14", "is not there").await;
    broken("DELETE FROM stock_ledger WHERE movement = 'RETURNED'", "I4", "was returned").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i13_names_a_sum_that_is_wrong() {
    let line = "(SELECT id FROM order_lines WHERE quantity = 2 LIMIT 1)";
    broken(&format!("UPDATE order_lines SET total = total - 1 WHERE id = {line}"), "I13", "is not").await;
    broken("UPDATE orders SET total = total + 1 WHERE state = 'FAILED'", "I13", "the total says").await;
    let payment = "(SELECT id FROM orders WHERE state = 'FAILED')";
    broken(&format!("UPDATE payments SET amount = amount - 1 WHERE order_id = {payment}"), "I13", "the payment is")
        .await;
}
