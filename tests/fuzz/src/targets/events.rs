//! Events as workers read them: each topic's payloads, and the envelope.

use serde::de::DeserializeOwned;
use serde_json::Value;
use services::kernel::{
    events::{
        ActivityEvent, CartsEvent, Delivered, Event, InboundEvent, ItemsEvent, LanesEvent, NewEvent,
        NotificationsEvent, OrdersEvent, Payload, PaymentsEvent, ShipmentsEvent, StockEvent, Topic, UsersEvent,
        WishlistsEvent,
    },
    ids::EventId,
    money::{AMOUNT_MAX, Money},
};
use std::fmt::Debug;
use uuid::Uuid;

/// A payload, for every topic: what is read is written as it was read, under the kind that it names; what cannot be read
/// fails for good, so that it is parked and does not hold its topic.
pub fn payload(bytes: &[u8]) {
    let Ok(data) = serde_json::from_slice::<Value>(bytes) else { return };
    judge::<ItemsEvent>(&data);
    judge::<StockEvent>(&data);
    judge::<LanesEvent>(&data);
    judge::<UsersEvent>(&data);
    judge::<CartsEvent>(&data);
    judge::<WishlistsEvent>(&data);
    judge::<ShipmentsEvent>(&data);
    judge::<ActivityEvent>(&data);
    judge::<InboundEvent>(&data);
    judge::<NotificationsEvent>(&data);
    if let Some(OrdersEvent::OrderStepped { lines, .. }) = judge(&data) {
        lines.iter().for_each(|line| adds_up(line.unit_price, line.quantity));
    }
    if let Some(PaymentsEvent::PaymentSettled { amount, .. } | PaymentsEvent::RefundDue { amount, .. }) = judge(&data) {
        adds_up(amount, u32::MAX);
    }
}

/// An event with its envelope, as the log keeps it.
pub fn envelope(bytes: &[u8]) {
    let Ok(event) = serde_json::from_slice::<Event>(bytes) else { return };
    let again = serde_json::to_vec(&event).expect("an event is JSON");
    assert_eq!(serde_json::from_slice::<Event>(&again).ok(), Some(event), "an event is kept as it is");
}

fn judge<P: Payload + DeserializeOwned + PartialEq + Debug>(data: &Value) -> Option<P> {
    let kind = data["type"].as_str().unwrap_or_default().to_owned();
    let event = Event {
        id: EventId(Uuid::nil()),
        kind: kind.clone(),
        version: 1,
        key: String::new(),
        at: services::kernel::clock::Timestamp::default(),
        traceparent: None,
        data: data.clone(),
    };
    let delivered = Delivered { topic: P::TOPIC, offset: 1, event };
    let read: P = match workers::consumer::payload(&delivered) {
        Ok(read) => read,
        Err(refused) => {
            assert!(!refused.retryable, "what cannot be read today cannot be read tomorrow");
            assert!(refused.message.len() < 2_000 + kind.len(), "{} bytes are told", refused.message.len());
            return None;
        }
    };
    let written = NewEvent::of(&read);
    assert_eq!((written.topic, written.kind), (P::TOPIC, kind.as_str()));
    assert!(!matches!(P::TOPIC, Topic::Orders | Topic::Payments) || !written.key.is_empty());
    assert_eq!(serde_json::from_value::<P>(written.data).ok().as_ref(), Some(&read), "it is written as it was read");
    Some(read)
}

/// No sum of what an event says overflows: it is right or refused.
fn adds_up(price: Money, quantity: u32) {
    let exact = i128::from(price.minor) * i128::from(quantity);
    match price.times(quantity) {
        Ok(total) => assert_eq!(i128::from(total.minor), exact),
        Err(_) => assert!(exact.abs() > i128::from(AMOUNT_MAX)),
    }
    for sum in [price.plus(price), price.minus(price), price.plus(Money::zero(price.currency))] {
        assert!(sum.is_err() || sum.is_ok_and(|m| m.minor.unsigned_abs() <= AMOUNT_MAX.unsigned_abs()));
    }
    assert!(price.formatted().chars().any(|c| c.is_ascii_digit()));
}

/// One payload of each kind, and an envelope.
pub fn examples() -> Vec<Vec<u8>> {
    let id = "018f2b6e-7b1c-7c3a-9d2e-000000000001";
    let money = r#"{"minor":129950,"currency":"INR"}"#;
    let line = format!(r#"{{"line":"{id}","variant":"{id}","item":"{id}","quantity":2,"unit_price":{money}}}"#);
    [
        format!(r#"{{"type":"ItemChanged","item":"{id}","item_version":3,"withdrawn":false,"categories":false}}"#),
        format!(r#"{{"type":"AvailabilityFlipped","variant":"{id}","item":"{id}","warehouse":"BLR1","available":true}}"#),
        r#"{"type":"NetworkChanged","code":"BLR1>DEL","network_version":9}"#.to_owned(),
        format!(r#"{{"type":"ShopperChanged","shopper":"{id}"}}"#),
        format!(r#"{{"type":"GuestMerged","shopper":"{id}","guest":"{id}"}}"#),
        format!(r#"{{"type":"CartChanged","owner":"{id}","added":["{id}"]}}"#),
        format!(r#"{{"type":"WishlistChanged","owner":"{id}","added":[]}}"#),
        format!(
            r#"{{"type":"OrderStepped","order":"{id}","owner":"{id}","sequence":1,"step":"CREATED","shipment":null,"from_cart":true,"lines":[{line}],"pincode":"560001"}}"#
        ),
        format!(r#"{{"type":"PaymentSettled","order":"{id}","payment":"{id}","succeeded":true,"amount":{money}}}"#),
        format!(r#"{{"type":"RefundDue","order":"{id}","refund":"{id}","amount":{money}}}"#),
        format!(r#"{{"type":"RefundSettled","order":"{id}","refund":"{id}","succeeded":false}}"#),
        format!(
            r#"{{"type":"ShipmentMoved","order":"{id}","shipment":"{id}","courier":"bluedart","state":"BOOKED","happened_at":1790000000000000}}"#
        ),
        format!(
            r#"{{"type":"ActivityRecorded","pseudonym":"{id}","act":"VIEWED","item":"{id}","category":null,"pincode":"560001","text":null,"count":1}}"#
        ),
        format!(r#"{{"type":"FeedImported","supplier":"{id}","accepted":10,"rejected":1}}"#),
        format!(r#"{{"type":"NotificationAdded","owner":"{id}","notification":"{id}"}}"#),
    ]
    .map(String::into_bytes)
    .to_vec()
}

/// Envelopes around the examples.
pub fn envelopes() -> Vec<Vec<u8>> {
    let around = |data: Vec<u8>| {
        let data = String::from_utf8(data).unwrap_or_default();
        format!(
            r#"{{"id":"018f2b6e-7b1c-7c3a-9d2e-000000000002","type":"X","version":1,"key":"k","at":1790000000000000,"traceparent":null,"data":{data}}}"#
        )
    };
    examples().into_iter().map(|data| around(data).into_bytes()).collect()
}

/// Words of events beside those of JSON.
pub const WORDS: &[&str] = &[
    "\"minor\":-9223372036854775808",
    "\"minor\":9223372036854775807",
    "4294967295",
    "-1",
    "\"quantity\":",
    "null",
    "[]",
    "\"currency\":\"JPY\"",
    "\"type\":\"ItemChanged\",",
    "\"type\":\"RefundDue\",",
    "{",
    "}",
    ",",
    "\"\"",
    "1e3",
    "1.0",
    "\"pincode\":\"000000\",",
    "true",
    "00000000-0000-0000-0000-000000000000",
    "\u{0}",
    "é",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_are_of_every_topic() {
        let read = |topic: &dyn Fn(&Value) -> bool| examples().iter().filter(|e| topic(&json(e))).count();
        assert_eq!(read(&|e| judge::<ItemsEvent>(e).is_some()), 1);
        assert_eq!(read(&|e| judge::<StockEvent>(e).is_some()), 1);
        assert_eq!(read(&|e| judge::<LanesEvent>(e).is_some()), 1);
        assert_eq!(read(&|e| judge::<UsersEvent>(e).is_some()), 2);
        assert_eq!(read(&|e| judge::<CartsEvent>(e).is_some()), 1);
        assert_eq!(read(&|e| judge::<WishlistsEvent>(e).is_some()), 1);
        assert_eq!(read(&|e| judge::<OrdersEvent>(e).is_some()), 1);
        assert_eq!(read(&|e| judge::<PaymentsEvent>(e).is_some()), 3);
        assert_eq!(read(&|e| judge::<ShipmentsEvent>(e).is_some()), 1);
        assert_eq!(read(&|e| judge::<ActivityEvent>(e).is_some()), 1);
        assert_eq!(read(&|e| judge::<InboundEvent>(e).is_some()), 1);
        assert_eq!(read(&|e| judge::<NotificationsEvent>(e).is_some()), 1);
        assert_eq!(envelopes().iter().filter(|e| serde_json::from_slice::<Event>(e).is_ok()).count(), 15);
    }

    fn json(bytes: &[u8]) -> Value {
        serde_json::from_slice(bytes).expect("the examples are JSON")
    }
}
