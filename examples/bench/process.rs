//! Child processes: started, read by `/proc`, and ended here and nowhere else. Linux only, as `/proc` is.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::Context;

/// Ticks of processor time in a second; Linux tells `/proc/PID/stat` in these on every architecture it runs on.
const TICKS_PER_SECOND: u64 = 100;
/// Until a child must have said where it listens.
const START_WAIT: Duration = Duration::from_secs(120);
/// Until a child that was told to end must have ended.
const STOP_WAIT: Duration = Duration::from_secs(15);

/// A running child that listens on an address; ends with this value.
pub struct Served {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Served {
    /// Starts a command that prints a line ending in `http://ADDRESS` once it listens.
    pub fn start(command: &mut Command) -> anyhow::Result<Self> {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("a child does not start")?;
        let output = child.stdout.take().context("a child without standard output")?;
        let (tell, told) = std::sync::mpsc::channel();
        // Reads on to the end, so that the child never waits for its output to be taken.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some(address) = line.split_once("http://").and_then(|(_, a)| a.trim().parse().ok()) {
                    // Only the first is waited for.
                    let _ = tell.send(address);
                }
            }
        });
        match told.recv_timeout(START_WAIT) {
            Ok(address) => Ok(Self { child, address }),
            Err(_) => {
                end(&mut child);
                anyhow::bail!("a child did not say where it listens")
            }
        }
    }

    /// Processor time that it used so far, in user and kernel mode.
    pub fn cpu(&self) -> anyhow::Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let ticks = ticks(&stat).context("/proc/PID/stat has another shape")?;
        Ok(Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND))
    }

    /// Memory that it holds, in KiB.
    pub fn resident_kib(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).context("/proc/PID/status has no VmRSS")?;
        Ok(line.trim().trim_end_matches("kB").trim().parse()?)
    }

    /// Tells it to end, and waits; answers how long that took.
    pub fn stop(mut self) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        // The shell's own `kill`: there is no safe call for it in the standard library.
        Command::new("sh").args(["-c", "kill -TERM \"$0\"", &self.child.id().to_string()]).status()?;
        while begun.elapsed() < STOP_WAIT {
            if self.child.try_wait()?.is_some() {
                return Ok(begun.elapsed());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        anyhow::bail!("a child does not stop within {STOP_WAIT:?}")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn end(child: &mut Child) {
    // Both fail only when it has ended already.
    let _ = child.kill();
    let _ = child.wait();
}

/// User and kernel ticks: fields 14 and 15, counted behind the program's name, which may hold blanks itself.
fn ticks(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let kernel: u64 = fields.next()?.parse().ok()?;
    Some(user + kernel)
}

/// The program built beside this one: `target/PROFILE/chowk` for `target/PROFILE/examples/bench`.
pub fn beside() -> anyhow::Result<PathBuf> {
    let here = std::env::current_exe()?;
    let folder = here.parent().and_then(Path::parent).context("this program lies in no folder of a build")?;
    let path = folder.join("chowk");
    anyhow::ensure!(path.is_file(), "{} is not there: build it, or name it with --chowk", path.display());
    Ok(path)
}

/// A command of the shop on a data folder, free of the settings around it.
pub fn chowk(program: &Path, data: &Path, name: &str) -> Command {
    let mut command = Command::new(program);
    for (key, _) in std::env::vars_os().filter(|(k, _)| k.to_string_lossy().starts_with("CHOWK_")) {
        command.env_remove(key);
    }
    command
        .arg(name)
        .env("CHOWK_DATA", data)
        .env("CHOWK_LISTEN", "127.0.0.1:0")
        .env("CHOWK_LIMITS", "off")
        .env("CHOWK_FREEZE_COURIERS", "1")
        .env("CHOWK_LOG", "warn");
    command
}
