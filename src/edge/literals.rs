//! Literals against the schema, once for each document: arguments, defaults of variables, and directives (which ones, on
//! what, how often). Variables inside a literal are left to `coerce.rs`, unknown fields to validation.

use std::collections::HashMap;

use async_graphql::{Pos, Positioned, ServerError};
use async_graphql_parser::types::{
    BaseType, Directive, DirectiveLocation, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
    SelectionSet, Type, VariableDefinition,
};
use async_graphql_value::{Name, Value};

use super::{
    codes,
    coerce::{Coercion, Source, missing, one_of, shorten},
    schema_map::{InputShape, TypeShape, ValueShape, base_name},
};

impl Coercion<'_> {
    /// Checks every literal of a document, with variables inside literals left out: it is the same for every request.
    /// The errors carry [`codes::GRAPHQL_VALIDATION_FAILED`].
    pub fn literals(&self, document: &ExecutableDocument) -> Vec<ServerError> {
        let mut walk = LiteralWalk { rules: *self, errors: Vec::new() };
        for (_, operation) in document.operations.iter() {
            walk.operation(&operation.node);
        }
        let mut fragments: Vec<_> = document.fragments.values().collect();
        fragments.sort_by_key(|f| (f.pos.line, f.pos.column));
        for fragment in fragments {
            walk.directives(&fragment.node.directives, DirectiveLocation::FragmentDefinition);
            walk.selection_set(fragment.node.type_condition.node.on.node.as_str(), &fragment.node.selection_set.node);
        }
        walk.errors.truncate(self.errors);
        walk.errors
    }

    /// Checks a literal that may hold variables; what a variable stands for is checked with the variables.
    fn literal(&self, ty: &Type, value: &Value, at: &mut Vec<String>) -> Result<(), String> {
        match (value, &ty.base) {
            (Value::Variable(_), _) => Ok(()),
            (Value::List(items), BaseType::List(inner)) => {
                if items.len() > self.list_items {
                    return Err(format!("Too many items: {}, at most {}.", items.len(), self.list_items));
                }
                for (index, item) in items.iter().enumerate() {
                    at.push(format!("[{index}]"));
                    self.literal(inner, item, at)?;
                    at.pop();
                }
                Ok(())
            }
            (Value::Null, BaseType::List(_)) if ty.nullable => Ok(()),
            (value, BaseType::List(inner)) if !matches!(value, Value::Null) => self.literal(inner, value, at),
            (Value::Object(given), BaseType::Named(name)) => match self.map.get(name.as_str()) {
                Some(TypeShape::Input(shape)) => self.literal_input(name.as_str(), shape, given.iter(), at),
                _ => self.constant(ty, value, at),
            },
            _ => self.constant(ty, value, at),
        }
    }

    fn constant(&self, ty: &Type, value: &Value, at: &mut Vec<String>) -> Result<(), String> {
        match value.clone().into_const() {
            Some(constant) => self.coerce(ty, constant, Source::Literal, at).map(|_| ()),
            None => Ok(()),
        }
    }

    fn literal_input<'v>(
        &self,
        name: &str,
        shape: &InputShape,
        given: impl Iterator<Item = (&'v Name, &'v Value)> + Clone,
        at: &mut Vec<String>,
    ) -> Result<(), String> {
        if let Some((unknown, _)) = given.clone().find(|(key, _)| !shape.fields.contains_key(key.as_str())) {
            return Err(format!("\"{name}\" has no field \"{}\".", shorten(unknown)));
        }
        one_of(name, shape, given.clone().count(), given.clone().any(|(_, v)| matches!(v, Value::Null)))?;
        if let Some(missing) = missing(&shape.fields, |field| given.clone().any(|(key, _)| key.as_str() == field)) {
            return Err(format!("\"{name}\" needs its field \"{missing}\"."));
        }
        for (key, value) in given {
            let Some(field) = shape.fields.get(key.as_str()) else { continue };
            at.push(format!(".{key}"));
            self.literal(&field.ty, value, at)?;
            at.pop();
        }
        Ok(())
    }
}

struct LiteralWalk<'a> {
    rules: Coercion<'a>,
    errors: Vec<ServerError>,
}

impl LiteralWalk<'_> {
    fn refuse(&mut self, pos: Pos, message: String) {
        if self.errors.len() < self.rules.errors {
            self.errors.push(codes::tag(ServerError::new(message, Some(pos)), codes::GRAPHQL_VALIDATION_FAILED));
        }
    }

    fn operation(&mut self, operation: &OperationDefinition) {
        let location = match operation.ty {
            OperationType::Query => DirectiveLocation::Query,
            OperationType::Mutation => DirectiveLocation::Mutation,
            OperationType::Subscription => DirectiveLocation::Subscription,
        };
        self.directives(&operation.directives, location);
        for definition in &operation.variable_definitions {
            self.directives(&definition.node.directives, DirectiveLocation::VariableDefinition);
            self.variable(&definition.node);
        }
        let root = self.rules.map.root(operation.ty).unwrap_or_default();
        self.selection_set(root, &operation.selection_set.node);
    }

    /// The type must be an input type, of operations that do not run too: the engine looks up all of them.
    fn variable(&mut self, definition: &VariableDefinition) {
        let (name, ty) = (&definition.name.node, &definition.var_type.node);
        match self.rules.map.get(base_name(ty)) {
            None => {
                let message = format!("Variable \"${name}\" has an unknown type.");
                return self.refuse(definition.var_type.pos, message);
            }
            Some(TypeShape::Composite(_)) => {
                let message = format!("Variable \"${name}\" cannot be of the output type \"{ty}\".");
                return self.refuse(definition.var_type.pos, message);
            }
            Some(TypeShape::Scalar | TypeShape::Enum(_) | TypeShape::Input(_)) => {}
        }
        let Some(default) = &definition.default_value else { return };
        let at = &mut vec![format!("${name}")];
        if let Err(message) = self.rules.coerce(ty, default.node.clone(), Source::Literal, at) {
            self.refuse(default.pos, format!("Default of the variable \"{}\": {message}", at.concat()));
        }
    }

    fn selection_set(&mut self, parent: &str, set: &SelectionSet) {
        for selection in &set.items {
            if self.errors.len() >= self.rules.errors {
                return;
            }
            match &selection.node {
                Selection::Field(field) => self.field(parent, &field.node),
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.node.directives, DirectiveLocation::FragmentSpread);
                }
                Selection::InlineFragment(inline) => {
                    self.directives(&inline.node.directives, DirectiveLocation::InlineFragment);
                    let on = inline.node.type_condition.as_ref().map_or(parent, |c| c.node.on.node.as_str());
                    self.selection_set(on, &inline.node.selection_set.node);
                }
            }
        }
    }

    fn field(&mut self, parent: &str, field: &Field) {
        self.directives(&field.directives, DirectiveLocation::Field);
        let rules = self.rules;
        let shape = rules.map.field(parent, field.name.node.as_str());
        if let Some(shape) = shape {
            let of = format!("Field \"{parent}.{}\"", field.name.node);
            self.arguments(&of, field.name.pos, &field.arguments, &shape.arguments);
        }
        self.selection_set(shape.map_or("", |s| s.type_name.as_str()), &field.selection_set.node);
    }

    fn arguments(
        &mut self,
        of: &str,
        pos: Pos,
        given: &[(Positioned<Name>, Positioned<Value>)],
        shapes: &HashMap<String, ValueShape>,
    ) {
        for (name, value) in given {
            let Some(shape) = shapes.get(name.node.as_str()) else {
                self.refuse(name.pos, format!("{of} has no argument \"{}\".", shorten(&name.node)));
                continue;
            };
            let at = &mut vec![name.node.to_string()];
            if let Err(message) = self.rules.literal(&shape.ty, &value.node, at) {
                self.refuse(value.pos, format!("{of}, argument \"{}\": {message}", at.concat()));
            }
        }
        if let Some(missing) = missing(shapes, |name| given.iter().any(|(n, _)| n.node.as_str() == name)) {
            self.refuse(pos, format!("{of} needs its argument \"{missing}\"."));
        }
    }

    fn directives(&mut self, directives: &[Positioned<Directive>], location: DirectiveLocation) {
        let rules = self.rules;
        for (index, directive) in directives.iter().enumerate() {
            let name = directive.node.name.node.as_str();
            let Some(shape) = rules.map.directive(name) else {
                self.refuse(directive.pos, format!("Unknown directive \"@{}\".", shorten(name)));
                continue;
            };
            if !shape.locations.contains(&location) {
                self.refuse(directive.pos, format!("Directive \"@{name}\" may not stand here."));
            }
            if !shape.repeatable && directives[..index].iter().any(|d| d.node.name.node == directive.node.name.node) {
                self.refuse(directive.pos, format!("Directive \"@{name}\" may stand here only once."));
            }
            self.arguments(
                &format!("Directive \"@{name}\""),
                directive.pos,
                &directive.node.arguments,
                &shape.arguments,
            );
        }
    }
}
