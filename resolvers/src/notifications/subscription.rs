//! Following new messages. They are read from the store after the last one given, so each comes once and in order whatever
//! is lost on the way; the fan-out only tells when to look.

use std::{collections::VecDeque, sync::Arc};

use async_graphql::{Context, Result, Subscription};
use futures::stream::{self, BoxStream, StreamExt};
use services::{
    kernel::{caller::Owner, pages::Window},
    notifications::NotificationPosition,
};
use tokio::sync::broadcast::Receiver;

use super::types::{Notification, NotificationEdge};
use crate::{
    context::{Asking, RequestData},
    error::{Attempt, Refused, Telling},
    fanout::{Fanout, Signal, next_signal},
    pages::{NotificationCursor, position},
};

/// Messages per read.
const PAGE: usize = 100;

/// The part of the subscription root about messages.
#[derive(Default)]
pub struct NotificationsSubscription;

#[Subscription]
impl NotificationsSubscription {
    /// New messages of the shop to the caller, oldest first: each after the cursor once; without a cursor, those that come
    /// from now on. It does not end.
    async fn notification_added(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
    ) -> Result<BoxStream<'static, Result<NotificationEdge>>> {
        let fanout = ctx.data::<Fanout>()?;
        let begun = Following::begin(Arc::clone(ctx.request()), fanout, after.as_deref()).await;
        begun.map(|f| stream::unfold(Some(f), next).boxed()).map_err(|stop| ctx.stopped(stop))
    }
}

struct Following {
    request: Arc<RequestData>,
    owner: Owner,
    /// The last message given; before the first there is none.
    seen: Option<NotificationPosition>,
    ready: VecDeque<Notification>,
    signals: Receiver<Signal>,
}

impl Following {
    async fn begin(request: Arc<RequestData>, fanout: &Fanout, after: Option<&str>) -> Attempt<Self> {
        let owner = request.scope().caller.owner.ok_or(Refused::Unauthenticated)?;
        let after = after.map(position::<NotificationCursor>).transpose()?;
        // Subscribes before it reads, so that nothing falls between.
        let signals = fanout.subscribe();
        let seen = match after {
            Some(cursor) => Some((cursor.0, cursor.1)),
            None => {
                let newest = Window::Forwards { after: None, limit: 1 };
                request.shop().notifications.list(owner, newest).await?.rows.first().map(|n| (n.at, n.id.0))
            }
        };
        Ok(Self { request, owner, seen, ready: VecDeque::new(), signals })
    }

    /// The next message, waiting for it; `None` when the fan-out is gone.
    async fn added(&mut self) -> Attempt<Option<Notification>> {
        let owner = self.owner.uuid();
        loop {
            if let Some(message) = self.ready.pop_front() {
                return Ok(Some(message));
            }
            // The list is newest first: its last rows before what was seen are the oldest of the new ones.
            let newer = Window::Backwards { before: self.seen, limit: PAGE };
            let page = self.request.shop().notifications.list(self.owner, newer).await?;
            if let Some(newest) = page.rows.first() {
                self.seen = Some((newest.at, newest.id.0));
                self.ready = page.rows.into_iter().rev().map(Notification).collect();
                continue;
            }
            let meant = |s: &Signal| matches!(s, Signal::Notification { owner: o } if *o == owner);
            if next_signal(&mut self.signals, meant).await.is_none() {
                return Ok(None);
            }
        }
    }
}

async fn next(following: Option<Following>) -> Option<(Result<NotificationEdge>, Option<Following>)> {
    let mut following = following?;
    match following.added().await {
        Ok(message) => {
            let node = message?;
            following.request.renew();
            Some((Ok(NotificationEdge { cursor: node.cursor(), node }), Some(following)))
        }
        Err(stop) => Some((Err(following.request.stopped(stop)), None)),
    }
}
