//! Events and their schemas: every kind that the code can say is described in `schema/events/`, what is described is what
//! is said, and nothing described is personal data.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use jsonschema::{Resource, Validator};
use serde_json::{Value, json};
use services::kernel::{
    clock::Timestamp,
    events::{
        Act, ActivityEvent, CartsEvent, Event, InboundEvent, ItemsEvent, LanesEvent, NewEvent, NotificationsEvent,
        OrderStep, OrderedLine, OrdersEvent, PaymentsEvent, ShipmentsEvent, StockEvent, Topic, UsersEvent,
        WishlistsEvent,
    },
    ids::{EventId, IdSource, SeededIds},
    money::Money,
};
use uuid::Uuid;

/// Words that name personal data; no property may have one among its own.
const PERSONAL: [&str; 27] = [
    "name",
    "names",
    "email",
    "mail",
    "phone",
    "mobile",
    "telephone",
    "address",
    "addresses",
    "street",
    "city",
    "recipient",
    "card",
    "pan",
    "cvv",
    "iban",
    "upi",
    "vpa",
    "account",
    "password",
    "token",
    "ip",
    "dob",
    "birthday",
    "gender",
    "latitude",
    "longitude",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/events")
}

fn read(name: &str) -> Value {
    let path = folder().join(format!("{name}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn validator(schema: &Value) -> Validator {
    let envelope = read("envelope");
    let id = envelope["$id"].as_str().expect("the envelope has an id").to_owned();
    let envelope = Resource::from_contents(envelope);
    jsonschema::options().with_resource(id, envelope).build(schema).expect("the schema is a schema")
}

/// At least one event of every kind; those with optional parts, with and without.
fn samples() -> Vec<NewEvent> {
    let ids = SeededIds::new(7);
    let at = Timestamp::from_seconds(1_790_000_000);
    let id = || ids.next(at);
    let pincode = "560001".parse().expect("a pincode");
    let line = OrderedLine {
        line: id().into(),
        variant: id().into(),
        item: id().into(),
        quantity: 2,
        unit_price: Money::inr(199_900),
    };
    let stepped = |step, shipment, lines| {
        let (order, owner) = (id().into(), id());
        NewEvent::of(&OrdersEvent::OrderStepped {
            order,
            owner,
            sequence: 1,
            step,
            shipment,
            from_cart: true,
            lines,
            pincode,
        })
    };
    let recorded = |act, item, category, pincode, text| {
        NewEvent::of(&ActivityEvent::ActivityRecorded { pseudonym: id(), act, item, category, pincode, text, count: 3 })
    };
    let (order, refund, amount) = (id().into(), id().into(), Money::inr(399_800));
    let shopper = id().into();
    vec![
        NewEvent::of(&ItemsEvent::ItemChanged {
            item: id().into(),
            item_version: 3,
            withdrawn: false,
            categories: false,
        }),
        NewEvent::of(&ItemsEvent::ItemChanged {
            item: Uuid::nil().into(),
            item_version: 0,
            withdrawn: false,
            categories: true,
        }),
        NewEvent::of(&StockEvent::AvailabilityFlipped {
            variant: id().into(),
            item: id().into(),
            warehouse: "BLR1".into(),
            available: true,
        }),
        NewEvent::of(&LanesEvent::NetworkChanged { code: "BLR1-DEL1".into(), network_version: 12 }),
        NewEvent::of(&UsersEvent::ShopperChanged { shopper }),
        NewEvent::of(&UsersEvent::GuestMerged { shopper, guest: id() }),
        NewEvent::of(&CartsEvent::CartChanged { owner: id(), added: vec![id().into()] }),
        NewEvent::of(&WishlistsEvent::WishlistChanged { owner: id(), added: vec![] }),
        stepped(OrderStep::Created, None, vec![line.clone()]),
        stepped(OrderStep::OutForDelivery, Some(id().into()), vec![]),
        NewEvent::of(&PaymentsEvent::PaymentSettled { order, payment: id().into(), succeeded: false, amount }),
        NewEvent::of(&PaymentsEvent::RefundDue { order, refund, amount }),
        NewEvent::of(&PaymentsEvent::RefundSettled { order, refund, succeeded: true }),
        NewEvent::of(&ShipmentsEvent::ShipmentMoved {
            order,
            shipment: id().into(),
            courier: "swift".into(),
            state: "OUT_FOR_DELIVERY".into(),
            happened_at: at,
        }),
        recorded(Act::Searched, None, None, None, Some("कुर्ता".into())),
        recorded(Act::Bought, Some(id().into()), Some(id().into()), Some(pincode), None),
        NewEvent::of(&InboundEvent::FeedImported { supplier: id().into(), accepted: 10, rejected: 1 }),
        NewEvent::of(&NotificationsEvent::NotificationAdded { owner: id(), notification: id() }),
    ]
}

fn enveloped(new: &NewEvent, traceparent: Option<&str>) -> Value {
    let event = Event {
        id: EventId(Uuid::from_u128(1)),
        kind: new.kind.to_owned(),
        version: new.version,
        key: new.key.clone(),
        at: Timestamp::from_seconds(1_790_000_000),
        traceparent: traceparent.map(str::to_owned),
        data: new.data.clone(),
    };
    serde_json::to_value(event).expect("an event is plain data")
}

/// The kinds of all enums named `…Event` in a source text.
fn kinds_in_code(source: &str) -> BTreeSet<String> {
    let file = syn::parse_file(source).expect("the payloads are Rust");
    let events = file.items.into_iter().filter_map(|item| match item {
        syn::Item::Enum(e) if e.ident.to_string().ends_with("Event") => Some(e),
        _ => None,
    });
    events.flat_map(|e| e.variants.into_iter().map(|v| v.ident.to_string())).collect()
}

/// The kinds that a topic's schema tells apart.
fn kinds_in_schema(schema: &Value) -> BTreeSet<String> {
    let branches = schema["oneOf"].as_array().expect("a topic lists its kinds");
    branches.iter().map(|b| b["properties"]["type"]["const"].as_str().expect("a kind").to_owned()).collect()
}

/// The names of all properties, at any depth.
fn properties(schema: &Value, into: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            for (key, value) in map {
                if let (true, Value::Object(named)) = (key == "properties", value) {
                    into.extend(named.keys().cloned());
                }
                properties(value, into);
            }
        }
        Value::Array(list) => list.iter().for_each(|v| properties(v, into)),
        _ => {}
    }
}

fn personal(schema: &Value) -> Vec<String> {
    let mut names = BTreeSet::new();
    properties(schema, &mut names);
    names.into_iter().filter(|n| n.split('_').any(|word| PERSONAL.contains(&word))).collect()
}

/// Objects of a schema that let unknown properties through or do not say what they are.
fn loose(schema: &Value, path: &str, found: &mut Vec<String>) {
    if let Value::Object(map) = schema {
        if map.get("type") == Some(&json!("object"))
            && map.contains_key("properties")
            && map.get("additionalProperties") != Some(&json!(false))
        {
            found.push(format!("{path}: open to anything"));
        }
        for (key, value) in map {
            if let (true, Value::Object(named)) = (key == "properties", value) {
                let silent = named.iter().filter(|(_, p)| p.get("description").is_none() && p.get("const").is_none());
                // What only narrows a described property of the envelope is described there.
                let narrowing = path.contains("/oneOf/");
                found.extend(silent.filter(|_| !narrowing).map(|(name, _)| format!("{path}/{name}: not described")));
            }
            loose(value, &format!("{path}/{key}"), found);
        }
    } else if let Value::Array(list) = schema {
        list.iter().enumerate().for_each(|(i, v)| loose(v, &format!("{path}/{i}"), found));
    }
}

/// The same event broken in one place, each in another: a part missing, a part too many, a part of another shape.
fn broken(event: &Value) -> Vec<(String, Value)> {
    let mut out = Vec::new();
    for part in ["", "/data"] {
        let keys = event.pointer(part).and_then(Value::as_object).expect("an object").keys().cloned();
        for key in keys.collect::<Vec<_>>() {
            let mut less = event.clone();
            less.pointer_mut(part).and_then(Value::as_object_mut).expect("an object").remove(&key);
            out.push((format!("{part}/{key} missing"), less));
            let mut other = event.clone();
            *other.pointer_mut(&format!("{part}/{key}")).expect("was listed") = json!({ "no": 1 });
            out.push((format!("{part}/{key} of another shape"), other));
        }
        let mut more = event.clone();
        more.pointer_mut(part)
            .and_then(Value::as_object_mut)
            .expect("an object")
            .insert("email".into(), json!("a@b.c"));
        out.push((format!("{part}/email too many"), more));
    }
    out
}

#[test]
fn every_topic_has_a_schema_and_every_schema_a_topic() {
    let files: BTreeSet<String> = fs::read_dir(folder())
        .expect("the folder is there")
        .map(|f| f.expect("a file").path().file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    let mut expected: BTreeSet<String> = Topic::ALL.into_iter().map(|t| t.name().to_owned()).collect();
    expected.insert("envelope".to_owned());
    assert_eq!(files, expected);
}

#[test]
fn every_kind_is_said_described_and_sampled() {
    let source = include_str!("../../services/src/kernel/events/payloads.rs");
    let mut sampled: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for s in samples() {
        sampled.entry(s.topic.name()).or_default().insert(s.kind.to_owned());
    }
    for topic in Topic::ALL {
        assert_eq!(sampled.get(topic.name()), Some(&kinds_in_schema(&read(topic.name()))), "{}", topic.name());
    }
    assert_eq!(sampled.into_values().flatten().collect::<BTreeSet<_>>(), kinds_in_code(source));
    let made_up = "enum AEvent { One { x: u8 }, Two } enum Other { Three }";
    assert_eq!(kinds_in_code(made_up), BTreeSet::from(["One".to_owned(), "Two".to_owned()]));
}

#[test]
fn what_is_said_is_valid() {
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    for s in samples() {
        let validator = validator(&read(s.topic.name()));
        for traceparent in [None, Some(trace)] {
            let event = enveloped(&s, traceparent);
            if let Err(e) = validator.validate(&event) {
                panic!("{}: {e} in {event}", s.kind);
            }
        }
    }
}

#[test]
fn what_is_broken_is_not_valid() {
    for s in samples() {
        let validator = validator(&read(s.topic.name()));
        let event = enveloped(&s, None);
        assert!(validator.is_valid(&event));
        for (how, event) in broken(&event) {
            assert!(!validator.is_valid(&event), "{}: {how} passes", s.kind);
        }
    }
}

#[test]
fn an_event_is_valid_on_its_own_topic_only() {
    for s in samples() {
        for topic in Topic::ALL.into_iter().filter(|t| *t != s.topic) {
            assert!(!validator(&read(topic.name())).is_valid(&enveloped(&s, None)), "{} on {}", s.kind, topic.name());
        }
    }
}

#[test]
fn no_event_can_carry_personal_data() {
    for name in Topic::ALL.into_iter().map(Topic::name).chain(["envelope"]) {
        assert_eq!(personal(&read(name)), Vec::<String>::new(), "{name}");
    }
    let leaky =
        json!({ "properties": { "to": { "oneOf": [{ "properties": { "recipient_name": {}, "unit_price": {} } }] } } });
    assert_eq!(personal(&leaky), ["recipient_name"]);
}

#[test]
fn schemas_are_closed_and_described() {
    for name in Topic::ALL.into_iter().map(Topic::name).chain(["envelope"]) {
        let (schema, mut found) = (read(name), Vec::new());
        loose(&schema, name, &mut found);
        assert_eq!(found, Vec::<String>::new());
        assert!(schema["description"].is_string() && schema["title"].is_string(), "{name}");
    }
    let mut found = Vec::new();
    loose(&json!({ "type": "object", "properties": { "x": {} } }), "made up", &mut found);
    assert_eq!(found, ["made up: open to anything", "made up/x: not described"]);
}
