//! Tokens: the names and secrets of those who manage.

use std::env;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use subtle::ConstantTimeEq as _;

use super::failure;
use crate::error::{Error, Result};

/// The least that a token has, in bytes.
const LEAST: usize = 16;

/// The longest name, in bytes: it stands on the ledger.
const LONGEST_NAME: usize = 256;

/// The most that the file has, in bytes.
const MOST: u64 = 1 << 20;

/// Who may manage.
#[derive(Default)]
pub(super) struct Tokens(Vec<Token>);

struct Token {
    name: String,
    secret: String,
}

impl Tokens {
    /// Reads the file: a line each, `NAME TOKEN`.
    ///
    /// # Errors
    /// Others may read it, or a line is not as it must be. The message names the line, and no token.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let problem = |error| Error::io("read", path, error);
        let mut file = File::open(path).map_err(problem)?;
        let mode = file.metadata().map_err(problem)?.mode();
        if mode & too_many(path) != 0 {
            let message = "others may read the tokens";
            return Err(failure::refused(path, 0, message).hint("'chmod 600' keeps them from it"));
        }
        let mut text = String::new();
        (&mut file)
            .take(MOST)
            .read_to_string(&mut text)
            .map_err(problem)?;
        let mut tokens = Vec::new();
        for (number, line) in (1..)
            .zip(text.lines())
            .filter(|(_, line)| !line.trim().is_empty())
        {
            let token = Token::parse(line);
            tokens.push(token.map_err(|why| failure::refused(path, number, why))?);
        }
        if tokens.is_empty() {
            return Err(failure::refused(path, 0, "there is no token in it").hint(EXAMPLE));
        }
        Ok(Self(tokens))
    }

    /// Whether nobody may.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whose token that is. How long it takes tells nothing of a secret but its length.
    pub(super) fn name_of(&self, secret: &str) -> Option<&str> {
        let mut found = None;
        for token in &self.0 {
            if token.secret.as_bytes().ct_eq(secret.as_bytes()).into() {
                found = Some(token.name.as_str());
            }
        }
        found
    }
}

/// The rights that others may not have. Where systemd hands a file over (`LoadCredential=`), this user's right may stand in an access
/// list, whose mask a mode shows as the group's; the group itself has none.
fn too_many(path: &Path) -> u32 {
    let credentials = env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    let handed_over = credentials.is_some_and(|it| path.parent() == Some(it.as_path()));
    if handed_over { 0o007 } else { 0o077 }
}

/// How a line looks.
const EXAMPLE: &str =
    "a line is a name and a token, as in 'carol 4f6b…', of at least 16 characters";

impl Token {
    fn parse(line: &str) -> std::result::Result<Self, String> {
        let mut words = line.split_whitespace();
        let (Some(name), Some(secret), None) = (words.next(), words.next(), words.next()) else {
            return Err(EXAMPLE.to_owned());
        };
        if secret.len() < LEAST {
            return Err(format!("the token has fewer than {LEAST} characters"));
        }
        if name.len() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(format!("a name has at most {LONGEST_NAME} bytes"));
        }
        if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("a token has letters, digits and signs of ASCII only".to_owned());
        }
        Ok(Self {
            name: name.to_owned(),
            secret: secret.to_owned(),
        })
    }
}

/// No secret is shown.
impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|token| &token.name))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{Permissions, set_permissions, write};
    use std::os::unix::fs::PermissionsExt as _;

    fn read(text: &str, mode: u32) -> Result<Tokens> {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("tokens");
        write(&file, text).unwrap();
        set_permissions(&file, Permissions::from_mode(mode)).unwrap();
        Tokens::read(&file)
    }

    #[test]
    fn each_line_is_a_name_and_a_token() {
        let tokens = read(
            "  carol\t0123456789abcdef \r\n\ndave fedcba9876543210",
            0o600,
        )
        .unwrap();
        assert_eq!(tokens.name_of("0123456789abcdef"), Some("carol"));
        assert_eq!(tokens.name_of("fedcba9876543210"), Some("dave"));
        for wrong in ["", "0123456789abcde", "0123456789abcdef ", "carol"] {
            assert_eq!(tokens.name_of(wrong), None);
        }
        assert!(!format!("{tokens:?}").contains("0123456789"));
    }

    #[test]
    fn what_others_may_read_or_nobody_can_is_refused_and_no_token_is_told() {
        for (text, mode) in [
            ("carol 0123456789abcdef", 0o640),
            ("carol 0123456789abcdef", 0o604),
            ("carol 0123456789abcde", 0o600),
            ("0123456789abcdef", 0o600),
            ("carol 0123456789abcdef x", 0o600),
            ("carol 0123456789abcdeü", 0o600),
            ("", 0o600),
        ] {
            let error = read(text, mode).unwrap_err().to_string();
            assert!(!error.contains("0123456789"), "{error}");
        }
    }
}
