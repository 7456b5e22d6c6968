//! What came of a reset, a backup, a restore.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use crate::ledger::CountFile;
use crate::plural::count;
use crate::shown;

/// What a reset did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reset {
    /// Whether there was no event, and it was made.
    pub made: bool,
    /// The stock now.
    pub stock: u64,
    /// Where the old ledger is, if there was one.
    pub archive: Option<PathBuf>,
    /// Where that is which stood in `tickets.json`, if no ledger says the same.
    pub kept: Option<PathBuf>,
    /// How the old ledger is put back; looked at only if this was forced.
    pub back: WayBack,
}

/// How what was replaced can be put back, as a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayBack {
    /// By a restore.
    Restored,
    /// By a forced one: what is there now has lines that it lacks.
    Forced,
    /// Not by a restore: there is no ledger, or it does not add up.
    None,
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// How many are left in it.
    pub left: u64,
    /// How many are sold.
    pub sold: u64,
    /// The last line of the ledger in it; 0 where nothing was sold yet, so that there is no ledger.
    pub seq: u64,
}

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// How many are left now.
    pub left: u64,
    /// How many are sold.
    pub sold: u64,
    /// The last line of the ledger.
    pub seq: u64,
    /// Where what was replaced is: the ledger before, and what stood in `tickets.json`, where no ledger says it.
    pub kept: Vec<PathBuf>,
    /// How the ledger before is put back; looked at only if this was forced.
    pub back: WayBack,
    /// What the event has no more.
    pub given_up: GivenUp,
}

/// What an event has no more: a forced restore, or a forced repair, went on without it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct GivenUp {
    /// How many lines of the ledger before can be read, and are not on the one that is there now.
    pub lines: u64,
    /// The sales and holds on them, as they were at last, but for those of which nothing was left.
    pub bookings: Vec<GivenUpBooking>,
    /// How many more sales and holds there are, where they are very many.
    #[serde(skip_serializing_if = "is_none")]
    pub more: u64,
    /// What was done to sales and holds that are kept, and is undone by that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub undone: Vec<UndoneChange>,
    /// How many lines of them are about something else, by what they do.
    pub others: BTreeMap<&'static str, u64>,
    /// How many lines cannot be read: any may have been a sale.
    #[serde(skip_serializing_if = "is_none")]
    pub unreadable: u64,
    /// How many lines the count included, at least, and no ledger here has.
    #[serde(skip_serializing_if = "is_none")]
    pub lost: u64,
    /// What that count said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<CountGivenUp>,
    /// The file that still has the lines; of those that are lost, the one that says how many were sold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for that")]
fn is_none(many: &u64) -> bool {
    *many == 0
}

impl GivenUp {
    /// Whether it is nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines + self.unreadable + self.lost == 0
    }

    /// How many tickets its sales and holds have.
    #[must_use]
    pub fn tickets(&self) -> u64 {
        let tickets = self.bookings.iter().map(|booking| booking.quantity);
        tickets.fold(0, u64::saturating_add)
    }
}

/// What a count said that includes lines which no ledger has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CountGivenUp {
    /// The line that it includes last.
    pub line: u64,
    /// How many were left then.
    pub left: u64,
    /// How many were sold.
    pub sold: u64,
    /// How many were held.
    pub held: u64,
}

impl CountGivenUp {
    /// What a count says; `None`: it is tied to no line.
    pub(crate) fn of(count: &CountFile) -> Option<Self> {
        let counted = count.counted?;
        Some(Self {
            line: counted.seq,
            left: count.ticket,
            sold: counted.sold,
            held: counted.held,
        })
    }
}

/// `93 left and 7 sold at line 8`
impl fmt::Display for CountGivenUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.held {
            0 => write!(f, "{} left and {} sold", self.left, self.sold)?,
            held => write!(f, "{} left, {} sold and {held} held", self.left, self.sold)?,
        }
        write!(f, " at line {}", self.line)
    }
}

/// A sale or a hold that an event has no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GivenUpBooking {
    /// Its id.
    pub id: String,
    /// In whose name it was.
    pub buyer: String,
    /// How many tickets of it were not cancelled.
    pub quantity: u64,
    /// Whether it was held, and not sold.
    pub held: bool,
}

/// `3 tickets for alice, sale 4-q4sdn1`
impl fmt::Display for GivenUpBooking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.held { "hold" } else { "sale" };
        match self.quantity {
            0 => write!(f, "an unknown number of tickets")?,
            many => write!(f, "{}", count(many, "ticket"))?,
        }
        if !self.buyer.is_empty() {
            write!(f, " for {}", shown(&self.buyer))?;
        }
        write!(f, ", {what} {}", shown(&self.id))
    }
}

/// What became of a sale or a hold that an event still has, by a line that it has no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UndoneChange {
    /// What is as it was before.
    pub undoing: Undoing,
    /// The id of the sale or the hold.
    pub id: String,
    /// In whose name it is, as far as that is known.
    pub buyer: String,
    /// How many tickets that is about; 0 of a name.
    pub quantity: u64,
}

/// What is as it was before a change that is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Undoing {
    /// Tickets are valid that were cancelled.
    Valid,
    /// Tickets are held whose hold had ended.
    Held,
    /// The name is the one before.
    Name,
}

/// `valid again: 4 tickets of Kim, sale 4-720d8v`
impl fmt::Display for UndoneChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, buyer) = (shown(&self.id), shown(&self.buyer));
        let tickets = count(self.quantity, "ticket");
        let of = match buyer.as_str() {
            "" => String::new(),
            buyer => format!(" of {buyer}"),
        };
        match self.undoing {
            Undoing::Valid => write!(f, "valid again: {tickets}{of}, sale {id}"),
            Undoing::Held => write!(f, "held again: {tickets}{of}, hold {id}"),
            Undoing::Name if buyer.is_empty() => write!(f, "the name before again: {id}"),
            Undoing::Name => write!(f, "called {buyer} again: {id}"),
        }
    }
}
