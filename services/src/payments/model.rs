//! Payments, refunds, and what a provider says about them.

use serde::{Deserialize, Serialize};

use crate::kernel::{
    clock::Timestamp,
    ids::{OrderId, PaymentId, RefundId},
    money::Money,
};

/// A way to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentMethod {
    /// Card, by a token of the provider.
    Card,
    /// UPI, confirmed in another app.
    Upi,
    /// Cash when it arrives.
    CashOnDelivery,
}

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentState {
    /// No answer yet.
    Pending,
    /// The money is there, or comes in cash.
    Succeeded,
    /// Refused.
    Declined,
    /// Called off when the time was over.
    Cancelled,
}

/// A payment of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Its id; the provider's idempotency key is made of it and the attempt.
    pub id: PaymentId,
    /// The order.
    pub order: OrderId,
    /// How.
    pub method: PaymentMethod,
    /// How much; equal to the order's total.
    pub amount: Money,
    /// Where it stands.
    pub state: PaymentState,
    /// The provider's own reference, once known.
    pub provider_reference: Option<String>,
    /// A page that the shopper must open.
    pub redirect_url: Option<String>,
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefundState {
    /// On its way.
    Pending,
    /// Done.
    Succeeded,
    /// The provider could not; people look after it.
    Failed,
}

/// Money going back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Its id; the provider's idempotency key.
    pub id: RefundId,
    /// The order.
    pub order: OrderId,
    /// The payment that it takes from.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub state: RefundState,
    /// Why, for people.
    pub reason: String,
}

/// A charge as it goes to the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The provider's idempotency key: order id and attempt.
    pub idempotency_key: String,
    /// Our payment.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
    /// The provider's token of the card, or the payer's UPI address.
    pub token: String,
}

/// What the provider answers to a charge or a look-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChargeStatus {
    /// The money is there.
    Succeeded {
        /// The provider's reference.
        reference: String,
    },
    /// Refused, for good.
    Declined {
        /// The provider's reference.
        reference: String,
        /// Why, for people.
        reason: String,
    },
    /// Not decided: ask again, or wait for its webhook.
    Pending {
        /// The provider's reference, when it has one.
        reference: Option<String>,
        /// A page that the shopper must open.
        redirect_url: Option<String>,
    },
    /// The charge was called off before it succeeded.
    Cancelled,
    /// The provider has never seen this key.
    Unknown,
}

/// A provider's signed message, checked and decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderEvent {
    /// The provider's id of the message; a repeated one is ignored.
    pub id: String,
    /// Our payment.
    pub payment: PaymentId,
    /// It succeeded, or failed.
    pub succeeded: bool,
    /// The amount that the provider says; must equal ours.
    pub amount: Money,
    /// When it was signed.
    pub at: Timestamp,
}
