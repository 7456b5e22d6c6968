//! No count is older than an answer: what a client or a command was told is counted by whoever looks from then on.

use std::thread;

use serde_json::{Value, json};

use super::client::{Client, Server};
use super::reads::Follower;
use crate::harness::{TestEvent, eventually, flocks, foreign_lock};

/// How many clients, and how many commands, buy at once.
const BUYERS: usize = 4;

/// How often a client tries again whose order was not begun in time.
const TRIES: usize = 100;

/// The last line of a ledger, and how many were left then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Counted {
    seq: u64,
    left: u64,
}

impl Counted {
    /// Of the answer to a sale: its id begins with the number of its line.
    #[track_caller]
    fn of(answer: &Value) -> Self {
        let id = answer["sale"]["id"].as_str();
        let seq = id.and_then(|id| id.split('-').next()?.parse().ok());
        Self {
            seq: seq.unwrap_or_else(|| panic!("no sale: {answer}")),
            left: left(answer),
        }
    }

    /// Of a look by the stream, which tells the line.
    fn by_stream(client: &Client) -> Self {
        let (seq, left) = Follower::of(client, "").count();
        Self { seq, left }
    }
}

#[track_caller]
fn left(answer: &Value) -> u64 {
    let left = answer["left"].as_u64();
    left.unwrap_or_else(|| panic!("nothing is left: {answer}"))
}

/// How many are left, for a client that asks, and for a command.
#[track_caller]
fn looks(event: &TestEvent, client: &Client) -> [u64; 2] {
    let got = client.get("/api/v1/event").is(200);
    let (code, query) = event.json("query");
    assert_eq!(code, 0, "{query:#}");
    [left(&got), left(&query)]
}

/// One change after another, by two services and by commands.
#[test]
pub(crate) fn whoever_looks_after_an_answer_finds_it_counted() {
    let event = TestEvent::stock(100);
    let services = [
        Server::start(&event, "--clerks 1"),
        Server::start(&event, "--clerks 2"),
    ];
    let [one, two] = &services;
    let is_counted = |answer: &Value| {
        let counted = Counted {
            seq: event.ledger().len() as u64,
            left: left(answer),
        };
        for service in &services {
            assert_eq!(looks(&event, service), [counted.left; 2], "{answer}");
            assert_eq!(Counted::by_stream(service), counted, "{answer}");
        }
    };
    let command = |line: &str| {
        let (code, answer) = event.json(line);
        assert_eq!(code, 0, "{line}: {answer:#}");
        is_counted(&answer);
        answer
    };
    for round in 0..3 {
        let key = |name: &str| format!("{name}{round}");
        is_counted(&one.sell(&key("a"), "bob", 2).is(201));
        let sold = command(&format!("book eve --quantity 3 --key {}", key("b")));
        is_counted(&two.sell(&key("c"), "bob", 1).is(201));
        let id = sold["sale"]["id"].as_str().unwrap();
        let cancel = format!("/api/v1/sales/{id}/cancel");
        is_counted(&one.managed(&cancel, &key("d"), r#"{"quantity":1}"#).is(200));
        command("adjust +4 --reason chairs");
        command(&format!("cancel {id}"));
        is_counted(&two.sell(&key("e"), "bob", 5).is(201));
    }
    // Another ledger, whose numbers are lower.
    assert_eq!(event.run("reset 7 --force").code, Some(0));
    is_counted(&json!({"left": 7}));
    is_counted(&two.sell("a0", "bob", 1).is(201));
    event.assert_adds_up();
}

/// All look just before, so that whatever is kept of a look is old; then the lock is free, and each looks as soon as it
/// is answered.
#[test]
fn of_those_who_waited_for_one_lock_each_finds_its_own_sale_counted() {
    let event = TestEvent::stock(100);
    event.booked("first");
    let server = Server::start(&event, &format!("--clerks {BUYERS}"));
    for round in 0..3 {
        let lock = event.path("tickets.json.lock");
        let held = foreign_lock(&lock);
        let before = left(&event.json("query").1);
        thread::scope(|scope| {
            let (event, client) = (&event, &*server);
            for at in 0..BUYERS {
                let key = format!("{round}-{at}");
                let by_command = format!("book eve --wait 300s --key c{key}");
                scope.spawn(move || finds_its_own(event, client, &by_client(client, &key)));
                scope.spawn(move || {
                    let (code, answer) = event.json(&by_command);
                    assert_eq!(code, 0, "{answer:#}");
                    finds_its_own(event, client, &answer);
                });
            }
            // A clerk who waits may have several orders to sell.
            eventually("all wait for the lock", || {
                let waiting = flocks(&lock).iter().filter(|(_, waits)| *waits).count();
                (waiting > BUYERS).then_some(())
            });
            // Nobody who looks waits for them.
            assert_eq!(looks(event, client), [before; 2]);
            assert_eq!(Counted::by_stream(client).left, before);
            drop(held);
        });
        let after = before - 2 * BUYERS as u64;
        assert_eq!(looks(&event, &server), [after; 2]);
    }
    event.assert_adds_up();
}

/// Buys one; an order that was not begun in time is sent again.
fn by_client(client: &Client, key: &str) -> Value {
    let mut answers = (0..TRIES).map(|_| client.sell(key, "bob", 1));
    let answer = answers.find(|answer| answer.status != 503);
    answer.expect("never begun").is(201)
}

/// Others only buy: there is no more left than it was told, and no line is missing.
#[track_caller]
fn finds_its_own(event: &TestEvent, client: &Client, answer: &Value) {
    let sold = Counted::of(answer);
    let seen = looks(event, client);
    assert!(
        seen.iter().all(|left| *left <= sold.left),
        "{seen:?} after {answer}"
    );
    let seen = Counted::by_stream(client);
    assert!(
        seen.seq >= sold.seq && seen.left <= sold.left,
        "{seen:?} after {answer}"
    );
}
