//! The rules of learnt promises, over made-up shipments.

use chrono::{Days, NaiveDate};

use super::{lanes::percentile, model::Row, promise::PromiseModel, *};

fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day") + Days::new(number)
}

/// Two sellers on one lane: the quick one takes 2 or 3 days, the slow one 10 or 11; the shop promises 15 for both.
fn shipments(count: u64) -> Vec<Shipment> {
    let one = |n: u64| {
        let slow = n.is_multiple_of(2);
        let took = if slow { 10 } else { 2 } + u64::from(n.is_multiple_of(3));
        let ordered = n / 8;
        Shipment {
            id: format!("shipment-{n}"),
            origin: "north".into(),
            destination: "south".into(),
            area: "1".into(),
            seller: if slow { "slow" } else { "quick" }.into(),
            class: "small".into(),
            ordered_on: day(ordered),
            delivered_on: day(ordered + took),
            promised_on: Some(day(ordered + 15)),
        }
    };
    (0..count).map(one).collect()
}

fn model(shipments: &Shipments) -> PromiseModel {
    let rows: Vec<&Row> = shipments.rows.iter().collect();
    PromiseModel::fit(shipments, &rows, &rows)
}

#[test]
fn a_quick_seller_is_promised_sooner_on_the_same_lane() {
    let shipments = Shipments::new(&shipments(1_200)).expect("enough");
    let model = model(&shipments);
    let margin = model.margin(Aim::Share(0.95));
    let (slow, quick) = (&shipments.rows[0], &shipments.rows[1]);
    assert!(model.days(quick, margin) + 5 <= model.days(slow, margin));
    assert!(model.days(slow, margin) >= 10);
}

#[test]
fn what_arrives_on_the_day_of_the_order_or_later_changes_no_promise() {
    let told = shipments(1_200);
    let at = 1_000;
    let mut later = told.clone();
    for shipment in later.iter_mut().filter(|s| s.delivered_on >= told[at].ordered_on) {
        shipment.delivered_on = shipment.delivered_on + Days::new(30);
    }
    let (told, later) = (Shipments::new(&told).expect("enough"), Shipments::new(&later).expect("enough"));
    let promised = |all: &Shipments| {
        let order = &told.rows[at];
        let train: Vec<&Row> = told.rows.iter().filter(|r| r.delivered < order.ordered).collect();
        let known: Vec<&Row> = all.rows.iter().collect();
        PromiseModel::fit(&told, &train, &known).days(order, 2.0)
    };
    assert_eq!(promised(&told), promised(&later));
}

#[test]
fn a_wider_aim_never_promises_sooner() {
    let shipments = Shipments::new(&shipments(400)).expect("enough");
    let model = model(&shipments);
    let margins = [0.5, 0.8, 0.9, 0.99].map(|share| model.margin(Aim::Share(share)));
    assert!(margins.is_sorted(), "{margins:?}");
}

#[test]
fn too_few_shipments_teach_nothing() {
    let found = Shipments::new(&shipments(99)).map(|s| s.count());
    assert!(matches!(found, Err(LearningError::TooFew { found: 99, needed: 100 })), "{found:?}");
}

#[test]
fn an_arrival_before_the_order_is_left_out() {
    let mut some = shipments(200);
    some[7].delivered_on = some[7].ordered_on - Days::new(1);
    assert_eq!(Shipments::new(&some).expect("enough").count(), 199);
}

#[test]
fn a_percentile_is_a_day_that_was_seen() {
    assert_eq!(percentile(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.8), 8);
    assert_eq!(percentile(&[4], 0.95), 4);
    assert_eq!(percentile(&[], 0.5), 0);
}

#[test]
fn a_rare_lane_answers_by_its_destination() {
    let mut some = shipments(400);
    some[0].origin = "island".into();
    let lanes = lane_days(&Shipments::new(&some).expect("enough"));
    assert_eq!(lanes.len(), 14);
    let island = lanes.iter().find(|l| l.origin == "island" && l.weekday == 1).expect("a row");
    assert_eq!((island.shipments, island.days[2]), (0, 11));
}

#[test]
fn olist_tables_are_joined_and_orders_that_did_not_arrive_are_left_out() {
    let orders = "order_id,customer_id,order_status,order_purchase_timestamp,order_delivered_customer_date,\
                  order_estimated_delivery_date\n\
                  a,c,delivered,2017-09-15 12:16:38,2017-09-20 07:47:38,2017-10-04 00:00:00\n\
                  b,c,shipped,2017-09-15 12:16:38,,2017-10-04 00:00:00\n";
    let tables = |orders| reading::Olist {
        orders,
        items: "order_id,seller_id,freight_value\na,s,8\na,s,8\n".as_bytes(),
        customers: "customer_id,customer_zip_code_prefix,customer_state\nc,14600,SP\n".as_bytes(),
        sellers: "seller_id,seller_state\ns,RJ\n".as_bytes(),
    };
    let read = reading::olist(tables(orders.as_bytes())).expect("readable");
    assert_eq!(read.len(), 1);
    assert_eq!((read[0].origin.as_str(), read[0].destination.as_str(), read[0].area.as_str()), ("RJ", "SP", "146"));
    assert_eq!(read[0].class, "16");
    assert_eq!((read[0].delivered_on - read[0].ordered_on).num_days(), 5);
    let wrong = reading::olist(tables(orders.replace("2017-09-15", "15/09/2017").as_bytes())).expect_err("no time");
    assert!(wrong.to_string().contains("order a"), "{wrong}");
}

#[test]
fn a_flat_table_needs_its_columns_and_its_days() {
    let good = "id,origin,destination,ordered_on,delivered_on\n1,W1,560001,2026-01-01,2026-01-03\n2,W1,5,2026-01-01,\n";
    assert_eq!(reading::flat(good.as_bytes()).expect("readable").len(), 1);
    assert!(reading::flat("id,origin\n1,W1\n".as_bytes()).is_err());
    let wrong = good.replace("2026-01-03", "soon");
    assert!(reading::flat(wrong.as_bytes()).expect_err("no day").to_string().contains("line: 2"));
}
