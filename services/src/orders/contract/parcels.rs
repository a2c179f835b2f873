//! From PLACED to the door.

use std::time::Duration;

use super::world::{NOW, World};
use crate::{
    kernel::{clock::Timestamp, events::OrderStep},
    orders::{
        CourierUpdate, Order, OrderState, Shipment,
        ports::{Followed, NewShipment},
    },
};

fn at(minutes: u64) -> Timestamp {
    NOW + Duration::from_secs(minutes * 60)
}

async fn follow(w: &World, number: &str, state: OrderState, minute: u64) -> Followed {
    let update = CourierUpdate { courier: "UDAAN".into(), tracking_number: number.into(), state, at: at(minute) };
    w.orders.follow(update, at(minute)).await.expect("the store answers")
}

fn known(followed: Followed) -> Shipment {
    match followed {
        Followed::Known(shipment) => shipment,
        Followed::NoSuchParcel => panic!("the parcel is not known"),
    }
}

async fn steps(w: &World, order: &Order) -> Vec<(OrderStep, OrderState)> {
    w.orders.events(order.id, 2, 100).await.expect("a read").into_iter().map(|e| (e.step, e.state)).collect()
}

pub(super) async fn an_order_travels_to_the_door(w: &World) {
    w.receive(1, "BLR1", 5).await;
    let order = w.paid(&[(1, 1)]).await;
    assert_eq!(w.orders.to_pack(10).await.expect("a read"), [order.id]);
    let (id, number) = w.send(&order, &[0]).await;
    assert!(w.orders.to_pack(10).await.expect("a read").is_empty());
    assert!(w.orders.to_book(10).await.expect("a read").is_empty());
    assert!(!w.orders.book(id, "other".into(), NOW).await.expect("an answer"), "booked once");
    let waiting = w.orders.parcels(OrderState::Packed, at(1), 10).await.expect("a read");
    assert_eq!(waiting.iter().map(|p| (p.shipment.id, p.since)).collect::<Vec<_>>(), [(id, NOW)]);
    for (minute, state) in [(10, OrderState::Shipped), (20, OrderState::OutForDelivery), (30, OrderState::Delivered)] {
        assert_eq!(known(follow(w, &number, state, minute).await).state, state);
        assert_eq!(w.read(&order).await.state, state);
    }
    let order = w.read(&order).await;
    assert_eq!(order.lines[0].state, OrderState::Delivered);
    assert_eq!(order.lines[0].shipment, Some(id));
    assert_eq!(order.shipments[0].delivered_at, Some(at(30)));
    assert_eq!(order.shipments[0].tracking_number.as_deref(), Some(number.as_str()));
    let owners = w.orders.orders_of_shipments(&[id]).await.expect("a read");
    assert_eq!(owners.get(&id), Some(&order.id));
    let expected = [
        (OrderStep::Packed, OrderState::Packed),
        (OrderStep::Shipped, OrderState::Shipped),
        (OrderStep::OutForDelivery, OrderState::OutForDelivery),
        (OrderStep::Delivered, OrderState::Delivered),
    ];
    assert_eq!(steps(w, &order).await, expected);
    assert_eq!(w.level(1, "BLR1").await, (4, 0, 1));
}

pub(super) async fn couriers_may_repeat_themselves_and_skip(w: &World) {
    w.receive(1, "BLR1", 5).await;
    let order = w.paid(&[(1, 1)]).await;
    let (_, number) = w.send(&order, &[0]).await;
    assert_eq!(follow(w, "nobody's", OrderState::Shipped, 5).await, Followed::NoSuchParcel);
    assert_eq!(known(follow(w, &number, OrderState::OutForDelivery, 10).await).state, OrderState::OutForDelivery);
    for (minute, state) in [(11, OrderState::Shipped), (12, OrderState::OutForDelivery)] {
        let still = known(follow(w, &number, state, minute).await);
        assert_eq!(still.state, OrderState::OutForDelivery, "late and repeated ones change nothing");
    }
    follow(w, &number, OrderState::Delivered, 20).await;
    let delivered = known(follow(w, &number, OrderState::Delivered, 30).await);
    assert_eq!(delivered.delivered_at, Some(at(20)));
    assert_eq!(steps(w, &order).await.len(), 3, "packed, out for delivery, delivered");
    // A clock that runs ahead does not deliver in the future.
    let order = w.paid(&[(1, 1)]).await;
    let (_, number) = w.send(&order, &[0]).await;
    let ahead =
        CourierUpdate { courier: "UDAAN".into(), tracking_number: number, state: OrderState::Delivered, at: at(9_999) };
    assert_eq!(known(w.orders.follow(ahead, at(5)).await.expect("an answer")).delivered_at, Some(at(5)));
}

pub(super) async fn the_order_waits_for_its_last_parcel(w: &World) {
    w.receive(1, "BLR1", 5).await;
    w.receive(2, "BLR1", 5).await;
    let order = w.paid(&[(1, 1), (2, 1)]).await;
    let parcel = |w: &World, i: usize| NewShipment {
        id: crate::kernel::ids::ShipmentId(w.id()),
        warehouse: "BLR1".into(),
        courier: "UDAAN".into(),
        lines: vec![order.lines[i].id],
        expected_by: at(60),
    };
    let (a, b) = (parcel(w, 0), parcel(w, 1));
    assert!(w.orders.pack(order.id, vec![a.clone(), b.clone()], NOW).await.expect("an answer"));
    assert!(!w.orders.pack(order.id, vec![a.clone()], NOW).await.expect("an answer"), "nothing left to pack");
    let waiting = w.orders.to_book(10).await.expect("a read");
    assert_eq!(waiting.len(), 2);
    for (p, number) in [(&a, "one"), (&b, "two")] {
        assert!(w.orders.book(p.id, number.into(), NOW).await.expect("an answer"));
    }
    follow(w, "one", OrderState::Delivered, 10).await;
    assert_eq!(w.read(&order).await.state, OrderState::Packed, "its least advanced line");
    follow(w, "two", OrderState::Shipped, 20).await;
    assert_eq!(w.read(&order).await.state, OrderState::Shipped);
    follow(w, "two", OrderState::Delivered, 30).await;
    assert_eq!(w.read(&order).await.state, OrderState::Delivered);
    let expected = [
        (OrderStep::Packed, OrderState::Placed),
        (OrderStep::Packed, OrderState::Packed),
        (OrderStep::Delivered, OrderState::Packed),
        (OrderStep::Shipped, OrderState::Shipped),
        (OrderStep::Delivered, OrderState::Delivered),
    ];
    assert_eq!(steps(w, &order).await, expected);
}

pub(super) async fn a_cancelled_parcel_does_not_move(w: &World) {
    w.receive(1, "BLR1", 5).await;
    let order = w.paid(&[(1, 1)]).await;
    let (id, number) = w.send(&order, &[0]).await;
    w.cancel(&order, &[], "k").await;
    assert_eq!(known(follow(w, &number, OrderState::Shipped, 10).await).state, OrderState::Cancelled);
    let order = w.read(&order).await;
    assert_eq!((order.state, order.shipments[0].state), (OrderState::Cancelled, OrderState::Cancelled));
    assert!(!w.orders.book(id, "again".into(), NOW).await.expect("an answer"));
    assert!(w.orders.parcels(OrderState::Packed, at(99), 10).await.expect("a read").is_empty());
    assert_eq!(w.level(1, "BLR1").await, (5, 0, 0));
}
