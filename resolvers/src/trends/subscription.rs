//! Following a trend: the report now, then whenever its lines are others.

use std::{sync::Arc, time::Duration};

use async_graphql::{Context, Result, Subscription};
use futures::{StreamExt, stream::BoxStream};
use services::trends::Entry;

use super::types::{TrendKind, TrendReport, TrendWindow, Wanted};
use crate::{
    context::{Asking, RequestData},
    error::{Attempt, Telling},
    following::{Followed, follow},
};

/// How often it is looked; all subscribers of a process share a reading of the store.
const LOOK: Duration = Duration::from_secs(1);

/// The part of the subscription root about trends.
#[derive(Default)]
pub struct TrendsSubscription;

#[Subscription]
impl TrendsSubscription {
    /// What moved in the shop: the report now, then whenever its lines changed. It does not end.
    async fn trending_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How far back.")] window: TrendWindow,
        #[graphql(desc = "What is counted.")] kind: TrendKind,
        #[graphql(default = 10, desc = "Lines at most, 1 to 100.")] first: i32,
    ) -> Result<BoxStream<'static, Result<TrendReport>>> {
        let request = Arc::clone(ctx.request());
        let following = Following { request, wanted: Wanted { window, kind, first }, told: None };
        // Refused at once rather than by the first event.
        let allowed = TrendReport::read(&ctx.scope(), following.wanted).await;
        allowed.map(|_| follow(following).boxed()).map_err(|stop| ctx.stopped(stop))
    }
}

struct Following {
    request: Arc<RequestData>,
    wanted: Wanted,
    /// The lines told last.
    told: Option<Vec<Entry>>,
}

impl Followed for Following {
    type Told = TrendReport;
    fn request(&self) -> &RequestData {
        &self.request
    }
    async fn read(&mut self) -> Attempt<Vec<TrendReport>> {
        let scope = self.request.scope();
        let (entries, report) = TrendReport::read(&scope, self.wanted).await?;
        if self.told.as_ref() == Some(&entries) {
            return Ok(Vec::new());
        }
        self.told = Some(entries);
        Ok(vec![report])
    }
    async fn wait(&mut self) -> Option<()> {
        tokio::time::sleep(LOOK).await;
        self.request.renew();
        Some(())
    }
}
