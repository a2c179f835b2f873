//! Documents of the shop's schema made from choices: real fields and arguments, so that they get past the parser and
//! reach what measures, with fragments inside fragments, cycles, aliases, directives and wrong values among them.

use std::{collections::BTreeMap, fmt::Write, sync::LazyLock};

use async_graphql_parser::types::{BaseType, OperationType, Type};
use chowk::edge::schema_map::{SchemaMap, TypeShape};

use crate::{made::Choices, seeds};

/// Fragments of a document.
const FRAGMENTS_MAX: usize = 6;
/// Selections of one set.
const WIDTH_MAX: usize = 5;
/// Sets inside sets that are written out.
const DEPTH_MAX: usize = 12;
/// Bytes after which no more sets are begun.
const TEXT_MAX: usize = 20_000;

/// The schema as the edge sees it.
pub static SCHEMA: LazyLock<SchemaMap> = LazyLock::new(|| {
    let sdl = std::fs::read_to_string(seeds::root().join("schema/schema.graphql")).expect("the schema can be read");
    SchemaMap::parse(&sdl).expect("the schema can be read")
});

/// The names of composite types in their order in the SDL.
static TYPES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let sdl = std::fs::read_to_string(seeds::root().join("schema/schema.graphql")).expect("the schema can be read");
    let begins = ["type ", "interface ", "union "];
    let name = |line: &str| {
        let rest = begins.iter().find_map(|b| line.strip_prefix(b))?;
        Some(rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()?.to_owned())
    };
    let names: Vec<String> = sdl.lines().filter_map(name).filter(|name| SCHEMA.is_composite(name)).collect();
    assert!(names.len() > 50, "the types of the schema were read");
    names
});

/// A document; also the names of its fragments are choices, so some are not there and some spread themselves.
pub fn document(choices: &mut Choices<'_>) -> String {
    let mut maker = Maker { text: String::new(), choices };
    for _ in 0..=maker.choices.below(2) {
        maker.operation();
    }
    for number in 0..maker.choices.below(FRAGMENTS_MAX) {
        let on = maker.choices.pick(&TYPES).clone();
        maker.put(format_args!("fragment F{number} on {on} "));
        maker.set(&on, 0);
    }
    maker.text
}

struct Maker<'a, 'b> {
    text: String,
    choices: &'a mut Choices<'b>,
}

impl Maker<'_, '_> {
    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        self.text.write_fmt(text).expect("a text grows");
    }

    fn operation(&mut self) {
        let kind = *self.choices.pick(&[OperationType::Query, OperationType::Mutation, OperationType::Subscription]);
        let (name, number) = (self.choices.below(3), self.choices.below(200));
        self.put(format_args!("{kind} Q{name}($n: Int = {number}, $s: String, $ids: [ID!]) "));
        let root = SCHEMA.root(kind).unwrap_or("Query").to_owned();
        self.set(&root, 0);
    }

    fn set(&mut self, of: &str, depth: usize) {
        self.text.push_str("{ ");
        let fields: BTreeMap<&str, &str> = match SCHEMA.get(of) {
            Some(TypeShape::Composite(fields)) => {
                fields.iter().map(|(name, shape)| (name.as_str(), shape.type_name.as_str())).collect()
            }
            _ => BTreeMap::new(),
        };
        let fields: Vec<(&str, &str)> = fields.into_iter().collect();
        for _ in 0..=self.choices.below(WIDTH_MAX) {
            match self.choices.below(10) {
                0 => {
                    let number = self.choices.below(FRAGMENTS_MAX);
                    self.put(format_args!("...F{number} "));
                }
                1 if self.may_nest(depth) => {
                    let on = if self.choices.once_in(2) { of.to_owned() } else { self.choices.pick(&TYPES).clone() };
                    self.put(format_args!("... on {on} "));
                    self.set(&on, depth + 1);
                }
                2 => self.text.push_str("__typename "),
                _ if fields.is_empty() => self.text.push_str("__typename "),
                _ => {
                    let (name, type_name) = *self.choices.pick(&fields);
                    self.field(of, name, type_name, depth);
                }
            }
        }
        self.text.push_str("} ");
    }

    fn may_nest(&self, depth: usize) -> bool {
        depth < DEPTH_MAX && self.text.len() < TEXT_MAX
    }

    fn field(&mut self, of: &str, name: &str, type_name: &str, depth: usize) {
        let composite = SCHEMA.is_composite(type_name);
        if composite && !self.may_nest(depth) {
            return self.text.push_str("__typename ");
        }
        if self.choices.once_in(6) {
            let number = self.choices.below(4);
            self.put(format_args!("a{number}: "));
        }
        self.put(format_args!("{name}"));
        self.arguments(of, name);
        if self.choices.once_in(12) {
            let directive = *self.choices.pick(&["@skip(if: true) ", "@include(if: $n) ", "@no ", "@deprecated "]);
            self.text.push_str(directive);
        }
        if composite {
            self.set(type_name, depth + 1);
        }
    }

    fn arguments(&mut self, of: &str, name: &str) {
        let Some(shape) = SCHEMA.field(of, name) else { return };
        let sorted: BTreeMap<&str, &Type> = shape.arguments.iter().map(|(n, v)| (n.as_str(), &v.ty)).collect();
        let given: Vec<(&str, &Type)> = sorted.into_iter().filter(|_| !self.choices.once_in(3)).collect();
        if given.is_empty() {
            return self.text.push(' ');
        }
        self.text.push('(');
        for (name, ty) in given {
            self.put(format_args!("{name}: "));
            self.value(ty, 0);
            self.text.push(' ');
        }
        self.text.push_str(") ");
    }

    fn value(&mut self, ty: &Type, depth: usize) {
        if self.choices.once_in(10) {
            let wrong = ["null", "$n", "$ids", "$none", "[[1]]", "{}", "\"\"", "1e400", "-1", "WORD", "\"\"\"x\"\"\""];
            let wrong = *self.choices.pick(&wrong);
            return self.text.push_str(wrong);
        }
        match &ty.base {
            BaseType::List(inner) => {
                self.text.push('[');
                for _ in 0..self.choices.below(4) {
                    self.value(inner, depth + 1);
                    self.text.push(' ');
                }
                self.text.push(']');
            }
            BaseType::Named(name) => match SCHEMA.get(name.as_str()) {
                Some(TypeShape::Enum(values)) => {
                    let mut values: Vec<&str> = values.iter().map(String::as_str).collect();
                    values.sort_unstable();
                    let value = *self.choices.pick(&values);
                    self.text.push_str(value);
                }
                Some(TypeShape::Input(input)) if depth < 4 => {
                    let sorted: BTreeMap<&str, &Type> = input.fields.iter().map(|(n, v)| (n.as_str(), &v.ty)).collect();
                    self.text.push('{');
                    for (name, ty) in sorted {
                        if self.choices.once_in(3) && ty.nullable {
                            continue;
                        }
                        self.put(format_args!("{name}: "));
                        self.value(ty, depth + 1);
                        self.text.push(' ');
                    }
                    self.text.push('}');
                }
                _ => match name.as_str() {
                    "Int" => {
                        let number = self.choices.below(300);
                        self.put(format_args!("{number}"));
                    }
                    "Boolean" => self.text.push_str("true"),
                    "Float" => self.text.push_str("1.5"),
                    "Long" => self.text.push_str("9007199254740991"),
                    "Pincode" => self.text.push_str("\"560001\""),
                    _ => self.text.push_str("\"x\""),
                },
            },
        }
    }
}
