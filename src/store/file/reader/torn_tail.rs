//! Lost writes: what a power cut leaves out of the middle of lines that were not synced.
//!
//! A disk writes sectors in whatever order, each in one piece. So of several lines that were written behind
//! the last synced one, any sectors may be missing, and whole lines may stand behind what is missing. In a
//! missing sector stands what stood there before: preallocation, or zeros where the file grew. As with a
//! write-ahead log, what comes behind the first missing byte was never answered for.
//!
//! Other damage does not keep to sectors. A line that somebody changed or took out, or put behind the preallocation
//! without knowing of it, is refused as long as whole lines follow it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::ledger::{Line, Tally};
use crate::store::file::reader::raw_lines::line_starting;

/// What a disk writes in one piece, in bytes, at least.
const SECTOR: u64 = 512;

/// So many zeros in a row, nobody typed; a single one may be a damaged byte.
const ZEROS: u64 = 16;

/// Whether a write was lost behind the lines that add up to `tally`, before anything else that is no line. None of it
/// is known to have been synced.
pub(crate) fn begins_with_lost_write(file: &File, tally: &Tally) -> io::Result<bool> {
    let mut lost: Option<LostWrite> = None;
    let mut chunk = vec![0; 64 * 1024];
    let mut at = tally.bytes;
    loop {
        let read = match file.read_at(&mut chunk, at) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            result => result?,
        };
        if read == 0 {
            return Ok(false);
        }
        for (byte, at) in chunk.iter().take(read).zip(at..) {
            match (byte, &mut lost) {
                (0 | b'\n', None) => lost = Some(LostWrite::at(at, *byte)),
                (0 | b'\n', Some(lost)) => lost.goes_on(*byte),
                (_, Some(lost)) => return lost.is_one(file, tally),
                (_, None) => {}
            }
        }
        at += read as u64;
    }
}

/// Preallocation and zeros in a row: what stood there before a write that may have been lost.
struct LostWrite {
    start: u64,
    end: u64,
    zeros: u64,
}

impl LostWrite {
    fn at(start: u64, byte: u8) -> Self {
        let (end, zeros) = (start, 0);
        let mut lost = Self { start, end, zeros };
        lost.goes_on(byte);
        lost
    }

    fn goes_on(&mut self, byte: u8) {
        self.end += 1;
        self.zeros += u64::from(byte == 0);
    }

    /// Whether something is missing here, so that what stands behind it is worth nothing.
    fn is_one(&self, file: &File, tally: &Tally) -> io::Result<bool> {
        let begins = self.start == tally.bytes || self.start.is_multiple_of(SECTOR);
        if self.zeros >= ZEROS || !begins || self.end - self.start == 1 {
            return Ok(self.zeros >= ZEROS);
        }
        // The first byte behind it may be the newline of a line that is missing.
        if self.end % SECTOR <= 1 {
            return Ok(true);
        }
        // Or a write is missing as a whole: then the line behind it does not follow on the last one. That of
        // somebody who knew of no preallocation does.
        let bytes = line_starting(file, self.end)?;
        let behind = Line::parse(&bytes, None);
        Ok(behind.is_ok_and(|line| line.record.seq > tally.seq + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Op, Record};
    use std::io::Write as _;

    fn holds(from: u64, text: &[u8]) -> bool {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text).unwrap();
        let tally = Tally {
            bytes: from,
            ..Tally::default()
        };
        begins_with_lost_write(&file, &tally).unwrap()
    }

    /// `from` bytes of a line, then `missing` bytes of what stood there before, then the rest.
    fn ledger(from: usize, missing: &[u8]) -> Vec<u8> {
        let mut text = vec![b'x'; from];
        text.extend_from_slice(missing);
        text.extend_from_slice(b"rest\"}\n{\"seq\":9}\n");
        text
    }

    #[test]
    fn a_missing_sector_is_a_lost_write() {
        // The first sector of the first line that was not synced; from its second sector on; both.
        assert!(holds(300, &ledger(300, &[b'\n'; 212])));
        assert!(holds(300, &ledger(512, &[b'\n'; 512])));
        assert!(holds(300, &ledger(300, &[b'\n'; 212 + 512])));
        // All of the line but its newline.
        assert!(holds(300, &ledger(300, &[b'\n'; 213])));
        assert!(holds(300, &ledger(300, &[0; 212])));
        // However much was written before it.
        assert!(holds(300, &ledger(200_000, &[0; 77])));
        // A disk that keeps to nothing leaves zeros anywhere.
        assert!(holds(300, &ledger(350, &[0; 77])));
    }

    #[test]
    fn other_damage_is_not() {
        // A blank line, or several, that somebody put there; preallocation that somebody wrote behind.
        assert!(!holds(300, &ledger(300, b"\n")));
        assert!(!holds(300, &ledger(300, &[b'\n'; 100])));
        assert!(!holds(300, &ledger(350, &[b'\n'; 162])));
        // A byte that became zero, also as the last of a sector.
        assert!(!holds(300, &ledger(400, &[0])));
        assert!(!holds(300, &ledger(511, &[0])));
        assert!(!holds(511, &ledger(511, &[0])));
        // Nothing behind it, or nothing missing.
        assert!(!holds(300, &[b'x'; 400]));
        assert!(!holds(300, &[]));
    }

    #[test]
    fn a_read_that_fails_is_not_tried_again() {
        assert!(begins_with_lost_write(&File::open("/").unwrap(), &Tally::default()).is_err());
    }

    /// Preallocation of which nobody else knew, or a line that is missing as a whole.
    #[test]
    fn a_whole_line_behind_preallocation_follows_on_the_last_one_or_something_is_missing() {
        for (seq, missing) in [(2, false), (3, true), (9, true)] {
            let line = Record::new(Op::Adjust, seq, 1, 10).encode(Tally::default().sum);
            let mut file = tempfile::tempfile().unwrap();
            let before = [&[b'x'; 300][..], &[b'\n'; 100]].concat();
            file.write_all(&[&before[..], &line.unwrap().0].concat())
                .unwrap();
            let tally = Tally {
                seq: 1,
                bytes: 300,
                ..Tally::default()
            };
            assert_eq!(
                begins_with_lost_write(&file, &tally).unwrap(),
                missing,
                "{seq}"
            );
        }
    }
}
