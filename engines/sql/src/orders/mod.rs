//! Quotes, orders, payments, refunds and parcels on SQL. One file per act; [`common`] holds what all acts share: locking
//! an order, taking a step, moving a line's stock.
//!
//! Every program that changes an order touches its row first, so that on MySQL the row's lock orders whatever races; every
//! change of state is conditional on the state before it all the same. Rows are locked in one order everywhere: quote,
//! order, stock by (variant, warehouse), the owner's sequence.

mod adopt;
mod cancel;
mod charges;
mod common;
mod find;
mod index;
mod place;
mod process;
mod read;
mod refunds;
mod returns;
mod settle;

use std::{collections::HashMap, time::Duration};

use async_trait::async_trait;
use futures::FutureExt;
use services::{
    kernel::{
        caller::Owner,
        clock::Timestamp,
        error::EngineResult,
        ids::{GuestId, OrderId, QuoteId, RefundId, ReturnId, ShipmentId, ShopperId},
        pages::{Page, Window},
    },
    orders::{
        CourierUpdate, Order, OrderEvent, OrderFilter, OrderPosition, OrderState, Quote, Shipment,
        ports::{
            Answered, AskingReturn, Cancelled, Cancelling, ChargeJob, ChargeNote, Followed, HandlingReturn,
            NewShipment, OrderStore, Placed, Placing, RefundJob, RefundNote, ReturnAsked, ReturnHandled, Settled,
            Settling, TravellingParcel,
        },
    },
};

use crate::Db;

/// The engine's name in errors.
const ENGINE: &str = "orders";
/// Most rows of one answer, whatever is asked for.
const ROWS_MAX: usize = 1_000;

/// Orders in a relational database; it shares the database with stock.
#[derive(Clone, Debug)]
pub struct SqlOrderStore {
    db: Db,
}

impl SqlOrderStore {
    /// On the database that also holds the stock.
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

/// Runs a program of this area: clones what it needs for each try.
macro_rules! program {
    ($db:expr, |$tx:ident| ($($name:ident),*) $body:expr) => {
        $db.write(ENGINE, move |$tx| {
            $(let $name = $name.clone();)*
            async move { $body }.boxed()
        })
        .await
    };
}

#[async_trait]
impl OrderStore for SqlOrderStore {
    async fn save_quote(&self, quote: Quote, _now: Timestamp) -> EngineResult<()> {
        program!(self.db, |tx| (quote) place::save_quote(tx, &quote).await)
    }
    async fn quote(&self, id: QuoteId) -> EngineResult<Option<Quote>> {
        find::quote(&self.db, id).await
    }
    async fn answered(&self, owner: Owner, operation: &'static str, key: &str) -> EngineResult<Option<Answered>> {
        find::answered(&self.db, owner, operation, key).await
    }
    async fn place(&self, placing: Placing, now: Timestamp) -> EngineResult<Placed> {
        place::place(&self.db, placing, now).await
    }
    async fn settle(&self, settling: Settling, now: Timestamp) -> EngineResult<Settled> {
        program!(self.db, |tx| (settling) settle::settle(tx, &settling, now).await)
    }
    async fn due(&self, limit: usize, now: Timestamp) -> EngineResult<Vec<OrderId>> {
        find::due(&self.db, limit, now).await
    }
    async fn expire(&self, order: OrderId, now: Timestamp) -> EngineResult<bool> {
        let time = self.db.time_of();
        program!(self.db, |tx| () settle::expire(tx, time, order, now).await)
    }
    async fn cancel(&self, cancelling: Cancelling, now: Timestamp) -> EngineResult<Cancelled> {
        cancel::cancel(&self.db, cancelling, now).await
    }
    async fn ask_return(&self, asking: AskingReturn, now: Timestamp) -> EngineResult<ReturnAsked> {
        returns::ask(&self.db, asking, now).await
    }
    async fn handle_return(&self, handling: HandlingReturn, now: Timestamp) -> EngineResult<ReturnHandled> {
        returns::handle(&self.db, handling, now).await
    }
    async fn open_returns(&self, limit: usize) -> EngineResult<Vec<(ReturnId, OrderId)>> {
        returns::open(&self.db, limit.min(ROWS_MAX)).await
    }
    async fn claim_charges(&self, limit: usize, lease: Duration, now: Timestamp) -> EngineResult<Vec<ChargeJob>> {
        if !charges::any_due(&self.db, now).await? {
            return Ok(Vec::new());
        }
        program!(self.db, |tx| () charges::claim(tx, limit.min(ROWS_MAX), lease, now).await)
    }
    async fn note_charge(&self, order: OrderId, note: ChargeNote, _now: Timestamp) -> EngineResult<()> {
        program!(self.db, |tx| (note) charges::note(tx, order, &note).await)
    }
    async fn claim_refunds(&self, limit: usize, lease: Duration, now: Timestamp) -> EngineResult<Vec<RefundJob>> {
        if !refunds::any_due(&self.db, now).await? {
            return Ok(Vec::new());
        }
        program!(self.db, |tx| () refunds::claim(tx, limit.min(ROWS_MAX), lease, now).await)
    }
    async fn note_refund(&self, refund: RefundId, note: RefundNote, now: Timestamp) -> EngineResult<()> {
        program!(self.db, |tx| () refunds::note(tx, refund, note, now).await)
    }
    async fn to_pack(&self, limit: usize) -> EngineResult<Vec<OrderId>> {
        find::to_pack(&self.db, limit).await
    }
    async fn pack(&self, order: OrderId, parcels: Vec<NewShipment>, now: Timestamp) -> EngineResult<bool> {
        program!(self.db, |tx| (parcels) process::pack(tx, order, &parcels, now).await)
    }
    async fn to_book(&self, limit: usize) -> EngineResult<Vec<Shipment>> {
        find::to_book(&self.db, limit).await
    }
    async fn book(&self, shipment: ShipmentId, tracking_number: String, now: Timestamp) -> EngineResult<bool> {
        program!(self.db, |tx| (tracking_number) process::book(tx, shipment, &tracking_number, now).await)
    }
    async fn follow(&self, update: CourierUpdate, now: Timestamp) -> EngineResult<Followed> {
        program!(self.db, |tx| (update) process::follow(tx, &update, now).await)
    }
    async fn parcels(
        &self,
        state: OrderState,
        since_before: Timestamp,
        limit: usize,
    ) -> EngineResult<Vec<TravellingParcel>> {
        find::parcels(&self.db, state, since_before, limit).await
    }
    async fn orders_by_ids(&self, ids: &[OrderId]) -> EngineResult<HashMap<OrderId, Order>> {
        read::by_ids(&self.db, ids).await
    }
    async fn archived_state(&self, owner: Owner, order: OrderId) -> EngineResult<Option<OrderState>> {
        index::archived_state(&self.db, owner, order).await
    }
    async fn order_by_number(&self, number: &str) -> EngineResult<Option<Order>> {
        read::by_number(&self.db, number).await
    }
    async fn orders_of(
        &self,
        owner: Owner,
        filter: OrderFilter,
        window: Window<OrderPosition>,
    ) -> EngineResult<Page<Order>> {
        read::of_owner(&self.db, owner, &filter, window).await
    }
    async fn orders_of_shipments(&self, ids: &[ShipmentId]) -> EngineResult<HashMap<ShipmentId, OrderId>> {
        find::orders_of_shipments(&self.db, ids).await
    }
    async fn events(&self, order: OrderId, after: u64, limit: usize) -> EngineResult<Vec<OrderEvent>> {
        find::events(&self.db, order, after, limit).await
    }
    async fn owner_events(&self, owner: Owner, after: u64, limit: usize) -> EngineResult<Vec<OrderEvent>> {
        find::owner_events(&self.db, owner, after, limit).await
    }
    async fn events_of(&self, orders: &[OrderId], up_to: u64) -> EngineResult<HashMap<OrderId, Vec<OrderEvent>>> {
        find::events_of(&self.db, orders, up_to).await
    }
    async fn newest_owner_sequence(&self, owner: Owner) -> EngineResult<u64> {
        find::newest_owner_sequence(&self.db, owner).await
    }
    async fn adopt(&self, guest: GuestId, shopper: ShopperId, _now: Timestamp) -> EngineResult<u64> {
        program!(self.db, |tx| () adopt::adopt(tx, guest, shopper).await)
    }
    async fn forget(&self, before: Timestamp, limit: usize) -> EngineResult<u64> {
        if !find::anything_old(&self.db, before).await? {
            return Ok(0);
        }
        program!(self.db, |tx| () adopt::forget(tx, before, limit.min(ROWS_MAX)).await)
    }
}
