//! From PLACED to the doorstep: packing, booking, and what couriers say.

use services::{
    kernel::{
        clock::Timestamp,
        error::EngineResult,
        events::{NewEvent, OrderStep, ShipmentsEvent},
        ids::{OrderId, ShipmentId},
    },
    orders::{
        CourierUpdate, OrderState, Shipment,
        ports::{Followed, NewShipment},
        states,
    },
};

use super::{
    common::{self, Head, Line, Step, corrupt},
    find::{SHIPMENT, shipment},
};
use crate::{Tx, args};

pub(super) async fn pack(
    tx: &mut dyn Tx,
    order: OrderId,
    parcels: &[NewShipment],
    now: Timestamp,
) -> EngineResult<bool> {
    let Some(mut head) = common::lock(tx, order, now).await? else { return Ok(false) };
    let mut lines = common::lines(tx, order).await?;
    let mut packed = false;
    for parcel in parcels {
        let mut told = Vec::new();
        for line in lines.iter_mut().filter(|l| parcel.lines.contains(&l.id) && l.state == OrderState::Placed) {
            common::step_line(tx, line, OrderStep::Packed).await?;
            tx.execute("UPDATE order_lines SET shipment_id = ? WHERE id = ?", args![parcel.id, line.id]).await?;
            line.shipment = Some(parcel.id);
            told.push(line.told());
        }
        if told.is_empty() {
            continue;
        }
        tx.execute(
            "INSERT INTO shipments (id, order_id, warehouse, courier, tracking_number, state, since, expected_by, delivered_at) \
             VALUES (?, ?, ?, ?, NULL, 'PACKED', ?, ?, NULL)",
            args![parcel.id, order, &parcel.warehouse, &parcel.courier, head.at, parcel.expected_by],
        )
        .await?;
        let to = states::of_lines(lines.iter().map(|l| l.state));
        let shipment = Some(parcel.id);
        let step = Step { step: OrderStep::Packed, to, shipment, detail: None, whole: false, lines: Vec::new() };
        common::step(tx, &mut head, step).await?;
        packed = true;
    }
    Ok(packed)
}

pub(super) async fn book(tx: &mut dyn Tx, id: ShipmentId, tracking_number: &str, now: Timestamp) -> EngineResult<bool> {
    let booked = tx
        .execute(
            "UPDATE shipments SET tracking_number = ? WHERE id = ? AND tracking_number IS NULL AND state = 'PACKED'",
            args![tracking_number, id],
        )
        .await?;
    if booked == 0 {
        return Ok(false);
    }
    let parcel = by_id(tx, id).await?;
    tell_moved(tx, &parcel, "BOOKED", now, now).await?;
    Ok(true)
}

pub(super) async fn follow(tx: &mut dyn Tx, update: &CourierUpdate, now: Timestamp) -> EngineResult<Followed> {
    let sql = "SELECT id, order_id FROM shipments WHERE courier = ? AND tracking_number = ?";
    let row = tx.first(sql, args![&update.courier, &update.tracking_number]).await?;
    let Some(row) = row else { return Ok(Followed::NoSuchParcel) };
    let (id, order): (ShipmentId, OrderId) = (row.id(0)?, row.id(1)?);
    let mut head = common::lock(tx, order, now).await?.ok_or_else(|| corrupt("a parcel without an order"))?;
    let parcel = by_id(tx, id).await?;
    let step = states::step_into(update.state);
    let Some(to) = states::after(parcel.state, step) else { return Ok(Followed::Known(parcel)) };
    move_parcel(tx, &head, &parcel, to, update.at).await?;
    let mut lines = common::lines(tx, order).await?;
    for line in lines.iter_mut().filter(|l| l.shipment == Some(id) && states::after(l.state, step).is_some()) {
        common::step_line(tx, line, step).await?;
    }
    let to = states::of_lines(lines.iter().map(|l| l.state));
    let told: Vec<_> = lines.iter().filter(|l| l.shipment == Some(id)).map(Line::told).collect();
    let step = Step { step, to, shipment: Some(id), detail: None, whole: false, lines: told };
    common::step(tx, &mut head, step).await?;
    Ok(Followed::Known(by_id(tx, id).await?))
}

async fn move_parcel(
    tx: &mut dyn Tx,
    head: &Head,
    parcel: &Shipment,
    to: OrderState,
    at: Timestamp,
) -> EngineResult<()> {
    // A courier's clock may be wrong: nothing is delivered in the future.
    let delivered = (to == OrderState::Delivered).then(|| at.min(head.at));
    let moved = tx
        .execute(
            "UPDATE shipments SET state = ?, since = ?, delivered_at = ? WHERE id = ? AND state = ?",
            args![states::name(to), head.at, delivered, parcel.id, states::name(parcel.state)],
        )
        .await?;
    if moved != 1 {
        return Err(corrupt(format_args!("parcel {} moved under its order's lock", parcel.id)));
    }
    tell_moved(tx, parcel, states::name(to), at, head.at).await
}

async fn tell_moved(
    tx: &mut dyn Tx,
    parcel: &Shipment,
    state: &str,
    happened: Timestamp,
    now: Timestamp,
) -> EngineResult<()> {
    let moved = ShipmentsEvent::ShipmentMoved {
        order: parcel.order,
        shipment: parcel.id,
        courier: parcel.courier.clone(),
        state: state.to_owned(),
        happened_at: happened,
    };
    tx.emit(now, NewEvent::of(&moved)).await
}

async fn by_id(tx: &mut dyn Tx, id: ShipmentId) -> EngineResult<Shipment> {
    let row = tx.first(&format!("{SHIPMENT} WHERE id = ?"), args![id]).await?;
    shipment(&row.ok_or_else(|| corrupt("a parcel that was there"))?)
}
