use std::fs;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use tempfile::TempDir;

use super::{Reading, Rest};
use crate::ledger::{Op, Record, Tally};
use crate::store::file::event::EventFiles;
use crate::store::file::files::Access;
use crate::store::file::ledger_file::{LedgerFile, open_ledger};

/// So many newlines behind the last line.
const PADDING: usize = 64 * 1024;

/// An event of ten tickets with a padded ledger, opened and read once.
struct Event {
    _directory: TempDir,
    files: EventFiles,
    ledger: LedgerFile,
    reading: Reading,
}

impl Event {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path: PathBuf = directory.path().join("tickets.json");
        fs::write(&path, r#"{"ticket": 10}"#).unwrap();
        let files = EventFiles::at(&path).unwrap();
        let (mut line, _) = Record::open(10, None).encode(Tally::default().sum).unwrap();
        line.resize(line.len() + PADDING, b'\n');
        fs::write(&files.ledger, line).unwrap();
        let ledger = open_ledger(&files, Access::ReadWrite).unwrap().unwrap();
        let reading = Reading::take(&files, Some(&ledger)).unwrap();
        assert!(reading.is_padded());
        Self {
            _directory: directory,
            files,
            ledger,
            reading,
        }
    }

    /// The line that sells one more, and what the ledger adds up to with it.
    fn next(&self) -> (Vec<u8>, Tally) {
        let before = self.reading.tally;
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
        let at = self.reading.tally.bytes;
        self.ledger.file.write_all_at(bytes, at).unwrap();
    }

    fn read_ahead(&mut self) {
        self.reading.read_ahead(&self.files, &self.ledger);
    }
}

#[test]
fn a_line_that_is_just_being_written_is_left_for_the_next_look() {
    let mut event = Event::new();
    let length = event.reading.length;
    for _ in 0..3 {
        let before = event.reading.tally;
        let (line, after) = event.next();
        // With its last character it is whole: its newline is the first of the padding.
        for seen in 0..line.len() - 1 {
            event.write(&line[..seen]);
            event.read_ahead();
            assert_eq!(event.reading.tally, before, "{seen} bytes");
            assert_eq!(
                (&event.reading.rest, event.reading.length),
                (&Rest::Clean, length)
            );
        }
        event.write(&line);
        event.read_ahead();
        assert_eq!(event.reading.tally, after);
        assert_eq!(
            (&event.reading.rest, event.reading.length),
            (&Rest::Clean, length)
        );
    }
}

/// The last line of one who was killed, as everybody but its writer finds it.
#[test]
fn whoever_has_the_lock_says_what_half_a_line_is() {
    let mut event = Event::new();
    let (line, _) = event.next();
    event.write(&line[..line.len() / 2]);
    event.read_ahead();
    let from = event.reading.tally.bytes;
    let length = Some(event.reading.length);
    let read = Reading::again(Some(event.reading), &event.files, &event.ledger, length).unwrap();
    assert_eq!(read.rest, Rest::Torn { from });
}

/// A newer program's, say: its sum fits, and it says what this one does not take.
#[test]
fn a_line_that_fits_and_cannot_be_read_is_never_written_over() {
    let mut event = Event::new();
    let before = event.reading.tally;
    let wrong = Record {
        id: Some("2-000000".into()),
        buyer: Some("alice".into()),
        ..Record::new(Op::Sell, 2, 1, before.left - 5)
    };
    let (line, _) = wrong.encode(before.sum).unwrap();
    event.write(&line);
    event.read_ahead();
    assert_eq!(event.reading.tally, before);
    let length = Some(event.reading.length);
    let read = Reading::again_to_write(Some(event.reading), &event.files, &event.ledger, length);
    assert!(matches!(read.unwrap().rest, Rest::Broken { line: 2, .. }));
}

#[test]
fn nobody_writes_where_the_last_newline_is_missing() {
    let event = Event::new();
    let (line, tally) = event.next();
    event.write(&line);
    event.ledger.file.set_len(tally.bytes - 1).unwrap();
    let count = format!(
        r#"{{"ticket": {}, "sold": 1, "seq": 2, "bytes": {}}}"#,
        tally.left, tally.bytes
    );
    fs::write(&event.files.count, count).unwrap();
    let read = Reading::take(&event.files, Some(&event.ledger)).unwrap();
    assert!(matches!(
        read.leaving_the_rest().rest,
        Rest::Unterminated { .. }
    ));
    event.ledger.file.set_len(tally.bytes - 9).unwrap();
    let read = Reading::take(&event.files, Some(&event.ledger));
    assert!(read.is_err(), "shorter than counted");
}

#[test]
fn what_goes_beyond_the_known_padding_is_read_by_the_length_that_the_file_has() {
    let mut event = Event::new();
    let stock = event.reading.tally.left;
    // Another process has filled the room that this one knows, and padded anew.
    let room = event.reading.length;
    let mut bytes = Vec::new();
    let mut tally = event.reading.tally;
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
    bytes.resize(bytes.len() + PADDING, b'\n');
    event.write(&bytes);
    for _ in 0..3 {
        event.read_ahead();
    }
    assert_eq!(event.reading.tally, tally);
    assert_eq!(event.reading.length, tally.bytes + PADDING as u64);
}
