//! Lines that are to be written behind the end of a ledger, as they will stand there.

use super::record::Record;
use super::tally::Tally;
use crate::error::{Error, Kind, Result};

/// The lines, each with what the ledger adds up to with it.
#[derive(Debug)]
pub(crate) struct NewLines<'r> {
    before: Tally,
    lines: Vec<NewLine<'r>>,
    bytes: Vec<u8>,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct NewLine<'r> {
    pub(crate) record: Record<'r>,
    /// Where it begins, in bytes.
    pub(crate) start: u64,
    /// What the ledger adds up to with it.
    pub(crate) tally: Tally,
}

impl<'r> NewLines<'r> {
    /// None yet, behind a ledger that adds up to this.
    pub(crate) fn behind(before: Tally) -> Self {
        Self {
            before,
            lines: Vec::new(),
            bytes: Vec::new(),
        }
    }

    /// Adds all of these, or none.
    ///
    /// # Errors
    /// [`Kind::Usage`]: one is too long; [`Kind::Integrity`]: one cannot stand there.
    pub(crate) fn add(&mut self, records: Vec<Record<'r>>) -> Result<()> {
        let (lines, bytes) = (self.lines.len(), self.bytes.len());
        for record in records {
            if let Err(error) = self.add_one(record) {
                self.lines.truncate(lines);
                self.bytes.truncate(bytes);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Adds lines that were made behind these.
    pub(crate) fn append(&mut self, lines: NewLines<'r>) {
        self.lines.extend(lines.lines);
        self.bytes.extend(lines.bytes);
    }

    fn add_one(&mut self, record: Record<'r>) -> Result<()> {
        let before = self.tally();
        let Some((line, sum)) = record.encode(before.sum) else {
            return Err(Error::new(Kind::Usage, "this does not fit a ledger line"));
        };
        let (start, end) = (before.bytes, before.bytes + line.len() as u64);
        let tally = before.apply(&record, sum, end);
        let tally = tally.map_err(|why| Error::new(Kind::Integrity, why))?;
        self.bytes.extend_from_slice(&line);
        self.lines.push(NewLine {
            record,
            start,
            tally,
        });
        Ok(())
    }

    /// What the ledger adds up to with all of them.
    pub(crate) fn tally(&self) -> &Tally {
        self.lines.last().map_or(&self.before, |line| &line.tally)
    }

    /// What it adds up to without them.
    pub(crate) fn before(&self) -> &Tally {
        &self.before
    }

    /// What is to be written, at the end of the ledger without them.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The text of one of them, its newline too.
    #[cfg(feature = "etcd")]
    pub(crate) fn text(&self, line: &NewLine<'_>) -> &[u8] {
        let at = |bytes: u64| usize::try_from(bytes - self.before.bytes).unwrap_or(usize::MAX);
        let range = at(line.start)..at(line.tally.bytes);
        self.bytes.get(range).unwrap_or_default()
    }

    pub(crate) fn lines(&self) -> &[NewLine<'r>] {
        &self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Line, Op, Sum};

    fn sale(seq: u64, left: u64) -> Record<'static> {
        Record {
            id: Some(format!("{seq}-000000").into()),
            buyer: Some("ann".into()),
            ..Record::new(Op::Sell, seq, 1, left)
        }
    }

    fn opened() -> NewLines<'static> {
        let mut lines = NewLines::behind(Tally::default());
        lines.add(vec![Record::open(3, None)]).unwrap();
        lines
    }

    #[test]
    fn they_stand_one_behind_the_other_as_a_reader_finds_them() {
        let mut lines = opened();
        lines.add(vec![sale(2, 2), sale(3, 1)]).unwrap();
        let (mut read, mut sum) = (Tally::default(), Sum::default());
        let text = lines.bytes().split_inclusive(|&byte| byte == b'\n');
        for (bytes, new) in text.zip(lines.lines()) {
            assert_eq!(read.bytes, new.start);
            let line = Line::parse(bytes.strip_suffix(b"\n").unwrap(), Some(sum)).unwrap();
            let end = read.bytes + bytes.len() as u64;
            read = read.after(&line, end).unwrap();
            sum = line.sum;
            assert_eq!((&line.record, read), (&new.record, new.tally));
        }
        assert_eq!((&read, read.seq), (lines.tally(), 3));
        assert_eq!(*lines.before(), Tally::default());
    }

    #[test]
    fn what_cannot_stand_there_takes_those_with_it_away_and_no_others() {
        let mut lines = opened();
        let (before, bytes) = (*lines.tally(), lines.bytes().len());
        let error = lines.add(vec![sale(2, 2), sale(3, 2)]).unwrap_err();
        assert_eq!(error.kind(), Kind::Integrity);
        let note = "x".repeat(crate::ledger::MAX_LINE);
        let long = Record {
            note: Some(note.into()),
            ..sale(3, 1)
        };
        let error = lines.add(vec![sale(2, 2), long]).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
        assert_eq!((lines.tally(), lines.bytes().len()), (&before, bytes));
        assert_eq!(lines.lines().len(), 1);
    }
}
