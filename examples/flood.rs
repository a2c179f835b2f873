//! `make flood`: shoppers who check out while searches pour in, first from few addresses, then from thousands.
//!
//! Shoppers come from addresses of their own and order at a steady pace, through three phases of the same length: quiet; a
//! flood from few addresses, which the rates by address refuse; a flood from so many addresses that none of them comes too
//! often, which only the lane of searches holds back. It prints what shoppers saw in each phase and how the flood was
//! answered. It fails when a checkout fails, never for its time. Client and server share the machine, so the figures are for
//! comparing phases of one run.

#[path = "bench/process.rs"]
mod process;

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context;
use clap::Parser;
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// A flooding connection rests so long after an answer, so that this program leaves the machine to the shop.
const FLOOD_PAUSE: Duration = Duration::from_millis(100);
/// From how few addresses the first flood comes.
const FEW: u16 = 8;
/// A flooding connection of many addresses takes the next one after so many requests.
const REQUESTS_PER_ADDRESS: u32 = 20;
const SEARCH: &str = "query($q: String!) { search(query: $q, deliverTo: \"560001\", first: 24) { totalCount nodes { id title } facets { key values { value count } } } }";
const GUEST: &str =
    "mutation { startGuestSession(input: { deliverTo: \"560001\" }) { session { accessToken } errors { message } } }";
const VARIANTS: &str = "{ search(query: \"shirt\", deliverTo: \"560001\", first: 24) { nodes { variants(first: 5) { nodes { id delivery(deliverTo: \"560001\") { __typename } } } } } }";
const QUOTE: &str = "mutation($v: ID!) { checkoutQuote(input: { lines: [{ variantId: $v, quantity: 1 }], address: { recipient: \"Asha Rao\", phone: \"+91 98450 12345\", lines: [\"12 MG Road\"], city: \"Bengaluru\", state: \"Karnataka\", pincode: \"560001\", email: \"asha@example.org\" } }) { quote { id total { amount currencyCode } } errors { message } } }";
const PLACE: &str = "mutation($q: ID!, $t: MoneyInput!, $k: String!) { placeOrder(input: { quoteId: $q, expectedTotal: $t, payment: { cardToken: \"tok_succeeds\" }, onUnavailable: REJECT, idempotencyKey: $k }) { order { id } errors { message } } }";

/// Floods a shop of its own and looks after its shoppers.
#[derive(Parser)]
#[command(name = "flood", max_term_width = 100)]
struct Arguments {
    /// Seconds of each phase; longer ones would have the shoppers themselves refused for their rate.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=12))]
    seconds: u64,
    /// Connections that flood: more than may run and wait in the lane of searches.
    #[arg(long, default_value_t = 640, value_parser = clap::value_parser!(u16).range(1..=4_096))]
    connections: u16,
    /// Shoppers, each with an order a second.
    #[arg(long, default_value_t = 12)]
    shoppers: u8,
    /// The program to measure [default: the one built beside this program].
    #[arg(long, value_name = "FILE")]
    chowk: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = tokio::runtime::Runtime::new().context("no runtime").and_then(|r| r.block_on(flood(&arguments)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("flood: {e:#}");
            ExitCode::FAILURE
        }
    }
}

/// A client whose connections come from an address of its own.
struct Client {
    http: reqwest::Client,
    url: String,
}

impl Client {
    fn new(shop: SocketAddr, from: Ipv4Addr) -> anyhow::Result<Self> {
        chowk::choose_tls();
        let http = reqwest::Client::builder().local_address(IpAddr::V4(from)).tcp_nodelay(true);
        let http = http.timeout(Duration::from_secs(30)).build()?;
        Ok(Self { http, url: format!("http://{shop}/graphql") })
    }

    async fn post(&self, query: &str, variables: &Value, token: Option<&str>) -> reqwest::Result<(u16, Value)> {
        let mut request = self.http.post(&self.url).json(&json!({ "query": query, "variables": variables }));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }

    /// The field of an answer without errors of any kind.
    async fn done(&self, field: &str, query: &str, variables: &Value, token: Option<&str>) -> anyhow::Result<Value> {
        let (status, mut answer) = self.post(query, variables, token).await?;
        let good = answer["errors"].is_null() && answer["data"][field]["errors"].as_array().is_none_or(Vec::is_empty);
        anyhow::ensure!(status == 200 && good, "{field}: {status} {answer}");
        Ok(answer["data"][field].take())
    }
}

struct Shopper {
    client: Client,
    token: String,
    variant: String,
}

impl Shopper {
    /// Quotes and places one order; how long both took.
    async fn order(&self) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        let token = Some(self.token.as_str());
        let quoted = self.client.done("checkoutQuote", QUOTE, &json!({ "v": self.variant }), token).await?;
        let quote = &quoted["quote"];
        let wanted = json!({ "q": quote["id"], "t": quote["total"], "k": uuid::Uuid::new_v4().to_string() });
        self.client.done("placeOrder", PLACE, &wanted, token).await?;
        Ok(begun.elapsed())
    }
}

async fn shoppers(shop: SocketAddr, many: u8) -> anyhow::Result<Vec<Shopper>> {
    let data = Client::new(shop, Ipv4Addr::LOCALHOST)?.done("search", VARIANTS, &json!({}), None).await?;
    let hits = data["nodes"].as_array().into_iter().flatten();
    let variants = hits.flat_map(|n| n["variants"]["nodes"].as_array().into_iter().flatten());
    let good: Vec<&str> =
        variants.filter(|v| v["delivery"]["__typename"] == "Deliverable").filter_map(|v| v["id"].as_str()).collect();
    anyhow::ensure!(!good.is_empty(), "nothing can be delivered: {data}");
    let mut all = Vec::new();
    for at in 0..many {
        let client = Client::new(shop, Ipv4Addr::new(127, 0, 1, at + 1))?;
        let session = client.done("startGuestSession", GUEST, &json!({}), None).await?;
        let token = session["session"]["accessToken"].as_str().context("no token")?.to_owned();
        all.push(Shopper { client, token, variant: good[usize::from(at) % good.len()].to_owned() });
    }
    Ok(all)
}

/// Where the flooding connections come from: a few addresses, or for each the next of thousands every few requests.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flood {
    None,
    FewAddresses,
    ManyAddresses,
}

/// How a flood was answered, by status.
type Answers = BTreeMap<u16, u32>;

async fn pour(shop: SocketAddr, at: u16, flood: Flood, next: Arc<AtomicU32>, stop: Arc<AtomicBool>) -> Answers {
    let mut answers = Answers::new();
    let mut sent = 0u32;
    let mut client = Client::new(shop, Ipv4Addr::new(127, 0, 2, u8::try_from(at % FEW).unwrap_or(0) + 1)).ok();
    while !stop.load(Ordering::Relaxed) {
        if flood == Flood::ManyAddresses && sent.is_multiple_of(REQUESTS_PER_ADDRESS) {
            let n = next.fetch_add(1, Ordering::Relaxed);
            let [_, high, middle, low] = n.to_be_bytes();
            client = Client::new(shop, Ipv4Addr::new(127, 3 + high, middle, low.max(1))).ok();
        }
        sent += 1;
        // Other words each time, so that no answer is shared.
        let words = json!({ "q": format!("shirt {at} {sent}") });
        let status = match &client {
            Some(client) => client.post(SEARCH, &words, None).await.map_or(0, |(status, _)| status),
            None => 0,
        };
        *answers.entry(status).or_default() += 1;
        tokio::time::sleep(FLOOD_PAUSE).await;
    }
    answers
}

struct Phase {
    times: Vec<Duration>,
    failed: Vec<String>,
    answers: Answers,
    resident_kib: u64,
}

async fn phase(
    arguments: &Arguments,
    served: &process::Served,
    shoppers: &Arc<Vec<Shopper>>,
    flood: Flood,
) -> anyhow::Result<Phase> {
    let (stop, next) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(1)));
    let mut floods = JoinSet::new();
    if flood != Flood::None {
        for at in 0..arguments.connections {
            floods.spawn(pour(served.address, at, flood, Arc::clone(&next), Arc::clone(&stop)));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let mut buyers = JoinSet::new();
    for at in 0..shoppers.len() {
        let (shoppers, seconds) = (Arc::clone(shoppers), arguments.seconds);
        buyers.spawn(async move {
            let mut pace = tokio::time::interval(Duration::from_secs(1));
            let mut all = Vec::new();
            for _ in 0..seconds {
                pace.tick().await;
                all.push(shoppers[at].order().await);
            }
            all
        });
    }
    let (mut times, mut failed) = (Vec::new(), Vec::new());
    for order in buyers.join_all().await.into_iter().flatten() {
        match order {
            Ok(time) => times.push(time),
            Err(e) => failed.push(format!("{e:#}")),
        }
    }
    let resident_kib = served.resident_kib()?;
    stop.store(true, Ordering::Relaxed);
    let mut answers = Answers::new();
    for (status, many) in floods.join_all().await.into_iter().flatten() {
        *answers.entry(status).or_default() += many;
    }
    times.sort_unstable();
    Ok(Phase { times, failed, answers, resident_kib })
}

impl Phase {
    fn print(&self, name: &str, seconds: u64) {
        let at = |share: usize| self.times.get(self.times.len().saturating_sub(1) * share / 100);
        let ms = |time: Option<&Duration>| time.map_or(0.0, |t| t.as_secs_f64() * 1_000.0);
        let answered = self.answers.iter().map(|(status, many)| format!("{status} {}/s", u64::from(*many) / seconds));
        println!(
            "{name:24} {:4} of {:4}  {:7.1} {:7.1} {:7.1}  {:6} MiB  {}",
            self.times.len(),
            self.times.len() + self.failed.len(),
            ms(at(50)),
            ms(at(95)),
            ms(self.times.last()),
            self.resident_kib / 1_024,
            answered.collect::<Vec<_>>().join(", ")
        );
    }
}

async fn flood(arguments: &Arguments) -> anyhow::Result<()> {
    let program = arguments.chowk.clone().map_or_else(process::beside, Ok)?;
    let folder = tempfile::tempdir()?;
    let seeded = process::chowk(&program, folder.path(), "seed").stdout(std::process::Stdio::null()).status()?;
    anyhow::ensure!(seeded.success(), "the demonstration could not be made");
    let mut serve = process::chowk(&program, folder.path(), "serve");
    let served = process::Served::start(serve.env("CHOWK_LIMITS", "standard"))?;
    let all = Arc::new(shoppers(served.address, arguments.shoppers).await?);
    println!(
        "{:24} {:>12}  {:>7} {:>7} {:>7}  {:>10}  the flood's answers",
        "phase", "checkouts", "p50 ms", "p95 ms", "max ms", "memory"
    );
    let mut failed = Vec::new();
    for (name, flood) in [
        ("quiet", Flood::None),
        ("flood, few addresses", Flood::FewAddresses),
        ("flood, many addresses", Flood::ManyAddresses),
    ] {
        let phase = phase(arguments, &served, &all, flood).await?;
        phase.print(name, arguments.seconds + u64::from(flood != Flood::None));
        failed.extend(phase.failed);
        // The shoppers' own allowance fills up again.
        tokio::time::sleep(Duration::from_secs(arguments.seconds)).await;
    }
    println!("processor time of the shop: {:.1} s", served.cpu()?.as_secs_f64());
    served.stop()?;
    anyhow::ensure!(failed.is_empty(), "{} checkouts failed, the first by {}", failed.len(), failed[0]);
    Ok(())
}
