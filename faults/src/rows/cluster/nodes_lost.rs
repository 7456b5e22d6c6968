//! Nodes that are killed, stopped, filled, replaced, compacted.

use std::cell::RefCell;

use super::{STOCK, event_on, under_load};
use crate::nodes::{NODES, Nodes};
use crate::program::Program;
use crate::row::{Fault, Row};
use crate::test_event::eventually;

/// Strikes a cluster of its own, in the case of this name.
type Case = fn(&Program, &str);

pub(super) fn strike(row: &mut Row) {
    let program = row.program().clone();
    let cases: [(&str, bool, Case); 7] = [
        ("killed/leader", true, leader_killed),
        ("killed/follower", false, follower_killed),
        ("killed/two nodes", false, two_killed),
        ("stopped/leader", false, leader_stopped),
        ("full/leader", false, leader_full),
        ("replaced/member", false, replaced),
        ("compacted/defragmented", false, compacted),
    ];
    for (case, in_slice, strikes) in cases {
        row.run("nodes", case, in_slice, || {
            strikes(&program, case);
            Fault::Struck
        });
    }
}

fn killed(program: &Program, case: &str, which: impl Fn(usize) -> usize) {
    let nodes = RefCell::new(Nodes::start());
    let event = event_on(program, &nodes.borrow(), STOCK);
    under_load(case, &event, || {
        let leader = nodes.borrow().leader();
        let struck = which(leader);
        nodes.borrow_mut().kill(struck);
        event.goes_on();
        if struck == leader {
            assert_ne!(nodes.borrow().leader(), leader, "another one leads");
        }
        nodes.borrow_mut().start_again(struck);
        nodes.borrow().wait_until_well();
    });
}

fn leader_killed(program: &Program, case: &str) {
    killed(program, case, |leader| leader);
}

fn follower_killed(program: &Program, case: &str) {
    killed(program, case, |leader| (leader + 1) % NODES);
}

/// Sales stop with an error that names the endpoints, and go on when one of them is back.
fn two_killed(program: &Program, case: &str) {
    let nodes = RefCell::new(Nodes::start());
    let event = event_on(program, &nodes.borrow(), STOCK);
    under_load(case, &event, || {
        let leader = nodes.borrow().leader();
        nodes.borrow_mut().kill(leader);
        nodes.borrow_mut().kill((leader + 1) % NODES);
        let told = eventually("the sales stop", || {
            let (code, told) = event.json("query");
            (code != 0).then_some(told)
        });
        let message = told["error"]["message"].as_str().unwrap();
        for node in 0..NODES {
            assert!(message.contains(nodes.borrow().client(node)), "{message}");
        }
        nodes.borrow_mut().start_again(leader);
        nodes.borrow().wait_until_well();
    });
}

fn leader_stopped(program: &Program, case: &str) {
    let nodes = Nodes::start();
    let event = event_on(program, &nodes, STOCK);
    under_load(case, &event, || {
        let leader = nodes.leader();
        nodes.signal(leader, "STOP");
        event.goes_on();
        nodes.signal(leader, "CONT");
        nodes.wait_until_well();
    });
}

/// A node that cannot write ends itself, and the others go on.
fn leader_full(program: &Program, case: &str) {
    let nodes = RefCell::new(Nodes::start_small());
    let event = event_on(program, &nodes.borrow(), STOCK);
    under_load(case, &event, || {
        let leader = nodes.borrow().leader();
        assert!(nodes.borrow().fill(leader) > 0, "there was room to fill");
        eventually("it has no room any more, and ends", || {
            nodes.borrow_mut().has_ended(leader).then_some(())
        });
        let said = nodes.borrow().said(leader);
        assert!(said.contains("no space left"), "{said}");
        event.goes_on();
    });
}

fn replaced(program: &Program, case: &str) {
    let nodes = RefCell::new(Nodes::start());
    let event = event_on(program, &nodes.borrow(), STOCK);
    under_load(case, &event, || {
        let leader = nodes.borrow().leader();
        nodes.borrow_mut().replace((leader + 1) % NODES);
        event.goes_on();
        // The new one carries the cluster with one of the old ones.
        let other = (leader + 2) % NODES;
        nodes.borrow_mut().kill(other);
        event.goes_on();
        nodes.borrow_mut().start_again(other);
        nodes.borrow().wait_until_well();
    });
}

/// Old versions are compacted away, and the nodes' stores written anew, while eight buy and one lists.
fn compacted(program: &Program, case: &str) {
    let nodes = Nodes::start();
    let event = event_on(program, &nodes, STOCK);
    under_load(case, &event, || {
        for _ in 0..5 {
            let put = nodes.told(&["put", "other", "value", "-w", "json"]);
            let put: serde_json::Value = serde_json::from_str(&put).unwrap();
            let revision = put["header"]["revision"].to_string();
            let mut listing = event.start("sales");
            nodes.told(&["compact", &revision]);
            nodes.told(&["defrag"]);
            let status = listing.wait().unwrap();
            assert_eq!(status.code(), Some(0), "a list is read all the same");
            event.goes_on();
        }
    });
}
