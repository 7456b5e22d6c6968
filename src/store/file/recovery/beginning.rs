//! How a ledger begins: the line that opens the event and, where the event is made for real, the one that says what it
//! is sold by.

use crate::error::{Error, Kind, Result};
use crate::ledger::{CountFile, EventSettings, Record, Replaced, Tally};

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
}
