//! The same event on a cluster of three nodes.

mod alike;
mod both;
mod by_hand;
mod lab;
pub(crate) mod nodes;
pub(crate) mod outages;
mod rushes;
mod secured;

use std::cell::Cell;
use std::path::{Path, PathBuf};

use serde_json::Value;

use nodes::{Nodes, new_name, shared};

thread_local! {
    /// Whether the events that this test makes are on the cluster.
    static ON_CLUSTER: Cell<bool> = const { Cell::new(false) };
}

/// Runs a test whose events are on the cluster.
pub(crate) fn on_cluster(test: impl FnOnce()) {
    if shared().is_some() {
        ON_CLUSTER.set(true);
        test();
    }
}

/// The address of a new event, if those of this test are on the cluster.
pub(crate) fn new_address() -> Option<PathBuf> {
    let nodes = shared().filter(|_| ON_CLUSTER.get())?;
    Some(nodes.address(&new_name()))
}

/// Whether this is an address.
pub(crate) fn is_address(file: &Path) -> bool {
    file.to_string_lossy().starts_with("etcd://")
}

fn event_name(file: &Path) -> &str {
    file.file_name().unwrap().to_str().unwrap()
}

/// What a key says; `None`: it is not there.
pub(crate) fn value(nodes: &Nodes, key: &str) -> Option<String> {
    let told = nodes.told(&["get", "--print-value-only", key]);
    (!told.is_empty()).then_some(told)
}

/// The count of the event at this address, as etcd's own program tells it.
#[track_caller]
pub(crate) fn count(file: &Path) -> Value {
    let text = value(shared().unwrap(), &format!("{}/count", event_name(file)));
    serde_json::from_str(&text.unwrap()).unwrap()
}

/// The text of its ledger, as etcd's own program tells it: a line and an empty one each.
pub(crate) fn ledger(file: &Path) -> String {
    let (nodes, name) = (shared().unwrap(), event_name(file));
    let Some(text) = value(nodes, &format!("{name}/count")) else {
        return String::new();
    };
    let count: Value = serde_json::from_str(&text).unwrap();
    let generation = count["cluster"]["ledger"].as_u64().unwrap();
    let prefix = format!("{name}/ledger/{generation:06}/");
    let told = nodes.told(&["get", "--prefix", "--print-value-only", &prefix]);
    let lines = told.lines().filter(|line| !line.is_empty());
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The keys of the event at this address, without its name.
pub(crate) fn keys(file: &Path) -> Vec<String> {
    let name = format!("{}/", event_name(file));
    let told = shared()
        .unwrap()
        .told(&["get", "--prefix", "--keys-only", &name]);
    let keys = told.lines().filter(|line| !line.is_empty());
    keys.map(|key| key.strip_prefix(&name).unwrap().to_owned())
        .collect()
}

/// The keys of the scratch events of the lab beside the event at this address.
fn scratch_keys(file: &Path) -> Vec<String> {
    let name = format!("{}.race-", event_name(file));
    let told = shared()
        .unwrap()
        .told(&["get", "--prefix", "--keys-only", &name]);
    let keys = told.lines().filter(|line| !line.is_empty());
    keys.map(str::to_owned).collect()
}
