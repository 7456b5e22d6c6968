//! Many arrive at once, and some of them go again.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::Value;

use super::client::Server;
use super::load::{Manner, Outcome, retry, rush};
use crate::harness::TestEvent;

const CLIENTS: usize = 1000;
const STOCK: usize = 200;

#[test]
fn a_thousand_arrive_at_once_and_exactly_what_there_is_is_sold() {
    let event = TestEvent::stock(STOCK as u64);
    let server = Server::start(&event, "");
    let address = server.address.parse().unwrap();
    let first = rush(&[address], CLIENTS, Duration::from_millis(100)).unwrap();
    let mut answered = HashSet::new();
    for (number, outcome) in first.iter().enumerate() {
        match (outcome, Manner::of(number)) {
            (
                Outcome::Answered {
                    status: 201, body, ..
                },
                Manner::Waits,
            ) => {
                assert!(answered.insert(id(body)), "sold twice: {body}");
            }
            (
                Outcome::Answered {
                    status: 409 | 503, ..
                },
                Manner::Waits,
            )
            | (Outcome::Gone, Manner::Leaves | Manner::BreaksOff) => {}
            other => panic!("client {number}: {other:?}"),
        }
    }
    assert!(
        ids(&event).is_superset(&answered),
        "sold, and not on the ledger"
    );
    for number in (0..CLIENTS).filter(|number| Manner::of(*number) == Manner::BreaksOff) {
        assert!(
            !has_bought(&event, number),
            "half an order was sold: {number}"
        );
    }
    let again = retry(&[address], CLIENTS, 32).unwrap();
    let mut sold = HashSet::new();
    for (number, outcome) in again.iter().enumerate() {
        match outcome {
            Outcome::Answered {
                status: 200 | 201,
                body,
                ..
            } => {
                assert!(sold.insert(id(body)), "sold twice: {body}");
            }
            Outcome::Answered { status: 409, .. } => {}
            other => panic!("client {number}: {other:?}"),
        }
    }
    assert_eq!(sold.len(), STOCK);
    assert!(sold.is_superset(&answered), "an answer was taken back");
    assert_eq!(ids(&event), sold);
    event.assert_adds_up();
}

fn id(body: &str) -> String {
    let answer: Value = serde_json::from_str(body).unwrap();
    answer["sale"]["id"].as_str().unwrap().to_owned()
}

fn ids(event: &TestEvent) -> HashSet<String> {
    let ids = event.sales().into_iter();
    ids.map(|sale| sale["id"].as_str().unwrap().to_owned())
        .collect()
}

fn has_bought(event: &TestEvent, number: usize) -> bool {
    let key = format!("rush-{number}");
    event.sales().iter().any(|sale| sale["key"] == key.as_str())
}
