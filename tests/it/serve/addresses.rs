//! Limits by address, and whom the service believes which address it is.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use super::client::{Answer, Client, Server, bearer, command};
use super::page::made;
use crate::harness::{TestEvent, signal};

const ORDER: &str = r#"{"buyer":"bob","quantity":1}"#;

fn sell_from(server: &Client, key: &str, forwarded: &str) -> Answer {
    let headers = [
        &format!("Idempotency-Key: {key}"),
        &format!("X-Forwarded-For: {forwarded}"),
    ];
    server.call("POST /api/v1/sales", &headers.map(String::as_str), ORDER)
}

#[track_caller]
fn is_too_many(answer: &Answer) {
    answer.is_problem(429, "too_many_requests");
    let wait = answer
        .head
        .lines()
        .find_map(|line| line.strip_prefix("retry-after: "));
    let wait: u64 = wait.unwrap().parse().unwrap();
    assert!((1..=61).contains(&wait), "{answer:?}");
}

#[test]
fn a_trusted_proxy_says_who_calls_and_only_its_own_word_counts() {
    let event = TestEvent::stock(100);
    let server = Server::start(&event, "--per-address 2/min --trust-proxy");
    for key in ["a", "b"] {
        sell_from(&server, key, "203.0.113.9").is(201);
    }
    is_too_many(&sell_from(&server, "c", "203.0.113.9"));
    // What a client makes up stands to the left.
    is_too_many(&sell_from(&server, "c", "198.51.100.7, 203.0.113.9"));
    sell_from(&server, "c", "203.0.113.9, 198.51.100.7").is(201);
    // One customer has a whole /64.
    for (key, address) in [("d", "2001:db8::1"), ("e", "2001:db8::2")] {
        sell_from(&server, key, address).is(201);
    }
    is_too_many(&sell_from(&server, "f", "2001:db8::3"));
    // Without an address, or with none that makes sense, it is a process of this machine.
    for number in 0..5 {
        server.sell(&format!("g{number}"), "bob", 1).is(201);
        sell_from(&server, &format!("h{number}"), "somebody").is(201);
    }
    // Reads are not counted.
    for _ in 0..5 {
        let header = ["X-Forwarded-For: 203.0.113.9"];
        server.call("GET /api/v1/event", &header, "").is(200);
    }
    assert_eq!(event.sales().len(), 15);
}

#[test]
fn without_a_trusted_proxy_this_machine_is_not_counted() {
    let event = TestEvent::stock(100);
    let server = Server::start(&event, "--per-address 2/min");
    for number in 0..5 {
        sell_from(&server, &format!("a{number}"), "203.0.113.9").is(201);
    }
}

#[test]
fn another_machine_is_counted_by_its_own_address_whatever_it_says() {
    let Some(address) = own_address() else {
        return eprintln!("skipped: this machine has no address but that of itself");
    };
    let event = TestEvent::stock(100);
    let server = {
        let arguments = "--listen 0.0.0.0:0 --per-address 2/min --trust-proxy";
        Server::run(&event, command(&event, arguments))
    };
    let port = server.address.rsplit(':').next().unwrap();
    let far = Client {
        address: format!("{address}:{port}"),
    };
    for (key, forwarded) in [("a", "198.51.100.1"), ("b", "198.51.100.2")] {
        sell_from(&far, key, forwarded).is(201);
    }
    is_too_many(&sell_from(&far, "c", "198.51.100.3"));
    far.get("/metrics").is_problem(401, "unauthorized");
}

#[test]
fn who_listens_everywhere_is_told_what_to_tell_others() {
    let event = TestEvent::stock(1);
    for (options, told) in [
        ("--listen 0.0.0.0:0", true),
        ("--listen 127.0.0.1:0", false),
        ("--listen 0.0.0.0:0 --public-url https://a.example", false),
    ] {
        let arguments = ["serve"].into_iter().chain(options.split(' '));
        let mut command = event.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut next = || lines.next().unwrap().unwrap();
        let (listening, _event) = (next(), next());
        let port = listening.rsplit(':').next().unwrap();
        if told {
            let others = next();
            match own_address() {
                Some(address) => assert!(
                    others.contains(&format!(" http://{address}:{port},")),
                    "{others}"
                ),
                None => assert!(others.contains("the address of this machine"), "{others}"),
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(lines.next().is_none(), "{options}");
    }
}

/// One order, and one visitor who comes again and again, are each to be limited.
#[test]
fn who_sells_without_limits_is_told_so_at_the_start() {
    for (settings, options, told) in [
        ("30", "", true),
        ("30 --max-per-sale 6", "", false),
        ("30 --max-per-buyer 6", "", true),
        ("30 --hold 0s", "", false),
        ("30", "--per-address 30/min", false),
        ("30", "--log json", false),
    ] {
        let event = made(settings);
        let arguments = ["serve", "--listen", "127.0.0.1:0"].into_iter();
        let mut command = event.command(arguments.chain(options.split_ascii_whitespace()));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.next().unwrap().unwrap().starts_with("listening"));
        signal(i32::try_from(child.id()).unwrap(), "TERM");
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{ended:?}");
        let text = String::from_utf8(ended.stderr).unwrap();
        let note = "note: one visitor can hold all that is left: 'tickets -f ";
        assert_eq!(text.contains(note), told, "{settings} {options}: {text}");
        assert_eq!(
            text.contains(" set --max-per-sale 6' limits"),
            told,
            "{text}"
        );
    }
}

/// The address by which this machine would reach another one; nothing is sent.
fn own_address() -> Option<std::net::IpAddr> {
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("198.51.100.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}

#[test]
fn who_guesses_tokens_or_keys_is_slowed_and_nobody_else_is() {
    let event = TestEvent::stock(100);
    let server = Server::start(&event, "--trust-proxy");
    let sale = server.sell("right-key", "bob", 1).is(201);
    let sale = sale["sale"]["id"].as_str().unwrap();
    let find = format!("GET /api/v1/sales/{sale}");
    let right = [
        ("GET /api/v1/audit", bearer()),
        (find.as_str(), "Idempotency-Key: right-key".to_owned()),
    ];
    let wrong = [
        "Authorization: Bearer 0123456789abcdeX",
        "Idempotency-Key: wrong-key",
    ];
    let codes = [(401, "unauthorized"), (404, "refused")];
    for (at, (request, header)) in right.iter().enumerate() {
        let from = |address: &str| format!("X-Forwarded-For: {address}");
        let (guesser, other) = (from(&format!("203.0.113.{at}")), from("198.51.100.1"));
        let (status, code) = codes[at];
        let mut tried = 0;
        while tried < 40 {
            let answer = server.call(request, &[wrong[at], &guesser], "");
            if answer.status == 429 {
                is_too_many(&answer);
                break;
            }
            answer.is_problem(status, code);
            tried += 1;
        }
        assert!((10..40).contains(&tried), "{tried}");
        // Nor is it told when it tried right.
        is_too_many(&server.call(request, &[header, &guesser], ""));
        server.call(request, &[header, &other], "").is(200);
        // It buys all the same.
        sell_from(&server, &format!("k{at}"), &format!("203.0.113.{at}")).is(201);
    }
}

#[test]
fn metrics_are_for_this_machine_itself_and_for_those_who_have_a_token() {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, "--trust-proxy");
    server.sell("a", "bob", 1).is(201);
    let told = server.get("/metrics");
    for line in [
        "# TYPE tickets_requests_total counter",
        "tickets_left{event=\"tickets\"} 2",
        "tickets_sold{event=\"tickets\"} 1",
        "tickets_sound{event=\"tickets\"} 1",
        "tickets_requests_total{method=\"POST\",route=\"/api/v1/sales\",status=\"201\"} 1",
    ] {
        assert!(told.body.contains(line), "{told:?}");
    }
    for header in [
        "X-Forwarded-For: 127.0.0.1",
        "Forwarded: for=127.0.0.1",
        "X-Real-IP: ::1",
        "Via: 1.1 proxy",
    ] {
        server
            .call("GET /metrics", &[header], "")
            .is_problem(401, "unauthorized");
        assert_eq!(
            server.call("GET /metrics", &[header, &bearer()], "").status,
            200
        );
    }
}
