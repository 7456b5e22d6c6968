//! Who follows an event on a cluster is behind when its past is compacted away: it looks anew, and goes on.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::client::Server;
use super::reads::Follower;
use crate::cluster::nodes::{Nodes, shared};
use crate::cluster::on_cluster;
use crate::cluster::outages::request;
use crate::harness::{TICKETS, TestEvent, eventually, signal};

/// So often an event is asked for at most between a watch that was ended and the next one: who follows looks every two seconds
/// in any case, and would by that alone, until the request for a watch has lasted for as long as one may.
const SOON: usize = 20;

/// All that was is compacted away, and what it took is given back.
fn compact(nodes: &Nodes) {
    let put = nodes.told(&["put", "other", "value", "-w", "json"]);
    let put: Value = serde_json::from_str(&put).unwrap();
    let revision = put["header"]["revision"].to_string();
    nodes.told(&["compact", "--physical", &revision]);
    nodes.told(&["defrag"]);
}

/// The event through something that passes on what comes as it comes; `is_asked` is told of each request before that.
fn through(event: &TestEvent, is_asked: impl Fn(&str) + Send + Sync + 'static) -> TestEvent {
    let address = event.file.to_str().unwrap();
    let (nodes, name) = address
        .strip_prefix("etcd://")
        .unwrap()
        .rsplit_once('/')
        .unwrap();
    let node = nodes.split(',').next().unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let is_asked = Arc::new(is_asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let (node, is_asked) = (node.clone(), Arc::clone(&is_asked));
            std::thread::spawn(move || {
                let Some(request) = request(&mut stream) else {
                    return;
                };
                is_asked(&request);
                let mut node = TcpStream::connect(node).unwrap();
                node.write_all(request.as_bytes()).unwrap();
                let _ = io::copy(&mut node, &mut stream);
            });
        }
    });
    let address = format!("etcd://127.0.0.1:{port}/{name}");
    TestEvent::empty_in(&std::env::temp_dir()).at(address.into())
}

/// The event through something that keeps the first request for a watch back until three have bought and all is compacted away;
/// with all that was asked.
fn held_back(event: &TestEvent) -> (TestEvent, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (calls, address) = (Arc::clone(&asked), event.file.clone());
    let far = through(event, move |request| {
        let call = request.split(' ').nth(1).unwrap_or_default().to_owned();
        let is_first = {
            let mut calls = calls.lock().unwrap();
            calls.push(call.clone());
            call == "/v3/watch" && calls.iter().filter(|asked| **asked == call).count() == 1
        };
        if !is_first {
            return;
        }
        for buyer in ["ann", "bob", "carl"] {
            let mut book = Command::new(TICKETS);
            book.arg("-f").arg(&address).args(["book", buyer]);
            assert!(book.stdout(Stdio::null()).status().unwrap().success());
        }
        compact(shared().unwrap());
    });
    (far, asked)
}

/// Waits until it is watched again behind that, and asserts that it was soon.
#[track_caller]
fn watched_again(asked: &Mutex<Vec<String>>) {
    eventually("it is watched again", || {
        let asked = asked.lock().unwrap();
        let watches = asked.iter().enumerate();
        let mut watches = watches.filter(|(_, call)| *call == "/v3/watch");
        let (first, second) = (watches.next()?.0, watches.next()?.0);
        assert!(second - first <= SOON, "{asked:?}");
        Some(())
    });
}

/// `tickets watch` of this event, and its documents.
fn watching(event: &TestEvent) -> (Child, impl FnMut() -> Value + use<>) {
    let mut child = Command::new(TICKETS)
        .arg("-f")
        .arg(&event.file)
        .args(["--json", "watch"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let next = move || serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    (child, next)
}

fn buyers(document: &Value) -> Vec<&str> {
    let last = document["last"].as_array().unwrap();
    last.iter()
        .map(|sale| sale["buyer"].as_str().unwrap())
        .collect()
}

#[test]
fn a_command_that_watches_goes_on_behind_a_compaction() {
    on_cluster(|| {
        let event = TestEvent::empty();
        assert_eq!(event.json("init 9").0, 0);
        let (far, asked) = held_back(&event);
        let (mut child, mut next) = watching(&far);
        watched_again(&asked);
        event.booked("dora");
        let mut document = next();
        while document["sold"] != 4 {
            document = next();
        }
        assert_eq!(buyers(&document), ["dora", "carl", "bob", "ann"]);
        // And one that was stopped for so long.
        let pid = child.id().cast_signed();
        signal(pid, "STOP");
        event.booked("eve");
        event.booked("finn");
        compact(shared().unwrap());
        signal(pid, "CONT");
        while document["sold"] != 6 {
            document = next();
        }
        let all = ["finn", "eve", "dora", "carl", "bob", "ann"];
        assert_eq!(buyers(&document), all);
        signal(pid, "TERM");
        child.wait().unwrap();
    });
}

#[test]
fn a_page_that_is_open_goes_on_behind_a_compaction() {
    on_cluster(|| {
        let event = TestEvent::empty();
        assert_eq!(event.json("init 9").0, 0);
        let (far, asked) = held_back(&event);
        let server = Server::start(&far, "");
        let mut follower = Follower::of(&server, "");
        watched_again(&asked);
        event.booked("dora");
        let mut lefts = vec![follower.count().1];
        while lefts.last() != Some(&5) {
            lefts.push(follower.count().1);
        }
        assert!(lefts.is_sorted_by(|before, now| before > now), "{lefts:?}");
        // And of a service that was stopped for so long.
        let pid = server.pid();
        signal(pid, "STOP");
        event.booked("eve");
        compact(shared().unwrap());
        signal(pid, "CONT");
        while lefts.last() != Some(&4) {
            lefts.push(follower.count().1);
        }
    });
}
