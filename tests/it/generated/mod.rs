//! Tests whose cases are read from the SDL, so that a new field, argument or type cannot be forgotten.

use std::collections::BTreeMap;

use async_graphql_parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
};

mod hostile;
mod owners;
mod roles;

pub use roles::sign_in;

/// Levels of optional inputs that are filled in for the sake of a text in them.
const TEXT_DEPTH: usize = 3;

/// The schema as it is exported.
pub struct Sdl(BTreeMap<String, TypeDefinition>);

/// An argument or an input's field that takes an id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IdPlace(pub String);

impl Sdl {
    /// Read from `schema/schema.graphql`, which another test holds to the running schema.
    pub fn read() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/schema.graphql");
        let text = std::fs::read_to_string(path).expect("the SDL");
        let document = async_graphql_parser::parse_schema(text).expect("the SDL parses");
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(ty) => Some((ty.node.name.node.to_string(), ty.node)),
            _ => None,
        });
        Self(types.collect())
    }

    /// The fields of an object type.
    pub fn fields(&self, object: &str) -> Vec<FieldDefinition> {
        match self.0.get(object).map(|t| &t.kind) {
            Some(TypeKind::Object(o)) => o.fields.iter().map(|f| f.node.clone()).collect(),
            _ => panic!("{object} is no object type of the schema"),
        }
    }

    /// The object types that implement an interface.
    pub fn implementing(&self, interface: &str) -> Vec<String> {
        let implements = |t: &&TypeDefinition| match &t.kind {
            TypeKind::Object(o) => o.implements.iter().any(|i| i.node.as_str() == interface),
            _ => false,
        };
        self.0.values().filter(implements).map(|t| t.name.node.to_string()).collect()
    }

    /// Everywhere that an id is taken: `Type.field.argument` and `Input.field`.
    pub fn id_places(&self) -> Vec<IdPlace> {
        let mut places = Vec::new();
        let mut note = |at: String, value: &InputValueDefinition| {
            if named(&value.ty.node.base) == "ID" {
                places.push(IdPlace(format!("{at}.{}", value.name.node)));
            }
        };
        for (name, ty) in &self.0 {
            match &ty.kind {
                TypeKind::Object(o) => {
                    for field in &o.fields {
                        let at = format!("{name}.{}", field.node.name.node);
                        field.node.arguments.iter().for_each(|a| note(at.clone(), &a.node));
                    }
                }
                TypeKind::InputObject(i) => i.fields.iter().for_each(|f| note(name.clone(), &f.node)),
                _ => {}
            }
        }
        places.sort();
        places
    }

    /// The least document that calls a root field: required arguments only.
    pub fn call(&self, root: &str, field: &FieldDefinition) -> String {
        self.call_with(root, field, None)
    }

    /// The same with a text in every place that takes one, optional ones included; `None` when there is no such place.
    pub fn call_with_text(&self, root: &str, field: &FieldDefinition, text: &str) -> Option<String> {
        let takes = field.arguments.iter().any(|a| self.takes_text(&a.node.ty.node, TEXT_DEPTH));
        takes.then(|| self.call_with(root, field, Some(text)))
    }

    fn call_with(&self, root: &str, field: &FieldDefinition, text: Option<&str>) -> String {
        let arguments = field.arguments.iter().filter_map(|a| self.argument(&a.node, text, TEXT_DEPTH));
        let arguments: Vec<_> = arguments.collect();
        let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
        let selection = match self.0.get(named(&field.ty.node.base)).map(|t| &t.kind) {
            Some(TypeKind::Object(o)) if o.fields.iter().any(|f| f.node.name.node.as_str() == "errors") => {
                " { errors { code } }"
            }
            Some(TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_)) => " { __typename }",
            _ => "",
        };
        format!("{} {{ {}{arguments}{selection} }}", root.to_lowercase(), field.name.node)
    }

    /// Whether a text fits somewhere into a value of this type.
    fn takes_text(&self, ty: &Type, depth: usize) -> bool {
        match (named(&ty.base), self.0.get(named(&ty.base)).map(|t| &t.kind)) {
            ("String", _) => true,
            (_, Some(TypeKind::InputObject(i))) if depth > 0 => {
                i.fields.iter().any(|f| self.takes_text(&f.node.ty.node, depth - 1))
            }
            _ => false,
        }
    }

    fn argument(&self, value: &InputValueDefinition, text: Option<&str>, depth: usize) -> Option<String> {
        let ty = &value.ty.node;
        let required = !ty.nullable && value.default_value.is_none();
        let wanted = required || text.is_some() && depth > 0 && self.takes_text(ty, depth - 1);
        wanted.then(|| format!("{}: {}", value.name.node, self.literal(ty, text, depth.saturating_sub(1))))
    }

    /// The least value of a type, or one with the text wherever there is room for it.
    fn literal(&self, ty: &Type, text: Option<&str>, depth: usize) -> String {
        let name = match &ty.base {
            BaseType::List(of) => return format!("[{}]", self.literal(of, text, depth)),
            BaseType::Named(name) => name.as_str(),
        };
        match name {
            "ID" => return format!("{:?}", resolvers::ids::of(services::kernel::ids::OrderId(uuid::Uuid::now_v7())).0),
            "String" => return serde_json::Value::from(text.unwrap_or("xxxxxxxxxxxxxxxx")).to_string(),
            "Int" | "Long" => return "1".to_owned(),
            "Float" => return "1.0".to_owned(),
            "Boolean" => return "true".to_owned(),
            "Pincode" => return "\"560001\"".to_owned(),
            "CurrencyCode" => return "\"INR\"".to_owned(),
            "DateTime" => return "\"2026-01-01T00:00:00Z\"".to_owned(),
            _ => {}
        }
        match self.0.get(name).map(|t| (&t.kind, &t.directives)) {
            Some((TypeKind::Enum(e), _)) => e.values[0].node.value.node.to_string(),
            Some((TypeKind::InputObject(i), directives)) => {
                let fields = i.fields.iter().map(|f| &f.node);
                let one_of = directives.iter().any(|d| d.node.name.node.as_str() == "oneOf");
                let fields: Vec<_> = if one_of {
                    let wordy = i.fields.iter().position(|f| self.takes_text(&f.node.ty.node, depth));
                    let chosen = wordy.filter(|_| text.is_some()).unwrap_or(0);
                    let one = fields.skip(chosen).take(1);
                    one.map(|f| format!("{}: {}", f.name.node, self.literal(&f.ty.node, text, depth))).collect()
                } else {
                    fields.filter_map(|f| self.argument(f, text, depth)).collect()
                };
                format!("{{ {} }}", fields.join(", "))
            }
            _ => panic!("say in this function how a {name} is written"),
        }
    }
}

/// The name at the bottom of a type.
fn named(base: &BaseType) -> &str {
    match base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(of) => named(&of.base),
    }
}
