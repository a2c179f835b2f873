//! Recommendations: what goes with a thing, a cart or a shopper, learnt from what was bought and looked at.

pub mod evaluation;
pub mod learning;
