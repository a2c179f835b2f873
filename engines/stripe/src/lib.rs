//! The payment provider behind Stripe's API.
