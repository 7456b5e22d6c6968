//! Three nodes of etcd, which are struck.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::namespaces::{self, Namespaces};
use crate::node::{Node, loopback};
use crate::test_event::{eventually, memory, signal};

/// How many there are at first.
pub(crate) const NODES: usize = 3;

/// The room that a node has whose disk will be full, in MiB: its log is laid out in pieces of 64.
const ROOM: u32 = 160;

/// The nodes. Dropped, they are killed.
#[derive(Debug)]
pub(crate) struct Nodes {
    directory: tempfile::TempDir,
    all: Vec<Node>,
    pub(crate) apart: Option<Namespaces>,
    /// Whether each has so little room that it can be filled.
    is_small: bool,
}

impl Nodes {
    /// On the loopback of this machine.
    pub(crate) fn start() -> Self {
        Self::start_with(loopback(NODES), None, false)
    }

    /// The same, each of which has so little room that it can be filled.
    pub(crate) fn start_small() -> Self {
        Self::start_with(loopback(NODES), None, true)
    }

    /// Each in a network namespace of its own.
    pub(crate) fn start_apart(apart: Namespaces) -> Self {
        let pair = |at: usize| {
            let own = namespaces::address(at);
            (format!("{own}:2379"), format!("{own}:2380"))
        };
        Self::start_with((0..NODES).map(pair).collect(), Some(apart), false)
    }

    fn start_with(pairs: Vec<(String, String)>, apart: Option<Namespaces>, is_small: bool) -> Self {
        let node = |(at, (client, peer))| Node {
            client,
            peer,
            child: None,
            name: format!("n{at}"),
        };
        let mut nodes = Self {
            directory: tempfile::tempdir_in(memory()).unwrap(),
            all: pairs.into_iter().enumerate().map(node).collect(),
            apart,
            is_small,
        };
        nodes.start_all();
        nodes
    }

    fn start_all(&mut self) {
        for at in 0..NODES {
            self.start_one(at, "new");
        }
        self.wait_until_well();
    }

    fn start_one(&mut self, at: usize, state: &str) {
        let all: Vec<String> = self.all.iter().map(Node::told).collect();
        let (data, log) = (self.place(at), self.log(at));
        std::fs::create_dir_all(&data).unwrap();
        let words = self.apart.as_ref();
        let mut words = words.map_or_else(Vec::new, |apart| apart.of_node(at));
        if self.is_small {
            let script = format!("mount -t tmpfs -o size={ROOM}m none \"$0\" && exec \"$@\"");
            words.extend(["unshare", "-m", "sh", "-c"].map(str::to_owned));
            words.extend([script, data.display().to_string()]);
        }
        self.all[at].start(words, &data.join("data"), (&all.join(","), state), &log);
    }

    fn place(&self, at: usize) -> PathBuf {
        self.directory.path().join(&self.all[at].name)
    }

    fn log(&self, at: usize) -> PathBuf {
        self.directory
            .path()
            .join(format!("{}.log", self.all[at].name))
    }

    /// What a node has said.
    pub(crate) fn said(&self, at: usize) -> String {
        std::fs::read_to_string(self.log(at)).unwrap_or_default()
    }

    /// Returns when the cluster does what it is asked.
    #[track_caller]
    pub(crate) fn wait_until_well(&self) {
        eventually("the cluster does what it is asked", || {
            self.etcdctl(&["put", "well", "yes"])
                .status
                .success()
                .then_some(())
        });
    }

    /// The words before a command that speaks to the nodes.
    pub(crate) fn words(&self) -> Vec<String> {
        self.apart
            .as_ref()
            .map_or_else(Vec::new, Namespaces::beside_buyers)
    }

    /// Where a node listens for clients.
    pub(crate) fn client(&self, at: usize) -> &str {
        &self.all[at].client
    }

    /// The address of an event, by these nodes in this order.
    pub(crate) fn address(&self, event: &str, by: &[usize]) -> String {
        let all: Vec<&str> = by.iter().map(|at| self.client(*at)).collect();
        format!("etcd://{}/{event}", all.join(","))
    }

    /// Asks the cluster by its own program.
    pub(crate) fn etcdctl(&self, arguments: &[&str]) -> Output {
        let all: Vec<&str> = self.all.iter().map(|node| node.client.as_str()).collect();
        let words = self.words();
        let words: Vec<&str> = words
            .iter()
            .map(String::as_str)
            .chain(["etcdctl"])
            .collect();
        Command::new(words[0])
            .args(&words[1..])
            .env("ETCDCTL_API", "3")
            .args(["--endpoints", &all.join(","), "--command-timeout=2s"])
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// What it says, where it must do it: as often as it takes.
    #[track_caller]
    pub(crate) fn told(&self, arguments: &[&str]) -> String {
        eventually("etcdctl does it", || {
            let output = self.etcdctl(arguments);
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            output.status.success().then_some(said)
        })
    }

    /// What each node that answers says of itself.
    fn status(&self) -> Vec<Value> {
        let output = self.etcdctl(&["endpoint", "status", "-w", "json"]);
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }

    /// Which node leads.
    #[track_caller]
    pub(crate) fn leader(&self) -> usize {
        eventually("one of them leads", || {
            let all = self.status();
            let leads = |node: &&Value| {
                let status = &node["Status"];
                status["leader"] == status["header"]["member_id"]
            };
            let leader = all.iter().find(leads)?["Endpoint"].as_str()?;
            self.all
                .iter()
                .position(|node| leader.ends_with(&node.client))
        })
    }

    fn pid(&self, at: usize) -> u32 {
        self.all[at].child.as_ref().unwrap().id()
    }

    /// Whether a node has ended by itself.
    pub(crate) fn has_ended(&mut self, at: usize) -> bool {
        let child = self.all[at].child.as_mut();
        child.is_none_or(|child| child.try_wait().unwrap().is_some())
    }

    /// Stops a node, or lets it go on.
    pub(crate) fn signal(&self, at: usize, name: &str) {
        signal(self.pid(at), name);
    }

    /// Kills a node as `kill -9` does.
    pub(crate) fn kill(&mut self, at: usize) {
        if let Some(mut child) = self.all[at].child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts it again with what it has.
    pub(crate) fn start_again(&mut self, at: usize) {
        self.kill(at);
        self.start_one(at, "existing");
    }

    /// Fills the disk of a node. Returns how many bytes went there.
    pub(crate) fn fill(&self, at: usize) -> u64 {
        let root = PathBuf::from(format!("/proc/{}/root", self.pid(at)));
        let place = self.place(at);
        let file = root.join(place.strip_prefix("/").unwrap()).join("full");
        let mut out = File::create(&file).unwrap();
        let block = vec![1; 1 << 16];
        let mut all = 0;
        while let Ok(written) = std::io::Write::write(&mut out, &block) {
            all += written as u64;
        }
        all
    }

    /// Takes a member out of the cluster for good, and puts a new one in its place, which knows nothing yet.
    #[track_caller]
    pub(crate) fn replace(&mut self, at: usize) {
        let name = self.all[at].name.clone();
        self.kill(at);
        let list = self.told(&["member", "list"]);
        let member = list
            .lines()
            .find(|line| line.contains(&format!(" {name},")));
        let id = member
            .unwrap_or_else(|| panic!("no {name}: {list}"))
            .split(',')
            .next()
            .unwrap();
        self.told(&["member", "remove", id]);
        self.all[at].name = format!("{name}-new");
        let peer = format!("--peer-urls=http://{}", self.all[at].peer);
        self.told(&["member", "add", &self.all[at].name.clone(), &peer]);
        self.start_one(at, "existing");
        let new = self.all[at].name.clone();
        eventually("the new member takes part", || {
            let list = self.told(&["member", "list"]);
            list.lines()
                .any(|line| line.contains("started") && line.contains(&new))
                .then_some(())
        });
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        for at in 0..self.all.len() {
            self.kill(at);
        }
    }
}
