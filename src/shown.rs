//! Words of others where people read them: names, files, messages of the system, lines of a ledger or of
//! evidence. Each passes through here on its way to a terminal, a drawing or a table.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;

/// A text of somebody else's on one line: what steers a terminal, begins a line or turns the direction of
/// what stands behind it is written out, as `\n` or `\u{1b}`.
///
/// ```
/// assert_eq!(tickets::shown("a\u{1b}[2J\nerror: b"), r"a\u{1b}[2J\nerror: b");
/// ```
#[must_use]
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if steers(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Whether it is a letter that is not seen itself, and changes how others are: of C0 and C1, line separators,
/// marks of direction, and what else has no width.
#[must_use]
pub fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A file's name as a word for a shell, whatever is in it.
///
/// ```
/// assert_eq!(tickets::quoted("a b".as_ref()), "'a b'");
/// ```
#[must_use]
pub fn quoted(word: &OsStr) -> String {
    // Else it would be taken for an option.
    let lead = if word.as_bytes().first() == Some(&b'-') {
        "./"
    } else {
        ""
    };
    for_shell(word, lead)
}

/// The same of any word, an option too.
#[cfg(feature = "cli")]
pub(crate) fn quoted_word(word: &OsStr) -> String {
    for_shell(word, "")
}

fn for_shell(word: &OsStr, lead: &str) -> String {
    let bytes = word.as_bytes();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./:@%+,-=".contains(byte);
    match word.to_str() {
        Some(text) if !bytes.is_empty() && bytes.iter().all(plain) => format!("{lead}{text}"),
        Some(text) if !text.contains(steers) => {
            format!("'{lead}{}'", text.replace('\'', r"'\''"))
        }
        _ => format!("$'{lead}{}'", written_out(bytes)),
    }
}

/// Within `$'…'`, as bash, zsh and others read it: what steers a terminal, or is no text, byte by byte.
fn written_out(bytes: &[u8]) -> String {
    let mut written = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\'' | '\\' => written.extend(['\\', c]),
                c if steers(c) => {
                    let mut room = [0; 4];
                    escape(&mut written, c.encode_utf8(&mut room).as_bytes());
                }
                c => written.push(c),
            }
        }
        escape(&mut written, chunk.invalid());
    }
    written
}

/// In octal: of three digits each, so that no letter behind it is taken for a fourth.
fn escape(written: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to memory does not fail.
        let _ = write!(written, "\\{byte:03o}");
    }
}
