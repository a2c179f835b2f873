//! The figures: as a table for people, as JSON for whoever keeps them.

use std::{path::Path, time::Duration};

use anyhow::Context;
use serde::Serialize;

use crate::{events::Delay, load::Tally};

/// Everything that was measured.
#[derive(Serialize)]
pub struct Report {
    /// On what.
    pub machine: Machine,
    /// The process.
    pub shop: Shop,
    /// The table.
    pub cells: Vec<Cell>,
    /// The log.
    pub delay: Delay,
}

/// What the figures were taken on.
#[derive(Serialize)]
pub struct Machine {
    cores: usize,
    processor: String,
    kernel: String,
    memory_mib: u64,
    program: String,
    seconds: f64,
}

impl Machine {
    /// This one, measuring a program.
    pub fn here(program: &Path, time: Duration) -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let processor = read("/proc/cpuinfo")
            .lines()
            .find_map(|l| l.strip_prefix("model name")?.split_once(':').map(|(_, n)| n.trim().to_owned()));
        let memory = read("/proc/meminfo")
            .lines()
            .find_map(|l| l.strip_prefix("MemTotal:")?.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
        Self {
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            processor: processor.unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            memory_mib: memory.unwrap_or_default() / 1024,
            program: program.display().to_string(),
            seconds: time.as_secs_f64(),
        }
    }
    /// The head of the table.
    pub fn print(&self) {
        println!(
            "{} cores of {}, {} MiB, Linux {}; client and server share them",
            self.cores, self.processor, self.memory_mib, self.kernel
        );
        println!(
            "{}; {} s for each line, and as long for the bare route (half before, half after)",
            self.program, self.seconds
        );
    }
}

/// The process as a whole.
#[derive(Default, Serialize)]
pub struct Shop {
    /// From the start of the process until it is ready, with the demonstration's data.
    pub started_ms: u64,
    /// Resident memory before the first request.
    pub idle_kib: u64,
    /// Resident memory after the load.
    pub loaded_kib: u64,
    /// From the order to stop until the process is gone.
    pub stopped_ms: u64,
    /// Facets of the search that is measured.
    pub facets: usize,
}

impl Shop {
    /// What is known before the load.
    pub fn print_start(&self) {
        println!(
            "ready {} ms after its start with the demonstration's data; idle memory {} MiB; a search offers {} facets\n",
            self.started_ms,
            self.idle_kib / 1024,
            self.facets
        );
    }
}

/// A line of the table.
#[derive(Serialize)]
pub struct Cell {
    document: &'static str,
    connections: usize,
    requests_per_second: f64,
    cpu_us: f64,
    p50_ms: f64,
    p99_ms: f64,
    done: usize,
    failed: usize,
    first_failure: Option<String>,
    bare_requests_per_second: f64,
    bare_cpu_us: f64,
    bare_p50_ms: f64,
    bare_p99_ms: f64,
    /// Processor time beside the bare route's.
    cpu_ratio: f64,
    /// How much rarer than the bare route it answers.
    rate_ratio: f64,
}

impl Cell {
    /// From the two sides.
    pub fn of(document: &'static str, connections: usize, shop: &Tally, bare: &Tally) -> Self {
        Self {
            document,
            connections,
            requests_per_second: shop.rate(),
            cpu_us: shop.cpu_us(),
            p50_ms: shop.percentile_ms(50),
            p99_ms: shop.percentile_ms(99),
            done: shop.done,
            failed: shop.failed + bare.failed,
            first_failure: shop.first_failure.clone().or_else(|| bare.first_failure.clone()),
            bare_requests_per_second: bare.rate(),
            bare_cpu_us: bare.cpu_us(),
            bare_p50_ms: bare.percentile_ms(50),
            bare_p99_ms: bare.percentile_ms(99),
            cpu_ratio: shop.cpu_us() / bare.cpu_us().max(f64::EPSILON),
            rate_ratio: bare.rate() / shop.rate().max(f64::EPSILON),
        }
    }
    /// The head of the table.
    pub fn print_head() {
        println!(
            "{:<20}{:>6}{:>11}{:>11}{:>10}{:>10}{:>8}{:>12}{:>11}{:>9}{:>10}",
            "document",
            "conns",
            "req/s",
            "CPU us",
            "p50 ms",
            "p99 ms",
            "failed",
            "bare req/s",
            "bare us",
            "x CPU",
            "x req/s"
        );
    }
    /// The line.
    pub fn print(&self) {
        println!(
            "{:<20}{:>6}{:>11.0}{:>11.1}{:>10.2}{:>10.2}{:>8}{:>12.0}{:>11.1}{:>9.1}{:>10.1}",
            self.document,
            self.connections,
            self.requests_per_second,
            self.cpu_us,
            self.p50_ms,
            self.p99_ms,
            self.failed,
            self.bare_requests_per_second,
            self.bare_cpu_us,
            self.cpu_ratio,
            self.rate_ratio
        );
        if let Some(failure) = &self.first_failure {
            println!("    the first of the failed ones: {failure}");
        }
    }
}

impl Report {
    /// What comes after the table.
    pub fn print_rest(&self) {
        let Delay { appended_p50_us, appended_p99_us, committed_p50_us, committed_p99_us } = self.delay;
        println!("\na checkout is four requests: a guest's session, one unit into the cart, a quote, an order by card");
        println!("memory after the load {} MiB; stopped in {} ms", self.shop.loaded_kib / 1024, self.shop.stopped_ms);
        println!(
            "event log: from append to its worker p50 {appended_p50_us} us, p99 {appended_p99_us} us (write to the disk included); after the commit's answer p50 {committed_p50_us} us, p99 {committed_p99_us} us"
        );
    }

    /// Writes the figures as JSON.
    pub fn write_json(&self, path: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        std::fs::write(path, text).with_context(|| path.display().to_string())
    }
}
