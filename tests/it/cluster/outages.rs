//! What an order comes to where nodes are down, hang, or are no etcd.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use super::nodes::{Nodes, shared};
use super::{event_name, on_cluster};
use crate::harness::TestEvent;

/// An event at this address.
fn at(address: &str) -> TestEvent {
    TestEvent::empty_in(&std::env::temp_dir()).at(address.into())
}

#[test]
fn one_node_of_three_may_be_lost_and_two_stop_the_sale_with_a_clear_error() {
    let Some(mut nodes) = Nodes::start() else {
        return;
    };
    let event = at(nodes.address("gala").to_str().unwrap());
    assert_eq!(event.json("init 9").0, 0);
    let leader = nodes.leader();
    nodes.kill(leader);
    for buyer in 0..3 {
        event.booked(&format!("buyer-{buyer}"));
    }
    assert_eq!(event.json("audit").1["sold"], 3);
    nodes.kill((leader + 1) % 3);
    let (code, told) = event.json("book late --wait 1s");
    assert_eq!(code, 1, "{told:#}");
    let message = told["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("the cluster did not do it in time: 127.0.0.1:"),
        "{message}"
    );
    assert!(
        told["error"]["hint"]
            .as_str()
            .unwrap()
            .contains("endpoint health"),
        "{told:#}"
    );
}

#[test]
fn an_endpoint_that_is_not_there_hangs_or_is_no_etcd_is_passed_over() {
    on_cluster(|| {
        let event = TestEvent::empty();
        assert_eq!(event.json("init 9").0, 0);
        let good = event
            .file
            .to_str()
            .unwrap()
            .strip_prefix("etcd://")
            .unwrap();
        let good = good.split_once('/').unwrap().0;
        let hangs = TcpListener::bind("127.0.0.1:0").unwrap();
        let garbage = TcpListener::bind("127.0.0.1:0").unwrap();
        let garbage_port = garbage.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in garbage.incoming() {
                let Ok(mut stream) = stream else { return };
                let _ = stream.read(&mut [0; 4096]);
                let _ = stream.write_all(
                    b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello",
                );
            }
        });
        let name = event_name(&event.file);
        for (bad, what) in [
            ("127.0.0.1:1".to_owned(), "connection refused"),
            (format!("127.0.0.1:{garbage_port}"), "as no etcd does"),
            (
                "no.such.host.invalid".to_owned(),
                "no.such.host.invalid:2379",
            ),
            (
                format!("127.0.0.1:{}", hangs.local_addr().unwrap().port()),
                "no answer in time",
            ),
        ] {
            let alone = at(&format!("etcd://{bad}/{name}"));
            let (code, told) = alone.json("book ann --wait 1s");
            assert_eq!(code, 1, "{bad}: {told:#}");
            let message = told["error"]["message"].as_str().unwrap();
            assert!(
                message.contains(&bad) && message.contains(what),
                "{bad}: {message}"
            );
            let among = at(&format!("etcd://{bad},{good}/{name}"));
            among.booked("ann");
        }
        assert_eq!(event.json("audit").1["sold"], 4);
    });
}

#[test]
fn a_node_is_found_by_the_name_of_its_host() {
    on_cluster(|| {
        let event = TestEvent::empty();
        assert_eq!(event.json("init 9").0, 0);
        let by_name = event
            .file
            .to_str()
            .unwrap()
            .replace("127.0.0.1", "localhost");
        at(&by_name).booked("ann");
        assert_eq!(event.json("query").1["left"], 8);
    });
}

#[test]
fn what_makes_no_sense_on_a_cluster_is_refused_with_the_reason() {
    on_cluster(|| {
        let event = TestEvent::empty();
        for (line, code, part) in [
            ("init 9 --group", 2, "etcd's roles"),
            ("query", 1, "there is no such event"),
            ("book ann", 1, "there is no such event"),
            ("audit", 1, "there is no such event"),
            ("restore /nowhere", 1, "holds no backup"),
            ("doctor", 2, "a cluster"),
        ] {
            let (told, document) = event.json(line);
            assert_eq!(told, code, "{line}: {document:#}");
            let message = document["error"]["message"].as_str().unwrap();
            assert!(message.contains(part), "{line}: {message}");
        }
        for address in [
            "etcd://h",
            "etcd://h/",
            "etcd://h/a/b",
            "etcd://eve:secret@h/gala",
        ] {
            assert_eq!(at(address).json("query").0, 2, "{address}");
        }
    });
}

/// A whole request, which asks for the connection to be closed behind the answer.
pub(crate) fn request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head_words = head.to_ascii_lowercase();
            let length = head_words.split("content-length: ").nth(1)?;
            let length: usize = length.lines().next()?.trim().parse().ok()?;
            if body.len() >= length {
                return Some(format!("{head}\r\nConnection: close\r\n\r\n{body}"));
            }
        }
        let mut more = [0; 4096];
        match stream.read(&mut more).ok()? {
            0 => return None,
            read => bytes.extend_from_slice(&more[..read]),
        }
    }
}

/// The address of the event through something between the client and a node. It is told of each request, and says whether
/// its answer is lost.
fn through(event: &TestEvent, mut is_lost: impl FnMut(&str) -> bool + Send + 'static) -> TestEvent {
    answered_by(event, move |request| is_lost(request).then(Vec::new))
}

/// The same; it says what is answered in place of what the node did, if anything.
fn answered_by(
    event: &TestEvent,
    mut other: impl FnMut(&str) -> Option<Vec<u8>> + Send + 'static,
) -> TestEvent {
    let (name, file) = (event_name(&event.file), event.file.to_str().unwrap());
    let node = file
        .strip_prefix("etcd://")
        .unwrap()
        .split(',')
        .next()
        .unwrap()
        .to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let Some(request) = request(&mut stream) else {
                continue;
            };
            let other = other(&request);
            let mut node = TcpStream::connect(&node).unwrap();
            node.write_all(request.as_bytes()).unwrap();
            let mut answer = Vec::new();
            node.read_to_end(&mut answer).unwrap();
            let _ = stream.write_all(&other.unwrap_or(answer));
        }
    });
    at(&format!("etcd://127.0.0.1:{port}/{name}"))
}

#[test]
fn a_sale_whose_answer_is_lost_is_done_once_and_told_or_unknown_and_found_by_its_key() {
    on_cluster(|| {
        let event = TestEvent::empty();
        assert_eq!(event.json("init 9").0, 0);
        let is_change = |request: &str| request.starts_with("POST /v3/kv/txn");
        let mut lost = 0;
        let once = through(&event, move |request| {
            lost += u32::from(is_change(request));
            is_change(request) && lost == 1
        });
        let (code, sale) = once.json("book ann");
        assert_eq!((code, &sale["left"]), (0, &8.into()), "{sale:#}");
        assert_eq!(event.sales().len(), 1);

        let never = through(&event, is_change);
        let (code, told) = never.json("book bob --key b --wait 2s");
        assert_eq!(
            (code, &told["error"]["code"]),
            (1, &"outcome_unknown".into()),
            "{told:#}"
        );
        let (code, sale) = event.json("book bob --key b");
        assert_eq!((code, &sale["replayed"]), (0, &true.into()), "{sale:#}");
        assert_eq!(event.sales().len(), 2);
        event.assert_adds_up();
    });
}

#[test]
fn what_is_compacted_away_under_a_reader_is_read_all_the_same() {
    on_cluster(|| {
        let event = TestEvent::empty();
        assert_eq!(event.json("init 9").0, 0);
        for buyer in ["ann", "bob"] {
            event.booked(buyer);
        }
        for line in ["sales", "audit", "show 3"] {
            let mut reads = 0;
            // Behind the look at the count, and before the lines.
            let compacted = through(&event, move |_| {
                reads += 1;
                if reads == 2 {
                    let nodes = shared().unwrap();
                    let put = nodes.told(&["put", "other", "value", "-w", "json"]);
                    let put: Value = serde_json::from_str(&put).unwrap();
                    nodes.told(&["compact", &put["header"]["revision"].to_string()]);
                }
                false
            });
            let (code, told) = compacted.json(line);
            assert_eq!(code, 0, "{line}: {told:#}");
            assert_eq!((code, told), event.json(line), "{line}");
        }
    });
}

/// What a server answers whose own wait for a lock met a compaction.
const COMPACTED: &str = "{\"error\":\"etcdserver: mvcc: required revision has been compacted\",\"code\":11,\
     \"message\":\"etcdserver: mvcc: required revision has been compacted\",\"details\":[]}";

#[test]
fn a_wait_for_the_lock_goes_on_behind_a_compaction() {
    on_cluster(|| {
        for lock in ["lease", "exclusive"] {
            let event = TestEvent::empty();
            assert_eq!(event.json("init 1").0, 0);
            let asked = Arc::new(AtomicU32::new(0));
            let told = Arc::clone(&asked);
            let between = answered_by(&event, move |request| {
                let is_lock = request.starts_with("POST /v3/lock/lock");
                let times = told.fetch_add(u32::from(is_lock), Ordering::SeqCst);
                let length = COMPACTED.len();
                (is_lock && times == 0).then(|| {
                    format!(
                        "HTTP/1.1 400 Bad Request\r\nContent-Length: {length}\r\n\r\n{COMPACTED}"
                    )
                    .into_bytes()
                })
            });
            let (code, told) = between.json(&format!("buy --users 1 --lock={lock} --force"));
            assert_eq!((code, &told["sold"]), (0, &1.into()), "{lock}: {told:#}");
            assert_eq!(asked.load(Ordering::SeqCst), 2, "{lock}");
        }
    });
}
