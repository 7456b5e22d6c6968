//! Network namespaces: one for whoever buys, with a bridge, and one for each node behind it. The system's own network is left
//! alone.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// The first three numbers of all addresses.
const NETWORK: &str = "10.213.7";

/// The namespaces. Dropped, they go.
#[derive(Debug)]
pub(crate) struct Namespaces {
    buyers: String,
    nodes: Vec<String>,
}

impl Namespaces {
    /// Those of so many nodes; an error says why there are none here.
    pub(crate) fn make(nodes: usize) -> Result<Self, String> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = |what: &str| format!("tickets-{}-{number}-{what}", std::process::id());
        let mut made = Self {
            buyers: name("b"),
            nodes: Vec::new(),
        };
        let buyers = made.buyers.clone();
        ip(&format!("netns add {buyers}"))?;
        ip(&format!("-n {buyers} link add bridge type bridge"))?;
        ip(&format!("-n {buyers} addr add {NETWORK}.254/24 dev bridge"))?;
        ip(&format!("-n {buyers} link set bridge up"))?;
        ip(&format!("-n {buyers} link set lo up"))?;
        for at in 0..nodes {
            let node = name(&at.to_string());
            ip(&format!("netns add {node}"))?;
            made.nodes.push(node.clone());
            ip(&format!(
                "-n {buyers} link add node{at} type veth peer name wire netns {node}"
            ))?;
            ip(&format!("-n {buyers} link set node{at} master bridge up"))?;
            ip(&format!("-n {node} addr add {}/24 dev wire", address(at)))?;
            ip(&format!("-n {node} link set wire up"))?;
            ip(&format!("-n {node} link set lo up"))?;
        }
        Ok(made)
    }

    /// The words before a command that is to run beside the buyers.
    pub(crate) fn beside_buyers(&self) -> Vec<String> {
        within(&self.buyers)
    }

    /// The words before the command of this node.
    pub(crate) fn of_node(&self, at: usize) -> Vec<String> {
        within(&self.nodes[at])
    }

    /// From now on nothing that one node sends comes to the other.
    #[track_caller]
    pub(crate) fn cut(&self, from: usize, to: usize) {
        let line = format!(
            "-n {} route add blackhole {}/32",
            self.nodes[from],
            address(to)
        );
        ip(&line).unwrap();
    }

    /// From now on it comes again.
    #[track_caller]
    pub(crate) fn mend(&self, from: usize, to: usize) {
        let line = format!(
            "-n {} route del blackhole {}/32",
            self.nodes[from],
            address(to)
        );
        ip(&line).unwrap();
    }

    /// From now on nothing that this node sends comes to the buyers, or again.
    #[track_caller]
    pub(crate) fn cut_from_buyers(&self, node: usize, is_cut: bool) {
        let verb = if is_cut { "add" } else { "del" };
        ip(&format!(
            "-n {} route {verb} blackhole {NETWORK}.254/32",
            self.nodes[node]
        ))
        .unwrap();
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        for name in self.nodes.iter().chain([&self.buyers]) {
            let _ = ip(&format!("netns del {name}"));
        }
    }
}

/// Where a node is.
pub(crate) fn address(node: usize) -> String {
    format!("{NETWORK}.{}", node + 1)
}

fn within(name: &str) -> Vec<String> {
    ["ip", "netns", "exec", name].map(str::to_owned).to_vec()
}

fn ip(line: &str) -> Result<(), String> {
    let output = Command::new("ip")
        .args(line.split(' '))
        .stdin(Stdio::null())
        .output();
    let output = output.map_err(|error| format!("no network namespaces: ip: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("no network namespaces: ip {line}: {}", said.trim()))
}
