//! A message and what makes one.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::kernel::{
    clock::Timestamp,
    ids::{NotificationId, OrderId},
};

/// A message of the shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Its id.
    pub id: NotificationId,
    /// Whose: a guest's or a shopper's id.
    pub owner: Uuid,
    /// One line.
    pub title: String,
    /// The text.
    pub body: String,
    /// The order that it is about.
    pub order: Option<OrderId>,
    /// When.
    pub at: Timestamp,
    /// Seen.
    pub read: bool,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// One line.
    pub title: String,
    /// The text.
    pub body: String,
}

/// The key of a list of messages: newest first by (at, id).
pub type NotificationPosition = (Timestamp, Uuid);
