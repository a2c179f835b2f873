//! Delivery days learnt from past shipments: how long a parcel from here to there takes, said as a promise that holds
//! with a chosen share. It knows nothing of the network's lanes and changes none.
//!
//! Reading order: `model` is what a past shipment is, `reading` takes shipments from files, `additive` fits shrunk
//! effects, `promise` makes days of them, `lanes` is the plain percentile that it has to beat, `evaluation` compares.

mod additive;
pub mod evaluation;
mod lanes;
pub mod model;
mod promise;
pub mod reading;

#[cfg(test)]
mod tests;

pub use evaluation::{Evaluation, Outcome, evaluate};
pub use lanes::{LaneDays, lane_days};
pub use model::{LearningError, Shipment, Shipments};
pub use promise::{Aim, PromiseModel};
