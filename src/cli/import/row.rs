//! Rows, and what is none.

use serde::{Deserialize, Serialize};

use super::passed_over::Heading;
use crate::office::Order;

/// The columns of a list in CSV.
pub(super) const COLUMNS: [&str; 4] = ["buyer", "quantity", "key", "note"];

/// A row as its file has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) buyer: String,
    #[serde(default = "one")]
    pub(super) quantity: u64,
    #[serde(default)]
    pub(super) key: Option<String>,
    #[serde(default)]
    pub(super) note: Option<String>,
    /// In which line of the file it stands.
    #[serde(skip)]
    pub(super) line: u64,
    /// Whether its key is its own.
    #[serde(skip)]
    pub(super) has_key: bool,
    /// How many equal rows of its list come before it, where its key was made.
    #[serde(skip)]
    pub(super) before: u64,
    /// What columns that are passed over call its sales.
    #[serde(skip)]
    pub(super) sale_ids: Vec<String>,
}

/// How many tickets a row is for that does not say.
pub(super) fn one() -> u64 {
    1
}

impl Row {
    /// What it asks for.
    pub(super) fn order(&self) -> Order<'_> {
        Order::new(&self.buyer, self.quantity)
            .key(self.key.as_deref())
            .note(self.note.as_deref())
    }

    /// Its cells as they are written down, without a key that was made for it.
    pub(super) fn cells(&self) -> (&str, u64, Option<&str>, Option<&str>) {
        let key = self.key.as_deref().filter(|_| self.has_key);
        (&self.buyer, self.quantity, key, self.note.as_deref())
    }

    /// Why no order can be made of it, whatever an event holds.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.buyer.trim().is_empty() {
            return Err("it names no buyer".to_owned());
        }
        let sense = self.order().check();
        sense.map_err(|error| error.message().to_owned())
    }
}

/// A row that no order can be made of, though the list around it makes sense.
#[derive(Debug)]
pub(super) struct BadRow {
    pub(super) line: u64,
    pub(super) why: String,
    pub(super) written: RowText,
}

/// A row as it is written down to be corrected.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum RowText {
    /// In the order of [`COLUMNS`].
    Cells([String; 4]),
    Line(String),
}

/// A line that is no row: what stands behind it may not be what it seems.
#[derive(Debug)]
pub(super) struct RowFlaw {
    pub(super) line: u64,
    pub(super) why: String,
}

/// What was read of a text.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) rows: Vec<Row>,
    pub(super) bad: Vec<BadRow>,
    pub(super) flaws: Vec<RowFlaw>,
    /// The columns that were passed over.
    pub(super) passed_over: Vec<Heading>,
    /// Whether a column or a member says how many tickets a row is for.
    pub(super) has_quantity: bool,
    /// So many rows had a key that the service's page has made: it was left out.
    pub(super) page_keys: usize,
    /// What stands between cells; `None`: it is JSON lines.
    pub(super) separator: Option<u8>,
    /// What stands before the header of CSV: the mark by which some spreadsheets know UTF-8, and the line that names the
    /// separator.
    pub(super) before_header: String,
}

impl Read {
    /// Adds what is in this line: a row, or what is written there and why it is none.
    pub(super) fn add(
        &mut self,
        line: u64,
        row: Result<Row, String>,
        written: impl FnOnce() -> RowText,
    ) {
        match row {
            Ok(row) => self.rows.push(row),
            Err(why) => self.bad.push(BadRow {
                line,
                why,
                written: written(),
            }),
        }
    }

    /// All that makes no sense, in the order of the lines.
    pub(super) fn nonsense(&self) -> Vec<(u64, &str)> {
        let bad = self.bad.iter().map(|row| (row.line, &*row.why));
        let flaws = self.flaws.iter().map(|flaw| (flaw.line, &*flaw.why));
        let mut all: Vec<_> = bad.chain(flaws).collect();
        all.sort_by_key(|(line, _)| *line);
        all
    }
}
