//! How a ledger begins: the line that opens the event and, where the event is made for real, the one that says what it
//! is sold by.

use memchr::memmem::find;

use super::event::EventFiles;
use super::ledger_file::LedgerFile;
use super::lines::Stretches;
use crate::error::{Error, Kind, Result};
use crate::ledger::{CountFile, EventSettings, Line, Op, Record, Replaced, Sum, Tally, newer};

/// The first lines of a ledger.
pub(crate) struct Beginning {
    pub(crate) bytes: Vec<u8>,
    /// What a count must include from the first: `None` of an event that is not made for real, whose count is what a
    /// person may write.
    counted: Option<Tally>,
}

impl Beginning {
    /// Of an event with so many tickets; one with settings is made for real.
    pub(crate) fn of(
        stock: u64,
        replaces: Option<Replaced>,
        settings: Option<&EventSettings>,
    ) -> Result<Self> {
        let open = Record::open(stock, replaces);
        let mut begun = Self {
            bytes: Vec::new(),
            counted: None,
        };
        let Some(settings) = settings else {
            begun.add(Tally::default(), &open)?;
            return Ok(begun);
        };
        let opened = begun.add(Tally::default(), &open.of_newest_format())?;
        let set = Record::set(opened.seq + 1, stock, settings.clone());
        begun.counted = Some(begun.add(opened, &set)?);
        Ok(begun)
    }

    fn add(&mut self, before: Tally, record: &Record<'_>) -> Result<Tally> {
        let (line, sum) = record
            .encode(before.sum)
            .ok_or_else(|| Error::new(Kind::Usage, "this does not fit a ledger line"))?;
        self.bytes.extend_from_slice(&line);
        let after = before.apply(record, sum, self.bytes.len() as u64);
        after.map_err(|why| Error::new(Kind::Usage, why))
    }

    /// The count of an event that begins so.
    pub(crate) fn count(&self, of_new_event: CountFile) -> CountFile {
        match &self.counted {
            Some(tally) => of_new_event.counting(tally),
            None => of_new_event,
        }
    }
}

/// What the event is sold by: its last `set` line says so. `None`: it is not made for real. What does not add up is
/// passed over, for a ledger may be put away because of that.
pub(crate) fn settings(files: &EventFiles, ledger: &LedgerFile) -> Result<Option<EventSettings>> {
    let problem = |e| Error::io("read", &files.ledger, e);
    let mut found = None;
    let mut stretches = Stretches::new(&ledger.file, 0);
    while let Some(stretch) = stretches.next().map_err(problem)? {
        if find(stretch.bytes, b"\"op\":\"set\"").is_none() {
            continue;
        }
        match Line::parse(stretch.bytes, None) {
            Ok(line) if line.record.op == Op::Set => {
                found = Some(
                    line.record
                        .event
                        .map_or_else(Default::default, |event| *event),
                );
            }
            _ => {}
        }
    }
    Ok(found)
}

/// What the event is sold by at a head whose index says where the last `set` line stands; without one that is the
/// second line, if it is one. `None`: the event is not made for real.
pub(crate) fn settings_at(
    files: &EventFiles,
    ledger: &LedgerFile,
    set: Option<u64>,
) -> Result<Option<EventSettings>> {
    let problem = |e| Error::io("read", &files.ledger, e);
    let mut stretches = Stretches::new(&ledger.file, set.unwrap_or(0));
    if set.is_none() && stretches.next().map_err(problem)?.is_none() {
        return Ok(None);
    }
    let Some(stretch) = stretches.next().map_err(problem)? else {
        return Ok(None);
    };
    if !stretch.terminated || Line::op(stretch.bytes) != Some(Op::Set) {
        return Ok(None);
    }
    let line = Line::parse(stretch.bytes, None)
        .map_err(|why| Error::new(Kind::Integrity, why).at(&files.ledger, 0, 0))?;
    Ok(line.record.event.map(|event| *event))
}

/// Refuses a ledger that a newer program has opened: what its lines mean is not known here. A look at the first line
/// alone; whether its sum fits is seen when it says so.
///
/// # Errors
/// [`Kind::Integrity`].
pub(crate) fn refuse_newer(files: &EventFiles, ledger: &LedgerFile) -> Result<()> {
    let problem = |e| Error::io("read", &files.ledger, e);
    let mut stretches = Stretches::new(&ledger.file, 0);
    let Some(first) = stretches.next().map_err(problem)? else {
        return Ok(());
    };
    let Some(format) = newer_format(first.bytes) else {
        return Ok(());
    };
    let error = Error::new(Kind::Integrity, newer(format)).at(&files.ledger, 1, 0);
    Err(error.hint("nothing was changed; install the newest tickets, and try again"))
}

/// The format of an opening line, where that is newer than any that is known.
fn newer_format(line: &[u8]) -> Option<u64> {
    let at = find(line, b"\"format\":")?;
    let digits = line.get(at + b"\"format\":".len()..)?;
    let length = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let format = std::str::from_utf8(digits.get(..length)?)
        .ok()?
        .parse()
        .ok()?;
    let is_sound = || Line::check(line, Some(Sum::default())).is_ok();
    (format > crate::ledger::FORMAT && is_sound()).then_some(format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_for_real_counts_its_settings_from_the_first() {
        let begun = Beginning::of(7, None, Some(&EventSettings::default())).unwrap();
        let lines: Vec<&[u8]> = begun.bytes.split_inclusive(|&byte| byte == b'\n').collect();
        assert_eq!(lines.len(), 2);
        let text = String::from_utf8_lossy(lines[1]).into_owned();
        assert!(!text.contains("quantity"), "{text}");
        let count = begun.count(CountFile::fresh(7));
        let counted = count.counted.unwrap();
        assert_eq!((counted.seq, counted.bytes), (2, begun.bytes.len() as u64));
        let plain = Beginning::of(7, None, None).unwrap();
        assert_eq!(plain.count(CountFile::fresh(7)), CountFile::fresh(7));
    }

    #[test]
    fn a_newer_format_is_known_where_the_line_is_sound() {
        let line = |format| {
            let record = Record {
                format: Some(format),
                ..Record::open(7, None)
            };
            let (mut line, _) = record.encode(Sum::default()).unwrap();
            line.pop();
            line
        };
        assert_eq!(newer_format(&line(2)), None);
        assert_eq!(newer_format(&line(3)), Some(3));
        let mut damaged = line(2);
        let at = find(&damaged, b"\"format\":2").unwrap() + b"\"format\":".len();
        damaged[at] = b'3';
        assert_eq!(newer_format(&damaged), None);
    }
}
