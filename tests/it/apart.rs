//! A count and its ledger that go by one name no more: what they are called by now, and how they come together again.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::harness::TestEvent;
use crate::names::on;

/// An event called old.json with two sales.
fn sold() -> TestEvent {
    let event = TestEvent::empty();
    let old = event.path("old.json");
    assert_eq!(on(&old, "init 9").0, 0);
    for line in ["book ann", "book bob"] {
        assert_eq!(on(&old, line).0, 0);
    }
    event
}

#[track_caller]
fn hint(document: &Value) -> &str {
    document["error"]["hint"].as_str().unwrap()
}

/// Each line for a shell in a hint that gives a file another name.
fn moves(hint: &str) -> Vec<&str> {
    let lines = hint.split("mv ").skip(1);
    lines
        .map(|line| line.split(" gives ").next().unwrap())
        .collect()
}

#[track_caller]
fn moved(line: &str) {
    let script = format!("mv {line}");
    assert!(
        Command::new("sh")
            .args(["-c", &script])
            .status()
            .unwrap()
            .success(),
        "{script}"
    );
}

/// One of the two was renamed alone: either gets its name back.
#[test]
fn a_count_or_a_ledger_that_was_renamed_alone_leads_to_the_other() {
    for (from, to, way) in [
        ("old.json", "new.json", 0),
        ("old.json", "new.json", 1),
        ("old.ledger.jsonl", "my gala.ledger.jsonl", 0),
        ("old.ledger.jsonl", "my gala.ledger.jsonl", 1),
        // As one is put away.
        ("old.ledger.jsonl", "old.ledger.kept.jsonl", 0),
    ] {
        let event = sold();
        fs::rename(event.path(from), event.path(to)).unwrap();
        let asked = if to == "new.json" { to } else { "old.json" };
        let asked = event.path(asked);
        for line in ["query", "book cat", "sales", "reset 5"] {
            let (code, document) = on(&asked, line);
            assert!([4, 6].contains(&code), "{line}: {document:#}");
            let message = document["error"]["message"].as_str().unwrap();
            let ledger = if from == "old.json" {
                "old.ledger.jsonl"
            } else {
                to
            };
            assert!(
                message.contains(" has such a line") && message.contains(ledger),
                "{line}: {message}"
            );
        }
        let (code, audit) = on(&asked, "audit");
        let found = &audit["findings"][0];
        assert_eq!((code, &found["kind"]), (6, &"short".into()), "{audit:#}");
        assert!(found["hint"].as_str().unwrap().contains("mv "), "{audit:#}");
        let (_, document) = on(&asked, "query");
        let lines = moves(hint(&document));
        moved(lines[way]);
        let names = ["old.json", "new.json", "my gala.json"];
        let sold: Vec<_> = names
            .iter()
            .map(|name| event.path(name))
            .filter(|path| path.exists())
            .map(|path| on(&path, "book cat"))
            .collect();
        assert!(sold.len() == 1 && sold[0].0 == 0, "{from} {way}: {sold:#?}");
    }
}

/// A copy of a count alone, and a count in the place of another: neither is sold from, and the event is named.
#[test]
fn a_copy_of_a_count_leads_to_the_event() {
    let event = sold();
    let copy = event.path("copy.json");
    fs::copy(event.path("old.json"), &copy).unwrap();
    let told = |path: &Path| {
        let (code, document) = on(path, "query");
        assert_eq!(code, 6, "{document:#}");
        let hint = hint(&document);
        assert!(
            hint.contains("a copy of a count is no event: if this is one, say -f "),
            "{hint}"
        );
        assert!(hint.contains("old.json"), "{hint}");
    };
    told(&copy);
    // Over the count of an event that has a ledger of its own.
    let other = event.path("other.json");
    assert_eq!(on(&other, "init 5").0, 0);
    fs::copy(event.path("old.json"), &other).unwrap();
    told(&other);
    assert_eq!(on(&event.path("old.json"), "book cat").0, 0);
    // What has no ledger anywhere is told as before.
    fs::remove_file(event.path("old.ledger.jsonl")).unwrap();
    fs::write(event.path("x.ledger.jsonl"), "x\n".repeat(999)).unwrap();
    let (code, document) = on(&copy, "query");
    assert!(
        code == 6 && hint(&document).contains("reset --help'"),
        "{document:#}"
    );
}

/// A copy of the event lies beside a count that was renamed: its ledger, which has no count by now, comes before the copy's, and
/// both are named.
#[test]
fn the_ledger_without_a_count_comes_before_that_of_a_copy() {
    let event = sold();
    let name = |name: &str| event.path(name);
    fs::copy(name("old.json"), name("a copy.json")).unwrap();
    fs::copy(name("old.ledger.jsonl"), name("a copy.ledger.jsonl")).unwrap();
    fs::rename(name("old.json"), name("zoo.json")).unwrap();
    let (code, document) = on(&name("zoo.json"), "query");
    assert_eq!(code, 6, "{document:#}");
    let message = document["error"]["message"].as_str().unwrap();
    let [own, copy] =
        ["old.ledger.jsonl has such a line", "a copy.ledger.jsonl"].map(|it| message.find(it));
    assert!(own.is_some() && own < copy, "{message}");
    let hint = hint(&document);
    assert!(
        hint.contains("old.json") && !hint.contains("a copy"),
        "{hint}"
    );
    moved(moves(hint)[1]);
    assert_eq!(on(&name("zoo.json"), "book cat").0, 0);
    assert_eq!(on(&name("a copy.json"), "book cat").0, 0);
}

/// An event of three sales, put back to the backup of its first two, and sold from since; and the ledger that was put away.
fn sold_since_a_restore() -> (TestEvent, std::path::PathBuf) {
    let event = TestEvent::empty();
    let (file, safe) = (event.path("old.json"), event.path("safe"));
    let safe = safe.to_str().unwrap();
    let done = |line: &str| {
        let (code, document) = on(&file, line);
        assert_eq!(code, 0, "{line}: {document:#}");
        document
    };
    for line in ["init 20", "book Jane -n 2", "book John -n 2"] {
        done(line);
    }
    done(&format!("backup {safe}"));
    done("book Anna -n 2");
    let kept = done(&format!("restore {safe} --force"))["kept"][0].clone();
    done("book Bert -n 2");
    let kept = kept.as_str().unwrap().into();
    (event, kept)
}

/// Nobody is told to move a ledger over one that has sales which it lacks: its line in the same place, as long as that
/// one, is another sale.
#[test]
fn no_ledger_is_moved_over_one_whose_sales_it_lacks() {
    for name in [None, Some("more.ledger.jsonl")] {
        let (event, put_away) = sold_since_a_restore();
        let (file, ledger) = (event.path("old.json"), event.path("old.ledger.jsonl"));
        if let Some(name) = name {
            fs::rename(&put_away, event.path(name)).unwrap();
        }
        let text = fs::read_to_string(&ledger).unwrap();
        // As long as before, and longer: then no line ends where the count says so.
        for edited in ["\"Joan\"", "\"Johnny\""] {
            fs::write(&ledger, text.replace("\"John\"", edited)).unwrap();
            for line in ["audit", "query", "book cat", "door", "reset 5"] {
                let (code, document) = on(&file, line);
                let told = document.to_string();
                assert!(!told.contains("mv "), "{line} {edited}: {document:#}");
                assert!(!told.contains("has such a line"), "{line} {edited}: {told}");
                assert!(
                    ["query", "book cat"].contains(&line) || code > 0,
                    "{document:#}"
                );
            }
        }
    }
}

/// A ledger of which not every line adds up is no count's, nor is one that says so many left of other sales and holds.
#[test]
fn a_damaged_ledger_is_offered_to_no_count() {
    let event = sold();
    let (own, kept) = (event.path("old.ledger.jsonl"), event.path("x.ledger.jsonl"));
    let text = fs::read_to_string(&own).unwrap();
    fs::remove_file(&own).unwrap();
    let query = |text: &str| {
        fs::write(&kept, text).unwrap();
        on(&event.path("old.json"), "query").1.to_string()
    };
    assert!(query(&text).contains("mv "));
    assert!(!query(&text.replace("\"ann\"", "\"anm\"")).contains("mv "));
    let count = event.path("old.json");
    let said = fs::read_to_string(&count).unwrap();
    fs::write(&count, said.replace("\"sold\": 2", "\"sold\": 3")).unwrap();
    assert!(!query(&text).contains("mv "), "{said}");
}

/// A ledger whose end was cut off is no loss where another has all of it.
#[test]
fn a_ledger_is_offered_in_the_place_of_its_own_beginning() {
    let event = sold();
    let own = event.path("old.ledger.jsonl");
    fs::copy(&own, event.path("x.ledger.jsonl")).unwrap();
    let text = fs::read_to_string(&own).unwrap();
    let end = text.find('\n').unwrap() + 1;
    fs::write(&own, &text[..end]).unwrap();
    let told = on(&event.path("old.json"), "query").1.to_string();
    assert!(told.contains("mv "), "{told}");
}
