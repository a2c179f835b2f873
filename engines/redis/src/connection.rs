//! One connection for many callers. The client's own manager reconnects when a connection breaks, but never when it falls
//! silent, so this one replaces it after a few time-outs in a row.

use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use redis::{
    Client, ErrorKind, FromRedisValue, RedisError, ScriptInvocation, ServerErrorKind,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use services::kernel::{
    error::{EngineError, EngineResult},
    turns::Turns,
};

/// The name of the engine in errors.
const ENGINE: &str = "cache";
/// How long an answer is waited for.
const ANSWER_MAX: Duration = Duration::from_millis(500);
/// How long a connection is waited for.
const CONNECT_MAX: Duration = Duration::from_millis(500);
/// Calls on the one connection at the same time.
const CALLS_MAX: usize = 256;
/// Tries to connect within one call; the caller has its own way to go on without Redis.
const RETRIES: usize = 1;
/// Time-outs in a row after which the connection counts as silent.
const SILENT_AFTER: u32 = 3;

/// A server, or a part of one. Cheap to clone.
#[derive(Clone)]
pub struct Redis(Arc<Inner>);

struct Inner {
    client: Client,
    prefix: String,
    /// The manager in use, and how many calls in a row it let time out. Held for no call.
    current: Mutex<(ConnectionManager, u32)>,
    turns: Turns,
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis").field("prefix", &self.0.prefix).finish_non_exhaustive()
    }
}

impl Redis {
    /// Reads the URL; connects with the first call. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When the URL is malformed.
    pub fn open(url: &str) -> EngineResult<Self> {
        let malformed =
            || EngineError::permanent(ENGINE, "the URL is malformed: write redis://user:password@host:port");
        let mut url = url::Url::parse(url).map_err(|_| malformed())?;
        let prefix = url.query_pairs().find(|(name, _)| name == "prefix").map(|(_, p)| p.into_owned());
        url.set_query(None);
        let client = Client::open(url).map_err(|_| malformed())?;
        let manager = manager(&client)?;
        let prefix = prefix.unwrap_or_else(|| "chowk".to_owned());
        Ok(Self(Arc::new(Inner { client, prefix, current: Mutex::new((manager, 0)), turns: Turns::new(CALLS_MAX) })))
    }

    /// A key of this shop. The braces keep all of them on one node of a cluster.
    pub(crate) fn key(&self, name: &str) -> String {
        format!("{{{}}}:{name}", self.0.prefix)
    }

    /// Runs a command.
    pub(crate) async fn query<T: FromRedisValue>(&self, command: &redis::Cmd) -> EngineResult<T> {
        let _turn = self.0.turns.enter(ENGINE).await?;
        let mut connection = self.0.current.lock().0.clone();
        self.heard(command.query_async(&mut connection).await)
    }

    /// Runs a script, loading it where it is not known yet.
    pub(crate) async fn invoke<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> EngineResult<T> {
        let _turn = self.0.turns.enter(ENGINE).await?;
        let mut connection = self.0.current.lock().0.clone();
        self.heard(script.invoke_async(&mut connection).await)
    }

    fn heard<T>(&self, answer: Result<T, RedisError>) -> EngineResult<T> {
        let silent = answer.as_ref().is_err_and(RedisError::is_timeout);
        {
            let mut current = self.0.current.lock();
            current.1 = if silent { current.1 + 1 } else { 0 };
            if current.1 >= SILENT_AFTER
                && let Ok(fresh) = manager(&self.0.client)
            {
                *current = (fresh, 0);
            }
        }
        answer.map_err(|e| error(&e))
    }
}

fn manager(client: &Client) -> EngineResult<ConnectionManager> {
    let config = ConnectionManagerConfig::new()
        .set_response_timeout(Some(ANSWER_MAX))
        .set_connection_timeout(Some(CONNECT_MAX))
        .set_number_of_retries(RETRIES)
        .set_min_delay(Duration::from_millis(50))
        .set_max_delay(Duration::from_millis(100));
    ConnectionManager::new_lazy_with_config(client.clone(), config).map_err(|e| error(&e))
}

/// Trouble on the way may pass; what the server refuses stays refused until somebody acts.
fn error(e: &RedisError) -> EngineError {
    let busy = matches!(
        e.kind(),
        ErrorKind::Server(
            ServerErrorKind::BusyLoading
                | ServerErrorKind::TryAgain
                | ServerErrorKind::ClusterDown
                | ServerErrorKind::MasterDown
        )
    );
    let may_pass = busy || e.is_timeout() || e.is_io_error() || e.is_connection_dropped() || e.is_connection_refusal();
    EngineError { engine: ENGINE, message: e.to_string().into(), retryable: may_pass }
}
