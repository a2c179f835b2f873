//! The house holds its shape: which crate imports which, which area of `services` stands on which floor, and that every
//! file says what it is for. Each checker is tried on small made-up houses too, so that it is known to fail.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use cargo_metadata::{DependencyKind, MetadataCommand};
use syn::visit::{self, Visit};

/// What each crate may import of the workspace; engines are named `engine-…` and share the last line but one.
const ARROWS: [(&str, &[&str]); 8] = [
    ("services", &[]),
    ("migrations", &[]),
    ("resolvers", &["services"]),
    ("workers", &["services"]),
    // It brings its own tables up to date when it opens a database.
    ("engine-sql", &["services", "migrations"]),
    ("engine-", &["services"]),
    // It tries everything that reads bytes from outside; nobody imports it.
    ("fuzz", &["chowk", "services", "resolvers", "workers", "engine-embedded"]),
    ("chowk", &["services", "resolvers", "workers", "migrations", "engine-"]),
];

/// What only the tests of a crate import besides: Kafka's ship a real outbox by the real relay.
const IN_TESTS: [(&str, &[&str]); 1] = [("engine-kafka", &["engine-sql", "workers"])];

/// What no crate may import, by crate: the shop knows no driver, no web and no GraphQL; the doors know no driver.
const STRANGERS: [(&str, &[&str]); 3] = [
    (
        "services",
        &[
            "axum",
            "hyper",
            "tower",
            "reqwest",
            "async-graphql",
            "sea-orm",
            "sqlx",
            "rusqlite",
            "redis",
            "mongodb",
            "tantivy",
            "migrations",
        ],
    ),
    ("resolvers", &["axum", "hyper", "tower", "reqwest", "sea-orm", "sqlx", "rusqlite", "redis", "mongodb", "tantivy"]),
    (
        "workers",
        &[
            "axum",
            "hyper",
            "tower",
            "reqwest",
            "async-graphql",
            "sea-orm",
            "sqlx",
            "rusqlite",
            "redis",
            "mongodb",
            "tantivy",
        ],
    ),
];

/// The floors of `services`: an area imports only from floors below its own.
const FLOORS: [&[&str]; 6] = [
    &["kernel"],
    &["users", "items", "payments", "logistics", "warehouses", "activity", "notifications"],
    &["inventory", "trends", "recommendations"],
    &["serviceability", "carts", "wishlists"],
    &["search", "orders", "inbound", "sessions"],
    &["history", "reconciliation"],
];

/// One crate that imports another.
#[derive(Clone, Debug)]
struct Arrow {
    from: String,
    to: String,
}

impl Arrow {
    fn new(from: &str, to: &str) -> Self {
        Self { from: from.to_owned(), to: to.to_owned() }
    }
}

fn is_or_begins(name: &str, pattern: &str) -> bool {
    name == pattern || (pattern.ends_with('-') && name.starts_with(pattern))
}

fn forbidden_arrows(arrows: &[Arrow]) -> Vec<String> {
    let allowed = |a: &Arrow| {
        let row = ARROWS.iter().find(|(from, _)| is_or_begins(&a.from, from));
        row.is_some_and(|(_, to)| to.iter().any(|to| is_or_begins(&a.to, to)))
    };
    arrows.iter().filter(|a| !allowed(a)).map(|a| format!("{} imports {}", a.from, a.to)).collect()
}

fn strangers(arrows: &[Arrow]) -> Vec<String> {
    let strange = |a: &Arrow| {
        let row = STRANGERS.iter().find(|(from, _)| *from == a.from);
        row.is_some_and(|(_, to)| to.iter().any(|to| a.to == *to || a.to.starts_with(&format!("{to}-"))))
    };
    arrows.iter().filter(|a| strange(a)).map(|a| format!("{} imports {}", a.from, a.to)).collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All imports of the workspace's crates: of each other, and of strangers.
fn arrows() -> (Vec<Arrow>, Vec<Arrow>) {
    let mut command = MetadataCommand::new();
    command.manifest_path(root().join("Cargo.toml")).no_deps().other_options(["--offline".to_owned()]);
    let metadata = command.exec().expect("cargo describes the workspace");
    let members: Vec<String> = metadata.packages.iter().map(|p| p.name.to_string()).collect();
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for package in &metadata.packages {
        for d in &package.dependencies {
            let arrow = Arrow::new(&package.name, &d.name);
            let in_tests = d.kind == DependencyKind::Development;
            if in_tests && IN_TESTS.iter().any(|(from, to)| package.name == *from && to.contains(&&*d.name)) {
                continue;
            }
            if members.contains(&d.name) {
                inside.push(arrow);
            } else if d.kind == DependencyKind::Normal {
                outside.push(arrow);
            }
        }
    }
    (inside, outside)
}

/// An import of one area by a file of another.
#[derive(Debug, PartialEq, Eq)]
struct Import {
    module: Vec<String>,
    area: String,
}

/// Finds every path of a file that leads to an area from the root of the crate: in `use`, inline, in macros, by `super`.
struct Imports {
    module: Vec<String>,
    found: Vec<String>,
}

impl Imports {
    fn of(source: &str, module: &[String]) -> Result<Vec<String>, String> {
        let file = syn::parse_file(source).map_err(|e| format!("{}: {e}", module.join("::")))?;
        let mut imports = Self { module: module.to_vec(), found: Vec::new() };
        imports.visit_file(&file);
        Ok(imports.found)
    }

    /// Where `path` leads: its segments from the root of the crate; none when it leads out of it or is relative.
    fn absolute(&self, path: &[String]) -> Option<Vec<String>> {
        let mut at = match path.first()?.as_str() {
            "crate" => Vec::new(),
            "self" | "super" => self.module.clone(),
            _ => return None,
        };
        for segment in path {
            match segment.as_str() {
                "crate" | "self" => {}
                "super" => drop(at.pop()),
                other => at.push(other.to_owned()),
            }
        }
        Some(at)
    }

    fn add(&mut self, path: &[String]) {
        let Some(at) = self.absolute(path) else { return };
        match at.first() {
            Some(area) => self.found.push(area.clone()),
            // The root itself, as in `use crate::*`: nobody needs all of it.
            None => self.found.push("*".to_owned()),
        }
    }

    fn tree(&mut self, prefix: &mut Vec<String>, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(p) => {
                prefix.push(p.ident.to_string());
                self.tree(prefix, &p.tree);
                prefix.pop();
            }
            syn::UseTree::Name(n) => self.leaf(prefix, &n.ident.to_string()),
            syn::UseTree::Rename(n) => self.leaf(prefix, &n.ident.to_string()),
            syn::UseTree::Glob(_) => self.add(prefix),
            syn::UseTree::Group(g) => g.items.iter().for_each(|t| self.tree(prefix, t)),
        }
    }

    fn leaf(&mut self, prefix: &[String], name: &str) {
        let path: Vec<String> = prefix.iter().cloned().chain([name.to_owned()]).collect();
        self.add(&path);
    }
}

impl<'ast> Visit<'ast> for Imports {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&mut Vec::new(), &item.tree);
    }
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }
    fn visit_path(&mut self, path: &'ast syn::Path) {
        // One segment alone, such as `self`, names a value or a thing in scope.
        if path.segments.len() > 1 {
            let segments: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
            self.add(&segments);
        }
        visit::visit_path(self, path);
    }
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {
        // `pub(crate)` and `pub(in …)` import nothing.
    }
    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        let text = mac.tokens.to_string().replace(" :: ", "::").replace(":: ", "::").replace(" ::", "::");
        for (i, _) in text.match_indices("crate::") {
            let area: String =
                text[i + "crate::".len()..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if !text[..i].trim_end().ends_with('$') {
                self.found.push(area);
            }
        }
        visit::visit_macro(self, mac);
    }
}

fn floor(area: &str) -> Option<usize> {
    FLOORS.iter().position(|areas| areas.contains(&area))
}

/// What stands wrong: an area without a floor, or one that imports from its own floor or above.
fn wrong_floors(imports: &[Import]) -> Vec<String> {
    let mut out = Vec::new();
    for import in imports {
        let (from, to) = (import.module.first().map_or("", String::as_str), import.area.as_str());
        let place = import.module.join("::");
        match (floor(from), floor(to)) {
            _ if from == to => {}
            (Some(high), Some(low)) if low < high => {}
            (Some(_), Some(_)) => out.push(format!("{place} imports {to}, which is not below it")),
            (None, _) => out.push(format!("{place}: {from} has no floor")),
            (_, None) => out.push(format!("{place} imports {to}, which has no floor")),
        }
    }
    out
}

/// The module of a file under a `src` folder: `orders/ports.rs` is `orders::ports`, `orders/mod.rs` is `orders`.
fn module_of(path: &Path) -> Vec<String> {
    let mut parts: Vec<String> = path.with_extension("").iter().map(|p| p.to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|p| p == "mod" || p == "lib") {
        parts.pop();
    }
    parts
}

/// The Rust files under a folder.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                out.push(path);
            }
        }
    }
    out.sort();
    out
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Whether a file opens with what it is for.
fn says_what_it_is_for(source: &str) -> bool {
    source.lines().next().and_then(|l| l.strip_prefix("//! ")).is_some_and(|l| l.len() > 7 && l.trim() != "placeholder")
}

/// What a document names in code spans: files and folders (with a `/`), and functions (with `()` at the end).
fn names(document: &str) -> (Vec<&str>, Vec<&str>) {
    let spans = document.split("```").step_by(2).flat_map(|text| text.split('`').skip(1).step_by(2));
    let spans: Vec<&str> = spans.filter(|s| !s.contains(' ') && !s.contains('*')).collect();
    let paths = spans.iter().copied().filter(|s| s.contains('/') && !s.ends_with("()")).collect();
    let functions =
        spans.iter().filter_map(|s| s.strip_suffix("()")).map(|s| s.rsplit("::").next().unwrap_or(s)).collect();
    (paths, functions)
}

/// Whether the sources define a function of this name.
fn defines(sources: &str, function: &str) -> bool {
    ["(", "<"].iter().any(|after| sources.contains(&format!("fn {function}{after}")))
}

#[test]
fn crates_import_only_along_the_arrows() {
    let (inside, outside) = arrows();
    assert!(inside.len() > 8, "the arrows were read: {inside:?}");
    assert_eq!(forbidden_arrows(&inside), Vec::<String>::new());
    assert!(outside.iter().any(|a| a.from == "services" && a.to == "serde"), "strangers were read");
    assert_eq!(strangers(&outside), Vec::<String>::new());
}

#[test]
fn a_forbidden_arrow_is_seen() {
    let wrong = [
        ("services", "resolvers"),
        ("resolvers", "workers"),
        ("workers", "engine-sql"),
        ("engine-tantivy", "engine-sql"),
        ("engine-tantivy", "migrations"),
        ("resolvers", "chowk"),
        ("engine-sql", "chowk"),
        ("newcomer", "services"),
        ("chowk", "fuzz"),
        ("workers", "fuzz"),
        ("fuzz", "engine-sql"),
    ];
    let right = [
        ("chowk", "engine-sql"),
        ("engine-sql", "migrations"),
        ("workers", "services"),
        ("chowk", "resolvers"),
        ("fuzz", "chowk"),
    ];
    let arrows: Vec<Arrow> = wrong.iter().chain(&right).map(|(a, b)| Arrow::new(a, b)).collect();
    assert_eq!(forbidden_arrows(&arrows), wrong.map(|(a, b)| format!("{a} imports {b}")));
    let met =
        [Arrow::new("services", "sea-orm-migration"), Arrow::new("services", "serde"), Arrow::new("chowk", "axum")];
    assert_eq!(strangers(&met), ["services imports sea-orm-migration"]);
}

#[test]
fn areas_import_only_from_floors_below() {
    let src = root().join("services/src");
    let (mut imports, mut seen) = (Vec::new(), BTreeMap::new());
    for path in rust_files(&src) {
        let module = module_of(path.strip_prefix(&src).expect("lies below"));
        let Some(area) = module.first() else { continue };
        *seen.entry(area.clone()).or_insert(0_usize) += 1;
        let found = Imports::of(&read(&path), &module).unwrap_or_else(|e| panic!("{e}"));
        imports.extend(found.into_iter().map(|area| Import { module: module.clone(), area }));
    }
    assert!(seen.len() > 10 && imports.len() > 100, "the areas were read: {seen:?}");
    let homeless: Vec<&String> = seen.keys().filter(|area| floor(area).is_none()).collect();
    assert!(homeless.is_empty(), "without a floor: {homeless:?}");
    assert_eq!(wrong_floors(&imports), Vec::<String>::new());
}

#[test]
fn every_way_to_import_an_area_is_seen() {
    let module = ["orders".to_owned(), "ports".to_owned()];
    let seen = |source: &str| Imports::of(source, &module).expect("is Rust");
    assert_eq!(seen("use crate::items::Items;"), ["items"]);
    assert_eq!(
        seen("use crate::{carts, kernel::{ids::*, money}, users as u};"),
        ["carts", "kernel", "kernel", "users"]
    );
    assert_eq!(
        seen("use super::super::search::Search; use super::model::Order; use serde::Serialize;"),
        ["search", "orders"]
    );
    assert_eq!(
        seen("fn f(x: crate::sessions::Caller) -> super::Order { crate::history::g::<crate::activity::A>() }").len(),
        4
    );
    assert_eq!(seen("fn f() { vec![crate::search::x(), $crate::y]; }"), ["search"]);
    assert_eq!(seen("mod tests { use super::*; use super::super::super::inbound; }"), ["orders", "inbound"]);
    assert_eq!(seen("pub use crate::*;"), ["*"]);
    assert_eq!(seen("pub(crate) fn f(&self) { self.g(); Self::h() }"), Vec::<String>::new());
}

#[test]
fn an_import_from_the_same_floor_or_above_is_seen() {
    let import =
        |from: &str, to: &str| Import { module: vec![from.to_owned(), "service".to_owned()], area: to.to_owned() };
    let good =
        [import("orders", "items"), import("orders", "orders"), import("sessions", "carts"), import("users", "kernel")];
    assert_eq!(wrong_floors(&good), Vec::<String>::new());
    let bad = [
        import("carts", "wishlists"),
        import("items", "inventory"),
        import("kernel", "items"),
        import("attic", "items"),
        import("items", "attic"),
        import("items", "*"),
    ];
    assert_eq!(wrong_floors(&bad).len(), bad.len(), "{:?}", wrong_floors(&bad));
}

#[test]
fn every_file_says_what_it_is_for() {
    let mut files: Vec<PathBuf> =
        ["src", "services/src", "resolvers/src", "workers/src", "migrations/src", "engines", "tests"]
            .iter()
            .flat_map(|folder| rust_files(&root().join(folder)))
            .collect();
    files.retain(|f| !f.iter().any(|part| part == "target" || part == "node_modules"));
    assert!(files.len() > 150, "the files were read");
    let silent: Vec<_> = files.iter().filter(|f| !says_what_it_is_for(&read(f))).collect();
    assert!(silent.is_empty(), "files that do not open with `//!` and a sentence: {silent:#?}");
    assert!(says_what_it_is_for("//! Carts and what is in them.\nuse x;"));
    for bad in ["", "use x;", "//! placeholder", "// Carts and what is in them.", "\n//! Carts and what is in them."] {
        assert!(!says_what_it_is_for(bad), "{bad}");
    }
}

#[test]
fn modules_follow_from_files() {
    assert_eq!(module_of(Path::new("orders/mod.rs")), ["orders"]);
    assert_eq!(module_of(Path::new("orders/ports.rs")), ["orders", "ports"]);
    assert_eq!(module_of(Path::new("kernel/events/payloads.rs")), ["kernel", "events", "payloads"]);
    assert_eq!(module_of(Path::new("lib.rs")), Vec::<String>::new());
}

#[test]
fn documents_name_what_is_there() {
    let folders = ["src", "services/src", "resolvers/src", "workers/src", "migrations/src", "engines"];
    let sources: String = folders.iter().flat_map(|f| rust_files(&root().join(f))).map(|f| read(&f)).collect();
    let mut papers = vec![root().join("docs/ARCHITECTURE.md")];
    for folder in ["docs/adr", "docs/checklists"] {
        papers.extend(fs::read_dir(root().join(folder)).expect("is there").map(|f| f.expect("an entry").path()));
    }
    let mut missing = Vec::new();
    for paper in &papers {
        let text = read(paper);
        let (paths, functions) = names(&text);
        missing.extend(paths.iter().filter(|p| !root().join(p).exists()).map(|p| format!("{}: {p}", paper.display())));
        let unknown = functions.iter().filter(|f| !defines(&sources, f));
        missing.extend(unknown.map(|f| format!("{}: {f}()", paper.display())));
    }
    assert!(papers.len() > 8, "the documents were read");
    assert_eq!(missing, Vec::<String>::new());

    let made_up = "See `src/a.rs`, `A::b()`, `c()` and `x y/z`.\n```\n`not/this`\n```\n`d/`";
    assert_eq!(names(made_up), (vec!["src/a.rs", "d/"], vec!["b", "c"]));
    assert!(defines("pub fn b<T>() {} async fn c() {}", "b") && !defines("fn cd()", "c"));
}

/// How many tests a row of a table names, each with the file after it; all of them exist.
fn named_tests(row: &str) -> usize {
    let (mut names, mut waiting) = (0, Vec::new());
    for word in row.split('`').skip(1).step_by(2) {
        if word.ends_with(".rs") {
            let text = read(&root().join(word));
            for name in waiting.drain(..) {
                let there = [format!("fn {name}("), format!("fn {name}<")].iter().any(|f| text.contains(f));
                assert!(there, "{word} has no {name}: {row}");
                names += 1;
            }
        } else if word.contains('_') && !word.contains(['=', ' ', '/']) {
            waiting.push(word);
        }
    }
    assert!(waiting.is_empty(), "in which file are {waiting:?}?");
    names
}

#[test]
fn every_system_names_the_journeys_that_show_it() {
    let page = read(&root().join("docs/systems.md"));
    let rows: Vec<_> = page.lines().filter(|l| l.starts_with("| ") && l.as_bytes()[2].is_ascii_digit()).collect();
    assert_eq!(rows.len(), 19, "one row per system");
    assert!(rows.iter().all(|row| named_tests(row) > 0));
}

#[test]
fn every_rule_of_security_names_tests_that_exist() {
    let page = read(&root().join("docs/security.md"));
    let rules: Vec<_> = page.lines().filter(|l| l.starts_with("| ") && l.as_bytes()[2].is_ascii_digit()).collect();
    assert_eq!(rules.len(), 26, "one row per rule");
    let names: usize = rules.into_iter().map(named_tests).sum();
    assert!(names > 40, "{names} names were looked up");
}
