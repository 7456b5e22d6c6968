use std::fs;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::time::Instant;

use tempfile::TempDir;

use super::again::{FRESH, is_fresh};
use crate::error::{Kind, Result};
use crate::ledger::{Op, Record, Tally};
use crate::store::file::event::EventFiles;
use crate::store::file::files::open::Access;
use crate::store::file::reader::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::reader::view::LedgerView;
use crate::store::file::reader::view::tail::Tail;

/// So many newlines behind the last line.
const PREALLOCATED: usize = 64 * 1024;

/// An event of ten tickets with a preallocated ledger, opened and read once.
struct PreallocatedEvent {
    _directory: TempDir,
    files: EventFiles,
    ledger: LedgerFile,
    view: LedgerView,
}

impl PreallocatedEvent {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path: PathBuf = directory.path().join("tickets.json");
        fs::write(&path, r#"{"ticket": 10}"#).unwrap();
        let files = EventFiles::at(&path).unwrap();
        let (mut line, _) = Record::open(10, None).encode(Tally::default().sum).unwrap();
        line.resize(line.len() + PREALLOCATED, b'\n');
        fs::write(&files.ledger, line).unwrap();
        let ledger = open_ledger(&files, Access::ReadWrite).unwrap().unwrap();
        let view = LedgerView::take(&files, Some(&ledger)).unwrap();
        assert!(view.is_preallocated());
        Self {
            _directory: directory,
            files,
            ledger,
            view,
        }
    }

    /// The line that sells one more, and what the ledger adds up to with it.
    fn next(&self) -> (Vec<u8>, Tally) {
        let before = self.view.tally;
        let record = Record {
            id: Some(format!("{}-000000", before.seq + 1).into()),
            buyer: Some("alice".into()),
            ..Record::new(Op::Sell, before.seq + 1, 1, before.left - 1)
        };
        let (line, sum) = record.encode(before.sum).unwrap();
        let end = before.bytes + line.len() as u64;
        (line, before.apply(&record, sum, end).unwrap())
    }

    fn write(&self, bytes: &[u8]) {
        let at = self.view.tally.bytes;
        self.ledger.file.write_all_at(bytes, at).unwrap();
    }

    fn read_ahead(&mut self) {
        self.view.read_ahead(&self.files, &self.ledger);
    }

    /// Sells one more, without a count of it.
    fn sell(&mut self) -> Tally {
        let (line, tally) = self.next();
        self.write(&line);
        self.read_ahead();
        assert_eq!(self.view.tally, tally);
        tally
    }

    /// Publishes a count that says this.
    fn count(&self, tally: &Tally) {
        let (ticket, sold, seq, bytes) = (tally.left, tally.sold, tally.seq, tally.bytes);
        let count =
            format!(r#"{{"ticket": {ticket}, "sold": {sold}, "seq": {seq}, "bytes": {bytes}}}"#);
        fs::write(&self.files.count, count).unwrap();
    }

    /// Reads on, as a process that comes next under the lock does.
    fn again(self) -> Result<LedgerView> {
        LedgerView::again(Some(self.view), &self.files, &self.ledger, None)
    }

    /// Another file under the ledger's name, opened.
    fn put(&mut self, bytes: &[u8]) {
        let new = self.files.ledger.with_extension("new");
        fs::write(&new, bytes).unwrap();
        fs::rename(&new, &self.files.ledger).unwrap();
        self.ledger = open_ledger(&self.files, Access::ReadWrite)
            .unwrap()
            .unwrap();
    }
}

/// A ledger of ten tickets that has sold so many to this buyer, one each.
fn ledger_of(sales: u64, buyer: &str) -> (Vec<u8>, Tally) {
    let opening = Record::open(10, None);
    let (mut ledger, sum) = opening.encode(Tally::default().sum).unwrap();
    let mut tally = Tally::default()
        .apply(&opening, sum, ledger.len() as u64)
        .unwrap();
    for _ in 0..sales {
        let seq = tally.seq + 1;
        let record = Record {
            id: Some(format!("{seq}-000000").into()),
            buyer: Some(buyer.into()),
            ..Record::new(Op::Sell, seq, 1, tally.left - 1)
        };
        let (line, sum) = record.encode(tally.sum).unwrap();
        ledger.extend_from_slice(&line);
        tally = tally.apply(&record, sum, ledger.len() as u64).unwrap();
    }
    (ledger, tally)
}

#[test]
fn a_line_that_is_just_being_written_is_left_for_the_next_look() {
    let mut event = PreallocatedEvent::new();
    let length = event.view.length;
    for _ in 0..3 {
        let before = event.view.tally;
        let (line, after) = event.next();
        // With its last character it is whole: its newline is the first of the preallocation.
        for seen in 0..line.len() - 1 {
            event.write(&line[..seen]);
            event.read_ahead();
            assert_eq!(event.view.tally, before, "{seen} bytes");
            assert_eq!(
                (&event.view.tail, event.view.length),
                (&Tail::Clean, length)
            );
        }
        event.write(&line);
        event.read_ahead();
        assert_eq!(event.view.tally, after);
        assert_eq!(
            (&event.view.tail, event.view.length),
            (&Tail::Clean, length)
        );
    }
}

/// A file grows page by page while a long line is written. Who took its length meanwhile reads a part of the line, however
/// much of it stands there by then.
#[test]
fn a_line_that_grows_beyond_the_length_that_was_taken_is_no_break() {
    for seen in 0.. {
        let mut event = PreallocatedEvent::new();
        let before = event.view.tally;
        let (line, after) = event.next();
        event.ledger.file.set_len(before.bytes).unwrap();
        event.view.length = before.bytes;
        event.write(&line);
        let end = before.bytes + seen;
        let view = LedgerView::again(Some(event.view), &event.files, &event.ledger, Some(end));
        let view = view.unwrap();
        let whole = seen + 1 >= line.len() as u64;
        match (&view.tail, seen) {
            (Tail::Clean, 0) => {}
            (Tail::Torn { from }, _) if !whole => assert_eq!(*from, before.bytes, "{seen} bytes"),
            (Tail::Unterminated { with_it }, _) if seen + 1 == line.len() as u64 => {
                assert_eq!(with_it.seq, after.seq);
            }
            (Tail::Clean, _) if seen == line.len() as u64 => {
                assert_eq!(view.tally, after);
                break;
            }
            (tail, _) => panic!("{seen} bytes: {tail:?}"),
        }
    }
}

/// The last line of one who was killed, as everybody but its writer finds it.
#[test]
fn the_holder_of_the_lock_says_what_half_a_line_is() {
    let mut event = PreallocatedEvent::new();
    let (line, _) = event.next();
    event.write(&line[..line.len() / 2]);
    event.read_ahead();
    let from = event.view.tally.bytes;
    let length = Some(event.view.length);
    let read = LedgerView::again(Some(event.view), &event.files, &event.ledger, length).unwrap();
    assert_eq!(read.tail, Tail::Torn { from });
}

/// A newer program's, say: its sum fits, and it says what this one does not take.
#[test]
fn a_line_that_fits_and_cannot_be_read_is_never_written_over() {
    let mut event = PreallocatedEvent::new();
    let before = event.view.tally;
    let wrong = Record {
        id: Some("2-000000".into()),
        buyer: Some("alice".into()),
        ..Record::new(Op::Sell, 2, 1, before.left - 5)
    };
    let (line, _) = wrong.encode(before.sum).unwrap();
    event.write(&line);
    event.read_ahead();
    assert_eq!(event.view.tally, before);
    let length = Some(event.view.length);
    let read = LedgerView::again_to_write(Some(event.view), &event.files, &event.ledger, length);
    assert!(matches!(read.unwrap().tail, Tail::Broken { line: 2, .. }));
}

#[test]
fn nobody_writes_where_the_last_newline_is_missing() {
    let event = PreallocatedEvent::new();
    let (line, tally) = event.next();
    event.write(&line);
    event.ledger.file.set_len(tally.bytes - 1).unwrap();
    let count = format!(
        r#"{{"ticket": {}, "sold": 1, "seq": 2, "bytes": {}}}"#,
        tally.left, tally.bytes
    );
    fs::write(&event.files.count, count).unwrap();
    let read = LedgerView::take(&event.files, Some(&event.ledger)).unwrap();
    assert!(matches!(
        read.leaving_the_tail().tail,
        Tail::Unterminated { .. }
    ));
    event.ledger.file.set_len(tally.bytes - 9).unwrap();
    let read = LedgerView::take(&event.files, Some(&event.ledger));
    assert!(read.is_err(), "shorter than counted");
}

#[test]
fn what_goes_beyond_the_known_preallocation_is_read_by_the_length_that_the_file_has() {
    let mut event = PreallocatedEvent::new();
    let stock = event.view.tally.left;
    // Another process has filled the room that this one knows, and preallocated anew.
    let room = event.view.length;
    let mut bytes = Vec::new();
    let mut tally = event.view.tally;
    while tally.bytes < room + 1000 {
        let seq = tally.seq + 1;
        // Gives back what was sold just before.
        let (op, left) = match tally.left {
            left if left < stock => (Op::Cancel, left + 1),
            left => (Op::Sell, left - 1),
        };
        let record = Record {
            id: Some(format!("{seq}-000000").into()),
            buyer: Some("alice".into()),
            reference: (op == Op::Cancel).then(|| "2-000000".into()),
            ..Record::new(op, seq, 1, left)
        };
        let (line, sum) = record.encode(tally.sum).unwrap();
        tally = tally
            .apply(&record, sum, tally.bytes + line.len() as u64)
            .unwrap();
        bytes.extend_from_slice(&line);
    }
    bytes.resize(bytes.len() + PREALLOCATED, b'\n');
    event.write(&bytes);
    for _ in 0..3 {
        event.read_ahead();
    }
    assert_eq!(event.view.tally, tally);
    assert_eq!(event.view.length, tally.bytes + PREALLOCATED as u64);
}

/// Group commit: two buyers wait for one sync, and the count is published up to the first one's line.
#[test]
fn a_waiter_is_covered_only_when_its_own_line_is_counted() {
    // As the waiter knows the ledger: with both lines, or only up to where it opened.
    for knows_both in [true, false] {
        let covered = |counted: usize, own: usize| {
            let mut event = PreallocatedEvent::new();
            let stale = LedgerView::take(&event.files, Some(&event.ledger)).unwrap();
            let lines = [event.sell(), event.sell()];
            event.count(&lines[counted]);
            let view = if knows_both { event.view } else { stale };
            let end = lines[own].bytes;
            let (view, covered) = view.covers(end, &event.files, &event.ledger).unwrap();
            assert_eq!(view.counted >= end, covered);
            covered
        };
        assert!(covered(0, 0), "the first line is counted");
        assert!(!covered(0, 1), "the count ends before the second line");
        assert!(covered(1, 0) && covered(1, 1), "both are counted");
    }
}

#[test]
fn a_count_that_says_nothing_of_the_ledger_covers_no_line() {
    let mut event = PreallocatedEvent::new();
    let end = event.sell().bytes;
    let (view, covered) = event.view.covers(end, &event.files, &event.ledger).unwrap();
    assert!(!covered && view.counted == 0);
}

/// What somebody makes of a tally, and its name.
type TallyEdit = (&'static str, fn(&mut Tally));

/// Between two sales of a process that stays open.
#[test]
fn a_count_that_was_edited_since_the_last_look_is_refused() {
    let edits: [TallyEdit; 3] = [
        ("ticket", |count| count.left += 1),
        ("seq", |count| count.seq += 1),
        ("bytes", |count| count.bytes += 1),
    ];
    for (member, edit) in edits {
        let mut event = PreallocatedEvent::new();
        event.sell();
        let mut count = event.sell();
        event.count(&count);
        edit(&mut count);
        event.count(&count);
        let error = event.again().expect_err(member);
        assert_eq!(error.kind(), Kind::Integrity, "{member}: {error}");
    }
    let mut event = PreallocatedEvent::new();
    event.sell();
    let count = event.sell();
    event.count(&count);
    let read = event.again().unwrap();
    assert_eq!((read.tally, read.counted), (count, count.bytes));
}

/// As a reset leaves it: another ledger, here with lines that end at the same bytes.
#[test]
fn a_reading_of_another_ledger_is_not_gone_on_from() {
    let mut event = PreallocatedEvent::new();
    let (alices, before) = ledger_of(2, "alice");
    event.put(&alices);
    event.view = LedgerView::take(&event.files, Some(&event.ledger)).unwrap();
    assert_eq!(event.view.tally, before);
    let (carols, after) = ledger_of(3, "carol");
    event.put(&carols);
    event.read_ahead();
    assert_eq!(event.view.tally, before, "nothing was read ahead");
    let read = event.again().unwrap();
    assert_eq!((read.tally, &read.tail), (after, &Tail::Clean));
}

/// As somebody leaves it who puts an older copy back in place.
#[test]
fn a_reading_beyond_the_end_of_the_ledger_is_not_gone_on_from() {
    let mut event = PreallocatedEvent::new();
    let kept = event.sell();
    event.sell();
    event.ledger.file.set_len(kept.bytes).unwrap();
    assert_eq!(event.again().unwrap().tally, kept);
}

/// The line before the counted one was damaged, and is put right again.
#[test]
fn a_reading_of_a_broken_ledger_is_not_gone_on_from() {
    let mut event = PreallocatedEvent::new();
    let at = event.sell().bytes - 30;
    let count = event.sell();
    event.count(&count);
    let mut byte = [0];
    event.ledger.file.read_exact_at(&mut byte, at).unwrap();
    event.ledger.file.write_all_at(&[byte[0] ^ 1], at).unwrap();
    event.view = LedgerView::take(&event.files, Some(&event.ledger)).unwrap();
    assert!(event.view.chain_break.is_some(), "{:?}", event.view);
    event.ledger.file.write_all_at(&byte, at).unwrap();
    let files = event.files.clone();
    let read = event.again().unwrap().sound(&files).unwrap();
    assert_eq!(read.tally, count);
}

/// The counted line lacked its newline, and somebody puts it back.
#[test]
fn a_reading_without_the_last_newline_is_not_gone_on_from() {
    let mut event = PreallocatedEvent::new();
    let count = event.sell();
    event.count(&count);
    event.ledger.file.set_len(count.bytes - 1).unwrap();
    event.view = LedgerView::take(&event.files, Some(&event.ledger)).unwrap();
    assert!(matches!(event.view.tail, Tail::Unterminated { .. }));
    let at = count.bytes - 1;
    event.ledger.file.write_all_at(b"\n", at).unwrap();
    let read = event.again().unwrap();
    assert_eq!((read.tally, &read.tail), (count, &Tail::Clean));
}

/// Into the preallocation, so that the ledger is as long as before, right after the last look.
#[test]
fn what_another_wrote_into_the_preallocation_is_read_before_the_next_line() {
    let mut event = PreallocatedEvent::new();
    let length = event.view.length;
    for _ in 0..3 {
        let (line, after) = event.next();
        event.write(&line);
        assert_eq!(event.ledger.length(), Some(length));
        event.view.looked = Instant::now();
        let view =
            LedgerView::again_to_write(Some(event.view), &event.files, &event.ledger, Some(length));
        event.view = view.unwrap();
        assert_eq!(event.view.tally, after);
    }
}

/// A count of no line at all ties an event to no ledger.
#[test]
fn a_count_of_no_line_needs_no_ledger() {
    let event = PreallocatedEvent::new();
    fs::remove_file(&event.files.ledger).unwrap();
    for (seq, opens) in [(0, true), (1, false)] {
        let count = format!(r#"{{"ticket": 7, "sold": 0, "seq": {seq}, "bytes": 0}}"#);
        fs::write(&event.files.count, count).unwrap();
        let read = LedgerView::take(&event.files, None);
        assert_eq!(read.is_ok_and(|read| read.tally.left == 7), opens, "{seq}");
    }
}

#[test]
fn a_look_is_believed_for_a_short_while() {
    let look = Instant::now();
    assert!(is_fresh(look, look));
    assert!(!is_fresh(look, look + FRESH));
    assert!(!is_fresh(look, look + 2 * FRESH));
    assert!(!is_fresh(look + FRESH, look), "it was made after this");
}
