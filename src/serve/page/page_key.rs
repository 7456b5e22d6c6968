//! The key that a page makes for the order that may be given with it. It opens the receipt of that order.

use std::fmt;

use crate::office::PAGE_PREFIX;
use crate::serve::problem::ProblemResponse;
use crate::serve::secret::{is_digits, random_digits};

/// A key as a page makes it: the prefix, and 128 random bits in hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct PageKey(String);

impl PageKey {
    /// A new one, that nobody can guess.
    pub(super) fn new() -> Result<Self, ProblemResponse> {
        let digits = random_digits().map_err(|error| ProblemResponse::of(&error))?;
        Ok(Self(format!("{PAGE_PREFIX}{digits}")))
    }

    /// The key that is sent back; `None`: no page makes such a one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(PAGE_PREFIX)?;
        is_digits(digits).then(|| Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
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
