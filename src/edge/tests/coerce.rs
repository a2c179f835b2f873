//! Which variables and literals pass, and how those that do not are refused: by their place, never by their value.

use async_graphql_parser::parse_query;

use super::*;

const SDL: &str = r#"
  type Query { f(int: Int float: Float text: String flag: Boolean id: ID sort: Sort pin: Pincode at: DateTime
    list: [Int!] grid: [[Int]] by: Ref line: Line lines: [Line!] needed: Int! = 1): Int need(a: Int!): Int item: Item }
  type Item { id: ID }
  enum Sort { UP DOWN }
  scalar Pincode
  scalar DateTime
  input Ref @oneOf { id: ID slug: String }
  input Line { id: ID! n: Int! = 1 note: String sub: Line }
  directive @every(n: Int!) on QUERY
"#;

fn pincode(value: &ConstValue) -> Result<(), String> {
    let six = |s: &str| s.len() == 6 && s.bytes().all(|b| b.is_ascii_digit());
    if matches!(value, ConstValue::String(s) if six(s)) { Ok(()) } else { Err("six digits".to_owned()) }
}

struct Lab {
    map: SchemaMap,
    scalars: Scalars,
}

impl Lab {
    fn new() -> Self {
        Self { map: SchemaMap::parse(SDL).expect("valid SDL"), scalars: Scalars::default().with("Pincode", pincode) }
    }
    fn rules(&self) -> Coercion<'_> {
        Coercion { map: &self.map, scalars: &self.scalars, list_items: 3, errors: 10 }
    }
    fn literal(&self, query: &str) -> Vec<String> {
        let document = parse_query(query).expect("parses");
        self.rules().literals(&document).into_iter().map(|e| e.message).collect()
    }
    fn variable(&self, ty: &str, json: &str) -> Result<String, String> {
        let document = parse_query(format!("query($v: {ty}) {{ f }}")).expect("parses");
        let mut variables: Variables = serde_json::from_str(&format!("{{\"v\": {json}}}")).expect("JSON");
        let (_, operation) = document.operations.iter().next().expect("one");
        match self.rules().variables(&operation.node, &mut variables).pop() {
            None => Ok(variables.get("v").map(ToString::to_string).unwrap_or_default()),
            Some(error) => Err(error.message),
        }
    }
}

#[test]
fn variables_take_the_shape_of_their_type() {
    let lab = Lab::new();
    for (ty, json, coerced) in [
        ("Int", "2147483647", "2147483647"),
        ("Int", "-2147483648", "-2147483648"),
        ("Int", "5.0", "5"),
        ("Int", "null", "null"),
        ("Float", "1", "1"),
        ("Float", "1.5", "1.5"),
        ("String", r#""a""#, r#""a""#),
        ("Boolean", "true", "true"),
        ("ID", "18446744073709551615", r#""18446744073709551615""#),
        ("ID", r#""x""#, r#""x""#),
        ("Sort", r#""UP""#, "UP"),
        ("Pincode", r#""560001""#, r#""560001""#),
        ("[Int!]", "[1, 2, 3]", "[1, 2, 3]"),
        ("[Int!]", "1", "[1]"),
        ("[[Int]]", "[[1], 2]", "[[1], [2]]"),
        ("Ref", r#"{"id": 3}"#, r#"{id: "3"}"#),
        ("Line!", r#"{"id": "a", "sub": {"id": "b", "n": 2}}"#, r#"{id: "a", sub: {id: "b", n: 2}}"#),
    ] {
        assert_eq!(lab.variable(ty, json).as_deref(), Ok(coerced), "{ty} {json}");
    }
}

#[test]
fn variables_of_another_shape_are_refused_with_their_place_and_without_their_value() {
    let lab = Lab::new();
    for (ty, json, says) in [
        ("Int", "2147483648", "Variable \"$v\": Expected an Int, found a number outside 32 bits."),
        ("Int", "-2147483649", "Variable \"$v\": Expected an Int, found a number outside 32 bits."),
        ("Int", "18446744073709551615", "Variable \"$v\": Expected an Int, found a number outside 32 bits."),
        ("Int", "1.5", "Variable \"$v\": Expected an Int, found a number that is not whole."),
        ("Int", r#""5""#, "Variable \"$v\": Expected an Int, found a string."),
        ("Int!", "null", "Variable \"$v\": Expected \"Int!\", found null."),
        ("Float", r#""1""#, "Variable \"$v\": Expected a Float, found a string."),
        ("String", "5", "Variable \"$v\": Expected a String, found a number."),
        ("Boolean", "1", "Variable \"$v\": Expected a Boolean, found a number."),
        ("ID", "1.5", "Variable \"$v\": Expected an ID, found a number."),
        ("ID", "true", "Variable \"$v\": Expected an ID, found a boolean."),
        ("Sort", r#""SIDEWAYS""#, "Variable \"$v\": This value does not exist in the enum \"Sort\"."),
        ("Sort", "1", "Variable \"$v\": Expected a value of the enum \"Sort\", found a number."),
        ("Pincode", r#""12""#, "Variable \"$v\": Expected a value of \"Pincode\": six digits."),
        ("[Int!]", "[1, null]", "Variable \"$v[1]\": Expected \"Int!\", found null."),
        ("[Int!]", "[1, 2, 3, 4]", "Variable \"$v\": Too many items: 4, at most 3."),
        (
            "[Line!]",
            r#"[{"id": "a"}, {"id": "b", "sub": {"id": {}}}]"#,
            "Variable \"$v[1].sub.id\": Expected an ID, found an object.",
        ),
        ("Line", r#"{"n": 1}"#, "Variable \"$v\": \"Line\" needs its field \"id\"."),
        ("Line", r#"{"id": "a", "$gt": ""}"#, "Variable \"$v\": \"Line\" has no field \"$gt\"."),
        ("Line", r#"{"id": "a", "n": null}"#, "Variable \"$v.n\": Expected \"Int!\", found null."),
        ("Line", "5", "Variable \"$v\": Expected an object of \"Line\", found a number."),
        ("Ref", "{}", "Variable \"$v\": \"Ref\" takes exactly one of its fields, and not null."),
        ("Ref", r#"{"id": 1, "slug": "a"}"#, "Variable \"$v\": \"Ref\" takes exactly one of its fields, and not null."),
        ("Ref", r#"{"id": null}"#, "Variable \"$v\": \"Ref\" takes exactly one of its fields, and not null."),
    ] {
        assert_eq!(lab.variable(ty, json).expect_err(json), says, "{ty} {json}");
    }
}

#[test]
fn missing_variables_fall_back_or_are_refused_and_undeclared_ones_are_dropped() {
    let lab = Lab::new();
    let document = parse_query("query($a: Int!, $b: Int! = 2, $c: Int) { f }").expect("parses");
    let (_, operation) = document.operations.iter().next().expect("one");
    let mut variables: Variables = serde_json::from_str(r#"{"stray": {"deep": 1}}"#).expect("JSON");
    let errors = lab.rules().variables(&operation.node, &mut variables);
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].message, "Variable \"$a\" of type \"Int!\" is required and was not given.");
    assert_eq!(codes::of(&errors[0]), Some(codes::BAD_USER_INPUT));
    let mut variables: Variables = serde_json::from_str(r#"{"a": 1, "stray": 2}"#).expect("JSON");
    assert!(lab.rules().variables(&operation.node, &mut variables).is_empty());
    assert_eq!(variables.len(), 1);
}

#[test]
fn literals_that_fit_pass() {
    let lab = Lab::new();
    for query in [
        "{ f(int: 1, float: 2, text: \"a\", flag: true, id: 5, sort: UP, pin: \"560001\", list: [1, 2], grid: [[1, null]]) }",
        "{ f(list: 1, by: {slug: \"a\"}, line: {id: \"a\"}, lines: [{id: 1, n: 2}]) }",
        "query($n: Int, $l: [Line!]) { f(int: $n, list: [1, $n], lines: $l, line: {id: \"a\", n: $n, sub: {id: $n}}) }",
        "{ need(a: 1) @include(if: true) ...F @skip(if: false) } fragment F on Query { f }",
        "query @every(n: 3) { item { id unknown(x: 1) { y(z: 2) } } }",
        "query($n: Int = 5, $s: Sort = UP) { f(int: $n, sort: $s) }",
        "{ f(text: null, list: null, line: null) }",
    ] {
        assert_eq!(lab.literal(query), Vec::<String>::new(), "{query}");
    }
}

#[test]
fn literals_that_do_not_fit_are_refused() {
    let lab = Lab::new();
    for (query, says) in [
        (
            "{ f(int: 2147483648) }",
            "Field \"Query.f\", argument \"int\": Expected an Int, found a number outside 32 bits.",
        ),
        ("{ f(int: 1.0) }", "Field \"Query.f\", argument \"int\": Expected an Int, found a number that is not whole."),
        ("{ f(text: UP) }", "Field \"Query.f\", argument \"text\": Expected a String, found an enum value."),
        (
            "{ f(sort: \"UP\") }",
            "Field \"Query.f\", argument \"sort\": Expected a value of the enum \"Sort\", found a string.",
        ),
        ("{ f(pin: \"12\") }", "Field \"Query.f\", argument \"pin\": Expected a value of \"Pincode\": six digits."),
        ("{ f(list: [1, 2, 3, 4]) }", "Field \"Query.f\", argument \"list\": Too many items: 4, at most 3."),
        ("{ f(list: [1, null]) }", "Field \"Query.f\", argument \"list[1]\": Expected \"Int!\", found null."),
        (
            "query($n: Int) { f(line: {id: $n, sub: {n: 2}}) }",
            "Field \"Query.f\", argument \"line.sub\": \"Line\" needs its field \"id\".",
        ),
        (
            "query($n: Int) { f(lines: [{id: \"a\", more: $n}]) }",
            "Field \"Query.f\", argument \"lines[0]\": \"Line\" has no field \"more\".",
        ),
        (
            "query($n: ID) { f(by: {id: $n, slug: \"a\"}) }",
            "Field \"Query.f\", argument \"by\": \"Ref\" takes exactly one of its fields, and not null.",
        ),
        ("{ f(nope: 1) }", "Field \"Query.f\" has no argument \"nope\"."),
        ("{ need }", "Field \"Query.need\" needs its argument \"a\"."),
        ("{ f(needed: null) }", "Field \"Query.f\", argument \"needed\": Expected \"Int!\", found null."),
        ("query($n: Int = \"x\") { f }", "Default of the variable \"$n\": Expected an Int, found a string."),
        ("query A { f } query B($n: Nope = 1) { f }", "Variable \"$n\" has an unknown type."),
        ("query A { f } query B($n: [Item!]) { f }", "Variable \"$n\" cannot be of the output type \"[Item!]\"."),
        ("{ f @nope }", "Unknown directive \"@nope\"."),
        ("{ __typename @nope }", "Unknown directive \"@nope\"."),
        ("{ f @skip }", "Directive \"@skip\" needs its argument \"if\"."),
        ("{ f @skip(if: \"x\") }", "Directive \"@skip\", argument \"if\": Expected a Boolean, found a string."),
        ("{ f @skip(if: true) @skip(if: true) }", "Directive \"@skip\" may stand here only once."),
        ("{ f @every(n: 1) }", "Directive \"@every\" may not stand here."),
        (
            "{ item { ...F } } fragment F on Query { f(int: \"x\") }",
            "Field \"Query.f\", argument \"int\": Expected an Int, found a string.",
        ),
    ] {
        assert_eq!(lab.literal(query), [says], "{query}");
    }
}

#[test]
fn errors_stop_at_their_limit() {
    let lab = Lab::new();
    let many: String = (0..100).map(|n| format!("a{n}: f(nope: 1) ")).collect();
    assert_eq!(lab.literal(&format!("{{ {many} }}")).len(), 10);
}
