//! Which documents are kept, and where the limits of a text lie.

use super::*;

const SDL: &str = "type Query { a(n: Int): Int b: Int }";

struct Lab {
    documents: Documents,
    map: SchemaMap,
}

impl Lab {
    fn new(limits: &Limits) -> Self {
        Self { documents: Documents::new(&Trusted::default(), limits), map: SchemaMap::parse(SDL).expect("valid SDL") }
    }
    fn find(&self, text: &str) -> Result<Found, Refusal> {
        let params = Params { query: Some(text.to_owned()), ..Params::default() };
        self.documents.find(&params, &self.map, &Scalars::default())
    }
}

#[test]
fn a_kept_document_is_parsed_once() {
    let lab = Lab::new(&Limits::standard());
    let first = lab.find("{ a }").expect("good");
    assert!(first.fresh);
    lab.documents.keep(&first);
    let second = lab.find("{ a }").expect("good");
    assert!(!second.fresh && Arc::ptr_eq(&first.document, &second.document));
    assert!(lab.find("{ b }").expect("good").fresh);
}

#[test]
fn a_measure_is_remembered_unless_a_variable_has_a_say() {
    let lab = Lab::new(&Limits::standard());
    let found = lab.find("query A { a } query B { a b }").expect("good");
    for (name, cost) in [("A", 1), ("B", 2), ("A", 1)] {
        let operation = found.document.operation(Some(name)).expect("there");
        let measure = measured(&found.document, operation, &Variables::default(), &lab.map, &CostRules::default());
        assert_eq!(measure.expect("measured").cost, cost);
    }
    assert_eq!(found.document.measures.read().len(), 2);
}

#[test]
fn limits_of_the_text_hold_just_under_and_just_over() {
    let limits =
        Limits { document_bytes: 100, tokens: 20, nesting: 3, operations: 2, fragments: 2, ..Limits::standard() };
    let lab = Lab::new(&limits);
    let operations = |n: usize| (0..n).map(|i| format!("query Q{i} {{a}} ")).collect::<String>();
    let fragments =
        |n: usize| format!("{{b}} {}", (0..n).map(|i| format!("fragment F{i} on Q{{a}}")).collect::<String>());
    for (what, under, over) in [
        ("bytes", format!("{{ a }}{}", " ".repeat(95)), format!("{{ a }}{}", " ".repeat(96))),
        ("tokens", format!("{{ {} }}", "a ".repeat(18)), format!("{{ {} }}", "a ".repeat(19))),
        ("nesting", "{ a { a { a } } }".to_owned(), "{ a { a { a { a } } } }".to_owned()),
        ("operations", operations(2), operations(3)),
        ("fragments", fragments(2), fragments(3)),
    ] {
        assert!(lab.find(&under).is_ok(), "{what} under");
        assert_eq!(lab.find(&over).expect_err(what).code(), codes::COST_EXCEEDED, "{what} over");
    }
}

#[test]
fn a_text_that_does_not_parse_says_where_in_one_line() {
    let lab = Lab::new(&Limits::standard());
    let refusal = lab.find("{ a(n: }").expect_err("no GraphQL");
    assert_eq!(refusal.code(), codes::GRAPHQL_PARSE_FAILED);
    let message = &refusal.errors[0].message;
    assert!(
        message.starts_with("The document does not parse at line 1, column") && !message.contains('\n'),
        "{message}"
    );
    assert!(!refusal.errors[0].locations.is_empty());
}

#[test]
fn the_digest_is_the_known_one() {
    assert_eq!(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

#[test]
fn a_flood_of_small_documents_does_not_fill_memory_with_their_parsed_forms() {
    let lab = Lab::new(&Limits::standard());
    for n in 0..20_000 {
        lab.documents.keep(&lab.find(&format!("{{ a(n: {n}) b }}")).expect("good"));
    }
    lab.documents.parsed.run_pending_tasks();
    let held = lab.documents.parsed.entry_count();
    // Each weighs its text, nine tokens and an entry: about 2,800 bytes.
    assert!((2_000..4_000).contains(&held), "{held} are held");
}
