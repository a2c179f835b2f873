//! Following new messages. They come from the store after the last one given.

use std::sync::Arc;

use async_graphql::{Context, Result, Subscription};
use futures::stream::{BoxStream, StreamExt};
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
    following::{Followed, follow},
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
        begun.map(|f| follow(f).boxed()).map_err(|stop| ctx.stopped(stop))
    }
}

struct Following {
    request: Arc<RequestData>,
    owner: Owner,
    /// The last message given; before the first there is none.
    seen: Option<NotificationPosition>,
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
        Ok(Self { request, owner, seen, signals })
    }
}

impl Followed for Following {
    type Told = NotificationEdge;
    fn request(&self) -> &RequestData {
        &self.request
    }
    async fn read(&mut self) -> Attempt<Vec<NotificationEdge>> {
        // The list is newest first: its last rows before what was seen are the oldest of the new ones.
        let newer = Window::Backwards { before: self.seen, limit: PAGE };
        let page = self.request.shop().notifications.list(self.owner, newer).await?;
        if let Some(newest) = page.rows.first() {
            self.seen = Some((newest.at, newest.id.0));
        }
        let edge = |node: Notification| NotificationEdge { cursor: node.cursor(), node };
        Ok(page.rows.into_iter().rev().map(|row| edge(Notification(row))).collect())
    }
    async fn wait(&mut self) -> Option<()> {
        let owner = self.owner.uuid();
        next_signal(&mut self.signals, |s| matches!(s, Signal::Notification { owner: o } if *o == owner)).await
    }
}
