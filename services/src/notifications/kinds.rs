//! Which notices there are, by which channels they go, and what a shopper wants of them. Pure.

use serde::{Deserialize, Serialize};

use crate::kernel::events::OrderStep;

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $kind:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name { $($(#[$of])* $kind),+ }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind),+];
            /// As stores keep it and templates are named, in small letters.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$kind => $text),+ }
            }
            /// What [`Self::text`] names.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|k| k.text() == text)
            }
        }
    };
}

named! {
    /// What a notice is about.
    NoticeKind {
        /// The order is placed.
        Placed = "placed",
        /// A parcel left.
        Shipped = "shipped",
        /// A parcel is on its last way.
        OutForDelivery = "out_for_delivery",
        /// A parcel, or all, arrived.
        Delivered = "delivered",
        /// The promise has passed and it has not arrived.
        Delayed = "delayed",
        /// The payment was refused.
        Failed = "failed",
        /// No payment came in time.
        Expired = "expired",
        /// The order or a part of it was called off.
        Cancelled = "cancelled",
        /// Money went back.
        Refunded = "refunded",
        /// A return was asked for.
        ReturnRequested = "return_requested",
        /// What was sent back was taken.
        Returned = "returned",
        /// What was sent back was not taken.
        ReturnRefused = "return_refused",
    }
}

named! {
    /// A way to a shopper, or to a system beside the shop.
    NoticeChannel {
        /// In the shop.
        InApp = "in_app",
        /// To the order's mailbox.
        Mail = "mail",
        /// To the endpoints that operators registered; shoppers have no say in it.
        Webhook = "webhook",
    }
}

impl NoticeKind {
    /// The notice of a step of an order; `None`: that step is not told.
    pub const fn of_step(step: OrderStep) -> Option<Self> {
        Some(match step {
            OrderStep::Placed => Self::Placed,
            OrderStep::Shipped => Self::Shipped,
            OrderStep::OutForDelivery => Self::OutForDelivery,
            OrderStep::Delivered => Self::Delivered,
            OrderStep::Failed => Self::Failed,
            OrderStep::Expired => Self::Expired,
            OrderStep::Cancelled => Self::Cancelled,
            OrderStep::Returned => Self::Returned,
            OrderStep::ReturnRequested => Self::ReturnRequested,
            OrderStep::ReturnRefused => Self::ReturnRefused,
            OrderStep::Created | OrderStep::Packed | OrderStep::ReturnPickedUp | OrderStep::ReturnReceived => {
                return None;
            }
        })
    }
}

/// Whether a shopper wants one kind of notice by one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preference {
    /// Which notices.
    pub kind: NoticeKind,
    /// By which channel: in the shop or by mail.
    pub channel: NoticeChannel,
    /// They are to come.
    pub wanted: bool,
}

/// Whether a notice goes by a channel: what was never chosen is wanted, and webhooks are not the shopper's.
pub fn wanted(chosen: &[Preference], kind: NoticeKind, channel: NoticeChannel) -> bool {
    channel == NoticeChannel::Webhook
        || chosen.iter().find(|p| p.kind == kind && p.channel == channel).is_none_or(|p| p.wanted)
}

/// Each kind and channel that a shopper may choose, as chosen.
pub fn all_preferences(chosen: &[Preference]) -> Vec<Preference> {
    let channels = [NoticeChannel::InApp, NoticeChannel::Mail];
    let each = NoticeKind::ALL.iter().flat_map(|kind| channels.map(|channel| (*kind, channel)));
    each.map(|(kind, channel)| Preference { kind, channel, wanted: wanted(chosen, kind, channel) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_to_a_shopper_is_told_and_the_rest_is_not() {
        assert_eq!(NoticeKind::of_step(OrderStep::OutForDelivery), Some(NoticeKind::OutForDelivery));
        assert_eq!(NoticeKind::of_step(OrderStep::Cancelled), Some(NoticeKind::Cancelled));
        for silent in [OrderStep::Created, OrderStep::Packed, OrderStep::ReturnPickedUp, OrderStep::ReturnReceived] {
            assert_eq!(NoticeKind::of_step(silent), None);
        }
        for kind in NoticeKind::ALL {
            assert_eq!(NoticeKind::parse(kind.text()), Some(*kind));
        }
    }

    #[test]
    fn what_was_never_chosen_is_wanted_and_webhooks_are_not_the_shoppers() {
        let off = |channel| Preference { kind: NoticeKind::Shipped, channel, wanted: false };
        let chosen = [off(NoticeChannel::Mail), off(NoticeChannel::Webhook)];
        assert!(!wanted(&chosen, NoticeKind::Shipped, NoticeChannel::Mail));
        assert!(wanted(&chosen, NoticeKind::Shipped, NoticeChannel::InApp));
        assert!(wanted(&chosen, NoticeKind::Placed, NoticeChannel::Mail));
        assert!(wanted(&chosen, NoticeKind::Shipped, NoticeChannel::Webhook));
        let all = all_preferences(&chosen);
        assert_eq!((all.len(), all.iter().filter(|p| !p.wanted).count()), (NoticeKind::ALL.len() * 2, 1));
    }
}
