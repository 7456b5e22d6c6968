//! Lines as a transaction writes them: their keys and texts, and the count that counts them.

use super::key_space::ClusterHead;
use super::keys::KeyNames;
use super::wire::{Bytes, TxnOperation};
use crate::ledger::{NewLine, NewLines, Nonce};

/// So many lines at most go into one transaction: with their keys and the count these are half of the operations that it
/// takes in groups.
const LINES: usize = 1500;

/// So many bytes of them, beside the last one: etcd takes requests of 1.5 MiB.
const BYTES: u64 = 1 << 20;

/// Lines that one transaction writes, and what they make of the head.
pub(super) struct PreparedPart<'l> {
    all: &'l NewLines<'l>,
    lines: &'l [NewLine<'l>],
    pub(super) head: ClusterHead,
    /// Tells what this attempt puts there from what any other does.
    attempt: Nonce,
}

/// The lines that are to stand behind this head, as few pieces as can be: nearly always one.
pub(super) fn pieces<'l>(
    before: &ClusterHead,
    lines: &'l NewLines<'l>,
    attempt: Nonce,
) -> Vec<PreparedPart<'l>> {
    let (mut pieces, mut rest) = (Vec::new(), lines.lines());
    let mut head = before.clone();
    while let Some(first) = rest.first() {
        let is_within = |line: &NewLine<'_>| line.start - first.start < BYTES;
        let fit = rest.iter().take(LINES).take_while(|line| is_within(line));
        let (piece, behind) = rest.split_at(fit.count().max(1));
        rest = behind;
        for line in piece {
            head.anchor = head.anchor.after(&line.record, &head.tally, &line.tally);
            head.tally = line.tally;
        }
        head.count = head.count.anchored(&head.tally, &head.anchor);
        pieces.push(PreparedPart {
            all: lines,
            lines: piece,
            head: head.clone(),
            attempt,
        });
    }
    pieces
}

impl PreparedPart<'_> {
    /// What is put: the count, the lines, and where their idempotency keys stand; with the keys of the latter.
    pub(super) fn puts(&self, names: &KeyNames, begins: bool) -> (Vec<TxnOperation>, Vec<Bytes>) {
        let generation = self.head.anchor.generation;
        let mut puts = Vec::with_capacity(2 * self.lines.len() + 2);
        let mut keys = Vec::new();
        let mut put = |key: Bytes, value: &[u8]| {
            let value = Bytes(value.to_vec());
            puts.push(TxnOperation::Put { key, value });
        };
        put(names.count(), self.head.count.render().as_bytes());
        if begins {
            put(names.generation_in_use(), &KeyNames::entry(generation).0);
        }
        for line in self.lines {
            put(self.key_of(line, names), self.all.text(line));
            if let Some(key) = line.record.key.as_deref() {
                let name = names.key(generation, key);
                put(name.clone(), &KeyNames::entry(line.record.seq).0);
                keys.push(name);
            }
        }
        (puts, keys)
    }

    /// Whether one of them holds tickets.
    #[cfg(feature = "known-bad")]
    pub(super) fn holds(&self) -> bool {
        let mut lines = self.lines.iter();
        lines.any(|line| line.record.op == crate::ledger::Op::Hold)
    }

    /// The key of the first line: it is there where all of them are.
    pub(super) fn first_key(&self, names: &KeyNames) -> Option<Bytes> {
        self.lines.first().map(|line| self.key_of(line, names))
    }

    fn key_of(&self, line: &NewLine<'_>, names: &KeyNames) -> Bytes {
        let generation = self.head.anchor.generation;
        names.line(generation, line.record.seq, line.tally.sum, self.attempt)
    }
}
