//! What an operator may set about checkout: times and charges.

use std::time::Duration;

use super::charges::ChargeTable;

/// Times and charges of checkout.
#[derive(Clone, Debug)]
pub struct OrderSettings {
    /// How long a quote is good.
    pub quote_ttl: Duration,
    /// How long stock is held for a payment.
    pub reservation_ttl: Duration,
    /// How long after its arrival a line may be sent back; zero: never.
    pub return_window: Duration,
    /// How long a worker may take for one call to the provider before another asks again.
    pub lease: Duration,
    /// How long an undecided charge rests before it is asked about again; doubles up to [`Self::poll_max`].
    pub poll: Duration,
    /// The longest rest between two questions.
    pub poll_max: Duration,
    /// What is charged besides the lines, and which ways to pay are offered.
    pub charges: ChargeTable,
    /// Signs the tokens that open a guest's order.
    pub guest_secret: Vec<u8>,
}

impl Default for OrderSettings {
    fn default() -> Self {
        Self {
            quote_ttl: Duration::from_secs(600),
            reservation_ttl: Duration::from_secs(900),
            return_window: Duration::from_secs(7 * 86_400),
            lease: Duration::from_secs(30),
            poll: Duration::from_millis(250),
            poll_max: Duration::from_secs(30),
            charges: ChargeTable::default(),
            guest_secret: b"chowk demo guest secret".to_vec(),
        }
    }
}
