//! The order service: load, decide, persist. What a shopper asks for is here; what workers drive is in `steps`.

use std::{collections::HashMap, fmt, sync::Arc};

use super::{
    error::Error,
    model::{
        CourierUpdate, Order, OrderEvent, OrderFilter, OrderPosition, OrderState, PaymentChoice, PlaceOrder, Placement,
        Quote, Shipment, WantedLine,
    },
    placing::InFlight,
    ports::{Cancelled, Cancelling, Deadlines, Followed, Once, OrderStore, TravellingParcel},
    quoting::Wanted,
    returns::LineUnits,
    settings::OrderSettings,
    states, tokens,
};
use crate::{
    inventory::Inventory,
    items::Items,
    kernel::{
        caller::Owner,
        clock::{Clock, Timestamp},
        error::{EngineError, EngineResult},
        ids::{GuestId, IdSource, OrderId, OrderLineId, QuoteId, RefundId, ShipmentId, ShopperId},
        limits::IDEMPOTENCY_KEY_MAX,
        money::Money,
        pages::{Page, Window},
    },
    payments::{PaymentMethod, ports::Provider},
    serviceability::Serviceability,
    users::{PostalAddress, Users},
};

/// What the order service stands on.
#[derive(Clone)]
pub struct OrderParts {
    /// Quotes, orders, payments, refunds, parcels.
    pub store: Arc<dyn OrderStore>,
    /// Takes and returns the money.
    pub provider: Arc<dyn Provider>,
    /// Makes expiry quick.
    pub deadlines: Arc<dyn Deadlines>,
    /// Titles and prices.
    pub items: Items,
    /// Stock.
    pub inventory: Inventory,
    /// Promises.
    pub serviceability: Serviceability,
    /// Accounts: the rules of an address, the mail address.
    pub users: Users,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ids and secrets.
    pub ids: Arc<dyn IdSource>,
}

/// Orders. Cheap to clone.
#[derive(Clone)]
pub struct Orders {
    pub(super) parts: Arc<OrderParts>,
    pub(super) settings: Arc<OrderSettings>,
    pub(super) in_flight: InFlight,
}

impl fmt::Debug for Orders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Orders").finish_non_exhaustive()
    }
}

/// Most rows of one answer of events.
pub const EVENTS_MAX: usize = 500;
/// Longest reason of a cancellation, bytes.
pub(super) const REASON_MAX: usize = 500;

impl Orders {
    /// On these parts.
    pub fn new(parts: OrderParts, settings: OrderSettings) -> Self {
        Self { parts: Arc::new(parts), settings: Arc::new(settings), in_flight: InFlight::default() }
    }

    /// Freezes prices, charges and promises for lines to an address. `from_cart`: the lines leave the cart once the order
    /// is placed. The promise is computed for a payment at the quote's expiry.
    pub async fn quote(
        &self,
        owner: Owner,
        lines: Vec<WantedLine>,
        from_cart: bool,
        address: PostalAddress,
        email: Option<String>,
    ) -> Result<Quote, Error> {
        let quote = self.draw_up(Wanted { owner, lines, from_cart, address, email, retry_of: None }).await?;
        self.parts.store.save_quote(quote.clone(), self.now()).await?;
        Ok(quote)
    }

    /// A quote of the owner.
    pub async fn find_quote(&self, owner: Owner, id: QuoteId) -> Result<Option<Quote>, Error> {
        Ok(self.parts.store.quote(id).await?.filter(|q| q.owner == owner))
    }

    /// Places what was quoted: stock is held at once, then the payment is taken by a worker.
    pub async fn place(&self, owner: Owner, request: PlaceOrder) -> Result<Placement, Error> {
        check_key(&request.idempotency_key)?;
        self.place_quoted(owner, request).await
    }

    /// Places the lines of a FAILED or EXPIRED order again, at today's prices and promises.
    pub async fn retry(
        &self,
        owner: Owner,
        order: OrderId,
        expected_total: Money,
        payment: PaymentChoice,
        key: String,
    ) -> Result<Placement, Error> {
        check_key(&key)?;
        self.place_again(owner, order, expected_total, payment, key).await
    }

    /// Calls off an order, or units of its lines, before it is shipped. Stock and money go back exactly once.
    pub async fn cancel(
        &self,
        owner: Owner,
        order: OrderId,
        lines: Vec<LineUnits>,
        reason: Option<String>,
        key: String,
    ) -> Result<Order, Error> {
        check_key(&key)?;
        if reason.as_ref().is_some_and(|r| r.len() > REASON_MAX) {
            return Err(Error::Invalid { field: "reason", message: format!("at most {REASON_MAX} bytes: shorten it") });
        }
        let given: Vec<OrderLineId> = lines.iter().map(|l| l.line).collect();
        let lines = distinct(lines)?;
        let now = self.now();
        let input_hash = cancel_hash(order, &lines, reason.as_deref());
        let once = Once { operation: "cancelOrder", key, input_hash: input_hash.clone() };
        let refund = RefundId(self.parts.ids.next(now));
        let cancelling = Cancelling { owner, order, lines, reason, once, refund };
        match self.parts.store.cancel(cancelling, now).await? {
            Cancelled::Done(order) => {
                if states::is_dead(order.state) {
                    self.unwatch(order.id).await;
                }
                Ok(*order)
            }
            Cancelled::Answered(a) if a.input_hash != input_hash => Err(Error::KeyReused),
            Cancelled::Answered(a) => self.one(owner, a.order).await,
            Cancelled::NoSuchOrder => Err(Error::NotFound("order")),
            Cancelled::NoSuchLine => Err(Error::NotFound("order line")),
            Cancelled::TooLate(state) => Err(Error::WrongState { state, message: too_late(state) }),
            Cancelled::TooMany { line, left } => Err(Error::TooMany { line: place_of(&given, line), left }),
            Cancelled::Unpaid => Err(Error::WrongState {
                state: OrderState::Created,
                message: "the payment is still awaited: cancel the whole order, or wait until it is placed".into(),
            }),
        }
    }

    /// Orders by id, only the owner's.
    pub async fn by_ids(&self, owner: Owner, ids: &[OrderId]) -> EngineResult<HashMap<OrderId, Order>> {
        let mut found = self.any_by_ids(ids).await?;
        found.retain(|_, o| o.owner == owner);
        Ok(found)
    }

    /// Orders by id, whosever they are: for staff and workers.
    pub async fn any_by_ids(&self, ids: &[OrderId]) -> EngineResult<HashMap<OrderId, Order>> {
        if ids.is_empty() { Ok(HashMap::new()) } else { self.parts.store.orders_by_ids(ids).await }
    }

    /// A guest's order, by its number and the token given when it was placed.
    pub async fn guest_order(&self, number: &str, token: &str) -> EngineResult<Option<Order>> {
        if number.len() > 32 || token.len() > 128 {
            return Ok(None);
        }
        let order = self.parts.store.order_by_number(number).await?;
        Ok(order.filter(|o| self.opens(o.id, token)))
    }

    /// Whether a token opens an order.
    pub fn opens(&self, order: OrderId, token: &str) -> bool {
        tokens::opens(&self.settings.guest_secret, order, token)
    }

    /// The token that opens an order without an account; `None` unless the order is a guest's.
    pub fn guest_token(&self, order: &Order) -> Option<String> {
        matches!(order.owner, Owner::Guest(_)).then(|| tokens::guest_token(&self.settings.guest_secret, order.id))
    }

    /// Orders of an owner, newest first.
    pub async fn orders_of(
        &self,
        owner: Owner,
        filter: OrderFilter,
        window: Window<OrderPosition>,
    ) -> EngineResult<Page<Order>> {
        self.parts.store.orders_of(owner, filter, window).await
    }

    /// Events of an order after a sequence, in order. The caller has checked whose order it is.
    pub async fn events(&self, order: OrderId, after: u64, limit: usize) -> EngineResult<Vec<OrderEvent>> {
        self.parts.store.events(order, after, limit.min(EVENTS_MAX)).await
    }

    /// Events of all orders of an owner after the owner's sequence, in order.
    pub async fn owner_events(&self, owner: Owner, after: u64, limit: usize) -> EngineResult<Vec<OrderEvent>> {
        self.parts.store.owner_events(owner, after, limit.min(EVENTS_MAX)).await
    }

    /// The first [`EVENTS_MAX`] events of several orders, in order. The caller has checked whose orders they are.
    pub async fn events_of(&self, orders: &[OrderId]) -> EngineResult<HashMap<OrderId, Vec<OrderEvent>>> {
        if orders.is_empty() { Ok(HashMap::new()) } else { self.parts.store.events_of(orders, EVENTS_MAX as u64).await }
    }

    /// The owner's sequence of the newest event of all orders of the owner; 0 when there is none.
    pub async fn newest_owner_sequence(&self, owner: Owner) -> EngineResult<u64> {
        self.parts.store.newest_owner_sequence(owner).await
    }

    /// The orders of parcels, whosever they are.
    pub async fn orders_of_shipments(&self, ids: &[ShipmentId]) -> EngineResult<HashMap<ShipmentId, OrderId>> {
        if ids.is_empty() { Ok(HashMap::new()) } else { self.parts.store.orders_of_shipments(ids).await }
    }

    /// The ways to pay for a quote.
    pub fn payment_methods(&self, quote: &Quote) -> Vec<PaymentMethod> {
        self.settings.charges.methods(quote.total, quote.lines.iter().map(|l| l.handling))
    }

    /// Follows a courier's message about a parcel. One that is late or repeated changes nothing.
    pub async fn courier_update(&self, update: CourierUpdate) -> Result<Shipment, Error> {
        if !matches!(update.state, OrderState::Shipped | OrderState::OutForDelivery | OrderState::Delivered) {
            return Err(Error::Invalid {
                field: "state",
                message: "a courier says SHIPPED, OUT_FOR_DELIVERY or DELIVERED".into(),
            });
        }
        match self.parts.store.follow(update, self.now()).await? {
            Followed::Known(shipment) => Ok(shipment),
            Followed::NoSuchParcel => Err(Error::NotFound("parcel")),
        }
    }

    /// Booked parcels that have been in a state since before an instant, oldest first.
    pub async fn parcels(
        &self,
        state: OrderState,
        since_before: Timestamp,
        limit: usize,
    ) -> EngineResult<Vec<TravellingParcel>> {
        self.parts.store.parcels(state, since_before, limit).await
    }

    /// Gives what a guest quoted and ordered to the shopper who signed in. Once; answers how many orders moved.
    pub async fn adopt(&self, guest: GuestId, shopper: ShopperId) -> EngineResult<u64> {
        self.parts.store.adopt(guest, shopper, self.now()).await
    }

    pub(super) fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    pub(super) async fn one(&self, owner: Owner, id: OrderId) -> Result<Order, Error> {
        let mut found = self.by_ids(owner, &[id]).await?;
        if let Some(order) = found.remove(&id) {
            return Ok(order);
        }
        let archived = self.parts.store.archived_state(owner, id).await?;
        Err(archived.map_or(Error::NotFound("order"), |state| {
            let message = "it ended long ago and is in the archive: it can be read, and its items ordered anew".into();
            Error::WrongState { state, message }
        }))
    }

    /// The watch only makes expiry quick, so its failure is told and otherwise ignored.
    pub(super) async fn watch(&self, order: OrderId, at: Timestamp) {
        if let Err(e) = self.parts.deadlines.set(order, at).await {
            note_watch(&e);
        }
    }

    pub(super) async fn unwatch(&self, order: OrderId) {
        if let Err(e) = self.parts.deadlines.clear(order).await {
            note_watch(&e);
        }
    }
}

fn note_watch(e: &EngineError) {
    tracing::warn!(error = %e, "the deadline watch failed; the sweep over the store stands in");
}

/// Each line once, in the order of their ids, so that the order of the input does not matter.
fn distinct(mut lines: Vec<LineUnits>) -> Result<Vec<LineUnits>, Error> {
    lines.sort_unstable();
    lines.dedup();
    let twice = lines.windows(2).any(|pair| matches!(pair, [a, b] if a.line == b.line));
    if twice {
        return Err(Error::Invalid { field: "lines", message: "a line stands twice: put both into one".into() });
    }
    if lines.iter().any(|l| l.quantity == Some(0)) {
        return Err(Error::Invalid { field: "lines", message: "a quantity is 1 or more: leave the line out".into() });
    }
    Ok(lines)
}

/// Without quantities the hash is what it was before there were any, so that old keys go on to be known.
fn cancel_hash(order: OrderId, lines: &[LineUnits], reason: Option<&str>) -> String {
    if lines.iter().all(|l| l.quantity.is_none()) {
        let lines: Vec<OrderLineId> = lines.iter().map(|l| l.line).collect();
        return tokens::input_hash(&("cancelOrder", order, lines, reason));
    }
    tokens::input_hash(&("cancelOrder", order, lines, reason))
}

/// The place of a line in the input.
pub(super) fn place_of(given: &[OrderLineId], line: OrderLineId) -> usize {
    given.iter().position(|l| *l == line).unwrap_or(0)
}

pub(super) fn check_key(key: &str) -> Result<(), Error> {
    let good = !key.is_empty() && key.len() <= IDEMPOTENCY_KEY_MAX && !key.chars().any(char::is_control);
    good.then_some(()).ok_or_else(|| Error::Invalid {
        field: "idempotencyKey",
        message: format!(
            "1 to {IDEMPOTENCY_KEY_MAX} bytes without control characters: make a new one per attempt, such as a UUID"
        ),
    })
}

fn too_late(state: OrderState) -> String {
    match state {
        OrderState::Shipped | OrderState::OutForDelivery => {
            "it is with the courier: refuse the parcel at the door, or send it back once it arrived".into()
        }
        OrderState::Delivered => "it has arrived: send it back instead".into(),
        _ => "it has ended already: there is nothing left to cancel".into(),
    }
}
