//! Following orders. Events come from the store by sequence.

use std::sync::Arc;

use async_graphql::{Context, ID, Result, Subscription};
use futures::stream::{BoxStream, StreamExt};
use services::{
    kernel::{caller::Owner, ids::OrderId},
    orders::{self, states},
};
use tokio::sync::broadcast::Receiver;

use super::events::OrderEvent;
use crate::{
    context::{Asking, RequestData},
    error::{Attempt, Refused, Telling},
    fanout::{Fanout, Signal, next_signal},
    following::{Followed, follow},
    ids,
    pages::{MyOrderEventCursor, OrderEventCursor, position},
};

/// Events per read.
const PAGE: usize = 100;

/// The part of the subscription root about orders.
#[derive(Default)]
pub struct OrdersSubscription;

#[Subscription]
impl OrdersSubscription {
    /// What happens to one order: each event after the cursor once and in order; without a cursor, its state now and then
    /// what follows. Ends at a final state.
    async fn order_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] order_id: ID,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
    ) -> Result<BoxStream<'static, Result<OrderEvent>>> {
        let fanout = ctx.data::<Fanout>()?;
        let begun = One::begin(Arc::clone(ctx.request()), fanout, &order_id, after.as_deref()).await;
        begun.map(|one| follow(one).boxed()).map_err(|stop| ctx.stopped(stop))
    }
    /// What happens to any order of the caller: each event after the cursor once and in order; without a cursor, the newest
    /// one and then what follows. It does not end.
    async fn my_order_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
    ) -> Result<BoxStream<'static, Result<OrderEvent>>> {
        let fanout = ctx.data::<Fanout>()?;
        let begun = Mine::begin(Arc::clone(ctx.request()), fanout, after.as_deref()).await;
        begun.map(|mine| follow(mine).boxed()).map_err(|stop| ctx.stopped(stop))
    }
}

/// One order.
struct One {
    request: Arc<RequestData>,
    owner: Owner,
    order: OrderId,
    state: orders::OrderState,
    seen: u64,
    gone: bool,
    signals: Receiver<Signal>,
}

impl One {
    async fn begin(request: Arc<RequestData>, fanout: &Fanout, order_id: &ID, after: Option<&str>) -> Attempt<Self> {
        let owner = request.scope().caller.owner.ok_or(Refused::Unauthenticated)?;
        let id: OrderId = ids::parse(order_id).map_err(|e| Refused::Argument("orderId", e.to_string()))?;
        let after = after.map(position::<OrderEventCursor>).transpose()?;
        let signals = fanout.subscribe();
        let order = request.shop().history.one(owner, id).await?.ok_or(Refused::NotFound("order"))?;
        let seen = match after {
            Some(cursor) if cursor.0 > order.sequence => return Err(Refused::Cursor.into()),
            Some(cursor) => cursor.0,
            // The newest event is the snapshot: it tells the state now and carries the sequence to go on from.
            None => order.sequence.saturating_sub(1),
        };
        Ok(Self { request, owner, order: id, state: order.state, seen, gone: false, signals })
    }
}

impl Followed for One {
    type Told = OrderEvent;
    fn request(&self) -> &RequestData {
        &self.request
    }
    async fn read(&mut self) -> Attempt<Vec<OrderEvent>> {
        let orders = &self.request.shop().orders;
        let events = orders.events(self.order, self.seen, PAGE).await?;
        let Some(last) = events.last() else { return Ok(Vec::new()) };
        let (seen, state) = (last.sequence, last.state);
        let Some(order) = self.request.shop().history.one(self.owner, self.order).await? else {
            self.gone = true;
            return Ok(Vec::new());
        };
        (self.seen, self.state) = (seen, state);
        let order = Arc::new(order);
        Ok(events.into_iter().map(|e| OrderEvent::of_order(e, Arc::clone(&order))).collect())
    }
    fn is_over(&self) -> bool {
        self.gone || states::is_final(self.state)
    }
    async fn wait(&mut self) -> Option<()> {
        let order = self.order.0;
        next_signal(&mut self.signals, |s| matches!(s, Signal::Order { order: o, .. } if *o == order)).await
    }
}

/// All orders of an owner.
struct Mine {
    request: Arc<RequestData>,
    owner: Owner,
    seen: u64,
    signals: Receiver<Signal>,
}

impl Mine {
    async fn begin(request: Arc<RequestData>, fanout: &Fanout, after: Option<&str>) -> Attempt<Self> {
        let owner = request.scope().caller.owner.ok_or(Refused::Unauthenticated)?;
        let after = after.map(position::<MyOrderEventCursor>).transpose()?;
        let signals = fanout.subscribe();
        let newest = request.shop().orders.newest_owner_sequence(owner).await?;
        let seen = match after {
            Some(cursor) if cursor.0 > newest => return Err(Refused::Cursor.into()),
            Some(cursor) => cursor.0,
            None => newest.saturating_sub(1),
        };
        Ok(Self { request, owner, seen, signals })
    }
}

impl Followed for Mine {
    type Told = OrderEvent;
    fn request(&self) -> &RequestData {
        &self.request
    }
    async fn read(&mut self) -> Attempt<Vec<OrderEvent>> {
        let service = &self.request.shop().orders;
        loop {
            let events = service.owner_events(self.owner, self.seen, PAGE).await?;
            let Some(last) = events.last() else { return Ok(Vec::new()) };
            let seen = last.owner_sequence;
            let mut wanted: Vec<OrderId> = events.iter().map(|e| e.order).collect();
            wanted.sort_unstable();
            wanted.dedup();
            let found = service.by_ids(self.owner, &wanted).await?;
            let found: std::collections::HashMap<_, _> = found.into_iter().map(|(id, o)| (id, Arc::new(o))).collect();
            self.seen = seen;
            let with_order = |e: orders::OrderEvent| {
                let order = Arc::clone(found.get(&e.order)?);
                Some(OrderEvent::of_owner(e, order))
            };
            let told: Vec<OrderEvent> = events.into_iter().filter_map(with_order).collect();
            // A page whose orders are all gone says nothing; the sequence went on, so this ends.
            if !told.is_empty() {
                return Ok(told);
            }
        }
    }
    async fn wait(&mut self) -> Option<()> {
        let owner = self.owner.uuid();
        next_signal(&mut self.signals, |s| matches!(s, Signal::Order { owner: o, .. } if *o == owner)).await
    }
}
