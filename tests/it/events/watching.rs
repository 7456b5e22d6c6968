//! Watching an event: on a terminal, through a pipe, across resets.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::{held, made, told};
use crate::harness::{TICKETS, TestEvent, eventually, signal};

/// What a child prints, a line at a time.
fn lines(child: &mut Child) -> impl FnMut() -> String + use<> {
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    move || {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

fn ends_with(mut child: Child, name: &str) -> Option<i32> {
    signal(child.id().cast_signed(), name);
    child.wait().unwrap().code()
}

#[test]
fn each_change_is_a_line_for_a_pipe() {
    let event = made(5, "");
    let mut child = event.start("watch");
    let mut next = lines(&mut child);
    assert_eq!(next(), "5 left, 0 sold");
    let sale = event.booked("ann -n 2");
    assert_eq!(
        next(),
        format!("3 left, 2 sold; last sale {sale}  2 for ann")
    );
    let hold = held(&event, "bob");
    assert_eq!(
        next(),
        format!("2 left, 2 sold, 1 held; last sale {sale}  2 for ann")
    );
    assert_eq!(event.json(&format!("confirm {hold}")).0, 0);
    assert_eq!(
        next(),
        format!("2 left, 3 sold; last sale {hold}  1 for bob")
    );
    assert_eq!(event.json(&format!("rename {hold} rob")).0, 0);
    assert_eq!(
        next(),
        format!("2 left, 3 sold; last sale {hold}  1 for rob")
    );
    assert_eq!(event.json("close").0, 0);
    assert_eq!(
        next(),
        format!("2 left, 3 sold; the sale is closed; last sale {hold}  1 for rob")
    );
    // Another ledger takes the place of this one.
    assert_eq!(event.json("reset 9 --force").0, 0);
    assert_eq!(next(), "9 left, 0 sold");
    let sale = event.booked("eve");
    assert_eq!(
        next(),
        format!("8 left, 1 sold; last sale {sale}  1 for eve")
    );
    assert_eq!(ends_with(child, "INT"), Some(130));
}

#[test]
fn a_program_gets_a_document_for_each_change() {
    let event = made(5, "--title Gala");
    let mut child = event.start("--json watch");
    let mut next = lines(&mut child);
    let first: Value = serde_json::from_str(&next()).unwrap();
    assert_eq!(
        (&first["command"], &first["left"], &first["title"]),
        (&"watch".into(), &5.into(), &"Gala".into())
    );
    let sale = event.booked("ann -n 2");
    let second: Value = serde_json::from_str(&next()).unwrap();
    assert_eq!(
        (&second["sold"], &second["last"][0]["id"]),
        (&2.into(), &sale.into())
    );
    assert_eq!(ends_with(child, "TERM"), Some(143));
}

/// Also where nothing changes any more.
#[test]
fn it_ends_when_nobody_reads_it() {
    let event = made(5, "");
    let mut child = event.start("watch");
    drop(lines(&mut child));
    let code = eventually("it ends", || child.try_wait().unwrap());
    assert_eq!(code.code(), Some(0));
}

#[test]
fn a_terminal_is_drawn_anew_at_each_change() {
    let event = made(5, "");
    assert_eq!(told(&event, &["set", "--title", "G\u{1b}ala"]).0, 2);
    assert_eq!(told(&event, &["set", "--title", "Gala"]).0, 0);
    event.booked("ann");
    let line = format!(
        "stty rows 20 cols 60; exec {TICKETS} -f {} watch",
        event.file.display()
    );
    let mut script = Command::new("script");
    script
        .args(["-qefc", &line, "/dev/null"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let Ok(mut child) = script.spawn() else {
        eprintln!("skipped: no script(1), which makes terminals");
        return;
    };
    let mut out = child.stdout.take().unwrap();
    let mut seen = String::new();
    let mut until = |part: &str| {
        let mut bytes = [0; 4096];
        while !seen.contains(part) {
            let read = out.read(&mut bytes).unwrap();
            assert!(read > 0, "ended without {part:?}: {seen:?}");
            seen += &String::from_utf8_lossy(&bytes[..read]);
        }
        std::mem::take(&mut seen)
    };
    let first = until("1 for ann\r\n");
    assert!(first.contains("\u{1b}[H\u{1b}[J"), "{first:?}");
    assert!(
        first.contains("Gala\r\n4 left, 1 sold\r\n\r\n"),
        "{first:?}"
    );
    event.booked("eve");
    let second = until("1 for ann\r\n");
    assert!(second.contains("\u{1b}[H\u{1b}[J"), "{second:?}");
    assert!(
        second.find("for eve") < second.find("for ann"),
        "the last one first: {second:?}"
    );
    let watch = event
        .processes()
        .into_iter()
        .find(|it| it.line.starts_with(TICKETS))
        .unwrap();
    signal(watch.pid, "INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn an_event_that_is_missing_or_does_not_add_up_is_not_watched() {
    let event = TestEvent::empty();
    assert_eq!(event.json("watch").0, 1);
    let event = made(5, "");
    event.booked("ann");
    let path = event.path("tickets.ledger.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("\"ann\"", "\"eve\"")).unwrap();
    assert_eq!(event.json("watch").0, 6);
}
