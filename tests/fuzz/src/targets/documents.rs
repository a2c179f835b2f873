//! Documents: the pass over their bytes, the parser, the check of literals, the walk that measures. Work is counted, not
//! timed.

use async_graphql::Variables;
use async_graphql_parser::{
    parse_query,
    types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;
use chowk::edge::{
    codes,
    cost::{self, CostRules, Measure},
    documents::{Documents, Trusted, measured},
    lex,
    limits::Limits,
    params::Params,
};
use chowk::wiring;

use super::is_clear;
use crate::{graphql::SCHEMA, made::Choices};

/// Selections up to which a document is unfolded here, step by step.
const UNFOLDED_MAX: u64 = 5_000;

/// A document's text, under both sets of limits.
pub fn text(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    sizes(text);
    for limits in [Limits::standard(), Limits::off()] {
        under(text, &limits);
    }
}

/// A document made of the schema.
pub fn of_the_schema(bytes: &[u8]) {
    text(crate::graphql::document(&mut Choices::new(bytes)).as_bytes());
}

/// The quick pass never tells less than the parser meets, so that what it lets pass cannot exhaust the parser's stack.
fn sizes(text: &str) {
    let size = lex::measure(text, usize::MAX, usize::MAX).expect("without bounds nothing is too large");
    assert!(size.tokens <= text.len() && size.nesting <= size.tokens, "{size:?}");
    let limits = Limits::standard();
    let bounded = lex::measure(text, limits.tokens, limits.nesting);
    assert_eq!(bounded.is_ok(), size.tokens <= limits.tokens && size.nesting <= limits.nesting);
    // The parser itself is only safe for what the pass let through.
    if bounded.is_err() || text.len() > limits.document_bytes {
        return;
    }
    if let Ok(document) = parse_query(text) {
        let met = Met::of(&document);
        assert!(met.nesting <= size.nesting, "{met:?}, {size:?}");
        assert!(met.nodes <= size.tokens, "{met:?}, {size:?}");
    }
}

fn under(text: &str, limits: &Limits) {
    let documents = Documents::new(&Trusted::default(), limits);
    let params = Params { query: Some(text.to_owned()), ..Params::default() };
    let found = match documents.find(&params, &SCHEMA, &wiring::scalars()) {
        Ok(found) => found,
        Err(refusal) => {
            is_clear(&refusal);
            let codes = [codes::COST_EXCEEDED, codes::GRAPHQL_PARSE_FAILED, codes::GRAPHQL_VALIDATION_FAILED];
            assert!(codes.contains(&refusal.code()), "{refusal:?}");
            return;
        }
    };
    let parsed = &found.document.parsed;
    let written = Met::of(parsed).selections;
    for (name, operation) in parsed.operations.iter() {
        let name = name.map(|n| n.as_str());
        match found.document.operation(name) {
            Ok(chosen) => assert!(std::ptr::eq(chosen, &operation.node), "the operation of that name"),
            Err(refusal) => panic!("{refusal:?}"),
        }
        let measure = measured(&found.document, &operation.node, &Variables::default(), &SCHEMA, &CostRules::default());
        let measure = match measure {
            Ok(measure) => measure,
            Err(refusal) => {
                is_clear(&refusal);
                continue;
            }
        };
        // One visit per written selection, however often a fragment is spread.
        assert!(measure.steps <= written, "{} steps for {written} selections", measure.steps);
        assert!(measure.selections >= measure.root_fields, "{measure:?}");
        as_unfolded(parsed, &operation.node, &measure);
        match cost::check(&measure, limits, true) {
            Ok(()) => assert!(measure.cost <= limits.cost.unwrap_or(u64::MAX), "{measure:?}"),
            Err(refusal) => is_clear(&refusal),
        }
        documents.keep(&found);
        let again = documents.find(&params, &SCHEMA, &wiring::scalars()).expect("what was kept is found");
        let measure_again =
            measured(&again.document, &operation.node, &Variables::default(), &SCHEMA, &CostRules::default());
        assert_eq!(measure_again.ok(), Some(measure), "it measures the same again");
        assert!(found.document.root_fields(&operation.node).len() as u64 <= written);
    }
}

/// The measure of a document that is small when unfolded is what unfolding it tells.
fn as_unfolded(document: &ExecutableDocument, operation: &OperationDefinition, measure: &Measure) {
    if measure.selections > UNFOLDED_MAX {
        return;
    }
    let mut unfolded = 0;
    for (_, other) in document.operations.iter() {
        unfolded += count(document, &other.node.selection_set.node);
    }
    assert_eq!(measure.selections, unfolded, "selections with all fragments unfolded");
    assert_eq!(measure.root_fields, roots(document, &operation.selection_set.node), "fields at the root");
}

fn count(document: &ExecutableDocument, set: &SelectionSet) -> u64 {
    let below = |selection: &Selection| match selection {
        Selection::Field(field) => count(document, &field.node.selection_set.node),
        Selection::InlineFragment(inline) => count(document, &inline.node.selection_set.node),
        Selection::FragmentSpread(spread) => document
            .fragments
            .get(&spread.node.fragment_name.node)
            .map_or(0, |fragment| count(document, &fragment.node.selection_set.node)),
    };
    set.items.iter().map(|selection| 1 + below(&selection.node)).sum()
}

fn roots(document: &ExecutableDocument, set: &SelectionSet) -> u64 {
    let of = |selection: &Selection| match selection {
        Selection::Field(_) => 1,
        Selection::InlineFragment(inline) => roots(document, &inline.node.selection_set.node),
        Selection::FragmentSpread(spread) => document
            .fragments
            .get(&spread.node.fragment_name.node)
            .map_or(0, |fragment| roots(document, &fragment.node.selection_set.node)),
    };
    set.items.iter().map(|selection| of(&selection.node)).sum()
}

/// What the parser met, as its result shows it.
#[derive(Debug, Default)]
struct Met {
    nesting: usize,
    nodes: usize,
    selections: u64,
}

impl Met {
    fn of(document: &ExecutableDocument) -> Self {
        let mut met = Self::default();
        for (_, operation) in document.operations.iter() {
            for variable in &operation.node.variable_definitions {
                let default = variable.node.default_value.as_ref().map(|v| v.node.clone().into_value());
                met.value(default.as_ref(), 1);
            }
            met.set(&operation.node.selection_set.node, 1);
        }
        for fragment in document.fragments.values() {
            met.set(&fragment.node.selection_set.node, 1);
        }
        met
    }

    fn set(&mut self, set: &SelectionSet, depth: usize) {
        self.nesting = self.nesting.max(if set.items.is_empty() { depth - 1 } else { depth });
        for selection in &set.items {
            self.nodes += 1;
            self.selections += 1;
            match &selection.node {
                Selection::Field(field) => {
                    for (_, value) in &field.node.arguments {
                        self.nodes += 1;
                        self.value(Some(&value.node), depth + 1);
                    }
                    self.set(&field.node.selection_set.node, depth + 1);
                }
                Selection::InlineFragment(inline) => self.set(&inline.node.selection_set.node, depth + 1),
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn value(&mut self, value: Option<&Value>, depth: usize) {
        let Some(value) = value else { return };
        self.nodes += 1;
        match value {
            Value::List(items) => {
                self.nesting = self.nesting.max(depth + 1);
                items.iter().for_each(|item| self.value(Some(item), depth + 1));
            }
            Value::Object(fields) => {
                self.nesting = self.nesting.max(depth + 1);
                fields.values().for_each(|item| self.value(Some(item), depth + 1));
            }
            _ => {}
        }
    }
}
