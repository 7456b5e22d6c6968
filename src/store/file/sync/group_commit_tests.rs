use crate::error::Kind;
use crate::ledger::CountFile;
use crate::ledger::Tally;
use crate::store::file::files::open::Access;
use crate::store::file::reader::ledger_file::open_ledger;
use std::fs;

use tempfile::TempDir;

use crate::ledger::{Op, Record, Replaced};
use crate::store::file::sync::outcome::settled_by_reset;

use super::*;

/// An event whose ledger has one sale that nobody has counted.
struct SyncedEvent {
    _directory: TempDir,
    files: EventFiles,
    ledger: LedgerFile,
    /// Up to the sale.
    tally: Tally,
    /// The sum of its opening line.
    opened: String,
}

impl SyncedEvent {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let files = EventFiles::at(&directory.path().join("tickets.json")).unwrap();
        fs::write(&files.count, r#"{"ticket": 10}"#).unwrap();
        let opening = Record::open(10, None);
        let (mut bytes, sum) = opening.encode(Tally::default().sum).unwrap();
        let opened = sum.to_string();
        let tally = Tally::default()
            .apply(&opening, sum, bytes.len() as u64)
            .unwrap();
        let sale = Record {
            id: Some("2-000000".into()),
            buyer: Some("alice".into()),
            ..Record::new(Op::Sell, 2, 1, 9)
        };
        let (line, sum) = sale.encode(sum).unwrap();
        bytes.extend(line);
        let tally = tally.apply(&sale, sum, bytes.len() as u64).unwrap();
        fs::write(&files.ledger, bytes).unwrap();
        let ledger = open_ledger(&files, Access::ReadWrite).unwrap().unwrap();
        Self {
            _directory: directory,
            files,
            ledger,
            tally,
            opened,
        }
    }

    /// Another file under the ledger's name.
    fn put(&self, bytes: &[u8]) {
        let new = self.files.ledger.with_extension("new");
        fs::write(&new, bytes).unwrap();
        fs::rename(&new, &self.files.ledger).unwrap();
    }

    /// A new ledger, which says that it took the place of one that opened so and was synced up to `end`.
    fn replaced(&self, opened: &str, end: u64) {
        let replaces = Some(Replaced {
            seq: 1,
            bytes: 1,
            opened: opened.to_owned(),
            end,
        });
        let line = Record::open(10, replaces).encode(Tally::default().sum);
        self.put(&line.unwrap().0);
    }

    /// What becomes of the sale, now that another ledger stands under the name.
    fn outcome(&self) -> std::result::Result<(), Kind> {
        let answer = settled_by_reset(&self.files, &self.ledger, self.tally.bytes);
        answer.map(drop).map_err(|error| error.kind())
    }
}

/// A reset proves the ledger that it archives durable, up to where it synced that.
#[test]
fn a_sale_overtaken_by_a_reset_stands_where_the_new_ledger_says_that_it_was_synced() {
    let event = SyncedEvent::new();
    let end = event.tally.bytes;
    let other = format!("{:016x}", 1);
    for (opened, synced, outcome) in [
        (&event.opened, end, Ok(())),
        (&event.opened, end + 1, Ok(())),
        (&event.opened, end - 1, Err(Kind::OutcomeUnknown)),
        (&event.opened, 0, Err(Kind::OutcomeUnknown)),
        (&other, end, Err(Kind::OutcomeUnknown)),
        (&other, u64::MAX, Err(Kind::OutcomeUnknown)),
    ] {
        event.replaced(opened, synced);
        assert_eq!(event.outcome(), outcome, "{opened} up to {synced} of {end}");
    }
}

#[test]
fn a_sale_whose_ledger_was_taken_away_or_replaced_by_hand_has_an_unknown_outcome() {
    let event = SyncedEvent::new();
    let unknown = Err(Kind::OutcomeUnknown);
    let opening = Record::open(10, None).encode(Tally::default().sum);
    event.put(&opening.unwrap().0);
    assert_eq!(event.outcome(), unknown, "it replaces none");
    event.put(b"");
    assert_eq!(event.outcome(), unknown, "no opening line");
    fs::remove_file(&event.files.ledger).unwrap();
    assert_eq!(event.outcome(), unknown, "no ledger");
}

/// A count is believed only as long as the ledger that it counts has the name.
#[test]
fn a_count_of_another_ledger_covers_nothing() {
    for knows_it in [true, false] {
        let event = SyncedEvent::new();
        let (files, ledger) = (&event.files, &event.ledger);
        let end = event.tally.bytes;
        let read = || LedgerView::take(files, Some(ledger)).unwrap();
        let covered = |last: Option<LedgerView>, end| is_covered(files, ledger, end, &mut { last });
        assert!(!covered(knows_it.then(read), end), "nobody has counted it");
        let count = CountFile::fresh(10).counting(&event.tally).render();
        fs::write(&files.count, count).unwrap();
        assert!(covered(knows_it.then(read), end));
        assert!(!covered(knows_it.then(read), end + 1));
        // The same bytes, and another file: a process that put it there has synced nothing.
        event.put(&fs::read(&files.ledger).unwrap());
        assert!(!covered(knows_it.then(read), end), "the name means another");
    }
}

/// Else what another process wrote in between would count as proven.
#[test]
fn only_what_one_process_wrote_without_a_gap_is_its_own() {
    let mut own = crate::store::file::sync::own_tail::OwnTail::default();
    own.wrote(100, 200);
    own.wrote(200, 300);
    assert!(own.covers(100, 300) && own.covers(150, 200));
    assert!(!own.covers(99, 300) && !own.covers(100, 301));
    own.wrote(350, 400);
    assert!(own.covers(350, 400));
    assert!(!own.covers(100, 400) && !own.covers(300, 400) && !own.covers(100, 300));
}
