//! The event of [`Variant::Held`](crate::event::Variant::Held): the lines of a whole life, of every kind.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempPath;

use crate::books::Books;
use crate::program::Program;
use crate::test_event::{TestEvent, memory};

/// How it is made.
pub(crate) const INIT: &str =
    "init 12 --title Gala --max-per-sale 8 --max-per-buyer 200 --hold 30m --until 2999-01-01";

/// Every kind of line.
const KINDS: [&str; 12] = [
    "open", "sell", "cancel", "adjust", "set", "hold", "confirm", "release", "expire", "rename",
    "close", "reopen",
];

/// Lives it; returns the sale that is cancelled or renamed later, and the hold that is confirmed or released. One is
/// left on hand, one is held for a year, and three are held and due.
pub(crate) fn live(event: &TestEvent, mode: u32, closed: bool) -> (String, String) {
    let done = |line: &str| {
        let (code, document) = event.json(line);
        assert_eq!(code, 0, "{line}: {document:#}");
        document
    };
    let held = |line: &str| done(line)["hold"]["id"].as_str().unwrap().to_owned();
    let sold = |line: &str| done(line)["sale"]["id"].as_str().unwrap().to_owned();
    done(INIT);
    for name in event.names() {
        fs::set_permissions(event.path(&name), fs::Permissions::from_mode(mode)).unwrap();
    }
    sold("book alice --key a");
    let bob = sold("book bob --quantity 2 --note paid");
    let dora = held("hold dora --for 1h");
    done(&format!("confirm {dora}"));
    let erin = held("hold erin");
    done(&format!("release {erin}"));
    held("hold frank --quantity 8 --for 0s");
    sold("book gina --key g");
    done(&format!("rename {bob} Bobby"));
    done("close");
    done("reopen");
    done("adjust +1 --reason chairs");
    let carol = sold("book carol --key c");
    done(&format!("cancel {carol}"));
    done("set --title Autumn");
    let hank = held("hold hank --for 365days");
    held("hold ivan --quantity 3 --for 0s");
    done("adjust -3 --reason stage");
    if closed {
        done("close");
    }
    is_lived(event);
    (bob, hank)
}

/// Whether every kind of line is there, and what is left and held.
fn is_lived(event: &TestEvent) {
    let books = Books::of(event);
    let kinds: BTreeSet<_> = books
        .lines
        .iter()
        .filter_map(|line| line["op"].as_str())
        .collect();
    assert_eq!(
        kinds,
        BTreeSet::from(KINDS),
        "not every kind of line is there"
    );
    assert_eq!(
        (books.left, books.held, books.due()),
        (1, 4, 3),
        "{:#?}",
        books.lines
    );
}

/// The mode that a new event has.
pub(crate) fn mode(program: &Program) -> u32 {
    let event = TestEvent::empty(&program.sound());
    assert_eq!(event.json(INIT).0, 0);
    fs::metadata(&event.file).unwrap().permissions().mode() & 0o7777
}

/// A list to be imported. The second row has no key of its own.
pub(crate) fn list() -> TempPath {
    let mut file = tempfile::Builder::new()
        .suffix(".csv")
        .tempfile_in(memory())
        .unwrap();
    file.write_all(b"buyer,quantity,key,note\neve,1,i,\nfay,1,,paid\n")
        .unwrap();
    // Whoever sells reads it.
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644)).unwrap();
    file.into_temp_path()
}
