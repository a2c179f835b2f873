//! Following what a store tells by position: what is there is read page by page, then whenever a signal says that there may
//! be more. What is given comes once and in order whatever is lost on the way; a signal only tells when to look. An engine
//! that fails ends the stream: its cursor continues it without a gap.

use std::collections::VecDeque;

use async_graphql::Result;
use futures::stream::{self, Stream};

use crate::{
    context::RequestData,
    error::{Attempt, Telling},
};

/// Something that is followed: gives what is there, tells whether it is over, and waits for more.
pub trait Followed: Send + 'static {
    /// What is given.
    type Told: Send;
    /// The request that asked.
    fn request(&self) -> &RequestData;
    /// The next of what is there, oldest first; empty when all was given.
    fn read(&mut self) -> impl Future<Output = Attempt<Vec<Self::Told>>> + Send;
    /// Whether nothing can come any more.
    fn is_over(&self) -> bool {
        false
    }
    /// Until there may be more; `None` when nobody will tell any more.
    fn wait(&mut self) -> impl Future<Output = Option<()>> + Send;
}

struct Following<F: Followed> {
    followed: F,
    ready: VecDeque<F::Told>,
    over: bool,
}

/// What is followed, as a stream.
pub fn follow<F: Followed>(followed: F) -> impl Stream<Item = Result<F::Told>> + Send {
    stream::unfold(Following { followed, ready: VecDeque::new(), over: false }, next)
}

async fn next<F: Followed>(mut f: Following<F>) -> Option<(Result<F::Told>, Following<F>)> {
    loop {
        if let Some(told) = f.ready.pop_front() {
            f.followed.request().renew();
            return Some((Ok(told), f));
        }
        if f.over {
            return None;
        }
        match f.followed.read().await {
            Ok(told) if told.is_empty() => {
                f.over = f.followed.is_over() || f.followed.wait().await.is_none();
            }
            Ok(told) => f.ready.extend(told),
            Err(stop) => {
                f.over = true;
                return Some((Err(f.followed.request().stopped(stop)), f));
            }
        }
    }
}
