//! A shop of its own for each test: a copy of the demonstration's data, a free port, and clients for HTTP and sockets.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    time::{Duration, Instant},
};

use chowk::{
    cli::{seed, serve::Server},
    settings::{Settings, Sources},
    wiring::Ambient,
};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};

/// How long a test waits for something that should come within moments.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The program, free of the settings around the tests.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chowk"));
    for (name, _) in std::env::vars_os().filter(|(k, _)| k.to_string_lossy().starts_with("CHOWK_")) {
        command.env_remove(name);
    }
    command
}

/// A client for shops: it needs a TLS back end even for plain requests in builds whose engines bring none of their own.
pub fn client() -> reqwest::Client {
    chowk::choose_tls();
    reqwest::Client::new()
}

/// A running shop.
pub struct Shop {
    server: Option<Server>,
    settings: Settings,
    folder: TempDir,
    client: reqwest::Client,
}

/// The demonstration's data, made once per run of the tests.
fn template() -> &'static Path {
    static TEMPLATE: OnceLock<TempDir> = OnceLock::new();
    TEMPLATE
        .get_or_init(|| {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let settings = settings(folder.path(), &[("events_url", "outbox:")]);
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Runtime::new().expect("a runtime");
                runtime.block_on(seed::seed(&settings)).expect("the demonstration can be made");
            })
            .join()
            .expect("the seed does not panic");
            settle(folder.path());
            folder
        })
        .path()
}

/// Fills the part of a search server that is this shop's own with what the copied template holds, whatever else the shop
/// will miss when it starts.
async fn fill_index(data: &Path, search_url: &str) {
    let settings = settings(data, &[("search_url", search_url)]);
    let house = chowk::wiring::build(&settings, Ambient::default()).await.expect("the house can be built");
    house.shop.search.rebuild().await.expect("the index can be filled");
}

/// Takes what the demonstration told of items and stock as shipped to the shop's part of the broker: no worker reads it
/// there, and these tens of thousands of events would be most of a shop's time.
fn skip_history(data: &Path, events_url: &str) {
    let Some((_, query)) = events_url.split_once("?prefix=") else { return };
    let group = format!("kafka:{}", query.split('&').next().unwrap_or(query));
    let skip = "INSERT INTO log_offsets (group_name, topic, committed)
                SELECT ?1, topic, MAX(seq) FROM events WHERE topic IN ('items', 'stock') GROUP BY topic";
    let skipped = rusqlite::Connection::open(data.join("chowk.db")).and_then(|c| c.execute(skip, [group]));
    assert_eq!(skipped.expect("writes"), 2);
}

fn settings(folder: &Path, more: &[(&str, &str)]) -> Settings {
    let mut flags = vec![
        ("data".to_owned(), folder.display().to_string()),
        ("listen".to_owned(), "127.0.0.1:0".to_owned()),
        ("sweep".to_owned(), "50ms".to_owned()),
        ("limits".to_owned(), "off".to_owned()),
    ];
    // `make test-engines` runs the journeys on real engines; each shop has a part of the server of its own.
    if let Ok(url) = std::env::var("CHOWK_TEST_REDIS_URL") {
        flags.push(("cache_url".to_owned(), format!("{url}?prefix={}", uuid::Uuid::now_v7())));
    }
    if let Ok(url) = std::env::var("CHOWK_TEST_KAFKA_URL") {
        flags.push(("events_url".to_owned(), format!("{url}?prefix=shop-{}&partitions=2", uuid::Uuid::now_v7())));
    }
    if let Ok(url) = std::env::var("CHOWK_TEST_ELASTICSEARCH_URL") {
        flags.push(("search_url".to_owned(), format!("{}/test-{}", url.trim_end_matches('/'), uuid::Uuid::now_v7())));
    }
    flags.extend(more.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
    Settings::load(&Sources { flags, ..Sources::default() }).expect("the test's settings are good")
}

/// Waits until nothing in a folder changes any more: engines close their files in threads of their own, a moment after
/// they are let go, and what is copied meanwhile would be torn.
fn settle(folder: &Path) {
    let (begun, mut before, mut same) = (Instant::now(), files(folder), 0);
    while same < 5 {
        assert!(begun.elapsed() < PATIENCE, "the seed's files still change: {before:?}");
        std::thread::sleep(Duration::from_millis(50));
        let now = files(folder);
        same = if now == before { same + 1 } else { 0 };
        before = now;
    }
}

/// All files below a folder, with their sizes; those that vanish meanwhile are left out.
fn files(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut found = Vec::new();
    for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        match std::fs::metadata(&path) {
            Ok(data) if data.is_dir() => found.extend(files(&path)),
            Ok(data) => found.push((path, data.len())),
            Err(_) => {}
        }
    }
    found.sort();
    found
}

/// Copies the template; anew when it changed meanwhile.
fn copy_whole(from: &Path, to: &Path) {
    for _ in 0..10 {
        let before = files(from);
        let copied = copy(from, to);
        if copied.is_ok() && files(from) == before {
            return;
        }
        std::fs::remove_dir_all(to).expect("a torn copy goes away");
        settle(from);
    }
    panic!("{} does not stay as it is", from.display());
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        let target: PathBuf = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            std::fs::copy(&path, &target)?;
        }
    }
    Ok(())
}

impl Shop {
    /// A shop with the demonstration's data.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// The same, with other settings.
    pub async fn with(more: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = folder.path().join("data");
        let template = tokio::task::spawn_blocking(template).await.expect("the template");
        copy_whole(template, &data);
        let settings = settings(&data, more);
        if !settings.search_in_process() {
            fill_index(&data, &settings.search_url).await;
        }
        skip_history(&data, &settings.events_url);
        let server = Server::start(&settings, Ambient::default()).await.expect("the shop starts");
        Self { server: Some(server), settings, folder, client: client() }
    }

    /// What runs.
    pub fn server(&self) -> &Server {
        self.server.as_ref().expect("the shop runs")
    }
    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.settings.data
    }
    /// `http://127.0.0.1:PORT` and a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server().address)
    }
    /// The HTTP client.
    pub fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// Stops and starts again on the same data.
    pub async fn restart(&mut self) {
        self.server.take().expect("the shop runs").stop().await.expect("it stops well");
        self.server = Some(Server::start(&self.settings, Ambient::default()).await.expect("the shop starts again"));
    }

    /// Stops, does something with the data, and starts again.
    pub async fn between(mut self, act: impl FnOnce()) -> Self {
        self.server.take().expect("the shop runs").stop().await.expect("it stops well");
        act();
        self.server = Some(Server::start(&self.settings, Ambient::default()).await.expect("the shop starts again"));
        self
    }

    /// Stops, and proves that the books agree.
    pub async fn stop_and_verify(mut self) {
        let server = self.server.take().expect("the shop runs");
        let house = server.house.clone();
        server.stop().await.expect("it stops well");
        let findings = chowk::cli::books::findings(&house).await.expect("the books can be read");
        assert!(findings.is_empty(), "the books do not agree: {findings:#?}");
        drop(self.folder);
    }

    /// Stops, and leaves the data, in the folder `data` of what is answered.
    pub async fn stop(mut self) -> TempDir {
        self.server.take().expect("the shop runs").stop().await.expect("it stops well");
        self.folder
    }

    /// A whole answer.
    pub async fn answer(&self, query: &str, variables: Value, token: Option<&str>) -> Value {
        let mut request =
            self.client.post(self.url("/graphql")).json(&json!({ "query": query, "variables": variables }));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        request.send().await.expect("an answer").json().await.expect("JSON")
    }

    /// The `data` of an answer that has no errors.
    pub async fn query(&self, query: &str, variables: Value, token: Option<&str>) -> Value {
        let answer = self.answer(query, variables, token).await;
        assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
        answer["data"].clone()
    }

    /// A payload without user errors: the field of a mutation.
    pub async fn done(&self, field: &str, query: &str, variables: Value, token: Option<&str>) -> Value {
        let payload = self.query(query, variables, token).await[field].clone();
        assert_eq!(payload["errors"], json!([]), "{query}\n{payload:#}");
        payload
    }

    /// Asks until the answer satisfies, for a bounded time.
    pub async fn until(
        &self,
        query: &str,
        variables: Value,
        token: Option<&str>,
        holds: impl Fn(&Value) -> bool,
    ) -> Value {
        let begun = Instant::now();
        loop {
            let data = self.query(query, variables.clone(), token).await;
            if holds(&data) {
                return data;
            }
            assert!(begun.elapsed() < PATIENCE, "still not so after {PATIENCE:?}: {data:#}\n{query}");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// A socket on which a subscription runs.
    pub async fn subscribe(&self, query: &str, variables: Value, token: &str) -> Subscription {
        let mut request = self.url("/graphql/ws").replace("http", "ws").into_client_request().expect("a request");
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().expect("a header"));
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await.expect("a socket");
        let init = json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {token}") } });
        socket.send(Message::text(init.to_string())).await.expect("sends");
        let mut subscription = Subscription { socket };
        assert_eq!(subscription.message().await["type"], "connection_ack");
        let subscribe =
            json!({ "id": "1", "type": "subscribe", "payload": { "query": query, "variables": variables } });
        subscription.socket.send(Message::text(subscribe.to_string())).await.expect("sends");
        subscription
    }
}

/// A running subscription.
pub struct Subscription {
    socket: tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>,
}

impl Subscription {
    async fn message(&mut self) -> Value {
        loop {
            let next = tokio::time::timeout(PATIENCE * 2, self.socket.next()).await.expect("a message in time");
            match next.expect("the socket is open").expect("a sound frame") {
                Message::Text(text) => {
                    let value: Value = serde_json::from_str(&text).expect("JSON");
                    if value["type"] != "ping" && value["type"] != "pong" {
                        return value;
                    }
                }
                Message::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// The code with which the server closes the socket, whatever comes before.
    pub async fn closed(mut self) -> u16 {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("a close frame in time");
            if let Message::Close(frame) = next.expect("the socket is open").expect("a sound frame") {
                return frame.expect("a code").code.into();
            }
        }
    }

    /// The next event's data; `None` when the server completed the stream.
    pub async fn next(&mut self) -> Option<Value> {
        let message = self.message().await;
        match message["type"].as_str() {
            Some("next") => {
                assert!(message["payload"].get("errors").is_none(), "{message:#}");
                Some(message["payload"]["data"].clone())
            }
            Some("complete") => None,
            _ => panic!("{message:#}"),
        }
    }
}
