//! What staff do with what shoppers send back.

use std::sync::Arc;

use async_graphql::{ID, InputObject};
use services::{
    kernel::{
        caller::Role,
        ids::ReturnId,
        limits::{INPUT_LINES_MAX, PAGE_MAX},
    },
    orders::{Decision, ReturnAct},
};

use crate::{
    context::Scope,
    error::{Attempt, ErrorCode, Stop, UserError, owner, payload},
    ids,
    orders::returns::Return,
};

/// What `pickUpReturn` needs.
#[derive(InputObject)]
pub struct PickUpReturnInput {
    /// Which one.
    pub return_id: ID,
    /// Made by the caller, up to 255 characters; the same key with the same input does it once.
    pub idempotency_key: String,
}

/// What `receiveReturn` needs.
#[derive(InputObject)]
pub struct ReceiveReturnInput {
    /// Which one.
    pub return_id: ID,
    /// Made by the caller, up to 255 characters; the same key with the same input does it once.
    pub idempotency_key: String,
}

/// What `decideReturn` needs.
#[derive(InputObject)]
pub struct DecideReturnInput {
    /// Which one.
    pub return_id: ID,
    /// Each line of the return once.
    pub lines: Vec<ReturnDecisionInput>,
    /// Made by the caller, up to 255 characters; the same key with the same input does it once.
    pub idempotency_key: String,
}

/// What becomes of a line that was sent back; the three sum to its quantity.
#[derive(InputObject)]
pub struct ReturnDecisionInput {
    /// The order's line.
    pub line_id: ID,
    /// Units fit for sale.
    #[graphql(default)]
    pub restocked: i32,
    /// Units taken back broken.
    #[graphql(default)]
    pub written_off: i32,
    /// Units that are not taken back.
    #[graphql(default)]
    pub refused: i32,
}

payload! {
    /// What acts on a return answer.
    HandleReturnPayload {
        /// The return after it; null when nothing was done.
        handled: Return,
    }
}

/// A return is on its way.
pub async fn pick_up(scope: &Scope, input: PickUpReturnInput) -> Attempt<HandleReturnPayload> {
    scope.require_any(&[Role::Warehouse, Role::Operator])?;
    handle(scope, &input.return_id, ReturnAct::PickUp, input.idempotency_key).await
}

/// A return is here.
pub async fn receive(scope: &Scope, input: ReceiveReturnInput) -> Attempt<HandleReturnPayload> {
    scope.require_any(&[Role::Warehouse, Role::Operator])?;
    handle(scope, &input.return_id, ReturnAct::Receive, input.idempotency_key).await
}

/// The decision about each unit of a return.
pub async fn decide(scope: &Scope, input: DecideReturnInput) -> Attempt<HandleReturnPayload> {
    scope.require_any(&[Role::Warehouse, Role::Operator])?;
    if input.lines.len() > INPUT_LINES_MAX {
        let message = format!("a return has at most {INPUT_LINES_MAX} lines");
        return Err(Stop::simple(ErrorCode::LimitExceeded, message, &["lines"]));
    }
    let decisions = input.lines.iter().enumerate().map(decision).collect::<Attempt<Vec<_>>>()?;
    handle(scope, &input.return_id, ReturnAct::Decide(decisions), input.idempotency_key).await
}

async fn handle(scope: &Scope, id: &ID, act: ReturnAct, key: String) -> Attempt<HandleReturnPayload> {
    let by = owner(scope)?;
    let id: ReturnId = ids::parse(id).map_err(|e| Stop::Told(vec![UserError::bad_id(&e, &["returnId"])]))?;
    let (order, id) = scope.shop.orders.handle_return(by, id, act, key).await?;
    Ok(HandleReturnPayload { handled: Return::find(&Arc::new(order), id), ..Default::default() })
}

fn decision((i, line): (usize, &ReturnDecisionInput)) -> Attempt<Decision> {
    let at = i.to_string();
    let units = |given: i32, field: &str| {
        let negative = || Stop::simple(ErrorCode::InvalidInput, "units are 0 or more", &["lines", &at, field]);
        u32::try_from(given).map_err(|_| negative())
    };
    Ok(Decision {
        line: ids::parse(&line.line_id)
            .map_err(|e| Stop::Told(vec![UserError::bad_id(&e, &["lines", &at, "lineId"])]))?,
        restocked: units(line.restocked, "restocked")?,
        written_off: units(line.written_off, "writtenOff")?,
        refused: units(line.refused, "refused")?,
    })
}

/// Returns that wait for a decision, oldest first.
pub async fn open(scope: &Scope, first: i32) -> Attempt<Vec<Return>> {
    scope.require_any(&[Role::Warehouse, Role::Operator])?;
    let limit = usize::try_from(first).unwrap_or(0).min(PAGE_MAX);
    let open = scope.shop.orders.open_returns(limit).await?;
    Ok(open.into_iter().filter_map(|(order, sent)| Return::find(&Arc::new(order), sent.id)).collect())
}
