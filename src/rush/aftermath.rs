//! What a rush left on disk, read back to be judged.

use std::collections::HashMap;
use std::time::Instant;

use super::report::{BuyerReport, Outcome};
use crate::error::{Error, Result};
use crate::ledger::CountFile;
use crate::ledger::{Line, Op};
use crate::race::evidence::Nonce;
use crate::race::verdict::{Aftermath, Verdict, Written, judge};
use crate::store::file::event::EventFiles;
use crate::store::file::files::Access;
use crate::store::file::ledger_file::{LedgerFile, open_ledger};
use crate::store::file::lines::{Stretches, is_blank, line_starting};
use crate::store::file::prepare::Opening;
use crate::store::file::unfinished::{Fate, Unfinished, WORTH_WAITING};

/// What was read, and the judgement of it.
pub(super) struct After {
    pub(super) stock: u64,
    pub(super) judged: Verdict,
    /// What each buyer bought, by its name.
    bought: HashMap<String, u64>,
    /// The lines of the ledger, for the evidence.
    pub(super) entries: Vec<Entry>,
    /// What `tickets.json` says, if it can be read.
    pub(super) last: Option<Last>,
    /// Whether the event was reset meanwhile.
    pub(super) replaced: bool,
    /// Whether the count does not show a sale whose buyer was told so: it could not be written.
    pub(super) behind: bool,
}

/// The count when all was over.
#[derive(Debug)]
pub(super) struct Last {
    pub(super) seq: u64,
    pub(super) left: u64,
    /// The checksum of the line that it counts last, if that is one of the run.
    pub(super) sum: Option<u64>,
}

/// A line of the ledger, as the evidence tells of it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) seq: u64,
    pub(super) is_sale: bool,
    pub(super) buyer: String,
    pub(super) quantity: u64,
    pub(super) left: u64,
    pub(super) sum: u64,
    /// Where it ends, in bytes.
    end: u64,
    /// Tells this sale from others that wrote the same version.
    pub(super) nonce: Option<Nonce>,
    /// Whether the rush that is judged wrote it.
    pub(super) own: bool,
}

impl Entry {
    fn of(line: &Line<'_>, end: u64, own: bool) -> Self {
        let record = &line.record;
        // An id is the version and a random part.
        let random = record.id.as_deref().and_then(|id| id.rsplit('-').next());
        Self {
            seq: record.seq,
            is_sale: record.op == Op::Sell,
            buyer: record.buyer.as_deref().unwrap_or_default().to_owned(),
            quantity: record.quantity.unsigned_abs(),
            left: record.left,
            sum: line.sum.number(),
            end,
            nonce: random.and_then(Nonce::new),
            own,
        }
    }
}

impl After {
    /// How many tickets the ledger says that this buyer of the rush has bought.
    pub(super) fn bought_by(&self, name: &str) -> u64 {
        self.bought.get(name).copied().unwrap_or(0)
    }

    /// Why the count does not show a sale that stands on the ledger, where it is [`After::behind`].
    pub(super) fn unpublished<'a>(&self, buyers: &'a [BuyerReport]) -> Option<&'a str> {
        let counted = self.last.as_ref().map_or(0, |last| last.seq);
        let behind = |buyer: &'a BuyerReport| match &buyer.outcome {
            Outcome::Sold { seq, warning, .. } if *seq > counted => warning.as_deref(),
            _ => None,
        };
        buyers.iter().find_map(behind)
    }
}

/// What a buyer told of its sale.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) buyer: String,
    /// The version it wrote.
    pub(super) seq: u64,
    /// Whether the count showed the sale by then.
    pub(super) published: bool,
}

/// Reads the lines since the opening, and the count. `told`: the ids of the sales that buyers told
/// of, and who bought. `records`: whether the lines are wanted for the evidence.
///
/// If a reset came between, the sales before it stand on the ledger that it put away, which is still
/// open here, and those after it on the new one; each is judged by itself.
pub(super) fn read(
    files: &EventFiles,
    opening: &Opening,
    run: &str,
    told: &HashMap<String, Told>,
    records: bool,
) -> Result<After> {
    // The count first: it then counts no line that is not read below.
    let snapshot = CountFile::read(&files.count);
    let mut reader = Reader {
        files,
        run,
        told,
        missing: told.clone(),
        entries: records.then(Vec::new),
    };
    let mut first = Aftermath {
        stock: opening.tally.left,
        seq: opening.tally.seq,
        lines: Vec::new(),
        left: snapshot.as_ref().ok().map(|snapshot| snapshot.ticket),
        counted: snapshot
            .as_ref()
            .ok()
            .and_then(|snapshot| snapshot.counted)
            .map_or(0, |counted| counted.bytes),
        before: Some(opening.counted),
        torn: 0,
        lost: Vec::new(),
        unreadable: snapshot.as_ref().err().map(ToString::to_string),
        replaced: false,
    };
    reader.read(&opening.ledger, opening.end, &mut first)?;
    let now = open_ledger(files, Access::Read)?;
    let mut second = None;
    match now {
        Some(now) if now.id == opening.ledger.id => {
            let lost = reader.missing.into_values();
            first.lost = lost.map(|told| told.buyer).collect();
        }
        // A second reset may have put away a ledger that was never seen here: a sale that is not
        // found is not judged.
        Some(now) => {
            let after = Aftermath {
                seq: 0,
                stock: 0,
                before: None,
                lines: Vec::new(),
                torn: 0,
                ..first.clone()
            };
            first.replaced = true;
            let after = second.insert(after);
            reader.read(&now, 0, after)?;
        }
        None => first.replaced = true,
    }
    let all = || {
        let second = second.iter().flat_map(|after| &after.lines);
        first.lines.iter().chain(second)
    };
    let mut bought = HashMap::new();
    for line in all().filter(|line| line.own) {
        let sum: &mut u64 = bought.entry(line.buyer.clone()).or_insert(0);
        *sum = sum.saturating_add(line.change.unsigned_abs());
    }
    let mut judged = judge(&first);
    if let Some(second) = &second {
        judged.add(judge(second));
    }
    let entries = reader.entries.unwrap_or_default();
    let last = snapshot.ok().map(|snapshot| {
        let counted = snapshot.counted;
        let is_last = |entry: &&Entry| counted.is_some_and(|counted| counted.bytes == entry.end);
        Last {
            seq: counted.map_or(opening.tally.seq, |counted| counted.seq),
            left: snapshot.ticket,
            sum: entries.iter().find(is_last).map(|entry| entry.sum),
        }
    });
    let counted = last.as_ref().map_or(0, |last: &Last| last.seq);
    let mut told = told.values();
    Ok(After {
        behind: told.any(|told| !told.published && told.seq > counted),
        stock: first.stock,
        judged,
        bought,
        entries,
        last,
        replaced: first.replaced,
    })
}

struct Reader<'a> {
    files: &'a EventFiles,
    run: &'a str,
    told: &'a HashMap<String, Told>,
    /// The sales that were told of and not found yet.
    missing: HashMap<String, Told>,
    /// For the evidence, where some is recorded.
    entries: Option<Vec<Entry>>,
}

impl Reader<'_> {
    fn read(&mut self, ledger: &LedgerFile, from: u64, after: &mut Aftermath) -> Result<()> {
        let problem = |e| Error::io("read", &self.files.ledger, e);
        let mut stretches = Stretches::new(&ledger.file, from);
        while let Some(stretch) = stretches.next().map_err(problem)? {
            if stretch.terminated && stretch.bytes.is_empty() {
                // Padding: all that was told of stands before it, and so does all that the count includes.
                let start = stretch.start;
                let file = &ledger.file;
                if is_blank(file, start, u64::MAX).map_err(problem)?
                    || !line_starting(file, start).map_err(problem)?.is_empty()
                {
                    return Ok(());
                }
                continue;
            }
            match Line::parse(stretch.bytes, None) {
                Ok(line) if stretch.terminated => {
                    let told = line.record.id.as_deref().is_some_and(|id| {
                        self.missing.remove(id);
                        self.told.get(id).is_some_and(|told| told.published)
                    });
                    let own = Some(self.run);
                    if let Some(entries) = &mut self.entries {
                        let is_own = line.record.rush.as_deref() == own;
                        entries.push(Entry::of(&line, stretch.end, is_own));
                    }
                    after
                        .lines
                        .push(Written::of(&line.record, stretch.end, own, told));
                }
                // The last one, which may just be written, behind all that was told of.
                _ if is_blank(&ledger.file, stretch.end, u64::MAX).map_err(problem)? => {
                    let unfinished = Unfinished::of(ledger, &stretch);
                    let deadline = Instant::now() + WORTH_WAITING;
                    if unfinished.fate(ledger, deadline).map_err(problem)? == Fate::Left {
                        after.torn += stretch.end - stretch.start;
                    }
                    return Ok(());
                }
                // What follows was written since.
                _ if line_starting(&ledger.file, stretch.start).map_err(problem)?
                    != stretch.bytes =>
                {
                    return Ok(());
                }
                _ => after.torn += stretch.end - stretch.start,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Record, Tally};
    use crate::store::file::lock::{try_lock, unlock};
    use std::fs::{self, File};

    /// What is read of a ledger of two whole lines and `rest`: how many lines, and how many bytes that are none.
    fn read(rest: &[u8], written: &dyn Fn(&File)) -> (usize, u64) {
        let directory = tempfile::tempdir().unwrap();
        let files = EventFiles::at(&directory.path().join("tickets.json")).unwrap();
        let (open, sum) = Record::open(9, None).encode(Tally::default().sum).unwrap();
        let (adjust, _) = Record::new(Op::Adjust, 2, 1, 10).encode(sum).unwrap();
        fs::write(&files.ledger, [&open[..], &adjust, rest].concat()).unwrap();
        let ledger = open_ledger(&files, Access::Read).unwrap().unwrap();
        let writer = File::options().write(true).open(&files.ledger).unwrap();
        written(&writer);
        let mut after = Aftermath {
            stock: 0,
            seq: 0,
            lines: Vec::new(),
            left: None,
            counted: 0,
            before: None,
            torn: 0,
            lost: Vec::new(),
            unreadable: None,
            replaced: false,
        };
        let mut reader = Reader {
            files: &files,
            run: "",
            told: &HashMap::new(),
            missing: HashMap::new(),
            entries: None,
        };
        reader.read(&ledger, 0, &mut after).unwrap();
        (after.lines.len(), after.torn)
    }

    #[test]
    fn a_last_line_that_somebody_may_be_writing_is_not_judged() {
        let half = b"{\"seq\":3,\"at\"";
        let padded = [&half[..], &[b'\n'; 99]].concat();
        // Bytes, with the newline that ends them.
        for (rest, torn) in [(&half[..], 13), (&padded, 14)] {
            let stopped = |writer: &File| assert!(try_lock(writer).unwrap());
            assert_eq!(read(rest, &stopped), (2, 0));
            let killed = |writer: &File| {
                assert!(try_lock(writer).unwrap());
                unlock(writer).unwrap();
            };
            assert_eq!(read(rest, &killed), (2, torn));
        }
    }

    #[test]
    fn bytes_before_a_whole_line_were_left_whoever_has_the_lock() {
        let (whole, _) = Record::new(Op::Adjust, 3, 1, 11)
            .encode(Tally::default().sum)
            .unwrap();
        let stopped = |writer: &File| assert!(try_lock(writer).unwrap());
        let rest = [b"{\"seq\":3\n", &whole[..]].concat();
        assert_eq!(read(&rest, &stopped), (3, 9));
    }
}

#[cfg(test)]
mod torn_bytes {
    use std::fs;
    use std::io::Write as _;

    use super::*;
    use crate::ledger::{Record, Tally};
    use crate::race::verdict::Anomaly;
    use crate::store::file::reading::Reading;

    fn opening_line() -> Vec<u8> {
        let line = Record::open(5, None).encode(Tally::default().sum);
        line.unwrap().0
    }

    /// What is told of torn bytes after a rush on an event that had only its opening line then: these bytes were
    /// appended since, and, where a reset came between, those to the new ledger.
    fn torn_writes(appended: &[u8], since_the_reset: Option<&[u8]>) -> Vec<String> {
        let place = tempfile::tempdir().unwrap();
        let files = EventFiles::at(&place.path().join("tickets.json")).unwrap();
        fs::write(&files.count, r#"{"ticket": 5}"#).unwrap();
        fs::write(&files.ledger, opening_line()).unwrap();
        let ledger = open_ledger(&files, Access::Read).unwrap().unwrap();
        let tally = Reading::take(&files, Some(&ledger)).unwrap().tally;
        let opening = Opening {
            tally,
            end: tally.bytes,
            counted: (5, 0),
            ledger,
        };
        let mut ledger = fs::File::options()
            .append(true)
            .open(&files.ledger)
            .unwrap();
        ledger.write_all(appended).unwrap();
        if let Some(bytes) = since_the_reset {
            let new = place.path().join("new");
            fs::write(&new, [&opening_line()[..], bytes].concat()).unwrap();
            fs::rename(&new, &files.ledger).unwrap();
        }
        let after = read(&files, &opening, "run", &HashMap::new(), false).unwrap();
        assert_eq!(after.replaced, since_the_reset.is_some());
        let findings = after.judged.findings.into_iter();
        let torn = findings.filter(|found| found.kind == Anomaly::TornWrite);
        torn.map(|found| found.text).collect()
    }

    fn told(bytes: &[u64]) -> Vec<String> {
        let text = |bytes| {
            format!(
                "{bytes} bytes on the ledger are no whole line: a buyer was cut off while it wrote"
            )
        };
        bytes.iter().map(text).collect()
    }

    #[test]
    fn torn_bytes_are_counted_to_the_byte() {
        let line = opening_line();
        for (bytes, torn) in [
            (&b""[..], &[][..]),
            (b"x", &[1]),
            (b"x\n", &[2]),
            (b"{\"seq\":2,\"at\"", &[13]),
            (b"abc\nde\nf", &[8]),
            (&[0; 5000], &[5000]),
            // Whole but for its newline: nobody can tell that it is.
            (&line[..line.len() - 1], &[line.len() as u64 - 1]),
            // Padding is no torn write.
            (&[b'\n'; 100], &[]),
        ] {
            assert_eq!(torn_writes(bytes, None), told(torn), "{bytes:?}");
        }
    }

    #[test]
    fn torn_bytes_on_each_side_of_a_reset_are_counted_once() {
        for (before, after, torn) in [
            (&b"x"[..], &b""[..], &[1][..]),
            (b"", b"abc", &[3]),
            (b"{\"seq\":2", b"abc", &[8, 3]),
            (b"", b"", &[]),
        ] {
            assert_eq!(torn_writes(before, Some(after)), told(torn));
        }
    }
}
