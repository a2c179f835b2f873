//! Marking messages as seen.

use async_graphql::{Context, ID, InputObject, Object, Result};
use services::kernel::limits::PAGE_MAX;

use crate::{
    context::{Asking, Scope},
    error::{Attempt, ErrorCode, Stop, Telling, UserError, owner, payload},
    ids,
    scalars::int,
    viewer::types::Viewer,
};

/// What `markNotificationsRead` needs.
#[derive(InputObject)]
pub struct MarkNotificationsReadInput {
    /// Which ones, at most 100; all of the caller's without it. Those that are not the caller's are passed over.
    pub ids: Option<Vec<ID>>,
}

payload! {
    /// What `markNotificationsRead` answers.
    MarkNotificationsReadPayload {
        /// How many were not marked before.
        marked_count: i32,
        /// The caller after it.
        viewer: Viewer,
    }
}

/// The part of the mutation root about messages.
#[derive(Default)]
pub struct NotificationsMutation;

#[Object]
impl NotificationsMutation {
    /// Mark messages of the shop as seen.
    async fn mark_notifications_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: MarkNotificationsReadInput,
    ) -> Option<Result<MarkNotificationsReadPayload>> {
        let done = mark(&ctx.scope(), input.ids.as_deref()).await;
        ctx.request().renew();
        ctx.answer(done)
    }
}

async fn mark(scope: &Scope, ids: Option<&[ID]>) -> Attempt<MarkNotificationsReadPayload> {
    let owner = owner(scope)?;
    let notifications = &scope.shop.notifications;
    let marked = match ids {
        None => notifications.mark_read(owner, &[]).await?,
        Some([]) => 0,
        Some(ids) if ids.len() > PAGE_MAX => {
            let message = format!("at most {PAGE_MAX} at once: leave `ids` out to mark all");
            return Err(Stop::simple(ErrorCode::LimitExceeded, message, &["ids"]));
        }
        Some(ids) => {
            let bad = |(i, e): (usize, _)| Stop::Told(vec![UserError::bad_id(&e, &["ids", &i.to_string()])]);
            notifications.mark_read(owner, &ids::parse_all(ids).map_err(bad)?).await?
        }
    };
    Ok(MarkNotificationsReadPayload {
        marked_count: Some(int(marked)),
        viewer: Viewer::of(scope),
        ..Default::default()
    })
}
