//! Receiving and counting stock. A key moves each line once, whatever is repeated.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, InputObject, Object, Result};
use services::{
    inventory::{self, Moved, Movement, StockMove},
    items::Item,
    kernel::{
        caller::{Caller, Role},
        ids::VariantId,
        limits::IDEMPOTENCY_KEY_MAX,
    },
    logistics::NodeKind,
    sessions::tokens,
};

use crate::{
    context::{Asking, Scope},
    error::{Attempt, ErrorCode, Stop, Telling, UserError, payload},
    ids,
    items::variant::Variant,
    scalars::int,
};

/// Lines of one receipt.
const RECEIPT_LINES_MAX: usize = 500;
/// Units of one line.
const UNITS_MAX: i32 = 1_000_000;
/// Bytes of a reason or a bin.
const TEXT_MAX: usize = 200;

/// Units of a variant in a warehouse.
#[derive(Clone, Debug)]
pub struct StockLevel(pub inventory::StockLevel);

/// Units of a variant in a warehouse.
#[Object]
impl StockLevel {
    /// What; null when it is gone, or cannot be told now.
    async fn variant(&self, ctx: &Context<'_>) -> Option<Result<Variant>> {
        let scope = ctx.scope();
        ctx.tell_maybe(Variant::find(&scope, self.0.variant).await)
    }
    /// Where.
    fn warehouse_code(&self) -> &str {
        &self.0.warehouse
    }
    /// Can be sold.
    fn available(&self) -> i32 {
        int(self.0.available)
    }
    /// Held for orders that await payment.
    fn reserved(&self) -> i32 {
        int(self.0.reserved)
    }
    /// Sold and not returned to stock.
    fn sold(&self) -> i32 {
        int(self.0.sold)
    }
}

/// What `receiveStock` needs.
#[derive(InputObject)]
pub struct ReceiveStockInput {
    /// Where.
    pub warehouse_code: String,
    /// At most 500.
    pub lines: Vec<ReceiptLineInput>,
    /// Made by the caller, up to 255 characters; the same key with the same input does it once.
    pub idempotency_key: String,
}

/// A line of a receipt.
#[derive(Clone, Debug, InputObject)]
pub struct ReceiptLineInput {
    /// What.
    pub variant_id: ID,
    /// Sound units.
    pub received: i32,
    /// Damaged units: entered and written off.
    #[graphql(default = 0)]
    pub damaged: i32,
    /// Where it was put; written to the log.
    pub bin: Option<String>,
}

payload! {
    /// What `receiveStock` answers.
    ReceiveStockPayload {
        /// Stock after it.
        levels: Vec<StockLevel>,
    }
}

/// What `adjustStock` needs.
#[derive(InputObject)]
pub struct AdjustStockInput {
    /// Where.
    pub warehouse_code: String,
    /// What.
    pub variant_id: ID,
    /// Units more or fewer.
    pub delta: i32,
    /// Why.
    pub reason: String,
    /// Made by the caller, up to 255 characters; the same key with the same input does it once.
    pub idempotency_key: String,
}

payload! {
    /// What `adjustStock` answers.
    AdjustStockPayload {
        /// Stock after it.
        level: StockLevel,
    }
}

/// Levels of variants, over all warehouses.
pub async fn levels(scope: &Scope, variants: &[VariantId]) -> Attempt<Vec<StockLevel>> {
    scope.require_any(&[Role::Warehouse, Role::Operator])?;
    let found = scope.shop.inventory.levels(variants).await?;
    Ok(variants.iter().filter_map(|v| found.get(v)).flatten().cloned().map(StockLevel).collect())
}

/// Receives goods.
pub async fn receive(scope: &Scope, input: ReceiveStockInput) -> Attempt<ReceiveStockPayload> {
    scope.require_any(&[Role::Warehouse, Role::Operator])?;
    check_key(&input.idempotency_key)?;
    check_warehouse(scope, &input.warehouse_code).await?;
    let variants = check_receipt(&input.lines)?;
    let items = scope.loaders.items_of(&variants).await?;
    let moves = receipt(&scope.caller, &input, &variants, &items)?;
    scope.shop.inventory.apply(moves).await?;
    log_bins(scope, &input, &variants);
    let found = scope.shop.inventory.levels(&variants).await?;
    let here = |v: &VariantId| found.get(v)?.iter().find(|l| l.warehouse == input.warehouse_code).cloned();
    let levels = variants.iter().filter_map(here).map(StockLevel).collect();
    Ok(ReceiveStockPayload { levels: Some(levels), ..Default::default() })
}

/// Enters a count that differs.
pub async fn adjust(scope: &Scope, input: AdjustStockInput) -> Attempt<AdjustStockPayload> {
    scope.require_any(&[Role::Warehouse, Role::Operator])?;
    check_key(&input.idempotency_key)?;
    check_warehouse(scope, &input.warehouse_code).await?;
    check_adjustment(&input)?;
    let variant: VariantId =
        ids::parse(&input.variant_id).map_err(|e| Stop::Told(vec![UserError::bad_id(&e, &["variantId"])]))?;
    let item = scope.loaders.item_of(variant).await?.ok_or_else(|| no_variant(&["variantId"]))?;
    let moved = StockMove {
        variant,
        item: item.id,
        warehouse: input.warehouse_code.clone(),
        movement: Movement::Adjusted,
        quantity: i64::from(input.delta),
        cause: cause("count", &scope.caller, &input.idempotency_key, variant, "counted"),
    };
    let done = scope.shop.inventory.apply(vec![moved]).await?;
    if let Some(Moved::WouldBeNegative { available }) = done.first() {
        let message = format!("only {available} are there to take away");
        return Err(Stop::simple(ErrorCode::InsufficientStock, message, &["delta"]));
    }
    let who = scope.caller.shopper().map(|s| s.to_string()).unwrap_or_default();
    tracing::info!(actor = who, variant = %variant, delta = input.delta, reason = input.reason, "stock was adjusted");
    let found = scope.shop.inventory.levels(&[variant]).await?.remove(&variant).unwrap_or_default();
    let level = found.into_iter().find(|l| l.warehouse == input.warehouse_code).map(StockLevel);
    Ok(AdjustStockPayload { level, ..Default::default() })
}

/// An idempotency key that can be kept.
pub fn check_key(key: &str) -> Attempt<()> {
    if key.is_empty() || key.len() > IDEMPOTENCY_KEY_MAX {
        let message = format!("an idempotency key has 1 to {IDEMPOTENCY_KEY_MAX} bytes");
        return Err(Stop::simple(ErrorCode::InvalidInput, message, &["idempotencyKey"]));
    }
    Ok(())
}

async fn check_warehouse(scope: &Scope, code: &str) -> Attempt<()> {
    let network = scope.shop.network.network().await?;
    if network.nodes.iter().any(|n| n.code == code && n.kind == NodeKind::Warehouse) {
        return Ok(());
    }
    Err(Stop::simple(ErrorCode::NotFound, "there is no such warehouse", &["warehouseCode"]))
}

/// The variants of a receipt, one per line, when every line can be booked.
fn check_receipt(lines: &[ReceiptLineInput]) -> Attempt<Vec<VariantId>> {
    if lines.is_empty() || lines.len() > RECEIPT_LINES_MAX {
        let message = format!("a receipt has 1 to {RECEIPT_LINES_MAX} lines");
        return Err(Stop::simple(ErrorCode::LimitExceeded, message, &["lines"]));
    }
    let mut errors = Vec::new();
    let mut variants = Vec::with_capacity(lines.len());
    for (i, line) in lines.iter().enumerate() {
        let at = i.to_string();
        match ids::parse(&line.variant_id) {
            Ok(variant) if variants.contains(&variant) => {
                let message = "the variant stands in another line: put both into one";
                errors.push(UserError::simple(ErrorCode::InvalidInput, message, &["lines", &at, "variantId"]));
            }
            Ok(variant) => variants.push(variant),
            Err(e) => errors.push(UserError::bad_id(&e, &["lines", &at, "variantId"])),
        }
        let units = 0..=UNITS_MAX;
        if !units.contains(&line.received) || !units.contains(&line.damaged) || line.received + line.damaged == 0 {
            let message = format!("give received and damaged units: 0 to {UNITS_MAX} each, not both 0");
            errors.push(UserError::simple(ErrorCode::InvalidInput, message, &["lines", &at, "received"]));
        }
        if line.bin.as_ref().is_some_and(|b| b.len() > TEXT_MAX) {
            let message = format!("a bin has at most {TEXT_MAX} bytes");
            errors.push(UserError::simple(ErrorCode::InvalidInput, message, &["lines", &at, "bin"]));
        }
    }
    if errors.is_empty() { Ok(variants) } else { Err(Stop::Told(errors)) }
}

fn check_adjustment(input: &AdjustStockInput) -> Attempt<()> {
    if input.delta == 0 || input.delta.unsigned_abs() > UNITS_MAX.unsigned_abs() {
        let message = format!("a difference is 1 to {UNITS_MAX} units more or fewer");
        return Err(Stop::simple(ErrorCode::InvalidInput, message, &["delta"]));
    }
    if input.reason.trim().is_empty() || input.reason.len() > TEXT_MAX {
        let message = format!("say why in 1 to {TEXT_MAX} bytes");
        return Err(Stop::simple(ErrorCode::InvalidInput, message, &["reason"]));
    }
    Ok(())
}

/// The movements of a receipt: sound units come in; damaged ones come in and are written off, so that the ledger shows
/// both.
fn receipt(
    caller: &Caller,
    input: &ReceiveStockInput,
    variants: &[VariantId],
    items: &HashMap<VariantId, Arc<Item>>,
) -> Attempt<Vec<StockMove>> {
    let mut moves = Vec::with_capacity(variants.len());
    for (i, (variant, line)) in variants.iter().zip(&input.lines).enumerate() {
        let item = items.get(variant).ok_or_else(|| no_variant(&["lines", &i.to_string(), "variantId"]))?.id;
        let mut push = |movement, quantity: i32, part: &str| {
            if quantity > 0 {
                moves.push(StockMove {
                    variant: *variant,
                    item,
                    warehouse: input.warehouse_code.clone(),
                    movement,
                    quantity: i64::from(quantity),
                    cause: cause("receipt", caller, &input.idempotency_key, *variant, part),
                });
            }
        };
        push(Movement::Received, line.received, "sound");
        push(Movement::Received, line.damaged, "damaged");
        push(Movement::WrittenOff, line.damaged, "damaged");
    }
    Ok(moves)
}

/// What the ledger knows a movement by: of one length whatever the key, and another one for every caller. The key comes
/// last, so that no two inputs read the same.
fn cause(kind: &str, caller: &Caller, key: &str, variant: VariantId, part: &str) -> String {
    let who = caller.owner.map(|o| o.uuid()).unwrap_or_default();
    format!("{kind}:{}", tokens::hash(&format!("{who}:{variant}:{part}:{key}")))
}

/// Bins are no part of the ledger: who looks for a box finds its bin in the log.
fn log_bins(scope: &Scope, input: &ReceiveStockInput, variants: &[VariantId]) {
    let who = scope.caller.shopper().map(|s| s.to_string()).unwrap_or_default();
    for (variant, line) in variants.iter().zip(&input.lines) {
        if let Some(bin) = &line.bin {
            tracing::info!(actor = who, %variant, warehouse = input.warehouse_code, bin, "stock was put into a bin");
        }
    }
}

fn no_variant(path: &[&str]) -> Stop {
    Stop::simple(ErrorCode::NotFound, "there is no such variant", path)
}

#[cfg(test)]
mod tests {
    use services::kernel::{caller::Owner, ids::ShopperId};
    use uuid::Uuid;

    use super::*;

    fn clerk(id: u128) -> Caller {
        Caller { owner: Some(Owner::Shopper(ShopperId(Uuid::from_u128(id)))), ..Caller::anonymous() }
    }

    #[test]
    fn causes_are_short_and_differ_by_all_they_are_made_of() {
        let variant = VariantId(Uuid::from_u128(7));
        let long = "k".repeat(IDEMPOTENCY_KEY_MAX);
        let one = cause("receipt", &clerk(1), &long, variant, "sound");
        assert_eq!(one.len(), "receipt:".len() + 64);
        assert_eq!(one, cause("receipt", &clerk(1), &long, variant, "sound"));
        let others = [
            cause("count", &clerk(1), &long, variant, "sound"),
            cause("receipt", &clerk(2), &long, variant, "sound"),
            cause("receipt", &clerk(1), "k", variant, "sound"),
            cause("receipt", &clerk(1), &long, VariantId(Uuid::from_u128(8)), "sound"),
            cause("receipt", &clerk(1), &long, variant, "damaged"),
        ];
        assert!(others.iter().all(|other| *other != one));
    }
}
