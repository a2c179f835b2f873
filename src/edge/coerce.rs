//! Input coercion before execution: variables by the operation's definitions; `literals.rs` does the same for what is
//! written in the document. The engine coerces too, but late: there a bad value blanks the field's parent instead of
//! refusing the request. Whether a variable fits where it is used is for validation to say. Values are never
//! repeated in a message: they may be passwords.

use std::collections::HashMap;

use async_graphql::{ServerError, Variables};
use async_graphql_parser::types::{BaseType, OperationDefinition, Type, VariableDefinition};
use async_graphql_value::{ConstValue, Name, Number};

use super::{
    codes,
    scalars::Scalars,
    schema_map::{InputShape, SchemaMap, TypeShape, ValueShape},
};

/// The schema's input side.
#[derive(Clone, Copy)]
pub struct Coercion<'a> {
    /// Types, arguments and directives.
    pub map: &'a SchemaMap,
    /// Custom scalars.
    pub scalars: &'a Scalars,
    /// Items of one list.
    pub list_items: usize,
    /// Errors after which to stop.
    pub errors: usize,
}

/// Where a value was written: literals know enums from strings, JSON does not.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Literal,
    Json,
}

impl Coercion<'_> {
    /// Brings the variables of a request into the shapes that the operation declares (its types were checked with its
    /// literals), and drops those it does not
    /// declare. The errors carry [`codes::BAD_USER_INPUT`]; on any the variables are not to be used.
    pub fn variables(&self, operation: &OperationDefinition, variables: &mut Variables) -> Vec<ServerError> {
        let mut errors = Vec::new();
        let mut taken = Variables::default();
        for definition in &operation.variable_definitions {
            if errors.len() >= self.errors {
                break;
            }
            match self.variable(&definition.node, variables.remove(&definition.node.name.node)) {
                Ok(Some(value)) => {
                    taken.insert(definition.node.name.node.clone(), value);
                }
                Ok(None) => {}
                Err(message) => {
                    let error = ServerError::new(message, Some(definition.pos));
                    errors.push(codes::tag(error, codes::BAD_USER_INPUT));
                }
            }
        }
        *variables = taken;
        errors
    }

    fn variable(
        &self,
        definition: &VariableDefinition,
        given: Option<ConstValue>,
    ) -> Result<Option<ConstValue>, String> {
        let (name, ty) = (definition.name.node.as_str(), &definition.var_type.node);
        match given {
            None if definition.default_value.is_some() || ty.nullable => Ok(None),
            None => Err(format!("Variable \"${name}\" of type \"{ty}\" is required and was not given.")),
            Some(value) => {
                let at = &mut vec![format!("${name}")];
                let value = self
                    .coerce(ty, value, Source::Json, at)
                    .map_err(|m| format!("Variable \"{}\": {m}", at.concat()))?;
                Ok(Some(value))
            }
        }
    }

    pub(super) fn coerce(
        &self,
        ty: &Type,
        value: ConstValue,
        source: Source,
        at: &mut Vec<String>,
    ) -> Result<ConstValue, String> {
        if matches!(value, ConstValue::Null) {
            return if ty.nullable { Ok(value) } else { Err(format!("Expected \"{ty}\", found null.")) };
        }
        match &ty.base {
            BaseType::List(inner) => self.coerce_list(inner, value, source, at),
            BaseType::Named(name) => match self.map.get(name.as_str()) {
                Some(TypeShape::Scalar) => self.coerce_scalar(name.as_str(), value, source),
                Some(TypeShape::Enum(values)) => {
                    let text = match (&value, source) {
                        (ConstValue::Enum(text), _) => text.as_str(),
                        (ConstValue::String(text), Source::Json) => text.as_str(),
                        _ => return Err(format!("Expected a value of the enum \"{name}\", found {}.", kind(&value))),
                    };
                    if values.contains(text) {
                        Ok(ConstValue::Enum(Name::new(text)))
                    } else {
                        Err(format!("This value does not exist in the enum \"{name}\"."))
                    }
                }
                Some(TypeShape::Input(shape)) => self.coerce_input(name.as_str(), shape, value, source, at),
                Some(TypeShape::Composite(_)) | None => Err(format!("\"{name}\" is no input type.")),
            },
        }
    }

    fn coerce_list(
        &self,
        inner: &Type,
        value: ConstValue,
        source: Source,
        at: &mut Vec<String>,
    ) -> Result<ConstValue, String> {
        let ConstValue::List(items) = value else {
            return Ok(ConstValue::List(vec![self.coerce(inner, value, source, at)?]));
        };
        if items.len() > self.list_items {
            return Err(format!("Too many items: {}, at most {}.", items.len(), self.list_items));
        }
        let mut coerced = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            at.push(format!("[{index}]"));
            coerced.push(self.coerce(inner, item, source, at)?);
            at.pop();
        }
        Ok(ConstValue::List(coerced))
    }

    fn coerce_scalar(&self, name: &str, value: ConstValue, source: Source) -> Result<ConstValue, String> {
        let found = kind(&value);
        let expected = |what: &str| Err(format!("Expected {what}, found {found}."));
        match (name, value) {
            ("Int", ConstValue::Number(n)) => match whole(&n, source).map(i32::try_from) {
                Some(Ok(n)) => Ok(ConstValue::from(n)),
                Some(Err(_)) => Err("Expected an Int, found a number outside 32 bits.".to_owned()),
                None => Err("Expected an Int, found a number that is not whole.".to_owned()),
            },
            ("Int", _) => expected("an Int"),
            ("Float", ConstValue::Number(n)) if n.as_f64().is_some_and(f64::is_finite) => Ok(ConstValue::Number(n)),
            ("Float", _) => expected("a Float"),
            ("String", value @ ConstValue::String(_)) => Ok(value),
            ("String", _) => expected("a String"),
            ("Boolean", value @ ConstValue::Boolean(_)) => Ok(value),
            ("Boolean", _) => expected("a Boolean"),
            ("ID", value @ ConstValue::String(_)) => Ok(value),
            ("ID", ConstValue::Number(n)) if whole(&n, Source::Literal).is_some() => {
                Ok(ConstValue::String(n.to_string()))
            }
            ("ID", _) => expected("an ID"),
            (custom, value) => match self.scalars.get(custom).map(|check| check(&value)) {
                Some(Err(why)) => Err(format!("Expected a value of \"{custom}\": {why}.")),
                Some(Ok(())) | None => Ok(value),
            },
        }
    }

    fn coerce_input(
        &self,
        name: &str,
        shape: &InputShape,
        value: ConstValue,
        source: Source,
        at: &mut Vec<String>,
    ) -> Result<ConstValue, String> {
        let ConstValue::Object(mut given) = value else {
            return Err(format!("Expected an object of \"{name}\", found {}.", kind(&value)));
        };
        if let Some(unknown) = given.keys().find(|key| !shape.fields.contains_key(key.as_str())) {
            return Err(format!("\"{name}\" has no field \"{}\".", shorten(unknown)));
        }
        one_of(name, shape, given.len(), given.values().any(|v| *v == ConstValue::Null))?;
        if let Some(missing) = missing(&shape.fields, |field| given.contains_key(field)) {
            return Err(format!("\"{name}\" needs its field \"{missing}\"."));
        }
        for (key, slot) in &mut given {
            let Some(field) = shape.fields.get(key.as_str()) else { continue };
            at.push(format!(".{key}"));
            *slot = self.coerce(&field.ty, std::mem::take(slot), source, at)?;
            at.pop();
        }
        Ok(ConstValue::Object(given))
    }
}

pub(super) fn one_of(name: &str, shape: &InputShape, given: usize, null: bool) -> Result<(), String> {
    if shape.one_of && (given != 1 || null) {
        return Err(format!("\"{name}\" takes exactly one of its fields, and not null."));
    }
    Ok(())
}

/// The first required name that is not given, in alphabetical order so that messages repeat.
pub(super) fn missing(shapes: &HashMap<String, ValueShape>, given: impl Fn(&str) -> bool) -> Option<&str> {
    shapes.iter().filter(|(name, s)| s.required() && !given(name)).map(|(name, _)| name.as_str()).min()
}

/// The whole number that a number is; JSON writes 1.0 for 1, a literal does not.
fn whole(number: &Number, source: Source) -> Option<i64> {
    match (number.as_i64(), number.as_u64(), source) {
        (Some(n), _, _) => Some(n),
        (None, Some(_), _) => Some(i64::MAX),
        (None, None, Source::Json) => {
            let text = number.to_string();
            text.strip_suffix(".0").and_then(|whole| whole.parse().ok())
        }
        (None, None, Source::Literal) => None,
    }
}

fn kind(value: &ConstValue) -> &'static str {
    match value {
        ConstValue::Null => "null",
        ConstValue::Number(_) => "a number",
        ConstValue::String(_) => "a string",
        ConstValue::Boolean(_) => "a boolean",
        ConstValue::Binary(_) => "bytes",
        ConstValue::Enum(_) => "an enum value",
        ConstValue::List(_) => "a list",
        ConstValue::Object(_) => "an object",
    }
}

/// A name as told: at most 64 characters of it.
pub(super) fn shorten(name: &str) -> &str {
    name.char_indices().nth(64).map_or(name, |(end, _)| &name[..end])
}

#[cfg(test)]
#[path = "tests/coerce.rs"]
mod tests;
