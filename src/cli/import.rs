//! `chowk import`: a supplier's feed into the shop. The rules of feeds are in `services::inbound`; this is the command
//! around them: files, the progress bar, the file of refused rows.

use std::{
    fs::File,
    io::{BufWriter, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use services::{
    inbound::{self, Profile, Progress, Reject, Stock, Summary, generate::GeneratedFeed},
    kernel::{
        events::{InboundEvent, NewEvent},
        ids::SupplierId,
    },
    logistics::NodeKind,
};

use super::serve::lock;
use crate::{
    settings::Settings,
    wiring::{self, Ambient, House},
};

/// Events that the index takes in one step.
const INDEX_STEP: usize = 10_000;
/// Rows between two lines about memory, with --generate.
const MEMORY_EVERY: u64 = 50_000;

/// Takes items from feeds. Each row is accepted or refused; refused rows are written, with line and reason, to
/// FILE.rejects.jsonl in the data folder. The same feed again changes nothing.
#[derive(Args)]
pub struct Import {
    /// Feeds, plain or gzip.
    #[arg(required_unless_present = "generate")]
    files: Vec<PathBuf>,
    /// What the columns mean: a shipped profile (icecat, flipkart, magento-apparel, bestbuy-phones, bestbuy-categories)
    /// or a file of the same shape.
    #[arg(long, value_name = "NAME|FILE", required_unless_present = "generate")]
    profile: Option<String>,
    /// Who sends the feed [default: the profile's]. Items of two suppliers never touch each other.
    #[arg(long, value_name = "NAME")]
    supplier: Option<String>,
    /// Puts items that are new into these warehouses (codes, or `all`).
    #[arg(long, value_name = "WAREHOUSE", value_delimiter = ',')]
    stock: Vec<String>,
    /// Units in each of those warehouses [default: what the feed says].
    #[arg(long, value_name = "UNITS", requires = "stock")]
    quantity: Option<u32>,
    /// Leaves the search index to the next `serve`.
    #[arg(long)]
    no_index: bool,
    /// Imports a made-up feed of so many rows and tells of memory on the way.
    #[arg(long, hide = true, value_name = "ROWS", conflicts_with = "files")]
    generate: Option<u64>,
}

/// Imports the feeds one after the other.
///
/// # Errors
/// While another process uses the data; when a feed cannot be read or is of another profile; when an engine fails.
pub async fn run(settings: Settings, command: Import) -> anyhow::Result<ExitCode> {
    let profile = profile(command.profile.as_deref().unwrap_or("magento-apparel"))?;
    let _lock = lock(&settings)?;
    let house = wiring::build(&settings, Ambient::default()).await?;
    let supplier = inbound::supplier_named(command.supplier.as_deref().unwrap_or(&profile.supplier));
    let stock = stock(&house, &command).await?;
    let import = inbound::Import { profile, supplier, stock };
    let mut accepted = false;
    if let Some(rows) = command.generate {
        let watch = Watch::generated(rows);
        accepted |= one(&house, GeneratedFeed::new(rows), import.clone(), watch, None).await?;
    }
    for file in &command.files {
        let reader = File::open(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let watch = Watch::file(file, reader.metadata().map_or(0, |m| m.len()));
        let read = Arc::clone(&watch.read);
        let rejects = rejects_path(&settings.data, file);
        accepted |= one(&house, Counted { reader, read }, import.clone(), watch, Some(rejects)).await?;
    }
    if !command.no_index {
        index(&house).await.context("the items are saved, but the index cannot be filled: the next `serve` does it")?;
    }
    Ok(if accepted { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn profile(name: &str) -> anyhow::Result<Profile> {
    let path = Path::new(name);
    if path.extension().is_some_and(|e| e == "toml") || path.is_file() {
        let text = std::fs::read_to_string(path).with_context(|| format!("--profile {name} cannot be read"))?;
        return Profile::parse(&text).with_context(|| format!("--profile {name}"));
    }
    Profile::named(name).context("--profile: name one of those, or a file")
}

async fn stock(house: &House, command: &Import) -> anyhow::Result<Option<Stock>> {
    if command.stock.is_empty() {
        return Ok(None);
    }
    let nodes = house.shop.network.network().await?.nodes;
    let known: Vec<String> = nodes.into_iter().filter(|n| n.kind == NodeKind::Warehouse).map(|n| n.code).collect();
    if known.is_empty() {
        bail!("--stock: the shop has no warehouses yet: `chowk seed` makes the demonstration's");
    }
    if command.stock == ["all"] {
        return Ok(Some(Stock { warehouses: known, quantity: command.quantity }));
    }
    if let Some(unknown) = command.stock.iter().find(|code| !known.contains(code)) {
        bail!("--stock: there is no warehouse {unknown}; there are {}", known.join(", "));
    }
    Ok(Some(Stock { warehouses: command.stock.clone(), quantity: command.quantity }))
}

/// Imports one feed; whether it left anything in the shop, or had nothing to leave.
async fn one(
    house: &House,
    reader: impl Read + Send + 'static,
    import: inbound::Import,
    watch: Watch,
    rejects: Option<PathBuf>,
) -> anyhow::Result<bool> {
    let supplier = import.supplier;
    let mut rejects = Rejects::new(rejects)?;
    let mut failed = None;
    let (items, inventory) = (&house.shop.items, &house.shop.inventory);
    let outcome = inbound::import(reader, import, items, inventory, |progress| match progress {
        Progress::Rejected(reject) => failed = rejects.write(&reject).err().or(failed.take()),
        Progress::Rows(so_far) => watch.tell(&so_far),
    })
    .await;
    watch.bar.finish_and_clear();
    rejects.finish()?;
    if let Some(error) = failed {
        return Err(error.context("a refused row cannot be written down"));
    }
    let summary = outcome.with_context(|| watch.name.clone())?;
    announce(house, supplier, &summary).await?;
    println!("{}", watch.sum(&summary));
    if let Some(path) = rejects.path.filter(|_| summary.rejected > 0) {
        println!("  refused rows: {}", path.display());
    }
    Ok(summary.accepted > 0 || summary.rows == 0)
}

async fn announce(house: &House, supplier: SupplierId, summary: &Summary) -> anyhow::Result<()> {
    let told = InboundEvent::FeedImported { supplier, accepted: summary.accepted, rejected: summary.rejected };
    house.log.append(vec![NewEvent::of(&told)], house.clock.now()).await?;
    Ok(())
}

async fn index(house: &House) -> anyhow::Result<()> {
    wiring::items::bring_events(house).await?;
    let bar = ProgressBar::new_spinner().with_message("search index");
    loop {
        let taken = house.shop.search.index_step(house.log.as_ref(), INDEX_STEP).await?;
        if taken == 0 {
            break;
        }
        bar.inc(taken as u64);
    }
    bar.finish_and_clear();
    Ok(())
}

/// A reader that counts what is taken from it.
struct Counted {
    reader: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let n = self.reader.read(into)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// What a person sees of an import.
struct Watch {
    name: String,
    bar: ProgressBar,
    /// Bytes taken from the file.
    read: Arc<AtomicU64>,
    started: Instant,
    /// Tells of memory from time to time.
    memory: bool,
    told: AtomicU64,
}

impl Watch {
    fn file(file: &Path, bytes: u64) -> Self {
        let style = ProgressStyle::with_template("{prefix} {bar:32} {percent:>3}%  {msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        let name = file.display().to_string();
        let bar = ProgressBar::new(bytes).with_style(style).with_prefix(name.clone());
        Self { name, bar, read: Arc::default(), started: Instant::now(), memory: false, told: AtomicU64::new(0) }
    }

    fn generated(rows: u64) -> Self {
        let watch = Self::file(Path::new("made-up feed"), rows);
        Self { bar: ProgressBar::hidden(), memory: true, ..watch }
    }

    fn tell(&self, so_far: &Summary) {
        self.bar.set_position(self.read.load(Ordering::Relaxed));
        self.bar.set_message(format!(
            "{} rows, {} rows/s, {} refused",
            so_far.rows,
            self.rate(so_far),
            so_far.rejected
        ));
        if self.memory && so_far.rows >= self.told.load(Ordering::Relaxed) + MEMORY_EVERY {
            self.told.store(so_far.rows, Ordering::Relaxed);
            println!("{} rows: {} rows/s, {} MB of memory", so_far.rows, self.rate(so_far), memory_mb().unwrap_or(0));
        }
    }

    /// Rows in a second.
    fn rate(&self, so_far: &Summary) -> u128 {
        let elapsed = self.started.elapsed().max(Duration::from_millis(1));
        u128::from(so_far.rows) * 1_000 / elapsed.as_millis().max(1)
    }

    fn sum(&self, summary: &Summary) -> String {
        let Summary { rows, accepted, rejected, created, updated, unchanged, categories } = summary;
        format!(
            "{}: {rows} rows in {:.1} s ({} rows/s): {accepted} accepted, {rejected} refused; {created} items new, \
             {updated} changed, {unchanged} as before; {categories} categories saved",
            self.name,
            self.started.elapsed().as_secs_f32(),
            self.rate(summary),
        )
    }
}

/// Resident memory in megabytes, where the system tells it.
fn memory_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kb| kb / 1_024)
}

fn rejects_path(data: &Path, file: &Path) -> PathBuf {
    let name = file.file_name().map_or_else(|| "feed".into(), |n| n.to_string_lossy().into_owned());
    data.join(format!("{name}.rejects.jsonl"))
}

/// The file of refused rows; made with the first of them, so that a good feed leaves none.
struct Rejects {
    path: Option<PathBuf>,
    file: Option<BufWriter<File>>,
}

impl Rejects {
    fn new(path: Option<PathBuf>) -> anyhow::Result<Self> {
        if let Some(old) = path.as_ref().filter(|p| p.exists()) {
            std::fs::remove_file(old).with_context(|| format!("{} cannot be replaced", old.display()))?;
        }
        Ok(Self { path, file: None })
    }

    fn write(&mut self, reject: &Reject) -> anyhow::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        if self.file.is_none() {
            self.file = Some(BufWriter::new(File::create(path)?));
        }
        if let Some(file) = &mut self.file {
            serde_json::to_writer(&mut *file, reject)?;
            file.write_all(b"\n")?;
        }
        Ok(())
    }

    fn finish(&mut self) -> anyhow::Result<()> {
        if let Some(file) = &mut self.file {
            file.flush().context("the file of refused rows cannot be written")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_rows_are_written_beside_the_data_and_an_old_list_goes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = rejects_path(folder.path(), Path::new("/feeds/goods.csv.gz"));
        assert_eq!(path, folder.path().join("goods.csv.gz.rejects.jsonl"));
        let reject = Reject { line: 7, key: "k".to_owned(), reason: "there is no price".to_owned() };
        let mut rejects = Rejects::new(Some(path.clone())).expect("nothing is there yet");
        rejects.write(&reject).expect("the folder can be written");
        rejects.finish().expect("the folder can be written");
        let text = std::fs::read_to_string(&path).expect("the list");
        assert_eq!(text, "{\"line\":7,\"key\":\"k\",\"reason\":\"there is no price\"}\n");
        Rejects::new(Some(path.clone())).expect("the old list can go");
        assert!(!path.exists());
    }

    #[test]
    fn a_profile_is_a_name_or_a_file() {
        assert!(profile("icecat").is_ok());
        let told = profile("nope").map(drop).map_err(|e| format!("{e:#}"));
        assert!(told.is_err_and(|e| e.contains("shipped are icecat")));
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("own.toml");
        std::fs::write(&file, "format = 'csv'\nsupplier = 'x'").expect("the folder can be written");
        let told = profile(&file.display().to_string()).map(drop).map_err(|e| format!("{e:#}"));
        assert!(told.is_err_and(|e| e.contains("missing field")));
    }
}
