//! One node of etcd.

use std::fs::File;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::program::Program;

/// A node.
#[derive(Debug)]
pub(crate) struct Node {
    /// Where it listens for clients, and for the others.
    pub(crate) client: String,
    pub(crate) peer: String,
    pub(crate) child: Option<Child>,
    /// Its name in the cluster, and where it keeps what it has.
    pub(crate) name: String,
}

impl Node {
    /// As the others are told of it.
    pub(crate) fn told(&self) -> String {
        format!("{}=http://{}", self.name, self.peer)
    }

    /// Starts it, by way of these words, among all of these.
    pub(crate) fn start(
        &mut self,
        mut words: Vec<String>,
        data: &Path,
        (all, state): (&str, &str),
        log: &Path,
    ) {
        let (client, peer) = (
            format!("http://{}", self.client),
            format!("http://{}", self.peer),
        );
        let data = data.display().to_string();
        let own = [
            "etcd",
            "--name",
            &self.name,
            "--data-dir",
            &data,
            "--listen-client-urls",
            &client,
            "--advertise-client-urls",
            &client,
            "--listen-peer-urls",
            &peer,
            "--initial-advertise-peer-urls",
            &peer,
            "--initial-cluster",
            all,
            "--initial-cluster-state",
            state,
            "--heartbeat-interval=50",
            "--election-timeout=500",
            "--log-level=error",
        ];
        words.extend(own.map(str::to_owned));
        let log = File::options().create(true).append(true).open(log).unwrap();
        let (first, rest) = words.split_first().unwrap();
        let child = Command::new(first)
            .args(rest)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        self.child = Some(child.unwrap());
    }
}

/// Why there is no cluster here, or none that this program could speak to.
pub(crate) fn missing(program: &Program) -> Option<String> {
    for tool in ["etcd", "etcdctl"] {
        if Command::new(tool).arg("--version").output().is_err() {
            return Some(format!(
                "no {tool}: 'apt-get install etcd-server etcd-client'"
            ));
        }
    }
    let mut asked = program.through::<&str>(&[], Path::new("etcd://127.0.0.1:1/none"));
    let output = asked.args(["query", "--wait", "0s"]).output();
    let output = output.map(|output| String::from_utf8_lossy(&output.stderr).into_owned());
    let is_without = output.is_ok_and(|said| said.contains("without the client"));
    is_without.then(|| "the program has no client of a cluster: --features etcd".to_owned())
}

/// For each node a port for clients and one for the others.
pub(crate) fn loopback(nodes: usize) -> Vec<(String, String)> {
    let bound: Vec<TcpListener> = (0..2 * nodes)
        .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
        .collect();
    let address = |listener: &TcpListener| listener.local_addr().unwrap().to_string();
    let pairs = bound.chunks(2);
    pairs
        .map(|pair| (address(&pair[0]), address(&pair[1])))
        .collect()
}
