//! Three nodes of etcd on this machine's one disk.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::gateway::Gateway;
use crate::Result;
use crate::run::excerpt;

/// How many there are.
pub(super) const NODES: usize = 3;

/// How long they may take until they do what they are asked.
const START: Duration = Duration::from_secs(60);

/// A cluster. Dropped, it is killed.
pub(super) struct Nodes {
    directory: PathBuf,
    /// Where each listens for clients, and for the others.
    addresses: Vec<(SocketAddr, SocketAddr)>,
    running: Vec<Option<Child>>,
}

impl Nodes {
    /// Starts them in this directory, which is empty.
    pub(super) fn start(directory: &Path) -> Result<Self> {
        let free = || {
            TcpListener::bind("127.0.0.1:0").and_then(|socket| Ok((socket.local_addr()?, socket)))
        };
        let bound: std::result::Result<Vec<_>, _> = (0..2 * NODES).map(|_| free()).collect();
        let bound = bound.map_err(|error| format!("no port is free: {error}"))?;
        let ports: Vec<SocketAddr> = bound.iter().map(|(address, _)| *address).collect();
        drop(bound);
        let pairs = ports
            .chunks(2)
            .filter_map(|pair| Some((*pair.first()?, *pair.last()?)));
        let mut nodes = Self {
            directory: directory.to_owned(),
            addresses: pairs.collect(),
            running: Vec::new(),
        };
        for at in 0..NODES {
            let child = nodes.start_one(at, "new")?;
            nodes.running.push(Some(child));
        }
        nodes.wait_until_well()?;
        Ok(nodes)
    }

    fn start_one(&self, at: usize, state: &str) -> Result<Child> {
        let url = |address: &SocketAddr| format!("http://{address}");
        let (client, peer) = self.addresses.get(at).ok_or("there is no such node")?;
        let all = self.addresses.iter().enumerate();
        let all: Vec<String> = all
            .map(|(at, (_, peer))| format!("n{at}={}", url(peer)))
            .collect();
        let log = self.directory.join(format!("n{at}.log"));
        let log = File::options().create(true).append(true).open(log);
        let log = log.map_err(|error| format!("a node's log: {error}"))?;
        let spawned = Command::new("etcd")
            .arg("--name")
            .arg(format!("n{at}"))
            .arg("--data-dir")
            .arg(self.directory.join(format!("n{at}")))
            .args(["--listen-client-urls", &url(client)])
            .args(["--advertise-client-urls", &url(client)])
            .args(["--listen-peer-urls", &url(peer)])
            .args(["--initial-advertise-peer-urls", &url(peer)])
            .args(["--initial-cluster", &all.join(",")])
            .args(["--initial-cluster-state", state, "--log-level", "error"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        spawned.map_err(|error| {
            format!("etcd does not start: {error}; 'apt-get install etcd-server' has it")
        })
    }

    /// Returns when the cluster does what it is asked.
    pub(super) fn wait_until_well(&self) -> Result<()> {
        let end = Instant::now() + START;
        let put = json!({"key": "d2VsbA==", "value": "eWVz"}).to_string();
        while Instant::now() < end {
            for address in self.clients() {
                let said =
                    Gateway::open(address).and_then(|mut gateway| gateway.ask("kv/put", &put));
                if said.is_ok() {
                    return Ok(());
                }
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
        let log = fs::read_to_string(self.directory.join("n0.log")).unwrap_or_default();
        Err(format!(
            "the cluster does not do what it is asked: {}",
            excerpt(&log)
        ))
    }

    /// Where the nodes listen for clients.
    pub(super) fn clients(&self) -> impl Iterator<Item = SocketAddr> {
        self.addresses.iter().map(|(client, _)| *client)
    }

    /// The address of an event, the node that leads first: through another one each commit goes a way more.
    pub(super) fn address(&self, event: &str) -> Result<String> {
        let (leader, _) = self.leader()?;
        let mut all: Vec<(bool, String)> = self
            .clients()
            .enumerate()
            .map(|(at, address)| (at != leader, address.to_string()))
            .collect();
        all.sort();
        let all: Vec<String> = all.into_iter().map(|(_, address)| address).collect();
        Ok(format!("etcd://{}/{event}", all.join(",")))
    }

    /// Which node leads, and where it listens.
    pub(super) fn leader(&self) -> Result<(usize, SocketAddr)> {
        let end = Instant::now() + START;
        while Instant::now() < end {
            let found = self
                .clients()
                .enumerate()
                .find(|(_, address)| leads(*address));
            if let Some(found) = found {
                return Ok(found);
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
        Err("none of the nodes leads".to_owned())
    }

    /// Kills a node as `kill -9` does.
    pub(super) fn kill(&mut self, at: usize) {
        if let Some(mut child) = self.running.get_mut(at).and_then(Option::take) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts it again with what it has.
    pub(super) fn start_again(&mut self, at: usize) -> Result<()> {
        let child = self.start_one(at, "existing")?;
        if let Some(place) = self.running.get_mut(at) {
            *place = Some(child);
        }
        Ok(())
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        for at in 0..NODES {
            self.kill(at);
        }
    }
}

/// Whether the node at this address says that it leads.
fn leads(address: SocketAddr) -> bool {
    let said =
        Gateway::open(address).and_then(|mut gateway| gateway.ask("maintenance/status", "{}"));
    said.is_ok_and(|status: Value| {
        status.get("leader").is_some()
            && status.get("leader") == status.pointer("/header/member_id")
    })
}
