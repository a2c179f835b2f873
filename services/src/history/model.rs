//! The document of an order, its checksum, and the slim row that stays behind. Pure.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::error::Wrong;
use crate::{
    kernel::{caller::Owner, clock::Timestamp, ids::OrderId},
    orders::{Order, OrderPosition, OrderState, returns, states},
    payments::{Payment, Refund, RefundState},
};

/// The form of documents that is written; older ones stay readable.
const VERSION: u32 = 1;

/// Where a document lies in the archive. Its checksum is a part of it, so that a late write of an order as it was can
/// never replace the document that the order was let go for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ArchiveKey {
    /// Who owned the order when it was copied; orders change hands later, documents do not.
    pub owner: Uuid,
    /// When the order was made.
    pub created_at: Timestamp,
    /// The order.
    pub order: OrderId,
    /// SHA-256 of the text, hexadecimal.
    pub checksum: String,
}

/// A document as the archive keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// Where.
    pub key: ArchiveKey,
    /// The order as JSON.
    pub body: String,
}

#[derive(Serialize, Deserialize)]
struct Body {
    version: u32,
    order: Order,
}

impl Copy {
    /// The document of an order.
    ///
    /// # Errors
    /// When the order cannot be told in JSON.
    pub fn of(order: &Order) -> Result<Self, Wrong> {
        let body = serde_json::to_string(&Body { version: VERSION, order: order.clone() })
            .map_err(|e| Wrong::Unreadable(e.to_string()))?;
        let (owner, checksum) = (order.owner.uuid(), checksum(&body));
        Ok(Self { key: ArchiveKey { owner, created_at: order.created_at, order: order.id, checksum }, body })
    }
    /// Whether the text is what the key says.
    pub fn is_whole(&self) -> bool {
        checksum(&self.body) == self.key.checksum
    }
    /// Where it stands in a list of orders.
    pub fn position(&self) -> OrderPosition {
        (self.key.created_at, self.key.order.0)
    }
}

/// SHA-256 of a text, hexadecimal.
pub fn checksum(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

/// Whether an order may move: it has ended, no money and no goods are on their way back, and nothing of it arrived within
/// `window`, so that nothing could be sent back any more.
pub fn may_move(order: &Order, window: Duration, now: Timestamp) -> bool {
    states::is_final(order.state)
        && order.refunds.iter().all(|r| r.state != RefundState::Pending)
        && !order.returns.iter().any(|r| r.state.is_open())
        && order.lines.iter().all(|l| l.coming_back == 0 && !returns::is_returnable(order, l, window, now))
}

/// What stays in the order database of an order that moved.
#[derive(Clone, Debug, PartialEq)]
pub struct Slim {
    /// Where its document lies.
    pub key: ArchiveKey,
    /// Whose it is today.
    pub owner: Owner,
    /// Where it stands.
    pub state: OrderState,
    /// The sequence of its newest event.
    pub sequence: u64,
    /// The payment.
    pub payment: Payment,
    /// Money that went back, also after the move.
    pub refunds: Vec<Refund>,
}

/// An order in the one list of live and archived.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The order.
    pub id: OrderId,
    /// When it was made.
    pub created_at: Timestamp,
    /// What stayed, when it moved.
    pub archived: Option<Slim>,
}

/// The order that a document and its slim row tell.
///
/// # Errors
/// When the document is missing, or is not the one that was let go.
pub fn restore(slim: &Slim, copy: Option<&Copy>) -> Result<Order, Wrong> {
    let copy = copy.ok_or(Wrong::Missing)?;
    if copy.key != slim.key || !copy.is_whole() {
        return Err(Wrong::Differs);
    }
    let body: Body = serde_json::from_str(&copy.body).map_err(|e| Wrong::Unreadable(e.to_string()))?;
    Ok(Order {
        owner: slim.owner,
        state: slim.state,
        sequence: slim.sequence,
        payment: slim.payment.clone(),
        refunds: slim.refunds.clone(),
        archived: true,
        ..body.order
    })
}
