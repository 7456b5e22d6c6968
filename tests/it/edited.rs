//! A ledger that an editor has saved in its own way: it is told as that, nobody is sent to a reset, and the way back is one.

use std::fs;
use std::process::Command;

use crate::harness::{Run, TICKETS, TestEvent};

const LEDGER: &str = "tickets.ledger.jsonl";

/// An event for real with three sales.
fn sold() -> TestEvent {
    let event = TestEvent::empty();
    assert_eq!(event.json("init 9").0, 0);
    for buyer in ["ann", "bob", "cat"] {
        event.booked(buyer);
    }
    event
}

/// What an editor makes of a ledger, and how that is called.
fn edits(text: &str) -> [(Vec<u8>, &'static str, u64); 10] {
    let crlf = text.replace('\n', "\r\n");
    let (first, rest) = text.split_at(text.find('\n').unwrap() + 1);
    let (before, last) = text.split_at(text.trim_end().rfind('\n').unwrap() + 1);
    [
        (crlf.clone().into(), "its lines end in CR LF", 1),
        (
            format!("\u{feff}{text}").into(),
            "a byte order mark stands before its first line",
            1,
        ),
        (
            format!("\u{feff}{crlf}").into(),
            "CR LF, and a byte order mark stands before the first",
            1,
        ),
        // The last line alone, without the newlines behind it, and all but the first one.
        (
            format!("{}\r\n", text.trim_end()).into(),
            "its lines end in CR LF",
            5,
        ),
        (
            format!("{first}{}", rest.replace('\n', "\r\n")).into(),
            "its lines end in CR LF",
            2,
        ),
        (
            format!("\u{feff}{crlf}")
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect(),
            "its text is UTF-16",
            1,
        ),
        (
            format!("{first}\u{a0}{}", rest.replace('\n', "\u{a0} \n")).into(),
            "blanks stand before or behind a line",
            2,
        ),
        // As JSON formatters write it: all of it, its commas alone, the last line alone.
        (spread(text), "blanks stand between the members", 1),
        (
            text.replace(",\"", ", \"").into(),
            "blanks stand between the members",
            1,
        ),
        (
            [before.as_bytes(), &spread(last)].concat(),
            "blanks stand between the members",
            5,
        ),
    ]
}

fn spread(text: &str) -> Vec<u8> {
    text.replace("\":", "\": ").replace(",\"", ", \"").into()
}

/// The line for a shell in a hint.
fn cure(hint: &str) -> &str {
    let at = hint.find("cp -p ").expect("a line for a shell");
    hint[at..].split("; ").next().unwrap()
}

#[test]
fn a_ledger_that_an_editor_saved_is_named_and_had_back() {
    let event = sold();
    let path = event.path(LEDGER);
    let text = fs::read_to_string(&path).unwrap();
    let count = fs::read_to_string(&event.file).unwrap();
    for (edited, said, at) in edits(&text) {
        // Whatever the count is: it may be missing, too.
        for count in [Some(&count), None] {
            match count {
                Some(count) => fs::write(&event.file, count).unwrap(),
                None => fs::remove_file(&event.file).unwrap(),
            }
            fs::write(&path, &edited).unwrap();
            for line in [
                "book dan",
                "query",
                "cancel 3",
                "sales",
                "buy --users 2 --lock",
            ] {
                let (code, document) = event.json(line);
                assert_eq!(code, 6, "{line}: {document:#}");
                let error = &document["error"];
                assert_eq!(error["line"], at, "{line}: {document:#}");
                let message = error["message"].as_str().unwrap();
                assert!(message.contains(said), "{line}: {message}");
                let hint = error["hint"].as_str().unwrap();
                assert!(!hint.contains(" reset"), "{line}: {hint}");
                assert!(hint.contains(" restore DIR'"), "{line}: {hint}");
            }
            for line in ["reset", "reset 5"] {
                let (code, document) = event.json(line);
                assert_eq!(code, 4, "{line}: {document:#}");
            }
            for line in ["audit", "audit --repair", "audit --repair --force"] {
                let (code, audit) = event.json(line);
                assert_eq!(code, 6, "{line}: {audit:#}");
                let found = &audit["findings"][0];
                assert_eq!(
                    (&found["kind"], &found["line"]),
                    (&"ledger".into(), &at.into())
                );
                assert_eq!(found["repairable"], false, "{line}: {audit:#}");
            }
            let told = event.run("audit").stdout;
            assert_eq!(fs::read(&path).unwrap(), edited, "nothing is cut off");
            let done = Command::new("sh")
                .args(["-c", cure(&told)])
                .status()
                .unwrap();
            assert!(done.success(), "{told}");
            assert_eq!(
                fs::read_to_string(&path).unwrap().trim_end(),
                text.trim_end()
            );
            assert_eq!(event.json("query").1["sold"], 3);
        }
        event.booked("eve");
        let last = event.sales().last().unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(event.json(&format!("cancel {last}")).0, 0);
        assert_eq!(event.json("audit").0, 0);
        // As it was before.
        fs::write(&path, &text).unwrap();
        fs::write(&event.file, &count).unwrap();
    }
}

/// Lines that an editor has not changed but for their ends are none that a backup lacks; and a backup that was edited is mended
/// in the same way.
#[test]
fn an_edited_ledger_loses_nothing_to_a_backup_and_is_none_that_is_damaged() {
    // So many lines that the last ones begin behind where the backup ends.
    let event = TestEvent::sold(400);
    let safe = event.path("my safe");
    let on_safe = |command: &str| {
        let words = ["--json", command, safe.to_str().unwrap()];
        Run::of(event.command(words).output().unwrap()).document()
    };
    assert_eq!(on_safe("backup").0, 0);
    let path = event.path(LEDGER);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace('\n', "\r\n")).unwrap();
    let (code, done) = on_safe("restore");
    assert_eq!((code, &done["sold"]), (0, &400.into()), "{done:#}");
    let saved = safe.join(LEDGER);
    let whole = fs::read_to_string(&saved).unwrap();
    fs::write(&saved, whole.replace('\n', "\r\n")).unwrap();
    event.booked("dan");
    let (code, error) = on_safe("restore");
    let hint = error["error"]["hint"].as_str().unwrap();
    assert!(
        code == 6 && hint.contains("this backup is damaged"),
        "{error:#}"
    );
    let done = Command::new("sh").args(["-c", cure(hint)]).status();
    assert!(done.unwrap().success(), "{hint}");
    assert_eq!(fs::read_to_string(&saved).unwrap(), whole);
    assert_eq!(on_safe("restore").0, 4, "dan is not in it");
}

/// What is told names the file, whatever it is called, and the event as the caller did.
#[test]
fn the_way_back_is_quoted_for_a_shell() {
    let event = TestEvent::empty();
    let run = |words: &[&str]| {
        let mut command = Command::new(TICKETS);
        command.current_dir(event.directory()).args(words);
        Run::of(command.output().unwrap())
    };
    let name = "it's a gala.json";
    assert_eq!(run(&["-f", name, "init", "9"]).code, Some(0));
    let path = event.path("it's a gala.ledger.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace('\n', "\r\n")).unwrap();
    let told = run(&["-f", name, "query"]);
    assert!(
        told.stderr
            .contains(r#""tickets -f 'it'\''s a gala.json' audit""#),
        "{told:?}"
    );
    let mut shell = Command::new("sh");
    shell
        .current_dir(event.directory())
        .args(["-c", cure(&told.stderr)]);
    assert!(shell.status().unwrap().success(), "{told:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

/// A line that was edited by hand is named as that, with whose it is, and how a name is changed.
#[test]
fn a_line_that_was_edited_by_hand_is_named() {
    let event = sold();
    for line in ["hold dan -n 2", "confirm 6", "hold eve"] {
        assert_eq!(event.json(line).0, 0, "{line}");
    }
    let path = event.path(LEDGER);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"bob\"", "\"rob\"")).unwrap();
    let id = event.ledger()[3]["id"].as_str().unwrap().to_owned();
    let whose =
        format!("somebody edited it, or it is damaged; as it stands it is sale {id} of rob");
    let door = event.json("door").1;
    let [message, hint] = ["message", "hint"].map(|it| door["error"][it].as_str().unwrap());
    assert!(
        message.contains(&whose) && !message.contains("race"),
        "{message}"
    );
    assert!(
        hint.contains("'tickets rename ID NAME'") || hint.contains("rename ID NAME"),
        "{hint}"
    );
    let (code, audit) = event.json("audit");
    let found = &audit["findings"][0];
    assert_eq!((code, &found["line"]), (6, &4.into()), "{audit:#}");
    assert!(
        found["text"].as_str().unwrap().contains(&whose),
        "{audit:#}"
    );
    let hint = found["hint"].as_str().unwrap();
    assert!(hint.contains("undo what was edited in line 4"), "{hint}");
    assert!(event.run("audit").stdout.contains("rename ID NAME"));
    // Nobody knows how it was: what the lines say is sold in a new event.
    let (other, sold) = sold_anew(hint);
    assert_eq!(sold, 5);
    let buyers: Vec<_> = other.sales().iter().map(|it| it["buyer"].clone()).collect();
    assert_eq!(buyers, ["ann", "rob", "cat", "dan", "eve"]);
    assert_eq!(other.json("query").1["left"], 3);
    // What is to be done again there: who never confirmed is on none of these lines.
    let from = hint.find("grep -vE").unwrap();
    let to = from + hint[from..].find(" shows those lines").unwrap();
    let mut shell = Command::new("sh");
    let shown = shell.args(["-c", &hint[from..to]]).output().unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    let ops = [
        "\"op\":\"open\"",
        "\"op\":\"set\"",
        "\"op\":\"confirm\",\"ref\":\"6-",
    ];
    assert!(ops.iter().all(|op| shown.contains(op)), "{shown}");
    assert_eq!(shown.lines().count(), ops.len(), "{shown}");
    assert_eq!(other.json("audit").0, 0);
}

/// Does what a hint says of selling what the lines say in a new event: that, and how many rows were sold.
fn sold_anew(hint: &str) -> (TestEvent, u64) {
    let other = TestEvent::empty();
    assert_eq!(other.json("init 9").0, 0);
    let from = hint.find("grep ").unwrap_or_else(|| panic!("{hint}"));
    let to = from
        + hint[from..]
            .find(" > old.jsonl && tickets -f new.json import old.jsonl --ignore-columns;")
            .unwrap();
    let list = other.path("old.jsonl");
    let script = format!("{} > \"$1\"", &hint[from..to]);
    let mut shell = Command::new("sh");
    let shell = shell.args(["-c", &script, "sh"]).arg(&list);
    assert!(shell.status().unwrap().success(), "{script}");
    let import = [
        "--json",
        "import",
        list.to_str().unwrap(),
        "--ignore-columns",
    ];
    let (code, done) = Run::of(other.command(import).output().unwrap()).document();
    assert_eq!(code, 0, "{done:#}");
    (other, done["sold"].as_u64().unwrap())
}

/// A line was taken out: the way out is the one of a line that was edited, and no number is told that nobody can know.
#[test]
fn a_line_that_is_gone_has_a_way_out_and_a_reset_tells_no_wrong_numbers() {
    let event = sold();
    for line in ["hold dan -n 2", "confirm 6", "cancel 5"] {
        assert_eq!(event.json(line).0, 0, "{line}");
    }
    let reset = event.json("reset").1;
    let message = reset["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("4 tickets are booked: "), "{message}");
    let path = event.path(LEDGER);
    let text = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    lines.remove(3);
    fs::write(&path, lines.concat()).unwrap();
    let (code, audit) = event.json("audit");
    let hint = audit["findings"][0]["hint"].as_str().unwrap();
    assert_eq!(code, 6, "{audit:#}");
    assert!(hint.starts_with("a backup that was made after those lines were written has them"));
    let (other, sold) = sold_anew(hint);
    assert_eq!(sold, 3);
    let buyers: Vec<_> = other.sales().iter().map(|it| it["buyer"].clone()).collect();
    assert_eq!(buyers, ["ann", "cat", "dan"]);
    let (code, reset) = event.json("reset");
    let [message, hint] = ["message", "hint"].map(|it| reset["error"][it].as_str().unwrap());
    assert_eq!(code, 4, "{reset:#}");
    assert!(
        message.starts_with(
            "tickets are booked, and how many is not known, for line 4 of the ledger does not add up: a reset would"
        ),
        "{message}"
    );
    assert!(
        hint.contains(" audit' says") && !hint.contains("adjust"),
        "{hint}"
    );
}

/// A whole line that was written by hand is no torn end: it is named, no command puts it away, and the way back is one. What a
/// crash leaves, the beginning of a line, stops no sale.
#[test]
fn a_line_that_was_written_by_hand_is_named_and_not_put_away() {
    const HAND: &str = r#"{"op":"sell","id":"4-aaaaaa","buyer":"Hand","quantity":1}"#;
    for by_hand in [
        format!("{HAND}\n"),
        format!("{HAND}\n{HAND}\n"),
        HAND.to_owned(),
        // Behind preallocation, as a shell appends it.
        format!("\n\n\n{HAND}\n"),
    ] {
        let event = sold();
        let path = event.path(LEDGER);
        let whole = fs::read_to_string(&path).unwrap();
        let edited = format!("{}\n{by_hand}", whole.trim_end());
        fs::write(&path, &edited).unwrap();
        let safe = event.path("safe");
        let backup = format!("-q backup {}", safe.display());
        for line in ["book dan", "query", "door", "sales", &backup] {
            let (code, document) = event.json(line);
            let message = document["error"]["message"].as_str().unwrap_or_default();
            assert_eq!(code, 6, "{line}: {document:#}");
            assert!(message.contains("wrote it by hand"), "{line}: {message}");
        }
        for line in ["audit", "audit --repair"] {
            let (code, audit) = event.json(line);
            let found = &audit["findings"][0];
            assert_eq!((code, &found["kind"]), (6, &"ledger".into()), "{audit:#}");
            let text = found["text"].as_str().unwrap();
            assert!(text.contains("wrote it by hand"), "{text}");
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), edited);
        let told = event.run("audit").stdout;
        let done = Command::new("sh").args(["-c", cure(&told)]).status();
        assert!(done.unwrap().success(), "{told}");
        event.booked("Hand");
        assert_eq!(event.json("audit").1["sold"], 4);
    }
    for torn in ["{\"seq\":6,\"at\":\n", "{\"seq\":6,\"at", "\0\0\0\0", "x\n"] {
        let event = sold();
        let path = event.path(LEDGER);
        let whole = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{}\n{torn}", whole.trim_end())).unwrap();
        assert_eq!(event.json("query").0, 0, "{torn:?}");
        let told = event.run(&format!("-q backup {}", event.path("safe").display()));
        assert_eq!((told.code, told.stdout.as_str()), (Some(0), ""), "{told:?}");
        assert!(told.stderr.contains("were kept as"), "{told:?}");
        event.booked("dan");
        assert_eq!(event.json("audit").0, 0, "{torn:?}");
    }
}

/// An older backup in the usual directory has what was edited: it is not blamed, and none of its sales is booked again.
#[test]
fn a_backup_is_not_blamed_for_an_edited_ledger() {
    let event = sold();
    let safe = event.path("safe");
    let place = safe.to_str().unwrap();
    assert_eq!(event.json(&format!("backup {place}")).0, 0);
    event.booked("dan");
    let path = event.path(LEDGER);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"bob\"", "\"Bob\"")).unwrap();
    for to in [place, event.path("other").to_str().unwrap()] {
        let (code, document) = event.json(&format!("backup {to}"));
        let error = &document["error"];
        let message = error["message"].as_str().unwrap();
        let hint = error["hint"].as_str().unwrap();
        assert_eq!(code, 6, "{document:#}");
        assert!(error["file"].as_str().unwrap().ends_with(LEDGER) && error["line"].is_u64());
        assert!(
            message.contains("its checksum does not fit"),
            "{document:#}"
        );
        assert!(!hint.contains("book them here again"), "{document:#}");
        if to == place {
            assert!(hint.contains(&format!("restore {place}")), "{document:#}");
        }
    }
    // The other way round: what was edited is in the backup.
    fs::write(&path, &text).unwrap();
    let copy = safe.join(LEDGER);
    let copied = fs::read_to_string(&copy).unwrap();
    fs::write(&copy, copied.replace("\"bob\"", "\"Bob\"")).unwrap();
    let (code, document) = event.json(&format!("backup {place}"));
    let hint = document["error"]["hint"].as_str().unwrap();
    assert_eq!(code, 4, "{document:#}");
    assert!(hint.contains("its checksum does not fit"), "{document:#}");
    assert!(!hint.contains("book them here again"), "{document:#}");
}

/// A count that makes no sense, whose ledger is gone: where a backup or what was put away shows that tickets were sold, nobody
/// is told to write a new count.
#[test]
fn nobody_is_told_to_write_a_count_anew_where_tickets_were_sold() {
    let broken = "{\"ticket\": 16 \"sold\"";
    for (beside, way_back) in [
        ("safe", "'tickets -f EVENT restore PLACE/safe'"),
        ("tickets.broken-20260101T000000Z.json", "restore DIR'"),
        ("tickets.ledger.20260101T000000Z.jsonl", "restore DIR'"),
    ] {
        let event = sold();
        let place = event.path(beside);
        if beside == "safe" {
            assert_eq!(event.json(&format!("backup {}", place.display())).0, 0);
        } else {
            fs::write(&place, "").unwrap();
        }
        fs::remove_file(event.path(LEDGER)).unwrap();
        let own = event.directory().display().to_string();
        let way_back = way_back.replace("PLACE", &own);
        let way_back = way_back.replace("EVENT", event.file.to_str().unwrap());
        for count in [broken, ""] {
            fs::write(&event.file, count).unwrap();
            for line in ["query", "book eve"] {
                let (code, document) = event.json(line);
                let hint = document["error"]["hint"].as_str().unwrap();
                assert_eq!(code, 6, "{beside} {line}: {document:#}");
                assert!(hint.contains(&way_back), "{beside} {line}: {document:#}");
                assert!(!hint.contains("is written like"), "{document:#}");
                assert!(!hint.contains("reset 2"), "{document:#}");
            }
        }
    }
}

/// What an editor, or a slip in one, makes of a ledger whose lines are all there; what that is called, and of which line.
fn slips(text: &str) -> [(&'static str, Vec<u8>, &'static str, u64); 9] {
    let text = format!("{}\n", text.trim_end());
    let lines: Vec<&str> = text.lines().collect();
    let with = |at: usize, line: &str| {
        let mut all = lines.clone();
        all.insert(at, line);
        format!("{}\n", all.join("\n")).into_bytes()
    };
    let western: Vec<u8> = text.chars().map(|it| u8::try_from(it).unwrap()).collect();
    let end = format!("{} \n", text.trim_end()).into_bytes();
    let blanks = text.replace('\n', "  \n").into_bytes();
    let both = [&western[..western.len() - 1], b"\t\n"].concat();
    let blank = "blank lines stand between";
    let encoding = "in another encoding";
    [
        ("a blank at the end", end, "blanks stand", 5),
        ("blanks at all ends", blanks, "blanks stand", 1),
        ("Western letters", western, encoding, 4),
        ("and a tab", both, encoding, 4),
        ("a blank line", with(3, ""), blank, 4),
        (
            "a line twice",
            with(3, lines[2]),
            "line 4 is line 3 once more",
            4,
        ),
        (
            "the last twice",
            with(5, lines[4]),
            "line 6 is line 5 once more",
            6,
        ),
        (
            "a remark",
            with(3, "# paid"),
            "line 4 is none of a ledger's",
            4,
        ),
        ("a remark first", with(0, "# my club"), "line 1 is none", 1),
    ]
}

/// Whatever the count is: also where it is missing, or of before the last sale, for then such a line is not counted.
#[test]
fn what_an_editor_puts_into_a_ledger_is_named_and_loses_no_sale() {
    let event = TestEvent::empty();
    assert_eq!(event.json("init 9").0, 0);
    for buyer in ["ann", "J\u{fc}rgen"] {
        event.booked(buyer);
    }
    let older = fs::read(&event.file).unwrap();
    event.booked("cat");
    let (newer, path) = (fs::read(&event.file).unwrap(), event.path(LEDGER));
    let text = fs::read_to_string(&path).unwrap();
    let sales = event.sales();
    for (what, edited, said, at) in slips(&text) {
        for count in [Some(&newer), Some(&older), None] {
            match count {
                Some(count) => fs::write(&event.file, count).unwrap(),
                None => fs::remove_file(&event.file).unwrap(),
            }
            fs::write(&path, &edited).unwrap();
            for line in ["book dan", "query", "door", "-q book dan"] {
                let (code, document) = event.json(line);
                let error = &document["error"];
                let message = error["message"].as_str().unwrap_or_default();
                assert!(message.contains(said), "{what}, {line}: {document:#}");
                assert_eq!((code, &error["line"]), (6, &at.into()), "{what}, {line}");
            }
            let (code, audit) = event.json("audit");
            let found = &audit["findings"][0];
            assert_eq!((code, &found["line"]), (6, &at.into()), "{what}: {audit:#}");
            assert!(
                found["text"].as_str().unwrap().contains(said),
                "{what}: {audit:#}"
            );
            assert_eq!(
                fs::read(&path).unwrap(),
                edited,
                "{what}: nothing is cut off"
            );
            let told = event.run("audit").stdout;
            let done = Command::new("sh").args(["-c", cure(&told)]).status();
            assert!(done.unwrap().success(), "{what}: {told}");
            let after = fs::read_to_string(&path).unwrap();
            assert_eq!(after.trim_end(), text.trim_end(), "{what}");
            assert_eq!(event.json("query").1["sold"], 3, "{what}");
            assert_eq!(event.sales(), sales, "{what}");
        }
    }
}

/// Where the next line does not follow on the one before it, a line between them was one of the ledger's.
#[test]
fn a_line_that_was_one_of_the_ledgers_is_not_said_to_be_none() {
    let event = sold();
    let path = event.path(LEDGER);
    let text = fs::read_to_string(&path).unwrap();
    let second = text.lines().nth(2).unwrap();
    fs::write(&path, text.replace(second, "# ann")).unwrap();
    for line in ["query", "audit"] {
        let told = event.run(line);
        assert_eq!(told.code, Some(6), "{told:?}");
        let all = told.stdout + &told.stderr;
        assert!(!all.contains("none of a ledger's"), "{all}");
        assert!(!all.contains("none of it is lost"), "{all}");
    }
}

/// A copy of a line that the backup has is none that it lacks.
#[test]
fn a_restore_gives_up_no_sale_by_a_line_that_stands_twice() {
    let event = sold();
    let safe = event.path("safe").display().to_string();
    assert_eq!(event.json(&format!("backup {safe}")).0, 0);
    let path = event.path(LEDGER);
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.trim_end().lines().collect();
    for twice in [2, 4] {
        let mut all = lines.clone();
        all.insert(twice, lines[twice]);
        fs::write(&path, format!("{}\n", all.join("\n"))).unwrap();
        let (code, document) = event.json(&format!("restore {safe}"));
        assert_eq!(code, 0, "{document:#}");
        assert!(!document.to_string().contains("given up"), "{document:#}");
        let after = fs::read_to_string(&path).unwrap();
        assert_eq!(after.trim_end(), text.trim_end());
    }
}
