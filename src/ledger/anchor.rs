//! The anchor: what ties a count to a ledger whose lines are keys of a cluster.
//!
//! There a sale is decided by the count alone. So the count says of the ledger what a file would be read for: the sum of
//! the last line, and the numbers of the lines of which the index knows where they begin. A checksum seals all that is
//! ours in it, for no line is read that would contradict one that was changed by hand.

use serde::{Deserialize, Serialize};

use super::count_file::CountFile;
use super::count_members::Counted;
use super::record::Record;
use super::sum::Sum;
use super::tally::Tally;

/// The member of the count that says it.
const MEMBER: &str = "cluster";

/// Which ledger the count counts, and what it takes to write the next line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Anchor {
    /// Which of the event's ledgers: a reset begins another one.
    pub(crate) generation: u64,
    /// The number of the line at which the index begins to look for holds.
    pub(crate) holds: Option<u64>,
    /// The number of the last line that changed the settings after the event was made.
    pub(crate) set: Option<u64>,
}

/// The member as it is written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
    ledger: u64,
    /// The sum of the last line.
    line: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    holds: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    set: Option<u64>,
    sum: String,
}

impl Anchor {
    /// Of a ledger of this generation that has no lines yet.
    pub(crate) fn of(generation: u64) -> Self {
        Self {
            generation,
            ..Self::default()
        }
    }

    /// The anchor after one more line, which took the tally from one to the other.
    pub(crate) fn after(self, record: &Record<'_>, before: &Tally, after: &Tally) -> Self {
        let moved = |number: Option<u64>, was: Option<u64>, is: Option<u64>| match is {
            None => None,
            Some(_) if was == is => number,
            Some(_) => Some(record.seq),
        };
        Self {
            generation: self.generation,
            holds: moved(self.holds, before.index.holds, after.index.holds),
            set: moved(self.set, before.index.set, after.index.set),
        }
    }

    fn seal(&self, left: u64, counted: &Counted, line: &str) -> String {
        let Counted {
            sold,
            held,
            seq,
            bytes,
            index,
        } = counted;
        let Self {
            generation,
            holds,
            set,
        } = self;
        let text = format!(
            "{left} {sold} {held} {seq} {bytes} {} {generation} {line} {holds:?} {set:?}",
            index.sealed(*held)
        );
        Sum::of(text.as_bytes(), Sum::default()).to_string()
    }
}

impl CountFile {
    /// The same count of the ledger up to `tally`, with what ties it to that.
    pub(crate) fn anchored(&self, tally: &Tally, anchor: &Anchor) -> Self {
        let counted = self.unanchored().counting(tally);
        let line = tally.sum.to_string();
        let seal = counted
            .counted
            .map(|it| anchor.seal(counted.ticket, &it, &line));
        let member = Member {
            ledger: anchor.generation,
            line,
            holds: anchor.holds,
            set: anchor.set,
            sum: seal.unwrap_or_default(),
        };
        let text = serde_json::to_string(&member).unwrap_or_default();
        let mut anchored = counted;
        anchored.members.push((MEMBER.to_owned(), Some(text)));
        anchored
    }

    /// The same count as a file has it.
    pub(crate) fn unanchored(&self) -> Self {
        let mut count = self.clone();
        count
            .members
            .retain(|(name, value)| name != MEMBER || value.is_none());
        count
    }

    /// What the ledger adds up to, and where it is, by the anchor. The error says what is wrong with it.
    pub(crate) fn anchor(&self) -> Result<(Tally, Anchor), String> {
        let lacks =
            || format!("has no {MEMBER:?} that ties it to its ledger: another program wrote it");
        let mut members = self.members.iter();
        let text = members.find_map(|(name, value)| value.as_ref().filter(|_| name == MEMBER));
        let (Some(text), Some(counted)) = (text, self.counted) else {
            return Err(lacks());
        };
        let changed = || format!("does not fit its {MEMBER:?}: another program changed it");
        let member: Member = serde_json::from_str(text).map_err(|_| changed())?;
        let anchor = Anchor {
            generation: member.ledger,
            holds: member.holds,
            set: member.set,
        };
        let sum = u64::from_str_radix(&member.line, 16).map_err(|_| changed())?;
        if anchor.seal(self.ticket, &counted, &member.line) != member.sum {
            return Err(changed());
        }
        let tally = Tally {
            seq: counted.seq,
            bytes: counted.bytes,
            left: self.ticket,
            sold: counted.sold,
            held: counted.held,
            index: counted.index,
            sum: Sum(sum),
        };
        Ok((tally, anchor))
    }
}

#[cfg(test)]
mod tests {
    use super::super::index::Index;
    use super::*;

    fn example() -> (Tally, Anchor) {
        let tally = Tally {
            seq: 7,
            bytes: 900,
            left: 5,
            sold: 2,
            held: 1,
            index: Index {
                holds: Some(300),
                due: Some(1),
                set: Some(400),
                closed: false,
                in_all: None,
            },
            sum: Sum(0xabc),
        };
        let anchor = Anchor {
            generation: 3,
            holds: Some(4),
            set: Some(5),
        };
        (tally, anchor)
    }

    #[test]
    fn an_anchored_count_says_all_that_a_line_is_written_by() {
        let (tally, anchor) = example();
        let own = CountFile::parse("{\"ticket_num\": 9, \"hall\": \"A\"}").unwrap();
        let text = own.anchored(&tally, &anchor).render();
        let read = CountFile::parse(&text).unwrap();
        assert_eq!(read.anchor(), Ok((tally, anchor)), "{text}");
        assert!(text.contains("\"hall\": \"A\""), "{text}");
        assert_eq!(read.anchored(&tally, &anchor).render(), text);
        let file = read.unanchored().render();
        assert_eq!(file, own.counting(&tally).render());
        assert!(CountFile::parse(&file).unwrap().anchor().is_err());
    }

    #[test]
    fn a_count_that_was_changed_by_hand_is_not_believed() {
        let (tally, anchor) = example();
        let text = CountFile::fresh(9).anchored(&tally, &anchor).render();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let damaged = String::from_utf8(bytes).unwrap();
            let read = CountFile::parse(&damaged).map(|count| count.anchor());
            let is_same = matches!(read, Ok(Ok(found)) if found == (tally, anchor));
            // Only the layout may differ.
            assert!(!matches!(read, Ok(Ok(_))) || is_same, "{damaged}");
        }
    }

    #[test]
    fn the_numbers_of_the_lines_follow_the_index() {
        let mut tally = Tally::default();
        let mut anchor = Anchor::of(1);
        let mut add = |record: Record<'_>| {
            let (line, sum) = record.encode(tally.sum).unwrap();
            let after = tally
                .apply(&record, sum, tally.bytes + line.len() as u64)
                .unwrap();
            anchor = anchor.after(&record, &tally, &after);
            tally = after;
            (anchor.holds, anchor.set)
        };
        let hold = |seq: u64, left: u64| Record {
            id: Some(format!("{seq}-000000").into()),
            buyer: Some("a".into()),
            until: Some("2026-05-01T18:00:00.000Z".into()),
            ..Record::new(super::super::op::Op::Hold, seq, 1, left)
        };
        let release = |seq: u64, left: u64| Record {
            reference: Some("2-000000".into()),
            ..Record::new(super::super::op::Op::Release, seq, 1, left)
        };
        let set =
            |seq: u64, left: u64| Record::set(seq, left, super::super::EventSettings::default());
        assert_eq!(add(Record::open(9, None)), (None, None));
        assert_eq!(add(hold(2, 8)), (Some(2), None));
        assert_eq!(add(hold(3, 7)), (Some(2), None));
        assert_eq!(add(set(4, 7)), (Some(2), Some(4)));
        assert_eq!(add(release(5, 8)), (Some(2), Some(4)));
        assert_eq!(add(release(6, 9)), (None, Some(4)));
        assert_eq!(add(hold(7, 8)), (Some(7), Some(4)));
        assert_eq!(add(set(8, 8)), (Some(7), Some(8)));
    }
}
