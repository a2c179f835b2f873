//! The walk behind `cost.rs`: one visit per written node, however often a fragment is spread. Each fragment's tally is
//! kept once, as a number that does not depend on the page around it and a number per row of that page, so that the
//! memo needs no other key than the fragment's name. It holds no limit but that of its own stack.

use std::{borrow::Cow, cell::Cell, collections::HashMap};

use async_graphql::Variables;
use async_graphql_parser::types::{
    ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql_value::{ConstValue, Name, Value};

use super::{
    codes,
    cost::{CostRules, Measure},
    refusal::Refusal,
    schema_map::{FieldShape, SchemaMap},
};

/// Selections inside selections and fragments inside fragments that the walk follows; guards its own stack.
const WALK_DEPTH_MAX: usize = 128;

/// Counts of one selection set, relative to where it stands.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    fixed: u64,
    per_row: u64,
    depth: u64,
    fields: u64,
    selections: u64,
    sensitive: u64,
    introspection_roots: u64,
    introspection_lists: u64,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.fixed = self.fixed.saturating_add(other.fixed);
        self.per_row = self.per_row.saturating_add(other.per_row);
        self.depth = self.depth.max(other.depth);
        self.fields = self.fields.saturating_add(other.fields);
        self.selections = self.selections.saturating_add(other.selections);
        self.sensitive = self.sensitive.saturating_add(other.sensitive);
        self.introspection_roots = self.introspection_roots.saturating_add(other.introspection_roots);
        self.introspection_lists = self.introspection_lists.max(other.introspection_lists);
    }
    fn on_page_of(&self, rows: u64) -> u64 {
        self.fixed.saturating_add(self.per_row.saturating_mul(rows))
    }
}

enum Memo {
    Open,
    Done(Tally),
}

struct Walker<'a> {
    map: &'a SchemaMap,
    document: &'a ExecutableDocument,
    rules: &'a CostRules,
    variables: &'a Variables,
    defaults: HashMap<&'a str, &'a ConstValue>,
    memo: HashMap<&'a str, Memo>,
    aliases: u64,
    directives: u64,
    steps: u64,
    by_variables: Cell<bool>,
}

/// Measures the chosen operation, and of the others what unfolding them would cost. A cycle of fragments, an unknown
/// fragment chain that is too long, and nothing else, is refused here; [`super::cost::check`] holds the limits.
pub fn measure(
    map: &SchemaMap,
    rules: &CostRules,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<Measure, Refusal> {
    let defaults = operation
        .variable_definitions
        .iter()
        .filter_map(|v| v.node.default_value.as_ref().map(|d| (v.node.name.node.as_str(), &d.node)));
    let mut walker = Walker {
        map,
        document,
        rules,
        variables,
        defaults: defaults.collect(),
        memo: HashMap::new(),
        aliases: 0,
        directives: 0,
        steps: 0,
        by_variables: Cell::new(false),
    };
    let chosen = walker.operation(operation)?;
    let mut selections = chosen.selections;
    for (_, other) in document.operations.iter().filter(|(_, o)| !std::ptr::eq(&o.node, operation)) {
        selections = selections.saturating_add(walker.operation(&other.node)?.selections);
    }
    for name in document.fragments.keys() {
        walker.fragment(name.as_str(), 0)?;
    }
    Ok(Measure {
        cost: chosen.on_page_of(rules.assumed_list),
        depth: chosen.depth,
        root_fields: chosen.fields,
        selections,
        aliases: walker.aliases,
        directives: walker.directives,
        sensitive: if operation.ty == OperationType::Mutation { chosen.sensitive } else { 0 },
        introspection_roots: chosen.introspection_roots,
        introspection_lists: chosen.introspection_lists,
        by_variables: walker.by_variables.get(),
        steps: walker.steps,
    })
}

impl<'a> Walker<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Tally, Refusal> {
        self.directives += operation.directives.len() as u64;
        self.directives += operation.variable_definitions.iter().map(|v| v.node.directives.len() as u64).sum::<u64>();
        let root = self.map.root(operation.ty).unwrap_or_default();
        self.selection_set(root, &operation.selection_set.node, 0)
    }

    fn selection_set(&mut self, parent: &str, set: &'a SelectionSet, level: usize) -> Result<Tally, Refusal> {
        if level > WALK_DEPTH_MAX {
            return Err(Refusal::graphql(codes::COST_EXCEEDED, "The document is nested too deeply."));
        }
        let mut tally = Tally::default();
        for selection in &set.items {
            self.steps += 1;
            let mut part = match &selection.node {
                Selection::Field(field) => self.field(parent, &field.node, level)?,
                Selection::InlineFragment(inline) => {
                    self.directives += inline.node.directives.len() as u64;
                    let on = inline.node.type_condition.as_ref().map_or(parent, |c| c.node.on.node.as_str());
                    self.selection_set(on, &inline.node.selection_set.node, level + 1)?
                }
                Selection::FragmentSpread(spread) => {
                    self.directives += spread.node.directives.len() as u64;
                    self.fragment(spread.node.fragment_name.node.as_str(), level + 1)?
                }
            };
            part.selections = part.selections.saturating_add(1);
            tally.add(part);
        }
        Ok(tally)
    }

    fn fragment(&mut self, name: &str, level: usize) -> Result<Tally, Refusal> {
        match self.memo.get(name) {
            Some(Memo::Done(tally)) => return Ok(*tally),
            Some(Memo::Open) => {
                let message = "A fragment spreads itself, directly or through others.";
                return Err(Refusal::graphql(codes::GRAPHQL_VALIDATION_FAILED, message));
            }
            None => {}
        }
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            return Ok(Tally::default());
        };
        self.memo.insert(name.as_str(), Memo::Open);
        self.directives += fragment.node.directives.len() as u64;
        let on = fragment.node.type_condition.node.on.node.as_str();
        let tally = self.selection_set(on, &fragment.node.selection_set.node, level)?;
        self.memo.insert(name.as_str(), Memo::Done(tally));
        Ok(tally)
    }

    fn field(&mut self, parent: &str, field: &'a Field, level: usize) -> Result<Tally, Refusal> {
        let name = field.name.node.as_str();
        self.directives += field.directives.len() as u64;
        self.aliases += u64::from(field.alias.as_ref().is_some_and(|a| a.node != field.name.node));
        if name.starts_with("__") || parent.starts_with("__") {
            return self.introspection_field(parent, field, level);
        }
        let Some(shape) = self.map.field(parent, name) else {
            let below = self.selection_set("", &field.selection_set.node, level + 1)?;
            return Ok(Self::own(1, below.on_page_of(1), &below));
        };
        let below = self.selection_set(&shape.type_name, &field.selection_set.node, level + 1)?;
        let extra = if self.rules.weights.is_empty() {
            0
        } else {
            self.rules.weights.get(&format!("{parent}.{name}")).copied().unwrap_or(0)
        };
        let mut tally = self.priced(shape, field, &below);
        tally.fixed = tally.fixed.saturating_add(extra);
        tally.sensitive = u64::from(self.rules.sensitive.contains(name));
        // The whole SDL to a gateway is what introspection is to a client.
        tally.introspection_roots = u64::from(name == "_service");
        Ok(tally)
    }

    /// A field of the data: leaves cost one, objects one and what is below, lists that times their rows.
    fn priced(&self, shape: &FieldShape, field: &Field, below: &Tally) -> Tally {
        if !self.map.is_composite(&shape.type_name) {
            return Self::own(1, 0, below);
        }
        let page = self.page_size(shape, field);
        let name = field.name.node.as_str();
        match (shape.list, page) {
            (false, page) => Self::own(1, below.on_page_of(page.unwrap_or(self.rules.assumed_list)), below),
            (true, Some(rows)) => Self::own(0, below.on_page_of(1).saturating_add(1).saturating_mul(rows), below),
            // The rows of a connection: how many, the field around them knows.
            (true, None) if shape.arguments.is_empty() && (name == "nodes" || name == "edges") => {
                Tally { per_row: below.on_page_of(1).saturating_add(1), ..Self::own(0, 0, below) }
            }
            (true, None) => {
                let rows = self.given_items(shape, field).unwrap_or(self.rules.assumed_list);
                Self::own(1, below.on_page_of(1).saturating_add(1).saturating_mul(rows), below)
            }
        }
    }

    fn own(own: u64, children: u64, below: &Tally) -> Tally {
        Tally {
            fixed: children.saturating_add(own),
            per_row: 0,
            depth: below.depth.saturating_add(1),
            fields: 1,
            selections: below.selections,
            sensitive: 0,
            introspection_roots: 0,
            introspection_lists: below.introspection_lists,
        }
    }

    fn introspection_field(&mut self, parent: &str, field: &'a Field, level: usize) -> Result<Tally, Refusal> {
        let name = field.name.node.as_str();
        let below = self.selection_set("__Type", &field.selection_set.node, level + 1)?;
        let lists = matches!(name, "fields" | "inputFields" | "interfaces" | "possibleTypes");
        Ok(Tally {
            fixed: below.fixed.saturating_add(1),
            fields: 1,
            selections: below.selections,
            introspection_roots: u64::from(!parent.starts_with("__") && name != "__typename"),
            introspection_lists: below.introspection_lists + u64::from(lists),
            ..Tally::default()
        })
    }

    /// The rows that a field with `first`, `last` or `limit` asks for; `None` when it has no such argument.
    fn page_size(&self, shape: &FieldShape, field: &Field) -> Option<u64> {
        let mut has_one = false;
        for name in ["first", "last", "limit"] {
            let Some(argument) = shape.arguments.get(name) else { continue };
            has_one = true;
            let given = field.get_argument(name).and_then(|v| self.constant(&v.node));
            if let Some(rows) = given.as_deref().or(argument.default.as_ref()).and_then(whole) {
                return Some(rows);
            }
        }
        has_one.then_some(self.rules.assumed_page)
    }

    /// How many ids or other items were given to a field that answers with a list.
    fn given_items(&self, shape: &FieldShape, field: &Field) -> Option<u64> {
        let by_ids = |name: &str| name == "ids" || name == "representations" || name.ends_with("Ids");
        let (name, _) =
            field.arguments.iter().find(|(n, _)| by_ids(&n.node) && shape.arguments.contains_key(n.node.as_str()))?;
        match field.get_argument(&name.node).map(|v| &v.node)? {
            Value::List(items) => Some(items.len() as u64),
            value => match self.constant(value).as_deref() {
                Some(ConstValue::List(items)) => Some(items.len() as u64),
                _ => Some(1),
            },
        }
    }

    /// The value that an argument has in this request; `None` when it is left out or no constant.
    fn constant(&self, value: &Value) -> Option<Cow<'_, ConstValue>> {
        match value {
            Value::Variable(name) => {
                self.by_variables.set(true);
                let given = self.variables.get::<Name>(name);
                given.or_else(|| self.defaults.get(name.as_str()).copied()).map(Cow::Borrowed)
            }
            Value::Number(number) => Some(Cow::Owned(ConstValue::Number(number.clone()))),
            _ => None,
        }
    }
}

/// A whole number of rows; `None` for null and for what is no number, 0 for what is below.
fn whole(value: &ConstValue) -> Option<u64> {
    match value {
        ConstValue::Number(n) => n.as_u64().or_else(|| n.as_i64().map(|_| 0)),
        _ => None,
    }
}
