//! What a document asks for, measured before anything else follows its fragments (see `cost_walk.rs`), and the limits
//! held against it.
//!
//! The cost is an upper estimate of the values in the answer: one for each field, times the size of the lists around
//! it. A list's size comes from `first`, `last` or `limit`, from the number of ids given, or from an assumption.
//! Unknown fields cost one; that they do not exist is for validation to say.

use std::collections::{BTreeMap, BTreeSet};

pub use super::cost_walk::measure;
use super::{codes, limits::Limits, refusal::Refusal};

/// Lists of `__Type` inside each other; the standard introspection has one, each further one multiplies the answer.
const INTROSPECTION_LISTS_MAX: u64 = 2;
/// `__schema` and `__type` in one operation.
const INTROSPECTION_ROOTS_MAX: u64 = 4;

/// What the schema does not tell about prices.
#[derive(Clone, Debug)]
pub struct CostRules {
    /// Rows of a list whose size nothing tells.
    pub assumed_list: u64,
    /// Rows of a page without `first` and `last`.
    pub assumed_page: u64,
    /// Values to add for single fields, by `Type.field`: work that the answer's size does not show.
    pub weights: BTreeMap<String, u64>,
    /// Mutations of which one operation may hold few.
    pub sensitive: BTreeSet<String>,
}

impl Default for CostRules {
    fn default() -> Self {
        let sessions = ["signIn", "signUp", "refreshSession", "startGuestSession"];
        let passwords = ["changePassword", "requestPasswordReset", "resetPassword"];
        let factors = ["beginTotp", "confirmTotp", "disableTotp"];
        let payments = ["placeOrder", "retryPayment"];
        let sensitive = sessions.into_iter().chain(passwords).chain(factors).chain(payments);
        Self {
            assumed_list: 10,
            assumed_page: 20,
            weights: BTreeMap::new(),
            sensitive: sensitive.map(str::to_owned).collect(),
        }
    }
}

/// What is told in `extensions.cost`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// The document's cost.
    pub requested: u64,
    /// The most that is run.
    pub maximum: u64,
}

/// What a document asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measure {
    /// Values in the answer, at most.
    pub cost: u64,
    /// Levels of data fields.
    pub depth: u64,
    /// Fields at the root of the chosen operation.
    pub root_fields: u64,
    /// Selections with all fragments unfolded, over all operations.
    pub selections: u64,
    /// Aliases written.
    pub aliases: u64,
    /// Directives written.
    pub directives: u64,
    /// Fields of the sensitive set at the root.
    pub sensitive: u64,
    /// `__schema` and `__type` at the root.
    pub introspection_roots: u64,
    /// Lists of `__Type` inside each other.
    pub introspection_lists: u64,
    /// Whether a variable was looked at, so that another request may measure otherwise.
    pub by_variables: bool,
    /// Nodes visited: the price of measuring.
    pub steps: u64,
}

/// Holds the limits against a measure. Every refusal says which limit and how far it was passed.
pub fn check(measure: &Measure, limits: &Limits, introspection: bool) -> Result<(), Refusal> {
    if measure.introspection_roots > 0 && !introspection {
        return Err(Refusal::graphql(codes::GRAPHQL_VALIDATION_FAILED, "Introspection is off here."));
    }
    let max = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let bounds = [
        ("selections with fragments unfolded", measure.selections, limits.selections),
        ("levels of fields", measure.depth, max(limits.depth)),
        ("fields at the root", measure.root_fields, max(limits.root_fields)),
        ("aliases", measure.aliases, max(limits.aliases)),
        ("directives", measure.directives, max(limits.directives)),
        ("introspection fields at the root", measure.introspection_roots, INTROSPECTION_ROOTS_MAX),
        ("nested lists of introspection", measure.introspection_lists, INTROSPECTION_LISTS_MAX),
        ("sensitive mutations", measure.sensitive, limits.sensitive_fields),
    ];
    for (what, have, allowed) in bounds {
        if have > allowed {
            return Err(too_much(format!("Too many {what}: {have}, at most {allowed}."), measure, limits));
        }
    }
    match limits.cost {
        Some(maximum) if measure.cost > maximum => {
            let asked = measure.cost;
            let message = format!(
                "The document may answer with {asked} values, at most {maximum}: ask for smaller pages or fewer fields."
            );
            Err(too_much(message, measure, limits))
        }
        _ => Ok(()),
    }
}

fn too_much(message: String, measure: &Measure, limits: &Limits) -> Refusal {
    let refusal = Refusal::graphql(codes::COST_EXCEEDED, message);
    match limits.cost {
        Some(maximum) => refusal.costing(Told { requested: measure.cost, maximum }),
        None => refusal,
    }
}

#[cfg(test)]
#[path = "tests/cost.rs"]
mod tests;
