//! Following the cart, also when another tab or device changes it.

use std::sync::Arc;

use async_graphql::{Context, Result, Subscription};
use futures::stream::{self, BoxStream, StreamExt};
use services::kernel::{caller::Owner, ids::CartId};
use tokio::sync::broadcast::Receiver;

use super::types::Cart;
use crate::{
    context::{Asking, RequestData},
    error::{Attempt, Refused, Telling},
    fanout::{Fanout, Signal, next_signal},
};

/// The part of the subscription root about carts.
#[derive(Default)]
pub struct CartsSubscription;

#[Subscription]
impl CartsSubscription {
    /// The cart, whenever it changed, also by another tab or device.
    async fn cart_updated(&self, ctx: &Context<'_>) -> Result<BoxStream<'static, Result<Cart>>> {
        let fanout = ctx.data::<Fanout>()?;
        let begun = Following::begin(Arc::clone(ctx.request()), fanout).await;
        begun.map(|f| stream::unfold(Some(f), next).boxed()).map_err(|stop| ctx.stopped(stop))
    }
}

struct Following {
    request: Arc<RequestData>,
    owner: Owner,
    seen: (CartId, u64),
    signals: Receiver<Signal>,
}

impl Following {
    async fn begin(request: Arc<RequestData>, fanout: &Fanout) -> Attempt<Self> {
        let owner = request.scope().caller.owner.ok_or(Refused::Unauthenticated)?;
        let signals = fanout.subscribe();
        let cart = request.shop().carts.cart(owner).await?;
        Ok(Self { request, owner, seen: (cart.id, cart.version), signals })
    }
    async fn changed(&mut self) -> Attempt<Option<Cart>> {
        let owner = self.owner.uuid();
        loop {
            let meant = |s: &Signal| matches!(s, Signal::Cart { owner: o } if *o == owner);
            if next_signal(&mut self.signals, meant).await.is_none() {
                return Ok(None);
            }
            let cart = self.request.shop().carts.cart(self.owner).await?;
            let version = (cart.id, cart.version);
            if version != self.seen {
                self.seen = version;
                return Ok(Some(cart.into()));
            }
        }
    }
}

async fn next(following: Option<Following>) -> Option<(Result<Cart>, Option<Following>)> {
    let mut following = following?;
    match following.changed().await {
        Ok(cart) => {
            let cart = cart?;
            following.request.renew();
            Some((Ok(cart), Some(following)))
        }
        Err(stop) => Some((Err(following.request.stopped(stop)), None)),
    }
}
