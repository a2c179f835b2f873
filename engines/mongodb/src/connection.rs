//! The server: a bound on every call, errors that say whether a retry helps, and the indexes, which are made before the
//! first write.

use std::{sync::Arc, time::Duration};

use mongodb::{
    Client, Collection, Database, IndexModel,
    bson::{Document, doc},
    error::{Error, ErrorKind, RETRYABLE_ERROR, RETRYABLE_WRITE_ERROR, WriteFailure},
    options::{Acknowledgment, ClientOptions, IndexOptions, ReadConcern, WriteConcern},
};
use services::kernel::{
    error::{EngineError, EngineResult},
    turns::Turns,
};
use tokio::{sync::OnceCell, time::timeout};

/// The name of the engine in errors.
pub(crate) const ENGINE: &str = "items";
/// How long one answer is waited for; the driver itself would wait for ever on a connection that went silent.
const ANSWER_MAX: Duration = Duration::from_secs(4);
/// How long a server is looked for within one call.
const SELECTION_MAX: Duration = Duration::from_secs(2);
/// How long a connection is waited for.
const CONNECT_MAX: Duration = Duration::from_secs(1);
/// Connections of one process.
const CONNECTIONS_MAX: u32 = 16;
/// The database when the URL names none.
const DATABASE: &str = "chowk";
/// The oldest version that is supported.
const MAJOR_MIN: u32 = 5;
/// The server's codes for a unique key that is taken, and for those that pass: shutting down, no primary, stepping down.
const DUPLICATE: i32 = 11_000;
const PASSING: [i32; 9] = [6, 7, 89, 91, 189, 262, 10_107, 11_600, 13_435];

/// A database on a server. Cheap to clone.
#[derive(Clone)]
pub struct Mongo(Arc<Inner>);

struct Inner {
    database: Database,
    prepared: OnceCell<()>,
    turns: Turns,
}

impl std::fmt::Debug for Mongo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mongo").field("database", &self.0.database.name()).finish_non_exhaustive()
    }
}

impl Mongo {
    /// Reads the URL; connects with the first call. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When the URL is malformed.
    pub async fn open(url: &str) -> EngineResult<Self> {
        let malformed =
            || EngineError::permanent(ENGINE, "the URL is malformed: write mongodb://user:password@host:port/database");
        let parsed = timeout(ANSWER_MAX, ClientOptions::parse(url)).await;
        let mut options = parsed
            .map_err(|_| EngineError::retryable(ENGINE, "the DNS records of the URL did not come in time"))?
            .map_err(|e| if matches!(*e.kind, ErrorKind::DnsResolve { .. }) { error(&e) } else { malformed() })?;
        options.server_selection_timeout = Some(SELECTION_MAX);
        options.connect_timeout = Some(CONNECT_MAX);
        options.max_pool_size = options.max_pool_size.or(Some(CONNECTIONS_MAX));
        // What was answered survives a change of the primary, and what is read was not taken back by one.
        let durable = || WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build();
        options.write_concern = options.write_concern.or_else(|| Some(durable()));
        options.read_concern = options.read_concern.or_else(|| Some(ReadConcern::majority()));
        let name = options.default_database.clone().unwrap_or_else(|| DATABASE.to_owned());
        let client = Client::with_options(options).map_err(|_| malformed())?;
        Ok(Self(Arc::new(Inner {
            database: client.database(&name),
            prepared: OnceCell::new(),
            turns: Turns::new(CONNECTIONS_MAX as usize),
        })))
    }

    /// Checks the server's version and makes the indexes, once; every write does it first.
    ///
    /// # Errors
    /// Retryable when the server cannot be reached; else it refuses, and the sentence says what to do.
    pub async fn prepare(&self) -> EngineResult<()> {
        self.0.prepared.get_or_try_init(|| self.make_ready()).await?;
        Ok(())
    }

    async fn make_ready(&self) -> EngineResult<()> {
        let build = self.bounded(async { self.0.database.run_command(doc! { "buildInfo": 1 }).await }).await?;
        let version = build.get_str("version").unwrap_or("0");
        let major = version.split('.').next().and_then(|n| n.parse::<u32>().ok()).unwrap_or(0);
        if major < MAJOR_MIN {
            let told = format!("MongoDB {version} is too old: version {MAJOR_MIN}.0 or newer is needed");
            return Err(EngineError::permanent(ENGINE, told));
        }
        let unique = || IndexOptions::builder().unique(true).build();
        let plain = |keys| IndexModel::builder().keys(keys).build();
        let items = [
            IndexModel::builder().keys(doc! { "slug": 1 }).options(unique()).build(),
            // A variant stands in one item at a time.
            IndexModel::builder().keys(doc! { "variants.id": 1 }).options(unique()).build(),
            plain(doc! { "links": 1 }),
            plain(doc! { "category": 1 }),
            plain(doc! { "kept.id": 1 }),
        ];
        self.bounded(async { self.items().create_indexes(items).await }).await?;
        Ok(())
    }

    /// One document per item.
    pub(crate) fn items(&self) -> Collection<Document> {
        self.0.database.collection("items")
    }
    /// One document with the whole tree.
    pub(crate) fn categories(&self) -> Collection<Document> {
        self.0.database.collection("categories")
    }
    /// Who may relay.
    pub(crate) fn leases(&self) -> Collection<Document> {
        self.0.database.collection("leases")
    }

    /// Waits for a call, but not for ever, and with so many others only. A write whose answer was not awaited may still have
    /// happened; the guard of versions makes it safe to send again.
    pub(crate) async fn bounded<T>(&self, call: impl Future<Output = Result<T, Error>>) -> EngineResult<T> {
        let _turn = self.0.turns.enter(ENGINE).await?;
        match timeout(ANSWER_MAX, call).await {
            Ok(answer) => answer.map_err(|e| error(&e)),
            Err(_) => Err(EngineError::retryable(ENGINE, "the server did not answer in time")),
        }
    }

    /// The same for a write that may meet a taken unique key, which is then `None`.
    pub(crate) async fn unless_taken<T>(
        &self,
        call: impl Future<Output = Result<T, Error>>,
    ) -> EngineResult<Option<T>> {
        self.bounded(async {
            match call.await {
                Err(e) if code(&e) == Some(DUPLICATE) => Ok(None),
                answer => answer.map(Some),
            }
        })
        .await
    }
}

/// The server's code, wherever the driver puts it.
fn code(e: &Error) -> Option<i32> {
    match &*e.kind {
        ErrorKind::Write(WriteFailure::WriteError(w)) => Some(w.code),
        ErrorKind::Write(WriteFailure::WriteConcernError(w)) => Some(w.code),
        ErrorKind::Command(c) => Some(c.code),
        _ => None,
    }
}

/// Trouble on the way may pass; what the server refuses stays refused until somebody acts.
fn error(e: &Error) -> EngineError {
    // The driver finds no server to choose when the only one is too old, and says so in words alone.
    let too_old = match &*e.kind {
        ErrorKind::ServerSelection { message, .. } => message.contains("wire version"),
        ErrorKind::IncompatibleServer { .. } => true,
        _ => false,
    };
    let message = match &*e.kind {
        ErrorKind::Authentication { .. } => format!("user or password are refused; correct them in the URL: {e}"),
        _ if too_old => format!("the server is too old: version {MAJOR_MIN}.0 or newer is needed: {e}"),
        _ => e.to_string(),
    };
    let away = matches!(
        &*e.kind,
        ErrorKind::ServerSelection { .. }
            | ErrorKind::Io(_)
            | ErrorKind::ConnectionPoolCleared { .. }
            | ErrorKind::DnsResolve { .. }
    );
    let passing = code(e).is_some_and(|code| PASSING.contains(&code))
        || e.contains_label(RETRYABLE_WRITE_ERROR)
        || e.contains_label(RETRYABLE_ERROR);
    EngineError { engine: ENGINE, message: message.into(), retryable: !too_old && (away || passing) }
}
