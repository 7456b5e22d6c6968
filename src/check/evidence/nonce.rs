//! What tells one attempt to write from all others.

use std::fmt;

/// What tells one attempt to write from all others: 1 to 12 of `0-9`, `a-z`, `-`, `_` and `.`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct WriteNonce(u64);

const LETTERS: &[u8; 39] = b"0123456789abcdefghijklmnopqrstuvwxyz-_.";

impl WriteNonce {
    /// No nonce was said.
    pub const UNSAID: Self = Self(0);

    /// The nonce with this text; `None` when it is none. Two texts never give one nonce.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        if !(1..=12).contains(&text.len()) {
            return None;
        }
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(u64::from(byte - b'0') + 1),
            b'a'..=b'z' => Some(u64::from(byte - b'a') + 11),
            b'-' => Some(37),
            b'_' => Some(38),
            b'.' => Some(39),
            _ => None,
        };
        text.bytes()
            .try_fold(0, |sum: u64, byte| Some(sum * 40 + digit(byte)?))
            .map(Self)
    }
}

impl fmt::Display for WriteNonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut rest, mut text) = (self.0, Vec::new());
        while rest > 0 {
            let letter = (rest % 40).checked_sub(1);
            text.extend(letter.and_then(|at| LETTERS.get(at as usize)));
            rest /= 40;
        }
        text.reverse();
        f.write_str(&String::from_utf8_lossy(&text))
    }
}
