//! The document of an order, its checksum, and the slim row that stays behind. Pure.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::error::Wrong;
use crate::{
    kernel::{caller::Owner, clock::Timestamp, ids::OrderId},
    orders::{Order, OrderPosition, OrderState, states},
    payments::{Payment, Refund, RefundState},
};

/// The form of documents that is written; older ones stay readable.
const VERSION: u32 = 1;

/// Where a document lies in the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ArchiveKey {
    /// Who owned the order when it was copied; orders change hands later, documents do not.
    pub owner: Uuid,
    /// When the order was made.
    pub created_at: Timestamp,
    /// The order.
    pub order: OrderId,
}

/// A document as the archive keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// Where.
    pub key: ArchiveKey,
    /// SHA-256 of the text, hexadecimal.
    pub checksum: String,
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
        let key = ArchiveKey { owner: order.owner.uuid(), created_at: order.created_at, order: order.id };
        let body = serde_json::to_string(&Body { version: VERSION, order: order.clone() })
            .map_err(|e| Wrong::Unreadable(e.to_string()))?;
        Ok(Self { key, checksum: checksum(&body), body })
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

/// Whether an order may move: it has ended, and no money is on its way back.
pub fn may_move(order: &Order) -> bool {
    states::is_final(order.state) && order.refunds.iter().all(|r| r.state != RefundState::Pending)
}

/// What stays in the order database of an order that moved.
#[derive(Clone, Debug, PartialEq)]
pub struct Slim {
    /// Where its document lies.
    pub key: ArchiveKey,
    /// What the document must be.
    pub checksum: String,
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
    if checksum(&copy.body) != slim.checksum {
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
