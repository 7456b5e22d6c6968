//! The look-ups of one opening of an event: those of several keys go the same way together.

use std::collections::{HashMap, HashSet};

use crate::error::Result;
use crate::ledger::{Line, Tally};
use crate::store::Lookup;
use crate::store::file::event::EventFiles;
use crate::store::file::reader::key_index::KeyIndex;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::sale_lookup::SaleLookup;
use crate::store::file::reader::search::search;

/// The look-ups of one opening of an event: by keys, and one by id.
#[derive(Debug, Default)]
pub(crate) struct Lookups {
    keys: HashMap<String, SaleLookup>,
    id: Option<SaleLookup>,
}

impl Lookups {
    /// The look-up of this sale, as far as it has come. Any others of its kind are forgotten, unless it is one of those
    /// that were wanted last.
    pub(crate) fn of(&mut self, what: Lookup<'_>) -> &mut SaleLookup {
        match what {
            Lookup::Key(key) => {
                if !self.keys.contains_key(key) {
                    self.keys.clear();
                }
                let place = self.keys.entry(key.to_owned());
                place.or_insert_with(|| SaleLookup::of(what))
            }
            Lookup::Id(_) => {
                self.id.take_if(|lookup| !lookup.is_for(what));
                self.id.get_or_insert_with(|| SaleLookup::of(what))
            }
        }
    }

    /// Looks for all of these as far as this head without a lock, by the index where there is one.
    pub(crate) fn look(
        &mut self,
        what: &[Lookup<'_>],
        files: &EventFiles,
        ledger: &LedgerFile,
        head: &Tally,
        index: Option<&KeyIndex>,
    ) -> Result<()> {
        self.want(what);
        if index.is_none() {
            self.follow_keys(files, ledger, head);
        }
        for &what in what {
            self.of(what).look(files, ledger, head, index)?;
        }
        Ok(())
    }

    /// Looks for these keys from now on, and for no others.
    fn want(&mut self, what: &[Lookup<'_>]) {
        let keys = what.iter().filter_map(|what| match what {
            Lookup::Key(key) => Some(*key),
            Lookup::Id(_) => None,
        });
        let keys: HashSet<&str> = keys.collect();
        if keys.is_empty() {
            return;
        }
        self.keys.retain(|key, _| keys.contains(key.as_str()));
        for key in keys {
            let lookup = || SaleLookup::of(Lookup::Key(key));
            self.keys.entry(key.to_owned()).or_insert_with(lookup);
        }
    }

    /// Looks on for all keys in one walk, where several were looked for up to the same line. Otherwise, and where that
    /// line stands there no longer, each is looked for by itself.
    pub(crate) fn follow_keys(&mut self, files: &EventFiles, ledger: &LedgerFile, head: &Tally) {
        let Some(first) = self.keys.values().next() else {
            return;
        };
        let (on, mut mark) = first.at();
        let is_together = |lookup: &SaleLookup| lookup.at() == (on, mark);
        if self.keys.len() < 2
            || mark.bytes >= head.bytes
            || on.is_some_and(|on| on != ledger.id)
            || !self.keys.values().all(is_together)
        {
            return;
        }
        let keys = &mut self.keys;
        let see = &mut |line: &Line<'_>, end| {
            let record = &line.record;
            if record.reference.is_some() {
                let found = keys.values_mut().filter(|lookup| lookup.found().is_some());
                found.for_each(|lookup| lookup.see(line, end));
            }
            let with_key = record.key.as_deref().and_then(|key| keys.get_mut(key));
            if let Some(lookup) = with_key.filter(|lookup| lookup.found().is_none()) {
                lookup.see(line, end);
            }
            None
        };
        // An empty text stands in every line.
        let walked = search(files, ledger, &mut mark, head.bytes, "", see);
        for lookup in self.keys.values_mut() {
            match walked {
                Ok(()) => lookup.passed(ledger.id, mark),
                Err(_) => lookup.forget(),
            }
        }
    }
}
