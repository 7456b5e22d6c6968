//! What somebody does to the keys of an event with etcd's own program is named, and put right where that can be proven.

use super::nodes::{Nodes, shared};
use super::{event_name, keys, on_cluster, value};
use crate::harness::TestEvent;

/// An event with some lines, of which the fourth has a key.
fn sold() -> TestEvent {
    let event = TestEvent::empty();
    assert_eq!(event.json("init 20").0, 0);
    for line in ["ann", "bob --key k1", "carol -n 2"] {
        event.booked(line);
    }
    event
}

fn cluster() -> &'static Nodes {
    shared().unwrap()
}

/// The whole key that begins so.
fn key(event: &TestEvent, begins: &str) -> String {
    let found = keys(&event.file)
        .into_iter()
        .find(|key| key.starts_with(begins));
    format!("{}/{}", event_name(&event.file), found.unwrap())
}

/// What the audit finds, each with the key and what is wrong with it; and whether all of it is repairable.
#[track_caller]
fn found(event: &TestEvent) -> (Vec<String>, bool) {
    let (code, audit) = event.json("audit");
    assert_eq!(code, 6, "{audit:#}");
    let findings = audit["findings"].as_array().unwrap();
    let told = findings.iter().map(|finding| {
        let (file, line) = (finding["file"].as_str().unwrap(), &finding["line"]);
        let key = file
            .split_once("/event-")
            .unwrap()
            .1
            .split_once('/')
            .unwrap()
            .1;
        format!("{key}:{line}: {}", finding["text"].as_str().unwrap())
    });
    let repairable = findings.iter().all(|finding| finding["repairable"] == true);
    (told.collect(), repairable)
}

#[track_caller]
fn assert_told(event: &TestEvent, parts: &[&str]) {
    let (told, _) = found(event);
    for part in parts {
        assert!(
            told.iter().any(|told| told.contains(part)),
            "{part}: {told:#?}"
        );
    }
}

#[test]
fn a_line_that_was_changed_deleted_or_added_is_named() {
    on_cluster(|| {
        let event = sold();
        let third = key(&event, "ledger/000001/0000000000000003");
        let text = value(cluster(), &third).unwrap();
        let text = text.trim_end_matches('\n');
        cluster().told(&["put", &third, &(text.replace("ann", "eve") + "\n")]);
        assert_told(&event, &["ledger/000001:3: its checksum does not fit"]);
        // What it reads of a damaged line it does not believe.
        assert_eq!(event.json("sales").0, 6);
        cluster().told(&["put", &third, &format!("{text}\n")]);
        assert_eq!(event.json("audit").0, 0);

        cluster().told(&["del", &third]);
        assert_told(&event, &["ledger/000001:3: "]);
        let (code, sales) = event.json("sales");
        assert_eq!(
            (code, &sales["error"]["code"]),
            (6, &"integrity".into()),
            "{sales:#}"
        );
        assert!(
            sales["error"]["message"]
                .as_str()
                .unwrap()
                .contains("it is gone"),
            "{sales:#}"
        );
        cluster().told(&["put", &third, &format!("{text}\n")]);

        let sum = &third[third.len() - 23..third.len() - 7];
        let another = third.replace(sum, "0123456789abcdef");
        cluster().told(&["put", &another, &format!("{text}\n")]);
        assert_told(
            &event,
            &[
                "another line than its key says",
                "ledger/000001:4: line 4 is line 3 once more",
            ],
        );
        let sales = event.json("sales").1;
        assert!(
            sales["error"]["message"]
                .as_str()
                .unwrap()
                .contains("two lines have its number"),
            "{sales:#}"
        );
        cluster().told(&["del", &another]);

        let name = event_name(&event.file);
        cluster().told(&["put", &format!("{name}/ledger/000001/x"), "garbage"]);
        assert_told(
            &event,
            &["ledger/000001/x:0: what stands there is not one line"],
        );
        assert_eq!(event.json("book zoe").0, 6, "nothing is sold beside it");
        cluster().told(&["del", &format!("{name}/ledger/000001/x")]);
        assert_eq!(event.json("book zoe").0, 0);
        assert_eq!(event.json("audit").0, 0);
    });
}

#[test]
fn the_index_of_keys_and_the_count_are_put_right_by_the_lines() {
    on_cluster(|| {
        let event = sold();
        let name = event_name(&event.file);
        let count = value(cluster(), &format!("{name}/count")).unwrap();
        let wrong: [(&str, &str, &[&str]); 6] = [
            (
                "del",
                "key/000001/k1",
                &["key/000001/k1:4: does not say that line 4"],
            ),
            (
                "put 2",
                "key/000001/k1",
                &["key/000001/k1:4: does not say that line 4"],
            ),
            (
                "put x",
                "key/000001/other",
                &["key/000001/other:0: no line has this key"],
            ),
            ("del", "count", &["count:0: is missing"]),
            (
                "put {\"ticket\":99}",
                "count",
                &["count:0: says 99 left and counts no sale"],
            ),
            ("put nonsense", "count", &["count:0: is not valid JSON"]),
        ];
        for (what, key, told) in wrong {
            let key = format!("{name}/{key}");
            match what.split_once(' ') {
                Some(("put", value)) => cluster().told(&["put", &key, value]),
                _ => cluster().told(&["del", &key]),
            };
            let (found, repairable) = found(&event);
            for told in told {
                assert!(
                    found.iter().any(|found| found.starts_with(told)),
                    "{what} {key}: {found:#?}"
                );
            }
            assert!(repairable, "{what} {key}: {found:#?}");
            if what.starts_with("put") && key.ends_with("/k1") {
                assert_eq!(event.json("book bob --key k1").0, 6, "it is not sold twice");
            }
            if key.ends_with("count") {
                assert_eq!(event.json("book zoe").0, 6, "{what} {key}");
            }
            let (code, repaired) = event.json("audit --repair");
            assert_eq!(code, 0, "{what} {key}: {repaired:#}");
            assert_eq!(
                value(cluster(), &format!("{name}/count")).unwrap(),
                count,
                "{what} {key}"
            );
            assert_eq!(
                event.json("book bob --key k1").1["replayed"],
                true,
                "{what} {key}"
            );
        }
    });
}

#[test]
fn a_count_that_was_changed_by_hand_is_not_sold_by() {
    on_cluster(|| {
        let event = sold();
        let key = format!("{}/count", event_name(&event.file));
        let count = value(cluster(), &key).unwrap();
        cluster().told(&[
            "put",
            &key,
            &count.replace("\"ticket\": 16", "\"ticket\": 17"),
        ]);
        let (code, told) = event.json("query");
        assert_eq!(code, 6, "{told:#}");
        assert!(
            told["error"]["message"]
                .as_str()
                .unwrap()
                .contains("another program changed it"),
            "{told:#}"
        );
        assert_eq!(told["left"], 17, "what it says is told beside");
        assert_eq!(event.json("book zoe").0, 6);
        assert_eq!(event.json("audit --repair").0, 0);
        assert_eq!(event.json("query").1["left"], 16);
    });
}
