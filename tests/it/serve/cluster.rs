//! Two services of one event on a cluster, whose leader is killed while they sell.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;

use super::client::Server;
use super::load::{Outcome, retry, rush};
use super::reads::Follower;
use crate::cluster::nodes::Nodes;
use crate::harness::{TestEvent, eventually};

const CLIENTS: usize = 600;
const STOCK: u64 = 400;

fn id(body: &str) -> String {
    let answer: Value = serde_json::from_str(body).unwrap();
    answer["sale"]["id"].as_str().unwrap().to_owned()
}

/// What was answered as sold.
fn sold(outcomes: &[Outcome]) -> HashSet<String> {
    let sold = outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Answered {
            status: 200 | 201,
            body,
            ..
        } => Some(id(body)),
        _ => None,
    });
    sold.collect()
}

/// The same clients with the same keys order at both services.
#[test]
fn two_services_sell_exactly_what_there_is_while_the_leader_is_killed_twice() {
    let Some(mut nodes) = Nodes::start() else {
        eprintln!("skipped: no etcd and etcdctl here that make a cluster");
        return;
    };
    let event = || TestEvent::empty().at(nodes.address("gala"));
    let (event, other_place) = (event(), event());
    assert_eq!(event.json(&format!("init {STOCK}")).0, 0);
    let services = [Server::start(&event, ""), Server::start(&other_place, "")];
    let addresses = [0, 1].map(|at: usize| services[at].address.parse::<SocketAddr>().unwrap());
    let mut follower = Follower::of(&services[0], "");
    let following = std::thread::spawn(move || {
        let mut lefts = Vec::new();
        while lefts.last() != Some(&0) {
            lefts.push(follower.count().1);
        }
        lefts
    });
    let rushes = addresses.map(|address| {
        std::thread::spawn(move || rush(&[address], CLIENTS, Duration::from_secs(4)).unwrap())
    });
    for many in [STOCK / 8, STOCK / 2] {
        eventually("so many are sold", || {
            let (code, state) = event.json("query");
            (code == 0 && state["sold"].as_u64().unwrap() >= many).then_some(())
        });
        let leader = nodes.leader();
        nodes.restart(leader);
        eventually("it goes on", || {
            nodes
                .etcdctl(&["put", "well", "yes"])
                .status
                .success()
                .then_some(())
        });
    }
    let answered = rushes.map(|rush| sold(&rush.join().unwrap()));
    let told = retry(&addresses[1..], CLIENTS, 32).unwrap();
    for (number, outcome) in told.iter().enumerate() {
        let Outcome::Answered {
            status: 200 | 201 | 409,
            ..
        } = outcome
        else {
            panic!("client {number}: {outcome:?}");
        };
    }
    let told = sold(&told);
    assert_eq!(told.len() as u64, STOCK);
    for answered in &answered {
        assert!(told.is_superset(answered), "an answer was taken back");
    }
    let audit = event.json("audit").1;
    assert_eq!(
        (&audit["ok"], &audit["sold"]),
        (&true.into(), &STOCK.into()),
        "{audit:#}"
    );
    let lefts = following.join().unwrap();
    assert!(lefts.is_sorted_by(|before, now| before > now), "{lefts:?}");
}
