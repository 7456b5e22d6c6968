//! Secrets that this service makes, and their digests.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::error::Result;
use crate::office::random;

/// How many digits a secret has: four bits each.
pub(super) const DIGITS: usize = 32;

/// 128 random bits in hexadecimal digits, that nobody can guess.
pub(super) fn random_digits() -> Result<String> {
    let mut text = String::with_capacity(DIGITS);
    while text.len() < DIGITS {
        text.push_str(&hexadecimal(&random()?.to_be_bytes()));
    }
    Ok(text)
}

/// Whether it looks like such a secret.
pub(super) fn is_digits(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == DIGITS && text.bytes().all(is_digit)
}

/// What is kept of a secret: by it the secret is known again, and not found out.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct SecretDigest([u8; 32]);

impl SecretDigest {
    /// Of this secret, for this purpose: for another one it is another digest.
    pub(super) fn of(purpose: &str, secret: &str) -> Self {
        let mut sum = Sha256::new();
        sum.update(purpose.as_bytes());
        sum.update(b"\n");
        sum.update(secret.as_bytes());
        Self(sum.finalize().into())
    }

    /// In hexadecimal digits.
    pub(super) fn text(&self) -> String {
        hexadecimal(&self.0)
    }
}

impl fmt::Debug for SecretDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretDigest")
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('0');
    let digits = bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    digits.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_new_each_time_and_its_digests_differ_by_purpose() {
        let (one, other) = (random_digits().unwrap(), random_digits().unwrap());
        assert!(one != other && is_digits(&one) && is_digits(&other));
        for wrong in [
            "",
            "0",
            &one[1..],
            &one.to_uppercase()
                .replace(|c: char| c.is_ascii_digit(), "A"),
        ] {
            assert!(!is_digits(wrong), "{wrong}");
        }
        let digest = SecretDigest::of("session", &one);
        assert_eq!(digest, SecretDigest::of("session", &one));
        assert_ne!(digest, SecretDigest::of("form", &one));
        assert_ne!(digest, SecretDigest::of("session", &other));
        // `printf 'form\nabc' | sha256sum`
        let text = SecretDigest::of("form", "abc").text();
        assert!(text.starts_with("41b759f8e047f49f"), "{text}");
        assert!(!format!("{digest:?}").contains(&digest.text()[..8]));
    }
}
