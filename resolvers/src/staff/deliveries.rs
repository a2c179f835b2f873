//! What could not be delivered, for operators.

use async_graphql::{Enum, ID, SimpleObject};
use services::{
    kernel::{caller::Role, limits::PAGE_MAX},
    notifications,
};

use crate::{
    context::Scope,
    error::Attempt,
    ids,
    notifications::preferences::NoticeKind,
    scalars::{DateTime, int},
};

/// A way out of the shop.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryChannel {
    /// To a mailbox.
    Mail,
    /// To an endpoint of another system.
    Webhook,
}

/// A notice that was given up.
#[derive(Clone, Debug, SimpleObject)]
pub struct FailedDelivery {
    /// What it is about.
    pub kind: NoticeKind,
    /// By which channel it was to go.
    pub channel: DeliveryChannel,
    /// The order that it is about.
    pub order_id: ID,
    /// How often it was tried.
    pub tries: i32,
    /// Why it was given up, for people.
    pub reason: String,
    /// When it was made.
    pub made_at: DateTime,
}

/// Notices that were given up, newest first.
pub async fn failed(scope: &Scope, first: i32) -> Attempt<Vec<FailedDelivery>> {
    scope.require(Role::Operator)?;
    let limit = usize::try_from(first).unwrap_or(0).min(PAGE_MAX);
    let failed = scope.shop.outgoing.failed(limit).await?.into_iter();
    let shown = |f: notifications::delivery::FailedDelivery| FailedDelivery {
        kind: f.kind.into(),
        channel: match f.channel {
            notifications::NoticeChannel::Webhook => DeliveryChannel::Webhook,
            notifications::NoticeChannel::Mail | notifications::NoticeChannel::InApp => DeliveryChannel::Mail,
        },
        order_id: ids::of(f.order),
        tries: int(f.tries),
        reason: f.reason,
        made_at: f.made_at.into(),
    };
    Ok(failed.map(shown).collect())
}
