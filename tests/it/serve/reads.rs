//! Reads: the count, and the stream of its changes.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Instant;

use serde_json::Value;

use super::client::{Client, Server};
use crate::harness::TestEvent;

/// A client that follows the count.
pub(super) struct Follower(BufReader<TcpStream>);

impl Follower {
    pub(super) fn of(server: &Client, header: &str) -> Self {
        let mut stream = server.connect();
        let request = format!("GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n{header}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        Self(BufReader::new(stream))
    }

    /// The next line that is not empty.
    pub(super) fn line(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "it ended");
            if !line.trim().is_empty() {
                return line.trim().to_owned();
            }
        }
    }

    /// The next count: the id, and how many are left.
    pub(super) fn count(&mut self) -> (u64, u64) {
        loop {
            let line = self.line();
            let Some(id) = line.strip_prefix("id: ") else {
                continue;
            };
            let data = self.line();
            let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
            return (id.parse().unwrap(), data["left"].as_u64().unwrap());
        }
    }
}

#[test]
fn a_count_that_is_known_is_not_sent_again() {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, "");
    let first = server.get("/api/v1/event");
    let mut lines = first.head.lines();
    let tag = lines.find_map(|line| line.strip_prefix("etag: w/\""));
    let tag = tag.unwrap().trim_end_matches('"').to_owned();
    let ask = |tags: &str| {
        server.call(
            "GET /api/v1/event",
            &[&format!("If-None-Match: {tags}")],
            "",
        )
    };
    for known in [
        format!("W/\"{tag}\""),
        format!("\"{tag}\""),
        format!("\"other\", W/\"{tag}\""),
        "*".to_owned(),
    ] {
        let answer = ask(&known);
        assert_eq!((answer.status, answer.body.as_str()), (304, ""), "{known}");
        assert!(answer.head.contains(&tag), "{answer:?}");
    }
    ask("\"other\"").is(200);
    assert_eq!(event.run("book cli").code, Some(0));
    // The sale of a command is another count at once.
    assert_eq!(ask(&format!("\"{tag}\"")).is(200)["left"], 2);
}

#[test]
fn a_follower_is_told_the_count_and_each_change_and_misses_none_when_it_comes_back() {
    let event = TestEvent::stock(9);
    let server = Server::start(&event, "");
    let mut follower = Follower::of(&server, "");
    assert_eq!(follower.count().1, 9);
    server.sell("a", "bob", 1).is(201);
    // Before its first sale the event gets a line that says what there is.
    let (seen, left) = std::iter::repeat_with(|| follower.count())
        .find(|count| count.1 != 9)
        .unwrap();
    assert_eq!((seen, left), (2, 8));
    drop(follower);
    assert_eq!(event.run("book cli --quantity 2").code, Some(0));
    let mut again = Follower::of(&server, &format!("Last-Event-ID: {seen}\r\n"));
    assert_eq!(again.count(), (3, 6));
    let mut other = Follower::of(&server, "Last-Event-ID: what?\r\n");
    assert_eq!(other.count(), (3, 6));
    // Also a change by a command is told.
    assert_eq!(event.run("cancel 2").code, Some(0));
    assert_eq!((again.count(), other.count()), ((4, 7), (4, 7)));
}

#[test]
fn however_fast_one_sells_a_follower_is_told_a_few_times_a_second() {
    let event = TestEvent::stock(100);
    let server = Server::start(&event, "");
    let start = Instant::now();
    let mut follower = Follower::of(&server, "");
    let mut told = 1;
    assert_eq!(follower.count().1, 100);
    for number in 0..100 {
        server.sell(&format!("k{number}"), "bob", 1).is(201);
    }
    while follower.count().1 > 0 {
        told += 1;
    }
    let seconds = start.elapsed().as_secs_f64();
    assert!(
        f64::from(told) <= 5.0 * seconds + 2.0,
        "{told} in {seconds} s"
    );
}

#[test]
fn a_follower_of_what_does_not_change_hears_that_the_service_lives() {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, "");
    let mut follower = Follower::of(&server, "");
    assert_eq!(follower.count().1, 3);
    // Between the events stand the lengths of the parts.
    while follower.line() != "event: alive" {}
}

/// The next event of this name: its data.
fn named(stream: &mut Follower, name: &str) -> String {
    let event = format!("event: {name}");
    while stream.line() != event {}
    let data = stream.line();
    data.strip_prefix("data: ").unwrap().to_owned()
}

#[test]
fn a_stream_is_heard_where_nothing_changes_and_tells_of_other_settings() {
    let event = TestEvent::empty();
    assert_eq!(event.run("init 3 --max-per-sale 2").code, Some(0));
    let server = Server::start(&event, "");
    let page = server.page("/");
    let mut stream = Follower::of(&server, "");
    assert_eq!(stream.count().1, 3);
    let first = named(&mut stream, "rules");
    page.says(200, &[&format!("data-rules=\"{first}\"")]);
    // A sale is none, and what is set back is as before.
    event.booked("bob");
    assert_eq!(stream.count().1, 2);
    assert_eq!(event.run("set --max-per-sale 1").code, Some(0));
    assert_eq!(stream.count().1, 2);
    let other = named(&mut stream, "rules");
    assert_ne!(first, other);
    assert_eq!(event.run("set --max-per-sale 2").code, Some(0));
    assert_eq!(named(&mut stream, "rules"), first);
    // A script sees what has a name and data, and no comment.
    assert!(!named(&mut stream, "alive").is_empty());
}
