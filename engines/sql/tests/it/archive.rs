//! The archive of orders on SQL: the port's contract, and an order that is let go while the books agree.

use std::{collections::HashMap, sync::Arc};

use engine_sql::{archive::SqlOrderArchive, books::SqlBooksStore, inventory::SqlInventoryStore, orders::SqlOrderStore};
use services::{
    history::{Copy, Entry, OrderArchive, OrderIndex, restore},
    kernel::pages::Window,
    orders::{
        Order, OrderFilter, OrderState,
        contract::{
            World,
            world::{NOW, RESERVATION, shopper},
        },
    },
    reconciliation::{Finding, verify},
};

use crate::support::{self, TestDb, contract_tests};

contract_tests!(history on SqlOrderArchive::new:
    what_was_put_is_read_back, a_put_again_is_once, an_owners_are_newest_first, what_was_erased_is_gone);

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
        let copy = Copy::of(order).expect("JSON");
        self.archive.put(copy.clone()).await.expect("puts");
        self.store.let_go(order, &copy.checksum, NOW).await.expect("an answer")
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
    let copies = s.archive.copies(&[slim.key]).await.expect("reads");
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_that_broke_off_is_not_told_and_is_repaired() {
    let s = shop().await;
    let order = s.called_off("one").await;
    // Copied, and the process died: the order database still tells the order, once.
    s.archive.put(Copy::of(&order).expect("JSON")).await.expect("puts");
    let entries = s.listed(OrderFilter::default()).await;
    assert_eq!((entries.len(), entries[0].archived.is_none()), (1, true));
    assert_eq!(s.found().await, []);
    assert!(s.moved(&order).await, "the next run finishes it");
    assert!(s.listed(OrderFilter::default()).await[0].archived.is_some());
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
    s.archive.erase(&[copy.key]).await.expect("erases");
    let found = s.found().await;
    assert!(named(&found, "no document"), "{found:#?}");
}
