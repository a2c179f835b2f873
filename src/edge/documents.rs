//! Documents, parsed once: a bounded cache from text to the parsed and costed document, automatically persisted queries
//! by hash, and trusted documents given at start. Whether a document fits the schema is not known here; the engine
//! validates each execution.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use async_graphql::{ServerError, Variables};
use async_graphql_parser::{
    parse_query,
    types::{
        DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
    },
};
use moka::sync::Cache;
use parking_lot::RwLock;
use sha2::{Digest, Sha256};

use super::{
    codes,
    coerce::Coercion,
    cost::{self, CostRules, Measure},
    lex,
    limits::Limits,
    params::Params,
    refusal::Refusal,
    scalars::Scalars,
    schema_map::SchemaMap,
    typename,
};

/// Bytes held in each of the two caches.
const CACHE_BYTES: u64 = 8 * 1024 * 1024;
/// Bytes that a parsed document takes for each of its tokens, roughly: a selection with its name, place and lists.
const TOKEN_BYTES: usize = 192;
/// Bytes that an entry of a cache takes besides its text and its tokens, roughly.
const ENTRY_BYTES: usize = 1024;

/// Documents that are known by an id before anybody asks.
#[derive(Clone, Debug, Default)]
pub struct Trusted {
    /// Texts by id; the SHA-256 of each text is an id too.
    pub by_id: HashMap<String, String>,
    /// Refuse every other document.
    pub only: bool,
}

/// A parsed document.
#[derive(Debug)]
pub struct Document {
    /// Its text.
    pub text: Arc<str>,
    /// As parsed.
    pub parsed: ExecutableDocument,
    /// Its tokens.
    tokens: usize,
    /// Measures that hold for every request, by the operation's name (empty for the only one).
    measures: RwLock<HashMap<String, Measure>>,
}

impl Document {
    /// The operation of that name, or the only one.
    pub fn operation(&self, name: Option<&str>) -> Result<&OperationDefinition, Refusal> {
        match (&self.parsed.operations, name) {
            (DocumentOperations::Single(operation), None) => Ok(&operation.node),
            (DocumentOperations::Multiple(all), Some(name)) if all.contains_key(name) => Ok(&all[name].node),
            (DocumentOperations::Multiple(all), None) if all.len() == 1 => {
                all.values().next().map(|o| &o.node).ok_or_else(|| no_such("The document has no operation."))
            }
            (DocumentOperations::Multiple(_), None) => {
                Err(no_such("The document has several operations: \"operationName\" must say which."))
            }
            (_, Some(_)) => Err(no_such("The document has no operation of that name.")),
        }
    }

    /// The name under which an operation stands in the document; `None` for an anonymous one.
    pub fn name_of(&self, operation: &OperationDefinition) -> Option<&str> {
        self.parsed
            .operations
            .iter()
            .find(|(_, o)| std::ptr::eq(&o.node, operation))
            .and_then(|(n, _)| n.map(|n| n.as_str()))
    }

    /// The fields at the root of an operation, fragments unfolded, each fragment once.
    pub fn root_fields<'a>(&'a self, operation: &'a OperationDefinition) -> Vec<&'a Field> {
        let mut fields = Vec::new();
        self.collect(&operation.selection_set.node, &mut fields, &mut HashSet::new());
        fields
    }

    fn collect<'a>(&'a self, set: &'a SelectionSet, fields: &mut Vec<&'a Field>, seen: &mut HashSet<&'a str>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => fields.push(&field.node),
                Selection::InlineFragment(inline) => self.collect(&inline.node.selection_set.node, fields, seen),
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    if let Some(fragment) = self.parsed.fragments.get(name).filter(|_| seen.insert(name)) {
                        self.collect(&fragment.node.selection_set.node, fields, seen);
                    }
                }
            }
        }
    }
}

fn no_such(message: &str) -> Refusal {
    Refusal::graphql(codes::BAD_USER_INPUT, message)
}

/// A document, and what is to be done once it proved good.
#[derive(Debug)]
pub struct Found {
    /// The document.
    pub document: Arc<Document>,
    /// It was not in the cache.
    pub fresh: bool,
    /// It came with its hash, to be persisted.
    pub persist: Option<String>,
}

/// All documents that are held.
pub struct Documents {
    parsed: Cache<Arc<str>, Arc<Document>>,
    persisted: Cache<String, Arc<str>>,
    trusted: HashMap<String, Arc<str>>,
    trusted_only: bool,
    limits: Limits,
}

impl Documents {
    /// Empty caches beside the trusted documents.
    pub fn new(trusted: &Trusted, limits: &Limits) -> Self {
        // A parsed document takes many times the bytes of its text.
        let weight = |text: &str, tokens: usize| {
            u32::try_from(text.len() + ENTRY_BYTES + tokens.saturating_mul(TOKEN_BYTES)).unwrap_or(u32::MAX)
        };
        let mut known = HashMap::new();
        for (id, text) in &trusted.by_id {
            let text: Arc<str> = text.as_str().into();
            known.insert(sha256_hex(&text), text.clone());
            known.insert(id.clone(), text);
        }
        Self {
            parsed: Cache::builder()
                .max_capacity(CACHE_BYTES)
                .weigher(move |text: &Arc<str>, document: &Arc<Document>| weight(text, document.tokens))
                .build(),
            persisted: Cache::builder()
                .max_capacity(CACHE_BYTES)
                .weigher(move |_, text: &Arc<str>| weight(text, 0))
                .build(),
            trusted: known,
            trusted_only: trusted.only,
            limits: limits.clone(),
        }
    }

    /// The document of a request, parsed; literals that do not fit their types are refused with it.
    pub fn find(&self, params: &Params, map: &SchemaMap, scalars: &Scalars) -> Result<Found, Refusal> {
        let (text, persist) = self.text(params)?;
        if let Some(document) = self.parsed.get(&text) {
            return Ok(Found { document, fresh: false, persist });
        }
        let (mut parsed, tokens) = self.parse(&text)?;
        typename::unfold(&mut parsed);
        let coercion = Coercion { map, scalars, list_items: self.limits.list_items, errors: self.limits.errors };
        let errors = coercion.literals(&parsed);
        if !errors.is_empty() {
            return Err(Refusal::graphql_all(errors));
        }
        let document = Document { text, parsed, tokens, measures: RwLock::default() };
        Ok(Found { document: Arc::new(document), fresh: true, persist })
    }

    /// Holds a document that ran: floods of documents that are refused leave the caches to good ones.
    pub fn keep(&self, found: &Found) {
        // A subscription proves its document with every event.
        if found.fresh && !self.parsed.contains_key(&found.document.text) {
            self.parsed.insert(found.document.text.clone(), found.document.clone());
        }
        if let Some(hash) = &found.persist {
            self.persisted.insert(hash.clone(), found.document.text.clone());
        }
    }

    fn text(&self, params: &Params) -> Result<(Arc<str>, Option<String>), Refusal> {
        if let Some(id) = &params.document_id {
            let id = id.strip_prefix("sha256:").unwrap_or(id);
            let text = self.trusted.get(id).ok_or_else(|| not_found("PersistedQueryNotFound"))?;
            return Ok((text.clone(), None));
        }
        let hash = params.persisted_hash()?;
        let Some(query) = &params.query else {
            let known = hash.and_then(|hash| self.trusted.get(&hash).cloned().or_else(|| self.persisted.get(&hash)));
            return known.map(|text| (text, None)).ok_or_else(|| not_found("PersistedQueryNotFound"));
        };
        if query.len() > self.limits.document_bytes {
            let (have, most) = (query.len(), self.limits.document_bytes);
            return Err(too_much(format!("The document has {have} bytes, at most {most}.")));
        }
        if self.trusted_only && !self.trusted.contains_key(&sha256_hex(query)) {
            return Err(Refusal::graphql(
                codes::TRUSTED_DOCUMENTS_ONLY,
                "Only documents known to the shop are run here.",
            ));
        }
        match hash {
            Some(hash) if hash != sha256_hex(query) => Err(Refusal::graphql(
                codes::PERSISTED_QUERY_HASH_MISMATCH,
                "The hash sent with the document is not its SHA-256.",
            )),
            Some(hash) if self.persisted.contains_key(&hash) => Ok((query.as_str().into(), None)),
            hash => Ok((query.as_str().into(), hash)),
        }
    }

    /// The document of a text, and how many tokens it has.
    fn parse(&self, text: &str) -> Result<(ExecutableDocument, usize), Refusal> {
        let size = lex::measure(text, self.limits.tokens, self.limits.nesting).map_err(|what| match what {
            lex::TooLarge::Tokens => too_much(format!("The document has more than {} tokens.", self.limits.tokens)),
            lex::TooLarge::Nesting => {
                too_much(format!("The document is nested more than {} deep.", self.limits.nesting))
            }
        })?;
        let parsed = parse_query(text).map_err(|e| {
            let mut error = ServerError::from(e);
            error.message = first_line_of(&error);
            Refusal::graphql_all(vec![codes::tag(error, codes::GRAPHQL_PARSE_FAILED)])
        })?;
        let (operations, fragments) = (parsed.operations.iter().count(), parsed.fragments.len());
        if operations > self.limits.operations {
            return Err(too_much(format!("Too many operations: {operations}, at most {}.", self.limits.operations)));
        }
        if fragments > self.limits.fragments {
            return Err(too_much(format!("Too many fragments: {fragments}, at most {}.", self.limits.fragments)));
        }
        Ok((parsed, size.tokens))
    }
}

/// The measure of an operation: remembered with its document when no variable has a say in it.
pub fn measured(
    document: &Document,
    operation: &OperationDefinition,
    variables: &Variables,
    map: &SchemaMap,
    rules: &CostRules,
) -> Result<Measure, Refusal> {
    let name = document.name_of(operation).unwrap_or_default();
    if let Some(measure) = document.measures.read().get(name) {
        return Ok(*measure);
    }
    let measure = cost::measure(map, rules, &document.parsed, operation, variables)?;
    if !measure.by_variables {
        document.measures.write().insert(name.to_owned(), measure);
    }
    Ok(measure)
}

/// Whether an operation of this kind may run on a method that must change nothing.
pub fn is_safe(kind: OperationType) -> bool {
    kind != OperationType::Mutation
}

/// The SHA-256 of a text in lower-case hexadecimal digits.
pub fn sha256_hex(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn not_found(message: &str) -> Refusal {
    Refusal::graphql(codes::PERSISTED_QUERY_NOT_FOUND, message)
}

fn too_much(message: String) -> Refusal {
    Refusal::graphql(codes::COST_EXCEEDED, message)
}

/// The parser draws the text with an arrow into its message; clients get the place in `locations` and one plain line.
fn first_line_of(error: &ServerError) -> String {
    let last = error.message.lines().last().unwrap_or_default().trim_start_matches([' ', '=']).trim();
    let place =
        error.locations.first().map(|p| format!(" at line {}, column {}", p.line, p.column)).unwrap_or_default();
    format!("The document does not parse{place}: {}.", last.trim_end_matches('.'))
}

#[cfg(test)]
#[path = "tests/documents.rs"]
mod tests;
