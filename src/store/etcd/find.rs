//! A sale, a hold or a change that is looked for by its id or its key, and what the lines behind it say of it.

use std::ops::ControlFlow;

use super::lines::{LineMark, Look};
use crate::error::{Error, Kind, Result};
use crate::ledger::Line;
use crate::store::{FoundSale, Lookup};

impl Look<'_> {
    /// Looks for it up to the head.
    pub(super) fn find(self, what: Lookup<'_>) -> Result<Option<FoundSale>> {
        let last = self.head.tally.seq;
        let seq = match what {
            Lookup::Id(id) => id.split_once('-').map_or(id, |(seq, _)| seq).parse().ok(),
            Lookup::Key(key) => self.line_of_key(key)?,
        };
        let Some(seq) = seq.filter(|seq| (1..=last).contains(seq)) else {
            return Ok(None);
        };
        let mut found: Option<FoundSale> = None;
        self.walk(LineMark::before(seq), last, &mut |line| {
            let parsed = Line::parse(line.text, None);
            let parsed = parsed.map_err(|why| self.broken(line.end.seq, &why))?;
            match &mut found {
                Some(sale) => sale.note(&parsed.record, line.end.bytes),
                None if what.is(&parsed.record) => {
                    found = Some(FoundSale::of(&parsed.record, line.end.bytes));
                }
                None => return Ok(ControlFlow::Break(())),
            }
            Ok(ControlFlow::Continue(()))
        })?;
        match (what, &found) {
            // Else the order would be sold again.
            (Lookup::Key(key), None) => Err(self.misplaced(key)),
            _ => Ok(found),
        }
    }

    /// The number of the line on which an idempotency key stands.
    fn line_of_key(self, key: &str) -> Result<Option<u64>> {
        let name = self.space.names.key(self.head.anchor.generation, key);
        let known = self.keys.and_then(|keys| keys.looked_up(&name));
        let found = if let Some(known) = known {
            known.clone()
        } else {
            let found = self.space.one(name, self.head.revision, self.deadline)?;
            found.map(|found| found.value)
        };
        let Some(found) = found else { return Ok(None) };
        let text = std::str::from_utf8(&found.0).ok();
        let seq = text.and_then(|text| text.trim().parse().ok());
        seq.ok_or_else(|| self.misplaced(key)).map(Some)
    }

    /// The error that the index says of a key what the lines do not.
    fn misplaced(self, key: &str) -> Error {
        let name = self.space.names.key(self.head.anchor.generation, key);
        let error = Error::new(
            Kind::Integrity,
            "is not the number of the line that has this key",
        );
        let error = error.at(&self.space.told(&name), 0, 0);
        error.hint("nothing more was sold; 'tickets audit' says more, and 'tickets audit --repair' writes it anew")
    }
}
