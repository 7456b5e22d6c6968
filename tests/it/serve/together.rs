//! Orders that wait behind one another are sold in one commit, and each is answered for itself.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;

use super::client::{Answer, Server, exchange, order, told, written};
use crate::harness::{ForeignLock, TestEvent, eventually, flocks, foreign_lock};

/// A service whose only clerk has taken the order of somebody, and waits for the lock with it.
struct Held {
    event: TestEvent,
    server: Server,
    lock: ForeignLock,
    first: TcpStream,
}

impl Held {
    fn of(stock: u64, settings: &str) -> Self {
        let event = TestEvent::stock(stock);
        event.booked("before");
        if !settings.is_empty() {
            assert_eq!(event.run(&format!("set {settings}")).code, Some(0));
        }
        let server = Server::start(&event, "--clerks 1");
        let name = event.path("tickets.json.lock");
        let lock = foreign_lock(&name);
        let first = sent(&server, &order("first", "first"));
        eventually("the clerk waits for the lock", || {
            flocks(&name).iter().any(|(_, waits)| *waits).then_some(())
        });
        Self {
            event,
            server,
            lock,
            first,
        }
    }

    /// So many orders wait for the clerk.
    fn wait(&self, orders: usize) {
        let gauge = format!("tickets_queue{{event=\"tickets\"}} {orders}\n");
        eventually("they wait for the clerk", || {
            let metrics = self.server.get("/metrics");
            metrics.body.contains(&gauge).then_some(())
        });
    }
}

fn sent(server: &Server, request: &[u8]) -> TcpStream {
    let mut stream = server.connect();
    stream.write_all(request).unwrap();
    stream
}

fn answered(mut stream: TcpStream) -> Answer {
    exchange(&mut stream, b"")
}

/// The numbers of the lines that these ids are of.
fn numbers(ids: impl Iterator<Item = String>) -> Vec<u64> {
    ids.map(|id| id.split_once('-').unwrap().0.parse().unwrap())
        .collect()
}

#[test]
fn sixty_four_at_once_buy_exactly_what_there_is_and_each_its_own_line() {
    let held = Held::of(42, "");
    let streams: Vec<_> = (0..64)
        .map(|at| sent(&held.server, &order(&format!("k{at}"), &format!("b{at}"))))
        .collect();
    held.wait(64);
    drop(held.lock);
    assert_eq!(answered(held.first).status, 201);
    let answers: Vec<Answer> = thread::scope(|scope| {
        let answers: Vec<_> = streams
            .into_iter()
            .map(|stream| scope.spawn(move || answered(stream)))
            .collect();
        answers.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let mut sold = Vec::new();
    for (at, answer) in answers.iter().enumerate() {
        if answer.status == 409 {
            answer.is_problem(409, "sold_out");
            assert_eq!(answer.json()["left"], 0);
            continue;
        }
        let answer = answer.is(201);
        assert_eq!(answer["sale"]["buyer"], format!("b{at}"), "{answer}");
        sold.push(told(&answer));
    }
    assert_eq!(sold.len(), 40);
    sold.sort_by_key(|(_, left)| std::cmp::Reverse(*left));
    assert_eq!(sold, written(&held.event.sales()[2..]));
    let numbers = numbers(sold.into_iter().map(|(id, _)| id));
    assert_eq!(numbers, (4..44).collect::<Vec<_>>());
    assert_eq!(held.server.get("/api/v1/event").is(200)["left"], 0);
    held.event.assert_adds_up();
}

#[test]
fn a_key_that_waits_twice_is_sold_once_and_each_is_told_its_own() {
    let held = Held::of(20, "--max-per-buyer 2 --max-per-sale 2");
    let request = |key: &str, buyer: &str, quantity: u64| {
        let text = String::from_utf8(order(key, buyer)).unwrap();
        text.replace("\"quantity\":1", &format!("\"quantity\":{quantity}"))
            .into_bytes()
    };
    let orders = [
        ("twice", "ann", 1, 201, ""),
        ("twice", "ann", 1, 200, ""),
        ("twice", "bob", 1, 422, "refused"),
        ("once", "ANN", 2, 422, "limit"),
        ("more", "ann", 1, 201, ""),
        ("most", "ann", 1, 422, "limit"),
        ("many", "bob", 3, 422, "limit"),
        ("other", "bob", 2, 201, ""),
        ("name", "a\\nb", 1, 422, "usage"),
        ("last", "eve", 1, 201, ""),
    ];
    // One after another, so that they wait in this order.
    let mut streams = Vec::new();
    for (at, (key, buyer, quantity, ..)) in orders.iter().enumerate() {
        streams.push(sent(&held.server, &request(key, buyer, *quantity)));
        held.wait(at + 1);
    }
    drop(held.lock);
    assert_eq!(answered(held.first).is(201)["left"], 18);
    let mut left = Vec::new();
    let mut ids = Vec::new();
    for ((key, _, _, status, code), stream) in orders.iter().zip(streams) {
        let answer = answered(stream);
        if !code.is_empty() {
            answer.is_problem(*status, code);
            continue;
        }
        let told = answer.is(*status);
        assert_eq!(told["replayed"], *status == 200, "{key}: {told}");
        ids.push(told["sale"]["id"].as_str().unwrap().to_owned());
        left.push(told["left"].as_u64().unwrap());
    }
    assert_eq!(left, [17, 17, 16, 14, 13]);
    assert_eq!(ids[0], ids[1]);
    assert_eq!(numbers(ids.into_iter()), [5, 5, 6, 7, 8]);
    held.event.assert_adds_up();
}

#[test]
fn who_has_gone_is_passed_over_and_the_others_are_sold_to() {
    let held = Held::of(20, "");
    let keys = ["a", "gone-1", "b", "gone-2", "c"];
    let mut stay = Vec::new();
    for (at, key) in keys.iter().enumerate() {
        let stream = sent(&held.server, &order(key, "bob"));
        held.wait(at + 1);
        if !key.starts_with("gone") {
            stay.push(stream);
        }
    }
    eventually("two are seen to have gone", || {
        (held.server.log().matches("status=499").count() == 2).then_some(())
    });
    drop(held.lock);
    assert_eq!(answered(held.first).status, 201);
    let left: Vec<_> = stay
        .into_iter()
        .map(|stream| answered(stream).is(201)["left"].as_u64().unwrap())
        .collect();
    assert_eq!(left, [17, 16, 15]);
    let sold: Vec<_> = held.event.sales().split_off(2);
    let sold: Vec<_> = sold.iter().map(|line| line["key"].as_str()).collect();
    assert_eq!(sold, [Some("a"), Some("b"), Some("c")]);
    held.event.assert_adds_up();
}

/// The lock is another program's all the while: they are told so, and nothing is sold.
#[test]
fn while_the_lock_is_held_nothing_is_begun_and_all_are_told_to_come_again() {
    let held = Held::of(20, "");
    let streams: Vec<_> = (0..5)
        .map(|at| sent(&held.server, &order(&format!("k{at}"), "bob")))
        .collect();
    held.wait(5);
    for stream in [held.first].into_iter().chain(streams) {
        let answer = answered(stream);
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(answer.head.contains("retry-after"), "{answer:?}");
        let code = answer.json()["code"].as_str().unwrap().to_owned();
        assert!(["busy", "overloaded"].contains(&&*code), "{answer:?}");
    }
    drop(held.lock);
    assert_eq!(held.event.sales().len(), 1);
    assert_eq!(held.server.sell("k0", "bob", 1).is(201)["left"], 18);
    held.event.assert_adds_up();
}

/// A signal that comes while they wait: what was accepted is answered.
#[test]
fn told_to_end_it_sells_to_all_who_wait() {
    let held = Held::of(20, "");
    let streams: Vec<_> = (0..5)
        .map(|at| sent(&held.server, &order(&format!("k{at}"), "bob")))
        .collect();
    held.wait(5);
    held.server.terminate();
    held.server.has_logged("draining");
    drop(held.lock);
    for mut stream in [held.first].into_iter().chain(streams) {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    }
    let (code, log) = held.server.ended();
    assert_eq!(code, Some(0), "{log}");
    assert_eq!(held.event.sales().len(), 7);
    held.event.assert_adds_up();
}
