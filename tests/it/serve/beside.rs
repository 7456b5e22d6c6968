//! Commands beside the service, on the same files.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use super::client::{Server, Told, told, written};
use crate::harness::{TestEvent, foreign_lock};

#[test]
fn eight_commands_and_eight_clients_sell_exactly_what_there_is() {
    let event = TestEvent::stock(10);
    let server = Server::start(&event, "");
    let (commands, clients) = thread::scope(|scope| {
        let server = &server;
        let clients: Vec<_> = (0..8)
            .map(|at| scope.spawn(move || buy_and_look(server, at)))
            .collect();
        let lines = (0..8).map(|at| format!("book cli --key c{at}"));
        let commands = event.at_once(lines);
        let clients: Vec<_> = clients.into_iter().map(|it| it.join().unwrap()).collect();
        (commands, clients)
    });
    let mut sold: Vec<Told> = clients.into_iter().flatten().collect();
    for (code, document) in &commands {
        assert!([0, 3].contains(code), "{commands:?}");
        if *code == 0 {
            sold.push(told(document));
        }
    }
    // Each was told what its own line says.
    sold.sort_by_key(|(_, left)| std::cmp::Reverse(*left));
    let lines = written(&event.sales());
    assert_eq!(sold, lines);
    assert_eq!(lines.len(), 10);
    assert_eq!(server.get("/api/v1/event").is(200)["left"], 0);
    event.assert_adds_up();
}

/// Buys one, and looks at once how many are left.
fn buy_and_look(server: &Server, at: usize) -> Option<Told> {
    let answer = server.sell(&format!("w{at}"), "web", 1);
    let seen = server.get("/api/v1/event").is(200)["left"]
        .as_u64()
        .unwrap();
    if answer.status == 409 {
        assert_eq!(seen, 0);
        return None;
    }
    let sold = told(&answer.is(201));
    assert!(seen <= sold.1, "{seen} seen after {sold:?}");
    Some(sold)
}

#[test]
fn a_key_of_a_command_is_known_to_the_service_and_the_other_way_round() {
    let event = TestEvent::stock(30);
    assert_eq!(event.run("book bob --key before").code, Some(0));
    let server = Server::start(&event, "--clerks 2");
    assert_eq!(server.sell("before", "bob", 1).is(200)["replayed"], true);
    for round in 0..5 {
        // The service has read the ledger up to here.
        server.sell(&format!("w{round}"), "bob", 1).is(201);
        let key = format!("c{round}");
        let id = event.booked(&format!("bob --key {key}"));
        for _ in 0..3 {
            let again = server.sell(&key, "bob", 1).is(200);
            assert_eq!(
                (&again["sale"]["id"], &again["replayed"]),
                (&id.clone().into(), &true.into())
            );
        }
        server.sell(&key, "bob", 2).is_problem(422, "refused");
        let (_, again) = event.json(&format!("book bob --key w{round}"));
        assert_eq!(again["replayed"], true, "{again}");
        assert_eq!(event.run(&format!("cancel {id}")).code, Some(0));
        server.sell(&key, "bob", 1).is_problem(409, "cancelled");
    }
    // Another ledger knows none of them.
    assert_eq!(event.run("reset 30 --force").code, Some(0));
    for key in ["before", "c0", "w0"] {
        server.sell(key, "bob", 1).is(201);
        assert_eq!(server.sell(key, "bob", 1).is(200)["replayed"], true);
    }
    assert_eq!(server.get("/api/v1/event").is(200)["left"], 27);
    event.assert_adds_up();
}

/// As `cp` does, which leaves the file that the service has read: what it knows of its keys is void.
#[test]
fn a_ledger_that_was_copied_over_in_place_is_another_one() {
    let event = TestEvent::stock(30);
    event.booked("bob --key first");
    let files = ["tickets.ledger.jsonl", "tickets.json"];
    let other = TestEvent::empty();
    for name in files {
        fs::copy(event.path(name), other.path(name)).unwrap();
    }
    let server = Server::start(&event, "--clerks 1");
    for key in ["aa", "bb", "cc", "dd"] {
        server.sell(key, "bob", 1).is(201);
    }
    assert_eq!(server.sell("dd", "bob", 1).is(200)["replayed"], true);
    // Shorter than what is known of the first, with one of its keys on an earlier line, which is as long.
    let ids = ["bb", "xx"].map(|key| (key, other.booked(&format!("bob --key {key}"))));
    for name in files {
        fs::write(event.path(name), fs::read(other.path(name)).unwrap()).unwrap();
    }
    for (key, id) in ids {
        let again = server.sell(key, "bob", 1).is(200);
        assert_eq!(again["sale"]["id"], id, "{again}");
    }
    for key in ["aa", "cc"] {
        server.sell(key, "bob", 1).is(201);
    }
    assert_eq!(server.get("/api/v1/event").is(200)["left"], 25);
    event.assert_adds_up();
}

/// `examples/buy_over_http.py`: sells once, however often it has to try.
#[test]
fn a_small_client_in_python_tries_again_until_it_has_its_answer() {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, "");
    server.sell("first", "bob", 1).is(201);
    let held = foreign_lock(&event.path("tickets.json.lock"));
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/buy_over_http.py");
    let python = Command::new("python3")
        .arg(example)
        .args([&format!("http://{}", server.address), "alice", "2"])
        .stdout(Stdio::piped())
        .spawn();
    let Ok(python) = python else {
        return eprintln!("skipped: no python3 here");
    };
    server.has_logged("status=503");
    drop(held);
    let output = python.wait_with_output().unwrap();
    let sold = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{sold}");
    let sales = event.sales();
    assert_eq!(sales.len(), 2, "{sales:?}");
    assert_eq!(
        (&sales[1]["buyer"], &sales[1]["quantity"]),
        (&"alice".into(), &2.into())
    );
    assert!(sold.contains(sales[1]["id"].as_str().unwrap()), "{sold}");
}

#[test]
fn the_small_client_in_python_says_what_it_wants() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/buy_over_http.py");
    for words in [&[][..], &["http://127.0.0.1:1", "ann", "two"]] {
        let Ok(output) = Command::new("python3").arg(&example).args(words).output() else {
            return eprintln!("skipped: no python3 here");
        };
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.code() == Some(1)
                && told.starts_with("Buys from `tickets serve`: buy_over_http.py "),
            "{told}"
        );
    }
}
