//! The key that a page makes for the order that may be given with it. It opens the receipt of that order.

use std::fmt;

use crate::office::random;
use crate::serve::keys::PAGE_PREFIX;
use crate::serve::problem::ProblemResponse;

/// How many digits a key has behind its prefix: four bits each.
const DIGITS: usize = 32;

/// A key as a page makes it: the prefix, and 128 random bits in hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct PageKey(String);

impl PageKey {
    /// A new one, that nobody can guess.
    pub(super) fn new() -> Result<Self, ProblemResponse> {
        let mut key = PAGE_PREFIX.to_owned();
        while key.len() < PAGE_PREFIX.len() + DIGITS {
            let number = random().map_err(|error| ProblemResponse::of(&error))?;
            key.extend(number.to_be_bytes().map(digits).into_iter().flatten());
        }
        Ok(Self(key))
    }

    /// The key that is sent back; `None`: no page makes such a one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(PAGE_PREFIX)?;
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let fits = digits.len() == DIGITS && digits.bytes().all(is_digit);
        fits.then(|| Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

fn digits(byte: u8) -> [char; 2] {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('0');
    [digit(byte >> 4), digit(byte & 15)]
}

/// The key is a secret, and is not shown.
impl fmt::Debug for PageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PageKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_new_each_time_and_is_read_again() {
        let (one, other) = (PageKey::new().unwrap(), PageKey::new().unwrap());
        assert_ne!(one, other);
        assert_eq!(PageKey::parse(one.as_str()), Some(one));
        for wrong in [
            "",
            "p-",
            "p-0123",
            "web-7f1c",
            "p-0123456789abcdef0123456789abcdeF",
            "p-0123456789abcdef0123456789abcdef0",
            "P-0123456789abcdef0123456789abcdef",
            "0123456789abcdef0123456789abcdef",
            "x-0123456789abcdef0123456789abcdef",
        ] {
            assert_eq!(PageKey::parse(wrong), None, "{wrong}");
        }
    }
}
