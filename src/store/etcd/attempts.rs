//! Attempts: what the key of a line says of who put it there, and of which try it was.

use super::random::random;
use crate::ledger::Nonce;

/// So many bits say whose it is, and as many which of theirs: three letters each.
const BITS: u32 = 15;
const LETTERS: usize = BITS as usize / 5;

/// Those of one opening of an event.
#[derive(Debug)]
pub(super) struct Attempts {
    whose: u32,
}

impl Attempts {
    pub(super) fn new() -> Self {
        Self {
            whose: random() % (1 << BITS),
        }
    }

    /// A new one. That of another opening is the same once in 2^30. Of one opening two may be once in 2^15, and are a commit
    /// apart: then their lines differ by their times, and sales by their ids.
    pub(super) fn another(&self) -> Nonce {
        Nonce(self.whose | ((random() % (1 << BITS)) << BITS))
    }

    /// What all of ours have in common.
    pub(super) fn ours(&self) -> String {
        Self::whose(&Nonce(self.whose).to_string()).to_owned()
    }

    /// The same of an attempt that a key says.
    pub(super) fn whose(attempt: &str) -> &str {
        attempt.get(..LETTERS).unwrap_or(attempt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_attempts_differ_and_say_whose_they_are() {
        let ours = Attempts { whose: 0x7ffe };
        let attempts: Vec<String> = (0..3).map(|_| ours.another().to_string()).collect();
        assert_eq!(ours.ours(), "yzz");
        assert!(
            attempts
                .iter()
                .all(|attempt| Attempts::whose(attempt) == "yzz")
        );
        // Three of 32,768 are the same once in a thousand million times.
        assert!(attempts.iter().any(|attempt| *attempt != attempts[0]));
        let other = Attempts { whose: 0x7fff }.another().to_string();
        assert_ne!(Attempts::whose(&other), ours.ours());
    }
}
