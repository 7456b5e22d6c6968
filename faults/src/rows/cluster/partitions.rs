//! Networks that are cut, in namespaces of their own.

use super::{STOCK, event_on, under_load};
use crate::namespaces::Namespaces;
use crate::nodes::{NODES, Nodes};
use crate::program::Program;
use crate::row::{Fault, Row};
use crate::test_event::eventually;

/// Strikes a cluster of its own, in the case of this name.
type Case = fn(&Program, &str);

pub(super) fn strike(row: &mut Row) {
    if !row.wants_any("cut off") {
        return;
    }
    if let Err(reason) = Namespaces::make(1) {
        return row.cannot(reason);
    }
    let program = row.program().clone();
    let cases: [(&str, bool, Case); 4] = [
        ("cut off/leader", false, leader),
        ("cut off/one way", false, one_way),
        ("cut off/buyers", false, buyers),
        ("cut off/asked alone", false, asked_alone),
    ];
    for (case, in_slice, strikes) in cases {
        row.run("network", case, in_slice, || {
            strikes(&program, case);
            Fault::Struck
        });
    }
}

fn apart() -> Nodes {
    Nodes::start_apart(Namespaces::make(NODES).unwrap())
}

/// The two others.
fn others(node: usize) -> [usize; 2] {
    [(node + 1) % NODES, (node + 2) % NODES]
}

/// Nothing goes between a node and the others, in these directions.
fn cut(nodes: &Nodes, node: usize, is_both_ways: bool) {
    let apart = nodes.apart.as_ref().unwrap();
    for other in others(node) {
        apart.cut(node, other);
        if is_both_ways {
            apart.cut(other, node);
        }
    }
}

fn mend(nodes: &Nodes, node: usize, is_both_ways: bool) {
    let apart = nodes.apart.as_ref().unwrap();
    for other in others(node) {
        apart.mend(node, other);
        if is_both_ways {
            apart.mend(other, node);
        }
    }
}

/// The leader is cut off from the others; the buyers reach all of them.
fn leader(program: &Program, case: &str) {
    cut_leader(program, case, true);
}

/// What it sends is lost, and what is sent to it comes.
fn one_way(program: &Program, case: &str) {
    cut_leader(program, case, false);
}

fn cut_leader(program: &Program, case: &str, is_both_ways: bool) {
    let nodes = apart();
    let event = event_on(program, &nodes, STOCK);
    under_load(case, &event, || {
        let leader = nodes.leader();
        cut(&nodes, leader, is_both_ways);
        event.goes_on();
        let now = eventually("another one leads", || {
            let now = nodes.leader();
            (now != leader).then_some(now)
        });
        assert_ne!(now, leader);
        mend(&nodes, leader, is_both_ways);
        nodes.wait_until_well();
    });
}

/// Nothing that the leader sends comes to the buyers: they are answered by the others.
fn buyers(program: &Program, case: &str) {
    let nodes = apart();
    let event = event_on(program, &nodes, STOCK);
    under_load(case, &event, || {
        let leader = nodes.leader();
        let apart = nodes.apart.as_ref().unwrap();
        apart.cut_from_buyers(leader, true);
        let alone = event.by(&nodes.address("gala", &[leader]));
        assert_ne!(alone.json("query").0, 0, "it is not reached");
        event.goes_on();
        apart.cut_from_buyers(leader, false);
    });
}

/// Who asks a node alone that is cut off from the others is not told what was so once.
fn asked_alone(program: &Program, _: &str) {
    let nodes = apart();
    let event = event_on(program, &nodes, 9);
    let mut answered = event.buys("ann");
    let node = others(nodes.leader())[0];
    cut(&nodes, node, true);
    answered.extend(event.by(&nodes.address("gala", &others(node))).buys("bob"));
    let alone = event.by(&nodes.address("gala", &[node]));
    for line in ["query", "sales", "book eve --wait 1s"] {
        let (code, told) = alone.json(line);
        assert_ne!(code, 0, "{line}: {told:#}");
    }
    mend(&nodes, node, true);
    nodes.wait_until_well();
    assert_eq!(eventually("it is asked again", || alone.sold()), 2);
    event.assert_exact(&answered, 9);
}
