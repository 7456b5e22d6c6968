//! Requests and answers that are lost, clients that are killed between them, a lock's holder that is stopped, a hold that ends.

use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use super::event_on;
use crate::between::{Fate, between};
use crate::cluster_event::ClusterEvent;
use crate::nodes::Nodes;
use crate::program::Program;
use crate::row::{Fault, Row};
use crate::test_event::{eventually, signal};

/// How many requests of a sale are struck at most.
const MOST: u32 = 8;

pub(super) fn strike(row: &mut Row) {
    let program = row.program().clone();
    row.run("answers", "lost/answer", true, || answer_lost(&program));
    for is_answered in [false, true] {
        let when = if is_answered { "answer" } else { "request" };
        for number in 1..=MOST {
            let case = format!("killed/buyer at {when} {number}");
            row.run("answers", &case, number == 2, || {
                buyer_killed(&program, number, is_answered)
            });
        }
    }
    row.run("locks", "paused/holder", true, || holder_paused(&program));
    row.run("locks", "held/to its end", true, || held(&program, false));
    row.run("locks", "held/leader killed", false, || {
        held(&program, true)
    });
}

/// The event through something between the client and a node.
fn through(event: &ClusterEvent, address: &str) -> ClusterEvent {
    event.by(&format!("etcd://{address}/gala"))
}

/// The first order is done, and nobody hears of it: it is done once, whatever is said.
fn answer_lost(program: &Program) -> Fault {
    let nodes = Nodes::start();
    let event = event_on(program, &nodes, 9);
    let lost = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&lost);
    // Until the first command has given up.
    let is_over = Arc::new(AtomicU32::new(0));
    let over = Arc::clone(&is_over);
    let address = between(
        nodes.client(0),
        move |request| {
            let is_change = request.starts_with("POST /v3/kv/txn");
            if !is_change || over.load(Ordering::Relaxed) > 0 {
                return Fate::Passed;
            }
            seen.fetch_add(1, Ordering::Relaxed);
            Fate::AnswerLost
        },
        || {},
    );
    let far = through(&event, &address);
    let (code, told) = far.json("book ann --key ann-0 --wait 1s");
    assert_ne!(code, 0, "{told:#}");
    is_over.store(1, Ordering::Relaxed);
    assert!(lost.load(Ordering::Relaxed) > 0, "an answer was lost");
    // What is said to be unknown is asked for again; what is said to have failed, ordered anew.
    let key = match told["error"]["code"].as_str() {
        Some("outcome_unknown") => "ann-0",
        _ => "ann-1",
    };
    let (code, sale) = far.json(&format!("book ann --key {key}"));
    assert_eq!(code, 0, "{sale:#}");
    let id = sale["sale"]["id"].as_str().unwrap().to_owned();
    event.assert_exact(&[("ann".to_owned(), id)].into(), 9);
    Fault::Struck
}

/// A buyer is killed before the cluster is asked this, or before it hears the answer; the same order again is done once.
fn buyer_killed(program: &Program, number: u32, is_answered: bool) -> Fault {
    let nodes = Nodes::start();
    let event = event_on(program, &nodes, 9);
    let buyer = Arc::new(Mutex::new(None::<u32>));
    let killed = Arc::new(AtomicU32::new(0));
    let kill = {
        let (buyer, killed) = (Arc::clone(&buyer), Arc::clone(&killed));
        move || {
            let pid = eventually("the buyer is known", || *buyer.lock().unwrap());
            // Whoever waits for its end looks at this then.
            killed.fetch_add(1, Ordering::SeqCst);
            signal(pid, "KILL");
        }
    };
    let (mut requests, mut answers) = (0, 0);
    let kill_too = kill.clone();
    let address = between(
        nodes.client(0),
        move |_| {
            requests += 1;
            if !is_answered && requests == number {
                kill();
                return Fate::Lost;
            }
            Fate::Passed
        },
        move || {
            answers += 1;
            if is_answered && answers == number {
                kill_too();
            }
        },
    );
    let far = format!("etcd://{address}/gala");
    let mut command = program.through::<&str>(&[], Path::new(&far));
    let mut child = command
        .args(["--json", "book", "ann", "--key", "k"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    *buyer.lock().unwrap() = Some(child.id());
    child.wait().unwrap();
    let struck = killed.load(Ordering::SeqCst) > 0;
    let (code, sale) = event.json("book ann --key k");
    assert_eq!(code, 0, "{sale:#}");
    let id = sale["sale"]["id"].as_str().unwrap().to_owned();
    event.assert_exact(&[("ann".to_owned(), id)].into(), 9);
    if struck {
        Fault::Struck
    } else {
        Fault::Harmless
    }
}

/// Who holds the lock is stopped until its lease has ended and another has sold the last ticket.
fn holder_paused(program: &Program) -> Fault {
    let nodes = Nodes::start();
    let event = ClusterEvent::at(program, nodes.words(), &nodes.address("play", &[0, 1, 2]));
    assert_eq!(event.json("reset 1").0, 0);
    let rush = "buy --users 2 --ttl 1s --think 0ms --pause-holder until-sold";
    let (code, report) = event.json(&format!("{rush} --lock=exclusive"));
    assert_eq!(
        (code, &report["sold"], &report["oversold"]),
        (0, &1.into(), &0.into()),
        "{report:#}"
    );
    assert_eq!(event.json("audit").0, 0);
    // The same pause strikes whoever does not compare: it is seen to strike.
    assert_eq!(event.json("reset 1 --force").0, 0);
    let (code, report) = event.json(&format!("{rush} --lock=lease"));
    assert_eq!((code, &report["oversold"]), (6, &1.into()), "{report:#}");
    Fault::Struck
}

/// A hold outlives whoever leads, and its tickets are somebody else's behind its end; its line stays.
fn held(program: &Program, kills: bool) -> Fault {
    let mut nodes = Nodes::start();
    let event = event_on(program, &nodes, 2);
    let (code, hold) = event.json("hold ann --quantity 2 --for 2s");
    assert_eq!(code, 0, "{hold:#}");
    let leader = nodes.leader();
    if kills {
        nodes.kill(leader);
    }
    eventually("the hold ends", || {
        let (code, told) = event.json("book bob --key k --wait 3s");
        assert_ne!(code, 6, "{told:#}");
        (code == 0).then_some(())
    });
    assert_eq!(nodes.leader() != leader, kills);
    let (code, audit) = event.json("audit");
    assert_eq!(code, 0, "{audit:#}");
    let (_, state) = event.json("query");
    assert_eq!(
        (&state["sold"], &state["left"]),
        (&1.into(), &1.into()),
        "{state:#}"
    );
    Fault::Struck
}
