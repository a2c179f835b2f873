//! Whole orders: by id, by number, by owner. Children are read in one query per kind for the whole batch; an order that
//! changed in between is read again, so that its parts fit together.

use std::collections::HashMap;

use services::{
    kernel::{
        caller::Owner,
        error::EngineResult,
        ids::OrderId,
        pages::{Page, Window},
    },
    orders::{Order, OrderFilter, OrderLine, OrderPosition, ReturnState, states},
    payments::{Payment, PaymentMethod, PaymentState, Refund, RefundState},
};

use super::{
    ENGINE,
    common::{corrupt, money, owner, state, unspell},
    find::{SHIPMENT, shipment},
    returns,
};
use crate::{Db, Row, Value, args, sql_in};

/// Ids of one `IN (…)`.
const CHUNK: usize = 500;
/// How often an order that changes while it is read is read again.
const TRIES: usize = 4;

/// An order that a program has just changed.
pub(super) async fn changed(db: &Db, id: OrderId) -> EngineResult<Order> {
    by_ids(db, &[id]).await?.remove(&id).ok_or_else(|| corrupt("an order that was just changed"))
}

pub(super) async fn by_ids(db: &Db, ids: &[OrderId]) -> EngineResult<HashMap<OrderId, Order>> {
    let mut found = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let mut wanted = chunk.to_vec();
        for _ in 0..TRIES {
            // An order that moved to the archive meanwhile may have been read in parts: it is not here any more.
            wanted.iter().for_each(|id| drop(found.remove(id)));
            let orders = batch(db, &wanted).await?;
            let sequences = sequences(db, &wanted).await?;
            wanted.retain(|id| orders.get(id).map(|o| o.sequence) != sequences.get(id).copied());
            found.extend(orders);
            if wanted.is_empty() {
                break;
            }
        }
    }
    Ok(found)
}

pub(super) async fn by_number(db: &Db, number: &str) -> EngineResult<Option<Order>> {
    let rows = db.read(ENGINE, "SELECT id FROM orders WHERE number = ? AND archived = 0", args![number]).await?;
    let Some(id) = rows.first().map(|r| r.id::<OrderId>(0)).transpose()? else { return Ok(None) };
    Ok(by_ids(db, &[id]).await?.remove(&id))
}

pub(super) async fn of_owner(
    db: &Db,
    owner: Owner,
    filter: &OrderFilter,
    window: Window<OrderPosition>,
) -> EngineResult<Page<Order>> {
    let page = page(db, owner, filter, window, " AND archived = 0").await?;
    let mut orders = by_ids(db, &page.rows).await?;
    let rows = page.rows.iter().filter_map(|id| orders.remove(id)).collect();
    Ok(Page { rows, has_next: page.has_next, has_previous: page.has_previous })
}

/// The ids of a page; `and` narrows further.
pub(super) async fn page(
    db: &Db,
    owner: Owner,
    filter: &OrderFilter,
    window: Window<OrderPosition>,
    and: &str,
) -> EngineResult<Page<OrderId>> {
    let (mut sql, mut values) = narrowed(owner, filter);
    sql.push_str(and);
    let (position, forwards) = match &window {
        Window::Forwards { after, .. } => (*after, true),
        Window::Backwards { before, .. } => (*before, false),
    };
    if let Some((at, id)) = position {
        let sign = if forwards { '<' } else { '>' };
        sql.push_str(&format!(" AND (created_at {sign} ? OR (created_at = ? AND id {sign} ?))"));
        values.extend(args![at, at, id]);
    }
    let way = if forwards { "DESC" } else { "ASC" };
    sql.push_str(&format!(" ORDER BY created_at {way}, id {way} LIMIT ?"));
    values.push(Value::from(window.limit().saturating_add(1).min(super::ROWS_MAX)));
    let rows = db.read(ENGINE, &sql, values).await?;
    let ids: Vec<OrderId> = rows.iter().map(|r| r.id(0)).collect::<Result<_, _>>()?;
    Ok(Page::from_surplus(ids, &window))
}

fn narrowed(owner: Owner, filter: &OrderFilter) -> (String, Vec<Value>) {
    let mut sql = String::from("SELECT id FROM orders WHERE owner_id = ?");
    let mut values = args![owner.uuid()];
    if !filter.states.is_empty() {
        sql.push_str(&format!(" AND state IN ({})", sql_in(filter.states.len())));
        values.extend(filter.states.iter().map(|s| Value::from(states::name(*s))));
    }
    if let Some(from) = filter.from {
        sql.push_str(" AND created_at >= ?");
        values.push(from.into());
    }
    if let Some(until) = filter.until {
        sql.push_str(" AND created_at < ?");
        values.push(until.into());
    }
    for word in filter.text.as_deref().unwrap_or_default().split_whitespace().take(8) {
        sql.push_str(" AND titles LIKE ? ESCAPE '!'");
        values.push(format!("%{}%", escaped(&word.to_lowercase())).into());
    }
    (sql, values)
}

/// A word without the wildcards of `LIKE`.
fn escaped(word: &str) -> String {
    word.chars().flat_map(|c| if matches!(c, '%' | '_' | '!') { vec!['!', c] } else { vec![c] }).collect()
}

pub(super) fn keys(ids: &[OrderId]) -> Vec<Value> {
    ids.iter().map(Value::from).collect()
}

async fn sequences(db: &Db, ids: &[OrderId]) -> EngineResult<HashMap<OrderId, u64>> {
    let sql = format!("SELECT id, sequence FROM orders WHERE archived = 0 AND id IN ({})", sql_in(ids.len()));
    db.read(ENGINE, &sql, keys(ids)).await?.iter().map(|r| Ok((r.id(0)?, r.u64(1)?))).collect()
}

async fn batch(db: &Db, ids: &[OrderId]) -> EngineResult<HashMap<OrderId, Order>> {
    let list = sql_in(ids.len());
    let head = format!(
        "SELECT id, number, owner_id, guest, email, state, created_at, pay_by, address, charges, total, currency, retry_of, \
         sequence, from_cart FROM orders WHERE archived = 0 AND id IN ({list})"
    );
    let heads = db.read(ENGINE, &head, keys(ids)).await?;
    let (mut paid, mut refunds) = money_of(db, ids).await?;
    let mut orders = HashMap::with_capacity(heads.len());
    for row in &heads {
        let id: OrderId = row.id(0)?;
        let payment = paid.remove(&id).ok_or_else(|| corrupt(format_args!("order {id} has no payment")))?;
        let refunds = refunds.remove(&id).unwrap_or_default();
        orders.insert(id, Order { refunds, ..head_of(row, payment)? });
    }
    children(db, ids, &list, &mut orders).await?;
    Ok(orders)
}

/// Payments and refunds of orders, also of those whose other parts are in the archive.
pub(super) async fn money_of(
    db: &Db,
    ids: &[OrderId],
) -> EngineResult<(HashMap<OrderId, Payment>, HashMap<OrderId, Vec<Refund>>)> {
    let (mut paid, mut back) = (HashMap::new(), HashMap::<OrderId, Vec<Refund>>::new());
    if ids.is_empty() {
        return Ok((paid, back));
    }
    let list = sql_in(ids.len());
    let payments = format!(
        "SELECT order_id, id, method, amount, currency, state, provider_reference, redirect_url FROM payments \
         WHERE order_id IN ({list})"
    );
    for row in db.read(ENGINE, &payments, keys(ids)).await? {
        let payment = payment(&row)?;
        paid.insert(payment.order, payment);
    }
    let refunds = format!(
        "SELECT order_id, id, payment_id, amount, currency, state, reason FROM refunds WHERE order_id IN ({list}) \
         ORDER BY order_id, created_at, id"
    );
    for row in db.read(ENGINE, &refunds, keys(ids)).await? {
        let refund = refund(&row)?;
        back.entry(refund.order).or_default().push(refund);
    }
    Ok((paid, back))
}

async fn children(db: &Db, ids: &[OrderId], list: &str, orders: &mut HashMap<OrderId, Order>) -> EngineResult<()> {
    let lines = format!(
        "SELECT order_id, id, variant, item, title, handling, quantity, unit_price, total, currency, state, promised_by, \
         warehouse, courier, shipment_id, cancelled, coming_back, returned FROM order_lines WHERE order_id IN ({list}) ORDER BY order_id, position"
    );
    for row in db.read(ENGINE, &lines, keys(ids)).await? {
        if let Some(order) = orders.get_mut(&row.id(0)?) {
            order.lines.push(line(&row)?);
        }
    }
    let parcels = format!("{SHIPMENT} WHERE order_id IN ({list}) ORDER BY order_id, warehouse, courier, id");
    for row in db.read(ENGINE, &parcels, keys(ids)).await? {
        let parcel = shipment(&row)?;
        if let Some(order) = orders.get_mut(&parcel.order) {
            order.shipments.push(parcel);
        }
    }
    for mut sent in returns::of_orders(db, ids).await? {
        if let Some(order) = orders.get_mut(&sent.order) {
            let paid = order.refunds.iter().any(|r| Some(r.id) == sent.refund && r.state == RefundState::Succeeded);
            if paid && sent.state == ReturnState::Accepted {
                sent.state = ReturnState::Refunded;
            }
            order.returns.push(sent);
        }
    }
    Ok(())
}

fn head_of(r: &Row, payment: Payment) -> EngineResult<Order> {
    Ok(Order {
        id: r.id(0)?,
        number: r.text(1)?,
        owner: owner(r, 2, 3)?,
        email: r.opt_text(4)?,
        state: state(&r.text(5)?)?,
        created_at: r.time(6)?,
        pay_by: r.opt_time(7)?,
        lines: Vec::new(),
        shipments: Vec::new(),
        address: r.json(8)?,
        charges: r.json(9)?,
        total: money(r, 10, 11)?,
        payment,
        refunds: Vec::new(),
        returns: Vec::new(),
        retry_of: r.opt_id(12)?,
        sequence: r.u64(13)?,
        from_cart: r.bool(14)?,
        archived: false,
    })
}

fn line(r: &Row) -> EngineResult<OrderLine> {
    Ok(OrderLine {
        id: r.id(1)?,
        variant: r.id(2)?,
        item: r.id(3)?,
        title: r.text(4)?,
        handling: unspell(r.text(5)?)?,
        quantity: r.u32(6)?,
        unit_price: money(r, 7, 9)?,
        total: money(r, 8, 9)?,
        state: state(&r.text(10)?)?,
        promised_by: r.time(11)?,
        warehouse: r.text(12)?,
        courier: r.text(13)?,
        shipment: r.opt_id(14)?,
        cancelled: r.u32(15)?,
        coming_back: r.u32(16)?,
        returned: r.u32(17)?,
    })
}

fn payment(r: &Row) -> EngineResult<Payment> {
    Ok(Payment {
        order: r.id(0)?,
        id: r.id(1)?,
        method: unspell::<PaymentMethod>(r.text(2)?)?,
        amount: money(r, 3, 4)?,
        state: unspell::<PaymentState>(r.text(5)?)?,
        provider_reference: r.opt_text(6)?,
        redirect_url: r.opt_text(7)?,
    })
}

fn refund(r: &Row) -> EngineResult<Refund> {
    Ok(Refund {
        order: r.id(0)?,
        id: r.id(1)?,
        payment: r.id(2)?,
        amount: money(r, 3, 4)?,
        state: unspell(r.text(5)?)?,
        reason: r.text(6)?,
    })
}
