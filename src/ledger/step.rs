//! The steps of a purchase.

use std::fmt::{self, Write as _};

/// A step of a purchase, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// About to ask for the lock.
    LockWanted,
    /// The lock is held.
    LockGot {
        /// The device of the locked file; 0 for a mutex.
        device: u64,
        /// Its inode; 0 for a mutex.
        inode: u64,
    },
    /// The count was read.
    Read {
        /// How many were left.
        left: u64,
        /// The last line of the ledger then: the version that was read.
        seq: u64,
        /// The checksum of that line.
        sum: u64,
    },
    /// Thought; about to write the sale.
    Write {
        /// How many will be left.
        left: u64,
        /// The number of the line to write.
        seq: u64,
        /// The random part of the sale's id: it tells this attempt from all others.
        nonce: Nonce,
    },
    /// The sale is on the ledger.
    Written,
    /// `tickets.json` was cut to nothing, and is about to be written: the count file is written in place.
    Truncated,
    /// About to release the lock, whatever came of the purchase.
    LockReleasing,
    /// The lock is released, and the sale is on the ledger.
    LockReleased,
    /// The sale is durable. Not told of a sale that is only to survive the processes.
    Durable,
}

/// The random part of a sale's id: six letters and digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Nonce(pub(crate) u32);

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Crockford's base 32: no letter that is easily taken for another.
        const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        for at in 0..6 {
            let index = (self.0 >> (5 * at)) as usize % ALPHABET.len();
            let letter = ALPHABET.get(index).copied().unwrap_or(b'0');
            f.write_char(char::from(letter))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_letter_of_a_nonce_says_five_bits_of_it() {
        for (number, text) in [
            (0, "000000"),
            (1, "100000"),
            (31, "z00000"),
            (32, "010000"),
            (0x0200_000a, "a00001"),
            (0x3fff_ffff, "zzzzzz"),
        ] {
            assert_eq!(Nonce(number).to_string(), text);
        }
    }
}
