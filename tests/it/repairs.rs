//! `audit --repair` puts right what can be proven, and touches nothing else.

use std::fs;

use serde_json::{Value, json};

use tickets_faults::orphan;

use crate::harness::TestEvent;

const LEDGER: &str = "tickets.ledger.jsonl";

/// An event of 200 with a member of ours of its own: two sold to alice, one to bob under a key, one to
/// carol, who gave it back.
fn booked() -> TestEvent {
    let event = TestEvent::with("{\"event\": \"Ball\", \"ticket\": 200, \"price\": 12.50}\n");
    event.booked("alice --quantity 2");
    event.booked("bob --key K");
    let carol = event.booked("carol");
    assert_eq!(event.json(&format!("cancel {carol}")).0, 0);
    event
}

fn write(event: &TestEvent, name: &str, change: &dyn Fn(&str) -> String) {
    let text = fs::read_to_string(event.path(name)).unwrap();
    let changed = change(&text);
    assert_ne!(changed, text, "the test changes nothing");
    fs::write(event.path(name), changed).unwrap();
}

fn kinds(audit: &Value) -> Vec<&str> {
    let findings = audit["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| finding["kind"].as_str().unwrap())
        .collect()
}

/// Damages an event.
fn damage(event: &TestEvent, what: &str) {
    let count = |text: &[u8]| fs::write(&event.file, text).unwrap();
    let change = |change: &dyn Fn(&str) -> String| write(event, "tickets.json", change);
    let ledger = |change: &dyn Fn(&str) -> String| write(event, LEDGER, change);
    let left = |of: &str| fs::write(event.path(&orphan(of, 1)), "{").unwrap();
    match what {
        "ticket by hand" => change(&|t| t.replace("197", "196")),
        "sold by hand" => change(&|t| t.replace("\"sold\": 3", "\"sold\": 4")),
        "untied count" => count(b"{\"ticket\": 7}"),
        "empty count" => count(b""),
        "count missing" => fs::remove_file(&event.file).unwrap(),
        "count of NULs" => count(&[0; 4096]),
        "count of blanks" => count(b" \n"),
        "count of garbage" => count(b"two"),
        "count cut short" => change(&|t| t[..20].to_owned()),
        "count that is no text" => count(b"{\"ticket\": 2, \"x\": \"\xff\"}"),
        "negative count" => change(&|t| t.replace("197", "-1")),
        "count of another ledger" => change(&|t| t.replace("\"bytes\": ", "\"bytes\": 1")),
        "huge count" => count(&vec![b' '; (1 << 20) + 1]),
        "torn tail" => ledger(&|t| t.to_owned() + "{\"seq\":6,\"at"),
        "newline taken" => ledger(&|t| t.trim_end().to_owned()),
        "orphan" => left("tickets.json"),
        "orphan of the ledger" => left(LEDGER),
        "cut in a line" => ledger(&|t| t[..t.len() - 30].to_owned()),
        "cut behind a line" => ledger(&|t| lines(t, 0..3)),
        "cut to nothing" => ledger(&|_| String::new()),
        "ledger missing" => fs::remove_file(event.path(LEDGER)).unwrap(),
        "line changed" => ledger(&|t| t.replacen("alice", "alive", 1)),
        "line lost" => ledger(&|t| lines(t, 0..1) + &lines(t, 2..9)),
        _ => panic!("what is {what:?}?"),
    }
}

fn lines(text: &str, which: std::ops::Range<usize>) -> String {
    let lines = text.split_inclusive('\n');
    lines.skip(which.start).take(which.len()).collect()
}

/// Damages, the findings of them, and what a repair tells.
const REPAIRED: [(&[&str], &[&str], &str); 15] = [
    (&["ticket by hand"], &["drift"], "anew"),
    (&["sold by hand"], &["drift"], "anew"),
    (&["untied count"], &["drift"], "anew"),
    (&["empty count"], &["count"], "anew"),
    (&["count of NULs"], &["count"], "anew"),
    (&["count of blanks"], &["count"], "anew"),
    (&["count of garbage"], &["count"], "anew"),
    (&["count cut short"], &["count"], "anew"),
    (&["count that is no text"], &["count"], "anew"),
    (&["negative count"], &["count"], "anew"),
    (&["huge count"], &["count"], "kept as"),
    (&["count missing"], &["count"], "anew"),
    (&["torn tail"], &["torn_tail"], "kept as"),
    (&["newline taken"], &["newline"], "newline was put back"),
    (
        &["empty count", "torn tail", "orphan", "orphan of the ledger"],
        &["torn_tail", "count"],
        "2 temporary files",
    ),
];

#[test]
fn what_can_be_proven_is_repaired_and_told() {
    for (damages, flaws, part) in REPAIRED {
        let event = booked();
        for what in damages {
            damage(&event, what);
        }
        let damaged = event.contents();
        let (code, audit) = event.json("audit");
        assert_eq!(
            (code, kinds(&audit)),
            (6, flaws.to_vec()),
            "{damages:?}: {audit:#}"
        );
        let all = audit["findings"].as_array().unwrap();
        assert!(
            all.iter().all(|finding| finding["repairable"] == true),
            "{audit:#}"
        );
        assert!(
            event
                .run("audit")
                .stdout
                .contains("tickets.json audit --repair'"),
            "{damages:?}"
        );
        assert_eq!(
            event.contents(),
            damaged,
            "{damages:?}: an audit writes nothing"
        );

        let (code, repaired) = event.json("audit --repair");
        assert_eq!(
            (code, &repaired["findings"]),
            (0, &json!([])),
            "{damages:?}: {repaired:#}"
        );
        assert!(
            repaired["repaired"].to_string().contains(part),
            "{damages:?}: {repaired:#}"
        );
        let numbers = ["capacity", "sold", "left", "records"].map(|name| repaired[name].as_u64());
        assert_eq!(numbers, [200, 3, 197, 5].map(Some), "{damages:?}");
        event.assert_adds_up();
        // Only what could be read of the count could be kept.
        if !flaws.contains(&"count") && damages != ["untied count"] {
            let kept = (&event.count()["event"], &event.count()["price"]);
            assert_eq!(kept, (&"Ball".into(), &json!(12.50)), "{damages:?}");
        }
        let (code, again) = event.json("audit --repair");
        assert_eq!(
            (code, &again["repaired"]),
            (0, &Value::Null),
            "{damages:?}: {again:#}"
        );
        assert_eq!(
            event.json("book bob --key K").1["replayed"],
            true,
            "{damages:?}"
        );
        assert_eq!(event.json("book dave --quantity 197").0, 0, "{damages:?}");
        event.assert_adds_up();
    }
}

/// What killed processes left is no fault, and what somebody else left is nobody's business.
#[test]
fn temporary_files_are_noted_and_only_ours_are_removed() {
    let foreign = [
        ".tickets.json.tmp",
        ".tickets.json.before-the-show.tmp",
        ".tickets.json.x.tmp",
        ".tickets.json.abc123.tmp",
        ".tickets.json.4242-a1b2c3.tmp",
        ".tickets.json.4242-0123456789abcdef0123.tmp",
        ".tickets.ledger.jsonl.old.tmp",
        ".tickets.json.swp",
    ];
    for (line, told) in [("audit --repair", true), ("book zoe", false)] {
        let event = booked();
        for name in foreign {
            fs::write(event.path(name), "mine").unwrap();
        }
        let (code, audit) = event.json("audit");
        assert_eq!((code, &audit["notes"]), (0, &json!([])), "{audit:#}");
        damage(&event, "orphan");
        damage(&event, "orphan of the ledger");
        let before = event.contents();
        let (code, audit) = event.json("audit");
        assert_eq!((code, kinds(&audit).len()), (0, 0), "{audit:#}");
        assert_eq!(
            (&audit["ok"], &audit["repaired"]),
            (&true.into(), &Value::Null)
        );
        let note = audit["notes"][0].as_str().unwrap();
        assert!(note.contains("2 temporary files of killed"), "{note}");
        assert!(event.run("audit").stdout.contains(note));
        assert_eq!(event.contents(), before, "an audit writes nothing");

        let (code, done) = event.json(line);
        assert_eq!(code, 0, "{done:#}");
        let tells = done["repaired"].to_string().contains("2 temporary files");
        assert_eq!(tells, told, "{done:#}");
        let mut left = event.names();
        left.retain(|name| name.starts_with('.'));
        let mut expected = foreign.map(str::to_owned);
        expected.sort();
        assert_eq!(left, expected, "after {line}");
    }
}

#[test]
fn a_count_that_cannot_be_read_is_kept_when_it_is_repaired() {
    let event = booked();
    // Also twice within a second.
    for broken in ["{\"ticket\": 197, \"event\": \"Ball\",}", "two", "three"] {
        fs::write(&event.file, broken).unwrap();
        let (code, repaired) = event.json("audit --repair");
        assert_eq!(code, 0, "{repaired:#}");
        let all = event.contents();
        assert!(
            all.iter()
                .any(|(name, text)| name.contains("broken") && text == broken.as_bytes())
        );
    }
    assert_eq!(event.json("query").1["sold"], 3);
}

/// Members of somebody's own stay where they can be read, and it is said which these are.
#[test]
fn a_count_that_is_repaired_keeps_the_members_that_can_be_read() {
    for (broken, kept, told) in [
        (
            r#"{"ticket": 197, "event": "Ball", "hall": {"rows": [1, 2]},}"#,
            r#"{"ticket": 197, "sold": 3, "seq": 5, "bytes": N, "event": "Ball", "hall": {"rows": [1, 2]}}"#,
            r#"; of your own members it has "event", "hall", as far as they could be read; what stood in it is kept as "#,
        ),
        (
            r#"{"event": "Ball", "ticket": 1O0, "sold": 3, "door": "north"}"#,
            r#"{"ticket": 197, "sold": 3, "seq": 5, "bytes": N, "event": "Ball", "door": "north"}"#,
            r#"; of your own members it has "event", "door", as far as they could be read; what"#,
        ),
        (
            "[\"Ball\"]",
            r#"{"ticket": 197, "sold": 3, "seq": 5, "bytes": N}"#,
            "; no member of your own could be read in it; what stood in it is kept as ",
        ),
    ] {
        for line in ["audit --repair", "reset 200 --force"] {
            let event = booked();
            let bytes = event.count()["bytes"].to_string();
            fs::write(&event.file, broken).unwrap();
            let run = event.run(line);
            assert_eq!(run.code, Some(0), "{run:?}");
            let all = event.contents();
            let is_kept = |(name, text): &(String, Vec<u8>)| {
                name.contains(".broken-") && text == broken.as_bytes()
            };
            assert!(all.iter().any(is_kept), "{line}: {:?}", event.names());
            if line == "audit --repair" {
                assert!(run.stdout.contains(told), "{run:?}");
                let count = fs::read_to_string(&event.file).unwrap();
                assert_eq!(count.trim_end(), kept.replace('N', &bytes));
            } else {
                let count = event.count();
                assert_eq!(count["ticket"], 200, "{count:#}");
                assert_eq!(count["event"] == "Ball", kept.contains("Ball"), "{count:#}");
            }
            assert_eq!(event.json("audit").0, 0);
        }
    }
}

/// What a crash left of the very first line: the stock stands in the count.
#[test]
fn a_torn_opening_line_costs_no_stock() {
    for torn in ["{\"seq\":1,\"at\":\"20", "\n\n", "x\n"] {
        let event = TestEvent::with("{\"ticket\": 5, \"event\": \"Ball\"}");
        fs::write(event.path(LEDGER), torn).unwrap();
        let (code, repaired) = event.json("audit --repair");
        assert_eq!(
            (code, &repaired["left"]),
            (0, &5.into()),
            "{torn:?}: {repaired:#}"
        );
        assert_eq!(event.json("query").1["left"], 5, "{torn:?}");
        assert_eq!(event.json("book alice --quantity 5").0, 0, "{torn:?}");
        event.assert_adds_up();
    }
}

/// Damages, the findings of them, and the one that cannot be repaired.
const REFUSED: [(&[&str], &[&str], &str); 9] = [
    (&["cut in a line"], &["torn_tail", "short"], "short"),
    (&["cut behind a line"], &["short"], "short"),
    (&["cut to nothing"], &["short"], "short"),
    (&["ledger missing"], &["short"], "short"),
    (&["count of another ledger"], &["short"], "short"),
    (&["line changed"], &["ledger", "short"], "ledger"),
    (
        &["line lost", "ticket by hand"],
        &["ledger", "short"],
        "ledger",
    ),
    (
        &["line lost", "empty count"],
        &["ledger", "count"],
        "ledger",
    ),
    (&["cut to nothing", "empty count"], &["count"], "count"),
];

#[test]
fn what_cannot_be_proven_is_not_touched() {
    for (damages, flaws, kind) in REFUSED {
        let event = booked();
        for what in damages {
            damage(&event, what);
        }
        // Nothing is repaired as long as not all can be.
        damage(&event, "orphan");
        let before = event.contents();
        for line in ["audit", "audit --repair"] {
            let (code, audit) = event.json(line);
            assert_eq!(
                (code, kinds(&audit)),
                (6, flaws.to_vec()),
                "{damages:?}: {audit:#}"
            );
            assert!(audit["repaired"].is_null(), "{damages:?}: {audit:#}");
            let all = audit["findings"].as_array().unwrap();
            let it = all.iter().find(|finding| finding["kind"] == kind).unwrap();
            assert_eq!(it["repairable"], false, "{damages:?}: {audit:#}");
            assert_eq!(event.contents(), before, "{damages:?}: {line}");
        }
        let run = event.run("audit --repair");
        assert!(
            run.stdout.contains("cannot be repaired without guessing"),
            "{damages:?}: {run:?}"
        );
        for line in ["book zoe --key new", "cancel 2-abcdef"] {
            assert_eq!(event.run(line).code, Some(6), "{damages:?}: {line}");
        }
    }
}

/// The ledger lost lines that the count knows of, or is that of a copy.
#[test]
fn a_count_that_says_more_than_the_ledger_is_kept_when_it_is_repaired_by_force() {
    let event = booked();
    let (count, ledger) = (
        fs::read(&event.file).unwrap(),
        event.path("tickets.ledger.jsonl"),
    );
    let kept = || {
        let all = event.contents().into_iter();
        let kept = all.filter(|(name, _)| name.contains(".replaced-"));
        kept.map(|(_, text)| text).collect::<Vec<_>>()
    };
    let drifted = String::from_utf8(count.clone()).unwrap();
    let sold = event.count()["sold"].to_string();
    let drifted = drifted.replace(&format!("\"sold\": {sold}"), "\"sold\": 77");
    fs::write(&event.file, &drifted).unwrap();
    assert_eq!(event.json("audit --repair").0, 0);
    // It may be right, and the ledger that of a copy.
    assert_eq!(kept(), [drifted.into_bytes()]);
    for (name, _) in event.contents() {
        if name.contains(".replaced-") {
            fs::remove_file(event.path(&name)).unwrap();
        }
    }
    fs::write(&event.file, &count).unwrap();
    let text = fs::read_to_string(&ledger).unwrap();
    let end = text.trim_end().rfind('\n').unwrap() + 1;
    fs::write(&ledger, &text[..end]).unwrap();
    assert_eq!(event.json("audit --repair").0, 6);
    let (code, repaired) = event.json("audit --repair --force");
    assert_eq!(code, 0, "{repaired:#}");
    assert_eq!(kept(), [count]);
    assert_eq!(event.json("audit").0, 0);
}

/// Only where the count stands on the ledger was changed, or this is the ledger of a copy from which as many were sold: nobody can
/// prove which.
#[test]
fn a_count_that_counts_to_another_place_is_written_anew_by_force_where_it_may_be_anothers() {
    let event = TestEvent::stock(9);
    event.booked("ann");
    event.booked("bob --quantity 2");
    let sound = fs::read_to_string(&event.file).unwrap();
    let bytes = event.count()["bytes"].as_u64().unwrap();
    for (from, to) in [
        (
            format!("\"bytes\": {bytes}"),
            format!("\"bytes\": {}", bytes - 9),
        ),
        ("\"seq\": 3".to_owned(), "\"seq\": 2".to_owned()),
    ] {
        let changed = sound.replace(&from, &to);
        assert_ne!(changed, sound);
        fs::write(&event.file, &changed).unwrap();
        assert_eq!(event.json("book carol").0, 6);
        let (code, audit) = event.json("audit");
        assert_eq!(code, 6, "{audit:#}");
        assert!(
            audit.to_string().contains("the ledger of a copy"),
            "{audit:#}"
        );
        if !to.contains("seq") {
            // A copy's ledger may be of another length.
            assert_eq!(event.json("audit --repair").0, 6);
            assert_eq!(fs::read_to_string(&event.file).unwrap(), changed);
            let (code, audit) = event.json("audit --repair --force");
            assert_eq!(
                (code, &audit["given_up"]["lost"]),
                (0, &1.into()),
                "{audit:#}"
            );
        }
        event.json("audit --repair");
        assert_eq!(fs::read_to_string(&event.file).unwrap(), sound);
    }
    // Another event's count is not.
    let other = sound
        .replace(
            &format!("\"bytes\": {bytes}"),
            &format!("\"bytes\": {}", bytes - 9),
        )
        .replace("\"ticket\": 6, \"sold\": 3", "\"ticket\": 5, \"sold\": 4");
    fs::write(&event.file, &other).unwrap();
    assert_eq!(event.json("audit --repair").0, 6);
    assert_eq!(fs::read_to_string(&event.file).unwrap(), other);
}
