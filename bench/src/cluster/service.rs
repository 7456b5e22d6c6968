//! A service over HTTP in a process of its own, and the load of wrk.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::Result;
use crate::run::excerpt;

/// The program that makes the load, and its script.
const WRK: &str = "wrk";
const SELL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/http/sell.lua");

/// A service that listens. Dropped, it is killed.
pub(super) struct Service {
    child: Child,
    pub(super) address: SocketAddr,
}

impl Service {
    /// Starts this one, which says on its first line where it listens.
    pub(super) fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let problem = |error: std::io::Error| format!("could not start the service: {error}");
        let mut child = command
            .env_remove("TICKETS_FILE")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(log).map_err(problem)?)
            .spawn()
            .map_err(problem)?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line).map_err(problem)?;
        }
        let told: Option<Value> = serde_json::from_str(&line).ok();
        let address = told
            .as_ref()
            .and_then(|told| told.get("listening")?.as_str());
        let address =
            address.and_then(|address| address.trim_start_matches("http://").parse().ok());
        let Some(address) = address else {
            let _ = child.kill();
            let _ = child.wait();
            let said = fs::read_to_string(log).unwrap_or_default();
            return Err(format!("the service did not start: {}", excerpt(&said)));
        };
        Ok(Self { child, address })
    }

    /// `tickets serve` of the event at this address.
    pub(super) fn of_event(tickets: &Path, event: &str, log: &Path) -> Result<Self> {
        let mut command = Command::new(tickets);
        command.args(["-f", event, "--json", "serve", "--listen", "127.0.0.1:0"]);
        Self::start(&mut command, log)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What `tickets` says of the event at this address, as JSON. It must exit with 0.
pub(super) fn tickets(tickets: &Path, event: &str, words: &[&str]) -> Result<Value> {
    let output = Command::new(tickets)
        .env_remove("TICKETS_FILE")
        .args(["-f", event, "--json"])
        .args(words)
        .output()
        .map_err(|error| format!("{}: {error}", tickets.display()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout);
        return Err(format!("tickets {}: {}", words.join(" "), excerpt(&said)));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}

/// A load that buys for a time.
pub(super) struct Buying(Child);

impl Buying {
    /// Starts so many connections, each of which orders as soon as it was answered.
    pub(super) fn start(at: SocketAddr, connections: usize, time: Duration) -> Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let child = Command::new(WRK)
            .arg(format!("-t{}", connections.min(2)))
            .arg(format!("-c{connections}"))
            .arg(format!("-d{}s", time.as_secs().max(1)))
            .args(["--timeout", "30s", "-s", SELL])
            .arg(format!("http://{at}"))
            .args(["--", &format!("b{}-{number}", std::process::id())])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn();
        let child =
            child.map_err(|error| format!("{WRK}: {error}; 'apt-get install wrk' has it"))?;
        Ok(Self(child))
    }

    /// How many it bought, and in how many seconds.
    pub(super) fn end(self) -> Result<(f64, f64)> {
        let output = self
            .0
            .wait_with_output()
            .map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&output.stdout);
        let told = text.lines().find_map(|line| line.strip_prefix("told "));
        let told: Option<Value> = told.and_then(|told| serde_json::from_str(told).ok());
        let number = |name: &str| told.as_ref()?.get(name)?.as_f64();
        let all = (
            number("answered"),
            number("refused"),
            number("broken"),
            number("microseconds"),
        );
        let (Some(answered), Some(0.0), Some(0.0), Some(time)) = all else {
            return Err(format!("not all were sold what they ordered: {text}"));
        };
        Ok((answered, time / 1e6))
    }
}
