//! What the public does not see: with `--production` the shop keeps its inside to itself.

use chowk::{
    cli::serve::Server,
    settings::{Settings, Sources},
    wiring::Ambient,
};
use serde_json::{Value, json};

#[tokio::test]
async fn production_shows_nothing_of_the_inside() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = [
        ("data", folder.path().to_str().expect("a path")),
        ("listen", "127.0.0.1:0"),
        ("production", "true"),
        ("allow_sandbox", "true"),
        ("token_keys", "k1:0123456789abcdef0123456789abcdef"),
        ("sealing_keys", "k1:fedcba9876543210fedcba9876543210"),
        ("payments_webhook_secret", "payments secret of this test"),
        ("couriers_webhook_secret", "couriers secret of this test"),
        ("cursor_key", "cursor key of this test"),
        ("federation", "true"),
    ];
    let flags = flags.map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec();
    let settings = Settings::load(&Sources { flags, ..Sources::default() }).expect("good settings");
    let server = Server::start(&settings, Ambient::default()).await.expect("starts");
    let client = crate::harness::client();
    let url = |path: &str| format!("http://{}{path}", server.address);

    for path in ["/", "/shop.html", "/playground/config.json", "/schema.graphql", "/assets/x.js"] {
        let status = client.get(url(path)).send().await.expect("an answer").status();
        assert_eq!(status, 404, "{path}");
    }
    let ask = async |query: &str| -> Value {
        let request = client.post(url("/graphql")).json(&json!({ "query": query }));
        request.send().await.expect("an answer").json().await.expect("JSON")
    };
    assert_eq!(ask("{ __typename }").await["data"]["__typename"], "Query");
    let schema = ask("{ __schema { queryType { name } } }").await;
    assert!(schema["data"].is_null() && !schema["errors"].as_array().expect("errors").is_empty(), "{schema:#}");
    let inside = ask("{ _service { sdl } }").await;
    assert!(inside["data"].is_null() && inside["errors"][0]["message"] == "Introspection is off here.", "{inside:#}");
    let entities = ask("{ _entities(representations: []) { __typename } }").await;
    assert_eq!(entities["data"], json!({ "_entities": [] }), "{entities:#}");
    let near = ask("{ serch { totalCount } }").await.to_string();
    assert!(near.contains("errors") && !near.contains("Did you mean"), "{near}");
    server.stop().await.expect("stops well");
}

#[tokio::test]
async fn answers_to_the_public_are_shared_and_those_of_a_session_are_not() {
    let shop = crate::harness::Shop::start().await;
    let query = "{ search(query: \"shirt\", deliverTo: \"560001\", first: 1) { asOf edges { delivery { ... on Deliverable { pincode } } } } viewer { deliveryLocation { pincode } } }";
    let public = shop.query(query, json!({}), None).await;
    assert!(public["viewer"].is_null());
    let visitor = crate::journeys::guest(&shop, "781001").await;
    let mine = shop.query(query, json!({}), Some(&visitor.token)).await;
    assert_eq!(mine["viewer"]["deliveryLocation"]["pincode"], "781001", "a session is never given the public's answer");
    let anywhere = "{ search(query: \"shirt\", first: 1) { edges { delivery { __typename } } } }";
    let public = shop.query(anywhere, json!({}), None).await;
    assert!(public["search"]["edges"][0]["delivery"].is_null(), "the public has no delivery location");
    let mine = shop.query(anywhere, json!({}), Some(&visitor.token)).await;
    assert_eq!(mine["search"]["edges"][0]["delivery"]["__typename"], "Deliverable", "{mine:#}");
    let again = shop.query(anywhere, json!({}), None).await;
    assert_eq!(again, public);
}

#[test]
fn every_field_that_is_counted_apart_is_a_root_field_of_the_schema() {
    let sdl = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/schema/schema.graphql")).expect("the SDL");
    let document = async_graphql_parser::parse_schema(sdl).expect("it parses");
    let mut roots = std::collections::BTreeSet::new();
    for definition in document.definitions {
        let async_graphql_parser::types::TypeSystemDefinition::Type(ty) = definition else { continue };
        if let async_graphql_parser::types::TypeKind::Object(object) = &ty.node.kind
            && ["Query", "Mutation"].contains(&ty.node.name.node.as_str())
        {
            roots.extend(object.fields.iter().map(|f| f.node.name.node.to_string()));
        }
    }
    assert!(roots.len() > 20, "{roots:?}");
    let classes = chowk::wiring::classes();
    let strange: Vec<_> = classes.fields().filter(|(field, _)| !roots.contains(*field)).collect();
    assert!(classes.fields().count() > 8 && strange.is_empty(), "{strange:?}");
}
