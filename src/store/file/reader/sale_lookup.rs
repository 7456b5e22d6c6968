//! Sale look-up: where a sale stands on the ledger, and what was cancelled of it since.

use crate::error::Result;
use crate::ledger::Line;
use crate::store::file::event::EventFiles;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::search::{Mark, locate, search};
use crate::store::file::sys::FileId;
use crate::store::{FoundSale, Lookup};

/// The look-ups of one opening of an event: one by key, one by id.
#[derive(Debug, Default)]
pub(crate) struct Lookups {
    key: Option<SaleLookup>,
    id: Option<SaleLookup>,
}

impl Lookups {
    /// The look-up of this sale, as far as it has come.
    pub(crate) fn of(&mut self, what: Lookup<'_>) -> &mut SaleLookup {
        let place = match what {
            Lookup::Key(_) => &mut self.key,
            Lookup::Id(_) => &mut self.id,
        };
        if !place.as_ref().is_some_and(|lookup| lookup.is_for(what)) {
            *place = None;
        }
        place.get_or_insert_with(|| SaleLookup::of(what))
    }
}

/// What is looked for, kept between two looks.
#[derive(Debug, Clone)]
enum Sought {
    Key(String),
    Id(String),
}

impl Sought {
    fn lookup(&self) -> Lookup<'_> {
        match self {
            Self::Key(key) => Lookup::Key(key),
            Self::Id(id) => Lookup::Id(id),
        }
    }
}

/// What was found so far. The long way is gone without a lock; under the lock, only what was appended
/// since.
#[derive(Debug)]
pub(crate) struct SaleLookup {
    sought: Sought,
    ledger: Option<FileId>,
    mark: Mark,
    found: Option<FoundSale>,
}

impl SaleLookup {
    /// Looks for this.
    pub(crate) fn of(what: Lookup<'_>) -> Self {
        Self::new(match what {
            Lookup::Key(key) => Sought::Key(key.to_owned()),
            Lookup::Id(id) => Sought::Id(id.to_owned()),
        })
    }

    fn new(sought: Sought) -> Self {
        Self {
            sought,
            ledger: None,
            mark: Mark::default(),
            found: None,
        }
    }

    /// Whether it looks for this.
    fn is_for(&self, what: Lookup<'_>) -> bool {
        self.sought.lookup() == what
    }

    /// What was found.
    pub(crate) fn found(&self) -> Option<&FoundSale> {
        self.found.as_ref()
    }

    /// Looks as far as `end`, on this ledger.
    pub(crate) fn follow(
        &mut self,
        files: &EventFiles,
        ledger: &LedgerFile,
        end: u64,
    ) -> Result<()> {
        if self.ledger != Some(ledger.id) {
            // Another ledger than before: a reset came between.
            *self = Self {
                ledger: Some(ledger.id),
                ..Self::new(self.sought.clone())
            };
            if let Sought::Id(id) = &self.sought {
                let Some(mark) = line_of(files, ledger, id, end)? else {
                    // It may be appended yet.
                    self.ledger = None;
                    return Ok(());
                };
                self.mark = mark;
            }
        }
        let text = match (&self.found, &self.sought) {
            (Some(found), _) => needle("ref", &found.id),
            (None, Sought::Key(key)) => needle("key", key),
            (None, Sought::Id(id)) => {
                let (number, _) = parts(id);
                format!("\"id\":\"{number}-")
            }
        };
        let (sought, found) = (&self.sought, &mut self.found);
        search(
            files,
            ledger,
            &mut self.mark,
            end,
            &text,
            &mut |line, end| note(sought, found, line, end),
        )
    }
}

/// The line before that of a sale, which begins with the number of its line.
fn line_of(files: &EventFiles, ledger: &LedgerFile, id: &str, end: u64) -> Result<Option<Mark>> {
    match parts(id).0.parse() {
        Ok(seq) => locate(files, ledger, seq, end),
        Err(_) => Ok(None),
    }
}

/// The number of a sale's line in its id, and the rest of that.
fn parts(id: &str) -> (&str, &str) {
    id.split_once('-').unwrap_or((id, ""))
}

/// How a member stands in a line. A text with quotes in it stands there with other letters, so that
/// nobody can plant one inside a name.
fn needle(member: &str, text: &str) -> String {
    format!("\"{member}\":{}", serde_json::Value::from(text))
}

/// Takes note of a line; returns what to look for after it, if that is something else.
fn note(
    sought: &Sought,
    found: &mut Option<FoundSale>,
    line: &Line<'_>,
    end: u64,
) -> Option<String> {
    let record = &line.record;
    if let Some(sale) = found {
        sale.note(record, end);
        return None;
    }
    if !sought.lookup().is(record) {
        return None;
    }
    let sale = found.insert(FoundSale::of(record, end));
    Some(needle("ref", &sale.id))
}
