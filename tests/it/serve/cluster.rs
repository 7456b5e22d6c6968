//! Two services of one event on a cluster, whose leader is killed while they sell.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;

use super::client::Server;
use super::load::{Outcome, retry, rush};
use super::reads::Follower;
use crate::cluster::nodes::Nodes;
use crate::cluster::on_cluster;
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

/// Nothing was done, and it is no fault of the program: who orders is told to come again, and has bought once then.
#[test]
fn while_most_nodes_are_down_an_order_is_told_to_come_again() {
    let Some(mut nodes) = Nodes::start() else {
        eprintln!("skipped: no etcd and etcdctl here that make a cluster");
        return;
    };
    let event = TestEvent::empty().at(nodes.address("gala"));
    assert_eq!(event.json("init 9").0, 0);
    let server = Server::start(&event, "");
    server.sell("a", "ann", 1).is(201);
    let page_key = server.page("/").key();
    let leader = nodes.leader();
    nodes.stop(leader);
    nodes.stop((leader + 1) % 3);
    // Until the last node knows that it is alone it takes an order, and nobody can say what becomes of that.
    let mut orders = 0;
    eventually("the last node knows that it is alone", || {
        orders += 1;
        let told = server.sell(&format!("b{orders}"), "bob", 1);
        if told.status == 500 {
            told.is_problem(500, "outcome_unknown");
        }
        (told.status == 503).then_some(())
    });
    let told = server.sell("c", "carl", 2);
    told.is_problem(503, "unreachable");
    assert_eq!(told.header("retry-after"), "1");
    let detail = told.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.ends_with("nothing was changed"), "{detail}");
    // The page says so, and sends it again by itself.
    let fields = [("key", &*page_key), ("buyer", "Dora"), ("quantity", "1")];
    let page = server.submit("/book", &fields);
    page.says(
        503,
        &["Tickets cannot be sold right now", "data-wait=\"1\""],
    );
    nodes.stop((leader + 2) % 3);
    let told = server.sell("c", "carl", 2);
    told.is_problem(503, "unreachable");
    for node in 0..3 {
        nodes.restart(node);
    }
    eventually("it is sold", || {
        let told = server.sell("c", "carl", 2);
        matches!(told.status, 200 | 201).then_some(())
    });
    server.sell("c", "carl", 2).is(200);
    let sales = event.json("sales").1;
    let sales = sales["sales"].as_array().unwrap().iter();
    let carls = sales.filter(|sale| sale["buyer"] == "carl");
    assert_eq!(carls.count(), 1);
    assert_eq!(event.json("audit").0, 0);
}

#[test]
fn what_a_server_knows_of_the_event_is_no_reason_to_refuse_when_others_have_changed_it() {
    on_cluster(|| {
        let event = TestEvent::empty();
        assert_eq!(event.json("init 3").0, 0);
        let server = Server::start(&event, "");
        // It knows how the event stands from here on.
        let ann = server.sell("a", "ann", 2).is(201);
        assert_eq!(event.json("book bob --key b").0, 0);
        server.sell("c", "carl", 1).is_problem(409, "sold_out");
        // A key that another program has used.
        let again = server.sell("b", "bob", 1).is(200);
        assert_eq!(again["sale"]["buyer"], "bob", "{again:#}");
        let id = ann["sale"]["id"].as_str().unwrap();
        assert_eq!(event.json(&format!("cancel {id} --quantity 1")).0, 0);
        server.sell("d", "dora", 1).is(201);
        server.sell("d", "dora", 1).is(200);
        server.sell("a", "eve", 2).is_problem(422, "refused");
        // Somebody else is faster again and again, and it sells all the same.
        assert_eq!(event.json("adjust +20 --reason chairs").0, 0);
        for number in 0..10 {
            server.sell(&format!("e{number}"), "eve", 1).is(201);
            event.booked(&format!("other-{number}"));
        }
        server.sell("f", "finn", 1).is_problem(409, "sold_out");
        event.assert_adds_up();
        assert_eq!(event.json("audit").1["sold"], 23);
    });
}

/// Both decide by what they are told that the other one has done; whoever asks again is told of what was sold before.
#[test]
fn what_two_services_sold_in_turn_is_known_to_both() {
    on_cluster(|| {
        let event = TestEvent::empty();
        assert_eq!(event.json("init 200").0, 0);
        let other_place = TestEvent::empty().at(event.file.clone());
        let services = [Server::start(&event, ""), Server::start(&other_place, "")];
        let addresses = [0, 1].map(|at: usize| services[at].address.parse::<SocketAddr>().unwrap());
        let answered = sold(&rush(&addresses, CLIENTS, Duration::ZERO).unwrap());
        for addresses in [addresses, [addresses[1], addresses[0]]] {
            let told = sold(&retry(&addresses, CLIENTS, 64).unwrap());
            assert_eq!(told.len(), 200);
            assert!(told.is_superset(&answered), "an answer was taken back");
        }
        event.assert_adds_up();
    });
}
