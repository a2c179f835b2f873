//! The serviceability service.
/// Serviceability.
#[derive(Clone, Debug)]
pub struct Serviceability;
