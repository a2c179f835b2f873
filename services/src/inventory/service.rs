//! The inventory service.
/// Inventory.
#[derive(Clone, Debug)]
pub struct Inventory;
