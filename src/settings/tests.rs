//! Each source overrides the one before, and what is wrong is named with what to do.

use super::*;

fn load(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Settings, BadSetting> {
    let pairs = |p: &[(&str, &str)]| p.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Vec<_>>();
    Settings::load(&Sources {
        file: Some(("chowk.toml".to_owned(), file.to_owned())),
        environment: pairs(environment).into_iter().collect(),
        flags: pairs(flags),
    })
}

fn refusal(file: &str, environment: &[(&str, &str)]) -> String {
    load(file, environment, &[]).expect_err("is refused").0
}

#[test]
fn later_sources_win() {
    assert_eq!(load("", &[], &[]).expect("defaults").listen.port(), 4000);
    assert_eq!(load("listen = \"127.0.0.1:1\"", &[], &[]).expect("file").listen.port(), 1);
    assert_eq!(
        load("listen = \"127.0.0.1:1\"", &[("CHOWK_LISTEN", "127.0.0.1:2")], &[]).expect("env").listen.port(),
        2
    );
    let all = load("", &[("CHOWK_LISTEN", "127.0.0.1:2")], &[("listen", "127.0.0.1:3")]);
    assert_eq!(all.expect("flags").listen.port(), 3);
}

#[test]
fn what_only_tests_read_is_no_setting() {
    let engines = [("CHOWK_TEST_REDIS_URL", "redis://127.0.0.1:1"), ("CHOWK_BIN", "x")];
    assert_eq!(load("", &engines, &[]).expect("is let pass").cache_url, "memory:");
}

#[test]
fn wrong_settings_are_named_with_what_to_do() {
    for (file, environment, words) in [
        ("listn = \"x\"", vec![], "no setting `listn`"),
        ("quote_url = \"\"", vec![], "did you mean `quote_ttl`"),
        ("quote_ttl = 5", vec![], "takes a string"),
        ("quote_ttl = \"soon\"", vec![], "not a duration"),
        ("x", vec![], "not TOML"),
        ("", vec![("CHOWK_PRODUCTION", "maybe")], "neither true nor false"),
        ("", vec![("CHOWK_TRUSTED_PROXIES", "many")], "not a whole number"),
        ("", vec![("CHOWK_DATABASE_URL", "oracle://x")], "there is no oracle"),
        ("", vec![("CHOWK_EVENTS_URL", "kafka://x")], "there is no kafka"),
        #[cfg(not(feature = "redis"))]
        ("", vec![("CHOWK_CACHE_URL", "redis://127.0.0.1")], "cargo build --features redis"),
        #[cfg(feature = "redis")]
        ("", vec![("CHOWK_CACHE_URL", "redis:")], "write redis://"),
        #[cfg(not(feature = "kafka"))]
        ("", vec![("CHOWK_EVENTS_URL", "kafka://127.0.0.1")], "cargo build --features kafka"),
        #[cfg(feature = "kafka")]
        ("", vec![("CHOWK_EVENTS_URL", "kafka://?prefix=a")], "write kafka://"),
        ("", vec![("CHOWK_EVENTS_URL", "kafka+ssl://127.0.0.1")], "there is no kafka+ssl for it"),
        #[cfg(not(feature = "mongodb"))]
        ("", vec![("CHOWK_ITEMS_URL", "mongodb://127.0.0.1")], "cargo build --features mongodb"),
        #[cfg(feature = "mongodb")]
        ("", vec![("CHOWK_ITEMS_URL", "mongodb://")], "write mongodb://"),
        #[cfg(not(feature = "elasticsearch"))]
        ("", vec![("CHOWK_SEARCH_URL", "elasticsearch://127.0.0.1")], "cargo build --features elasticsearch"),
        #[cfg(feature = "elasticsearch")]
        ("", vec![("CHOWK_SEARCH_URL", "elasticsearch+https:///x")], "write elasticsearch://"),
        ("", vec![("CHOWK_ROLES", "api")], "lives inside one"),
        ("", vec![("CHOWK_ROLES", "cook")], "no role `cook`"),
        ("", vec![("CHOWK_SWEEP", "1h")], "lower `sweep`"),
        ("", vec![("CHOWK_TOKEN_KEYS", "short")], "id:secret"),
        ("", vec![("CHOWK_SEALING_KEYS", "k1:short")], "`sealing_keys`: write `id:secret`"),
        ("", vec![("CHOWK_CURSOR_KEY_FILE", "/nowhere/at/all")], "cannot be read"),
        ("", vec![("CHOWK_PRODUCTION", "1")], "demonstration value"),
    ] {
        let said = refusal(file, &environment);
        assert!(said.contains(words), "{file} {environment:?}: {said}");
    }
}

#[test]
fn a_gateway_writes_its_documents_itself() {
    assert!(!load("", &[], &[]).expect("the defaults are good").federation);
    assert!(load("federation = true", &[], &[]).expect("good").federation);
    let said = refusal("federation = true\ntrusted_documents_only = true", &[]);
    assert!(said.contains("`federation`") && said.contains("trusted_documents_only"), "{said}");
}

#[test]
fn production_needs_secrets_and_a_provider() {
    let secrets = |more: &[(&'static str, &'static str)]| {
        let mut all = vec![
            ("CHOWK_PRODUCTION", "1"),
            ("CHOWK_TOKEN_KEYS", "k1:0123456789abcdef0123456789abcdef"),
            ("CHOWK_SEALING_KEYS", "k1:0123456789abcdef0123456789abcdef"),
            ("CHOWK_PAYMENTS_WEBHOOK_SECRET", "0123456789abcdef0123"),
            ("CHOWK_COURIERS_WEBHOOK_SECRET", "0123456789abcdef0123"),
            ("CHOWK_CURSOR_KEY", "0123456789abcdef0123"),
        ];
        all.extend_from_slice(more);
        load("", &all, &[])
    };
    assert!(secrets(&[]).expect_err("sandbox").0.contains("CHOWK_ALLOW_SANDBOX"));
    assert!(
        secrets(&[("CHOWK_ALLOW_SANDBOX", "1"), ("CHOWK_LIMITS", "off")]).expect_err("limits").0.contains("limits")
    );
    let demo = "CHOWK_TOKEN_KEYS";
    for rotated in [
        "prod:chowk-demo-token-key-not-for-production",
        "new:0123456789abcdef0123456789abcdef, demo:chowk-demo-token-key-not-for-production",
    ] {
        let said =
            secrets(&[("CHOWK_ALLOW_SANDBOX", "1"), (demo, rotated)]).expect_err("a demonstration key verifies").0;
        assert!(said.contains("token_keys"), "{said}");
    }
    assert!(secrets(&[("CHOWK_ALLOW_SANDBOX", "1")]).expect("good").production);
}

#[test]
fn secrets_and_passwords_are_not_printed() {
    let sources = Sources {
        environment: [
            ("CHOWK_CURSOR_KEY".to_owned(), "canary-canary-canary".to_owned()),
            ("CHOWK_DATABASE_URL".to_owned(), "mysql://u:canary2@127.0.0.1/shop".to_owned()),
        ]
        .into(),
        ..Sources::default()
    };
    let printed = Settings::print(&sources).expect("prints");
    assert!(!printed.contains("canary") && printed.contains("(hidden)"), "{printed}");
    assert!(!format!("{:?}", Settings::load(&sources).expect("loads").cursor_key).contains("canary"));
}
