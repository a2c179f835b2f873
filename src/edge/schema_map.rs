//! The schema as the edge needs it: which fields, arguments and input types there are, taken from the SDL once at start.
//! It does not resolve and does not validate selections; the engine does that with its own registry.

use std::collections::{HashMap, HashSet};

use async_graphql_parser::{
    parse_schema,
    types::{
        BaseType, ConstDirective, DirectiveLocation, FieldDefinition, InputValueDefinition, OperationType,
        ServiceDocument, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
    },
};
use async_graphql_value::ConstValue;

/// The schema, by type name.
#[derive(Debug, Default)]
pub struct SchemaMap {
    types: HashMap<String, TypeShape>,
    directives: HashMap<String, DirectiveShape>,
    query: Option<String>,
    mutation: Option<String>,
    subscription: Option<String>,
}

/// A type, as far as the edge looks at it.
#[derive(Debug)]
pub enum TypeShape {
    /// A scalar, built in or custom.
    Scalar,
    /// An enum and its values.
    Enum(HashSet<String>),
    /// An object, interface or union (which has no fields of its own).
    Composite(HashMap<String, FieldShape>),
    /// An input object.
    Input(InputShape),
}

/// A field of a composite type.
#[derive(Debug)]
pub struct FieldShape {
    /// The name of the type without its wrappers.
    pub type_name: String,
    /// Whether it is a list at any level.
    pub list: bool,
    /// Its arguments.
    pub arguments: HashMap<String, ValueShape>,
}

/// An argument or an input field.
#[derive(Debug)]
pub struct ValueShape {
    /// Its type.
    pub ty: Type,
    /// Its default; `None` when it has none.
    pub default: Option<ConstValue>,
}

impl ValueShape {
    /// Whether it must be given.
    pub fn required(&self) -> bool {
        !self.ty.nullable && self.default.is_none()
    }
}

/// An input object.
#[derive(Debug)]
pub struct InputShape {
    /// Exactly one field must be given.
    pub one_of: bool,
    /// Its fields.
    pub fields: HashMap<String, ValueShape>,
}

/// A directive that documents may use.
#[derive(Debug)]
pub struct DirectiveShape {
    /// Its arguments.
    pub arguments: HashMap<String, ValueShape>,
    /// Where it may stand.
    pub locations: Vec<DirectiveLocation>,
    /// Whether it may stand there twice.
    pub repeatable: bool,
}

/// The SDL could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// The text is not SDL.
    #[error("the schema's SDL does not parse: {0}")]
    Syntax(#[from] async_graphql_parser::Error),
    /// There is no query root.
    #[error("the schema's SDL has no query root")]
    NoQuery,
}

impl SchemaMap {
    /// Reads the SDL.
    pub fn parse(sdl: &str) -> Result<Self, SchemaError> {
        Self::from_document(parse_schema(sdl)?)
    }

    fn from_document(document: ServiceDocument) -> Result<Self, SchemaError> {
        let mut map = Self::default();
        for name in ["Int", "Float", "String", "Boolean", "ID"] {
            map.types.insert(name.to_owned(), TypeShape::Scalar);
        }
        map.add_built_in_directives();
        let mut roots = None;
        for definition in document.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => roots = Some(schema.node),
                TypeSystemDefinition::Type(definition) => map.add_type(definition.node),
                TypeSystemDefinition::Directive(directive) => {
                    let directive = directive.node;
                    let shape = DirectiveShape {
                        arguments: values(directive.arguments.into_iter().map(|a| a.node)),
                        locations: directive.locations.into_iter().map(|l| l.node).collect(),
                        repeatable: directive.is_repeatable,
                    };
                    map.directives.insert(directive.name.node.to_string(), shape);
                }
            }
        }
        let named = |given: Option<&str>, usual: &str| {
            let name = if roots.is_some() { given? } else { usual };
            map.types.contains_key(name).then(|| name.to_owned())
        };
        let root = |f: fn(&async_graphql_parser::types::SchemaDefinition) -> Option<&str>| roots.as_ref().and_then(f);
        let query = named(root(|r| r.query.as_ref().map(|n| n.node.as_str())), "Query");
        let mutation = named(root(|r| r.mutation.as_ref().map(|n| n.node.as_str())), "Mutation");
        let subscription = named(root(|r| r.subscription.as_ref().map(|n| n.node.as_str())), "Subscription");
        (map.query, map.mutation, map.subscription) = (query, mutation, subscription);
        if map.query.is_none() {
            return Err(SchemaError::NoQuery);
        }
        Ok(map)
    }

    fn add_built_in_directives(&mut self) {
        use DirectiveLocation::{Field, FragmentSpread, InlineFragment};
        for name in ["skip", "include"] {
            let condition =
                ValueShape { ty: Type { base: BaseType::Named(name_of("Boolean")), nullable: false }, default: None };
            let shape = DirectiveShape {
                arguments: HashMap::from([("if".to_owned(), condition)]),
                locations: vec![Field, FragmentSpread, InlineFragment],
                repeatable: false,
            };
            self.directives.insert(name.to_owned(), shape);
        }
    }

    fn add_type(&mut self, definition: TypeDefinition) {
        let one_of = has_directive(&definition.directives, "oneOf");
        let shape = match definition.kind {
            TypeKind::Scalar => TypeShape::Scalar,
            TypeKind::Enum(e) => TypeShape::Enum(e.values.into_iter().map(|v| v.node.value.node.to_string()).collect()),
            TypeKind::Object(o) => TypeShape::Composite(fields(o.fields.into_iter().map(|f| f.node))),
            TypeKind::Interface(i) => TypeShape::Composite(fields(i.fields.into_iter().map(|f| f.node))),
            TypeKind::Union(_) => TypeShape::Composite(HashMap::new()),
            TypeKind::InputObject(i) => {
                TypeShape::Input(InputShape { one_of, fields: values(i.fields.into_iter().map(|f| f.node)) })
            }
        };
        match (self.types.get_mut(definition.name.node.as_str()), shape) {
            (Some(TypeShape::Composite(old)), TypeShape::Composite(more)) if definition.extend => old.extend(more),
            (_, shape) => {
                self.types.insert(definition.name.node.to_string(), shape);
            }
        }
    }

    /// A type by name.
    pub fn get(&self, name: &str) -> Option<&TypeShape> {
        self.types.get(name)
    }
    /// A field of a type.
    pub fn field(&self, type_name: &str, field: &str) -> Option<&FieldShape> {
        match self.types.get(type_name)? {
            TypeShape::Composite(fields) => fields.get(field),
            _ => None,
        }
    }
    /// Whether a type has fields to select.
    pub fn is_composite(&self, type_name: &str) -> bool {
        matches!(self.types.get(type_name), Some(TypeShape::Composite(_)))
    }
    /// A directive by name.
    pub fn directive(&self, name: &str) -> Option<&DirectiveShape> {
        self.directives.get(name)
    }
    /// The root type of a kind of operation.
    pub fn root(&self, kind: OperationType) -> Option<&str> {
        match kind {
            OperationType::Query => self.query.as_deref(),
            OperationType::Mutation => self.mutation.as_deref(),
            OperationType::Subscription => self.subscription.as_deref(),
        }
    }
}

fn name_of(text: &str) -> async_graphql_value::Name {
    async_graphql_value::Name::new(text)
}

fn has_directive(directives: &[async_graphql_parser::Positioned<ConstDirective>], name: &str) -> bool {
    directives.iter().any(|d| d.node.name.node.as_str() == name)
}

fn fields(definitions: impl Iterator<Item = FieldDefinition>) -> HashMap<String, FieldShape> {
    definitions
        .map(|f| {
            let shape = FieldShape {
                type_name: base_name(&f.ty.node).to_owned(),
                list: matches!(f.ty.node.base, BaseType::List(_)),
                arguments: values(f.arguments.into_iter().map(|a| a.node)),
            };
            (f.name.node.to_string(), shape)
        })
        .collect()
}

fn values(definitions: impl Iterator<Item = InputValueDefinition>) -> HashMap<String, ValueShape> {
    definitions
        .map(|v| (v.name.node.to_string(), ValueShape { ty: v.ty.node, default: v.default_value.map(|d| d.node) }))
        .collect()
}

/// The name inside all list wrappers.
pub fn base_name(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(inner) => base_name(inner),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_fields_arguments_defaults_and_one_of() {
        let map = SchemaMap::parse(
            r#"type Query { items(first: Int! = 5, ids: [ID!]): [Item!] }
               type Item { id: ID! } union Any = Item
               enum Sort { UP DOWN }
               input Pick @oneOf { id: ID slug: String }
               directive @live(every: Int) on QUERY"#,
        )
        .expect("valid SDL");
        let items = map.field("Query", "items").expect("is there");
        assert!(items.list && items.type_name == "Item" && map.is_composite("Any"));
        assert!(!items.arguments["first"].required());
        assert!(matches!(map.get("Pick"), Some(TypeShape::Input(i)) if i.one_of && i.fields.len() == 2));
        assert!(matches!(map.get("Sort"), Some(TypeShape::Enum(v)) if v.contains("UP")));
        assert!(map.directive("live").is_some() && map.directive("skip").is_some() && map.directive("x").is_none());
        assert_eq!(map.root(OperationType::Mutation), None);
    }

    #[test]
    fn named_roots_are_followed() {
        let map = SchemaMap::parse("schema { query: Q mutation: M } type Q { a: Int } type M { b: Int }").expect("ok");
        assert_eq!((map.root(OperationType::Query), map.root(OperationType::Mutation)), (Some("Q"), Some("M")));
    }

    #[test]
    fn text_without_a_query_root_is_refused() {
        assert!(matches!(SchemaMap::parse("type A { b: Int }"), Err(SchemaError::NoQuery)));
        assert!(matches!(SchemaMap::parse("type {"), Err(SchemaError::Syntax(_))));
    }
}
