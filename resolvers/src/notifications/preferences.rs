//! Which notices a shopper wants, by which channel.

use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};
use services::{
    kernel::{caller::Owner, limits::PAGE_MAX},
    notifications,
};

use crate::{
    context::{Asking, Scope},
    error::{Attempt, ErrorCode, Stop, Telling, payload},
    shop::Shop,
    viewer::types::Viewer,
};

/// What a notice is about.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "notifications::NoticeKind")]
pub enum NoticeKind {
    /// The order is placed.
    Placed,
    /// A parcel left.
    Shipped,
    /// A parcel is on its last way.
    OutForDelivery,
    /// A parcel, or all, arrived.
    Delivered,
    /// The promise has passed and it has not arrived.
    Delayed,
    /// The payment was refused.
    Failed,
    /// No payment came in time.
    Expired,
    /// The order or a part of it was called off.
    Cancelled,
    /// Money went back.
    Refunded,
    /// A return was asked for.
    ReturnRequested,
    /// What was sent back was taken.
    Returned,
    /// What was sent back was not taken.
    ReturnRefused,
}

/// A way to a shopper.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeChannel {
    /// In the shop.
    InApp,
    /// To the order's mailbox.
    Mail,
}

impl From<NoticeChannel> for notifications::NoticeChannel {
    fn from(channel: NoticeChannel) -> Self {
        match channel {
            NoticeChannel::InApp => Self::InApp,
            NoticeChannel::Mail => Self::Mail,
        }
    }
}

/// Whether one kind of notice comes by one channel.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct NotificationPreference {
    /// Which notices.
    pub kind: NoticeKind,
    /// By which channel.
    pub channel: NoticeChannel,
    /// They come.
    pub wanted: bool,
}

/// The choices of a shopper; none for a guest, who gets all.
pub async fn of(shop: &Shop, owner: Owner) -> Attempt<Vec<NotificationPreference>> {
    let Some(shopper) = owner.shopper() else { return Ok(Vec::new()) };
    let all = shop.outgoing.preferences(shopper).await?.into_iter();
    let shown = |p: notifications::Preference| {
        let channel = match p.channel {
            notifications::NoticeChannel::InApp => NoticeChannel::InApp,
            notifications::NoticeChannel::Mail => NoticeChannel::Mail,
            notifications::NoticeChannel::Webhook => return None,
        };
        Some(NotificationPreference { kind: p.kind.into(), channel, wanted: p.wanted })
    };
    Ok(all.filter_map(shown).collect())
}

/// A choice.
#[derive(InputObject)]
pub struct NotificationPreferenceInput {
    /// Which notices.
    pub kind: NoticeKind,
    /// By which channel.
    pub channel: NoticeChannel,
    /// They are to come.
    pub wanted: bool,
}

/// What `saveNotificationPreferences` needs.
#[derive(InputObject)]
pub struct SaveNotificationPreferencesInput {
    /// The choices, at most 100; what is not named stays as it is. Saving the same again changes nothing.
    pub preferences: Vec<NotificationPreferenceInput>,
}

payload! {
    /// What `saveNotificationPreferences` answers.
    SaveNotificationPreferencesPayload {
        /// The caller after it.
        viewer: Viewer,
    }
}

/// The part of the mutation root about what shoppers want to be told.
#[derive(Default)]
pub struct PreferencesMutation;

#[Object]
impl PreferencesMutation {
    /// Account: choose which notices come, and by which channel.
    async fn save_notification_preferences(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to do.")] input: SaveNotificationPreferencesInput,
    ) -> Option<Result<SaveNotificationPreferencesPayload>> {
        let done = save(&ctx.scope(), input).await;
        ctx.request().renew();
        ctx.answer(done)
    }
}

async fn save(scope: &Scope, input: SaveNotificationPreferencesInput) -> Attempt<SaveNotificationPreferencesPayload> {
    let guest = || Stop::simple(ErrorCode::Forbidden, "sign in first: choices are kept with an account", &[]);
    let shopper = scope.caller.shopper().ok_or_else(guest)?;
    if input.preferences.len() > PAGE_MAX {
        let message = format!("at most {PAGE_MAX} at once: send them in parts");
        return Err(Stop::simple(ErrorCode::LimitExceeded, message, &["preferences"]));
    }
    let choice = |p: NotificationPreferenceInput| notifications::Preference {
        kind: p.kind.into(),
        channel: p.channel.into(),
        wanted: p.wanted,
    };
    let chosen: Vec<_> = input.preferences.into_iter().map(choice).collect();
    scope.shop.outgoing.save_preferences(shopper, &chosen).await?;
    Ok(SaveNotificationPreferencesPayload { viewer: Viewer::of(scope), ..Default::default() })
}
