//! The service in a process of its own.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::Result;
use crate::run::{excerpt, peak_resident_kib};

/// A service that listens. Dropped, it is killed.
pub(super) struct Server {
    child: Child,
    pub(super) address: SocketAddr,
    log: PathBuf,
}

impl Server {
    /// Serves an event of so many tickets in this directory, which is empty.
    pub(super) fn start(tickets: &Path, directory: &Path, stock: u64) -> Result<Self> {
        let event = directory.join("tickets.json");
        fs::write(&event, format!("{{\"ticket\": {stock}}}\n"))
            .map_err(|error| format!("{}: {error}", event.display()))?;
        Self::start_on(tickets, directory)
    }

    /// Serves the event that is there, `tickets.json`.
    pub(super) fn start_on(tickets: &Path, directory: &Path) -> Result<Self> {
        let problem = |error: std::io::Error| format!("could not start the service: {error}");
        let (event, log) = (directory.join("tickets.json"), directory.join("log"));
        let mut child = Command::new(tickets)
            .env_remove("TICKETS_FILE")
            .arg("-f")
            .arg(&event)
            .args(["--json", "serve", "--listen", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).map_err(problem)?)
            .spawn()
            .map_err(problem)?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line).map_err(problem)?;
        }
        let told: Option<Value> = serde_json::from_str(&line).ok();
        let address = told.and_then(|told| {
            let listening = told
                .get("listening")?
                .as_str()?
                .trim_start_matches("http://");
            listening.parse().ok()
        });
        let Some(address) = address else {
            let _ = child.kill();
            let _ = child.wait();
            let said = fs::read_to_string(&log).unwrap_or_default();
            return Err(format!(
                "the service did not start: {}; build it with `cargo build --release --features serve`",
                excerpt(&said)
            ));
        };
        Ok(Self {
            child,
            address,
            log,
        })
    }

    /// The largest resident set that it has had, in MiB.
    pub(super) fn peak_mib(&self) -> f64 {
        peak_resident_kib(self.child.id()).unwrap_or(0) as f64 / 1024.0
    }

    /// What the system says of its memory by this name, in MiB.
    pub(super) fn memory_mib(&self, name: &str) -> Result<f64> {
        let place = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(&place).map_err(|error| format!("{place}: {error}"))?;
        let kib = status.lines().find_map(|line| {
            let value = line.strip_prefix(name)?.trim().strip_suffix(" kB")?;
            value.parse::<f64>().ok()
        });
        kib.map(|kib| kib / 1024.0)
            .ok_or_else(|| format!("{place} has no {name}"))
    }

    /// How many descriptors it has open.
    pub(super) fn descriptors(&self) -> Result<usize> {
        Ok(self.open()?.len())
    }

    /// How many of them are sockets.
    pub(super) fn sockets(&self) -> Result<usize> {
        let is_socket =
            |path: &PathBuf| path.as_os_str().as_encoded_bytes().starts_with(b"socket:");
        Ok(self.open()?.iter().filter(|path| is_socket(path)).count())
    }

    /// What each descriptor leads to, as long as it does.
    fn open(&self) -> Result<Vec<PathBuf>> {
        let place = format!("/proc/{}/fd", self.child.id());
        let open = fs::read_dir(&place).map_err(|error| format!("{place}: {error}"))?;
        let open = open.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
        Ok(open.collect())
    }

    /// Has it drained. It must exit with 0.
    pub(super) fn end(mut self) -> Result<()> {
        let told = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        let status = told.and_then(|_| self.child.wait());
        let status = status.map_err(|error| format!("could not end the service: {error}"))?;
        if status.success() {
            return Ok(());
        }
        let said = fs::read_to_string(&self.log).unwrap_or_default();
        Err(format!(
            "the service ended with {status}: {}",
            excerpt(&said)
        ))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
