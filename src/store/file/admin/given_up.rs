//! What an event has no more after a forced restore or repair: whose tickets, and where they still stand.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;

use crate::ledger::{Line, Op, Record};
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::raw_lines::RawLines;
use crate::store::results::{GivenUp, GivenUpBooking, Undoing, UndoneChange};

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
    /// What was done to sales and holds that are kept.
    undone: Vec<UndoneChange>,
    /// Where in `undone` each is.
    undone_places: HashMap<(Undoing, String), usize>,
    others: BTreeMap<&'static str, u64>,
    /// The lowest number among them; 0: there is none.
    first: u64,
    /// The highest number among them.
    last: u64,
}

impl LinesGivenUp {
    /// Adds a line.
    pub(crate) fn add(&mut self, record: &Record<'_>) {
        self.lines += 1;
        self.last = self.last.max(record.seq);
        if self.first == 0 || record.seq < self.first {
            self.first = record.seq;
        }
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
            self.undo(record);
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

    /// Notes what is as it was before, where a line changed a sale or a hold that is kept.
    fn undo(&mut self, record: &Record<'_>) {
        let undoing = match record.op {
            Op::Cancel => Undoing::Valid,
            Op::Release | Op::Expire => Undoing::Held,
            Op::Rename => Undoing::Name,
            _ => return,
        };
        let id = record.reference.as_deref().unwrap_or_default();
        let quantity = record.quantity.unsigned_abs();
        let place = self.undone_places.get(&(undoing, id.to_owned()));
        if let Some(known) = place.and_then(|place| self.undone.get_mut(*place)) {
            known.quantity = known.quantity.saturating_add(quantity);
        } else if self.undone.len() < MOST {
            let place = self.undone.len();
            self.undone_places.insert((undoing, id.to_owned()), place);
            self.undone.push(UndoneChange {
                undoing,
                id: id.to_owned(),
                buyer: String::new(),
                quantity,
            });
        }
    }

    /// Names for whom holds were that became sales, and whose the sales and holds are that are as before, by the lines of
    /// this ledger that are kept.
    pub(crate) fn name_kept(&mut self, ledger: &LedgerFile) -> io::Result<()> {
        if self.kept_holds.is_empty() && self.undone.is_empty() {
            return Ok(());
        }
        let undone = self.undone.iter().map(|it| it.id.clone());
        let wanted: HashSet<String> = undone.chain(self.kept_holds.iter().cloned()).collect();
        let mut raw_lines = RawLines::new(&ledger.file, 0);
        // By its kept lines, and by all of them.
        let (mut kept, mut last) = (HashMap::new(), HashMap::new());
        while let Some(raw_line) = raw_lines.next()? {
            let Ok(Line { record, .. }) = Line::parse(raw_line.bytes, None) else {
                continue;
            };
            let id = record.id.as_deref().or(record.reference.as_deref());
            let id = id.filter(|id| wanted.contains(*id));
            if let (Some(id), Some(buyer)) = (id, record.buyer.as_deref()) {
                if record.seq < self.first {
                    kept.insert(id.to_owned(), buyer.to_owned());
                }
                last.insert(id.to_owned(), buyer.to_owned());
            }
        }
        for booking in self.bookings.iter_mut().filter(|it| it.buyer.is_empty()) {
            booking.buyer = last.remove(&booking.id).unwrap_or_default();
        }
        for undone in &mut self.undone {
            undone.buyer = kept.get(&undone.id).cloned().unwrap_or_default();
        }
        Ok(())
    }

    /// The first of those whose sales and holds are given up, or are as before, in words; and how many more there are.
    pub(crate) fn first_in_words(&self, most: usize) -> (Vec<String>, u64) {
        let bookings = self.bookings.iter().filter(|it| it.quantity > 0);
        let bookings = bookings.map(|it| format!("given up: {it}"));
        let all = bookings.chain(self.undone.iter().map(ToString::to_string));
        let mut words: Vec<String> = all.collect();
        let more = (words.len().saturating_sub(most) as u64).saturating_add(self.more);
        words.truncate(most);
        (words, more)
    }

    /// The first of the sales and holds, in words; `None`: there is none.
    pub(crate) fn bookings_in_words(&self, most: usize) -> Option<String> {
        let bookings = self.bookings.iter().filter(|it| it.quantity > 0);
        let mut words: Vec<String> = bookings.map(ToString::to_string).collect();
        let more = (words.len().saturating_sub(most) as u64).saturating_add(self.more);
        words.truncate(most);
        if more > 0 {
            words.push(format!("{more} more"));
        }
        (!words.is_empty()).then(|| words.join("; "))
    }

    /// What they come to.
    pub(crate) fn told(mut self) -> GivenUp {
        self.bookings.retain(|booking| booking.quantity > 0);
        GivenUp {
            lines: self.lines,
            bookings: self.bookings,
            more: self.more,
            undone: self.undone,
            others: self.others,
            unreadable: self.unreadable,
            ..GivenUp::default()
        }
    }
}
