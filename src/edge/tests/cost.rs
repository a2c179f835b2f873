//! What documents cost, also with fragments, variables and hostile shapes.

use async_graphql::Variables;
use async_graphql_parser::parse_query;

use super::*;
use crate::edge::schema_map::SchemaMap;

const SDL: &str = r#" scalar _Any
  type Query { _entities(representations: [_Any!]!): [Item]! _service: Shop! shop: Shop item(id: ID!): Item nodes(ids: [ID!]!): [Item] items(first: Int = 5): [Item!]
    search(first: Int! = 24, last: Int): Page hot: Int viewer: Item }
  type Mutation { signIn(email: String!): Item signUp(email: String!): Item add(n: Int!): Item }
  type Subscription { changed(id: ID!): Item }
  type Shop { name: String }
  type Page { edges: [Edge!]! nodes: [Item!]! facets: [Facet!]! total: Int! }
  type Edge { cursor: String! node: Item! }
  type Facet { key: String! }
  type Item { id: ID! title: String! tags: [String!]! related(first: Int! = 10): [Item!]! page(first: Int! = 10): Page variants: [Item!]! self: Item }
"#;

fn measured(query: &str, variables: &str, rules: &CostRules) -> Result<Measure, Refusal> {
    let map = SchemaMap::parse(SDL).expect("valid SDL");
    let document = parse_query(query).expect("parses");
    let variables: Variables = serde_json::from_str(variables).expect("JSON");
    let (_, operation) = document.operations.iter().next().expect("one operation");
    measure(&map, rules, &document, &operation.node, &variables)
}

fn of(query: &str) -> Measure {
    measured(query, "{}", &CostRules::default()).expect("measured")
}

#[test]
fn the_cost_counts_values_times_the_lists_around_them() {
    for (query, cost) in [
        ("{ shop { name } }", 2),
        ("{ item(id: 1) { id title tags } }", 4),
        // A list of three rows, each an object with two leaves.
        ("{ items(first: 3) { id title } }", 9),
        ("{ items { id } }", 10),
        ("{ nodes(ids: [1, 2, 3, 4]) { id } }", 9),
        ("{ nodes(ids: 7) { id } }", 3),
        ("{ _entities(representations: [{}, {}, {}, {}]) { id } }", 9),
        // A page: itself, its total, and twenty nodes of two values.
        ("{ search(first: 20) { total nodes { id } } }", 42),
        ("{ search(first: 20) { edges { cursor node { id } } } }", 81),
        // Facets are no rows of the page: ten are assumed.
        ("{ search(first: 20) { facets { key } } }", 22),
        ("{ item(id: 1) { variants { id } } }", 22),
        ("{ items(first: 10) { related(first: 10) { id } } }", 210),
        ("{ __typename }", 1),
        ("{ unknown { fields } }", 2),
    ] {
        assert_eq!(of(query).cost, cost, "{query}");
    }
}

#[test]
fn the_sdl_for_a_gateway_is_introspection() {
    let measure = of("{ _service { name } }");
    assert_eq!(measure.introspection_roots, 1);
    assert!(check(&measure, &Limits::standard(), false).is_err());
    assert!(check(&measure, &Limits::standard(), true).is_ok());
}

#[test]
fn pages_are_sized_by_variables_and_their_defaults() {
    let query = "query($n: Int! = 7) { search(first: $n) { nodes { id } } }";
    let with = |variables| measured(query, variables, &CostRules::default()).expect("measured");
    assert_eq!(with(r#"{"n": 50}"#).cost, 101);
    assert_eq!(with("{}").cost, 15);
    assert!(with("{}").by_variables);
    assert_eq!(with(r#"{"n": -4}"#).cost, 1);
    assert_eq!(with(r#"{"n": 9007199254740991}"#).cost, 18_014_398_509_481_983);
    let ids = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    assert_eq!(measured(ids, r#"{"ids": [1, 2, 3]}"#, &CostRules::default()).expect("measured").cost, 7);
    assert!(!of("{ search { nodes { id } } }").by_variables);
    assert_eq!(
        of("{ search(first: 3) { nodes { id } } }").cost,
        of("{ search(last: 3, first: 3) { nodes { id } } }").cost
    );
}

#[test]
fn fragments_cost_what_they_unfold_to() {
    let plain = of("{ search(first: 8) { nodes { id title } } other: search(first: 2) { nodes { id title } } }");
    let spread = of(
        "{ search(first: 8) { ...P } other: search(first: 2) { ...P } } fragment P on Page { nodes { ...I } } fragment I on Item { id title }",
    );
    assert_eq!(plain.cost, spread.cost);
    assert_eq!(plain.depth, spread.depth);
    let inline = of("{ search(first: 8) { ... on Page { nodes { ... { id title } } } } }");
    assert_eq!(inline.cost, of("{ search(first: 8) { nodes { id title } } }").cost);
}

#[test]
fn weights_add_to_single_fields() {
    let rules = CostRules { weights: BTreeMap::from([("Query.hot".to_owned(), 99)]), ..CostRules::default() };
    assert_eq!(measured("{ hot }", "{}", &rules).expect("measured").cost, 100);
}

#[test]
fn depth_counts_data_and_not_introspection() {
    assert_eq!(of("{ item(id: 1) { self { self { id } } } }").depth, 4);
    assert_eq!(of("{ item(id: 1) { ... on Item { ...F } } } fragment F on Item { self { id } }").depth, 3);
    let standard =
        of("{ __schema { types { ...T } } } fragment T on __Type { fields { args { type { ...R } } type { ...R } } }
        fragment R on __Type { ofType { ofType { ofType { ofType { ofType { ofType { ofType { name } } } } } } } }");
    assert_eq!((standard.depth, standard.introspection_lists, standard.introspection_roots), (0, 1, 1));
    assert!(check(&standard, &Limits::standard(), true).is_ok());
    assert!(check(&standard, &Limits::standard(), false).is_err());
}

#[test]
fn nested_introspection_lists_are_refused() {
    let nested = of("{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }");
    assert_eq!(nested.introspection_lists, 3);
    let refusal = check(&nested, &Limits::standard(), true).expect_err("refused");
    assert_eq!(refusal.code(), codes::COST_EXCEEDED);
}

#[test]
fn a_deep_bomb_of_fragments_is_measured_in_as_many_steps_as_it_has_nodes() {
    for levels in [4_usize, 16, 40] {
        let mut query = "{ ...F0 }".to_owned();
        for level in 0..levels {
            let next = level + 1;
            query.push_str(&format!(" fragment F{level} on Query {{ ...F{next} ...F{next} }}"));
        }
        query.push_str(&format!(" fragment F{levels} on Query {{ hot }}"));
        let measure = of(&query);
        assert_eq!(measure.steps, 2 * levels as u64 + 2);
        assert_eq!(measure.root_fields, 1 << levels);
        assert_eq!(check(&measure, &Limits::standard(), true).is_err(), levels > 4);
    }
}

#[test]
fn a_wide_bomb_of_fragments_is_measured_in_as_many_steps_as_it_has_nodes() {
    let (width, levels) = (40, 8);
    let mut query = "{ ...F0 }".to_owned();
    for level in 0..levels {
        query.push_str(&format!(" fragment F{level} on Query {{ {} }}", format!("...F{} ", level + 1).repeat(width)));
    }
    query.push_str(&format!(" fragment F{levels} on Query {{ hot }}"));
    let measure = of(&query);
    assert_eq!(measure.steps, (width * levels) as u64 + 2);
    assert_eq!(check(&measure, &Limits::standard(), true).expect_err("refused").code(), codes::COST_EXCEEDED);
}

#[test]
fn a_bomb_in_an_operation_that_is_not_chosen_counts_too() {
    let mut query = "query A { hot } query B { ...F0 }".to_owned();
    for level in 0..20 {
        query.push_str(&format!(" fragment F{level} on Query {{ ...F{0} ...F{0} }}", level + 1));
    }
    query.push_str(" fragment F20 on Query { hot }");
    let map = SchemaMap::parse(SDL).expect("valid SDL");
    let document = parse_query(&query).expect("parses");
    let (_, chosen) = document.operations.iter().find(|(n, _)| n.is_some_and(|n| n.as_str() == "A")).expect("there");
    let measure =
        measure(&map, &CostRules::default(), &document, &chosen.node, &Variables::default()).expect("measured");
    assert_eq!(measure.cost, 1);
    assert!(measure.selections > 1 << 20);
}

#[test]
fn cycles_and_endless_chains_are_refused() {
    for query in [
        "{ ...F } fragment F on Query { ...F }",
        "{ hot } fragment F on Query { ...G } fragment G on Query { item(id: 1) { ...H } } fragment H on Item { self { ...F } }",
    ] {
        let refusal = measured(query, "{}", &CostRules::default()).expect_err("refused");
        assert_eq!(refusal.code(), codes::GRAPHQL_VALIDATION_FAILED, "{query}");
    }
    let chain: String = (0..5_000).map(|n| format!(" fragment F{n} on Query {{ ...F{} }}", n + 1)).collect();
    let refusal = measured(&format!("{{ ...F0 }}{chain}"), "{}", &CostRules::default()).expect_err("refused");
    assert_eq!(refusal.code(), codes::COST_EXCEEDED);
}

#[test]
fn each_limit_holds_just_under_and_just_over() {
    let nest = |levels: usize| format!("{{ viewer {}{{ id }}{} }}", "{ self ".repeat(levels), " }".repeat(levels));
    let roots = |n: usize| format!("{{ {} }}", "hot ".repeat(n));
    let aliases = |n: usize| format!("{{ shop {{ {} }} }}", (0..n).map(|i| format!("a{i}: name ")).collect::<String>());
    let directives = |n: usize| format!("{{ shop {{ {} }} }}", "name @skip(if: false) ".repeat(n));
    let list = |n: usize| format!("{{ items(first: {n}) {{ id }} }}");
    let sensitive = |n: usize| {
        format!(
            "mutation {{ {} }}",
            (0..n).map(|i| format!("a{i}: signIn(email: \"a\") {{ id }} ")).collect::<String>()
        )
    };
    let introspection = |n: usize| {
        format!(
            "{{ {} }}",
            (0..n).map(|i| format!("a{i}: __typename b{i}: __type(name: \"A\") {{ name }} ")).collect::<String>()
        )
    };
    let rows: [(&str, String, String); 7] = [
        ("depth", nest(13), nest(14)),
        ("root fields", roots(20), roots(21)),
        ("aliases", aliases(30), aliases(31)),
        ("directives", directives(50), directives(51)),
        ("cost", list(5_000), list(5_001)),
        ("sensitive", sensitive(1), sensitive(2)),
        ("introspection", introspection(4), introspection(5)),
    ];
    for (what, under, over) in rows {
        assert!(check(&of(&under), &Limits::standard(), true).is_ok(), "{what} under: {:?}", of(&under));
        let refusal = check(&of(&over), &Limits::standard(), true).expect_err(what);
        assert_eq!(refusal.code(), codes::COST_EXCEEDED, "{what}");
        assert!(refusal.cost.is_some(), "{what} tells the cost");
    }
}

#[test]
fn different_sensitive_mutations_share_one_place_and_others_do_not_count() {
    let two =
        of("mutation { signIn(email: \"a\") { id } ...F } fragment F on Mutation { signUp(email: \"b\") { id } }");
    assert_eq!(two.sensitive, 2);
    assert_eq!(of("mutation { signIn(email: \"a\") { id } add(n: 1) { id } }").sensitive, 1);
}

#[test]
fn without_limits_nothing_is_refused_for_its_price() {
    let measure = of("{ items(first: 1000000) { related(first: 1000000) { id } } }");
    assert!(check(&measure, &Limits::off(), true).is_ok());
}
