//! Visitors of a soak: each kind comes again and again, does one thing from its beginning to its end, and goes.

use std::collections::VecDeque;
use std::io::Read as _;
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::client::{Answer, ask, begin};
use crate::Result;

/// How many follow the count at once.
const FOLLOWERS: usize = 8;

/// The kinds, by what they do. What is told is by how many tickets more are sold than before.
const KINDS: [fn(&mut Visitor, usize) -> Result<i64>; 6] = [
    Visitor::buys,
    Visitor::holds,
    Visitor::visits_the_page,
    Visitor::follows,
    Visitor::looks,
    Visitor::breaks_off,
];

/// A visitor that comes again and again.
struct Visitor {
    address: SocketAddr,
    /// A word that no other visit has in its keys.
    word: String,
    streams: VecDeque<TcpStream>,
}

/// Lets all kinds come until that moment, each so many times a second. How many visits there were, and by how many tickets more
/// are sold.
pub(super) fn come(
    address: SocketAddr,
    word: &str,
    rate: f64,
    until: Instant,
) -> Result<(usize, i64)> {
    let came = thread::scope(|scope| {
        let kinds = KINDS.iter().enumerate();
        let threads = kinds.map(|(number, does)| {
            let mut visitor = Visitor {
                address,
                word: format!("{word}-{number}"),
                streams: VecDeque::new(),
            };
            scope.spawn(move || visitor.comes(*does, rate, until))
        });
        let threads: Vec<_> = threads.collect();
        let ends = threads.into_iter().map(|thread| {
            let ended = thread.join();
            ended.unwrap_or_else(|_| Err("a visitor made a mistake".to_owned()))
        });
        ends.collect::<Vec<_>>()
    });
    came.into_iter().try_fold((0, 0), |(visits, sold), it| {
        it.map(|(more, bought)| (visits + more, sold + bought))
    })
}

impl Visitor {
    fn comes(
        &mut self,
        does: fn(&mut Self, usize) -> Result<i64>,
        rate: f64,
        until: Instant,
    ) -> Result<(usize, i64)> {
        let began = Instant::now();
        let (mut visits, mut sold) = (0, 0);
        while Instant::now() < until {
            sold += does(self, visits)?;
            visits += 1;
            let next = began + Duration::from_secs_f64(visits as f64 / rate);
            thread::sleep(next.min(until).saturating_duration_since(Instant::now()));
        }
        Ok((visits, sold))
    }

    /// An order of the API, with a key of its own.
    fn order(&self, request: &str, key: &str, body: &str) -> Result<Answer> {
        let keys = [
            "Content-Type: application/json",
            &format!("Idempotency-Key: {key}"),
            &format!("Sale-Key: {}", key.trim_end_matches("-end")),
        ];
        ask(self.address, request, &keys, body)
    }

    /// Buys, looks at the sale, and cancels it every second time.
    fn buys(&mut self, visit: usize) -> Result<i64> {
        let key = format!("{}-{visit}", self.word);
        let body = r#"{"buyer":"Ann","quantity":2}"#;
        let sold = self.order("POST /api/v1/sales", &key, body)?.is(201)?;
        let sale = format!("/api/v1/sales/{}", id(&sold.body, "/sale/id")?);
        self.order(&format!("GET {sale}"), &key, "")?.is(200)?;
        if visit.is_multiple_of(2) {
            return Ok(2);
        }
        let cancel = format!("POST {sale}/cancel");
        self.order(&cancel, &format!("{key}-end"), "")?.is(200)?;
        Ok(0)
    }

    /// Holds, and confirms that or gives it back.
    fn holds(&mut self, visit: usize) -> Result<i64> {
        let key = format!("{}-{visit}", self.word);
        let body = r#"{"buyer":"Bert","quantity":1}"#;
        let held = self.order("POST /api/v1/holds", &key, body)?.is(201)?;
        let place = format!("/api/v1/holds/{}", id(&held.body, "/hold/id")?);
        if visit.is_multiple_of(2) {
            let confirm = format!("POST {place}/confirm");
            self.order(&confirm, &format!("{key}-end"), "")?.is(200)?;
            return Ok(1);
        }
        self.order(&format!("DELETE {place}"), &key, "")?.is(200)?;
        Ok(0)
    }

    /// Buys by the page's form, and looks at the receipt.
    fn visits_the_page(&mut self, _: usize) -> Result<i64> {
        let page = ask(self.address, "GET /", &["Accept: text/html"], "")?.is(200)?;
        let (_, rest) = page
            .body
            .split_once("name=\"key\" value=\"")
            .unwrap_or_default();
        let (key, _) = rest.split_once('"').unwrap_or_default();
        let form = [
            "Content-Type: application/x-www-form-urlencoded",
            &format!("Origin: http://{}", self.address),
        ];
        let body = format!("key={key}&buyer=Carol&quantity=1");
        let bought = ask(self.address, "POST /book", &form, &body)?.is(303)?;
        let receipt = format!("GET {}", bought.header("location")?);
        let receipt = ask(self.address, &receipt, &["Accept: text/html"], "")?.is(200)?;
        if receipt.body.contains("Carol") {
            return Ok(1);
        }
        Err("the receipt does not name its buyer".to_owned())
    }

    /// Follows the count for some visits.
    fn follows(&mut self, _: usize) -> Result<i64> {
        let stream = begin(self.address, "GET /api/v1/stream", &[], "", 0);
        let heard = stream.and_then(|mut stream| {
            let mut first = [0; 12];
            stream.read_exact(&mut first).map(|()| (stream, first))
        });
        let (stream, first) = heard.map_err(|error| format!("the stream: {error}"))?;
        if first != *b"HTTP/1.1 200" {
            return Err(format!("the stream: {}", String::from_utf8_lossy(&first)));
        }
        self.streams.push_back(stream);
        if self.streams.len() > FOLLOWERS {
            self.streams.pop_front();
        }
        Ok(0)
    }

    /// Looks at what is left, once more as who knows it, and at what a monitor looks at.
    fn looks(&mut self, _: usize) -> Result<i64> {
        let count = ask(self.address, "GET /api/v1/event", &[], "")?.is(200)?;
        let known = format!("If-None-Match: {}", count.header("etag")?);
        // Others buy meanwhile.
        let again = ask(self.address, "GET /api/v1/event", &[&known], "")?;
        if again.status != 304 {
            again.is(200)?;
        }
        for path in ["/readyz", "/metrics"] {
            ask(self.address, &format!("GET {path}"), &[], "")?.is(200)?;
        }
        Ok(0)
    }

    /// Goes half way through its order.
    fn breaks_off(&mut self, visit: usize) -> Result<i64> {
        let key = format!("Idempotency-Key: {}-{visit}", self.word);
        let headers = ["Content-Type: application/json", &key];
        let sent = begin(
            self.address,
            "POST /api/v1/sales",
            &headers,
            "{\"buyer\"",
            99,
        );
        sent.map_err(|error| format!("half an order: {error}"))?;
        Ok(0)
    }
}

fn id(body: &str, pointer: &str) -> Result<String> {
    let answer: Option<Value> = serde_json::from_str(body).ok();
    let id = answer.and_then(|answer| Some(answer.pointer(pointer)?.as_str()?.to_owned()));
    id.ok_or_else(|| format!("no {pointer} in {body:?}"))
}
