//! The names of an event's keys.

use super::wire::Bytes;
use crate::ledger::{Nonce, Sum};

/// The names of the keys of one event.
#[derive(Debug, Clone)]
pub(super) struct KeyNames {
    event: String,
}

impl KeyNames {
    /// Those of the event of this name.
    pub(super) fn of(event: &str) -> Self {
        Self {
            event: event.to_owned(),
        }
    }

    /// The count: which generation there is, and where it ends.
    pub(super) fn count(&self) -> Bytes {
        self.name("count")
    }

    /// Which generation the count counts: for a repair, where there is no count any more.
    pub(super) fn generation_in_use(&self) -> Bytes {
        self.name("generation")
    }

    /// What stood in a count that was written anew by force.
    pub(super) fn kept(&self, revision: u64) -> Bytes {
        self.name(&format!("kept/count-{revision}"))
    }

    /// A line, by its number, its sum, and which attempt of whom put it there: two attempts at one number have two keys, even
    /// where their lines are the same.
    pub(super) fn line(&self, generation: u64, seq: u64, sum: Sum, attempt: Nonce) -> Bytes {
        self.name(&format!("ledger/{generation:06}/{seq:016}-{sum}-{attempt}"))
    }

    /// All lines with a number in `from..=to`.
    pub(super) fn lines(&self, generation: u64, from: u64, to: u64) -> (Bytes, Bytes) {
        let at = |seq: u64| self.name(&format!("ledger/{generation:06}/{seq:016}"));
        (at(from), at(to.saturating_add(1)))
    }

    /// All lines from this number on, and all else that stands behind them in the ledger.
    pub(super) fn rest(&self, generation: u64, from: u64) -> (Bytes, Bytes) {
        (
            self.lines(generation, from, from).0,
            self.behind("ledger", generation),
        )
    }

    /// All that stands in a ledger.
    pub(super) fn ledger(&self, generation: u64) -> (Bytes, Bytes) {
        let first = self.name(&format!("ledger/{generation:06}/"));
        (first, self.behind("ledger", generation))
    }

    /// All ledgers from this generation on.
    pub(super) fn ledgers(&self, from: u64) -> (Bytes, Bytes) {
        // '0' is the letter behind '/'.
        (self.ledger(from).0, self.name("ledger0"))
    }

    /// Where an idempotency key stands.
    pub(super) fn key(&self, generation: u64, key: &str) -> Bytes {
        self.name(&format!("key/{generation:06}/{key}"))
    }

    /// All idempotency keys.
    pub(super) fn keys(&self, generation: u64) -> (Bytes, Bytes) {
        (self.key(generation, ""), self.behind("key", generation))
    }

    /// The lock's name: the lock service makes keys of its own behind it.
    pub(super) fn lock(&self) -> Bytes {
        self.name("lock")
    }

    /// All keys of those who hold the lock, or wait for it.
    pub(super) fn locks(&self) -> (Bytes, Bytes) {
        // '0' is the letter behind '/'.
        (self.name("lock/"), self.name("lock0"))
    }

    /// The lock's key of the holder of this lease, as the lock service names it.
    pub(super) fn lock_of(&self, lease: u64) -> Bytes {
        self.name(&format!("lock/{lease:x}"))
    }

    /// All keys of the event.
    pub(super) fn all(&self) -> (Bytes, Bytes) {
        (
            self.name(""),
            Bytes::from(format!("{}0", self.event).as_str()),
        )
    }

    /// The generation of a ledger in which this key stands.
    pub(super) fn generation(&self, key: &Bytes) -> Option<u64> {
        let rest = self.behind_event(key)?.strip_prefix(b"ledger/")?;
        std::str::from_utf8(rest.get(..6)?).ok()?.parse().ok()
    }

    /// The number of a line of this generation, and its sum, as its key says them.
    pub(super) fn number_of<'k>(&self, generation: u64, key: &'k Bytes) -> Option<(u64, &'k str)> {
        let ledger = format!("ledger/{generation:06}/");
        let rest = self.behind_event(key)?.strip_prefix(ledger.as_bytes())?;
        let (seq, rest) = std::str::from_utf8(rest).ok()?.split_once('-')?;
        let (sum, _attempt) = rest.split_once('-')?;
        let is_seq = seq.len() == 16 && seq.bytes().all(|byte| byte.is_ascii_digit());
        Some((seq.parse().ok().filter(|_| is_seq)?, sum))
    }

    /// Which attempt put a line there, as its key says it.
    pub(super) fn attempt_of<'k>(&self, key: &'k Bytes) -> Option<&'k str> {
        let rest = self.behind_event(key)?.strip_prefix(b"ledger/")?;
        std::str::from_utf8(rest)
            .ok()?
            .rsplit_once('-')
            .map(|(_, attempt)| attempt)
    }

    /// The idempotency key of which this is the key.
    pub(super) fn key_of<'k>(&self, generation: u64, key: &'k Bytes) -> Option<&'k [u8]> {
        let keys = format!("key/{generation:06}/");
        self.behind_event(key)?.strip_prefix(keys.as_bytes())
    }

    /// A key as it is told to people.
    pub(super) fn told(key: &Bytes) -> String {
        String::from_utf8_lossy(&key.0).into_owned()
    }

    fn name(&self, rest: &str) -> Bytes {
        Bytes::from(format!("{}/{rest}", self.event).as_str())
    }

    /// The first key behind all of this kind and generation.
    fn behind(&self, kind: &str, generation: u64) -> Bytes {
        self.name(&format!("{kind}/{generation:06}0"))
    }

    fn behind_event<'k>(&self, key: &'k Bytes) -> Option<&'k [u8]> {
        key.0
            .strip_prefix(self.event.as_bytes())?
            .strip_prefix(b"/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_the_order_of_the_lines_and_within_their_ranges() {
        let names = KeyNames::of("gala");
        let sum = Sum::default();
        let line = |generation, seq| names.line(generation, seq, sum, Nonce::default());
        assert_eq!(
            KeyNames::told(&line(1, 7)),
            "gala/ledger/000001/0000000000000007-0000000000000000-000000"
        );
        let inside = |range: (Bytes, Bytes), key: &Bytes| range.0 <= *key && *key < range.1;
        for (range, within) in [
            (names.lines(1, 2, 10), [false, true, true, false, false]),
            (names.rest(1, 10), [false, false, true, true, false]),
            (names.ledger(1), [true, true, true, true, false]),
            (names.ledgers(2), [false, false, false, false, true]),
        ] {
            let keys = [line(1, 1), line(1, 2), line(1, 10), line(1, 11), line(2, 1)];
            assert_eq!(keys.map(|key| inside(range.clone(), &key)), within);
        }
        assert!(inside(names.keys(1), &names.key(1, "\u{10ffff}")));
        assert!(!inside(names.keys(1), &names.key(2, "a")));
        assert_eq!(
            names.number_of(1, &line(1, 7)),
            Some((7, "0000000000000000"))
        );
        assert_eq!(names.number_of(2, &line(1, 7)), None);
        assert_eq!(names.attempt_of(&line(1, 7)), Some("000000"));
        assert_eq!(names.attempt_of(&names.count()), None);
        assert_eq!(names.generation(&line(12, 7)), Some(12));
        assert_eq!(names.key_of(1, &names.key(1, "a/b")), Some(&b"a/b"[..]));
        for odd in [
            "gala/ledger/000001/7-x",
            "gala/ledger/000001/x",
            "other/count",
        ] {
            assert_eq!(names.number_of(1, &odd.into()), None, "{odd}");
        }
    }
}
