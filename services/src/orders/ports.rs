//! What orders need from a store and from a watch over deadlines.
//!
//! Promises of [`OrderStore`], whatever database is behind it:
//! - each method is one transaction: state, stock, ledger, payment, the order's event list and the event on the log are
//!   written together or not at all;
//! - every change of state is conditional on the state before it, so of two that race exactly one happens;
//! - stock moves by a conditional update that keeps each level at zero or above, once per cause;
//! - a success under an idempotency key is remembered in the same transaction; a refusal leaves no trace;
//! - `now` is the caller's clock; a database with a clock of its own (MySQL) decides deadlines by its own.

use std::{collections::HashMap, time::Duration};

use async_trait::async_trait;

use super::{
    model::{
        CourierUpdate, OnUnavailable, Order, OrderEvent, OrderFilter, OrderPosition, OrderState, PlacementWarning,
        Quote, Shipment,
    },
    plan::Plan,
    returns::{LineUnits, ReturnAct, ReturnState, ReturnWish},
};
use crate::{
    kernel::{
        caller::Owner,
        clock::Timestamp,
        error::EngineResult,
        ids::{GuestId, OrderId, OrderLineId, PaymentId, QuoteId, RefundId, ReturnId, ShipmentId, ShopperId},
        money::Money,
        pages::{Page, Window},
    },
    payments::PaymentMethod,
};

/// Under which key something happens once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// `placeOrder`, `retryPayment`, `cancelOrder`, `requestReturn` and so on.
    pub operation: &'static str,
    /// Made by the caller.
    pub key: String,
    /// Hash of the input, hexadecimal.
    pub input_hash: String,
}

/// What was answered under a key before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Hash of the input then.
    pub input_hash: String,
    /// The order that it made or changed.
    pub order: OrderId,
    /// What was left out.
    pub warnings: Vec<PlacementWarning>,
}

/// A warehouse that may serve a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The warehouse, by node code.
    pub warehouse: String,
    /// The courier from there.
    pub courier: String,
    /// It arrives by then.
    pub promised_by: Timestamp,
    /// What a parcel from there costs.
    pub delivery: Money,
}

/// An order to be written.
#[derive(Clone, Debug)]
pub struct Placing {
    /// What it will be, but for what stock allows.
    pub plan: Plan,
    /// For each line of the plan the warehouses that may serve it, best first.
    pub candidates: Vec<Vec<Candidate>>,
    /// What to do when none of them has enough.
    pub on_unavailable: OnUnavailable,
    /// Under which key.
    pub once: Once,
    /// How long stock is held for the payment.
    pub reservation: Duration,
}

/// What became of placing.
#[derive(Clone, Debug, PartialEq)]
pub enum Placed {
    /// Written.
    Done {
        /// The order.
        order: Box<Order>,
        /// What was left out.
        warnings: Vec<PlacementWarning>,
    },
    /// The key was used before: nothing was written now.
    Answered(Answered),
    /// Stock did not allow it: nothing was written.
    Short(Vec<Shortage>),
    /// The quote, or the order that is tried again, has a live order already.
    QuoteUsed(OrderId),
    /// The quote's time is over, by the store's clock.
    QuoteExpired,
    /// The quote is not there, or not the owner's.
    NoSuchQuote,
}

/// A line that no candidate could serve whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// Position in the plan.
    pub line: usize,
    /// The most that one candidate had.
    pub available: u32,
}

/// What a provider decided about a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The money is there.
    Succeeded {
        /// The provider's reference.
        reference: Option<String>,
    },
    /// Refused.
    Declined {
        /// The provider's reference.
        reference: Option<String>,
        /// Why, for people.
        reason: String,
    },
}

/// A verdict to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settling {
    /// The payment.
    pub payment: PaymentId,
    /// What was decided.
    pub verdict: Verdict,
    /// The amount that the provider names; when it differs from the payment's, nothing is recorded.
    pub amount: Option<Money>,
    /// The provider's id of its message: the same one again does nothing.
    pub message: Option<String>,
    /// Id of the refund, should the success come too late.
    pub refund: RefundId,
}

/// What became of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The order took its step.
    Done(OrderId, OrderState),
    /// The money came too late: a refund is due.
    Late(OrderId),
    /// Known already, by this message or another.
    Already(OrderId),
    /// There is no such payment.
    NoSuchPayment,
    /// The amount is not the payment's.
    WrongAmount(OrderId),
}

/// An order, or lines of it, to be called off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancelling {
    /// Whose.
    pub owner: Owner,
    /// Which.
    pub order: OrderId,
    /// Which lines and how many of each; empty: all that are not called off yet. No line twice.
    pub lines: Vec<LineUnits>,
    /// Why, for people.
    pub reason: Option<String>,
    /// Under which key.
    pub once: Once,
    /// Id of the refund, should one be due.
    pub refund: RefundId,
}

/// What became of calling off.
#[derive(Clone, Debug, PartialEq)]
pub enum Cancelled {
    /// Done; the order after it.
    Done(Box<Order>),
    /// The key was used before.
    Answered(Answered),
    /// There is no such order of the owner.
    NoSuchOrder,
    /// The order has no such line.
    NoSuchLine,
    /// It is too late, or called off already.
    TooLate(OrderState),
    /// More units than are left.
    TooMany {
        /// Of which line.
        line: OrderLineId,
        /// Units that could be called off.
        left: u32,
    },
    /// Single lines cannot be called off while the payment is awaited.
    Unpaid,
}

/// Units to be sent back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskingReturn {
    /// Whose order.
    pub owner: Owner,
    /// Which order.
    pub order: OrderId,
    /// The return's id.
    pub id: ReturnId,
    /// What; no line twice.
    pub lines: Vec<ReturnWish>,
    /// Under which key.
    pub once: Once,
}

/// What became of asking for a return.
#[derive(Clone, Debug, PartialEq)]
pub enum ReturnAsked {
    /// Done; the order after it.
    Done(Box<Order>),
    /// The key was used before.
    Answered(Answered),
    /// There is no such order of the owner.
    NoSuchOrder,
    /// The order has no such line.
    NoSuchLine,
    /// The line has not arrived, or came back already.
    NotDelivered(OrderState),
    /// More units than are left, counting all returns.
    TooMany {
        /// Of which line.
        line: OrderLineId,
        /// Units that could be sent back.
        left: u32,
    },
}

/// Something that staff do with a return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandlingReturn {
    /// Who, for the key.
    pub by: Owner,
    /// Which return.
    pub id: ReturnId,
    /// What.
    pub act: ReturnAct,
    /// Under which key.
    pub once: Once,
    /// Id of the refund, should one be due.
    pub refund: RefundId,
}

/// What became of an act on a return.
#[derive(Clone, Debug, PartialEq)]
pub enum ReturnHandled {
    /// Done; the order after it.
    Done(Box<Order>),
    /// The key was used before.
    Answered(Answered),
    /// There is no such return.
    NoSuchReturn,
    /// The act is not for a return that stands here.
    WrongState(ReturnState),
    /// The decisions do not name each line of the return once, with all of its units.
    Miscounted,
}

/// What a charge job asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChargeWork {
    /// Charge: the provider was not asked before.
    Charge,
    /// The provider was asked before: ask what became of it; charge again under the same key only when it never saw it.
    Find,
    /// The order is dead: call the charge off.
    CallOff,
}

/// A charge that is due, leased to one worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeJob {
    /// The order.
    pub order: OrderId,
    /// Its payment.
    pub payment: PaymentId,
    /// The provider's idempotency key: order id and attempt.
    pub key: String,
    /// The provider's token.
    pub token: String,
    /// How much.
    pub amount: Money,
    /// What to do.
    pub work: ChargeWork,
    /// How often this job was taken, this time included.
    pub tries: u32,
}

/// What to do with a charge job that is not decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChargeNote {
    /// Nothing more to do: the charge was called off and took no money.
    CalledOff,
    /// Ask again then.
    Later {
        /// When.
        at: Timestamp,
        /// The provider's reference, when it has one.
        reference: Option<String>,
        /// A page that the shopper must open.
        redirect_url: Option<String>,
    },
}

/// A refund that is due, leased to one worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundJob {
    /// The refund; the provider's idempotency key.
    pub refund: RefundId,
    /// The order.
    pub order: OrderId,
    /// Idempotency key of the charge that it takes from.
    pub charge_key: String,
    /// How much.
    pub amount: Money,
    /// How often this job was taken, this time included.
    pub tries: u32,
}

/// What became of a refund job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundNote {
    /// The money went back.
    Succeeded,
    /// The provider cannot; people look after it.
    Failed,
    /// Try again then.
    Later(Timestamp),
}

/// A parcel to be packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewShipment {
    /// Its id.
    pub id: ShipmentId,
    /// Where it starts.
    pub warehouse: String,
    /// Who carries it.
    pub courier: String,
    /// What is in it.
    pub lines: Vec<OrderLineId>,
    /// When it should arrive.
    pub expected_by: Timestamp,
}

/// What became of a courier's message.
#[derive(Clone, Debug, PartialEq)]
pub enum Followed {
    /// The parcel moved, or had moved before; as it is now.
    Known(Shipment),
    /// There is no such parcel.
    NoSuchParcel,
}

/// A parcel with the instant of its last step.
#[derive(Clone, Debug, PartialEq)]
pub struct TravellingParcel {
    /// The parcel.
    pub shipment: Shipment,
    /// When it came into its state.
    pub since: Timestamp,
}

/// The store of quotes, orders, payments, refunds and parcels.
#[async_trait]
pub trait OrderStore: Send + Sync + 'static {
    /// Keeps a quote.
    async fn save_quote(&self, quote: Quote, now: Timestamp) -> EngineResult<()>;
    /// A quote, whosever it is.
    async fn quote(&self, id: QuoteId) -> EngineResult<Option<Quote>>;
    /// What was answered under a key.
    async fn answered(&self, owner: Owner, operation: &'static str, key: &str) -> EngineResult<Option<Answered>>;
    /// Writes an order, its lines, its payment and its first event, and holds the stock.
    async fn place(&self, placing: Placing, now: Timestamp) -> EngineResult<Placed>;
    /// Records what a provider decided. A success after the order's end makes exactly one refund.
    async fn settle(&self, settling: Settling, now: Timestamp) -> EngineResult<Settled>;
    /// Orders whose deadline is over, oldest first.
    async fn due(&self, limit: usize, now: Timestamp) -> EngineResult<Vec<OrderId>>;
    /// Ends an unpaid order whose deadline is over and gives its stock back; false when it was not (or not yet) so.
    async fn expire(&self, order: OrderId, now: Timestamp) -> EngineResult<bool>;
    /// Calls off an order or lines of it, with stock and money.
    async fn cancel(&self, cancelling: Cancelling, now: Timestamp) -> EngineResult<Cancelled>;
    /// Asks for a return: the units count as coming back from now on. Over all returns of a line they never exceed what
    /// was bought and not called off.
    async fn ask_return(&self, asking: AskingReturn, now: Timestamp) -> EngineResult<ReturnAsked>;
    /// Takes a return one step on; a decision moves stock and makes the refund due, once.
    async fn handle_return(&self, handling: HandlingReturn, now: Timestamp) -> EngineResult<ReturnHandled>;
    /// Returns that wait for a decision, oldest first, with their orders.
    async fn open_returns(&self, limit: usize) -> EngineResult<Vec<(ReturnId, OrderId)>>;
    /// Takes due charge jobs for `lease`. What was taken is recorded before the answer, so that after a crash the provider
    /// is asked what became of the charge.
    async fn claim_charges(&self, limit: usize, lease: Duration, now: Timestamp) -> EngineResult<Vec<ChargeJob>>;
    /// Records that a charge is not decided yet, or was called off.
    async fn note_charge(&self, order: OrderId, note: ChargeNote, now: Timestamp) -> EngineResult<()>;
    /// Takes due refunds for `lease`.
    async fn claim_refunds(&self, limit: usize, lease: Duration, now: Timestamp) -> EngineResult<Vec<RefundJob>>;
    /// Records what became of a refund.
    async fn note_refund(&self, refund: RefundId, note: RefundNote, now: Timestamp) -> EngineResult<()>;
    /// Orders that wait to be packed, oldest first.
    async fn to_pack(&self, limit: usize) -> EngineResult<Vec<OrderId>>;
    /// Packs the placed lines of an order into parcels; false when there were none any more.
    async fn pack(&self, order: OrderId, parcels: Vec<NewShipment>, now: Timestamp) -> EngineResult<bool>;
    /// Parcels that wait to be booked, oldest first.
    async fn to_book(&self, limit: usize) -> EngineResult<Vec<Shipment>>;
    /// Books a parcel under the courier's number; false when it was booked or called off before.
    async fn book(&self, shipment: ShipmentId, tracking_number: String, now: Timestamp) -> EngineResult<bool>;
    /// Follows a courier's message; one that is late or repeated changes nothing.
    async fn follow(&self, update: CourierUpdate, now: Timestamp) -> EngineResult<Followed>;
    /// Booked parcels in a state since before an instant, oldest first.
    async fn parcels(
        &self,
        state: OrderState,
        since_before: Timestamp,
        limit: usize,
    ) -> EngineResult<Vec<TravellingParcel>>;
    /// Orders by id; those that are not there are missing.
    async fn orders_by_ids(&self, ids: &[OrderId]) -> EngineResult<HashMap<OrderId, Order>>;
    /// The state of an owner's order whose parts are in the archive; `None` when there is none such.
    async fn archived_state(&self, owner: Owner, order: OrderId) -> EngineResult<Option<OrderState>>;
    /// An order by its number.
    async fn order_by_number(&self, number: &str) -> EngineResult<Option<Order>>;
    /// Orders of an owner, newest first.
    async fn orders_of(
        &self,
        owner: Owner,
        filter: OrderFilter,
        window: Window<OrderPosition>,
    ) -> EngineResult<Page<Order>>;
    /// The order of each parcel.
    async fn orders_of_shipments(&self, ids: &[ShipmentId]) -> EngineResult<HashMap<ShipmentId, OrderId>>;
    /// Events of an order after a sequence, in order.
    async fn events(&self, order: OrderId, after: u64, limit: usize) -> EngineResult<Vec<OrderEvent>>;
    /// Events of all orders of an owner after the owner's sequence, in order.
    async fn owner_events(&self, owner: Owner, after: u64, limit: usize) -> EngineResult<Vec<OrderEvent>>;
    /// The events of several orders, in order, up to the sequence `up_to` of each.
    async fn events_of(&self, orders: &[OrderId], up_to: u64) -> EngineResult<HashMap<OrderId, Vec<OrderEvent>>>;
    /// The owner's sequence of the newest event of all orders of the owner; 0 when there is none.
    async fn newest_owner_sequence(&self, owner: Owner) -> EngineResult<u64>;
    /// Gives a guest's quotes, keys and orders to a shopper; the events are appended to the shopper's sequence. Once.
    async fn adopt(&self, guest: GuestId, shopper: ShopperId, now: Timestamp) -> EngineResult<u64>;
    /// Forgets quotes that expired before an instant and keys used before it; answers how many rows went, at most `limit`
    /// of each.
    async fn forget(&self, before: Timestamp, limit: usize) -> EngineResult<u64>;
}

/// Watches over deadlines, so that expiry is quick. Never the truth: what it forgets, [`OrderStore::due`] finds.
#[async_trait]
pub trait Deadlines: Send + Sync + 'static {
    /// Watches an order.
    async fn set(&self, order: OrderId, at: Timestamp) -> EngineResult<()>;
    /// Stops watching.
    async fn clear(&self, order: OrderId) -> EngineResult<()>;
    /// Takes orders whose time is over off the list.
    async fn due(&self, limit: usize, now: Timestamp) -> EngineResult<Vec<OrderId>>;
    /// The next deadline.
    async fn next(&self) -> EngineResult<Option<Timestamp>>;
}

/// Whether a method is paid through the provider.
pub fn needs_provider(method: PaymentMethod) -> bool {
    method != PaymentMethod::CashOnDelivery
}
