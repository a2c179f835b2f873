//! The custom scalars of the schema, by name, with what refuses a malformed one before anything runs. The edge knows none
//! by itself: the schema's crate gives the checks. A scalar without one accepts everything and is left to its resolver.

use std::collections::HashMap;

use async_graphql_value::ConstValue;

/// Says why a value is not of the scalar; the text follows the scalar's name and a colon.
pub type Check = fn(&ConstValue) -> Result<(), String>;

/// The checks by the scalar's name.
#[derive(Clone, Debug, Default)]
pub struct Scalars(HashMap<String, Check>);

impl Scalars {
    /// With one more scalar, or another check for one.
    #[must_use]
    pub fn with(mut self, name: &str, check: Check) -> Self {
        self.0.insert(name.to_owned(), check);
        self
    }
    /// The check of a scalar.
    pub fn get(&self, name: &str) -> Option<Check> {
        self.0.get(name).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scalar_is_checked_by_the_last_check_of_its_name() {
        let scalars = Scalars::default().with("Even", |_| Err("never".into())).with("Even", |v| match v {
            ConstValue::Number(n) if n.as_i64().is_some_and(|n| n % 2 == 0) => Ok(()),
            _ => Err("an even number is needed".into()),
        });
        let check = scalars.get("Even").expect("registered");
        assert_eq!(check(&ConstValue::from(2)), Ok(()));
        assert_eq!(check(&ConstValue::from(3)), Err("an even number is needed".to_owned()));
        assert!(scalars.get("Odd").is_none());
    }
}
