//! What an order comes to where nodes are down, hang, or are no etcd.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use super::nodes::Nodes;
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
