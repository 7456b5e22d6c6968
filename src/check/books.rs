//! The books: what the lines of a ledger make of an event, kept by a second bookkeeper, who does not know how they were
//! decided. It says of each line what is wrong with it, and goes on.

use std::collections::BTreeMap;

use super::anomaly::Anomaly;
use crate::ledger::{EventSettings, Op, Record, number};

/// What is wrong with a line: what it does, as it is said behind its number.
pub(crate) type LineFault = (Anomaly, String);

/// What has become of a sale or a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Sold,
    Held,
    Released,
    Expired,
}

/// A sale or a hold.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) fate: Fate,
    /// How many of its tickets are not given back.
    pub(crate) kept: u64,
    /// The last line that changed it.
    line: u64,
}

/// The books, up to some line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Books {
    /// The number of the last line.
    pub(crate) seq: u64,
    /// How many are left, as the last line has it.
    pub(crate) left: u64,
    /// How many there are in all.
    pub(crate) stock: u64,
    /// Sales and holds, by their ids.
    entries: BTreeMap<String, Entry>,
    /// The line that has a key.
    keys: BTreeMap<String, u64>,
    pub(crate) closed: bool,
    pub(crate) settings: EventSettings,
}

impl Books {
    /// The sale or hold of the line of this number.
    pub(crate) fn entry(&self, line: u64) -> Option<&Entry> {
        let mut entries = self.entries.iter();
        let found = entries.find(|(id, _)| number(id) == Some(line));
        found.map(|(_, entry)| entry)
    }

    /// How many tickets have this fate.
    pub(crate) fn of(&self, fate: Fate) -> u64 {
        let own = self.entries.values().filter(|entry| entry.fate == fate);
        own.map(|entry| entry.kept).fold(0, u64::saturating_add)
    }

    /// Enters a line; says what is wrong with it.
    pub(crate) fn enter(&mut self, record: &Record<'_>) -> Vec<LineFault> {
        let mut wrong = Vec::new();
        wrong.extend(self.number(record.seq));
        wrong.extend(self.key(record));
        wrong.extend(match record.op {
            Op::Sell | Op::Hold => self.takes(record),
            Op::Cancel | Op::Confirm | Op::Release | Op::Expire | Op::Rename => {
                self.changes(record)
            }
            Op::Close | Op::Reopen => self.turns(record),
            Op::Set => {
                self.settings = record.event.as_deref().cloned().unwrap_or_default();
                None
            }
            Op::Open | Op::Adjust => {
                self.stock = self.stock.saturating_add_signed(record.quantity);
                None
            }
        });
        self.left = record.left;
        wrong.extend(self.sum());
        wrong
    }

    fn number(&mut self, seq: u64) -> Option<LineFault> {
        let before = std::mem::replace(&mut self.seq, seq);
        if seq <= before {
            let text = "has the number of a line before it: neither knew of the other".to_owned();
            return Some((Anomaly::LostUpdate, text));
        }
        (seq > before + 1).then(|| {
            let text = format!("stands behind line {before}");
            (Anomaly::Gap, text)
        })
    }

    fn key(&mut self, record: &Record<'_>) -> Option<LineFault> {
        let (key, seq) = (record.key.as_deref()?, record.seq);
        let before = self.keys.insert(key.to_owned(), seq)?;
        let text = format!("has the key {key:?} of line {before}");
        Some((Anomaly::StaleDecision, text))
    }

    /// A sale or a hold: not while the sale is closed, and not against the rules.
    fn takes(&mut self, record: &Record<'_>) -> Option<LineFault> {
        let kept = record.quantity.unsigned_abs();
        let (fate, does) = match record.op {
            Op::Hold => (Fate::Held, "holds"),
            _ => (Fate::Sold, "sells"),
        };
        let id = record.id.as_deref().unwrap_or_default().to_owned();
        let line = record.seq;
        self.entries.insert(id, Entry { fate, kept, line });
        let most = self.settings.max_per_sale.unwrap_or(u64::MAX);
        let why = if self.closed {
            "the sale is closed".to_owned()
        } else if kept > most {
            format!("one sale has at most {most}")
        } else {
            return None;
        };
        let text = format!("{does} {kept}, where {why}");
        Some((Anomaly::StaleDecision, text))
    }

    /// What a line does to the sale or the hold that it is about.
    fn changes(&mut self, record: &Record<'_>) -> Option<LineFault> {
        let (seq, quantity) = (record.seq, record.quantity.unsigned_abs());
        let about = record.reference.as_deref().unwrap_or_default();
        let does = match record.op {
            Op::Cancel => "cancels",
            Op::Confirm => "confirms",
            Op::Release => "releases",
            Op::Expire => "ends",
            _ => "renames",
        };
        let Some(entry) = self.entries.get_mut(about) else {
            let text = format!("{does} {about:?}, which is no sale and no hold");
            return Some((Anomaly::Phantom, text));
        };
        let is_open = match record.op {
            Op::Rename => matches!(entry.fate, Fate::Sold | Fate::Held) && entry.kept > 0,
            Op::Cancel => entry.fate == Fate::Sold && quantity <= entry.kept,
            _ => entry.fate == Fate::Held && quantity == entry.kept,
        };
        let text = (!is_open).then(|| {
            let (became, line) = (entry.told(), entry.line);
            let about = number(about).unwrap_or_default();
            format!("{does} what stands on line {about}, and is {became} since line {line}")
        });
        match record.op {
            Op::Cancel => entry.kept = entry.kept.saturating_sub(quantity),
            Op::Confirm => entry.fate = Fate::Sold,
            Op::Release => entry.fate = Fate::Released,
            Op::Expire => entry.fate = Fate::Expired,
            _ => {}
        }
        entry.line = seq;
        text.map(|text| (Anomaly::StaleDecision, text))
    }

    fn turns(&mut self, record: &Record<'_>) -> Option<LineFault> {
        let closes = record.op == Op::Close;
        let before = std::mem::replace(&mut self.closed, closes);
        (before == closes).then(|| {
            let text = "closes what is closed, or reopens what is open".to_owned();
            (Anomaly::StaleDecision, text)
        })
    }

    /// What is left, sold and held is the stock.
    fn sum(&self) -> Option<LineFault> {
        let (left, sold, held) = (self.left, self.of(Fate::Sold), self.of(Fate::Held));
        let taken = sold.saturating_add(held);
        if taken.saturating_add(left) == self.stock {
            return None;
        }
        let kind = if taken > self.stock {
            Anomaly::Oversold
        } else {
            Anomaly::Conservation
        };
        let stock = self.stock;
        let text = format!("leaves {left}, with {sold} sold and {held} held, of {stock}");
        Some((kind, text))
    }
}

impl Entry {
    /// What its last line made of it.
    fn told(&self) -> &'static str {
        match self.fate {
            Fate::Sold if self.kept == 0 => "cancelled",
            Fate::Sold => "sold",
            Fate::Held => "held",
            Fate::Released => "released",
            Fate::Expired => "ended",
        }
    }
}

#[cfg(test)]
mod tests;
