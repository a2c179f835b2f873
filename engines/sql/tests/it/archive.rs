//! The archive of orders on SQL: the port's contract, and an order that is let go while the books agree.

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use engine_sql::{
    archive::SqlOrderArchive, args, books::SqlBooksStore, inventory::SqlInventoryStore, orders::SqlOrderStore,
};
use futures::FutureExt;
use services::{
    history::{ArchiveKey, Copy, Entry, OrderArchive, OrderIndex, carry, model::may_move, restore},
    kernel::{
        caller::Owner,
        clock::Timestamp,
        error::{EngineError, EngineResult},
        ids::{OrderId, RefundId, ReturnId},
        pages::{Page, Window},
    },
    orders::{
        CourierUpdate, Decision, Order, OrderFilter, OrderPosition, OrderState, ReturnAct, ReturnWish,
        contract::{
            World,
            world::{NOW, RESERVATION, shopper},
        },
        ports::{AskingReturn, HandlingReturn, Once, RefundNote, ReturnAsked, ReturnHandled},
    },
    reconciliation::{Finding, verify},
};
use uuid::Uuid;

use crate::support::{self, TestDb, contract_tests};

contract_tests!(history on SqlOrderArchive::new:
    what_was_put_is_read_back, a_put_again_is_once, an_older_copy_replaces_nothing, an_owners_are_newest_first, what_was_erased_is_gone);

struct Shop {
    t: TestDb,
    w: World,
    store: SqlOrderStore,
    archive: SqlOrderArchive,
}

async fn shop() -> Shop {
    let t = support::db().await;
    let store = SqlOrderStore::new(t.db.clone());
    let w = World::new(Arc::new(store.clone()), Arc::new(SqlInventoryStore::new(t.db.clone())));
    w.receive(1, "BLR1", 50).await;
    let archive = SqlOrderArchive::new(t.db.clone());
    Shop { t, w, store, archive }
}

impl Shop {
    async fn called_off(&self, key: &str) -> Order {
        let order = self.w.order(&[(1, 2)]).await;
        self.w.cancel(&order, &[], key).await;
        self.w.read(&order).await
    }
    /// All three steps, as the service takes them.
    async fn moved(&self, order: &Order) -> bool {
        carry(&self.archive, &self.store, order).await.expect("an answer")
    }
    /// The one order of the list, live or archived, as it is told.
    async fn told(&self) -> Order {
        let entries = self.listed(OrderFilter::default()).await;
        assert_eq!(entries.len(), 1, "once: {entries:?}");
        let live = self.w.orders.orders_by_ids(&[entries[0].id]).await.expect("reads").remove(&entries[0].id);
        match &entries[0].archived {
            None => live.expect("the order database tells it"),
            Some(slim) => {
                assert_eq!(live, None, "the order database let it go");
                let copies = self.archive.copies(std::slice::from_ref(&slim.key)).await.expect("reads");
                Order { archived: false, ..restore(slim, copies.get(&slim.key.order)).expect("the document is sound") }
            }
        }
    }
    async fn listed(&self, filter: OrderFilter) -> Vec<Entry> {
        self.store.page(shopper(), filter, Window::Forwards { after: None, limit: 10 }).await.expect("a page").rows
    }
    async fn found(&self) -> Vec<Finding> {
        verify(&SqlBooksStore::new(self.t.db.clone()), NOW).await.expect("the books are read")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_moved_is_listed_once_and_told_whole() {
    let s = shop().await;
    let old = s.called_off("one").await;
    let live = s.w.order(&[(1, 1)]).await;
    assert!(s.moved(&old).await, "an ended order goes");
    assert!(!s.moved(&old).await, "once");
    let entries = s.listed(OrderFilter::default()).await;
    assert_eq!(entries.len(), 2, "live and archived in one list: {entries:?}");
    let slim = entries.iter().find(|e| e.id == old.id).and_then(|e| e.archived.clone()).expect("it moved");
    assert!(entries.iter().any(|e| e.id == live.id && e.archived.is_none()));
    let copies = s.archive.copies(std::slice::from_ref(&slim.key)).await.expect("reads");
    let told = restore(&slim, copies.get(&old.id)).expect("the document is sound");
    assert_eq!(told, Order { archived: true, ..old.clone() });
    assert_eq!(s.w.orders.orders_by_ids(&[old.id]).await.expect("reads"), HashMap::new(), "it left the live orders");
    assert_eq!(s.store.numbered(&old.number).await.expect("reads"), Some(old.id));
    let states = vec![OrderState::Cancelled];
    assert_eq!(s.listed(OrderFilter { states, ..OrderFilter::default() }).await.len(), 1);
    let until = Some(old.created_at);
    assert_eq!(s.listed(OrderFilter { until, ..OrderFilter::default() }).await, []);
    assert_eq!(s.found().await, [], "the books agree");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_ended_and_is_settled_is_due() {
    let s = shop().await;
    let ended = s.called_off("one").await;
    let live = s.w.order(&[(1, 1)]).await;
    let refunding = s.w.paid(&[(1, 1)]).await;
    s.w.cancel(&refunding, &[], "two").await;
    let refunding = s.w.read(&refunding).await;
    let later = NOW + RESERVATION * 100;
    assert_eq!(s.store.due(later, 10).await.expect("reads"), vec![ended.id]);
    assert_eq!(s.store.due(ended.created_at, 10).await.expect("reads"), vec![], "too young");
    assert!(!s.moved(&refunding).await, "money is on its way back");
    assert!(!s.moved(&Order { state: OrderState::Cancelled, ..live }).await, "it changed since it was copied");
    assert_eq!(s.found().await, []);
}

/// Where the process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dies {
    BeforeTheCopy,
    InTheCopy,
    AfterTheCopy,
    InTheReadingBack,
    BeforeLettingGo,
    AfterLettingGo,
}

fn dead<T>() -> EngineResult<T> {
    Err(EngineError::retryable("test", "the process died"))
}

/// An archive and an index that die.
struct Mortal<'s>(&'s Shop, Dies);

#[async_trait]
impl OrderArchive for Mortal<'static> {
    async fn put(&self, copy: Copy) -> EngineResult<()> {
        match self.1 {
            Dies::BeforeTheCopy => return dead(),
            Dies::InTheCopy => self.0.archive.put(Copy { body: copy.body[..9].to_owned(), ..copy }).await?,
            _ => self.0.archive.put(copy).await?,
        }
        if self.1 == Dies::AfterTheCopy { dead() } else { Ok(()) }
    }
    async fn copies(&self, keys: &[ArchiveKey]) -> EngineResult<HashMap<OrderId, Copy>> {
        if self.1 == Dies::InTheReadingBack { dead() } else { self.0.archive.copies(keys).await }
    }
    async fn of_owner(&self, owner: Uuid, before: Option<OrderPosition>, limit: usize) -> EngineResult<Vec<Copy>> {
        self.0.archive.of_owner(owner, before, limit).await
    }
    async fn erase(&self, keys: &[ArchiveKey]) -> EngineResult<()> {
        self.0.archive.erase(keys).await
    }
}

#[async_trait]
impl OrderIndex for Mortal<'static> {
    async fn page(
        &self,
        owner: Owner,
        filter: OrderFilter,
        window: Window<OrderPosition>,
    ) -> EngineResult<Page<Entry>> {
        self.0.store.page(owner, filter, window).await
    }
    async fn entries(&self, ids: &[OrderId]) -> EngineResult<HashMap<OrderId, Entry>> {
        self.0.store.entries(ids).await
    }
    async fn numbered(&self, number: &str) -> EngineResult<Option<OrderId>> {
        self.0.store.numbered(number).await
    }
    async fn due(&self, before: Timestamp, limit: usize) -> EngineResult<Vec<OrderId>> {
        OrderIndex::due(&self.0.store, before, limit).await
    }
    async fn let_go(&self, order: &Order, checksum: &str) -> EngineResult<bool> {
        if self.1 == Dies::BeforeLettingGo {
            return dead();
        }
        let went = self.0.store.let_go(order, checksum).await?;
        if self.1 == Dies::AfterLettingGo { dead() } else { Ok(went) }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_may_break_off_anywhere() {
    use Dies::*;
    let later = NOW + RESERVATION * 100;
    for dies in [BeforeTheCopy, InTheCopy, AfterTheCopy, InTheReadingBack, BeforeLettingGo, AfterLettingGo] {
        let s: &'static Shop = Box::leak(Box::new(shop().await));
        let order = s.called_off("one").await;
        let mortal = Mortal(s, dies);
        assert!(carry(&mortal, &mortal, &order).await.is_err(), "{dies:?}");
        assert_eq!(s.told().await, order, "told once, whole, after {dies:?}");
        assert_eq!(s.found().await, [], "the books agree after {dies:?}");
        let due = OrderIndex::due(&s.store, later, 10).await.expect("reads");
        assert_eq!(due, if dies == AfterLettingGo { vec![] } else { vec![order.id] }, "{dies:?}");
        assert_eq!(s.moved(&order).await, dies != AfterLettingGo, "the next run ends what {dies:?} left");
        assert_eq!((s.told().await, s.found().await), (order, vec![]), "archived and whole after {dies:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn letting_go_is_all_or_nothing() {
    let s = shop().await;
    let order = s.called_off("one").await;
    let run = async |sql: &'static str| {
        let done = s.t.db.write("test", move |tx| async move { Ok(tx.execute(sql, args![]).await?) }.boxed()).await;
        done.expect("runs");
    };
    run("ALTER TABLE archived_lines RENAME TO elsewhere").await;
    assert!(carry(&s.archive, &s.store, &order).await.is_err(), "its second statement fails");
    assert_eq!(s.told().await, order, "its first left nothing");
    run("ALTER TABLE elsewhere RENAME TO archived_lines").await;
    assert!(s.moved(&order).await);
    assert_eq!((s.told().await, s.found().await), (order, vec![]));
}

/// An order of two units that arrived, of which somebody wants to send one back.
async fn sending_back(s: &Shop) -> (Order, ReturnId) {
    let order = s.w.paid(&[(1, 2)]).await;
    let (_, tracking_number) = s.w.send(&order, &[0]).await;
    let arrived = CourierUpdate { courier: "UDAAN".into(), tracking_number, state: OrderState::Delivered, at: NOW };
    s.w.orders.follow(arrived, NOW).await.expect("followed");
    let (id, once) = (ReturnId(s.w.id()), once("requestReturn"));
    let lines = vec![ReturnWish { line: order.lines[0].id, quantity: 1, reason: "too small".into() }];
    let asking = AskingReturn { owner: order.owner, order: order.id, id, lines, once };
    let asked = s.w.orders.ask_return(asking, NOW).await.expect("an answer");
    assert!(matches!(asked, ReturnAsked::Done(_)), "{asked:?}");
    (s.w.read(&order).await, id)
}

fn once(operation: &'static str) -> Once {
    Once { operation, key: "k".into(), input_hash: "h".into() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_stays_while_something_comes_back_and_is_told_with_it_afterwards() {
    let s = shop().await;
    let (order, id) = sending_back(&s).await;
    let later = NOW + RESERVATION * 100;
    let due = async || OrderIndex::due(&s.store, later, 10).await.expect("reads");
    let (week, late) = (Duration::from_secs(7 * 86_400), NOW + Duration::from_secs(8 * 86_400));
    assert_eq!(
        (due().await, s.moved(&order).await, may_move(&order, week, late)),
        (vec![], false, false),
        "a return is open"
    );
    let line = order.lines[0].id;
    let decided = ReturnAct::Decide(vec![Decision { line, restocked: 1, written_off: 0, refused: 0 }]);
    let refund = RefundId(s.w.id());
    for (act, operation) in [(ReturnAct::Receive, "receiveReturn"), (decided, "decideReturn")] {
        let handling = HandlingReturn { by: shopper(), id, act, once: once(operation), refund };
        let done = s.w.orders.handle_return(handling, NOW).await.expect("an answer");
        assert!(matches!(done, ReturnHandled::Done(_)), "{done:?}");
    }
    let order = s.w.read(&order).await;
    assert_eq!(
        (due().await, s.moved(&order).await, may_move(&order, week, late)),
        (vec![], false, false),
        "a refund is open"
    );
    s.w.orders.note_refund(refund, RefundNote::Succeeded, NOW).await.expect("noted");
    let order = s.w.read(&order).await;
    assert!(!may_move(&order, week, NOW + Duration::from_secs(86_400)), "the other unit could still be sent back");
    assert!(may_move(&order, week, late));
    assert_eq!(due().await, vec![order.id]);
    assert!(s.moved(&order).await);
    let told = s.told().await;
    assert_eq!((told.returns.len(), told.lines[0].returned), (1, 1));
    assert_eq!((told, s.found().await), (order, vec![]), "with its return and its refund, and the books agree");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_that_comes_after_the_move_goes_back_and_is_told() {
    let s = shop().await;
    let order = s.w.order(&[(1, 1)]).await;
    assert!(s.w.orders.expire(order.id, NOW + RESERVATION).await.expect("expires"));
    let order = s.w.read(&order).await;
    assert!(s.moved(&order).await);
    s.w.succeed(&order).await;
    let told = s.told().await;
    assert_eq!((told.refunds.len(), told.refunds[0].amount), (1, order.total), "the slim row knows of today's money");
    assert_eq!(s.found().await, []);
    let state = s.w.orders.archived_state(order.owner, order.id).await.expect("reads");
    assert_eq!(state, Some(OrderState::Expired));
    let refused = s.w.cancel(&order, &[order.lines[0].id], "late").await;
    assert_eq!(refused, services::orders::ports::Cancelled::TooLate(OrderState::Expired));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i11_names_a_document_that_is_gone_or_differs() {
    let s = shop().await;
    let order = s.called_off("one").await;
    assert!(s.moved(&order).await);
    let copy = Copy::of(&order).expect("JSON");
    s.archive.put(Copy { body: copy.body.replace("BLR1", "BLR2"), ..copy.clone() }).await.expect("puts");
    let named = |found: &[Finding], words: &str| found.iter().any(|f| f.rule == "I11" && f.message.contains(words));
    let found = s.found().await;
    assert!(named(&found, "checksum"), "{found:#?}");
    s.archive.erase(std::slice::from_ref(&copy.key)).await.expect("erases");
    let found = s.found().await;
    assert!(named(&found, "no document"), "{found:#?}");
}
