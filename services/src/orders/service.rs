//! The order service.
/// Orders.
#[derive(Clone, Debug)]
pub struct Orders;
