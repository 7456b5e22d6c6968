//! Three nodes of etcd on this machine, for as long as the tests run.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How many nodes there are.
const NODES: usize = 3;

/// A node ends with this process, however that ends: then its standard input is closed. Told to, it keeps what it has.
const UNTIL_STDIN_ENDS: &str = "directory=$1; shift; \"$@\" >\"$directory.log\" 2>&1 & node=$!; read -r word; kill -9 $node; wait; [ \"$word\" = keep ] && exit; rm -rf \"$directory\"*; rmdir \"${directory%/*}\" 2>/dev/null";

/// A cluster of its own.
#[derive(Debug)]
pub(crate) struct Nodes {
    directory: PathBuf,
    /// Where each listens for clients, and for the others.
    ports: Vec<(u16, u16)>,
    keepers: Vec<Option<Child>>,
    /// Where the certificates are by which clients are spoken to.
    certificates: Option<PathBuf>,
}

impl Nodes {
    /// Starts them and waits until they do what they are asked; `None`: there is no etcd here.
    pub(crate) fn start() -> Option<Self> {
        let found = |program: &str| Command::new(program).arg("--version").output().is_ok();
        if !found("etcd") || !found("etcdctl") {
            return None;
        }
        Self::start_with(None)
    }

    /// The same, which speak TLS to clients and want certificates of them: those in this directory.
    pub(crate) fn start_with(certificates: Option<&Path>) -> Option<Self> {
        // A port that was free a moment ago may be another's by now.
        (0..5).find_map(|_| Self::try_start(certificates))
    }

    fn try_start(certificates: Option<&Path>) -> Option<Self> {
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() {
            memory.to_owned()
        } else {
            std::env::temp_dir()
        };
        let directory = tempfile::Builder::new()
            .prefix("tickets-etcd-")
            .tempdir_in(place)
            .unwrap()
            .keep();
        let mut nodes = Self {
            directory,
            ports: free_ports(),
            keepers: Vec::new(),
            certificates: certificates.map(Path::to_owned),
        };
        nodes.keepers = (0..NODES)
            .map(|at| Some(nodes.start_one(at, "new")))
            .collect();
        nodes.are_well().then_some(nodes)
    }

    fn start_one(&self, at: usize, state: &str) -> Child {
        let (client, peer) = self.ports[at];
        let url = |port: u16| format!("http://127.0.0.1:{port}");
        let scheme = if self.certificates.is_some() {
            "https"
        } else {
            "http"
        };
        let client_url = format!("{scheme}://127.0.0.1:{client}");
        let all: Vec<String> = self
            .ports
            .iter()
            .enumerate()
            .map(|(at, (_, peer))| format!("n{at}={}", url(*peer)))
            .collect();
        let directory = self.directory.join(format!("n{at}"));
        Command::new("sh")
            .args(["-c", UNTIL_STDIN_ENDS, "sh"])
            .arg(&directory)
            .args(["etcd", "--name", &format!("n{at}"), "--data-dir"])
            .arg(&directory)
            .args([
                "--listen-client-urls",
                &client_url,
                "--advertise-client-urls",
                &client_url,
            ])
            .args([
                "--listen-peer-urls",
                &url(peer),
                "--initial-advertise-peer-urls",
                &url(peer),
            ])
            .args([
                "--initial-cluster",
                &all.join(","),
                "--initial-cluster-state",
                state,
            ])
            .args([
                "--heartbeat-interval",
                "50",
                "--election-timeout",
                "500",
                "--log-level",
                "error",
            ])
            .args(self.certificate_arguments(["--trusted-ca-file", "--cert-file", "--key-file"]))
            .args(self.certificates.as_ref().map(|_| "--client-cert-auth"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn are_well(&self) -> bool {
        let end = Instant::now() + Duration::from_secs(60);
        while Instant::now() < end {
            if self.etcdctl(&["put", "well", "yes"]).status.success() {
                return true;
            }
            let mut logs = (0..NODES).map(|at| self.directory.join(format!("n{at}.log")));
            let is_taken = |log: PathBuf| {
                std::fs::read_to_string(log).is_ok_and(|log| log.contains("address already in use"))
            };
            if logs.any(is_taken) {
                return false;
            }
        }
        false
    }

    /// Where the nodes listen.
    pub(crate) fn endpoints(&self) -> String {
        let all: Vec<String> = self
            .ports
            .iter()
            .map(|(client, _)| format!("127.0.0.1:{client}"))
            .collect();
        all.join(",")
    }

    /// The address of an event of this name.
    pub(crate) fn address(&self, event: &str) -> PathBuf {
        format!("etcd://{}/{event}", self.endpoints()).into()
    }

    fn certificate_arguments(&self, names: [&str; 3]) -> Vec<String> {
        let Some(directory) = &self.certificates else {
            return Vec::new();
        };
        let files = ["ca.pem", "node.pem", "node-key.pem"];
        let files = files.map(|file| directory.join(file).display().to_string());
        let pairs = names.into_iter().zip(files);
        pairs
            .flat_map(|(name, file)| [name.to_owned(), file])
            .collect()
    }

    /// Asks the cluster by its own program.
    pub(crate) fn etcdctl(&self, arguments: &[&str]) -> Output {
        Command::new("etcdctl")
            .env("ETCDCTL_API", "3")
            .args(["--endpoints", &self.endpoints(), "--command-timeout=2s"])
            .args(self.certificate_arguments(["--cacert", "--cert", "--key"]))
            .args(arguments)
            .output()
            .unwrap()
    }

    /// The same, where it must be done; what it says.
    #[track_caller]
    pub(crate) fn told(&self, arguments: &[&str]) -> String {
        let output = self.etcdctl(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Which node leads.
    #[track_caller]
    pub(crate) fn leader(&self) -> usize {
        tickets_faults::eventually("one of them leads", || {
            let output = self.etcdctl(&["endpoint", "status", "-w", "json"]);
            let nodes: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).ok()?;
            let leads = |node: &&serde_json::Value| {
                let status = &node["Status"];
                status["leader"] == status["header"]["member_id"]
            };
            let leader = nodes.iter().find(leads)?["Endpoint"].as_str()?.to_owned();
            self.ports
                .iter()
                .position(|(client, _)| leader.ends_with(&format!(":{client}")))
        })
    }

    /// Kills a node as kill -9 does; what it has stays.
    pub(crate) fn stop(&mut self, at: usize) {
        if let Some(mut keeper) = self.keepers[at].take() {
            keeper.stdin.take().unwrap().write_all(b"keep\n").unwrap();
            keeper.wait().unwrap();
        }
    }

    /// The same, and starts it again with that.
    pub(crate) fn restart(&mut self, at: usize) {
        self.stop(at);
        self.keepers[at] = Some(self.start_one(at, "existing"));
    }

    /// Kills a node as kill -9 does; what it has is gone.
    pub(crate) fn kill(&mut self, at: usize) {
        if let Some(mut keeper) = self.keepers[at].take() {
            drop(keeper.stdin.take());
            keeper.wait().unwrap();
        }
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        for at in 0..NODES {
            if let Some(keeper) = self.keepers.get_mut(at).and_then(Option::take) {
                let mut keeper = keeper;
                drop(keeper.stdin.take());
                let _ = keeper.wait();
            }
        }
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

fn free_ports() -> Vec<(u16, u16)> {
    let bound: Vec<TcpListener> = (0..2 * NODES)
        .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
        .collect();
    let port = |listener: &TcpListener| listener.local_addr().unwrap().port();
    bound
        .chunks(2)
        .map(|pair| (port(&pair[0]), port(&pair[1])))
        .collect()
}

/// The cluster that tests share, each with events of its own; `None`, and the reason is told: there is no etcd here.
pub(crate) fn shared() -> Option<&'static Nodes> {
    static NODES: OnceLock<Option<Nodes>> = OnceLock::new();
    let nodes = NODES.get_or_init(Nodes::start).as_ref();
    if nodes.is_none() {
        eprintln!("skipped: no etcd and etcdctl here that make a cluster");
    }
    nodes
}

/// A name that no other test has.
pub(crate) fn new_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("event-{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}
