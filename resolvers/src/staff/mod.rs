//! Staff: stock, the delivery network, couriers' messages. Each field says which role it needs and refuses inside its
//! body, so that a refusal costs only the field.

pub mod courier_updates;
pub mod deliveries;
pub mod lanes;
pub mod mutation;
pub mod network;
pub mod query;
pub mod returns;
pub mod stock;
