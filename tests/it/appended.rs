//! What people do to an event's files with other programs: a sale appended to the ledger, a last line copied, a number mistyped,
//! lines lost and their ends changed; and lists of their own. Each is told as what it is, with one way out.

use std::fs;
use std::process::Command;

use crate::harness::{Run, TestEvent};

const LEDGER: &str = "tickets.ledger.jsonl";

/// An event for real with three sales: four lines, and a blank end.
fn sold() -> TestEvent {
    let event = TestEvent::empty();
    assert_eq!(event.json("init 20").0, 0);
    for buyer in ["anna", "bob", "cat"] {
        event.booked(buyer);
    }
    event
}

fn ledger(event: &TestEvent) -> String {
    let text = fs::read_to_string(event.path(LEDGER)).unwrap();
    format!("{}\n", text.trim_end())
}

/// The line for a shell in a hint, run.
fn follow(told: &str) {
    let at = told.find("cp -p ").expect("a line for a shell");
    let line = told[at..].split("; then").next().unwrap();
    let done = Command::new("sh").args(["-c", line]).status().unwrap();
    assert!(done.success(), "{told}");
}

/// Each command refuses with this, and puts nothing away; the way out of the audit is one.
#[track_caller]
fn is_refused_until_followed(event: &TestEvent, told: &str) {
    let path = event.path(LEDGER);
    let text = fs::read_to_string(&path).unwrap();
    let backup = format!("-q backup {}", event.path("safe").display());
    for line in ["book dan", "query", "door", &backup] {
        let (code, document) = event.json(line);
        assert_eq!(code, 6, "{line}: {document:#}");
        let error = document["error"].to_string();
        assert!(error.contains(told), "{line}: {document:#}");
    }
    for line in ["audit", "audit --repair"] {
        let (code, audit) = event.json(line);
        assert_eq!(
            (code, &audit["findings"][0]["kind"]),
            (6, &"ledger".into()),
            "{audit:#}"
        );
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    follow(&event.run("audit").stdout);
    assert_eq!(event.json("audit").0, 0);
    assert_eq!(event.json("query").1["sold"], 3);
    event.booked("opa");
}

/// In the program's own form, or nearly, wherever in a sector it ends.
#[test]
fn a_sale_without_a_sum_was_written_by_hand() {
    for sale in [
        r#""at":"2026-11-30T10:00:00.000Z","op":"sell","id":"6-opaopa","buyer":"BUYER","quantity":1,"left":16"#,
        r#""op":"sell","buyer":"BUYER","quantity":1"#,
        r#""buyer":"BUYER""#,
    ] {
        for more in [0, 1, 300] {
            let event = sold();
            let buyer = format!("Opa{}", "o".repeat(more));
            let sale = sale.replace("BUYER", &buyer);
            let text = format!("{}{{\"seq\":6,{sale}}}\n", ledger(&event));
            fs::write(event.path(LEDGER), text).unwrap();
            is_refused_until_followed(&event, "somebody wrote it by hand");
        }
    }
}

/// The beginning of a line with the end of an older one behind it, where a sector begins, may be what a crash left.
#[test]
fn what_may_be_pieced_together_is_put_away() {
    const SECTOR: usize = 512;
    let event = sold();
    let whole = ledger(&event);
    let begun = "{\"seq\":6,\"at\":\"2026-11-30T10:00:00.000Z\",\"op\":\"sell\",\"buyer\":\"";
    let room = SECTOR - (whole.len() + begun.len()) % SECTOR;
    for old in ["\"}", "a1b2\"}"] {
        let text = format!("{whole}{begun}{}{old}\n", "x".repeat(room));
        fs::write(event.path(LEDGER), text).unwrap();
        assert_eq!(event.json("query").0, 0, "{old}");
    }
    event.booked("dan");
    assert_eq!(event.json("audit").0, 0);
}

/// A copy of the last line, with its id or another.
#[test]
fn a_line_that_was_added_is_to_be_taken_out() {
    let renumbered = |line: &str| {
        let line = line
            .replace("\"seq\":5", "\"seq\":6")
            .replace("\"cat\"", "\"opa\"");
        line.replace("\"left\":17", "\"left\":16")
    };
    for (id, told) in [
        ("\"id\":\"5-", "for line 5 has the same id"),
        ("\"id\":\"6-", "the count does not include it"),
    ] {
        let event = sold();
        let whole = ledger(&event);
        let last = renumbered(whole.lines().last().unwrap());
        let last = last.replace("\"id\":\"5-", id);
        fs::write(event.path(LEDGER), format!("{whole}{last}\n")).unwrap();
        let hint = event.json("query").1["error"]["hint"].to_string();
        assert!(hint.contains("take line 6 out"), "{hint}");
        assert!(!hint.contains("backup that was made since"), "{hint}");
        is_refused_until_followed(&event, told);
    }
}

/// That all is there is said only where it is.
#[test]
fn an_edited_ledger_that_lacks_lines_is_not_said_to_be_whole() {
    let event = sold();
    let whole = ledger(&event);
    let lines: Vec<&str> = whole.lines().collect();
    let crlf = |lines: &[&str]| {
        lines
            .iter()
            .flat_map(|line| [line, "\r\n"])
            .collect::<String>()
    };
    let renamed = whole.replace("bob", "rob");
    let renamed: Vec<&str> = renamed.lines().collect();
    for (text, is_all) in [
        (crlf(&lines), true),
        (crlf(&lines[..4]), false),
        (crlf(&renamed), false),
        (format!("\u{feff}{}\n", lines[..4].join("\n")), false),
    ] {
        fs::write(event.path(LEDGER), &text).unwrap();
        let error = event.json("query").1["error"].to_string();
        let audit = event.run("audit").stdout;
        let first = "take out first what the editor has put in";
        assert_eq!(error.contains("is all there\""), is_all, "{error}");
        assert_eq!(audit.contains("none of it is lost"), is_all, "{audit}");
        assert_eq!(audit.contains(first), !is_all, "{audit}");
        follow(&audit);
        assert_eq!(event.json("audit").0 == 0, is_all, "{text}");
    }
}

/// All lines are there: the count is blamed, and one command puts it right. Where it may be another ledger, by force.
#[test]
fn a_place_that_was_mistyped_in_the_count_is_told_of_the_count() {
    let event = sold();
    let count = fs::read_to_string(&event.file).unwrap();
    let bytes = event.count()["bytes"].as_u64().unwrap();
    // Of a longer ledger lines may be lost, and a copy's has another length: nobody can tell that from a slip.
    let longer = format!("\"bytes\": 1{bytes}");
    for (is, typed, force) in [
        ("\"seq\": 5".to_owned(), "\"seq\": 4".to_owned(), ""),
        (format!("\"bytes\": {bytes}"), longer, " --force"),
        (
            format!("\"bytes\": {bytes}"),
            "\"bytes\": 57".to_owned(),
            " --force",
        ),
    ] {
        let mistyped = count.replace(&is, &typed);
        assert_ne!(mistyped, count);
        fs::write(&event.file, mistyped).unwrap();
        let backup = format!("backup {}", event.path("safe").display());
        for line in ["query", "book dan", &backup] {
            let (code, document) = event.json(line);
            let error = &document["error"];
            assert_eq!(code, 6, "{line}: {document:#}");
            let file = error["file"].as_str().unwrap();
            assert!(file.ends_with("tickets.json"), "{line}: {document:#}");
            let hint = error["hint"].as_str().unwrap();
            let repair = format!("audit --repair{force}' writes");
            assert!(hint.contains(&repair), "{hint}");
        }
        let (code, audit) = event.json("audit");
        assert_eq!(code, 6, "{audit:#}");
        let finding = &audit["findings"][0];
        assert_eq!(finding["repairable"], force.is_empty(), "{audit:#}");
        assert_eq!(event.json(&format!("audit --repair{force}")).0, 0);
        assert_eq!(event.json("query").1["sold"], 3);
    }
}

/// A backup that cron makes again and again, after what it holds was given up on purpose.
#[test]
fn a_backup_of_before_a_reset_or_a_restore_is_told_as_that() {
    for given_up in ["reset 20 --force", "restore OLD --force"] {
        let event = sold();
        let [old, safe] = ["old", "safe"].map(|name| event.path(name).display().to_string());
        assert_eq!(event.json(&format!("backup {old}")).0, 0);
        event.booked("dan");
        assert_eq!(event.json(&format!("backup {safe}")).0, 0);
        assert_eq!(event.json(&given_up.replace("OLD", &old)).0, 0);
        event.booked("eve");
        let (code, document) = event.json(&format!("-q backup {safe}"));
        let hint = document["error"]["hint"].as_str().unwrap();
        assert_eq!(code, 4, "{document:#}");
        assert!(hint.contains("was reset or restored since"), "{hint}");
        assert!(hint.contains("crontab"), "{hint}");
        assert!(!hint.contains("takes them over"), "{hint}");
        assert!(!hint.contains("somebody sold"), "{hint}");
    }
}

/// A column "id" makes no list of this program's own: what stands in it does.
#[test]
fn a_list_with_ids_of_somebodys_own_is_taken_as_it_is() {
    for (ids, name, note) in [
        (["17", "A-1"], "'=B", r"C:\neu"),
        (["2026-11", ""], "'=B", r"C:\neu"),
        (["3-k9wcga", "6-6e6taw"], "=B", "C:\neu"),
    ] {
        let event = TestEvent::stock(9);
        let list = event.path("own.csv");
        let [first, second] = ids;
        let text = format!("id,buyer,note\n{first},'=B,C:\\neu\n{second},'=B,C:\\neu\n");
        fs::write(&list, text).unwrap();
        let words = ["import", list.to_str().unwrap(), "--ignore-columns"];
        let imported = Run::of(event.command(words).output().unwrap());
        assert_eq!(imported.code, Some(0), "{imported:?}");
        for sale in event.json("sales").1["sales"].as_array().unwrap() {
            assert_eq!(
                (&sale["buyer"], &sale["note"]),
                (&name.into(), &note.into()),
                "{ids:?}"
            );
        }
    }
    let told = event_help("import");
    assert!(told.contains("ids like 3-k9wcga"), "{told}");
}

/// What is said of raw lists: they are not those that are read back.
#[test]
fn it_is_the_list_without_raw_that_is_read_back() {
    for command in ["sales", "door"] {
        let told = event_help(command);
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!told.contains("reads such a list back"), "{told}");
        assert!(told.contains("back as it was"), "{told}");
    }
}

fn event_help(command: &str) -> String {
    TestEvent::empty().run(&format!("{command} --help")).stdout
}
