//! `chowk serve`: the API, its workers and the playground, until it is told to stop.

use std::{fs::File, io::Write as _, net::SocketAddr, process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context;
use axum::Router;
use clap::Args;
use tokio::net::TcpListener;

use crate::{
    edge::{self, Drain, EdgeConfig, Health, Limits, Readiness, Surroundings},
    gateway::SchemaGateway,
    images, playground,
    settings::{LimitsProfile, Settings},
    webhooks::{self, Webhooks},
    wiring::{self, Ambient, House, roles, workers::Running},
};

/// How long running work may take after the order to stop.
const GRACE: Duration = Duration::from_secs(8);

/// Flags of `serve`.
#[derive(Args)]
pub struct Serve {
    /// Address and port to listen on [default: 127.0.0.1:4000]; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Parts to run, parted by commas: all, api, workers, or payment, refunds, sweeper, processing, indexer, couriers,
    /// deliveries, lateness, carts, notifier, activity, archive, trends, recommender, retention [default: all].
    #[arg(long, value_name = "ROLES")]
    roles: Option<String>,
}

impl Serve {
    /// The flags as settings.
    pub fn flags(&self) -> Vec<(String, String)> {
        let listen = self.listen.iter().map(|v| ("listen".to_owned(), v.clone()));
        listen.chain(self.roles.iter().map(|v| ("roles".to_owned(), v.clone()))).collect()
    }
}

/// A running shop; tests hold one in their own process.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it runs.
    pub house: House,
    /// Ends it.
    pub drain: Drain,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
    running: Running,
    _lock: File,
}

impl Server {
    /// Builds the house and starts the parts that the settings name.
    ///
    /// # Errors
    /// One sentence that says what to do.
    pub async fn start(settings: &Settings, ambient: Ambient) -> anyhow::Result<Self> {
        let lock = lock(settings)?;
        let house = wiring::build(settings, ambient).await?;
        refuse_demo_accounts(settings, &house).await?;
        let readiness = Readiness::new();
        let drain = Drain::new();
        let running = wiring::workers::start(&house, settings, &readiness, &drain);
        let listener = TcpListener::bind(settings.listen)
            .await
            .with_context(|| format!("`listen`: {} cannot be used: choose another address or port", settings.listen))?;
        let address = listener.local_addr()?;
        let router = router(settings, &house, &readiness, &drain)?;
        readiness.set("database", Health::Ready);
        if let Some(metrics) = wiring::metrics() {
            edge::telemetry::gather(metrics, drain.clone());
        }
        let serving = tokio::spawn(edge::serve(listener, router, drain.clone(), GRACE));
        Ok(Self { address, house, drain, serving, running, _lock: lock })
    }

    /// Stops taking work, lets what runs end, and waits for it.
    ///
    /// # Errors
    /// When the server failed.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.drain.begin();
        self.serving.await??;
        self.running.stopped().await;
        Ok(())
    }
}

fn router(settings: &Settings, house: &House, readiness: &Readiness, drain: &Drain) -> anyhow::Result<Router> {
    let around = Surroundings {
        clock: Arc::clone(&house.clock),
        ids: Arc::clone(&house.shop.ids),
        readiness: readiness.clone(),
        metrics: wiring::metrics(),
        drain: drain.clone(),
    };
    let callbacks = webhooks::routes(Webhooks {
        orders: house.shop.orders.clone(),
        provider: Arc::clone(&house.provider),
        couriers_secret: settings.couriers_webhook_secret.clone(),
        clock: Arc::clone(&house.clock),
    });
    if !roles::serves_api(&settings.roles) {
        return Ok(edge::health_router(around));
    }
    let gateway = SchemaGateway::new(house, settings.production, settings.federation);
    let config = EdgeConfig {
        limits: if settings.limits == LimitsProfile::Off { Limits::off() } else { Limits::standard() },
        classes: wiring::classes(),
        scalars: wiring::scalars(),
        trusted: wiring::trusted(settings.trusted_documents_only),
        introspection: !settings.production,
        sdl: !settings.production,
        allowed_origins: settings.allow_origins.clone(),
        cookies: settings.cookies,
        trusted_proxies: settings.trusted_proxies,
        ..EdgeConfig::default()
    };
    let edge = edge::router(config, Arc::new(gateway), around)?;
    Ok(edge
        .merge(playground::routes(settings.production))
        .merge(images::routes(house.shop.items.clone()))
        .merge(callbacks))
}

/// Takes the lock of the data folder, so that no two processes write to the same embedded engines.
///
/// # Errors
/// When another process holds it.
pub fn lock(settings: &Settings) -> anyhow::Result<File> {
    std::fs::create_dir_all(&settings.data)
        .with_context(|| format!("`data`: the folder {} cannot be made: choose another", settings.data.display()))?;
    let path = settings.data.join("data.lock");
    let file = File::create(&path).with_context(|| format!("{} cannot be made", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => anyhow::bail!(
            "another chowk process uses {}: stop it first, or choose another folder with --data",
            settings.data.display()
        ),
    }
}

async fn refuse_demo_accounts(settings: &Settings, house: &House) -> anyhow::Result<()> {
    if !settings.production {
        return Ok(());
    }
    // By id: the address alone may belong to anybody.
    let ids: Vec<_> = crate::demo::accounts::accounts().iter().map(|a| super::seed::account_id(a.email)).collect();
    if let Some(account) = house.users.shoppers_by_ids(&ids).await?.into_values().next() {
        anyhow::bail!(
            "the database holds the demonstration account {}: start production on an empty database",
            account.email
        );
    }
    Ok(())
}

/// Runs until the process is told to stop.
///
/// # Errors
/// One sentence that says what to do.
pub async fn run(settings: Settings) -> anyhow::Result<ExitCode> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    let server = Server::start(&settings, Ambient::default()).await?;
    greet(&settings, &server).await;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("stopping: no new work is taken, what runs may end");
    server.stop().await?;
    Ok(ExitCode::SUCCESS)
}

/// Tells a person where to go. Whoever started us may have stopped listening: that is no reason not to serve.
async fn greet(settings: &Settings, server: &Server) {
    let text = greeting(settings, server).await;
    if let Err(e) = std::io::stdout().write_all(text.as_bytes()) {
        tracing::debug!("nobody reads the greeting: {e}");
    }
}

async fn greeting(settings: &Settings, server: &Server) -> String {
    let url = format!("http://{}", server.address);
    let mut lines = vec![format!("Chowk listens on {url}")];
    if settings.production || !roles::serves_api(&settings.roles) {
        return lines.join("\n") + "\n";
    }
    let items = server.house.index.count().await.unwrap_or(0);
    lines.extend([
        format!("\n  GraphiQL         {url}/"),
        format!("  Demo storefront  {url}/shop.html"),
        format!("  GraphQL          {url}/graphql   (subscriptions: {}/graphql/ws)", url.replace("http", "ws")),
        format!("  {items} items can be found\n"),
        "Three things to try in GraphiQL:".to_owned(),
        "  1. tab SearchPage: what can be delivered to 560001, with a promise on each hit".to_owned(),
        "  2. button Guest, then the tabs ItemPage, AddToCart, QuoteTo, Place: an order, paid with tok_succeeds"
            .to_owned(),
        "  3. tab FollowOrder: watch it reach the doorstep within a minute\n".to_owned(),
    ]);
    if !playground::is_built_in() {
        let how = "GraphiQL is not built in: install Node.js 20 or newer, run `make playground`, start again.\n";
        lines.push(how.to_owned());
    }
    for account in crate::demo::accounts::accounts() {
        if matches!(server.house.users.shopper_by_email(account.email).await, Ok(Some(_))) {
            lines.push(format!("  {:32} {}", account.email, crate::demo::PASSWORD));
        }
    }
    lines.join("\n") + "\n"
}
