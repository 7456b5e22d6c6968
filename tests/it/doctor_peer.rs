//! The doctor's second process by itself: it does what it is told, and sees what it looks for.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::harness::{Run, TICKETS, TestEvent, eventually, flocks};

/// A second process by itself, whose orders this test gives.
struct PeerProcess {
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl PeerProcess {
    fn start(event: &TestEvent) -> Self {
        for name in ["lock", "tickets.json"] {
            fs::write(event.path(name), "x\n").unwrap();
        }
        let mut child = Command::new(TICKETS)
            .arg("__peer")
            .arg(event.directory())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { child, answers }
    }

    fn ask(&mut self, order: &str) -> Value {
        writeln!(self.child.stdin.as_mut().unwrap(), "\"{order}\"").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

/// The reader is able to see what it looks for: here a file is replaced as it must not be.
#[test]
fn the_reader_sees_a_file_that_is_not_replaced_atomically() {
    let event = TestEvent::empty();
    let whole = |kind: u8| vec![b'a' + kind; 5000 + 131 * usize::from(kind)];
    let mut peer = PeerProcess::start(&event);
    let mut seen = |what: &str, replace: &dyn Fn(u8)| {
        eventually(what, || {
            replace(0);
            assert_eq!(peer.ask("watch"), "watching");
            (0..2000_u32).for_each(|at| replace((at % 26) as u8));
            let tally = peer.ask("tell")["watched"].clone();
            assert!(tally["reads"].as_u64().unwrap() > 0, "{tally:#}");
            (tally[what].as_u64().unwrap() > 0).then_some(tally)
        })
    };
    seen("missing", &|kind| {
        let _ = fs::remove_file(&event.file);
        fs::write(&event.file, whole(kind)).unwrap();
    });
    seen("empty", &|kind| {
        fs::write(&event.file, whole(kind)).unwrap();
    });
    seen("mixed", &|kind| {
        use std::os::unix::fs::FileExt;
        let file = fs::File::options().write(true).open(&event.file).unwrap();
        let bytes = whole(kind);
        file.write_all_at(&bytes[..2000], 0).unwrap();
        file.write_all_at(&bytes[2000..], 2000).unwrap();
        file.set_len(bytes.len() as u64).unwrap();
    });
    let tally = seen("changes", &|kind| {
        let new = event.path("new");
        fs::write(&new, whole(kind)).unwrap();
        fs::rename(&new, &event.file).unwrap();
    });
    for name in ["missing", "empty", "mixed", "failed"] {
        assert_eq!(tally[name], 0, "{tally:#}");
    }
    drop(peer.child.stdin.take());
    assert!(peer.child.wait().unwrap().success());
}

#[test]
fn the_second_process_ends_with_the_process_that_gives_the_orders() {
    let event = TestEvent::empty();
    for (order, answer) in [("lock", "locked"), ("watch", "watching")] {
        let mut peer = PeerProcess::start(&event);
        assert_eq!(peer.ask(order), answer);
        let locks = flocks(&event.path("lock"));
        assert_eq!(locks.len(), usize::from(order == "lock"), "{locks:?}");
        drop(peer.child.stdin.take());
        assert_eq!(peer.child.wait().unwrap().code(), Some(0));
        assert!(flocks(&event.path("lock")).is_empty());
    }
}

#[test]
fn a_process_that_is_started_as_a_peer_by_mistake_does_nothing() {
    let event = TestEvent::stock(2);
    let directory = event.directory().to_str().unwrap();
    for (arguments, code) in [
        (vec![], 2),
        (vec![directory, "more"], 2),
        (vec![directory], 1),
    ] {
        let mut command = Command::new(TICKETS);
        command.arg("__peer").args(arguments).stdin(Stdio::null());
        assert_eq!(Run::of(command.output().unwrap()).code, Some(code));
    }
    assert_eq!(event.names(), ["tickets.json"]);
}
