//! etcd's own watch of the count: a request that is answered line by line, as long as the connection holds.
//!
//! Invariant: behind each beginning, the first and every later one, a change is told. So whatever happened while nobody was
//! connected, and whatever was compacted away meanwhile, is looked at: there is no gap.

use std::io::{BufRead as _, BufReader, Read as _};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::attempt::stream;
use super::deadline::Deadline;
use super::key_space::KeySpace;
use super::wire::{Bytes, Header, KeyValue, WireNumber};
use crate::error::{Error, Kind, Result};
use crate::store::change_watch::{ChangeWatch, OnChange, WatchEnd};
use crate::store::file::backoff::outlast;

/// How long one request lasts at most: a connection may be dead without a sign of it.
const ONE_REQUEST: Duration = Duration::from_secs(60);

/// How long to stay away where no node answers, or where the watch was ended.
const AWAY: Duration = Duration::from_millis(250);

/// How often it is asked whether somebody wants to know again.
const GLANCE: Duration = Duration::from_millis(50);

/// How long the look before it may take.
const LOOK: Deadline = Deadline::EachRequest(Duration::from_secs(5));

/// The longest line that is read: a count, in base64.
const LONGEST: u64 = 1 << 20;

#[derive(Serialize)]
struct WatchRequest {
    create_request: WatchCreate,
}

#[derive(Serialize)]
struct WatchCreate {
    key: Bytes,
    start_revision: WireNumber,
}

#[derive(Deserialize)]
struct WatchLine {
    result: WatchResponse,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WatchResponse {
    canceled: bool,
    header: Header,
    events: Vec<WatchEvent>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct WatchEvent {
    kv: KeyValue,
}

/// Is told of the count: at each beginning that it may have changed, and of each change how it stands.
type Tell<'t> = dyn Fn(Option<(KeyValue, u64)>) + 't;

/// Tells whenever the count of this event may have changed, from a thread of its own.
pub(super) fn watch_changes(space: KeySpace, on_change: OnChange) -> Result<ChangeWatch> {
    start(space, move |_| on_change())
}

/// Tells of each count of this event that somebody writes from now on, and as of when it was told.
pub(super) fn watch_count(
    space: &KeySpace,
    hear: impl Fn(KeyValue, u64) + Send + 'static,
) -> Result<ChangeWatch> {
    let space = KeySpace::new(space.client.again()?, space.names.clone());
    start(space, move |count| {
        if let Some((count, at)) = count {
            hear(count, at);
        }
    })
}

fn start(
    space: KeySpace,
    tell: impl Fn(Option<(KeyValue, u64)>) + Send + 'static,
) -> Result<ChangeWatch> {
    let (watch, end) = ChangeWatch::new();
    let watching = move || watch_on(&space, &end, &tell);
    let thread = thread::Builder::new().name("watch".to_owned());
    thread
        .spawn(watching)
        .map_err(|e| Error::new(Kind::Io, format!("no thread can be started to watch: {e}")))?;
    Ok(watch)
}

fn watch_on(space: &KeySpace, end: &WatchEnd, tell: &Tell<'_>) {
    while !end.is_over() {
        if end.rests() {
            outlast(GLANCE);
            continue;
        }
        // It also finds out which node answers, and has a token for it.
        if let Ok((_, revision)) = space.count(LOOK) {
            tell(None);
            watch_once(space, revision + 1, end, tell);
        }
        outlast(AWAY);
    }
}

/// Until the connection ends, or the watch.
fn watch_once(space: &KeySpace, from: u64, end: &WatchEnd, tell: &Tell<'_>) {
    let request = WatchRequest {
        create_request: WatchCreate {
            key: space.names.count(),
            start_revision: WireNumber(from),
        },
    };
    let Ok(body) = serde_json::to_vec(&request) else {
        return;
    };
    let Some(answer) = stream(&space.client.way("watch"), &body, ONE_REQUEST) else {
        return;
    };
    let mut lines = BufReader::new(answer);
    let mut line = Vec::new();
    // Each event costs a node and this program something: none is asked for where nobody wants to know.
    while !end.is_over() && !end.rests() {
        line.clear();
        match lines.by_ref().take(LONGEST).read_until(b'\n', &mut line) {
            Ok(1..) => {}
            _ => return,
        }
        // What makes no sense ends it, as a refusal does: then everything is looked at anew.
        let Ok(WatchLine { result }) = serde_json::from_slice(&line) else {
            return;
        };
        if result.canceled {
            return;
        }
        for event in result.events {
            tell(Some((event.kv, result.header.revision.0)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::path::Path;
    use std::sync::mpsc::channel;

    use super::*;
    use crate::store::etcd::address::Address;
    use crate::store::etcd::client::Client;
    use crate::store::etcd::keys::KeyNames;

    const PATIENCE: Duration = Duration::from_secs(60);

    /// What is asked, the call first.
    fn request(stream: &mut TcpStream) -> String {
        let mut text = String::new();
        loop {
            let mut more = [0; 4096];
            let read = stream.read(&mut more).unwrap();
            text += std::str::from_utf8(&more[..read]).unwrap();
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let head = head.to_ascii_lowercase();
            let length = head.split("content-length: ").nth(1).unwrap();
            if body.len() >= length.lines().next().unwrap().parse().unwrap() {
                return format!("{} {body}", head.lines().next().unwrap());
            }
        }
    }

    #[test]
    fn a_change_is_told_behind_each_beginning_and_of_each_event() {
        let count = |revision: u32| format!("{{\"header\":{{\"revision\":\"{revision}\"}}}}");
        let created = "{\"result\":{\"created\":true}}\n";
        let event = "{\"result\":{\"events\":[{\"kv\":{}}]}}\n";
        let compacted = "{\"result\":{\"canceled\":true,\"compact_revision\":\"8\"}}\n";
        // The first watch sees a change, and its connection ends; the second is compacted away.
        let answers = [
            count(5),
            format!("{created}{event}"),
            count(7),
            format!("{created}{compacted}{event}"),
            count(9),
        ];
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("etcd://{}/gala", listener.local_addr().unwrap());
        let (asks, asked) = channel();
        thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                asks.send(request(&mut stream)).unwrap();
                let head = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
                stream
                    .write_all(format!("{head}{answer}").as_bytes())
                    .unwrap();
            }
        });
        let (tells, told) = channel();
        let address = Address::parse(Path::new(&address), &|_| None).unwrap();
        let names = KeyNames::of(address.event());
        let client = Client::new(address, None).unwrap();
        let on_change = move || {
            let _ = tells.send(());
        };
        let watch = watch_changes(KeySpace::new(client, names), Box::new(on_change)).unwrap();
        let mut all: Vec<String> = Vec::new();
        all.resize_with(5, || asked.recv_timeout(PATIENCE).unwrap());
        let calls = all.iter().map(|asked| asked.split(' ').nth(1).unwrap());
        let calls: Vec<&str> = calls.collect();
        let (range, watched) = ("/v3/kv/range", "/v3/watch");
        assert_eq!(calls, [range, watched, range, watched, range]);
        assert!(all[1].contains("\"start_revision\":\"6\""), "{all:?}");
        assert!(all[3].contains("\"start_revision\":\"8\""), "{all:?}");
        // Three beginnings, and one event: what stands behind an end is not believed.
        for _ in 0..4 {
            told.recv_timeout(PATIENCE).unwrap();
        }
        drop(watch);
        assert!(told.try_recv().is_err());
    }
}
