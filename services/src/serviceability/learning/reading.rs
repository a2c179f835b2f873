//! Past shipments from CSV tables: one flat table, or the four of the olist profile. It takes open readers; where the
//! files are and how they are packed is the caller's.

use std::{collections::HashMap, io::Read};

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, de::DeserializeOwned};

use super::model::{LearningError, Shipment};

/// The tables of the olist profile.
pub struct Olist<R> {
    /// Orders with the times of purchase, arrival and the promised day.
    pub orders: R,
    /// Lines of orders with seller and freight.
    pub items: R,
    /// Customers with postal code and state.
    pub customers: R,
    /// Sellers with their state.
    pub sellers: R,
}

#[derive(Deserialize)]
struct FlatRow {
    id: String,
    origin: String,
    destination: String,
    #[serde(default)]
    area: String,
    #[serde(default)]
    seller: String,
    #[serde(default)]
    class: String,
    ordered_on: NaiveDate,
    delivered_on: Option<NaiveDate>,
    promised_on: Option<NaiveDate>,
}

/// Reads a flat table with the columns `id`, `origin`, `destination`, `ordered_on`, `delivered_on`, and if there are any
/// `promised_on`, `area`, `seller`, `class`. Days are written `2026-11-27`. Rows that did not arrive are left out.
///
/// # Errors
/// When a column is missing or a day cannot be read.
pub fn flat(reader: impl Read) -> Result<Vec<Shipment>, LearningError> {
    let rows: Vec<FlatRow> = table("shipments", reader)?;
    let arrived = rows.into_iter().filter_map(|r| {
        Some(Shipment {
            id: r.id,
            origin: r.origin,
            destination: r.destination,
            area: r.area,
            seller: r.seller,
            class: r.class,
            ordered_on: r.ordered_on,
            delivered_on: r.delivered_on?,
            promised_on: r.promised_on,
        })
    });
    Ok(arrived.collect())
}

#[derive(Deserialize)]
struct OrderRow {
    order_id: String,
    customer_id: String,
    order_status: String,
    order_purchase_timestamp: String,
    order_delivered_customer_date: String,
    order_estimated_delivery_date: String,
}

#[derive(Deserialize)]
struct ItemRow {
    order_id: String,
    seller_id: String,
    freight_value: f64,
}

#[derive(Deserialize)]
struct CustomerRow {
    customer_id: String,
    customer_zip_code_prefix: String,
    customer_state: String,
}

#[derive(Deserialize)]
struct SellerRow {
    seller_id: String,
    seller_state: String,
}

/// Joins the olist tables. Delivered orders with a known customer and a line of a known seller become shipments, by the
/// seller of their first line; the others are left out.
///
/// # Errors
/// When a table or a time in it cannot be read.
pub fn olist<R: Read>(tables: Olist<R>) -> Result<Vec<Shipment>, LearningError> {
    let customers: HashMap<String, CustomerRow> =
        table("customers", tables.customers)?.into_iter().map(|c: CustomerRow| (c.customer_id.clone(), c)).collect();
    let sellers: HashMap<String, String> =
        table("sellers", tables.sellers)?.into_iter().map(|s: SellerRow| (s.seller_id, s.seller_state)).collect();
    // Per order: the first line's seller, the freight of all lines.
    let mut lines: HashMap<String, (String, f64)> = HashMap::new();
    for item in table::<ItemRow>("order items", tables.items)? {
        lines.entry(item.order_id).or_insert((item.seller_id, 0.0)).1 += item.freight_value;
    }
    let mut shipments = Vec::new();
    for order in table::<OrderRow>("orders", tables.orders)? {
        if order.order_status != "delivered" || order.order_delivered_customer_date.is_empty() {
            continue;
        }
        let Some((customer, (seller, freight))) = customers.get(&order.customer_id).zip(lines.get(&order.order_id))
        else {
            continue;
        };
        let Some(origin) = sellers.get(seller) else { continue };
        shipments.push(Shipment {
            origin: origin.clone(),
            destination: customer.customer_state.clone(),
            area: customer.customer_zip_code_prefix.chars().take(3).collect(),
            seller: seller.clone(),
            // Steps of a quarter of an octave: the charge tells weight and distance together.
            class: format!("{:.0}", (freight.max(1.0).log2() * 4.0).round()),
            ordered_on: day(&order.order_id, &order.order_purchase_timestamp)?,
            delivered_on: day(&order.order_id, &order.order_delivered_customer_date)?,
            promised_on: Some(day(&order.order_id, &order.order_estimated_delivery_date)?),
            id: order.order_id,
        });
    }
    Ok(shipments)
}

fn table<T: DeserializeOwned>(name: &str, reader: impl Read) -> Result<Vec<T>, LearningError> {
    let rows = csv::Reader::from_reader(reader).into_deserialize().collect::<Result<_, _>>();
    rows.map_err(|e| LearningError::Table { table: name.to_owned(), message: e.to_string() })
}

fn day(order: &str, text: &str) -> Result<NaiveDate, LearningError> {
    let read = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S");
    read.map(|t| t.date()).map_err(|_| LearningError::Table {
        table: "orders".to_owned(),
        message: format!("order {order}: `{text}` is no time; write 2017-09-15 18:04:37"),
    })
}
