//! What a guest had becomes the shopper's; and forgetting what is long over.

use services::kernel::{
    clock::Timestamp,
    error::EngineResult,
    ids::{GuestId, ShopperId},
};

use super::common;
use crate::{Tx, args};

/// Gives a guest's quotes, keys, orders and order events to a shopper. The events are appended to the shopper's own
/// sequence, so that whoever follows it sees them once. Twice is once: nothing is the guest's any more.
pub(super) async fn adopt(tx: &mut dyn Tx, guest: GuestId, shopper: ShopperId) -> EngineResult<u64> {
    tx.execute("UPDATE quotes SET owner_id = ?, guest = 0 WHERE owner_id = ?", args![shopper, guest]).await?;
    let orders =
        tx.execute("UPDATE orders SET owner_id = ?, guest = 0 WHERE owner_id = ?", args![shopper, guest]).await?;
    let keys = tx.query("SELECT operation, once_key FROM order_keys WHERE owner_id = ?", args![guest]).await?;
    for key in keys {
        let (operation, key) = (key.text(0)?, key.text(1)?);
        // The shopper's own use of the same key stands.
        let taken = tx.first(common::ANSWERED, args![shopper, &operation, &key]).await?.is_some();
        let sql = if taken {
            "DELETE FROM order_keys WHERE owner_id = ? AND operation = ? AND once_key = ?"
        } else {
            "UPDATE order_keys SET owner_id = ? WHERE owner_id = ? AND operation = ? AND once_key = ?"
        };
        let mut values = if taken { args![] } else { args![shopper] };
        values.extend(args![guest, operation, key]);
        tx.execute(sql, values).await?;
    }
    let events = tx
        .query("SELECT order_id, sequence FROM order_events WHERE owner_id = ? ORDER BY owner_sequence", args![guest])
        .await?;
    for event in events {
        let next = common::next_of_owner(tx, shopper.0).await?;
        tx.execute(
            "UPDATE order_events SET owner_id = ?, owner_sequence = ? WHERE order_id = ? AND sequence = ?",
            args![shopper, next, event.uuid(0)?, event.int(1)?],
        )
        .await?;
    }
    Ok(orders)
}

/// Forgets quotes, keys and provider's messages of before an instant, at most `limit` of each.
pub(super) async fn forget(tx: &mut dyn Tx, before: Timestamp, limit: usize) -> EngineResult<u64> {
    let mut gone = 0;
    for row in tx.query("SELECT id FROM quotes WHERE expires_at < ? LIMIT ?", args![before, limit]).await? {
        gone += tx.execute("DELETE FROM quotes WHERE id = ?", args![row.uuid(0)?]).await?;
    }
    let keys = "SELECT owner_id, operation, once_key FROM order_keys WHERE used_at < ? LIMIT ?";
    for row in tx.query(keys, args![before, limit]).await? {
        let sql = "DELETE FROM order_keys WHERE owner_id = ? AND operation = ? AND once_key = ?";
        gone += tx.execute(sql, args![row.uuid(0)?, row.text(1)?, row.text(2)?]).await?;
    }
    for row in tx.query("SELECT message_id FROM payment_messages WHERE at < ? LIMIT ?", args![before, limit]).await? {
        gone += tx.execute("DELETE FROM payment_messages WHERE message_id = ?", args![row.text(0)?]).await?;
    }
    Ok(gone)
}
