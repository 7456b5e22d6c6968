//! The lines of a ledger on a cluster, read in their order: each checked against the one before it.

use std::ops::ControlFlow;

use super::deadline::Deadline;
use super::key_space::{AsOf, ClusterHead, KeySpace};
use super::known_keys::KnownKeys;
use crate::error::{Error, Kind, Result};
use crate::ledger::{EventSettings, Line, Op, Sum, Tally};
use crate::store::follower::{Followed, Follower};
use crate::store::{Head, Scan, Visit};

/// How far lines were read: up to the end of one of them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LineMark {
    pub(super) seq: u64,
    pub(super) bytes: u64,
    /// `None`: what the next line says is believed.
    sum: Option<Sum>,
}

/// A line as it is read: its text without the newline, where it begins, and what it ends.
pub(super) struct ReadLine<'a> {
    pub(super) text: &'a [u8],
    start: u64,
    pub(super) end: LineMark,
}

/// What is read of an event at one head, within one deadline.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look<'s> {
    pub(super) space: &'s KeySpace,
    pub(super) head: &'s ClusterHead,
    /// What the index says of some keys at that head.
    pub(super) keys: Option<&'s KnownKeys>,
    pub(super) deadline: Deadline,
}

impl Look<'_> {
    /// What the event adds up to.
    pub(super) fn told(self) -> Head {
        Head {
            tally: self.head.tally,
            rebuilt: false,
        }
    }

    /// Shows a follower the lines that it wants, from where it has come to up to the head.
    pub(super) fn follow(self, follower: &mut dyn Follower) -> Result<()> {
        let (tally, ledger) = (&self.head.tally, Some(self.head.ledger()));
        let reached = *follower.followed();
        if reached.ledger != ledger || reached.seq > tally.seq {
            follower.begin(tally);
            let start = follower.followed().bytes;
            *follower.followed() = Followed {
                ledger,
                ..self.mark_at(start)?.followed()
            };
        }
        let from = LineMark::of(follower.followed());
        self.walk(from, tally.seq, &mut |line| {
            if Line::op(line.text).is_none_or(|op| follower.wants(op)) {
                let parsed =
                    Line::parse(line.text, None).map_err(|why| self.broken(line.end.seq, &why))?;
                if follower.wants(parsed.record.op) {
                    follower.see(&parsed.record, line.start);
                }
            }
            *follower.followed() = Followed {
                ledger,
                ..line.end.followed()
            };
            Ok(ControlFlow::Continue(()))
        })
    }

    /// Where a follower begins that wants the lines from this byte on.
    fn mark_at(self, start: u64) -> Result<LineMark> {
        let (tally, anchor) = (&self.head.tally, &self.head.anchor);
        if start == tally.bytes {
            return Ok(LineMark::from(tally));
        }
        let known = [
            (tally.index.holds, anchor.holds),
            (tally.index.set, anchor.set),
        ];
        let known = known.into_iter().find(|(bytes, _)| *bytes == Some(start));
        if let Some((_, Some(seq))) = known {
            return Ok(LineMark {
                seq: seq.saturating_sub(1),
                bytes: start,
                sum: None,
            });
        }
        let mut found = LineMark::beginning();
        self.walk(found, tally.seq, &mut |line| {
            if line.end.bytes <= start {
                found = line.end;
                return Ok(ControlFlow::Continue(()));
            }
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }

    /// Shows lines in their order.
    pub(super) fn scan(self, what: Scan, visit: &mut Visit<'_>) -> Result<()> {
        self.walk(LineMark::beginning(), self.head.tally.seq, &mut |line| {
            let wanted = |op: Op| match what {
                Scan::All => true,
                Scan::Only(only) => op == only,
            };
            if !Line::op(line.text).is_none_or(wanted) {
                return Ok(ControlFlow::Continue(()));
            }
            let parsed =
                Line::parse(line.text, None).map_err(|why| self.broken(line.end.seq, &why))?;
            if wanted(parsed.record.op) {
                return Ok(visit(&parsed));
            }
            Ok(ControlFlow::Continue(()))
        })
    }

    /// By what the event is sold at the head; `None`: it was not made for real.
    pub(super) fn settings(self) -> Result<Option<EventSettings>> {
        // Without a line that changed them, the second line says what the event was made with.
        let seq = self.head.anchor.set.unwrap_or(2);
        let from = seq.saturating_sub(2);
        let from = LineMark {
            seq: from,
            sum: (from == 0).then(Sum::default),
            ..LineMark::default()
        };
        let (mut for_real, mut found) = (self.head.anchor.set.is_some(), None);
        self.walk(from, seq.min(self.head.tally.seq), &mut |line| {
            let parsed =
                Line::parse(line.text, None).map_err(|why| self.broken(line.end.seq, &why))?;
            for_real |= parsed.record.format.is_some();
            if line.end.seq == seq && parsed.record.op == Op::Set {
                found = parsed.record.event.map(|event| *event);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        if for_real && found.is_none() {
            return Err(self.broken(seq, "it says nothing of what the event is sold by"));
        }
        Ok(found)
    }

    /// Shows the lines behind `from` up to this number. Every line that is passed is checked against its sum, and that
    /// there is no other of its number.
    pub(super) fn walk(
        self,
        from: LineMark,
        to: u64,
        see: &mut dyn FnMut(ReadLine<'_>) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        if from.seq >= to {
            return Ok(());
        }
        let generation = self.head.anchor.generation;
        let range = self.space.names.lines(generation, from.seq + 1, to);
        let mut mark = from;
        let mut broken_off = false;
        self.space.walk(
            range,
            AsOf::Counted(self.head.revision),
            self.deadline,
            &mut |found| {
                let next = mark.seq + 1;
                let number = self.space.names.number_of(generation, &found.key);
                match number {
                    Some((seq, _)) if seq == next => {}
                    Some((seq, _)) if seq <= mark.seq => {
                        let why = "two lines have its number: a race left them";
                        return Err(self.broken(seq, why));
                    }
                    _ => return Err(self.broken(next, "it is gone")),
                }
                let broken = |why: &str| self.broken(next, why);
                let text = found.value.0.strip_suffix(b"\n");
                let text = text.ok_or_else(|| broken("it has no newline"))?;
                let sum = Line::check(text, mark.sum).map_err(|why| broken(&why))?;
                let end = LineMark {
                    seq: next,
                    bytes: mark.bytes + found.value.0.len() as u64,
                    sum: Some(sum),
                };
                let start = mark.bytes;
                mark = end;
                broken_off = see(ReadLine { text, start, end })?.is_break();
                Ok(!broken_off)
            },
        )?;
        if !broken_off && mark.seq < to {
            return Err(self.broken(mark.seq + 1, "it is gone"));
        }
        Ok(())
    }

    /// The error that a line does not add up.
    pub(super) fn broken(self, seq: u64, why: &str) -> Error {
        let place = self.space.ledger_place(self.head.anchor.generation);
        let message = format!("the ledger does not add up from here on: {why}");
        let error = Error::new(Kind::Integrity, message).at(&place, seq, 0);
        error.hint(
            "nothing more was sold; 'tickets audit' says more; 'tickets restore DIR' puts a backup back",
        )
    }
}

impl LineMark {
    /// Behind the line before this one, wherever that ends.
    pub(super) fn before(seq: u64) -> Self {
        Self {
            seq: seq.saturating_sub(1),
            ..Self::default()
        }
    }

    fn beginning() -> Self {
        Self {
            sum: Some(Sum::default()),
            ..Self::default()
        }
    }

    fn of(followed: &Followed) -> Self {
        Self {
            seq: followed.seq,
            bytes: followed.bytes,
            sum: followed.sum,
        }
    }

    fn followed(self) -> Followed {
        Followed {
            ledger: None,
            seq: self.seq,
            bytes: self.bytes,
            sum: self.sum,
        }
    }
}

impl From<&Tally> for LineMark {
    fn from(tally: &Tally) -> Self {
        Self {
            seq: tally.seq,
            bytes: tally.bytes,
            sum: Some(tally.sum),
        }
    }
}
