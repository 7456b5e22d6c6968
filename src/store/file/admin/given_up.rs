//! What an event has no more after a forced restore or repair: whose tickets, and where they still stand.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;

use memchr::memmem;
use serde_json::Value;

use crate::ledger::{Line, Op, Record};
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::raw_lines::RawLines;
use crate::store::results::{GivenUp, GivenUpBooking};

/// So many sales and holds are named at most.
const MOST: usize = 10_000;

/// Lines that are given up, one after the other.
#[derive(Default)]
pub(crate) struct LinesGivenUp {
    lines: u64,
    unreadable: u64,
    /// With none of their tickets left, too.
    bookings: Vec<GivenUpBooking>,
    /// Where in `bookings` each is, by its id.
    places: HashMap<String, usize>,
    /// Holds that became sales, and stand on a line that is kept.
    kept_holds: HashSet<String>,
    more: u64,
    others: BTreeMap<&'static str, u64>,
    /// The highest number among them.
    last: u64,
}

impl LinesGivenUp {
    /// Adds a line.
    pub(crate) fn add(&mut self, record: &Record<'_>) {
        self.lines += 1;
        self.last = self.last.max(record.seq);
        let is_known = self.change(record);
        let is_booking = match record.op {
            Op::Sell | Op::Hold => {
                self.book(record.id.as_deref(), record);
                true
            }
            Op::Confirm if !is_known => {
                let id = record.reference.as_deref();
                self.kept_holds.extend(id.map(str::to_owned));
                self.book(id, record);
                true
            }
            _ => is_known,
        };
        if !is_booking {
            *self.others.entry(record.op.name()).or_default() += 1;
        }
    }

    /// Adds a line that cannot be read.
    pub(crate) fn add_unreadable(&mut self) {
        self.unreadable += 1;
    }

    /// How many lines there are.
    pub(crate) fn lines(&self) -> u64 {
        self.lines
    }

    /// The highest number among them; 0: there is none.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    /// What a line says of a booking that is given up, too. `false`: it says nothing of one.
    fn change(&mut self, record: &Record<'_>) -> bool {
        let place = record
            .reference
            .as_deref()
            .and_then(|id| self.places.get(id));
        let Some(booking) = place.and_then(|place| self.bookings.get_mut(*place)) else {
            return false;
        };
        match record.op {
            Op::Confirm => booking.held = false,
            Op::Release | Op::Expire => booking.quantity = 0,
            Op::Cancel => {
                let away = record.quantity.unsigned_abs();
                booking.quantity = booking.quantity.saturating_sub(away);
            }
            Op::Rename => {
                let buyer = record.buyer.as_deref().unwrap_or_default();
                buyer.clone_into(&mut booking.buyer);
            }
            _ => {}
        }
        true
    }

    fn book(&mut self, id: Option<&str>, record: &Record<'_>) {
        if self.bookings.len() == MOST {
            self.more += 1;
            return;
        }
        let id = id.unwrap_or_default();
        self.places.insert(id.to_owned(), self.bookings.len());
        self.bookings.push(GivenUpBooking {
            id: id.to_owned(),
            buyer: record.buyer.as_deref().unwrap_or_default().to_owned(),
            quantity: record.quantity.unsigned_abs(),
            held: record.op == Op::Hold,
        });
    }

    /// For whom holds were that became sales, by the lines of this ledger that are kept.
    pub(crate) fn name_kept_holds(&mut self, ledger: &LedgerFile) -> io::Result<()> {
        if self.kept_holds.is_empty() {
            return Ok(());
        }
        let mut raw_lines = RawLines::new(&ledger.file, 0);
        let mut names = HashMap::new();
        while let Some(raw_line) = raw_lines.next()? {
            let Ok(Line { record, .. }) = Line::parse(raw_line.bytes, None) else {
                continue;
            };
            let id = record.id.as_deref().or(record.reference.as_deref());
            let id = id.filter(|id| self.kept_holds.contains(*id));
            if let (Some(id), Some(buyer)) = (id, record.buyer.as_deref()) {
                names.insert(id.to_owned(), buyer.to_owned());
            }
        }
        for booking in self.bookings.iter_mut().filter(|it| it.buyer.is_empty()) {
            booking.buyer = names.remove(&booking.id).unwrap_or_default();
        }
        Ok(())
    }

    /// What they come to.
    pub(crate) fn told(mut self) -> GivenUp {
        self.bookings.retain(|booking| booking.quantity > 0);
        GivenUp {
            lines: self.lines,
            bookings: self.bookings,
            more: self.more,
            others: self.others,
            unreadable: self.unreadable,
            ..GivenUp::default()
        }
    }
}

/// The sale or hold of a line of which the end is missing, as far as that says; its quantity is 0 where it does not.
pub(crate) fn torn_booking(line: &[u8]) -> Option<GivenUpBooking> {
    let op = member(line, "op")?;
    let held = op == Op::Hold.name();
    if !held && op != Op::Sell.name() {
        return None;
    }
    let text = |name| Some(member(line, name)?.as_str()?.to_owned());
    Some(GivenUpBooking {
        id: text("id")?,
        buyer: text("buyer").unwrap_or_default(),
        quantity: member(line, "quantity").map_or(0, |it| it.as_u64().unwrap_or(0)),
        held,
    })
}

/// What a member of a line is, if all of it stands there: behind its end there is another one, or the end of the line.
/// A name that has such letters in it stands there with others.
fn member(line: &[u8], name: &str) -> Option<Value> {
    let name = format!("\"{name}\":");
    let start = memmem::find(line, name.as_bytes())? + name.len();
    let mut values = serde_json::Deserializer::from_slice(line.get(start..)?).into_iter();
    let value = values.next()?.ok()?;
    let end = line.get(start + values.byte_offset());
    end.is_some_and(|end| b",}".contains(end)).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_torn_line_only_what_is_whole_is_told() {
        let line =
            r#"{"seq":9,"op":"sell","id":"9-abc","buyer":"ann \"id\":","quantity":25,"left":1}"#;
        let torn = |to: &str| torn_booking(&line.as_bytes()[..line.find(to).unwrap()]);
        let whole = GivenUpBooking {
            id: "9-abc".to_owned(),
            buyer: "ann \"id\":".to_owned(),
            quantity: 25,
            held: false,
        };
        assert_eq!(torn("\"left"), Some(whole.clone()));
        let unknown = GivenUpBooking {
            quantity: 0,
            ..whole
        };
        for cut in ["5,\"left", ",\"left", "\"quantity"] {
            assert_eq!(torn(cut), Some(unknown.clone()), "{cut}");
        }
        let nobody = GivenUpBooking {
            buyer: String::new(),
            ..unknown
        };
        assert_eq!(torn("ann"), Some(nobody));
        assert_eq!(torn("abc"), None);
        assert_eq!(
            torn_booking(br#"{"seq":9,"op":"cancel","ref":"9-abc","quantity":1,"#),
            None
        );
    }
}
